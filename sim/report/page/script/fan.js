// The fan: bands of quantiles, single runs, a day to read, a run to choose.

const TYPICAL = 4;
const STYLES = ["", "7 3", "8 3 2 3", "2 2"];

const variables = data.variables ?? [];
const told = data.stories?.runs ?? [];
const quantilesOf = variables.map((variable) => once(() => rows(variable.quantiles)));
const measuredOf = variables.map((variable) => once(() => variable.measured && rows(variable.measured.values)[0]));
const toldPaths = variables.map((variable) => once(() => rows(variable.told)));
const held = once(() => ({
  run: codes(data.paths.run),
  codes: codes(data.paths.tension),
  value: (code) => data.paths.tension.low + data.paths.tension.step * code,
}));

const shown = { variable: 0, day: data.head.days - 1, run: null, every: false };
const whenChosen = [];
let redrawFan = () => {};
let moveDay = () => {};

/** Single runs that the page holds in a variable: their numbers, and a value every few days. */
const linesOf = variables.map((variable, at) =>
  once(() => {
    if (data.paths === undefined) return null;
    const packed = at === 0 ? data.paths.tension : data.lines.values[variable.id];
    const run = at === 0 ? held().run : held().run.subarray(0, data.lines.run);
    if (packed === undefined || run.length === 0) return null;
    const all = codes(packed);
    const step = at === 0 ? 1 : data.lines.step;
    const points = packed.shape[1];
    return {
      run,
      step,
      points,
      value: (place, point) => packed.low + packed.step * all[place * points + point],
      ends: [packed.low, packed.low + packed.step * (packed.missing - 1)],
    };
  }),
);

/** The path of a run in a variable; none where the page does not hold it. */
function pathOf(run, variable) {
  const at = told.findIndex((story) => story.run === run);
  if (at >= 0) return toldPaths[variable]()[at];
  if (variable !== 0 || data.paths === undefined) return null;
  const place = held().run.indexOf(run);
  if (place < 0) return null;
  const days = data.head.days;
  return Float64Array.from(held().codes.subarray(place * days, (place + 1) * days), held().value);
}

/** Choose a run; all that show it are told. */
function choose(run) {
  shown.run = run;
  redrawFan();
  for (const each of whenChosen) each(run);
}

/** The run whose path passes nearest to a value on a day and around it. */
function nearest(day, value) {
  const first = Math.max(day - 2, 0);
  const last = Math.min(day + 2, data.head.days - 1);
  const gap = (at) => {
    let sum = 0;
    for (let each = first; each <= last; each += 1) sum += (at(each) - value) ** 2;
    return sum;
  };
  let best = [Infinity, null];
  const consider = (run, at) => {
    const far = gap(at);
    if (far < best[0]) best = [far, run];
  };
  const lines = shown.every ? linesOf[shown.variable]() : null;
  if (lines !== null) {
    const near = (place) => (each) => lines.value(place, Math.min(Math.round(each / lines.step), lines.points - 1));
    lines.run.forEach((number, place) => consider(number, near(place)));
  } else {
    const typical = new Set(
      told
        .slice(0, TYPICAL)
        .map((story) => story.run)
        .concat(shown.run ?? []),
    );
    told.forEach(
      (story, at) => typical.has(story.run) && consider(story.run, (each) => toldPaths[shown.variable]()[at][each]),
    );
  }
  return best[1];
}

