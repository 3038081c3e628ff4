// The forecasts of a class beside the runs, and beside what really happened where that is recorded.

const LARGEST = 100000;
const PARTS = ["luck", "distance", "score"];
const pool = JSON.parse(byId("pooled").textContent);

/** A name as a page can show it, whatever a file holds in its place. */
const words = (given) =>
  typeof given === "string"
    ? given
        .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
        .replace(/\p{Cs}/gu, "\ufffd")
        .trim()
        .slice(0, 80)
    : "";

/** A forecast of a file, as `sim.report.forecasts` would read it; throws with a sentence if it is none of these runs. */
function forecastIn(text, file) {
  let content = null;
  try {
    content = JSON.parse(text);
  } catch {
    // told below, as for any other file
  }
  if (content?.kind !== "escalation-sim forecast" || typeof content.percent !== "object" || content.percent === null)
    throw new Error("it is no forecast that a class page saved");
  if (content.page !== data.head.key) throw new Error("it is of another page, with other runs than these");
  const said = {};
  for (const outcome of data.outcomes) {
    const value = content.percent[outcome.id];
    if (typeof value !== "number" || !(value >= 0 && value <= 100))
      throw new Error(`it has no number from 0 to 100 for “${outcome.label}”`);
    said[outcome.id] = value;
  }
  return { name: words(content.name) || words(file.replace(/\.json$/i, "")), percent: said, late: Boolean(content.late) };
}

async function addFiles(files) {
  const faults = [];
  for (const file of files) {
    try {
      if (file.size > LARGEST) throw new Error("it is too large for a forecast");
      const found = forecastIn(await file.text(), file.name);
      const again = pool.findIndex((each) => JSON.stringify(each) === JSON.stringify(found));
      if (again < 0) pool.push(found);
    } catch (error) {
      faults.push(`${file.name}: ${error.message}.`);
    }
  }
  byId("pool-fault").textContent = faults.join(" ");
  byId("pool-status").textContent = pool.length === 1 ? "1 forecast is shown." : `${pool.length} forecasts are shown.`;
  showPool();
}

const asShares = (each) => Object.fromEntries(Object.entries(each.percent).map(([id, value]) => [id, value / 100]));
const named = (each, at) => (byId("pool-names").checked ? each.name : `Forecast ${at + 1}`);
const happened = (outcome) => data.pool?.told?.[outcome.id];

/** One outcome: the interval and share of the runs, a dot for each forecast, stacked where they are the same. */
function poolTrack(outcome, all) {
  const track = node("span", { class: "field", "aria-hidden": "true" });
  const put = (name, left, text) => {
    const part = node("i", { class: name, title: text });
    part.style.left = `${(100 * left).toFixed(2)}%`;
    track.append(part);
    return part;
  };
  const range = put("range", outcome.low, `runs: ${percent(outcome.share)}`);
  range.style.width = `${(100 * (outcome.high - outcome.low)).toFixed(2)}%`;
  put("share", outcome.share, `runs: ${percent(outcome.share)}`);
  const piles = new Map();
  let tallest = 0;
  all.forEach((each, at) => {
    const said = each.percent[outcome.id] / 100;
    const column = Math.round(said * 50);
    const height = piles.get(column) ?? 0;
    piles.set(column, height + 1);
    tallest = Math.max(tallest, height);
    put("one", said, `${named(each, at)}: ${percent(said)}`).style.bottom = `${4 + 9 * height}px`;
  });
  put("mean", mean(all.map((each) => each.percent[outcome.id] / 100)), "mean of the class");
  track.style.height = `${18 + 9 * tallest}px`;
  return track;
}

function poolRow(outcome, all) {
  const said = all.map((each) => each.percent[outcome.id] / 100);
  const real = happened(outcome);
  const cells = [
    ["class mean", percent(mean(said)), "n figure"],
    ["from to", `${percent(Math.min(...said)).replace(" %", "")} to ${percent(Math.max(...said))}`, "n quiet"],
    ["runs", percent(outcome.share), "n figure"],
    ["95 %", `${percent(outcome.low).replace(" %", "")} to ${percent(outcome.high)}`, "n quiet"],
    ...(data.pool?.told ? [["really", real?.text ?? "–", real?.came ? "real came" : "real"]] : []),
  ];
  return node(
    "tr",
    {},
    node("th", { scope: "row" }, outcome.label, poolTrack(outcome, all)),
    ...cells.map(([label, text, kind]) => node("td", { class: kind, "data-label": label }, text)),
  );
}

