// While it is played: all worlds at a glance, and what can be done to all of them.

/** What the umpire does to one world, or to all. */
function barOf(world) {
  const of = { world: world === null ? null : world.world };
  const all = world === null;
  const paused = all ? table.overview.worlds.filter((each) => !each.over).every((each) => each.paused) : world.paused;
  const which = all ? "all worlds" : titleOf(world);
  const clock = [
    doing(
      paused ? "Go on" : "Pause",
      "pause",
      { ...of, paused: !paused },
      paused ? `Clocks run: ${which}.` : `Stopped: ${which}.`,
      {
        "aria-label": `${paused ? "Go on" : "Pause"}: ${which}`,
      },
    ),
    doing("+ 1 minute", "extend", { ...of, seconds: 60 }, `One minute more: ${which}.`, {
      "aria-label": `One minute more: ${which}`,
    }),
  ];
  return [
    ...(table.room.mode === "homework" && table.room.seconds === null ? [] : clock),
    sure(
      "Live the turn now",
      () => notYet(world),
      "Live it",
      () => attempt("advance", { ...of, days: null }, `The turn was lived: ${which}.`),
      { "aria-label": `Live the turn now: ${which}` },
    ),
  ];
}

/** Who is not done yet in a world, or in all that go on, by world, as a question; null if all are. */
function notYet(one) {
  const open = one === null ? table.overview.worlds.filter((each) => !each.over) : [worldOf(one.world)];
  if (open.every((world) => world.paused)) return null; // nothing is lived by a stopped clock: the server says so
  const late = open
    .map((world) => [world, world.seats.filter((seat) => ["here", "late", "lost"].includes(stateOf(seat)))])
    .filter(([, seats]) => seats.length > 0)
    .map(([world, seats]) => `${one ? "" : `${titleOf(world)}: `}${seats.map((seat) => seat.label).join(", ")}`);
  if (late.length === 0) return null;
  const where = one ? titleOf(one) : open.length === 1 ? "the world" : `all ${open.length} worlds`;
  return `Live the turn in ${where}? Not done yet: ${late.join("; ")}.`;
}

function showBar({ stage, worlds }) {
  const open = worlds.filter((each) => !each.over);
  refill(byId("all-bar"), [stage, open.map((each) => each.paused), worlds.length], () =>
    stage !== "playing" || open.length === 0
      ? []
      : [
          node("span", { class: "bar-of" }, worlds.length === 1 ? "The world" : "All worlds"),
          ...(table.room.mode === "homework" ? [] : barOf(worlds.length === 1 ? worlds[0] : null)),
          button("Tell everybody …", () => openTelling(byId("all-form"), null)),
        ],
  );
}

const ENDS = {
  umpire: "You ended this world here.",
  "last day": "The last day of the crisis was lived.",
  fault: "The model could not go on from here; what was lived until then holds.",
};

/** What the teacher has to know of a world beside its figures: that it cannot go on, that it is over, and by what. */
function standsIn(world) {
  if (world.over) return world.ended ? [node("p", { class: "note" }, ENDS[world.ended])] : [];
  const found = [];
  if (world.fault)
    found.push(
      node(
        "p",
        { class: "fault", role: "alert" },
        `${sentence(capital(world.fault))} Nothing that was ordered is lost. Make room on the disk, or restart the server; the other worlds go on.`,
      ),
    );
  else if (world.waits)
    found.push(
      node(
        "p",
        { class: "fault" },
        "Time is over, and not all are done. Give them a minute, act for them, or live the turn.",
      ),
    );
  return found;
}

const facts = (entries) =>
  node(
    "dl",
    { class: "facts" },
    ...entries.map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))),
  );

/** How tense a world is, as a number and a bar. */
function tensionBar(tension) {
  const bar = node("span", { class: "tension", "aria-hidden": "true" }, node("i"));
  bar.firstChild.style.width = `${Math.min(Math.max(tension, 0), 100)}%`;
  return node("span", {}, tension.toFixed(0), bar);
}

function cardIn(world) {
  const came = [...world.outcomes]
    .sort((a, b) => a.date.localeCompare(b.date))
    .map((each) => node("li", {}, `${each.label}, ${briefly(each.date)}`));
  return [
    node(
      "p",
      { class: "card-date" },
      dayOf(world.date),
      node("span", {}, world.over ? `after ${counted(world.turn, "turn")}` : `turn ${world.turn + 1}`),
    ),
    ...standsIn(world),
    node("p", { class: "card-rung" }, rungInWords(world.rung, world.rung_label)),
    ...(world.rungs?.length ? [rungLine(world.rungs, data.head.days)] : []),
    facts([
      ["Tension", tensionBar(world.tension)],
      ["Dead", whole(world.deaths)],
      ["Outcomes", String(came.length)],
    ]),
    ...(came.length ? [node("ul", { class: "card-came" }, ...came)] : []),
    node(
      "ul",
      { class: "seats brief" },
      ...(world.over ? [] : world.seats).map((seat) =>
        node(
          "li",
          {},
          node("b", {}, seat.label),
          node("span", { class: "who-sits" }, seat.person === null ? "" : whoIs(seat)),
          stateMark(stateOf(seat), seat.gone),
        ),
      ),
    ),
    ...(world.last?.length ? [node("p", { class: "lately" }, lately(world.last[world.last.length - 1]))] : []),
  ];
}