function drawFan(frame) {
  const variable = variables[shown.variable];
  const quantiles = quantilesOf[shown.variable]();
  const typical = toldPaths[shown.variable]().slice(0, TYPICAL);
  const own = shown.run === null ? null : pathOf(shown.run, shown.variable);
  const outside = measuredOf[shown.variable]();
  const known = outside ? [outside.filter((value) => !Number.isNaN(value))] : [];
  const lines = shown.every ? linesOf[shown.variable]() : null;
  const ends = lines === null ? [] : [lines.ends];
  const y = heightOf(frame, [quantiles[0], quantiles[6], ...typical, ...(own ? [own] : []), ...known, ...ends]);
  const under = lines === null ? [] : [everyRun(frame, y, lines)];
  drawBands(frame, y, quantiles);
  drawPaths(frame, y, typical, own);
  if (outside) {
    const d = through(frame.x, y, outside);
    frame.svg.append(mark("path", { class: "halo", d }), mark("path", { class: "measured", d }));
  }
  drawDay(frame, y, own ?? quantiles[MEDIAN], own === null);
  frame.svg.addEventListener("click", (event) => {
    const box = frame.svg.getBoundingClientRect();
    const day = Math.round(frame.x.back(((event.clientX - box.left) / box.width) * frame.width));
    setDay(Math.min(Math.max(day, 0), data.head.days - 1));
    const run = nearest(shown.day, y.back(((event.clientY - box.top) / box.height) * frame.height));
    if (run !== null) choose(run);
  });
  keys("fan-keys", [
    ["var(--band)", "50 % of runs", 0.85],
    ["var(--band)", "80 %", 0.47],
    ["var(--band)", "95 %", 0.2],
  ]);
  const dots = node("i", { class: "line" });
  dots.style.borderTop = "2px dotted var(--ink)";
  byId("fan-keys").append(node("span", {}, dots, variable.unit === "1" ? "median" : `median, in ${variable.unit}`));
  if (outside) {
    const line = node("i", { class: "line" });
    line.style.borderColor = "var(--first)";
    byId("fan-keys").append(node("span", {}, line, `measured: ${variable.measured.source ?? "the record"}`));
  }
  return under;
}

/** The scale of heights that holds some rows of values, with its axis drawn; from 0 if they come near it. */
function heightOf(frame, all) {
  const low = Math.min(...all.map((row) => Math.min(...row)));
  const high = Math.max(...all.map((row) => Math.max(...row)));
  const least = low >= 0 && low < 0.4 * high ? 0 : low;
  const y = toRange(least, high, frame.height - BELOW, ABOVE + 4);
  const called = (value) => (value >= 1000 ? `${value / 1000}k` : String(Number(value.toPrecision(6))));
  axes(
    frame,
    y,
    ticks(least, high).map((value) => [value, called(value)]),
  );
  return y;
}

function drawBands({ svg, x }, y, quantiles) {
  for (const [name, from, to] of BANDS) {
    svg.append(mark("path", { class: `band ${name}`, d: between(x, y, quantiles[from], quantiles[to]) }));
  }
  svg.append(mark("path", { class: "median", d: through(x, y, quantiles[MEDIAN]) }));
}

function drawPaths({ svg, x }, y, typical, own) {
  typical.forEach((row, at) => {
    const line = mark("path", { class: "path", d: through(x, y, row), "stroke-dasharray": STYLES[at] });
    line.style.stroke = `var(--path-${at + 1})`;
    if (own !== null && told[at].run !== shown.run) line.style.opacity = 0.65;
    svg.append(line);
  });
  if (own === null) return;
  const at = told.findIndex((story) => story.run === shown.run);
  const line = mark("path", { class: "path chosen", d: through(x, y, own) });
  line.style.stroke = at >= 0 && at < TYPICAL ? `var(--path-${at + 1})` : "var(--warm)";
  svg.append(mark("path", { class: "halo", d: through(x, y, own) }), line);
}

/** The day that is read, as a line with a dot on the chosen run, or else on the median. */
function drawDay({ svg, height, x }, y, row, isMedian) {
  const rule = mark("line", { class: "day", y1: ABOVE, y2: height - BELOW });
  const dot = mark("circle", { class: "dot", r: 4.5 });
  dot.style.fill = isMedian ? "var(--ink)" : "var(--warm)";
  svg.append(rule, dot);
  moveDay = () => {
    rule.setAttribute("x1", x(shown.day));
    rule.setAttribute("x2", x(shown.day));
    dot.setAttribute("cx", x(shown.day));
    dot.setAttribute("cy", y(row[shown.day]));
  };
  moveDay();
}

/** All single runs that the page holds in this variable, as faint lines on a canvas below the bands. */
function everyRun(frame, y, { run, step, points, value }) {
  const { width, x } = frame;
  const [canvas, pen] = sheet(frame);
  pen.strokeStyle = resolved(frame.place, "--ink");
  pen.globalAlpha = Math.min(0.5, 40 / run.length + 0.02);
  pen.lineWidth = 0.6;
  const skip = Math.max(1, Math.floor(points / width));
  for (let place = 0; place < run.length; place += 1) {
    pen.beginPath();
    for (let point = 0; point < points; point += skip) pen.lineTo(x(point * step), y(value(place, point)));
    pen.stroke();
  }
  return canvas;
}

