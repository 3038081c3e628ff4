// The form of a new room: what is proposed follows from the crisis and the size of the class, until it is touched.

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const scenarioNow = () => data.scenarios.find((each) => each.name === element("scenario").value);
const atHome = () => chosen("mode") === "homework";
const within = (id, low, high, otherwise) => {
  const value = Number(element(id).value);
  return element(id).value !== "" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) : otherwise;
};
const studentsNow = () => Math.round(within("students", 1, 120, 20));
const worldsNow = () => Math.round(within("worlds", 1, MOST_WORLDS, 1));
const seatsNow = () => [...element("seats").querySelectorAll("input:checked")].map((each) => each.value);
const minutesNow = () => (atHome() ? null : within("minutes", 0.5, 1440, null));

/** The plan as the server takes it. */
function planNow() {
  const minutes = minutesNow();
  return {
    scenario: element("scenario").value,
    mode: chosen("mode"),
    students: atHome() ? null : studentsNow(),
    worlds: atHome() ? 1 : worldsNow(),
    seats: seatsNow(),
    turn: Math.round(within("turn", 1, scenarioNow().days, 14)),
    seconds: minutes === null ? null : Math.round(60 * minutes),
    late: atHome() ? "rules" : chosen("late"),
    known: chosen("known"),
    futures: element("futures").checked,
    forecast: element("forecast").checked,
    stop_rung: element("stop").value === "" ? null : Number(element("stop").value),
    stop_outcomes: element("stop-outcomes").checked,
    seed: element("seed").value === "" ? null : Math.round(within("seed", 0, 4294967295, 0)),
  };
}

function drawScenario() {
  const scenario = scenarioNow();
  fill(
    "scenario-told",
    node("span", { class: "asked-of" }, scenario.question),
    node("span", { class: "below" }, `${longDate(scenario.start)} to ${longDate(scenario.end)}`),
  );
  const ladder = data.ladder[scenario.theatre];
  const before = element("stop").value;
  element("stop").replaceChildren(
    node("option", { value: "" }, "never: whatever is done, a turn goes on"),
    ...ladder
      .map((label, rung) =>
        rung ? node("option", { value: rung }, `on rung ${rung} or above against one of the seats: ${label.toLowerCase()}`) : null,
      )
      .filter(Boolean),
  );
  element("stop").value = before;
  fill("stop-outcomes-told", `Such as: ${Object.values(data.outcomes[scenario.theatre]).slice(0, 3).join("; ")}.`);
  drawSeats();
  propose();
}

function drawSeats() {
  fill(
    "seats",
    castOf(scenarioNow()).map((seat) =>
      node(
        "li",
        {},
        node(
          "label",
          { class: "row" },
          node("input", { type: "checkbox", value: seat.id, "data-label": seat.label, onchange: () => seatTouched() }),
          node(
            "span",
            {},
            node("b", {}, seat.label),
            node("span", { class: "below" }, `${capital(counted(seat.acts, "act"))} of its own. ${seat.wants ?? ""}`),
          ),
        ),
      ),
    ),
  );
}

let touched = false; // whether the seats were chosen one by one

/** Ways into worlds for so many students: the first is taken, until another is. */
function propose() {
  touched = false;
  const ways = proposals(studentsNow(), castOf(scenarioNow()).length);
  fill("proposed", ways.map(proposal));
  settle(ways[0]);
}

function proposal(way, at) {
  const choice = node("input", {
    type: "radio",
    name: "way",
    value: way.worlds,
    checked: at === 0,
    onchange: () => {
      touched = false;
      settle(way);
    },
  });
  return node(
    "label",
    { class: "row" },
    choice,
    node("span", {}, wayTold(way), at === 0 ? node("span", { class: "below" }, "Proposed for this number.") : null),
  );
}

const inWords = (n) => NUMBERS[n] ?? figure(n);

/** A way into worlds: "Four worlds: three of five students, one of six". */
function wayTold({ worlds, seats, fewer, without }) {
  const missing = without ? `, and ${counted(without, "student")} more than there are seats` : "";
  if (worlds === 1) return `One world, of ${counted(seats - fewer, "student")}${missing}`;
  if (!fewer) return `${capital(counted(worlds, "world"))} of ${counted(seats, "student")} each${missing}`;
  const [small, large] = [fewer, worlds - fewer];
  return `${capital(counted(worlds, "world"))}: ${inWords(large)} of ${counted(seats, "student")}, ${inWords(small)} of ${counted(seats - 1, "student")}`;
}

/** Take a way into worlds: as many worlds and seats, those first that have most to decide. */
function settle({ worlds, seats }) {
  element("worlds").value = worlds;
  for (const [at, box] of [...element("seats").querySelectorAll("input")].entries()) box.checked = at < seats;
  drawSummary();
}

/** Another number of worlds has as many seats as its students need; seats that were chosen have as many worlds. */
function worldsTouched() {
  if (touched) drawSummary();
  else settle(inWorlds(studentsNow(), worldsNow(), castOf(scenarioNow()).length));
  markWay();
}

