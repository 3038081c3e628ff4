// What parted the worlds: a tree of their histories, and the acts that differ between them and mattered.

const HOW = {
  order: "on order",
  unasked: "by its own people, without an order",
  rules: "by the rules",
  umpire: "by the teacher",
  scenario: "by the scenario",
  alone: "by its own people",
};

/** The lane of each world: those that never parted share one, and those that parted last lie side by side. */
function lanesOf(partings) {
  let groups = [lived().map((each) => each.world)];
  for (const { parts } of partings) {
    const split = parts.map((part) => part.worlds);
    const of = split.flat();
    groups = groups.flatMap((group) =>
      group.some((world) => of.includes(world))
        ? [...split, ...[group.filter((world) => !of.includes(world))].filter((rest) => rest.length)]
        : [group],
    );
  }
  return new Map(groups.flatMap((group, at) => group.map((world) => [world, at])));
}

/** The heights at which a world's line runs, from which day on. */
function turnsOf(world, partings, lanes) {
  const middle = (worlds) => {
    const found = [...new Set(worlds.map((each) => lanes.get(each)))];
    return found.reduce((sum, each) => sum + each, 0) / found.length;
  };
  const found = [[0, middle([...lanes.keys()])]];
  for (const { day, parts } of partings) {
    const part = parts.find((each) => each.worlds.includes(world));
    if (part) found.push([day, middle(part.worlds)]);
  }
  return found;
}

const LANE = 46;
const BEND = 16;
let redrawTree = null;

function drawTree(frame) {
  const { svg, x } = frame;
  const { partings, differences } = told.whole;
  const lanes = lanesOf(partings);
  const y = (lane) => 26 + LANE * lane;
  const ends = [];
  axes(frame, y, []);
  const heights = new Map();
  for (const world of lived()) {
    const turns = turnsOf(world.world, partings, lanes);
    heights.set(world.world, (day) => y(turns.filter(([from]) => from <= day).at(-1)[1]));
    let [d, at] = [`M${x(0)} ${y(turns[0][1])}`, y(turns[0][1])];
    for (const [day, lane] of turns.slice(1)) {
      d += `H${x(day)}c${BEND / 2} 0 ${BEND / 2} ${y(lane) - at} ${BEND} ${y(lane) - at}`;
      at = y(lane);
    }
    d += `H${Math.max(x(world.days - 1), x(turns.at(-1)[0]) + BEND + 6)}`;
    svg.append(mark("path", { class: isMine(world) ? "branch mine" : "branch", d }));
  }
  for (const lane of new Set(lanes.values())) {
    const names = listedWords(namesOf([...lanes.keys()].filter((world) => lanes.get(world) === lane)));
    if (frame.labelled) ends.push([y(lane), names, "var(--ink)"]);
    else svg.append(mark("text", { x: frame.right, y: y(lane) - 8, "text-anchor": "end", class: "label" }, names));
  }
  differences.forEach((each, number) => {
    for (const cell of each.worlds.filter(({ moved }) => moved > 0)) {
      const [cx, cy] = [x(cell.day) + BEND + 4, heights.get(cell.world)(cell.day)];
      const dot = mark("circle", { cx, cy, r: 10, class: "act-mark" });
      dot.style.fill = each.rung === null ? "var(--quiet)" : rungColour(each.rung);
      const text = mark("text", { x: cx, y: cy + 4, "text-anchor": "middle", class: "act-number" }, String(number + 1));
      text.style.fill =
        each.rung !== null && each.rung <= PALE ? "light-dark(#000000, #ffffff)" : "light-dark(#ffffff, #15171a)";
      svg.append(dot, text);
    }
  });
  if (frame.labelled) endLabels(frame, ends);
}