/** Say which runs the lines are; where the page holds none in this variable, there is nothing to tick. */
function tellLines() {
  const tick = byId("every-run");
  if (tick === null) return;
  const lines = linesOf[shown.variable]();
  tick.disabled = lines === null;
  if (lines === null) tick.checked = shown.every = false;
  const all = lines !== null && lines.run.length === data.head.sound;
  byId("every-run-told").textContent =
    lines === null
      ? "no single runs are held of this"
      : all
        ? "every run as a line"
        : `${whole(lines.run.length)} single runs as lines`;
}

/** A canvas as large as a chart, in the pixels of the screen. */
function sheet({ width, height }) {
  const dense = window.devicePixelRatio || 1;
  const canvas = node("canvas", { width: Math.round(width * dense), height: Math.round(height * dense) });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(dense, dense);
  return [canvas, pen];
}

/** What a colour of the page is just now, by day or by night. */
function resolved(place, name) {
  const probe = node("span");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const standing = once(() => rows(data.rungs.standing));
const cameBy = once(() => data.outcomes.map((outcome) => codes(outcome.runs)));

function setDay(day) {
  shown.day = day;
  const slider = byId("day");
  slider.value = day;
  const median = quantilesOf[shown.variable]()[MEDIAN][day];
  slider.setAttribute("aria-valuetext", `${longDate(day)}, day ${day}: median ${figure(median)}`);
  moveDay();
  read();
  for (const each of whenMoved) each(day);
}

/** Read the day: quantiles, runs on each rung, and runs in which each outcome has come about. */
function read() {
  const { day } = shown;
  const variable = variables[shown.variable];
  const at = quantilesOf[shown.variable]().map((row) => row[day]);
  byId("reading-day").textContent = `${longDate(day)}, day ${day}`;
  byId("reading-values-title").textContent =
    variable.unit === "1" ? variable.label : `${variable.label} (${variable.unit})`;
  const lines = [["median", figure(at[MEDIAN])]];
  for (const [share, low, high] of [
    ["50 %", 2, 4],
    ["80 %", 1, 5],
    ["95 %", 0, 6],
  ]) {
    lines.push([`middle ${share}`, `${figure(at[low])} to ${figure(at[high])}`]);
  }
  const own = shown.run === null ? null : pathOf(shown.run, shown.variable);
  if (own !== null) lines.push([`run ${shown.run}`, figure(own[day])]);
  const outside = measuredOf[shown.variable]();
  if (outside && !Number.isNaN(outside[day])) lines.push(["measured", figure(outside[day])]);
  fillTable("reading-values", lines);
  const n = data.head.sound;
  fillTable(
    "reading-rungs",
    data.ladder
      .map((label, rung) => [rung, label])
      .reverse()
      .filter(([rung]) => standing()[rung].some((runs) => runs > 0))
      .map(([rung, label]) => {
        const swatch = node("span", { class: "swatch" });
        swatch.style.background = rungColour(rung);
        const runs = standing()[rung][day];
        return [[swatch, label], whole(runs), percent(runs / n)];
      }),
  );
  fillTable(
    "reading-outcomes",
    data.outcomes.map((outcome, place) => {
      const runs = cameBy()[place][day];
      return [outcome.label, whole(runs), percent(runs / n)];
    }),
  );
}

function beginFan() {
  redrawFan = plot("fan", drawFan);
  byId("day").addEventListener("input", (event) => setDay(Number(event.target.value)));
  byId("fan-variable").addEventListener("change", (event) => {
    shown.variable = Number(event.target.value);
    tellLines();
    redrawFan();
    read();
  });
  byId("every-run")?.addEventListener("change", (event) => {
    shown.every = event.target.checked;
    redrawFan();
  });
  tellLines();
  whenChosen.push(read);
  setDay(Math.floor(data.head.days / 2));
}

beginnings.push(beginFan);
