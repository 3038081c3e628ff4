// Before a seat is taken: what this is, what is expected, and who one would like to be.

const joining = { name: null, forecast: null };

const LATE = {
  rules: "your own people decide for you",
  hold: "your side does nothing",
  umpire: "your teacher decides for you",
};

/** How long something takes: "two minutes", "90 seconds". */
function during(seconds) {
  return seconds % 60 === 0 ? counted(seconds / 60, "minute") : `${seconds} seconds`;
}

/** How long a turn lasts in the crisis. */
function lasting(days) {
  if (days % 7 === 0) return counted(days / 7, "week");
  return counted(days, "day");
}

function promises(hello) {
  const alone = hello.mode === "homework";
  const told = [
    ["You see", "what your side would know: its news, its strength, and whom it suspects."],
    ["You do not see", "what others order, or who was behind what nobody owns up to."],
    ["A turn", `is ${lasting(hello.turn)} of the crisis. ${clockTold(hello)}`],
  ];
  if (hello.known === "all")
    told[1] = ["You see too", "what really happened, as the whole class does: this room is an open one."];
  told.push(
    alone
      ? ["This world", "is yours alone. Everybody else in it is played by the model, and you go at your own pace."]
      : ["Others", "sit in other seats. Seats that stay empty, and the rest of the cast, are played by the model."],
  );
  return told.map(([what, text]) => node("li", {}, node("b", {}, what), " ", text));
}

function clockTold(hello) {
  if (hello.mode === "homework") return "It goes on when you say so.";
  if (hello.seconds === null) return "It goes on when everybody is done.";
  return `You have ${during(hello.seconds)} to decide; if you are late, ${LATE[hello.late]}.`;
}

/** Who sees a name, and when it is deleted. */
function nameTold(hello) {
  const unused = "or when nobody has used the room for 30 days";
  return hello.mode === "homework"
    ? `Only your teacher sees it. It is deleted when your teacher ends or closes the room, ${unused}.`
    : `Your class and your teacher see it in this room. It is deleted when your teacher ends or closes the room, a day after the last turn, ${unused}.`;
}

/** The page that says what this is. */
function greet() {
  const { hello } = play;
  fill("welcome-title", hello.title);
  fill("welcome-question", hello.question ?? "");
  fill("welcome-about", hello.about ?? "");
  fill("welcome-promises", promises(hello));
  fill("name-note", nameTold(hello));
  fill(
    "welcome-step",
    hello.locked
      ? "Your teacher has locked this room: nobody else can join just now"
      : hello.stage === "playing" && hello.mode === "class"
        ? "Welcome: the crisis has begun, and you will be briefed"
        : "Welcome",
  );
  show("welcome");
}

element("welcome-form").addEventListener("submit", (event) => {
  event.preventDefault();
  joining.name = element("name").value.trim() || null;
  faultName(joining.name === null || SEEN.test(joining.name) ? null : "Nothing of this name can be seen. Write another.");
  if (element("name").getAttribute("aria-invalid") === "true") return;
  const asked = play.hello.stage === "gathering" || play.hello.mode === "homework";
  if (play.hello.forecast?.length && asked) askForecast();
  else choose();
});

const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u; // one of these at least, of a name

/** Say what is wrong with a name, where it is written. */
function faultName(fault) {
  fill("name-fault", fault ?? "");
  element("name").setAttribute("aria-invalid", String(Boolean(fault)));
  if (fault) element("name").focus();
}

/** Ask for each outcome in how many of a hundred crises it would come about. */
function askForecast() {
  const { end, mode } = play.hello;
  const who = mode === "homework" ? "you stop" : "your class stops";
  fill("forecast-end", longDate(end));
  fill(
    "forecast-earlier",
    `This is the last day of the crisis. If ${who} earlier, the model plays on to that day, many times over, and your forecast is held to that.`,
  );
  fill("forecast-rows", play.hello.forecast.map(forecastRow));
  show("forecast");
}

const UNSAID = "nothing said yet";

function forecastRow({ id: outcome, label }, at) {
  const number = node("input", {
    type: "text",
    inputmode: "numeric",
    id: `of-${at}`,
    maxlength: 3,
    "data-outcome": outcome,
    autocomplete: "off",
    oninput: () => {
      number.value = number.value.replace(/\D/g, "");
      if (Number(number.value) > 100) number.value = "100";
      slider.classList.toggle("unset", number.value === "");
      slider.setAttribute("aria-valuetext", number.value === "" ? UNSAID : `${number.value} in 100`);
      if (number.value !== "") slider.value = number.value;
    },
  });
  const slider = node("input", {
    type: "range",
    min: 0,
    max: 100,
    value: 50,
    class: "unset",
    "aria-label": `${label}: in how many of a hundred`,
    "aria-valuetext": UNSAID,
    oninput: () => sayIt(),
    onclick: () => sayIt(), // where it rests is a number too
    onkeydown: (event) => {
      if (event.key === " " || event.key === "Enter") sayIt(event);
    },
  });
  const sayIt = (event) => {
    event?.preventDefault();
    number.value = slider.value;
    slider.classList.remove("unset");
    slider.setAttribute("aria-valuetext", `${slider.value} in 100`);
  };
  return node(
    "li",
    {},
    node("label", { for: number.id }, label),
    node("span", { class: "asked-row" }, slider, node("span", { class: "of" }, number, " in 100")),
  );
}