function seatTouched() {
  touched = true;
  if (seatsNow().length) element("worlds").value = Math.min(Math.ceil(studentsNow() / seatsNow().length), MOST_WORLDS);
  markWay();
  drawSummary();
}

/** Among the proposals, what was chosen by hand, if it is one of them. */
function markWay() {
  for (const box of document.querySelectorAll('input[name="way"]')) {
    box.checked = !touched && Number(box.value) === worldsNow();
  }
}

function drawSummary() {
  const home = atHome();
  for (const id of ["students-entry", "proposals", "worlds-entry", "minutes-entry", "late-entry"]) {
    element(id).hidden = home;
  }
  const plan = planNow();
  const labels = [...element("seats").querySelectorAll("input:checked")].map((each) => shortName(each.dataset.label));
  fill(
    "summary",
    node("p", {}, placesTold(plan, labels, home)),
    node("p", { class: "below" }, timeTold(plan, home)),
    home ? null : node("p", { class: "below" }, hourTold(plan)),
  );
  fill("seats-told", home ? "Everybody chooses one of these." : "These seats are open to students in each world.");
  fill("more-seats-told", labels.length ? `(${counted(labels.length, "seat")})` : "");
  fill("more-time-told", `(${turnTold(plan)}${plan.seconds === null ? "" : `, ${minutesTold(plan.seconds)}`})`);
  fill("more-known-told", plan.known === "own" ? "(their own side)" : "(what really happened)");
}

/** A name without whose head stands behind it in brackets. */
const shortName = (label) => label.replace(/ \(.*\)$/, "").replace(/^The /, "the ");

function placesTold(plan, labels, home) {
  if (!labels.length) return "Choose at least one seat.";
  if (home) return `Everybody gets a world of their own, in the seat of ${eitherOf(labels)}.`;
  const [worlds, seats] = [plan.worlds, labels.length];
  const said =
    worlds === 1
      ? `One world with ${counted(seats, "seat")}`
      : `${capital(counted(worlds, "world"))} of the same crisis, with ${counted(seats, "seat")} in each`;
  return `${said}: ${listed(labels)}.${emptyTold(worlds, seats)}`;
}

/** What becomes of seats without students, and of students without seats. */
function emptyTold(worlds, seats) {
  const empty = worlds * seats - studentsNow();
  if (empty === 0) return "";
  if (empty < 0)
    return ` ${capital(counted(-empty, "student"))} will find no seat: ${worlds < MOST_WORLDS ? "add worlds or seats" : "add seats, or let two share one"}.`;
  const enough = Math.ceil(studentsNow() / seats);
  if (enough < worlds) return ` That is ${counted(empty, "seat")} too many: ${counted(enough, "world")} would do.`;
  if (worlds > 1 && empty < worlds) return ` In ${inWords(empty)} of them, one seat is left to the model.`;
  return ` ${capital(counted(empty, "seat"))} ${empty === 1 ? "is" : "are"} left to the model.`;
}

const eitherOf = (labels) =>
  labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(", ")} or ${labels[labels.length - 1]}`;

const turnTold = (plan) => `a turn is ${plan.turn % 7 ? counted(plan.turn, "day") : counted(plan.turn / 7, "week")}`;

function timeTold(plan, home) {
  const turn = `${capital(turnTold(plan))} of the crisis`;
  const early = plan.stop_rung === null && !plan.stop_outcomes ? "" : " at most";
  if (home) return `${turn}${early}. It goes on when they say so.`;
  return plan.seconds === null
    ? `${turn}${early}; it goes on when everybody is done, or when you say so.`
    : `${turn}${early}, with ${minutesTold(plan.seconds)} to decide.`;
}

const minutesTold = (seconds) => (seconds % 60 ? `${seconds} seconds` : counted(seconds / 60, "minute"));

const HOUR = 3600;

/** How far an hour of play comes, by the clock. */
function hourTold(plan) {
  if (plan.seconds === null) return "";
  const scenario = scenarioNow();
  const turns = Math.min(Math.max(1, Math.round(HOUR / plan.seconds)), Math.ceil(scenario.days / plan.turn));
  const until = longDate(daysAfter(scenario.start, Math.min(turns * plan.turn, scenario.days)));
  const pace = turns * plan.seconds < HOUR - plan.seconds ? `In ${minutesTold(turns * plan.seconds)}` : "In an hour";
  return plan.stop_rung === null && !plan.stop_outcomes
    ? `${pace}, about ${counted(turns, "turn")}: from ${longDate(scenario.start)} to ${until}.`
    : `${pace}, about ${counted(turns, "turn")}: from ${longDate(scenario.start)} to ${until} at the latest, and less far in a world where much happens.`;
}

element("scenario").addEventListener("change", drawScenario);
element("students").addEventListener("input", propose);
element("worlds").addEventListener("input", worldsTouched);
element("plan").addEventListener("change", drawSummary);
for (const id of ["turn", "minutes"]) element(id).addEventListener("input", drawSummary);
