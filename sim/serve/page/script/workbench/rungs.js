// Rungs: where the runs stand on each day, or how many have climbed how far; and how many die in a run.

const rungsDrawn = { frame: null, y: null, marks: null, reached: false };
const deathsDrawn = { frame: null, x: null, y: null, marks: null };
const leastDead = () => bench.opened.least_dead;
let redrawRungs = () => {};
let redrawDeaths = () => {};

function drawRungs(frame) {
  const { svg, height } = frame;
  const { reached } = rungsDrawn;
  const top = reached ? (reaches.get("reached") ?? [0, 1])[1] : 1;
  rungsDrawn.frame = frame;
  rungsDrawn.y = toRange(0, top, height - BELOW, ABOVE);
  axes(
    frame,
    rungsDrawn.y,
    ticks(0, top, 3).map((share) => [share, `${Number((100 * share).toPrecision(3))} %`]),
  );
  const rungs = reached ? (heard.picture?.moved.rungs ?? []) : data.ladder.map((_, rung) => rung);
  rungsDrawn.marks = {
    rungs,
    now: rungs.map((rung) => {
      const made = drawn(svg, reached ? "path" : "layer");
      made.style[reached ? "stroke" : "fill"] = rungColour(rung);
      return made;
    }),
    was: rungs.map(() => drawn(svg, "still-median")),
  };
  formRungs();
}

function formRungs() {
  const { picture } = heard;
  if (picture === null || rungsDrawn.frame === null || rungsDrawn.marks.rungs.length === 0) return;
  (rungsDrawn.reached ? formReached : formStanding)(picture);
}

/** Layers of the runs by rung, the lowest below; dashed, where they lay. */
function formStanding({ moved, still, isMoved: apart }) {
  const { frame, y, marks } = rungsDrawn;
  let below = new Float64Array(data.head.days);
  let was = new Float64Array(data.head.days);
  marks.rungs.forEach((rung) => {
    const runs = moved.standing[rung];
    const above = below.map((share, day) => share + runs[day] / moved.runs);
    marks.now[rung].setAttribute("d", runs.some((count) => count > 0) ? between(frame.x, y, below, above) : "");
    below = above;
    was = was.map((share, day) => share + still.standing[rung][day] / still.runs);
    const shown = apart && rung % 2 === 1 && rung < 9; // every other one: all of them would be a thicket
    marks.was[rung].setAttribute("d", shown ? through(frame.x, y, was) : "");
  });
}

function formReached({ moved, still, isMoved: apart }) {
  const { frame, y, marks } = rungsDrawn;
  const line = (runs, n) => through(frame.x, y, Array.from(runs, (count) => count / n));
  marks.rungs.forEach((_, at) => {
    marks.now[at].setAttribute("d", line(moved.reached[at], moved.runs));
    marks.was[at].setAttribute("d", apart ? line(still.reached[at], still.runs) : "");
  });
}

function pictureRungs({ moved, still }) {
  const last = data.head.days - 1;
  const highest = [moved, still].flatMap((each) => each.reached.map((runs) => runs[last] / each.runs));
  const wider = widen("reached", 0, Math.min(Math.max(0.05, ...highest), 0.94));
  if (rungsDrawn.reached && (wider || rungsDrawn.marks.rungs.length === 0)) redrawRungs();
  else formRungs();
}

function tellRungs({ moved, still, isMoved: apart }) {
  const last = data.head.days - 1;
  const { reached } = rungsDrawn;
  const share = (each, at) => percent((reached ? each.reached : each.standing)[at][last] / each.runs);
  const rungs = reached ? moved.rungs : data.ladder.map((_, rung) => rung);
  const told = rungs
    .map((rung, at) => [rung, share(moved, at), share(still, at)])
    .filter(([, now, was]) => now !== "0 %" || was !== "0 %")
    .map(([rung, now, was]) => [rung, `${data.ladder[rung]} ${beside(now, was, apart)}`]);
  say(
    "rungs",
    `${reached ? "Share of the runs that have reached a rung or one above it by the last day" : "Share of the runs on each rung on the last day"}: ${told.map(([, text]) => text).join("; ")}.`,
  );
  byId("title-rungs").textContent = reached ? "Climbed so far" : "On the ladder";
  keys(
    "rungs-keys",
    rungs.map((rung) => [rungColour(rung), String(rung)]),
  );
  byId("rungs-keys").prepend(node("span", {}, "rung"));
  if (apart) byId("rungs-keys").append(asWrittenKey());
}

