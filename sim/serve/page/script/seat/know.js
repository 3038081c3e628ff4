// What the seat knows: the ladder, what moved, grudges, outcomes, and all it has heard.

const LEAST_MOVED = 0.02; // what counts as a move, of a share, or beside what it was

/** A reading's value without its unit. */
function bare(reading, value) {
  if (value === null) return "unknown";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return reading.unit === "1" ? percent(value) : figure(value);
}
const unitTold = (reading) =>
  reading.unit === "1" || reading.unit === ""
    ? null
    : node("span", { class: "below" }, UNITS[reading.unit] ?? reading.unit);
const UNITS = { "Mb/d": "million barrels a day", "USD/bbl": "dollars a barrel", persons: "people", d: "days" };

/** By how much a variable moved in a week, with its sign; 0 for what is hardly a move. */
function moved(reading) {
  const { value, a_week_ago: then } = reading;
  if (value === null || then === null || value === then) return 0;
  if (typeof value === "boolean") return value ? 100 : -100;
  const size = (value - then) / (reading.unit === "1" ? 1 : Math.max(Math.abs(then), 1e-9));
  return Math.abs(size) >= LEAST_MOVED ? size : 0;
}

/** The ladder and tension of the whole crisis, as readings. */
function wholeCrisis({ rungs, tension, tension_a_week_ago: before }) {
  const { rung, a_week_ago: then } = rungs.at(-1);
  const rounded = (value) => (value === null ? null : Math.round(value));
  return [
    { label: "Rung of the whole crisis", value: rung, a_week_ago: then, unit: "" },
    { label: "Tension, of 100", value: rounded(tension), a_week_ago: rounded(before), unit: "" },
  ];
}

function drawKnow() {
  const { view } = play.morning;
  fill("ladder", [...view.rungs].reverse().map(ladderLine));
  const movers = view.variables.filter(moved).sort((a, b) => Math.abs(moved(b)) - Math.abs(moved(a)));
  const crisis = wholeCrisis(view).filter(moved);
  fill(
    "moved",
    crisis.length + movers.length
      ? node("ul", { class: "movers" }, [...crisis, ...movers.slice(0, 8)].map(moverLine))
      : node("p", { class: "note" }, "No number that your side can measure. What was done since then is in your news."),
  );
  const held = view.grievances.filter((each) => each.provocation >= 0.01).sort((a, b) => b.provocation - a.provocation);
  fill(
    "held",
    held.length
      ? node("ul", { class: "shares wide-shares" }, held.map(grudge))
      : node("p", { class: "note" }, "Nothing this morning."),
  );
  drawCame(view);
  drawVariables();
  element("all-known").querySelector("summary").textContent = `All that you have heard (${view.known.length})`;
  fill("known", view.known.length ? byDay([...view.known].reverse()) : node("p", { class: "note" }, "Nothing yet."));
  fill("who", node("ul", { class: "cast" }, play.hello.seats.map(who)));
}

/** Where an exchange stands: ten steps, of which those below are filled. */
function ladderLine(each) {
  const steps = node("span", { class: "steps", "aria-hidden": "true" });
  for (let rung = 1; rung < play.hello.ladder.length; rung += 1) {
    const step = node("i");
    if (rung <= each.rung) step.style.background = `var(--rung-${rung})`;
    steps.append(step);
  }
  const whole = each.dyad === null;
  return node(
    "li",
    { class: whole ? "whole" : null },
    node("b", {}, each.label),
    steps,
    node(
      "span",
      { class: "below" },
      `Rung ${each.rung}: ${each.rung_label}`,
      whole ? `; tension ${Math.round(play.morning.view.tension)} of 100` : "",
    ),
  );
}

function moverLine(reading) {
  const up = moved(reading) > 0;
  return node(
    "li",
    {},
    node("span", { class: up ? "arrow up" : "arrow down", "aria-hidden": "true" }, up ? "▲" : "▼"),
    node("span", {}, reading.label, unseen(up ? ", up" : ", down")),
    node(
      "span",
      { class: "amounts" },
      `${bare(reading, reading.a_week_ago)} → `,
      node("b", {}, bare(reading, reading.value)),
      unitTold(reading),
    ),
  );
}

function grudge(each) {
  const line = shareBar(each.label, each.provocation, each.blood >= 0.05 ? "blood" : null);
  const told = [
    each.blood >= 0.05 ? "there is blood in it" : null,
    each.suspected > 0.5 ? "most of it on suspicion" : null,
    Math.round(each.strongest) > 1 ? `the worst of it weighs by now like rung ${Math.round(each.strongest)}` : null,
  ].filter(Boolean);
  if (told.length) line.append(node("span", { class: "below" }, `${capital(told.join("; "))}.`));
  return line;
}

function drawCame(view) {
  const came = Object.entries(view.outcomes);
  fill(
    "came",
    came.length
      ? [
          node("h3", {}, "What has come about"),
          node(
            "ul",
            { class: "plain" },
            came.map(([id, day]) => node("li", {}, node("b", {}, outcomeCalled(id)), ` on ${longDate(day)}`)),
          ),
        ]
      : null,
  );
}

/** Every variable, those that have the words that are looked for. */
function drawVariables() {
  const { view } = play.morning;
  const words = element("variable-words").value.trim().toLowerCase();
  const shown = view.variables.filter((each) => each.label.toLowerCase().includes(words));
  element("all-variables").querySelector("summary").textContent =
    `Everything that can be measured (${view.variables.length})`;
  fill(
    "variables",
    shown.length
      ? node("ul", { class: "movers" }, shown.map(variableLine))
      : node("p", { class: "note" }, "Nothing is called so."),
  );
}

function variableLine(reading) {
  const sign = Math.sign(moved(reading));
  const old = reading.as_of !== null && daysBetween(reading.as_of, play.morning.view.date) > 1;
  return node(
    "li",
    {},
    node("span", { class: "arrow", "aria-hidden": "true" }, sign > 0 ? "▲" : sign < 0 ? "▼" : ""),
    node(
      "span",
      {},
      reading.label,
      sign ? unseen(sign > 0 ? ", up" : ", down") : null,
      old ? node("span", { class: "below" }, `As of ${shortDate(reading.as_of)}`) : null,
    ),
    node(
      "span",
      { class: "amounts" },
      node("b", {}, bare(reading, reading.value)),
      reading.value === null ? null : unitTold(reading),
    ),
  );
}

const who = (seat) =>
  node(
    "li",
    {},
    node("h4", {}, seat.label),
    seat.about ? node("p", {}, seat.about) : null,
    seat.wants ? node("p", { class: "wants" }, node("b", {}, "What it wants:"), " ", seat.wants) : null,
  );

element("variable-words").addEventListener("input", drawVariables);
