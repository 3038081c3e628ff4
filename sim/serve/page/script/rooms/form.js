// The form of a new room: what is proposed follows from the crisis and the size of the class, until it is touched.

const touched = { worlds: false, seats: false };
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const scenarioNow = () => data.scenarios.find((each) => each.name === element("scenario").value);
const atHome = () => chosen("mode") === "homework";
const within = (id, low, high, otherwise) => {
  const value = Number(element(id).value);
  return element(id).value !== "" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) : otherwise;
};
const studentsNow = () => Math.round(within("students", 1, 120, 20));
const seatsNow = () => [...element("seats").querySelectorAll("input:checked")].map((each) => each.value);
const minutesNow = () => (atHome() ? null : within("minutes", 0.5, 1440, null));

/** The plan as the server takes it. */
function planNow() {
  const minutes = minutesNow();
  return {
    scenario: element("scenario").value,
    mode: chosen("mode"),
    worlds: atHome() ? 1 : Math.round(within("worlds", 1, MOST_WORLDS, 1)),
    seats: seatsNow(),
    turn: Math.round(within("turn", 1, scenarioNow().days, 14)),
    seconds: minutes === null ? null : Math.round(60 * minutes),
    late: atHome() && chosen("late") === "umpire" ? "rules" : chosen("late"),
    known: chosen("known"),
    futures: element("futures").checked,
    forecast: element("forecast").checked,
    stop_rung: element("stop").value === "" ? null : Number(element("stop").value),
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
    node("option", { value: "" }, "no rung: it always lasts its days"),
    ...ladder
      .map((label, rung) =>
        rung ? node("option", { value: rung }, `rung ${rung} or above: ${label.toLowerCase()}`) : null,
      )
      .filter(Boolean),
  );
  element("stop").value = before;
  Object.assign(touched, { worlds: false, seats: false });
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

function seatTouched() {
  touched.seats = true;
  if (!touched.worlds && seatsNow().length) {
    element("worlds").value = Math.min(Math.ceil(studentsNow() / seatsNow().length), MOST_WORLDS);
  }
  drawSummary();
}

/** Worlds and seats as the class needs them, where the teacher has not chosen. */
function propose() {
  const found = suggested(studentsNow(), castOf(scenarioNow()).length);
  const boxes = [...element("seats").querySelectorAll("input")];
  if (!touched.seats) for (const [at, box] of boxes.entries()) box.checked = at < found.seats;
  if (!touched.worlds) {
    const seats = Math.max(seatsNow().length, 1);
    element("worlds").value = touched.seats ? Math.min(Math.ceil(studentsNow() / seats), MOST_WORLDS) : found.worlds;
  }
  drawSummary();
}

function drawSummary() {
  const home = atHome();
  for (const id of ["students-entry", "worlds-entry", "minutes-entry", "late-umpire"]) element(id).hidden = home;
  const plan = planNow();
  const labels = [...element("seats").querySelectorAll("input:checked")].map((each) => shortName(each.dataset.label));
  fill("summary", node("p", {}, placesTold(plan, labels, home)), node("p", { class: "below" }, timeTold(plan, home)));
  const places = plan.worlds * plan.seats.length;
  fill(
    "worlds-told",
    home ? "" : `${capital(counted(places, "seat"))} in all, for ${counted(studentsNow(), "student")}.`,
  );
  fill("seats-told", home ? "Everybody chooses one of these." : "In each world, these seats are open to students.");
  fill("time-told", home ? "" : hourTold(plan));
}

/** A name without whose head stands behind it in brackets. */
const shortName = (label) => label.replace(/ \(.*\)$/, "").replace(/^The /, "the ");

function placesTold(plan, labels, home) {
  if (!labels.length) return "Choose at least one seat.";
  if (home) return `Everybody gets a world of their own, in the seat of ${eitherOf(labels)}.`;
  const [worlds, seats] = [plan.worlds, labels.length];
  const empty = worlds * seats - studentsNow();
  const rest =
    empty > 0
      ? ` ${capital(counted(empty, "seat"))} stay${empty === 1 ? "s" : ""} empty and will be played by the model.`
      : "";
  const more =
    empty < 0
      ? ` ${capital(counted(-empty, "student"))} will find no seat: add ${worlds < MOST_WORLDS ? "worlds or seats" : "seats"}.`
      : "";
  const said =
    worlds === 1
      ? `One world with ${counted(seats, "seat")}`
      : `${capital(counted(worlds, "world"))} of the same crisis, with ${counted(seats, "seat")} in each`;
  return `${said}: ${listed(labels)}.${rest}${more}`;
}

const eitherOf = (labels) =>
  labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(", ")} or ${labels[labels.length - 1]}`;

function timeTold(plan, home) {
  const turn = `A turn is ${plan.turn % 7 ? counted(plan.turn, "day") : counted(plan.turn / 7, "week")} of the crisis`;
  if (home) return `${turn}.`;
  return plan.seconds === null
    ? `${turn}; it goes on when everybody is done.`
    : `${turn}, with ${minutesTold(plan.seconds)} to decide.`;
}

const minutesTold = (seconds) => (seconds % 60 ? `${seconds} seconds` : counted(seconds / 60, "minute"));

/** How far an hour of play comes. */
function hourTold(plan) {
  if (plan.seconds === null) return "Without a clock, a turn ends when everybody is done or when you say so.";
  const turns = Math.max(1, Math.round(3600 / plan.seconds));
  const scenario = scenarioNow();
  const days = Math.min(turns * plan.turn, scenario.days);
  return `In an hour, about ${counted(turns, "turn")}: from ${longDate(scenario.start)} to ${longDate(daysAfter(scenario.start, days))}.`;
}

element("scenario").addEventListener("change", drawScenario);
element("students").addEventListener("input", propose);
element("worlds").addEventListener("input", () => {
  touched.worlds = true;
  drawSummary();
});
element("plan").addEventListener("change", drawSummary);
for (const id of ["turn", "minutes"]) element(id).addEventListener("input", drawSummary);