const heads = (texts) =>
  node(
    "thead",
    {},
    node("tr", {}, ...texts.map(([text, kind = ""]) => node("th", { scope: "col", class: kind }, text))),
  );

function outcomesOfClass(all) {
  const columns = [["Outcome"], ["Class mean", "n"], ["From to", "n"], ["Runs", "n"], ["95 %", "n"]];
  return node(
    "div",
    { class: "wide", role: "region", "aria-label": "The class's forecasts by outcome", tabindex: "0" },
    node(
      "table",
      { class: "card pooled" },
      node("caption", { class: "hidden" }, "The class's forecasts by outcome"),
      heads(data.pool?.told ? [...columns, ["Really"]] : columns),
      node("tbody", {}, ...data.outcomes.map((outcome) => poolRow(outcome, all))),
    ),
  );
}

function scoresOfClass(all) {
  const each = all.map((one) => scored(asShares(one)));
  const ids = data.outcomes.map((outcome) => outcome.id);
  const middle = scored(Object.fromEntries(ids.map((id) => [id, mean(all.map((one) => one.percent[id] / 100))])));
  const most = Math.max(middle.score, ...each.map((one) => one.score));
  const row = (name, found, kind = "") =>
    node(
      "tr",
      { class: kind },
      node("th", { scope: "row" }, name, scoreBar(found, most)),
      ...inThree(found).map((text, at) => node("td", { class: "n", "data-label": PARTS[at] }, text)),
    );
  const order = all.map((_, at) => at).sort((a, b) => all[a].name.localeCompare(all[b].name));
  const late = (one) => (one.late ? " (made after the answers had been open)" : "");
  const [luck, distance, score] = inThree(middle);
  const better = each.filter((one) => one.score > middle.score).length;
  return [
    node("h3", {}, "Scores"),
    node(
      "p",
      {},
      `Of every score, ${luck} no forecaster could avoid: it is luck, which remains even for somebody who knows every share. The rest is distance. The class's mean forecast scores ${score}, of which ${distance} is distance, and beats ${better} of the ${all.length === 1 ? "1 forecast" : `${all.length} forecasts`}. Taken one by one they score ${scoreText(mean(each.map((one) => one.score)))} on average; the mean forecast can never do worse than that.`,
    ),
    node(
      "p",
      { class: "keys", "aria-hidden": "true" },
      node("span", {}, node("i", { class: "luck" }), "luck"),
      node("span", {}, node("i", { class: "distance" }), "distance"),
    ),
    node(
      "table",
      { class: "card scores" },
      node("caption", { class: "hidden" }, "Scores of the class"),
      heads([["Who"], ["Luck", "n"], ["Distance", "n"], ["Score", "n"]]),
      node(
        "tbody",
        {},
        ...order.map((at) => row(`${named(all[at], at)}${late(all[at])}`, each[at])),
        row("The class's mean forecast", middle, "sum"),
      ),
    ),
  ];
}

function showPool() {
  if (pool.length === 0) {
    byId("pool-shown").replaceChildren();
    return;
  }
  const key = (kind, text) => node("span", {}, node("i", { class: kind }), text);
  byId("pool-shown").replaceChildren(
    node(
      "p",
      { class: "keys field-keys", "aria-hidden": "true" },
      key("one", "a forecast"),
      key("mean", "mean of the class"),
      key("share", "share of the runs, with its interval"),
      node("span", {}, "lines from 0 to 100 %"),
    ),
    outcomesOfClass(pool),
    ...scoresOfClass(pool),
  );
  watchWide();
}

beginnings.push(() => {
  if (byId("pool") === null) return;
  byId("pool-files").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = "";
  });
  byId("pool-names").addEventListener("change", showPool);
  const drop = byId("pool");
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    addFiles([...event.dataTransfer.files]);
  });
  showPool();
});
