// Runs to read: their stories, why an act was done, and the way to a branch. A run keeps its number and its dice.

const MOST_LINES_HELD = 300;
let asking = 0;
let told = null; // the story that is shown, and the key of what it was asked of

/** Ask the server about the state as it stands; an answer that comes too late is dropped. */
const askOf = (path, more = {}) => post(`/workbench/${path}`, { state: asked(), ...more });

/** When the hand rests: lines to point at, and the chosen run as it now goes. */
async function read() {
  asking += 1;
  const mine = asking;
  const lines = await askOf("lines", { most: MOST_LINES_HELD });
  if (mine !== asking) return;
  if (!lines.ok) {
    byId("told-of").textContent = ended(lines.refused);
    return;
  }
  fan.paths = { run: codes(lines.run), lines: rows(lines.values), step: lines.step };
  showTold(lines.told);
  if (bench.shown.run !== null) await showRun(mine);
}

/** A few runs to begin with, from the lowest to the highest of all, as buttons. */
function showTold(runs) {
  const calledBy = ({ rank }) =>
    rank < 0.45 ? `lower than ${percent(1 - rank)} of the runs` : rank > 0.55 ? `higher than ${percent(rank)} of the runs` : "in the middle";
  byId("told").replaceChildren(
    ...runs.map((each) => {
      const { run } = each;
      const button = node("button", { type: "button", "data-run": run }, node("b", {}, `Run ${whole(run)}`), ` ${calledBy(each)}`);
      button.addEventListener("click", () => choose(run));
      return node("li", {}, button);
    }),
  );
  byId("told-of").textContent = `By the mean of its days: ${variableNow().label}`;
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
  closeBranch();
  byId("any-run-fault").textContent = "";
  writeAddress();
  pressTold();
  asking += 1;
  showRun(asking);
}

async function showRun(mine) {
  const { run } = bench.shown;
  const key = askedNow();
  const line = await askOf("line", { run });
  if (mine !== asking) return;
  if (line.ok) drawRun(run, line);
  const story = await askOf("story", { run, turns: false });
  if (mine !== asking) return;
  if (!story.ok) {
    byId("story").replaceChildren(node("p", { class: "fault" }, story.refused));
    byId("story-status").textContent = story.refused;
    followBranch(); // which is refused for the same reason
    return;
  }
  showStory({ ...story, key });
  followBranch();
  const more = await askOf("story", { run, turns: true });
  if (mine === asking && more.ok) showTurns(more);
}

/** The line of a run in the fan. */
function drawRun(run, line) {
  fan.own = { run, variable: bench.shown.variable, step: 1, values: numbers(line.values, codes(line.values)) };
  if (heard.picture === null) return;
  pictureFan(heard.picture);
  tellFanKeys();
}

/** A story: what happened by month, each act with a way to ask why, each day with a way to branch off. */
function showStory(story) {
  told = story;
  const parts = byMonth(story.entries.map((entry) => [entry.day, lineOf(entry, story)]), "h4");
  parts
    .flatMap((part) => [...part.querySelectorAll("li")])
    .forEach((line, at) => addBranching(line, story.entries[at]));
  byId("story").replaceChildren(
    node("h3", { class: "run-title" }, `Run ${whole(story.run)}${moves(bench.state) ? ", as the levers stand" : ""}`),
    node("div", { id: "story-opening" }, ...(story.failed ? [node("p", { class: "fault" }, story.failed)] : [])),
    node("div", { class: "acts" }, ...parts),
  );
  byId("story-status").textContent = `The story of run ${whole(story.run)} is shown.`;
  tellRun(story);
}

/** What kind of history it is, and its turning points: they take a second longer. */
function showTurns({ opening, turns }) {
  byId("story-opening").append(...opening.map((text) => node("p", {}, text)));
  if (!turns?.length) return;
  byId("story-opening").append(
    node("h4", { class: "month" }, "Turning points"),
    node("ul", { class: "turns" }, ...turns.map(({ day, text }) => node("li", {}, text, " ", branchButton(day)))),
  );
}

