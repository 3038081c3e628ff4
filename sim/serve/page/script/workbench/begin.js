// Begin: read the address, open its scenario, and let the line speak.

let opening = 0;

/** Open a scenario with what is moved in it; what was undone before belonged to another one. */
async function openScenario(state, shown = null) {
  opening += 1;
  const mine = opening;
  const opened = await post("/workbench/open", { scenario: state.scenario });
  if (mine !== opening) return false;
  if (!opened.ok) {
    byId("fault").textContent = opened.refused;
    if (bench.opened !== null) byId("scenario").value = bench.opened.scenario;
    else if (state.scenario !== asWritten(null).scenario) return openScenario(asWritten(null)).then(() => sayFault(opened.refused));
    return false;
  }
  Object.assign(bench, { opened, state, past: [], future: [] });
  Object.assign(data, { head: { start: opened.start, days: opened.days, sound: 0 }, ladder: opened.ladder });
  takeShown(shown ?? { ...bench.shown, run: null, day: null });
  heard.still = null;
  heard.since = heard.n + 1;
  heard.picture = painted = null;
  reaches.clear();
  Object.assign(fan, { paths: null, own: null, variable: null });
  byId("story").replaceChildren();
  byId("reading-run").replaceChildren();
  byId("branch").hidden = true;
  fillLevers();
  begun();
  stateChanged();
  learnLevers();
  return true;
}

const sayFault = (text) => {
  byId("fault").textContent = text;
  return false;
};

/** What is shown, as far as the scenario has it. */
function takeShown(shown) {
  const { variables, days } = bench.opened;
  const variable = variables.some(({ id }) => id === shown.variable) ? shown.variable : variables[0].id;
  bench.shown = { ...shown, variable, day: Math.min(shown.day ?? days - 1, days - 1) };
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
  fitFan();
  for (const each of [beginFan, beginOutcomes, beginRungs, beginBench, beginReader, beginBranching]) each();
  beginLine();
}

/** Another address, by the reader's hand: what it asks is shown. */
function follow() {
  const { state, shown } = readAddress(location.hash);
  openScenario(state, shown);
}

beginKeep();
beginTools();
if (location.hash.startsWith("#key=")) enterWithKey();
else follow();
addEventListener("hashchange", follow);
