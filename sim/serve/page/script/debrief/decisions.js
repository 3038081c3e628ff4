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

/** How much hung on a decision, in a sentence. */
function effectInWords(effect) {
  const share = `${percent(effect.share)} of ${whole(effect.futures)} futures (${percent(effect.low).replace(" %", "")} to ${percent(effect.high)})`;
  return `With it and without it, some outcome differs within ${counted(effect.days, "day")} in ${share}.`;
}

/** How far something moved: from an open dot, without the decision, to a full one, with it. */
function moveLine(shift) {
  const isShare = shift.kind === "outcome";
  const say = isShare ? percent : figure;
  const track = node("span", { class: "move-track", "aria-hidden": "true" });
  if (isShare) {
    const [low, high] = [Math.min(shift.without, shift.with), Math.max(shift.without, shift.with)];
    const tie = node("i", { class: "tie" });
    tie.style.left = `${100 * low}%`;
    tie.style.right = `${100 * (1 - high)}%`;
    const dots = [
      ["from", shift.without],
      ["to", shift.with],
    ].map(([kind, value]) => {
      const dot = node("i", { class: kind });
      dot.style.left = `${100 * value}%`;
      return dot;
    });
    track.append(tie, ...dots);
  }
  return node(
    "li",
    {},
    node("span", {}, isShare ? shift.label : `${shift.label}, on average`),
    track,
    node(
      "span",
      { class: "move-figures" },
      node("span", { class: "hidden" }, "without it "),
      node("span", { class: "quiet" }, say(shift.without)),
      node("span", { "aria-hidden": "true" }, " → "),
      node("span", { class: "hidden" }, ", with it "),
      node("b", {}, say(shift.with)),
    ),
  );
}

/** What was decided, in words. */
function whatOf({ kind, what }) {
  if (kind === "left") return `gave no order; its own people acted: ${what}`;
  if (kind === "lapsed") return `what was ordered could not be done: ${what}`;
  return kind === "inject" ? `let it happen: ${what}` : what;
}

const FEW = 4;

/** What is told of a decision at a glance: the outcomes that it moved most, and the dead. */
function foremostOf(shifts) {
  const sure = shifts.filter((each) => each.sure);
  const dead = sure.filter((each) => each.kind === "deaths");
  return [...sure.filter((each) => each.kind === "outcome").slice(0, FEW - dead.length), ...dead];
}

/** What the dots of a decision mean. */
const dotsKey = () =>
  node(
    "p",
    { class: "keys dots-key", "aria-hidden": "true" },
    node("span", {}, node("i", { class: "from" }), "without it"),
    node("span", {}, node("i", { class: "to" }), "with it"),
    node("span", {}, "share of futures, from 0 to 100 %"),
  );

/** What a decision moved surely, in a few lines; all figures when they are asked for. */
function movedBy(effect) {
  const sure = foremostOf(effect.shifts);
  return [
    node("p", {}, effectInWords(effect)),
    ...(sure.length
      ? [node("ul", { class: "moves" }, ...sure.map(moveLine))]
      : [node("p", { class: "note" }, "Nothing in them differs by more than the error.")]),
    ...(effect.shifts.length
      ? [node("details", {}, node("summary", {}, "All figures, with their errors"), shiftsTable(effect))]
      : []),
  ];
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
    ...(decision.by_teacher && decision.seat !== null
      ? [node("p", { class: "note" }, decision.yours ? "Ordered by you and by the teacher." : "Ordered by the teacher.")]
      : []),
    ...decision.why.map((text) => node("blockquote", {}, text)),
    ...(effect === undefined
      ? [node("p", { class: "note" }, "It could not be carried out, and so moved nothing.")]
      : movedBy(effect)),
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

/** A world's decisions, and all that a debrief of it tells besides, folded. */
function worldIn(world) {
  if (world.refused) return [node("p", { class: "fault" }, sentence(world.refused))];
  if (world.days === 0) return [node("p", {}, "No day of it was played.")];
  return [
    ...decisionList(world.decisions, world.foremost),
    ...sectionsOf(world).map((each) => node("details", {}, node("summary", {}, each.title), ...prose(each.lines))),
  ];
}

const sectionsOf = (world) =>
  world.sections.filter((each) => each.title !== "The essentials" && !OWN.includes(each.title));

function makeWorldOf(world) {
  const open = byId("worlds").childElementCount === 0 && byId("mine").hidden && !NARROW.matches;
  return node(
    "details",
    { class: "world-of", ...(open ? { open: "" } : {}) },
    node("summary", {}, node("h3", {})),
    node("div", {}),
  );
}

function showWorldOf(box, world) {
  const many = world.decisions?.length ?? 0;
  refill(box.querySelector("h3"), [world.name, many], () => [
    called(world),
    node("span", { class: "quiet" }, ` ${counted(many, "decision")}`),
  ]);
  refill(box.querySelector(":scope > div"), world, () => worldIn(world));
}

function showWorlds() {
  byId("decisions").hidden = false;
  refill(byId("decisions-key"), [], () => [dotsKey()]);
  keepList(
    byId("worlds"),
    [...told.worlds.values()].sort((a, b) => Number(isMine(b)) - Number(isMine(a)) || a.world - b.world),
    (world) => world.world,
    makeWorldOf,
    showWorldOf,
  );
}

function showMine() {
  const { you } = told;
  const world = told.worlds.get(you?.world);
  if (!you?.seat || !world?.decisions) return;
  const mine = [...told.worlds.values()].flatMap((each) => (each.decisions ?? []).filter(({ yours }) => yours));
  mine.sort((a, b) => (b.effect?.share ?? 0) - (a.effect?.share ?? 0));
  const sure = mine.filter((each) => each.mattered);
  byId("mine").hidden = false;
  byId("mine-in").replaceChildren(
    node(
      "p",
      { class: "standfirst" },
      mine.length === 0
        ? `${world.seats[you.seat]}: you gave no order that changed anything.`
        : `${listedWords([...new Set(mine.map((each) => each.label))])}: ${counted(mine.length, "decision")}, of which ${sure.length === 0 ? "none" : whole(sure.length)} moved something by more than the error of the futures.`,
    ),
    ...(mine.length ? [dotsKey()] : []),
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
