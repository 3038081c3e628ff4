// The left side: which scenario, its levers, any other number, what the scenario imposes, and acts that nobody may do.

/** Fill the levers of a scenario that has just been opened. */
function fillLevers() {
  const { levers, scenarios, scenario, question } = bench.opened;
  sliders.clear();
  bench.levers.clear();
  byId("scenario").replaceChildren(...scenarios.map(({ id, title }) => node("option", { value: id }, title)));
  byId("scenario").value = scenario;
  byId("question").textContent = question;
  byId("theatre-levers-box").hidden = levers.length === 0;
  byId("theatre-levers").replaceChildren(...headed(levers));
  fillMatter();
  byId("found").replaceChildren();
  byId("found-told").textContent = "";
  fillScript();
  fillActs();
}

/** The numbers that matter most: measured when they are first asked for, which takes seconds. */
async function fillMatter() {
  const { scenario } = bench.state;
  byId("matter").replaceChildren();
  if (!byId("matter-box").open) return;
  byId("matter-told").textContent = "Measuring which numbers matter most …";
  const { ok, refused, matter, matter_for: how } = await post("/workbench/matter", { scenario });
  if (scenario !== bench.state.scenario) return;
  byId("matter-told").textContent = ok ? how : refused;
  if (ok) byId("matter").replaceChildren(...matter.map((lever) => slider(lever)));
}

async function searchNumbers(words) {
  const told = byId("found-told");
  if (words === "") {
    told.textContent = "Write a word first, such as “sanctions”.";
    return;
  }
  const { ok, refused, levers, more } = await post("/workbench/search", { scenario: bench.state.scenario, words });
  if (!ok) {
    told.textContent = refused;
    return;
  }
  byId("found").replaceChildren(...levers.map((lever) => slider(lever)));
  told.textContent = levers.length
    ? `${whole(levers.length)} found${more ? `, and ${whole(more)} more: add a word` : ""}.`
    : `No number of this scenario has “${words}” in its name.`;
}

/** A switch with its words. */
function switchOf(checked, words, id, flip) {
  const box = node("input", { type: "checkbox", "data-id": id });
  box.checked = checked;
  box.addEventListener("change", () => flip(box.checked));
  return node("label", { class: "switch" }, box, node("span", {}, ...words));
}

/** Put a name on a list or off it. */
const listed = (names, name, on) => (on ? [...new Set([...names, name])].sort() : names.filter((each) => each !== name));

function fillScript() {
  const { script } = bench.opened;
  byId("script-box").hidden = script.length === 0;
  byId("script").replaceChildren(
    ...script.map(({ id, label, day }) =>
      switchOf(true, [node("time", {}, `${longDate(day)}: `), label], id, (on) =>
        change((state) => {
          state.off = listed(state.off, id, !on);
        }),
      ),
    ),
  );
}

/** Acts by actor, each with a switch: on, nobody may do it. */
function fillActs() {
  const { acts, actors } = bench.opened;
  const groups = grouped(acts, ({ actor }) => actor);
  byId("acts").replaceChildren(
    ...[...groups].map(([actor, those]) =>
      node(
        "details",
        { class: "actor" },
        node("summary", {}, actors[actor] ?? actor, " ", node("span", { class: "quiet", "data-actor": actor })),
        ...those.map((act) =>
          switchOf(act.forbidden, [`${act.label} `, node("span", { class: "quiet" }, `rung ${act.rung}`)], act.id, (on) =>
            change((state) => {
              state.forbid = listed(state.forbid, act.id, on && !act.forbidden);
              state.allow = listed(state.allow, act.id, !on && act.forbidden);
            }),
          ),
        ),
      ),
    ),
  );
}

function grouped(all, key) {
  const found = new Map();
  for (const each of all) found.set(key(each), [...(found.get(key(each)) ?? []), each]);
  return found;
}

const isForbidden = ({ id, forbidden }) =>
  bench.state.forbid.includes(id) || (forbidden && !bench.state.allow.includes(id));

/** Show where all switches stand. */
function showSwitches() {
  for (const box of byId("script").querySelectorAll("input")) box.checked = !bench.state.off.includes(box.dataset.id);
  const act = new Map(bench.opened.acts.map((each) => [each.id, each]));
  for (const box of byId("acts").querySelectorAll("input")) box.checked = isForbidden(act.get(box.dataset.id));
  const now = bench.opened.acts.filter(isForbidden);
  byId("acts-count").textContent = now.length ? `(${whole(now.length)})` : "";
  for (const place of byId("acts").querySelectorAll("[data-actor]")) {
    const n = now.filter(({ actor }) => actor === place.dataset.actor).length;
    place.textContent = n ? `${whole(n)} forbidden` : "";
  }
}

