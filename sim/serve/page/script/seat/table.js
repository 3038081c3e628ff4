// What the page knows of the room and of its seat, what this browser remembers, and which state of the page is shown.

const data = JSON.parse(element("data").textContent);
const { code } = data;

/** All that the server has told so far. */
const play = { hello: null, you: null, presence: null, morning: null, clock: null, state: "opening", late: null };

const unkept = new Map(); // where the browser keeps nothing
const kept = {
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(`sim-${name}-${code}`));
    } catch {
      return unkept.get(name) ?? null;
    }
  },
  write(name, value) {
    unkept.set(name, value);
    try {
      if (value === null) localStorage.removeItem(`sim-${name}-${code}`);
      else localStorage.setItem(`sim-${name}-${code}`, JSON.stringify(value));
    } catch {
      // Then the seat lasts as long as this tab does.
    }
  },
};

/** The token of our seat is kept as it is, for the debrief reads it too. */
const token = {
  mine: null,
  read() {
    try {
      return localStorage.getItem(`sim-player-${code}`) ?? token.mine;
    } catch {
      return token.mine;
    }
  },
  write(value) {
    token.mine = value;
    try {
      if (value === null) localStorage.removeItem(`sim-player-${code}`);
      else localStorage.setItem(`sim-player-${code}`, value);
    } catch {
      // As above.
    }
  },
};

const toSay = [];

/** Let a screen reader say something, once; what comes at the same time is said after it. */
function say(text) {
  toSay.push(text);
  if (toSay.length > 1) return;
  element("said").textContent = "";
  setTimeout(() => (element("said").textContent = toSay.splice(0).join(" ")), 60);
}

/** Show one state of the page; whoever reads with the keyboard stands at its beginning. */
function show(state) {
  if (play.state === state) return;
  const first = play.state === "opening";
  play.state = state;
  document.body.dataset.shown = state;
  for (const part of document.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
  document.title = `${play.hello?.title ?? "A seat in the crisis"} · room ${code}`;
  if (first) return;
  window.scrollTo(0, 0);
  document.querySelector(`[data-state="${state}"] h1`).focus({ preventScroll: true });
}

/** What is called by an id: an actor, an act of this seat, an outcome. */
const actorCalled = (id) => play.hello.actors[id] ?? id;
const outcomeCalled = (id) => play.hello.outcomes[id] ?? id;
const seatOf = (id) => play.hello.seats.find((seat) => seat.id === id);
const worldCalled = (world) => `World ${world}`;
