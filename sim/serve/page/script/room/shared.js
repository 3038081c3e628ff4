// What the pages of a room have in common: marks of rungs, countdowns, and lists that change without losing the focus.

const room = window.room;
const PALE = 3; // up to this rung, colours are pale by day and dark by night
const capital = (text) => text.replace(/^./, (letter) => letter.toUpperCase());
const sentence = (text) => capital(/[.!?…]$/.test(text) ? text : `${text}.`);
const counted = (n, one, many = `${one}s`) => `${whole(n)} ${n === 1 ? one : many}`;

const longDay = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const dateIn = (text) => new Date(`${text}T00:00:00Z`);
const dayOf = (text) => longDay.format(dateIn(text));
const briefly = (text) => shortDay.format(dateIn(text));

/** A rung as a square of its colour with its number. */
function rungMark(rung) {
  const box = node("span", { class: "rung" }, node("span", { class: "hidden" }, "rung "), String(rung));
  box.style.background = rungColour(rung);
  box.style.color = rung <= PALE ? "light-dark(#000000, #ffffff)" : "light-dark(#ffffff, #15171a)";
  return box;
}

/** A rung by its colour, its number and its word. */
const rungInWords = (rung, label) => node("span", { class: "rung-words" }, rungMark(rung), " ", label);

/** A button that does something. */
function button(text, act, attributes = {}) {
  const made = node("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** Fill a place anew if what it shows has changed; what has the focus is left alone until then. */
function refill(place, shown, make) {
  const key = JSON.stringify(shown);
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...[make()].flat());
}

/** Keep one element for each of some things, in their order: made once, updated whenever they change. */
function keepList(place, things, keyOf, make, update) {
  const kept = new Map([...place.children].map((child) => [child.dataset.key, child]));
  things.forEach((thing, at) => {
    const key = String(keyOf(thing));
    let child = kept.get(key);
    if (child === undefined) {
      child = make(thing);
      child.dataset.key = key;
    }
    kept.delete(key);
    if (place.children[at] !== child) place.insertBefore(child, place.children[at] ?? null);
    update(child, thing);
  });
  for (const child of kept.values()) child.remove();
}

// Clocks: the server says how much is left, and the page counts down from there.

const clocks = new Map();

/** Take in how a clock stands. */
function setClock(key, { left, paused, waits, over }) {
  clocks.set(key, {
    until: left === null || left === undefined ? null : performance.now() + 1000 * left,
    left,
    paused,
    waits,
    over,
  });
  showClocks();
}

function clockText({ until, left, paused, waits, over }) {
  if (over) return "over";
  if (waits) return "time is over";
  const seconds = paused ? left : until === null ? null : Math.max(0, (until - performance.now()) / 1000);
  const text =
    seconds === null || seconds === undefined
      ? ""
      : `${Math.floor(Math.ceil(seconds) / 60)}:${String(Math.ceil(seconds) % 60).padStart(2, "0")}`;
  if (paused) return text === "" ? "paused" : `${text}, paused`;
  return text === "" ? "no time limit" : text;
}

function showClocks() {
  for (const place of document.querySelectorAll("[data-clock]")) {
    const clock = clocks.get(place.dataset.clock);
    if (clock === undefined) continue;
    const text = clockText(clock);
    if (place.textContent !== text) place.textContent = text;
    const running = !clock.over && !clock.paused && clock.until !== null;
    place.classList.toggle("soon", running && clock.until - performance.now() < 30000);
  }
}
setInterval(showClocks, 250);

/** Rungs by day as a stepped line, in their colours. */
function rungLine(rungs, days, height = 28) {
  const width = 240;
  const x = (day) => (width * day) / Math.max(days, 1);
  const y = (rung) => height - 2 - ((height - 4) * rung) / 9;
  const svg = mark("svg", {
    class: "rung-line",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  rungs.forEach((rung, day) => {
    const bar = mark("rect", { x: x(day), y: y(rung), width: x(day + 1) - x(day) + 0.3, height: height - y(rung) });
    bar.style.fill = rungColour(rung);
    svg.append(bar);
  });
  return svg;
}
