// Scores of a forecast against the runs, and how much of each no forecaster could avoid.

const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const scoreText = (score) => score.toFixed(3);

/**
 * The Brier score that a share said is to expect, in two parts: share × (1 − share) is luck, which run comes about, and
 * stays for whoever knows the share; the square of the distance is the forecaster's own.
 */
function parts(said, share) {
  const luck = share * (1 - share);
  const distance = (said - share) ** 2;
  return { said, luck, distance, score: luck + distance };
}

/** Parts for all outcomes, and their means. */
function scored(given) {
  const lines = data.outcomes.map((outcome) => ({ ...outcome, ...parts(given[outcome.id], outcome.share) }));
  const [luck, distance, score] = ["luck", "distance", "score"].map((part) => mean(lines.map((line) => line[part])));
  return { lines, luck, distance, score, apart: mean(lines.map((line) => Math.abs(line.said - line.share))) };
}

/** Luck, distance and score to three digits, such that the first two add up to the third. */
function inThree({ luck, score }) {
  return [scoreText(luck), scoreText(Number(scoreText(score)) - Number(scoreText(luck))), scoreText(score)];
}

/** A bar of the two parts of a score, on a scale up to a largest one. */
function scoreBar({ luck, distance }, most) {
  const bar = node("span", { class: "parts", "aria-hidden": "true" });
  for (const [name, size] of [
    ["luck", luck],
    ["distance", distance],
  ]) {
    const part = node("i", { class: name });
    part.style.width = `${((100 * size) / (most || 1)).toFixed(2)}%`;
    bar.append(part);
  }
  return bar;
}

function scoreTable(all) {
  const { lines } = all;
  const most = Math.max(...lines.map((line) => line.score));
  const heads = ["Outcome", "You said", "Of the runs", "Off by", "Luck", "Distance", "Score"];
  const cells = (entries) => entries.map((text, at) => node("td", { class: "n", "data-label": heads[at + 1] }, text));
  const points = (line) => `${(100 * Math.abs(line.said - line.share)).toFixed(1)} points`;
  return node(
    "div",
    { class: "wide", role: "region", "aria-label": "Your score, outcome by outcome", tabindex: "0" },
    node(
      "table",
      { class: "card scores" },
      node("caption", {}, "Your forecast and the runs: luck + distance = score"),
      node(
        "thead",
        {},
        node("tr", {}, ...heads.map((text, at) => node("th", { scope: "col", class: at ? "n" : "" }, text))),
      ),
      node(
        "tbody",
        {},
        ...lines.map((line) =>
          node(
            "tr",
            {},
            node("th", { scope: "row" }, line.label, scoreBar(line, most)),
            ...cells([
              percent(line.said),
              percent(line.share),
              points(line),
              ...inThree(line),
            ]),
          ),
        ),
        node(
          "tr",
          { class: "sum" },
          node("th", { scope: "row" }, "Mean of all"),
          ...cells(["", "", "", ...inThree(all)]),
        ),
      ),
    ),
  );
}

/** How a score compares with saying 50 % everywhere. */
function besideHalf(score) {
  const half = mean(data.outcomes.map((outcome) => parts(0.5, outcome.share).score));
  const beside = score < half - 1e-9 ? "better than" : score > half + 1e-9 ? "worse than" : "the same as";
  return `That is ${beside} saying 50 % everywhere, which scores ${scoreText(half)}.`;
}

function showScore(given) {
  const found = scored(given);
  const [luck, distance, score] = inThree(found);
  byId("score").replaceChildren(
    node("h3", {}, own.name ? `Your score, ${own.name}` : "Your score"),
    node(
      "p",
      { class: "verdict-line" },
      `Your score is ${score} (a Brier score: 0 is best, 1 is worst). Of your ${score}, ${luck} no forecaster could avoid, and ${distance} is the distance between your numbers and the runs. ${besideHalf(found.score)}`,
    ),
    node(
      "p",
      {},
      `On average your numbers were ${(100 * found.apart).toFixed(1)} percentage points away from the shares of the runs. Luck is what remains for somebody who knows every share: nobody can tell which run comes next. So judge yourself by the distance alone: a row can score badly though you were nearly right, because its outcome comes about in some runs and not in others. All this measures you against this model, not against the world.`,
    ),
    node(
      "p",
      { class: "keys", "aria-hidden": "true" },
      node("span", {}, node("i", { class: "luck" }), "luck: no forecaster could avoid it"),
      node("span", {}, node("i", { class: "distance" }), "distance: yours"),
    ),
    scoreTable(found),
  );
  byId("score").hidden = false;
  watchWide();
  markOwn(given);
}

/** Mark on the bars of the report what the reader had said. */
function markOwn(given) {
  for (const bar of document.querySelectorAll("#outcomes [data-outcome]")) {
    const said = given[bar.dataset.outcome];
    if (said === undefined) continue;
    bar.querySelector(".said")?.remove();
    const dot = node("span", { class: "said", title: `you said ${percent(said)}` });
    dot.style.left = `${(100 * said).toFixed(2)}%`;
    bar.append(dot);
  }
  byId("outcomes-said")?.removeAttribute("hidden");
}
