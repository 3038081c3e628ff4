// The fan: moved runs in colour, the same runs unmoved as dashed lines beneath, a day to read, a run to choose.

const fan = { frame: null, y: null, marks: null, paths: null, own: null, variable: null };
let redrawFan = () => {};

const variableNow = () => bench.opened.variables.find(({ id }) => id === bench.shown.variable) ?? bench.opened.variables[0];

/** A variable with its unit, as a title. */
const inFull = ({ label, unit }) => (unit === "1" || !unit ? label : `${label}, in ${unit}`);

/** What was measured of the variable that is shown, day by day; null where nothing was. */
function measured() {
  const packed = bench.shown.record ? bench.opened.record?.series[bench.shown.variable] : undefined;
  return packed === undefined ? null : rows(packed.values)[0];
}

/** Lay out the fan: axes, and lines that are given their form by `formFan`. */
function drawFan(frame) {
  const { svg, height } = frame;
  const [low, high] = reaches.get(`fan ${bench.shown.variable}`) ?? [0, 1];
  fan.frame = frame;
  fan.y = toRange(low, high, height - BELOW, ABOVE + 6);
  axes(
    frame,
    fan.y,
    ticks(low, high).map((value) => [value, tickText(value)]),
  );
  fan.marks = {
    bands: BANDS.map(([name]) => drawn(svg, `band ${name}`)),
    still: ["still-edge", "still-edge", "still-median"].map((name) => drawn(svg, name)),
    median: drawn(svg, "median"),
    measured: [drawn(svg, "halo"), drawn(svg, "measured")],
    own: [drawn(svg, "halo"), drawn(svg, "path chosen")],
    acts: mark("g", { class: "recorded" }),
    day: mark("line", { class: "day", y1: ABOVE, y2: height - BELOW }),
    dot: mark("circle", { class: "dot", r: 4.5 }),
  };
  svg.append(fan.marks.acts, fan.marks.day, fan.marks.dot);
  drawRecorded();
  svg.addEventListener("click", pointAt);
  formFan();
}

/** Give all lines the form that the runs have now. */
function formFan() {
  const { picture } = heard;
  if (picture === null || fan.marks === null || fan.variable !== bench.shown.variable) return;
  const { x } = fan.frame;
  const { moved, still, isMoved: apart } = picture;
  BANDS.forEach(([, from, to], at) => {
    fan.marks.bands[at].setAttribute("d", between(x, fan.y, moved.quantiles[from], moved.quantiles[to]));
  });
  fan.marks.median.setAttribute("d", through(x, fan.y, moved.quantiles[MEDIAN]));
  const under = [BANDS[0][1], BANDS[0][2], MEDIAN];
  under.forEach((row, at) =>
    fan.marks.still[at].setAttribute("d", apart ? through(x, fan.y, still.quantiles[row]) : ""),
  );
  formOwn();
  moveDay();
}

/** The chosen run, and what was measured. */
function formOwn() {
  const { x } = fan.frame;
  const outside = measured();
  const own = fan.own?.variable === bench.shown.variable ? fan.own : null;
  const runs = own === null ? "" : throughSome(x, fan.y, own);
  for (const line of fan.marks.measured) line.setAttribute("d", outside === null ? "" : through(x, fan.y, outside));
  for (const line of fan.marks.own) line.setAttribute("d", runs);
}

const throughSome = (x, y, { values, step }) =>
  Array.from(values, (value, at) => `${at ? "L" : "M"}${x(at * step).toFixed(1)} ${y(value).toFixed(1)}`).join("");

/** Acts of the record, as marks on their days. */
function drawRecorded() {
  const acts = bench.shown.record ? (bench.opened.record?.acts ?? []) : [];
  fan.marks.acts.replaceChildren(
    ...acts.map(({ day, text, rung }) => {
      const at = fan.frame.x(day);
      const each = mark("path", { d: `M${at - 4} ${ABOVE - 6}h8l-4 8z` }, mark("title", {}, `${longDate(day)}: ${text}`));
      each.style.fill = rung === null ? "var(--quiet)" : rungColour(rung);
      return each;
    }),
  );
}

/** The day that is read, with a dot on the chosen run or on the median. */
function moveDay() {
  const { picture } = heard;
  if (picture === null || fan.marks === null) return;
  const day = Math.min(bench.shown.day, data.head.days - 1);
  const own = ownOn(day);
  const at = fan.frame.x(day);
  fan.marks.day.setAttribute("x1", at);
  fan.marks.day.setAttribute("x2", at);
  fan.marks.dot.setAttribute("cx", at);
  fan.marks.dot.setAttribute("cy", fan.y(own ?? picture.moved.quantiles[MEDIAN][day]));
  fan.marks.dot.style.fill = own === null ? "var(--ink)" : "var(--warm)";
  tellDay(day, own);
}

function ownOn(day) {
  if (fan.own === null || fan.own.variable !== bench.shown.variable) return null;
  return fan.own.values[Math.min(Math.round(day / fan.own.step), fan.own.values.length - 1)];
}

/** Read the day. */
function tellDay(day, own) {
  const { moved, still, isMoved: apart } = heard.picture;
  const at = (picture, row) => figure(picture.quantiles[row][day]);
  const unit = unitOf(variableNow());
  const [, from, to] = BANDS[1];
  const median = beside(at(moved, MEDIAN), at(still, MEDIAN), apart);
  const text = `median ${median}${unit}, middle 80 % ${at(moved, from)} to ${at(moved, to)}${
    apart ? ` (was ${at(still, from)} to ${at(still, to)})` : ""
  }${own === null ? "" : `; run ${whole(bench.shown.run)} at ${figure(own)}`}`;
  byId("reading").replaceChildren(node("b", {}, longDate(day)), `: ${text}.`);
  byId("day").setAttribute("aria-valuetext", `${longDate(day)}: ${text}`);
}

