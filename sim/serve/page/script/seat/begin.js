// The page begins: a line to the room, and what each message of it changes.

let awayFor = null;

const talk = data.lost
  ? null
  : talkWith(code, "player", {
      secret: token.read,
      heard: (message) => HEARD[message.kind]?.(message),
      lost: hearNothing,
    });
/** The line is gone: for good where the server closed it, else until it stands again. */
function hearNothing({ code: why }) {
  if (why < 4000) {
    awayFor ??= setTimeout(
      () => banner("The line to the server is gone. Trying again; what you have written is kept."),
      1200,
    );
    return;
  }
  clearTimeout(awayFor);
  banner("");
  if (why === 4001) show("replaced");
  else if (why === 4003 || why === 4004) show("gone");
  else banner("The server has closed this line. Load the page anew; your seat is kept.");
}

/** Ask something of the room; what it refuses is said in sentences. */
async function ask(kind, content) {
  const answer = await talk.ask(kind, content);
  return answer.ok ? answer : { ...answer, reasons: answer.reasons.map(plain) };
}

function banner(text) {
  fill("banner", text);
  document.body.dataset.away = text ? "yes" : "";
}

const HEARD = {
  hello(message) {
    clearTimeout(awayFor);
    awayFor = null;
    banner("");
    const room = { ...message, ...message.room };
    const before = play.you?.seat ?? null;
    Object.assign(play, { hello: room, you: message.you ?? null });
    if (play.you === null) token.write(null); // nobody here knows it any more
    const onTheWay = ["welcome", "forecast", "choose"].includes(play.state);
    if (onTheWay && play.you === null && room.stage !== "over") return;
    if (play.state === "opening" || play.you === null || (play.you.seat ?? null) !== before) settle();
  },
  presence(message) {
    play.presence = message;
    play.hello.stage = message.stage;
    if (play.state === "choose") {
      drawWorlds();
      drawCast();
    }
    if (play.state === "waiting") drawPresent();
    if (play.state === "watching") drawWatching();
  },
  you(message) {
    play.you = message.you;
    if (play.you === null || play.morning?.view.seat !== play.you.seat) play.morning = null;
    settle();
  },
  morning(message) {
    const before = play.morning;
    if (play.hello.stage === "over" && message.view.over) return; // nothing is left to decide on it
    play.morning = message;
    play.hello.stage = "playing";
    if (play.you && message.world !== undefined) play.you.world = message.world;
    if (play.you) play.you.seat = message.view.seat;
    drawMorning(before);
  },
  options(message) {
    if (play.morning === null || play.morning.turn !== message.turn) return;
    play.morning.options = message.options;
    drawActs();
    redrawOrders();
  },
  clock: hearClock,
  told: hearWord,
  replaced() {
    show("replaced");
  },
  over(message) {
    if (message.debrief === null) return; // our world is over, others still play: the morning says so
    play.hello.stage = "over";
    element("debrief").href = ownAddress(message.debrief) ?? `/rooms/${code}/debrief`;
    if (message.ended) fill("over-how", endTold(message.ended));
    show("over");
  },
};

/** An address of this server, or nothing: no message can lead the page elsewhere. */
const ownAddress = (path) => (/^\/[\w/-]+$/.test(path ?? "") && !path.startsWith("//") ? path : null);

/** Show what fits where we stand: outside, in the waiting room, at the table, without a seat, at the end. */
function settle() {
  const { hello, you, morning } = play;
  if (hello.stage === "over") HEARD.over({});
  else if (you === null) greet();
  else if (!you.seat) {
    drawWatching();
    show("watching");
  } else if (morning) show("seat");
  else {
    drawWaiting();
    show("waiting");
  }
}

/** A morning: the desk is laid anew; what was written and not sent stays, as far as it can still be done. */
function drawMorning(before) {
  const { view, options, epoch } = play.morning;
  options.options ??= [];
  const another = before === undefined || before === null || before.epoch !== epoch || before.view.seat !== view.seat;
  fill("seat-title", view.label);
  const last = daysBetween(view.date, view.last_day);
  const where = play.hello.worlds > 1 && play.hello.mode === "class" ? ` · ${worldCalled(play.you.world)}` : "";
  fill(
    "seat-when",
    node("b", {}, longDate(view.date)),
    node("span", {}, ` · turn ${view.turn + 1}${where}${last < 30 ? ` · ${counted(last, "day")} left` : ""}`),
  );
  if (play.late === "now") play.late = view.turn; // in this turn somebody new is told all
  const fallen = takeUpDraft();
  takeUpWords();
  drawNews(another);
  drawKnow();
  drawActs();
  drawStanding();
  drawLevers();
  drawOtherwise();
  if (another) {
    forgetFutures();
    showLeftOver(fallen);
    fill("send-told", play.morning.done ? doneTold() : "");
    tab("news");
  }
  const shut = whyShut(view);
  element("by-rules").hidden = shut === null;
  element("orders-open").hidden = element("send").hidden = shut !== null;
  fill("by-rules", shut === null ? null : node("p", { class: "caution" }, shut));
  const seated = play.state === "seat";
  show("seat");
  if (play.clock) drawWaitingFor();
  tick();
  if (seated && !another && happened(play.morning) > happened(before)) say("There is more news.");
  if (seated && another) {
    window.scrollTo(0, 0);
    say(morningTold(view));
  }
}

/** How many pieces of news there are, besides the teacher's words, which are said when they come. */
const happened = ({ view, told }) => {
  const words = new Set((told ?? []).map((each) => each.number));
  return view.news.filter((item) => !words.has(item.number)).length;
};

/** A new morning as a screen reader says it. */
function morningTold(view) {
  if (view.over) return overTold(play.morning);
  const back = takenBackTold();
  if (back) return back;
  const news = view.news.length ? `${capital(counted(view.news.length, "piece", "pieces"))} of news.` : "No news.";
  return `A new turn: ${longDate(view.date)}. ${news}`;
}

/** That the world is over, why, and what comes now. */
function overTold({ ended, view }) {
  const wait = play.hello.mode === "class" && play.hello.worlds > 1;
  return `${endTold(ended, view)} ${wait ? "The debrief opens here as soon as the other worlds have come to their end, or your teacher ends the room." : "The debrief opens here in a moment."}`;
}

/** Why nothing can be ordered at all, if so. */
function whyShut(view) {
  if (view.over) return overTold(play.morning);
  if (view.standing.played_by === "rules")
    return "Your seat is handed to the rules: your people decide for themselves, and no order of yours stands.";
  return null;
}

/** On a phone one part of the desk is seen at a time. */
function tab(name, focus = false) {
  element("desk").dataset.shown = name;
  for (const button of document.querySelectorAll("[data-tab]")) {
    if (button.dataset.tab === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  if (focus) {
    window.scrollTo(0, 0);
    element(`${name}-title`).focus({ preventScroll: true });
  }
}

for (const button of document.querySelectorAll("[data-tab]"))
  button.addEventListener("click", () => tab(button.dataset.tab, true));
element("take-back").addEventListener("click", () => location.reload());
element("again").addEventListener("submit", (event) => {
  event.preventDefault();
  const other = element("again-code").value.trim().toUpperCase();
  if (/^[A-Z0-9]{4,12}$/.test(other)) location.href = `/join/${other}`;
  else fill("again-fault", "A code has letters and figures only, such as K7M2QD.");
});

fill("room-code", code);
if (data.lost) show("gone");
