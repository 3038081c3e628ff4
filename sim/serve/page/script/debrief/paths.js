// Paths of the worlds beside runs in which nobody sat, and beside what really happened.

const told = { room: null, you: null, beside: null, worlds: new Map(), whole: null };
const lived = () => [...told.worlds.values()].filter((each) => each.days > 0).sort((a, b) => a.world - b.world);
const DASHES = ["", "7 3", "8 3 2 3", "2 2"];
const lineOf = (at) => [`var(--path-${(at % 4) + 1})`, DASHES[Math.floor(at / 4) % 4]];
const isMine = (world) => told.you?.world === world.world;
const called = (world) => (isMine(world) ? `${world.name} (yours)` : world.name);

function drawTension(frame) {
  const { svg, x, height } = frame;
  const cut = (row) => row.slice(0, data.head.days);
  const quantiles = rows(told.beside.tension).map(cut);
  const paths = lived().map((world) => rows(world.tension)[0]);
  const really = told.beside.really ? cut(rows(told.beside.really.tension)[0]) : null;
  const all = [quantiles[6], ...paths, ...(really ? [really] : [])];
  const high = Math.max(...all.map((row) => Math.max(...row.filter((value) => !Number.isNaN(value)))));
  const y = toRange(0, high, height - BELOW, ABOVE + 4);
  axes(
    frame,
    y,
    ticks(0, high).map((value) => [value, String(value)]),
  );
  for (const [name, from, to] of BANDS)
    svg.append(mark("path", { class: `band ${name}`, d: between(x, y, quantiles[from], quantiles[to]) }));
  svg.append(mark("path", { class: "median", d: through(x, y, quantiles[MEDIAN]) }));
  if (really) svg.append(mark("path", { class: "measured", d: through(x, y, really) }));
  const ends = [];
  /** Where a path ends: a label at the side if it goes there, else a dot. */
  const finish = (row, text, colour) => {
    const end = Math.min(row.length, data.head.days) - 1;
    if (end === data.head.days - 1) ends.push([y(row[end]), text, colour]);
    else {
      const dot = mark("circle", { class: "dot", cx: x(end), cy: y(row[end]), r: 4.5 });
      dot.style.fill = colour;
      svg.append(dot);
    }
  };
  if (really) finish(really, "what really happened", "var(--first)");
  lived().forEach((world, at) => {
    const [colour, dashes] = lineOf(at);
    const line = mark("path", {
      class: isMine(world) ? "path chosen" : "path",
      d: through(x, y, paths[at]),
      "stroke-dasharray": dashes,
    });
    line.style.stroke = colour;
    if (isMine(world)) svg.append(mark("path", { class: "halo", d: through(x, y, paths[at]) }));
    svg.append(line);
    for (const day of new Set(Object.values(world.outcomes))) {
      const [cx, cy] = [x(day), y(paths[at][day])];
      const came = mark("path", { class: "came-mark", d: `M${cx} ${cy - 6}l6 6l-6 6l-6 -6Z` });
      came.style.fill = colour;
      svg.append(came);
    }
    finish(paths[at], called(world), colour);
  });
  if (frame.labelled) endLabels(frame, ends);
  tensionKeys(really !== null);
}

function tensionKeys(really) {
  keys("tension-keys", [
    ["var(--band)", "50 % of the runs", 0.85],
    ["var(--band)", "80 %", 0.47],
    ["var(--band)", "95 %", 0.2],
  ]);
  const line = (colour, style, text) => {
    const swatch = node("i", { class: "line" });
    swatch.style.borderTop = `3px ${style} ${colour}`;
    return node("span", {}, swatch, text);
  };
  byId("tension-keys").append(
    line("var(--ink)", "dotted", "their median"),
    ...lived().map((world, at) => line(lineOf(at)[0], lineOf(at)[1] ? "dashed" : "solid", called(world))),
    ...(really ? [line("var(--first)", "solid", "what really happened")] : []),
  );
}

const meanOf = (row) => row.reduce((sum, each) => sum + each, 0) / Math.max(row.length, 1);

/** The chart in words. */
function tensionInWords() {
  const median = rows(told.beside.tension)[MEDIAN];
  const parts = lived().map((world) => {
    const row = rows(world.tension)[0];
    return `${called(world)} ${figure(meanOf(row))} (the median of the runs over the same days: ${figure(meanOf(median.slice(0, row.length)))})`;
  });
  return `A diamond marks a day on which an outcome came about. Bands: ${whole(told.beside.runs)} runs of the scenario in which nobody sat. Mean tension of the days lived: ${parts.join("; ")}.`;
}

