// From a morning of a run on: what came of it in many futures, beside what the run itself came to.

const branch = { found: null, frame: null };
let redrawBranch = null;

async function branchFrom(run, day) {
  if (run === null) return;
  byId("branch").hidden = false;
  byId("branch-title").textContent = `Run ${whole(run)} from the morning of ${longDate(day)} on`;
  byId("branch-told").textContent = "Running 500 futures …";
  byId("branch-title").focus();
  const found = await askOf("branch", { run, day });
  if (!found.ok) {
    byId("branch-told").textContent = found.refused;
    return;
  }
  branch.found = { ...found, quantiles: rows(found.quantiles), own: rows(found.own)[0] };
  if (redrawBranch === null) redrawBranch = plot("branch", drawBranch);
  else redrawBranch();
  tellBranch();
}

function drawBranch(frame) {
  const { svg, height } = frame;
  const { quantiles, own, day } = branch.found;
  widen("branch", ...ends([quantiles[0], quantiles[6], own]));
  const y = toRange(...reaches.get("branch"), height - BELOW, ABOVE);
  axes(
    frame,
    y,
    ticks(...reaches.get("branch"), 4).map((value) => [value, tickText(value)]),
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
  const { outcomes, runs, run, day } = branch.found;
  const labelOf = (id) => bench.opened.outcomes.find((each) => each.id === id)?.label ?? id;
  const least = [...outcomes].sort((one, other) => rarity(one) - rarity(other))[0];
  const told = least
    ? `Of ${whole(runs)} futures that share this past, ${percent(least.here ? least.share : 1 - least.share)} ${least.here ? "come to" : "are spared"} “${labelOf(least.id)}”, as run ${whole(run)} ${least.here ? "did" : "was"}.`
    : `${whole(runs)} futures share this past.`;
  byId("branch-told").textContent = told;
  say("branch", `${variableNow().label} in ${whole(runs)} futures of run ${whole(run)} from ${longDate(day)} on. ${told}`);
  pictures.set("branch", {
    title: () => `${variableNow().label}: ${whole(runs)} futures of run ${whole(run)} from ${longDate(day)} on`,
    legend: "Bands: the middle 50, 80 and 95 % of the futures; line: the run itself.",
    table: () => ({
      head: ["outcome", "futures", "share", "low", "high", "the run itself", "share of all runs"],
      rows: outcomes.map((each) => [
        labelOf(each.id),
        each.runs,
        each.share,
        each.low,
        each.high,
        each.here ? "yes" : "no",
        each.unbranched ?? NaN,
      ]),
    }),
  });
  byId("branch-shares").replaceChildren(tableNode(pictures.get("branch").table(), "What came of that morning"));
}

/** How unusual the run was in an outcome, among the futures of its past. */
const rarity = ({ here, share }) => (here ? share : 1 - share);

function beginBranching() {
  byId("branch-close").addEventListener("click", () => {
    byId("branch").hidden = true;
    byId("story").querySelector("button")?.focus({ preventScroll: true });
  });
}
