// The line: moves go out at once, and of the pictures that come back only the newest is shown.

const RESTS = 350; // milliseconds without a movement, after which the hand rests
const SEEN = 50; // and at least so many after a picture, so that it is seen first
const heard = { n: 0, shown: 0, final: 0, picture: null, line: null, sentAt: 0, answered: 0, since: 0 };
heard.asked = new Map(); // by number of the move, what it asked for: a picture is of that, and not of what stands by now
heard.stills = new Map(); // by what they are of, the unmoved runs that this line has told of
const MOST_STILLS = 8;
const stillKey = ({ state: { scenario, runs, seed }, variable }) => JSON.stringify([scenario, runs, seed, variable]);
const whenPictured = [];
const whenRests = [];
let resting = null;
let ageing = null;

const faults = new Map();
/** Tell what is wrong with the link that was followed, the move, or the line; each stands until it is mended. */
function tellFault(where, text) {
  faults.set(where, text);
  const all = [...faults.values()].filter((each) => each !== "").join(" ");
  if (byId("fault").textContent !== all) byId("fault").textContent = all;
}

/** Ask for the state as it now stands. */
function send() {
  heard.n += 1;
  const wanted = { state: copied(bench.state), variable: bench.shown.variable };
  heard.asked.set(heard.n, wanted);
  heard.sentAt = performance.now();
  heard.line?.say({ kind: "move", n: heard.n, state: asked(), holds: heard.stills.has(stillKey(wanted)) });
  clearTimeout(resting);
  resting = null;
  byId("stage").setAttribute("aria-busy", "true");
  tellAge();
}

/** Whether a picture is on its way. */
const isAwaited = () => byId("stage").getAttribute("aria-busy") === "true";

/** A picture has come: unpack it, and draw it unless a newer one stands. */
function hear(message) {
  if (message.kind === "refused") return hearRefusal(message);
  if (message.kind !== "moved") return undefined;
  const of = heard.asked.get(message.n);
  const still = of === undefined ? undefined : keepStill(stillKey(of), message.still);
  const stale = message.n < heard.shown || (message.n === heard.shown && heard.final === message.n);
  if (of === undefined || stale || message.n < heard.since) return undefined;
  if (still === undefined) {
    if (message.n === heard.n) send(); // it has gone since this was asked, so it is asked for with the rest
    return undefined;
  }
  heard.shown = message.n;
  if (message.final) heard.final = message.n;
  heard.answered = performance.now();
  const isMoved = Boolean(message.moved) && message.apart.length > 0;
  for (const n of heard.asked.keys()) if (n < message.n) heard.asked.delete(n);
  heard.picture = { ...message, ...of, still, moved: isMoved ? unfolded(message.moved) : still, isMoved };
  tellFault("move", "");
  requestAnimationFrame(paint);
  return undefined;
}

/** The unmoved runs of a picture: those that came with it, or else those that are kept; only the last few are. */
function keepStill(key, packed) {
  const still = packed ? unfolded(packed) : heard.stills.get(key);
  heard.stills.delete(key);
  if (still !== undefined) heard.stills.set(key, still);
  while (heard.stills.size > MOST_STILLS) heard.stills.delete(heard.stills.keys().next().value);
  return still;
}

function hearRefusal(message) {
  if (message.n !== undefined && message.n !== null && message.n < heard.n) return;
  const reasons = (message.reasons ?? []).join(" ");
  if (heard.picture === null && !isAsWritten(bench.state)) {
    tellFault("link", `${reasons} The scenario is shown as it is written.`);
    bench.state = asWritten(bench.state.scenario);
    stateChanged();
    return;
  }
  tellFault("move", reasons);
  clearTimeout(ageing);
  byId("age").textContent = "not run";
  byId("sentence").textContent =
    heard.picture === null ? "This cannot be run." : "This cannot be run: the pictures are of what stood before.";
  byId("stage").setAttribute("aria-busy", "false");
  writeNow();
}

let painted = null;
/** Draw what came last; two pictures within a frame are one. */
function paint() {
  if (heard.picture === painted) return;
  painted = heard.picture;
  const begun = performance.now();
  for (const each of whenPictured) each(painted);
  byId("opening").hidden = true;
  byId("desk").classList.toggle("preview", !painted.final);
  tellAge();
  const { n, final, seconds } = painted;
  performance.mark("painted", { detail: { n, final, seconds, took: performance.now() - begun } });
  if (final && n === heard.n) waitForRest();
}

function waitForRest() {
  clearTimeout(resting);
  const { n } = heard;
  resting = setTimeout(() => {
    resting = null;
    if (heard.n !== n) return;
    closeStep();
    byId("stage").setAttribute("aria-busy", "false");
    for (const each of whenRests) each(heard.picture);
    writeNow();
  }, Math.max(SEEN, RESTS - (performance.now() - heard.sentAt)));
}

/** How old the picture is, quietly: what is short is not mentioned. */
function tellAge() {
  clearTimeout(ageing);
  const place = byId("age");
  const { picture, n, answered, sentAt } = heard;
  if (picture === null || picture.n < n) {
    ageing = setTimeout(() => place.replaceChildren("running …"), 400);
    return;
  }
  const seconds = ((answered - sentAt) / 1000).toFixed(2);
  place.textContent = picture.final ? `${whole(picture.runs)} runs · ${seconds} s` : `${whole(picture.runs)} runs so far …`;
}

/** A picture as rows of numbers. */
function unfolded(packed) {
  return {
    runs: packed.runs - packed.failed,
    quantiles: rows(packed.quantiles),
    standing: rows(packed.standing),
    rungs: packed.reached.rungs,
    reached: rows(packed.reached.runs),
    outcomes: packed.outcomes,
    deaths: packed.deaths,
  };
}

function beginLine() {
  heard.line = lineTo("/workbench/line", {
    opened: () => {
      tellFault("line", "");
      heard.stills.clear(); // it may be another server, with another file of that name
      send();
    },
    heard: hear,
    lost: (event, line) =>
      tellFault(
        "line",
        line.over
          ? `The server has closed the line: ${event.reason || "it gave no reason"}. Load the page anew.`
          : "The line to the server is lost; it is tried again.",
      ),
  });
}
