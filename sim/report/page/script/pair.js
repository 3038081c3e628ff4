// How far apart two scenarios are, in the mean of pairs of runs.

function beginPair() {
  const select = byId("pair-variable");
  if (select === null) return;
  const again = plot("difference", (frame) => {
    const { svg, width, height, x } = frame;
    const variable = data.pair.variables[Number(select.value)];
    const [mean, low, high] = ["difference", "low", "high"].map((part) =>
      numbers(variable[part], codes(variable[part])),
    );
    const known = [...mean, ...low, ...high, 0].filter((value) => !Number.isNaN(value));
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const y = toRange(least, most, height - BELOW, ABOVE);
    axes(
      frame,
      y,
      ticks(least, most, 4).map((value) => [value, String(Number(value.toPrecision(3))).replace("-", "−")]),
    );
    if (!low.some(Number.isNaN)) svg.append(mark("path", { class: "band b50", d: between(x, y, low, high) }));
    svg.append(
      mark("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: y(0), y2: y(0) }),
      mark("path", { class: "mean", d: through(x, y, mean) }),
    );
    const [one, other] = data.pair.names;
    frame.place.setAttribute(
      "aria-label",
      `${variable.label}, ${other} less ${one}, in the mean of the pairs of runs: ${figure(mean[mean.length - 1])}${unitOf(variable)} on the last day, between ${figure(least)} and ${figure(most)} over all days.`,
    );
  });
  select.addEventListener("change", again);
}

beginnings.push(beginPair);
