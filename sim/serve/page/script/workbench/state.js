// What is asked: the scenario with what was moved in it. It stands in the address behind the #, so a link gives it back.

const RUNS = 1000;

/** What the scenario is as it is written: nothing moved. */
const asWritten = (scenario) => ({ scenario: scenario || "baseline", runs: RUNS, seed: null, numbers: {}, off: [], forbid: [], allow: [] });

const bench = {
  opened: null, // what the server says of the scenario
  state: asWritten(null),
  shown: { variable: "tension", run: null, day: 0, record: false },
  levers: new Map(), // by path: all that the server has told of
  past: [],
  future: [],
};
const whenStateChanges = [];

const copied = (state) => ({
  ...state,
  numbers: { ...state.numbers },
  off: [...state.off],
  forbid: [...state.forbid],
  allow: [...state.allow],
});
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** A number as people write it, or null: 1,000 is a thousand, and 2,5 two and a half. */
function readNumber(text) {
  const plain = text.trim().replace("−", "-");
  const parts = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain.replace(/^(-?\d*),(\d+)$/, "$1.$2");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(parts) && Number.isFinite(Number(parts)) ? Number(parts) : null;
}

/** How many things stand otherwise than in the scenario. */
const moves = ({ numbers, off, forbid, allow }) => Object.keys(numbers).length + off.length + forbid.length + allow.length;

/** Whether the scenario stands as it is written, on its own dice. */
const isAsWritten = (state) => moves(state) === 0 && state.seed === null;

/** What the server is asked: the state with the variable that is shown. */
function asked() {
  const { seed, allow, ...rest } = bench.state;
  return {
    ...rest,
    ...(seed === null ? {} : { seed }),
    ...(allow.length ? { allow } : {}),
    variable: bench.shown.variable,
  };
}
const askedNow = () => JSON.stringify(asked());

/**
 * Change the state. `part` of one movement (a slider that is dragged) belongs to the step that is open already, so that
 * one "undo" takes back the whole of it.
 */
let openStep = null;
function change(make, part = null) {
  const before = copied(bench.state);
  make(bench.state);
  bench.state.numbers = inOrder(bench.state.numbers);
  if (same(before, bench.state)) return;
  tellFault("link", ""); // the hand has gone on from it
  if (part === null || part !== openStep) {
    bench.past.push(before);
    if (bench.past.length > 200) bench.past.shift();
  }
  bench.future = [];
  openStep = part;
  stateChanged();
}

/** A step is over: what follows is one of its own. */
const closeStep = () => {
  openStep = null;
};

const inOrder = (numbers) => Object.fromEntries(Object.entries(numbers).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Take back a step, or do it again. */
function travel(from, to) {
  if (from.length === 0) return false;
  to.push(copied(bench.state));
  bench.state = from.pop();
  closeStep();
  stateChanged();
  return true;
}
const undo = () => travel(bench.past, bench.future);
const redo = () => travel(bench.future, bench.past);

let writing = null;
function stateChanged() {
  for (const each of whenStateChanges) each();
  writeAddress();
}

/**
 * Write the state into the address. Browsers allow this only so often, and it costs them some 20 ms, which the runs of a
 * move would wait for: so it waits for the hand to rest, and for its picture.
 */
function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    if (!isAwaited()) writeNow();
  }, 200);
}
function writeNow() {
  clearTimeout(writing);
  history.replaceState(null, "", `#${address()}`);
}

/** The state as it stands in an address: only what is not as written. A key with a dot is the path of a number. */
function address() {
  const { scenario, runs, seed, numbers, off, forbid, allow } = bench.state;
  const { variable, run, day, record } = bench.shown;
  const found = new URLSearchParams({ scenario });
  if (runs !== RUNS) found.set("runs", runs);
  if (seed !== null) found.set("seed", seed);
  for (const [path, value] of Object.entries(numbers)) found.set(path, value);
  for (const [key, names] of Object.entries({ off, forbid, allow })) if (names.length) found.set(key, names.join(","));
  if (variable !== "tension") found.set("show", variable);
  if (run !== null) found.set("run", run);
  if (day !== bench.opened.days - 1) found.set("day", day);
  if (record) found.set("record", "yes");
  return found.toString().replaceAll("%2C", ",");
}

/** What an address asks for, as far as it can be read; the server says of each item whether the scenario has it. */
function readAddress(text) {
  const found = new URLSearchParams(text.replace(/^#/, ""));
  const wanted = { numbers: {} };
  for (const [key, value] of found) {
    if (key.includes(".")) wanted.numbers[key] = numberOf(value);
    else if (Object.hasOwn(READ, key)) wanted[key === "show" ? "variable" : key] = READ[key](value);
  }
  const strange = [...found.keys()].filter((key) => !key.includes(".") && !Object.hasOwn(READ, key) && key !== "scenario");
  return { scenario: found.get("scenario") || asWritten(null).scenario, wanted, strange };
}

const numberOf = (text) => readNumber(text) ?? text;
const namesOf = (text) => text.split(",").filter((name) => name !== "");
const READ = {
  runs: numberOf,
  seed: numberOf,
  run: numberOf,
  day: numberOf,
  off: namesOf,
  forbid: namesOf,
  allow: namesOf,
  show: (text) => text,
  record: (text) => text === "yes" || text,
};
