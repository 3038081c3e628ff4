// From a morning of a run on: what came of it in many futures, beside what the run itself came to.

const branch = { found: null, wanted: null, asked: null };
let redrawBranch = null;

/** Branch off: the run goes on from a morning with other dice, as the levers stand; when they move, it is run anew. */
async function branchFrom(run, day) {
  if (run === null) return;
  branch.wanted = { run, day };
  byId("branch").hidden = false;
  byId("branch-title").textContent = `Run ${whole(run)} from the morning of ${longDate(day)} on`;
  byId("branch-title").focus();
  await askBranch();
}

async function askBranch() {
  const { wanted } = branch;
  const asking = { key: askedNow(), state: copied(bench.state), variable: bench.shown.variable };
  branch.asked = asking.key;
  showBranch(false, "Running 500 futures …");
  const found = await askOf("branch", wanted);
  if (branch.wanted !== wanted || branch.asked !== asking.key || askedNow() !== asking.key) return;
  if (!found.ok) {
    showBranch(false, found.refused);
    return;
  }
  branch.found = { ...found, ...asking, quantiles: rows(found.quantiles), own: rows(found.path)[0] };
  showBranch(true);
  if (redrawBranch === null) redrawBranch = plot("branch", drawBranch);
  else redrawBranch();
  tellBranch();
}

/** Show the futures, or say why there are none to be seen. */
function showBranch(shown, text = "") {
  byId("branch-futures").hidden = !shown;
  if (!shown) byId("branch-told").textContent = text;
}

/** The levers have moved: what is shown of a morning is no more what would come of it. */
function ageBranch() {
  if (branch.wanted === null || branch.asked === askedNow()) return;
  showBranch(false, "Something has been moved: the futures are run anew as soon as that rests.");
}

/** The story of the run as it now goes is there, so its futures can be held beside it. */
function followBranch() {
  if (branch.wanted === null) return;
  if (branch.asked !== askedNow()) askBranch();
  else if (branch.found?.key === branch.asked) tellBranch();
}

function closeBranch() {
  Object.assign(branch, { found: null, wanted: null, asked: null });
  byId("branch").hidden = true;
}

function drawBranch(frame) {
  const { svg, height } = frame;
  const { quantiles, own, day } = branch.found;
  const key = `branch ${branch.found.variable}`;
  widen(key, ...ends([quantiles[0], quantiles[6], own]));
  const y = toRange(...reaches.get(key), height - BELOW, ABOVE);
  axes(
    frame,
    y,
    ticks(...reaches.get(key), 4).map((value) => [value, tickText(value)]),
  );
  const x = (each) => frame.x(each + day);
  const after = quantiles.map((row) => row.slice(day));
  for (const [name, from, to] of BANDS) {
    svg.append(mark("path", { class: `band ${name}`, d: between(x, y, after[from], after[to]) }));
  }
  svg.append(
    mark("path", { class: "median", d: through(x, y, after[MEDIAN]) }),
    mark("path", { class: "path chosen branched", d: through(frame.x, y, own) }),
    mark("line", { class: "day", x1: frame.x(day), x2: frame.x(day), y1: ABOVE, y2: height - BELOW }),
  );
}

function tellBranch() {
  const { outcomes, futures, run, day, key } = branch.found;
  const variable = bench.opened.variables.find(({ id }) => id === branch.found.variable);
  const labelOf = (id) => bench.opened.outcomes.find((each) => each.id === id)?.label ?? id;
  const own = told?.run === run && told.key === key ? told.outcomes : null; // else its story is on its way
  const came = ({ id }) => own !== null && own[id] !== null;
  const rarity = (each) => (came(each) ? each.share : 1 - each.share);
  const open = outcomes.filter(({ already }) => already === null);
  const [rarest] = own === null ? [] : [...open].sort((one, other) => rarity(one) - rarity(other));
  const past = `${whole(futures)} futures share this past`;
  const text = rarest
    ? `${past}. “${labelOf(rarest.id)}” comes about in ${percent(rarest.share)} of them; in run ${whole(run)} it ${came(rarest) ? "did" : "did not"}.`
    : `${past}.`;
  const itself = (each) => (own === null ? "…" : came(each) ? "yes" : "no");
  byId("branch-told").textContent = text;
  say("branch", `${inFull(variable)} in ${whole(futures)} futures of run ${whole(run)} from ${longDate(day)} on. ${text}`);
  keys("branch-keys", BAND_KEYS("of the futures"));
  byId("branch-keys").append(strokeKey("2px dotted var(--ink)", "median"), strokeKey("3px solid var(--warm)", "the run itself"));
  pictures.set("branch", {
    title: () => `${inFull(variable)}: run ${whole(run)} from the morning of ${longDate(day)} on`,
    of: () => ({ state: branch.found.state, runs: `${whole(futures)} futures of run ${whole(run)}` }),
    table: () => ({
      head: ["outcome", "share of the futures", "low", "high", "the run itself"],
      rows: outcomes.map((each) => [labelOf(each.id), each.share, each.low, each.high, itself(each)]),
    }),
  });
  const shares = outcomes.map((each) => [
    labelOf(each.id),
    each.already === null ? `${percent(each.share)} (${percent(each.low)} to ${percent(each.high)})` : "before that day",
    itself(each),
  ]);
  byId("branch-shares").replaceChildren(
    tableNode({ head: ["outcome", "share of the futures", "the run itself"], rows: shares }, "What came of that morning"),
  );
}

function beginBranching() {
  whenStateChanges.push(ageBranch);
  byId("branch-close").addEventListener("click", () => {
    closeBranch();
    byId("story").querySelector("button")?.focus({ preventScroll: true });
  });
}
