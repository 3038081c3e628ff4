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
  branch.found = { ...found, quantiles: rows(found.quantiles), own: rows(found.path)[0] };
  if (redrawBranch === null) redrawBranch = plot("branch", drawBranch);
  else redrawBranch();
  tellBranch();
}

function drawBranch(frame) {
  const { svg, height } = frame;
  const { quantiles, own, day } = branch.found;
  const key = `branch ${bench.shown.variable}`;
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
  const { outcomes, futures, run, day } = branch.found;
  const labelOf = (id) => bench.opened.outcomes.find((each) => each.id === id)?.label ?? id;
  const came = ({ id }) => told?.run === run && told.outcomes[id] !== null;
  const rarity = (each) => (came(each) ? each.share : 1 - each.share);
  const open = outcomes.filter(({ already }) => already === null);
  const [rarest] = [...open].sort((one, other) => rarity(one) - rarity(other));
  const past = `${whole(futures)} futures share this past`;
  const text = rarest
    ? `${past}. “${labelOf(rarest.id)}” comes about in ${percent(rarest.share)} of them; in run ${whole(run)} it ${came(rarest) ? "did" : "did not"}.`
    : `${past}.`;
  byId("branch-told").textContent = text;
  say("branch", `${variableNow().label} in ${whole(futures)} futures of run ${whole(run)} from ${longDate(day)} on. ${text}`);
  pictures.set("branch", {
    title: () => `${variableNow().label}: ${whole(futures)} futures of run ${whole(run)} from ${longDate(day)} on`,
    legend: "Bands: the middle 50, 80 and 95 % of the futures; line: the run itself.",
    table: () => ({
      head: ["outcome", "share of the futures", "low", "high", "the run itself"],
      rows: outcomes.map((each) => [labelOf(each.id), each.share, each.low, each.high, came(each) ? "yes" : "no"]),
    }),
  });
  const shares = outcomes.map((each) => [
    labelOf(each.id),
    each.already === null ? `${percent(each.share)} (${percent(each.low)} to ${percent(each.high)})` : "before that day",
    came(each) ? "yes" : "no",
  ]);
  byId("branch-shares").replaceChildren(
    tableNode({ head: ["outcome", "share of the futures", "the run itself"], rows: shares }, "What came of that morning"),
  );
}

function beginBranching() {
  byId("branch-close").addEventListener("click", () => {
    byId("branch").hidden = true;
    byId("story").querySelector("button")?.focus({ preventScroll: true });
  });
}