/** All that stands otherwise than in the scenario, each with the way back. */
function changes({ numbers, off, forbid, allow, seed } = bench.state) {
  const labelOf = (list, id) => list.find((each) => each.id === id)?.label ?? id;
  const lever = (path) => bench.levers.get(path);
  return [
    ...Object.entries(numbers).map(([path, value]) => [
      lever(path)
        ? `${lever(path).label}: ${leverFigure(value)} instead of ${leverFigure(lever(path).written)}`
        : `${path}: ${value}`,
      (state) => delete state.numbers[path],
    ]),
    ...off.map((id) => [
      `Does not happen: ${labelOf(bench.opened.script, id)}`,
      (state) => (state.off = listed(state.off, id, false)),
    ]),
    ...forbid.map((id) => [
      `Forbidden: ${labelOf(bench.opened.acts, id)}`,
      (state) => (state.forbid = listed(state.forbid, id, false)),
    ]),
    ...allow.map((id) => [
      `Allowed: ${labelOf(bench.opened.acts, id)}`,
      (state) => (state.allow = listed(state.allow, id, false)),
    ]),
    ...(seed === null
      ? []
      : [[otherDice(seed), (state) => (state.seed = null)]]),
  ];
}

const otherDice = (seed) => `Other dice: seed ${seed} instead of ${bench.opened.seed}`;

function showChanges() {
  byId("changed").replaceChildren(
    ...changes().map(([words, back]) => {
      const button = node("button", { type: "button", "aria-label": `${words}: as it was` }, "×");
      button.addEventListener("click", () => {
        change(back);
        byId("undo").focus();
      });
      return node("li", {}, words, " ", button);
    }),
  );
  byId("undo").disabled = bench.past.length === 0;
  byId("redo").disabled = bench.future.length === 0;
  byId("all-back").disabled = isAsWritten(bench.state);
}

function showDice() {
  const { runs, seed } = bench.state;
  const select = byId("runs");
  if (![...select.options].some(({ value }) => Number(value) === runs)) {
    select.append(node("option", { value: runs }, whole(runs)));
  }
  select.value = runs;
  byId("seed").value = seed ?? bench.opened.seed;
  byId("seed").setAttribute("aria-invalid", "false");
  byId("seed-fault").textContent = "";
}

/** Levers that a link has moved, and of which the server has not told yet. */
async function learnLevers() {
  const unknown = Object.keys(bench.state.numbers).filter((path) => !bench.levers.has(path));
  await Promise.all(
    unknown.map(async (path) => {
      const { ok, levers } = await post("/workbench/search", { scenario: bench.state.scenario, words: path });
      const found = ok ? levers.find((each) => each.path === path) : undefined;
      if (found) bench.levers.set(path, found);
    }),
  );
  if (unknown.length === 0) return;
  showChanges();
  if (heard.picture !== null && resting === null) tellSentence(heard.picture);
}

function beginBench() {
  byId("scenario").addEventListener("change", (event) => {
    const { variable, record } = bench.shown;
    openScenario({ scenario: event.target.value, wanted: { variable, record } });
  });
  byId("undo").addEventListener("click", undo);
  byId("redo").addEventListener("click", redo);
  byId("all-back").addEventListener("click", () =>
    change((state) => Object.assign(state, { numbers: {}, off: [], forbid: [], allow: [], seed: null })),
  );
  byId("matter-box").addEventListener("toggle", () => {
    if (byId("matter-box").open && byId("matter").childElementCount === 0) fillMatter();
  });
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    searchNumbers(byId("words").value.trim());
  });
  byId("runs").addEventListener("change", (event) =>
    change((state) => {
      state.runs = Number(event.target.value);
    }),
  );
  const setSeed = (seed) =>
    change((state) => {
      state.seed = seed === bench.opened.seed ? null : seed;
    });
  byId("seed").addEventListener("change", (event) => {
    const text = event.target.value.trim();
    const known = /^\d{1,15}$/.test(text);
    event.target.setAttribute("aria-invalid", String(!known));
    byId("seed-fault").textContent = known ? "" : `A seed is a whole number of at most 15 digits, and not “${text}”.`;
    if (known) setSeed(Number(text));
    else event.target.value = bench.state.seed ?? bench.opened.seed;
  });
  byId("other-dice").addEventListener("click", () => setSeed(Math.floor(Math.random() * 1e6)));
  whenStateChanges.push(send, showLevers, showSwitches, showChanges, showDice); // the server begins while this is drawn
}