let toldOfLeft = false;

element("forecast-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = [...element("forecast-rows").querySelectorAll("input[data-outcome]")].filter(
    (each) => each.value !== "",
  );
  const left = element("forecast-rows").childElementCount - said.length;
  if (left > 0 && !toldOfLeft) {
    toldOfLeft = true;
    fill(
      "forecast-left",
      `${capital(counted(left, "question is", "questions are"))} unanswered. Answer what you have a view on, or go on once more.`,
    );
    return;
  }
  joining.forecast = said.length
    ? Object.fromEntries(said.map((each) => [each.dataset.outcome, Number(each.value)]))
    : null;
  choose();
});
element("forecast-skip").addEventListener("click", () => {
  joining.forecast = null;
  choose();
});

/** The page on which a seat is taken. */
function choose() {
  const { hello } = play;
  fill("choose-fault");
  const several = hello.worlds > 1 && hello.mode === "class";
  element("choose-world").hidden = !several;
  element("keep-seat").hidden = !play.you?.seat;
  fill(
    "choose-lead",
    several
      ? `Your class lives the same crisis in ${counted(hello.worlds, "world")} side by side, all from the same first morning.`
      : "Each seat knows other things, and can do other things.",
  );
  drawWorlds();
  drawCast();
  show("choose");
}

const places = (world) => (play.presence?.seats ?? []).filter((place) => place.world === world);
const freeIn = (world) => places(world).filter((place) => !place.taken);

function drawWorlds() {
  const select = element("world");
  const first = !select.options.length;
  for (let world = 1; world <= play.hello.worlds; world += 1) {
    const text = `${worldCalled(world)}: ${freeIn(world).length} free`;
    if (first) select.append(node("option", { value: world }, text));
    else select.options[world - 1].textContent = text;
  }
  if (!first) return;
  const worlds = Array.from({ length: play.hello.worlds }, (_, at) => at + 1);
  const next = worlds.find((world) => freeIn(world).length) ?? 1; // one world is filled before the next
  select.value = String(play.you?.world ?? next);
}

/** The seats of the chosen world. Only what has changed is drawn anew: a finger may be on its way to a button. */
function drawCast() {
  const world = Number(element("world").value || 1);
  const list = element("cast");
  for (const [at, seat] of play.hello.seats.entries()) {
    const state = seatState(world, seat);
    const before = list.children[at];
    const key = `${world} ${seat.id} ${state}`;
    if (before?.dataset.key === key) continue;
    const drawn = castEntry(world, seat, state);
    drawn.dataset.key = key;
    if (before) before.replaceWith(drawn);
    else list.append(drawn);
  }
}

function seatState(world, seat) {
  if (play.you?.seat === seat.id && play.you.world === world) return "mine";
  const place = places(world).find((each) => each.seat === seat.id);
  return place?.taken && play.hello.mode !== "homework" ? "taken" : "free";
}

function castEntry(world, seat, state) {
  const free = () =>
    node(
      "button",
      { type: "button", onclick: () => take(world, seat.id) },
      "Take this seat",
      unseen(`: ${seat.label}`),
    );
  return node(
    "li",
    { class: state },
    node("h2", { class: "minor" }, seat.label),
    seat.about ? node("p", {}, seat.about) : null,
    seat.wants ? node("p", { class: "wants" }, node("b", {}, "What it wants:"), " ", seat.wants) : null,
    state === "free" ? free() : node("p", { class: "note" }, state === "mine" ? "This is your seat." : "Taken."),
  );
}

let taking = false;

/** Take a seat, any where none is named: the first time this makes us somebody in the room. */
async function take(world, seat) {
  if (taking) return;
  taking = true;
  try {
    await takeOnce(world, seat);
  } finally {
    taking = false;
  }
}

async function takeOnce(world, seat) {
  fill("choose-fault");
  fill("watching-fault");
  const joined = play.you !== null;
  const answer = joined ? await ask("sit", { world, seat }) : await ask("join", { ...joining, world, seat });
  if (!answer.ok && answer.reasons.some(isOfName)) {
    show("welcome");
    faultName(answer.reasons.join(" "));
    return;
  }
  if (!answer.ok) {
    fill(play.state === "watching" ? "watching-fault" : "choose-fault", answer.reasons.join(" "));
    return;
  }
  if (answer.token) token.write(answer.token);
  if (answer.you) play.you = answer.you;
  else Object.assign(play.you, { world, seat });
  play.late = play.hello.stage === "playing" && play.hello.mode === "class" ? "now" : null;
  settle();
}

/** Any free seat: of our own group if we have one, else of the first world that has one. */
function takeAny() {
  if (play.you === null) return take(null, null);
  const free = (play.presence?.seats ?? []).filter((place) => !place.taken);
  const found = free.find((place) => place.world === play.you.world) ?? free[0];
  if (found) return take(found.world, found.seat);
  fill(play.state === "watching" ? "watching-fault" : "choose-fault", "No seat is free just now.");
  return null;
}

element("any-seat").addEventListener("click", takeAny);
element("try-again").addEventListener("click", takeAny);
element("keep-seat").addEventListener("click", () => settle());
element("world").addEventListener("change", drawCast);
