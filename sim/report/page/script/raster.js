// Every run as a row of its acts.

let redrawRaster = () => {};
const raster = { sort: null, least: 0, toll: Infinity, order: null };
const spot = (dead) => 0.8 + 0.26 * Math.sqrt(dead);
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
  const tall = Math.max((height - ABOVE - BELOW) / n, 2.4);
  const wide = Math.max((width - LEFT - RIGHT) / data.head.days, 3);
  for (let step = raster.least; step < 10; step += 1) {
    pen.fillStyle = resolved(place, `--rung-${step}`);
    for (let act = 0; act < row.length; act += 1) {
      if (rung[act] === step) pen.fillRect(x(day[act]) - wide / 2, y(rowOf[row[act]]), wide, tall);
    }
  }
  const circles = deadlySpots(frame, y, rowOf);
  drawSpots(pen, place, circles);
  tellSpot(frame, circles);
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

/** Deadly acts as circles, the largest first, so that small ones lie on top. */
function deadlySpots({ x }, y, rowOf) {
  const { row, day, dead } = acts();
  return Array.from(row.keys())
    .filter((act) => dead[act] >= raster.toll)
    .sort((a, b) => dead[b] - dead[a])
    .map((act) => ({ act, cx: x(day[act]), cy: y(rowOf[row[act]] + 0.5), r: spot(dead[act]) }));
}

function drawSpots(pen, place, circles) {
  pen.strokeStyle = pen.fillStyle = resolved(place, "--blood");
  for (const { cx, cy, r } of circles) {
    pen.globalAlpha = 0.35;
    pen.beginPath();
    pen.arc(cx, cy, r, 0, 2 * Math.PI);
    pen.fill();
    pen.globalAlpha = 1;
    pen.stroke();
  }
}

/** Name the deadly act under the pointer. */
function tellSpot({ svg, width }, circles) {
  const title = mark("title");
  svg.append(title);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top].map((at) => (at * width) / box.width);
    const found = circles.findLast(({ cx, cy, r }) => (cx - px) ** 2 + (cy - py) ** 2 <= (r + 2) ** 2);
    const { row, day, dead, action } = acts();
    title.textContent =
      found === undefined
        ? ""
        : `Run ${held().run[row[found.act]]}, ${longDate(day[found.act])}, ${whole(dead[found.act])} dead: ${actInWords(action[found.act], dead[found.act])}`;
  });
}

function beginRaster() {
  const select = byId("raster-sort");
  if (select === null) return () => {};
  raster.sort = select.value;
  raster.least = Number(byId("raster-least").value);
  const toll = byId("raster-toll");
  const tollOf = () => (toll.value === "" ? Infinity : Number(toll.value));
  raster.toll = tollOf();
  const again = plot("raster", drawRaster);
  const least = byId("raster-least");
  const change = () => {
    raster.sort = select.value;
    raster.least = Number(least.value);
    raster.toll = tollOf();
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
  toll.addEventListener("change", change);
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
  if (raster.toll === Infinity) return;
  for (const dead of [10, 100].filter((each) => each >= raster.toll || each === 100)) {
    const circle = node("i", { class: "blood" });
    circle.style.width = circle.style.height = `${2 * spot(dead)}px`;
    byId("raster-keys").append(node("span", {}, circle, `${dead} dead in one act`));
  }
}

beginnings.push(() => {
  redrawRaster = beginRaster();
});