/** What happened last, with its day as it is read. */
const lately = (told) => told.replace(/^(\d{4}-\d\d-\d\d): /, (_, day) => `${briefly(day)}: `);

function makeCard(world) {
  const id = `card-${world.world}`;
  return node(
    "article",
    { class: "world-card", "aria-labelledby": id },
    node(
      "header",
      {},
      node("h3", { id }, titleOf(world)),
      node("span", { class: "clock", "data-clock": `world ${world.world}` }),
    ),
    node("div", { class: "in" }),
    node("div", { class: "bar" }),
  );
}

function showCard(card, world) {
  const { left, deadline, ...still } = world;
  setClock(`world ${world.world}`, world);
  card.classList.toggle("open", table.open === world.world);
  card.classList.toggle("waits", Boolean(world.waits));
  refill(card.querySelector(".in"), still, () => cardIn(world));
  refill(card.querySelector(":scope > .bar"), [world.over, world.paused, table.open === world.world], () => [
    ...(world.over ? [] : barOf(world)),
    button(
      table.open === world.world ? "Close" : "Open",
      () => openPanel(table.open === world.world ? null : world.world),
      {
        "aria-expanded": String(table.open === world.world),
        "aria-label": `${table.open === world.world ? "Close" : "Open"} ${titleOf(world)}`,
      },
    ),
  ]);
}

const since = (seconds) => {
  if (seconds === null || seconds === undefined) return "never";
  const minutes = Math.max(0, Math.round((Date.now() / 1000 - seconds) / 60));
  return minutes < 1
    ? "just now"
    : minutes < 90
      ? `${minutes} min ago`
      : minutes < 2880
        ? `${Math.round(minutes / 60)} h ago`
        : `${Math.round(minutes / 1440)} days ago`;
};

/** Worlds of people at home: a line for each, the one that has got furthest first. */
function homework(overview) {
  const heads = ["Who", "Seat", "Where they are", "Turn", "Rung", "Dead", "Last did something", ""];
  const rows = [...overview.worlds].sort((a, b) => b.turn - a.turn);
  const done = rows.filter((each) => each.over).length;
  return [
    node("p", { class: "note" }, `${counted(rows.length, "world")}, ${done} played to the end.`),
    node(
      "div",
      { class: "wide", role: "region", "aria-label": "How far everybody is", tabindex: "0" },
      node(
        "table",
        { class: "card" },
        node("caption", { class: "hidden" }, "How far everybody is"),
        node(
          "thead",
          {},
          node("tr", {}, ...heads.map((text) => (text === "" ? node("td", {}) : node("th", { scope: "col" }, text)))),
        ),
        node("tbody", {}, ...rows.map((world) => homeRow(overview, world))),
      ),
    ),
  ];
}

function homeRow(overview, world) {
  const people = overview.people.filter((each) => each.world === world.world);
  const names = people.map((each) => each.name ?? "without a name").join(", ");
  const last = Math.max(...people.map((each) => each.last ?? 0));
  const share = node("span", { class: "tension", "aria-hidden": "true" }, node("i"));
  share.firstChild.style.width = `${((100 * (world.day ?? 0)) / data.head.days).toFixed(1)}%`;
  const open = table.open === world.world;
  const seats = world.seats.filter((each) => each.person !== null).map((each) => each.label);
  const cells = [
    ["seat", seats.join(", ") || "–"],
    ["where", node("span", {}, world.over ? `over, ${dayOf(world.date)}` : dayOf(world.date), share)],
    ["turn", world.over ? `${world.turn} lived` : String(world.turn + 1)],
    ["rung", rungInWords(world.rung, world.rung_label)],
    ["dead", whole(world.deaths)],
    ["last", last ? since(last) : "never"],
    [
      "",
      button(open ? "Close" : "Open", () => openPanel(open ? null : world.world), {
        "aria-expanded": String(open),
        "aria-label": `${open ? "Close" : "Open"} world ${world.world}`,
      }),
    ],
  ];
  const here = people.some((each) => each.here);
  return node(
    "tr",
    {},
    node("th", { scope: "row" }, names || `World ${world.world}`, " ", stateMark(here ? "here" : "lost")),
    ...cells.map(([label, inside]) => node("td", label ? { "data-label": label } : {}, inside)),
  );
}

function showWorlds(overview) {
  const atHome = table.room.mode === "homework";
  showBar(overview);
  byId("playing-title").textContent =
    overview.stage === "over"
      ? "How it ended"
      : overview.worlds.length === 1
        ? "The world"
        : `${counted(overview.worlds.length, "world")}`;
  byId("cards").classList.toggle("at-home", atHome);
  if (atHome) {
    const shown = overview.worlds.map(({ left, deadline, ...world }) => world);
    refill(byId("cards"), [shown, overview.people, table.open], () => homework(overview));
    watchWide();
  } else keepList(byId("cards"), overview.worlds, (world) => world.world, makeCard, showCard);
}
