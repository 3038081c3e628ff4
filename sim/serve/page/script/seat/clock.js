// The clock of the turn: the server keeps the deadline, the page counts down to it.

const ALARMS = [60, 30, 10]; // seconds at which a screen reader says how much is left
const ticking = { ends: null, spoken: new Set(), turn: null };

/** Take what the server says of the clock. */
function hearClock(clock) {
  play.clock = clock;
  ticking.ends = clock.left === null || clock.paused ? null : performance.now() + 1000 * clock.left;
  if (ticking.turn !== clock.turn) ticking.spoken.clear();
  ticking.turn = clock.turn;
  for (const alarm of ALARMS) if (clock.left !== null && clock.left > alarm + 1) ticking.spoken.delete(alarm);
  drawWaitingFor();
  if (play.morning) drawSendButtons();
  tick();
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function tick() {
  const { clock } = play;
  if (clock === null || play.state !== "seat") return;
  const left = ticking.ends === null ? clock.left : Math.max(0, (ticking.ends - performance.now()) / 1000);
  const over = play.morning?.view.over ?? false;
  const text = over ? "over" : clock.paused ? "paused" : left === null ? "no clock" : minutes(Math.ceil(left));
  const place = element("left");
  if (place.textContent !== text) place.textContent = text;
  const running = !over && !clock.paused && left !== null;
  element("bar-clock").dataset.near = running && left <= 10 ? "very" : running && left <= 60 ? "near" : "";
  if (running) alarm(left);
}

/** Say how much is left, once at each mark; and what is not sent yet. */
function alarm(left) {
  const mark = ALARMS.filter((each) => left <= each).pop();
  if (mark === undefined || ticking.spoken.has(mark)) return;
  for (const each of ALARMS) if (each >= mark) ticking.spoken.add(each);
  if (left <= 0 || play.morning?.done) return;
  const unsent = isEmpty(draft) ? "" : " Your orders are not sent yet.";
  say(`${mark} seconds left.${unsent}`);
}

function drawWaitingFor() {
  const { clock, morning } = play;
  const others = clock.waiting_for.filter((label) => label !== morning?.view.label);
  const place = element("waiting-for");
  if (morning?.view.over) place.textContent = "";
  else if (clock.paused) place.textContent = "Your teacher has stopped the clock";
  else if (clock.fault) place.textContent = "The turn could not be played yet; the server tries again";
  else if (clock.umpire) place.textContent = "The time is over; your teacher decides";
  else if (play.hello.mode === "homework") place.textContent = "At your own pace";
  else if (!morning?.done) place.textContent = others.length ? stillDeciding(others.length) : "";
  else place.textContent = others.length ? `Waiting for ${shortList(others)}` : "The days are being lived …";
}

const stillDeciding = (n) => `${capital(counted(n, "other"))} still ${n === 1 ? "decides" : "decide"}`;
const shortList = (labels) => (labels.length > 3 ? `${labels.length} others` : listed(labels.map(called)));

setInterval(tick, 250);