function strip(name, rungs, strong = false) {
  const top = Math.max(0, ...rungs.slice(0, data.head.days));
  return node(
    "div",
    { class: strong ? "strip-of mine" : "strip-of" },
    node("span", { class: "strip-name" }, name),
    rungLine(rungs.slice(0, data.head.days), data.head.days, 44),
    node(
      "span",
      { class: "strip-top" },
      rungInWords(top, data.ladder[top]),
      node("span", { class: "hidden" }, " was the highest"),
    ),
  );
}

/** On each day, the rung on which the middle one of the runs stands. */
function middleRungs() {
  const standing = rows(told.beside.standing);
  return Array.from({ length: data.head.days }, (_, day) => {
    let below = 0;
    for (let rung = 0; rung < standing.length; rung += 1) {
      below += standing[rung][day];
      if (below * 2 >= told.beside.runs) return rung;
    }
    return standing.length - 1;
  });
}

function showStrips() {
  const really = told.beside.really;
  byId("strips").replaceChildren(
    ...lived().map((world) => strip(called(world), [...rows(world.rung)[0]], isMine(world))),
    ...(really ? [strip("What really happened", [...rows(really.rung)[0]])] : []),
    strip(`The middle of ${whole(told.beside.runs)} runs`, middleRungs()),
  );
  const used = new Set(
    [...lived().map((world) => world.rung), ...(really ? [really.rung] : [])]
      .flatMap((packed) => [...rows(packed)[0]])
      .concat(middleRungs()),
  );
  keys(
    "strip-keys",
    data.ladder
      .map((label, rung) => [rung, label])
      .filter(([rung]) => used.has(rung))
      .map(([rung, label]) => [rungColour(rung), label]),
  );
}

const interval = ({ share, low, high }) => `${percent(share)} (${percent(low).replace(" %", "")} to ${percent(high)})`;
const dateOn = (day) => shortDate(day);

/** Which outcomes came about where, and in how many of the runs. */
function outcomesTable() {
  const worlds = lived();
  const { shares, really, until } = told.whole ?? { shares: told.beside.outcomes, really: null, until: ALL };
  const heads = ["Outcome", ...worlds.map(called), "Of the runs", ...(really ? ["Really"] : [])];
  return node(
    "div",
    { class: "wide", role: "region", "aria-label": "Outcomes", tabindex: "0" },
    node(
      "table",
      { class: "card" },
      node("caption", {}, `What had come about by ${longDate(until - 1)}`),
      node("thead", {}, node("tr", {}, ...heads.map((text) => node("th", { scope: "col" }, text)))),
      node(
        "tbody",
        {},
        ...shares.map((outcome) =>
          node(
            "tr",
            {},
            node("th", { scope: "row" }, outcome.label),
            ...worlds.map((world) => {
              const day = world.outcomes[outcome.id];
              return node(
                "td",
                { "data-label": called(world), class: day === undefined ? "quiet" : "figure" },
                day !== undefined ? dateOn(day) : world.days < until ? `over on ${dateOn(world.days - 1)}` : "no",
              );
            }),
            node("td", { "data-label": "of the runs" }, interval(outcome)),
            ...(really
              ? [
                  node(
                    "td",
                    { "data-label": "really", class: really[outcome.id] ? "figure" : "quiet" },
                    really[outcome.id] ? "yes" : "no",
                  ),
                ]
              : []),
          ),
        ),
      ),
    ),
  );
}

let redrawTension = null;
const ALL = data.head.days;
const AHEAD = 1.4; // times the days lived, of which so much is drawn where a class did not get far

/** Draw all days of the scenario, or those that were lived and some more. */
function chooseDays() {
  const until = Math.max(...lived().map((each) => each.days));
  const some = Math.min(ALL, Math.max(Math.ceil(AHEAD * until), 30));
  byId("paths-all").parentElement.hidden = some > 0.8 * ALL;
  data.head.days = some > 0.8 * ALL || byId("paths-all").checked ? ALL : some;
}

byId("paths-all").addEventListener("change", () => showPaths());

function showPaths() {
  if (told.beside === null || lived().length === 0) return;
  chooseDays();
  showHappened();
  byId("beside").hidden = false;
  const really = told.beside.really;
  byId("beside-told").textContent =
    `${whole(told.beside.runs)} runs of the same scenario, in which the rules played every seat, show what usually comes of it.` +
    (really ? ` What really happened is drawn as the model reads the record, to ${really.until}.` : "");
  byId("tension-said").textContent = tensionInWords();
  if (redrawTension === null) redrawTension = plot("tension", drawTension, 200);
  else redrawTension();
  redrawTree?.();
  showStrips();
  byId("outcomes").replaceChildren(outcomesTable());
  watchWide();
}
