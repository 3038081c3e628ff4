// What each decision moved: futures with it and without it, on the same dice.

const signed = (value, text) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${text(Math.abs(value))}`;
const points = (value) => `${(100 * value).toFixed(1)}`;

function moved(shift) {
  if (shift.kind === "outcome") {
    const range = shift.low === null ? "" : ` (${signed(shift.low, points)} to ${signed(shift.high, points)})`;
    return [percent(shift.without), percent(shift.with), `${signed(shift.difference, points)}${range} points`];
  }
  const range = shift.low === null ? "" : ` (${signed(shift.low, figure)} to ${signed(shift.high, figure)})`;
  return [figure(shift.without), figure(shift.with), `${signed(shift.difference, figure)}${range}`];
}

/** A difference with its interval, on a line with nothing in its middle. */
function gauge(shift, most) {
  const track = node("span", { class: "track", "aria-hidden": "true" });
  const at = (value) => `${(50 + (50 * Math.max(-most, Math.min(most, value))) / (most || 1)).toFixed(2)}%`;
  const put = (name, left, right) => {
    const part = node("i", { class: name });
    part.style.left = at(left);
    if (right !== undefined) part.style.right = `${100 - parseFloat(at(right))}%`;
    track.append(part);
  };
  put("zero", 0);
  if (shift.low !== null) put("span", shift.low, shift.high);
  put("dot", shift.difference);
  return track;
}

function shiftsTable(effect) {
  const heads = ["", "Without", "With it", "Difference (95 %)"];
  const most = Math.max(
    ...effect.shifts
      .filter((each) => each.kind === "outcome")
      .flatMap((each) => [Math.abs(each.low ?? each.difference), Math.abs(each.high ?? each.difference)]),
    0.01,
  );
  return node(
    "table",
    { class: "card shifts" },
    node("caption", { class: "hidden" }, "What it moved"),
    node(
      "thead",
      {},
      node(
        "tr",
        {},
        ...heads.map((text, at) => (at ? node("th", { scope: "col", class: "n" }, text) : node("td", {}))),
      ),
    ),
    node(
      "tbody",
      {},
      ...effect.shifts.map((shift) => {
        const [without, withIt, difference] = moved(shift);
        return node(
          "tr",
          shift.sure ? { class: "sure" } : { class: "unsure" },
          node("th", { scope: "row", class: "gauge" }, shift.label, shift.kind === "outcome" ? gauge(shift, most) : ""),
          node("td", { class: "n", "data-label": "without" }, without),
          node("td", { class: "n", "data-label": "with it" }, withIt),
          node("td", { class: "n", "data-label": "difference" }, difference),
        );
      }),
    ),
  );
}

function effectInWords(effect) {
  const share = `${percent(effect.share)} (${percent(effect.low).replace(" %", "")} to ${percent(effect.high)})`;
  return `In ${share} of ${whole(effect.futures)} pairs of futures over ${counted(effect.days, "day")}, some outcome came about with it and not without it, or the other way round.`;
}

/** What was decided, in words. */
function whatOf({ kind, what }) {
  if (kind === "left") return `left the day to its own people, whom nobody had asked: ${what}`;
  if (kind === "lapsed") return `what was ordered could not be done: ${what}`;
  return kind === "inject" ? `let it happen: ${what}` : what;
}

/** A decision with what it moved. */
function decisionCard(decision, level = "h4") {
  const { effect } = decision;
  return node(
    "article",
    { class: decision.mattered ? "decision mattered" : "decision" },
    node(
      "p",
      { class: "decision-head" },
      node("time", { datetime: decision.date }, dayOf(decision.date)),
      ` · ${decision.label}`,
    ),
    node(level, { class: "what" }, sentence(capital(whatOf(decision)))),
    ...decision.why.map((text) => node("blockquote", {}, text)),
    ...(effect === undefined
      ? [node("p", { class: "note" }, "It could not be carried out, and so moved nothing.")]
      : [
          node("p", {}, effectInWords(effect)),
          ...(effect.shifts.length
            ? [shiftsTable(effect)]
            : [node("p", { class: "note" }, "Nothing in them differs.")]),
        ]),
  );
}

/** Decisions: those that mattered most, at length; the others when they are asked for. */
function decisionList(decisions, foremost) {
  const first = decisions.filter((each) => foremost.includes(each.number));
  first.sort((a, b) => foremost.indexOf(a.number) - foremost.indexOf(b.number));
  const others = decisions.filter((each) => !foremost.includes(each.number));
  if (decisions.length === 0) return [node("p", {}, "Nothing was decided here: the rules played on every day.")];
  return [
    ...(first.length
      ? []
      : [
          node(
            "p",
            {},
            `${counted(decisions.length, "decision was", "decisions were")} taken; none is among those that moved most by more than the error.`,
          ),
        ]),
    ...first.map((each) => decisionCard(each)),
    ...(others.length
      ? [
          node(
            "details",
            {},
            node(
              "summary",
              {},
              first.length ? `${counted(others.length, "more decision")}` : `All ${counted(others.length, "decision")}`,
            ),
            ...others.map((each) => decisionCard(each)),
          ),
        ]
      : []),
  ];
}

/** Lines of a text with its bullets, as paragraphs and lists. */
function prose(lines) {
  const found = [];
  for (const line of lines) {
    const bullet = /^\s*[·→] /.exec(line);
    const deep = /^\s+[·→] /.test(line);
    if (bullet === null) {
      found.push(node("p", {}, line));
      continue;
    }
    if (found.at(-1)?.tagName !== "UL") found.push(node("ul", { class: "told-list" }));
    const arrow = line.trimStart().startsWith("→");
    found.at(-1).append(node("li", { class: arrow ? "arrow" : deep ? "deep" : "" }, line.slice(bullet[0].length)));
  }
  return found;
}

const OWN = ["The decisions that mattered most", "The other decisions", "The decisions"];

/** Tell a world, or tell it anew where it has gone on meanwhile. */
function refillSection(section, world) {
  const id = `world-${world.world}`;
  section.id = id;
  section.setAttribute("aria-labelledby", `${id}-title`);
  refill(section, world, () => worldIn(world, id));
}

function worldIn(world, id) {
  const facts = world.refused
    ? [node("p", { class: "fault" }, sentence(world.refused))]
    : world.days === 0
      ? [node("p", {}, "No day of it was played.")]
      : [
          node(
            "p",
            { class: "standfirst" },
            `To ${dayOf(world.date)}: ${counted(world.days, "day")} in ${counted(world.turns, "turn")}, ${world.deaths === 0 ? "nobody dead" : `${whole(world.deaths)} dead`}.${world.taken_back ? ` Turns were taken back ${counted(world.taken_back, "time")}.` : ""}${world.over ? "" : " It is not over yet."}`,
          ),
          ...sectionsOf(world, ["The essentials"]).flatMap((each) => prose(each.lines)),
          node("h3", {}, "What decisions moved"),
          ...decisionList(world.decisions, world.foremost),
          ...sectionsOf(world, null).map((each) =>
            node("details", {}, node("summary", {}, each.title), ...prose(each.lines)),
          ),
        ];
  return [node("h2", { id: `${id}-title`, "data-short": world.name }, called(world)), ...facts];
}

const sectionsOf = (world, titles) =>
  world.sections.filter((each) =>
    titles === null ? each.title !== "The essentials" && !OWN.includes(each.title) : titles.includes(each.title),
  );

function showWorlds() {
  keepList(
    byId("worlds"),
    [...told.worlds.values()].sort((a, b) => Number(isMine(b)) - Number(isMine(a)) || a.world - b.world),
    (world) => world.world,
    () => node("section"),
    (section, world) => refillSection(section, world),
  );
}

function showMine() {
  const { you } = told;
  const world = told.worlds.get(you?.world);
  if (!you?.seat || !world?.decisions) return;
  const mine = world.decisions.filter((each) => each.seat === you.seat);
  mine.sort((a, b) => (b.effect?.share ?? 0) - (a.effect?.share ?? 0));
  const sure = mine.filter((each) => each.mattered);
  byId("mine").hidden = false;
  byId("mine-in").replaceChildren(
    node(
      "p",
      { class: "standfirst" },
      mine.length === 0
        ? `${world.seats[you.seat]}: you gave no order that changed anything, so its own people decided throughout.`
        : `${world.seats[you.seat]}: ${counted(mine.length, "decision")}, of which ${sure.length === 0 ? "none" : whole(sure.length)} moved something by more than the error of the futures.`,
    ),
    ...(mine.length
      ? [...(sure.length ? sure : mine.slice(0, 1)).slice(0, 3).map((each) => decisionCard(each, "h3"))]
      : []),
    ...(mine.length > Math.max(sure.length, 1) || sure.length > 3 ? [restOfMine(mine, sure)] : []),
  );
}

function restOfMine(mine, sure) {
  const first = new Set((sure.length ? sure : mine.slice(0, 1)).slice(0, 3));
  const rest = mine.filter((each) => !first.has(each));
  return node(
    "details",
    {},
    node("summary", {}, `Your ${counted(rest.length, "other decision")}`),
    ...rest.map((each) => decisionCard(each, "h3")),
  );
}