function differenceItem({ by, label, rung, worlds }) {
  const cell = (world) => {
    const found = worlds.find((each) => each.world === world.world);
    const day = Math.min(...worlds.map((each) => each.day));
    const text = found
      ? `${shortDate(found.day)}${HOW[found.how] ? `, ${HOW[found.how]}` : ""}${found.moved > 0 ? `; an outcome differs in ${percent(found.moved)} of futures` : ""}`
      : world.days <= day
        ? "was over before"
        : "never";
    return node("li", {}, node("b", {}, called(world)), " ", node("span", { class: found ? "" : "quiet" }, text));
  };
  return node(
    "li",
    {},
    node("p", { class: "what" }, ...(rung === null ? [] : [rungMark(rung), " "]), by ? `${by}: ${label}` : label),
    node("ul", {}, ...lived().map(cell)),
  );
}

/** Where an outcome did not come about: worlds that were over before it first did are told apart. */
function elsewhere(where, id) {
  const day = Math.min(...where.map((each) => each.outcomes[id]));
  const others = lived().filter((each) => !where.includes(each));
  const named = (some) => listedWords(namesOf(some.map((each) => each.world)));
  const [lasted, ended] = [others.filter((each) => each.days > day), others.filter((each) => each.days <= day)];
  return [
    lasted.length ? `, and not in ${named(lasted)}` : "",
    ended.length ? `; ${named(ended)} ${ended.length === 1 ? "was" : "were"} over by then` : "",
  ].join("");
}

/** Outcomes that came about in some worlds and not in all, in sentences. */
function cameApart() {
  const worlds = lived();
  return told.beside.outcomes
    .map(({ id, label }) => [label, worlds.filter((each) => each.outcomes[id] !== undefined), id])
    .filter(([, where]) => where.length > 0 && where.length < worlds.length)
    .map(([label, where, id]) =>
      node(
        "li",
        {},
        node("b", {}, label),
        `: ${listedWords(where.map((each) => `${called(each)} on ${shortDate(each.outcomes[id])}`))}${elsewhere(where, id)}.`,
      ),
    );
}

function doneIn({ label, by, ordered }) {
  return node(
    "li",
    {},
    node("b", {}, by ? `${by}: ` : ""),
    label,
    node("span", { class: ordered ? "ordered" : "quiet" }, ordered ? " (on order)" : by ? " (its own people)" : ""),
  );
}

function partingItem({ day, parts }) {
  const nothing = parts.every((part) => part.done.length === 0);
  return node(
    "li",
    {},
    node("h3", {}, longDate(day)),
    node(
      "div",
      { class: "parts-of" },
      ...parts.map((part) =>
        node(
          "div",
          {},
          node("h4", {}, listedWords(namesOf(part.worlds))),
          part.done.length
            ? node("ul", {}, ...part.done.map(doneIn))
            : node("p", { class: "quiet" }, nothing ? "the same acts, with other dead" : "nothing of this"),
        ),
      ),
    ),
  );
}

function partedInWords({ partings, differences }) {
  if (partings.length === 0) return "Nothing did: the same happened in all of them.";
  const acts = differences.length
    ? ` The numbers mark what was not done everywhere on the same day and moved what could come by more than its error.`
    : " Nothing that differs between them moved what could come by more than its error.";
  return `All worlds had the same dice, so until somebody did something else they are one history.${acts}`;
}

function showPartings() {
  const { partings, differences } = told.whole;
  if (!partings || lived().length < 2) return;
  byId("parted").hidden = false;
  byId("parted-told").textContent = partedInWords(told.whole);
  byId("plot-tree").hidden = partings.length === 0;
  byId("plot-tree").dataset.height = String(26 + LANE * new Set(lanesOf(partings).values()).size + BELOW);
  byId("differences").replaceChildren(...differences.map(differenceItem));
  const came = cameApart();
  byId("parted-rest").replaceChildren(
    ...(came.length ? [node("h3", {}, "And so it came about"), node("ul", { class: "told-list" }, ...came)] : []),
    ...(partings.length
      ? [
          node(
            "details",
            {},
            node(
              "summary",
              {},
              `All that was done on the ${partings.length === 1 ? "day" : "days"} on which they parted`,
            ),
            node("ol", { class: "partings" }, ...partings.map(partingItem)),
          ),
        ]
      : []),
  );
  if (partings.length === 0) return;
  if (redrawTree === null) redrawTree = plot("tree", drawTree, 200);
  else redrawTree();
}