function branchButton(day) {
  const button = node("button", { type: "button", class: "small", "aria-label": `Branch off on ${longDate(day)}` }, "branch off");
  button.addEventListener("click", () => branchFrom(bench.shown.run, day));
  return button;
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
  const [event] = entry.events;
  const why = event === undefined ? [] : whyButton(entry, event, story.run);
  return [entry.rung === null ? outsideMark() : rungMark(entry.rung), node("span", {}, entry.text, ...why.slice(0, 1), ...below, ...why.slice(1))];
}

/** A day of the story leads to a branch. */
function addBranching(line, { day }) {
  const time = line.querySelector("time");
  const button = node("button", { type: "button", class: "small", "aria-label": `Branch off on ${longDate(day)}`, title: "Branch off on this morning" }, time.textContent);
  button.addEventListener("click", () => branchFrom(bench.shown.run, day));
  time.replaceChildren(button);
}

/** Asks why an act was done; the answer opens below it. */
function whyButton(entry, event, run) {
  const place = node("div", { class: "because", hidden: "" });
  const button = node("button", { type: "button", class: "small", "aria-expanded": "false" }, "why", node("span", { class: "hidden" }, `: ${entry.text}`));
  button.addEventListener("click", async () => {
    const open = place.hidden;
    place.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open || place.querySelector(":scope > :not(.fault)")) return; // what failed is asked again
    place.replaceChildren(node("p", {}, "Asking …"));
    showWhy(place, await askOf("why", { run, event }));
  });
  return [button, place];
}

/** The chain of acts that led to this one, and how its actor chose. */
function showWhy(place, answer) {
  if (!answer.ok) {
    place.replaceChildren(node("p", { class: "fault" }, answer.refused));
    return;
  }
  const { chain, choice } = answer;
  const parts = [];
  if (chain?.links.length > 1) {
    parts.push(node("p", { class: "why" }, "What led to it, the act itself first:"), node("ol", { class: "chain" }, ...chain.links.map(linkOf)));
  }
  if (chain?.root) parts.push(node("p", {}, chain.root));
  if (choice) parts.push(...choiceNodes(choice));
  place.replaceChildren(...(parts.length ? parts : [node("p", {}, "It comes from outside: nobody in the cast chose it.")]));
}

const linkOf = ({ date, text }) => node("li", {}, node("time", {}, longDate(dayOf(date))), ` ${text}`);
const dayOf = (date) => Math.round((new Date(`${date}T00:00:00Z`) - dateOf(0)) / 86_400_000);
const termInWords = (term) => bench.opened.variables.find(({ id }) => id === term)?.label ?? term.replaceAll("_", " ");
const MOST_OPTIONS = 8;

/** Of a choice: what was open, how likely each was, and what weighed most. */
function choiceNodes({ who, day, hold, options, more, text }) {
  const shown = options.slice(0, MOST_OPTIONS);
  const left = options.length - shown.length + more;
  const weighed = ({ drivers, vetoed }) =>
    vetoed ? "vetoed" : drivers.map(({ term, factor }) => `${termInWords(term)} ×${figure(factor)}`).join("; ");
  return [
    node("p", { class: "why" }, `What was open to ${who} on ${longDate(day)}${hold === null ? "" : `; it held still with a chance of ${percent(hold)}`}:`),
    tableNode(
      {
        head: ["act", "chance that day", "what weighed most"],
        rows: shown.map((option) => [option.label, percent(option.chance), weighed(option)]),
      },
      "What was open",
    ),
    node("p", { class: "why" }, left > 0 ? `${whole(left)} less likely acts are left out.` : ""),
    node("details", {}, node("summary", {}, "In full"), node("pre", { tabindex: 0 }, text)),
  ];
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