function tableOfRungs() {
  const { moved, still, isMoved: apart } = heard.picture;
  const { reached } = rungsDrawn;
  const rungs = reached ? moved.rungs : data.ladder.map((_, rung) => rung);
  const parts = apart ? [moved, still] : [moved];
  const of = (each) => (reached ? each.reached : each.standing);
  return {
    head: [
      "day",
      "date",
      ...parts.flatMap((_, part) => rungs.map((rung) => `${reached ? "reached " : ""}${rung}${part ? ", as written" : ""}`)),
    ],
    rows: Array.from({ length: data.head.days }, (_, day) => [
      day,
      dateOf(day).toISOString().slice(0, 10),
      ...parts.flatMap((each) => of(each).map((runs) => runs[day] / each.runs)),
    ]),
  };
}

/** How many die: share of the runs with at least so many dead. */
function drawDeaths(frame) {
  const { svg, width, height } = frame;
  deathsDrawn.frame = frame;
  deathsDrawn.x = toRange(0, leastDead().length - 1, LEFT + 4, width - RIGHT - 6);
  deathsDrawn.y = toRange(0, 1, height - BELOW, ABOVE);
  const { x, y } = deathsDrawn;
  for (const share of [0, 0.5, 1]) {
    svg.append(
      mark("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(share), y2: y(share) }),
      mark("text", { x: LEFT - 6, y: y(share) + 4, "text-anchor": "end" }, `${100 * share} %`),
    );
  }
  leastDead().forEach((dead, at) => {
    svg.append(mark("text", { x: x(at), y: height - BELOW + 17, "text-anchor": "middle" }, shortCount(dead)));
  });
  deathsDrawn.marks = {
    was: drawn(svg, "still-median"),
    line: drawn(svg, "path toll"),
    dots: leastDead().map((_, at) => {
      const dot = mark("circle", { class: "toll-dot", r: 3.6, cx: x(at) });
      svg.append(dot);
      return dot;
    }),
  };
  formDeaths();
}

const shortCount = (count) => (count >= 1000 ? `${count / 1000}k` : String(count));
const tollOf = ({ deaths, runs }) => deaths.at_least.map((count) => count / runs);

function formDeaths() {
  const { picture } = heard;
  if (picture === null || deathsDrawn.frame === null || picture.moved.deaths === null) return;
  const { x, y, marks } = deathsDrawn;
  const now = tollOf(picture.moved);
  marks.line.setAttribute("d", through(x, y, now));
  marks.dots.forEach((dot, at) => dot.setAttribute("cy", y(now[at])));
  marks.was.setAttribute("d", picture.isMoved ? through(x, y, tollOf(picture.still)) : "");
}

function tellDeaths({ moved, deaths, isMoved: apart }) {
  if (moved.deaths === null) return;
  const differ = apart && deaths ? `, ${moreOrFewer(deaths)}` : "";
  const text = `${figure(moved.deaths.mean)} dead in the mean run${differ}`;
  byId("deaths-told").textContent = `${text}.`;
  byId("deaths-keys").replaceChildren(
    strokeKey("2px solid var(--blood)", "share of the runs with at least so many dead"),
    ...(apart ? [asWrittenKey()] : []),
  );
  const told = leastDead().map((dead, at) => `at least ${whole(dead)} in ${percent(tollOf(moved)[at])}`);
  say("deaths", `${text}. Share of the runs by how many die: ${told.join(", ")}.`);
}

const more = (value) => `${figure(Math.abs(value))} ${value < 0 ? "fewer" : "more"}`;

/** A difference with its paired interval, the smaller end first. */
function moreOrFewer({ difference, low, high }) {
  if (difference === 0 && low === 0 && high === 0) return "as many as in the scenario as it is written";
  if (low < 0 && high > 0) return `${more(difference)} (${more(low)} to ${more(high)})`;
  const [near, far] = low < 0 || high < 0 ? [high, low] : [low, high];
  return `${more(difference)} (${figure(Math.abs(near))} to ${more(far)})`;
}

function tableOfDeaths() {
  const { moved, still, isMoved: apart } = heard.picture;
  return {
    head: ["at least so many dead", "share of the runs", ...(apart ? ["as written"] : [])],
    rows: leastDead().map((dead, at) => [dead, tollOf(moved)[at], ...(apart ? [tollOf(still)[at]] : [])]),
  };
}

function beginRungs() {
  redrawRungs = plot("rungs", drawRungs);
  redrawDeaths = plot("deaths", drawDeaths);
  byId("rungs-kind").addEventListener("change", (event) => {
    rungsDrawn.reached = event.target.value === "reached";
    redrawRungs();
    if (heard.picture !== null) tellRungs(heard.picture);
  });
  pictures.set("rungs", {
    title: () => (rungsDrawn.reached ? "Share of the runs that have reached a rung" : "Share of the runs on each rung"),
    table: tableOfRungs,
  });
  pictures.set("deaths", {
    title: () => "Share of the runs with at least so many dead",
    table: tableOfDeaths,
  });
  whenPictured.push(pictureRungs, formDeaths);
  whenRests.push(tellRungs, tellDeaths);
}