/** A click: the day is read, and the run whose line passes nearest is chosen. */
function pointAt(event) {
  const box = fan.frame.svg.getBoundingClientRect();
  const day = Math.round(fan.frame.x.back(((event.clientX - box.left) / box.width) * fan.frame.width));
  setDay(Math.min(Math.max(day, 0), data.head.days - 1));
  const value = fan.y.back(((event.clientY - box.top) / box.height) * fan.frame.height);
  const run = nearestRun(bench.shown.day, value);
  if (run !== null) choose(run);
}

/** Of the runs that the page holds, the one that passes nearest to a value around a day. */
function nearestRun(day, value) {
  if (fan.paths === null) return null;
  const { run, lines, step } = fan.paths;
  const point = Math.min(Math.round(day / step), lines[0].length - 1);
  const points = [point - 1, point, point + 1].filter((each) => each >= 0 && each < lines[0].length);
  let best = [Infinity, null];
  lines.forEach((line, at) => {
    const far = points.reduce((sum, each) => sum + (line[each] - value) ** 2, 0);
    if (far < best[0]) best = [far, run[at]];
  });
  return best[1];
}

function setDay(day) {
  bench.shown.day = day;
  byId("day").value = day;
  moveDay();
  writeAddress();
}

function pictureFan({ moved, still }) {
  const key = `fan ${bench.shown.variable}`;
  const outside = measured();
  const known = [moved.quantiles[0], moved.quantiles[6], still.quantiles[0], still.quantiles[6]];
  if (outside !== null) known.push(outside);
  if (fan.own?.variable === bench.shown.variable) known.push(fan.own.values);
  const wider = widen(key, ...ends(known));
  if (wider || fan.variable !== bench.shown.variable) {
    fan.variable = bench.shown.variable;
    redrawFan();
  } else formFan();
}

const BAND_KEYS = (of) => [
  ["var(--band)", `50 % ${of}`, 0.85],
  ["var(--band)", "80 %", 0.47],
  ["var(--band)", "95 %", 0.2],
];

/** What the colours and lines of the fan mean. */
function tellFanKeys() {
  keys("fan-keys", BAND_KEYS("of the runs"));
  const unit = variableNow().unit;
  const outside = measured();
  byId("fan-keys").append(
    strokeKey("2px dotted var(--ink)", unit === "1" || !unit ? "median" : `median, in ${unit}`),
    ...(heard.picture?.isMoved ? [asWrittenKey()] : []),
    ...(outside === null ? [] : [strokeKey("3px solid var(--first)", "measured")]),
    ...(bench.shown.record ? [node("span", {}, "▾ what happened")] : []),
    ...(fan.own?.variable === bench.shown.variable ? [strokeKey("3px solid var(--warm)", `run ${whole(fan.own.run)}`)] : []),
  );
}

function tellFan({ moved, still, isMoved: apart }) {
  const last = data.head.days - 1;
  const at = (picture, row) => figure(picture.quantiles[row][last]);
  const [, from, to] = BANDS[1];
  say(
    "fan",
    `${inFull(variableNow())}, ${longDate(0)} to ${longDate(last)}, ${whole(moved.runs)} runs. On the last day the median is ${beside(
      at(moved, MEDIAN),
      at(still, MEDIAN),
      apart,
    )}, and the middle 80 % lie between ${at(moved, from)} and ${at(moved, to)}.`,
  );
  tellFanKeys();
}

function tableOfFan() {
  const { moved, still, isMoved: apart } = heard.picture;
  const levels = ["2.5 %", "10 %", "25 %", "median", "75 %", "90 %", "97.5 %"];
  const outside = measured();
  return {
    head: ["day", "date", ...levels, ...(apart ? levels.map((level) => `${level}, as written`) : []), ...(outside ? ["measured"] : [])],
    rows: Array.from({ length: data.head.days }, (_, day) => [
      day,
      dateOf(day).toISOString().slice(0, 10),
      ...moved.quantiles.map((row) => row[day]),
      ...(apart ? still.quantiles.map((row) => row[day]) : []),
      ...(outside ? [outside[day]] : []),
    ]),
  };
}

function beginFan() {
  redrawFan = plot("fan", drawFan);
  pictures.set("fan", {
    title: () => inFull(variableNow()),
    table: tableOfFan,
  });
  whenPictured.push(pictureFan);
  whenRests.push(tellFan);
  byId("day").addEventListener("input", (event) => setDay(Number(event.target.value)));
  byId("variable").addEventListener("change", (event) => {
    bench.shown.variable = event.target.value;
    fan.paths = null;
    ageBranch();
    showRecordTick();
    writeAddress();
    send();
  });
  byId("record").addEventListener("change", (event) => {
    bench.shown.record = event.target.checked;
    if (heard.picture === null) return;
    fan.variable = null;
    pictureFan(heard.picture);
    tellFanKeys();
    writeAddress();
  });
}

/** Whether there is a record to lay over. */
function showRecordTick() {
  const record = bench.opened.record;
  byId("record-tick").hidden = record === null || (record.acts.length === 0 && !(bench.shown.variable in record.series));
  byId("record").checked = bench.shown.record;
}
