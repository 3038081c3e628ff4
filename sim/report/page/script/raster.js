// Every run as a row of its acts.

let redrawRaster = () => {};
const raster = { sort: null, least: 0, order: null };
const acts = once(() =>
  Object.fromEntries(["row", "day", "rung", "dead", "action"].map((part) => [part, codes(data.acts[part])])),
);
const firstDays = once(() =>
  Object.fromEntries(Object.entries(data.first_days).map(([name, packed]) => [name, codes(packed)])),
);

/** Places of the runs in the order of the day of an outcome; those in which it never came about last. */
function sorted(outcome) {
  const days = firstDays()[outcome];
  const late = (place) => days[place] || Infinity;
  return Array.from(days.keys()).sort((a, b) => (late(a) === late(b) ? a - b : late(a) - late(b)));
}

function drawRaster(frame) {
  const { svg, width, height, x, place } = frame;
  const order = (raster.order = sorted(raster.sort));
  const days = firstDays()[raster.sort];
  const n = order.length;
  const y = toRange(0, n, ABOVE, height - BELOW);
  axes(
    frame,
    y,
    ticks(0, n, 4)
      .filter((row) => row <= n)
      .map((row) => [row, whole(row)]),
  );
  const [canvas, pen] = sheet(frame);
  const rowOf = new Uint32Array(n);
  order.forEach((run, row) => {
    rowOf[run] = row;
  });
  const { row, day, rung } = acts();
  const tall = Math.max((height - ABOVE - BELOW) / n, 1.4);
  const wide = Math.max((width - LEFT - RIGHT) / data.head.days, 2);
  for (let step = raster.least; step < 10; step += 1) {
    pen.fillStyle = resolved(place, `--rung-${step}`);
    for (let act = 0; act < row.length; act += 1) {
      if (rung[act] === step) pen.fillRect(x(day[act]) - wide / 2, y(rowOf[row[act]]), wide, tall);
    }
  }
  const came = order.filter((run) => days[run] > 0).length;
  const line = order
    .slice(0, came)
    .map((run, at) => `${at ? "L" : "M"}${x(days[run] - 1).toFixed(1)} ${y(at + 0.5).toFixed(1)}`);
  const curve = mark("path", { class: "mean", d: line.join("") });
  svg.append(mark("path", { class: "halo", d: line.join("") }), curve);
  if (came && came < n)
    svg.append(
      mark("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: y(came), y2: y(came), "stroke-dasharray": "4 3" }),
    );
  const chosen = order.findIndex((run) => held().run[run] === shown.run);
  if (chosen >= 0)
    svg.append(mark("path", { d: `M${LEFT - 8} ${y(chosen + 0.5) - 5}l7 5l-7 5Z`, fill: "currentColor" }));
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const at = Math.floor(y.back(((event.clientY - box.top) / box.height) * height));
    if (at >= 0 && at < n) choose(held().run[order[at]]);
  });
  return [canvas];
}

function beginRaster() {
  const select = byId("raster-sort");
  if (select === null) return () => {};
  raster.sort = select.value;
  raster.least = Number(byId("raster-least").value);
  const again = plot("raster", drawRaster);
  const least = byId("raster-least");
  const change = () => {
    raster.sort = select.value;
    raster.least = Number(least.value);
    again();
    keysOfRaster();
    const came = firstDays()[raster.sort].reduce((sum, day) => sum + (day > 0), 0);
    byId("plot-raster").setAttribute(
      "aria-label",
      `Acts from rung ${raster.least} up of ${whole(raster.order.length)} runs, a row for each, sorted by the day of: ${select.selectedOptions[0].textContent}, which came about in ${whole(came)} of them.`,
    );
  };
  select.addEventListener("change", change);
  least.addEventListener("change", change);
  whenChosen.push(again);
  keysOfRaster();
  return again;
}

function keysOfRaster() {
  const seen = [...new Set(acts().rung)].filter((rung) => rung >= raster.least).sort((a, b) => b - a);
  keys(
    "raster-keys",
    seen.map((rung) => [rungColour(rung), data.ladder[rung]]),
  );
}

beginnings.push(() => {
  redrawRaster = beginRaster();
});
