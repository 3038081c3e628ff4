// Begin: read the address, open its scenario, and let the line speak.

let opening = 0;

/**
 * Open a scenario, with what a link asks of it. What the scenario does not have of that is left out and told; what was
 * undone before belonged to another scenario.
 */
async function openScenario({ scenario, wanted, strange = null }) {
  opening += 1;
  const mine = opening;
  if (!Object.hasOwn(data.scenarios, scenario)) {
    leaveUnopened(`There is no scenario “${scenario}”.`);
    return;
  }
  tellOpening("Reading the scenario and its levers …");
  const opened = await post("/workbench/open", { scenario, state: wanted });
  if (mine !== opening) return;
  if (!opened.ok) {
    leaveUnopened(opened.refused, !opened.silent);
    return;
  }
  const { runs, seed, numbers, off, forbid, allow, variable, run, day, record } = opened.state;
  const state = { scenario: opened.scenario, runs, seed, numbers: inOrder(numbers), off, forbid, allow };
  Object.assign(bench, { opened, state, past: [], future: [] });
  Object.assign(data, { head: { start: opened.start, days: opened.days, sound: 0 }, ladder: opened.ladder });
  takeShown({ variable, run, day, record });
  heard.since = heard.n + 1;
  heard.picture = painted = null;
  reaches.clear();
  Object.assign(fan, { paths: null, own: null, variable: null });
  byId("story").replaceChildren();
  byId("reading-run").replaceChildren();
  closeBranch();
  tellFault("move", "");
  if (strange === null) tellFault("link", ""); // by hand: what this scenario does not have is not missed
  else tellFault("link", [...unread(strange, bench.shown.variable, variable), ...opened.left_out].map(ended).join(" "));
  fillLevers();
  tellOpening(`Running ${whole(runs)} histories of it … ${beginning ? "The first time takes some seconds." : ""}`);
  begun();
  stateChanged();
  learnLevers();
}

const ended = (text) => (/[.?!]$/.test(text) ? text : `${text}.`);

/** What of a link means nothing to this page. */
function unread(strange, shown, variable) {
  const keys = strange.map((key) =>
    key === "" ? "A value without a name in the link means nothing here." : `“${key.slice(0, 80)}” in the link means nothing here.`,
  );
  return shown === variable ? keys : [...keys, `“${variable}” is on or off, and has no fan.`];
}

/** A scenario that cannot be opened is told; the one that is shown stays, or else the first of all is. */
function leaveUnopened(why, answers = true) {
  if (bench.opened !== null) {
    byId("scenario").value = bench.opened.scenario;
    tellOpening(null);
    tellFault("link", why);
    if (heard.picture !== null) tellSentence(heard.picture);
    writeAddress();
    return;
  }
  tellOpening(null);
  byId("sentence").textContent = "No scenario is open.";
  const { scenario } = asWritten(null);
  if (opening === 1 && answers) openScenario({ scenario, wanted: {} }).then(() => tellFault("link", `${why} This is another one: ${bench.opened?.title ?? scenario}.`));
  else tellFault("link", why);
}

/** What is being done before the first picture of a scenario. */
function tellOpening(text) {
  byId("opening").hidden = text === null;
  if (text !== null) byId("sentence").textContent = text;
}

/** What is shown, as far as it can be drawn: a flag, which is on or off, has no fan. */
function takeShown(shown) {
  const { variables, days } = bench.opened;
  const variable = variables.some(({ id }) => id === shown.variable) ? shown.variable : variables[0].id;
  bench.shown = { ...shown, variable, day: shown.day ?? days - 1 };
  byId("variable").replaceChildren(...variables.map(({ id, label }) => node("option", { value: id }, label)));
  byId("variable").value = variable;
  byId("day").max = days - 1;
  byId("day").value = bench.shown.day;
  byId("plot-outcomes").dataset.height = bench.opened.outcomes.length * ROW + 4;
  showRecordTick();
}

/** What is done once, when the first scenario is open; later ones only lay the pictures out anew. */
let beginning = true;
function begun() {
  if (!beginning) {
    for (const each of [redrawFan, redrawOutcomes, redrawRungs, redrawDeaths]) each();
    return;
  }
  beginning = false;
  for (const each of [beginFan, beginOutcomes, beginRungs, beginBench, beginReader, beginBranching, beginStrip]) each();
  beginLine();
}

/** Another address, by the reader's hand: what it asks is shown. */
const follow = () => openScenario(readAddress(location.hash));

beginKeep();
beginTools();
if (location.hash.startsWith("#key=")) enterWithKey();
else follow();
addEventListener("hashchange", follow);
