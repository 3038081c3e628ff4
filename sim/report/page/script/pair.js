// How far apart two scenarios are: both on one scale, and the mean difference over pairs of runs on its own.

const pairVariable = () => data.pair.variables[Number(byId("pair-variable").value)];
const shorter = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/** What a variable is measured in, as an axis says it. */
function unitInWords({ unit, id }) {
  if (unit === "1") return "on its scale from 0 to 1";
  return unit === "points" ? "in points" : `in ${unit}`;
}

const NARROW = 520;

/** Two panels, side by side where there is room, else one below the other, on one scale of heights. */
function drawBoth(frame) {
  const { svg, width, height, place } = frame;
  const variable = pairVariable();
  const quantiles = variable.both.map((packed) => rows(packed));
  const ends = quantiles.flatMap((rows_) => [...rows_[0], ...rows_[4]]).filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const least = low >= 0 && low < 0.4 * high ? 0 : low;
  const stacked = width < NARROW;
  const tall = stacked ? height / 2 : height;
  const y = toRange(least, high, tall - BELOW, 22);
  const middle = width / 2;
  const marks = ticks(least, high, 4).map((value) => [value, shorter(value)]);
  quantiles.forEach((five, at) => {
    const beside = at && !stacked;
    const panel = mark("g", {
      transform: stacked ? `translate(0 ${at * tall})` : `translate(${at ? middle + LEFT / 2 : 0} 0)`,
    });
    const right = stacked ? width - RIGHT : middle - LEFT / 2 - (at ? RIGHT : 4);
    const x = toRange(0, Math.max(data.head.days - 1, 1), LEFT, right);
    axes({ svg: panel, width: right + 30, height: tall, x, right }, y, beside ? marks.map(([value]) => [value, ""]) : marks);
    const colour = `var(--${at ? "second" : "first"})`;
    for (const [name, one, other] of [
      ["b95", 0, 4],
      ["b50", 1, 3],
    ]) {
      const band = mark("path", { class: `band ${name}`, d: between(x, y, five[one], five[other]) });
      band.style.fill = colour;
      panel.append(band);
    }
    const median = mark("path", { class: "path", d: through(x, y, five[2]) });
    median.style.stroke = colour;
    panel.append(median, mark("text", { x: LEFT, y: 14, class: "label" }, data.pair.names[at]));
    svg.append(panel);
  });
  const last = quantiles.map((five) => five[2][data.head.days - 1]);
  place.setAttribute(
    "aria-label",
    `${variable.label}, ${unitInWords(variable)}, under both on one scale from ${figure(least)} to ${figure(high)}. Median on the last day: ${data.pair.names.map((name, at) => `${figure(last[at])} under ${name}`).join(", ")}.`,
  );
}

function drawDifference(frame) {
  const { svg, width, height, x } = frame;
  const variable = pairVariable();
  const [mean, low, high] = ["difference", "low", "high"].map((part) => numbers(variable[part], codes(variable[part])));
  const known = [...mean, ...low, ...high, 0].filter((value) => !Number.isNaN(value));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const y = toRange(least, most, height - BELOW, 26);
  axes(
    frame,
    y,
    ticks(least, most, 4).map((value) => [value, shorter(value)]),
  );
  if (!low.some(Number.isNaN)) svg.append(mark("path", { class: "band b50", d: between(x, y, low, high) }));
  const [one, other] = data.pair.names;
  svg.append(
    mark("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: y(0), y2: y(0) }),
    mark("path", { class: "mean", d: through(x, y, mean) }),
    mark("text", { x: LEFT, y: 14, class: "label" }, `${other} less ${one}, ${unitInWords(variable)}`),
  );
  frame.place.setAttribute(
    "aria-label",
    `${variable.label}, ${other} less ${one}, in the mean of the pairs of runs, ${unitInWords(variable)}: ${figure(mean[mean.length - 1])} on the last day, between ${figure(least)} and ${figure(most)} over all days.`,
  );
}

function beginPair() {
  const select = byId("pair-variable");
  if (select === null) return;
  const again = [plot("both", drawBoth), plot("difference", drawDifference)];
  select.addEventListener("change", () => {
    for (const each of again) each();
  });
}

beginnings.push(beginPair);
