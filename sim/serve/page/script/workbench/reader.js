// Runs to read: their stories, why an act was done, and the way to a branch. A run keeps its number and its dice.

const TYPICAL = 4;
let asking = 0;

/** Ask the server about the state as it stands; an answer that comes too late is dropped. */
async function askOf(path, more = {}) {
  const answer = await post(`/workbench/${path}`, { state: asked(), ...more });
  if (!answer.ok && answer.refused) return { ...answer, refused: String(answer.refused) };
  return answer;
}

/** When the hand rests: lines to point at, and the chosen run as it now goes. */
async function read() {
  asking += 1;
  const mine = asking;
  const paths = await askOf("paths");
  if (mine !== asking || !paths.ok) return;
  keepPaths(paths);
  showTold(paths.typical);
  if (bench.shown.run !== null) await showRun(mine);
}

function keepPaths(paths) {
  fan.paths = { run: paths.run, lines: rows(paths.values), step: paths.step, variable: paths.variable };
}

/** A few runs that stand for all, as buttons. */
function showTold(typical) {
  byId("told").replaceChildren(
    ...typical.map(({ run, called }) => {
      const button = node("button", { type: "button", "data-run": run }, node("b", {}, `Run ${whole(run)}`), ` ${called}`);
      button.addEventListener("click", () => choose(run));
      return node("li", {}, button);
    }),
  );
  pressTold();
}

function pressTold() {
  for (const button of byId("told").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.run) === bench.shown.run));
  }
}

/** Choose a run: its line is drawn, its story told. */
function choose(run) {
  bench.shown.run = run;
  byId("branch").hidden = true;
  writeAddress();
  pressTold();
  asking += 1;
  showRun(asking);
}

async function showRun(mine) {
  const { run } = bench.shown;
  await drawRun(run, mine);
  if (mine !== asking) return;
  const story = await askOf("story", { run });
  if (mine !== asking) return;
  if (!story.ok) {
    byId("story").replaceChildren(node("p", { class: "fault" }, story.refused));
    byId("story-status").textContent = story.refused;
    return;
  }
  showStory(story);
}

/** The line of a run in the fan: one that the page holds, or else asked for. */
async function drawRun(run, mine) {
  let held = fan.paths;
  if (held === null || held.variable !== bench.shown.variable || !held.run.includes(run)) {
    const found = await askOf("paths", { runs: [run] });
    if (mine !== asking || !found.ok) return;
    held = { run: found.run, lines: rows(found.values), step: found.step, variable: found.variable };
  }
  const at = held.run.indexOf(run);
  fan.own = at < 0 ? null : { run, variable: held.variable, step: held.step, values: held.lines[at] };
  if (heard.picture !== null) pictureFan(heard.picture);
}

/** A story: what happened by month, each act with a way to ask why, each day with a way to branch off. */
function showStory(story) {
  const entries = story.entries.map((entry) => [entry.day, lineOf(entry, story)]);
  const parts = byMonth(entries);
  parts
    .flatMap((part) => [...part.querySelectorAll("li")])
    .forEach((line, at) => addBranching(line, story.entries[at]));
  const left = story.left_out
    ? [node("p", { class: "why" }, `Left out: ${whole(story.left_out)} minor acts that killed nobody and led to nothing told here.`)]
    : [];
  byId("story").replaceChildren(
    node("h3", { class: "run-title" }, `Run ${whole(story.run)}${moves(bench.state) ? ", as the levers stand" : ""}`),
    node("p", {}, story.summary),
    node("div", { class: "acts" }, ...parts, ...left),
  );
  byId("story-status").textContent = `The story of run ${whole(story.run)} is shown.`;
  tellRun(story);
}

/** Under the fan: which run is chosen, with the way to its story. */
function tellRun(story) {
  const link = node("a", { href: "#story" }, "Read its story");
  link.addEventListener("click", (event) => {
    event.preventDefault(); // the address holds the state
    byId("reader").scrollIntoView({ block: "start" });
    byId("story").querySelector("button")?.focus({ preventScroll: true });
  });
  const branch = node("button", { type: "button", class: "small" }, "Branch off on this day");
  branch.addEventListener("click", () => branchFrom(story.run, bench.shown.day));
  byId("reading-run").replaceChildren(node("b", {}, `Run ${whole(story.run)}. `), link, " ", branch);
}

function lineOf(entry, story) {
  if (entry.kind === "turn") {
    return [node("span", { "aria-hidden": "true" }, "◆"), node("span", { class: "turned" }, entry.text)];
  }
  if (entry.kind === "outcome") {
    return [node("span", { "aria-hidden": "true" }, "★"), node("span", { class: "came" }, `Outcome: ${entry.text}.`)];
  }
  const below = entry.below ? [node("span", { class: "below" }, entry.below)] : [];
  const why = entry.outside ? [] : whyButton(entry, story.run);
  return [entry.outside ? outsideMark() : rungMark(entry.rung), node("span", {}, entry.text, ...below, ...why)];
}

/** A day of the story leads to a branch. */
function addBranching(line, { day }) {
  const time = line.querySelector("time");
  const button = node("button", { type: "button", class: "small", "aria-label": `Branch off on ${longDate(day)}`, title: "Branch off on this morning" }, time.textContent);
  button.addEventListener("click", () => branchFrom(bench.shown.run, day));
  time.replaceChildren(button);
}

/** Asks why an act was done; the answer opens below it. */
function whyButton(entry, run) {
  const place = node("div", { class: "because", hidden: "" });
  const button = node("button", { type: "button", class: "small", "aria-expanded": "false" }, "why", node("span", { class: "hidden" }, `: ${entry.text}`));
  button.addEventListener("click", async () => {
    const open = place.hidden;
    place.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open || place.childElementCount) return;
    place.replaceChildren(node("p", {}, "Asking …"));
    const { day, act, actor } = entry;
    showWhy(place, await askOf("why", { run, day, act, actor }));
  });
  return [button, place];
}

function showWhy(place, answer) {
  if (!answer.ok) {
    place.replaceChildren(node("p", { class: "fault" }, answer.refused));
    return;
  }
  const parts = (answer.paragraphs ?? []).map((text) => node("p", {}, text));
  if (answer.lines) parts.push(node("pre", { tabindex: 0 }, answer.lines.join("\n")));
  if (answer.table) parts.push(tableNode(answer.table, "What weighed how much"));
  place.replaceChildren(...(answer.title ? [node("p", {}, node("b", {}, answer.title))] : []), ...parts);
}

function beginReader() {
  whenRests.push(read);
  byId("any-run").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("run-number").value.trim();
    const known = /^\d+$/.test(text) && Number(text) < bench.state.runs;
    byId("any-run-fault").textContent = known ? "" : `There are ${whole(bench.state.runs)} runs, from 0 to ${whole(bench.state.runs - 1)}.`;
    if (known) choose(Number(text));
  });
}
