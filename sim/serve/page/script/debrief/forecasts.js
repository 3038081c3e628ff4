// What was forecast before the start, held to what came: one's own, and the class's without names.

const JUDGES = {
  worlds: ["the worlds of this class", "What came about here"],
  runs: ["runs in which nobody sat", "Runs without seats"],
  really: ["what really happened", "What really happened"],
};

/** The class's forecasts of an outcome as columns from 0 to 100 %, with what they are held to. */
function forecastTrack(outcome) {
  const field = node("span", { class: "field forecast-field", "aria-hidden": "true" });
  const put = (name, share, text) => {
    const part = node("i", { class: name, title: text });
    part.style.left = `${(100 * share).toFixed(2)}%`;
    field.append(part);
    return part;
  };
  const most = Math.max(1, ...(outcome.said ?? []));
  (outcome.said ?? []).forEach((n, at, all) => {
    const column = put("column", at / all.length, "");
    column.style.height = `${(100 * n) / most}%`;
    column.style.width = `calc(${100 / all.length}% - 2px)`;
  });
  put("share", outcome.shares.runs, `runs: ${percent(outcome.shares.runs)}`);
  put("worlds", outcome.shares.worlds, `worlds: ${percent(outcome.shares.worlds)}`);
  if (outcome.mean !== undefined) put("mean", outcome.mean, `class: ${percent(outcome.mean)}`);
  if (outcome.own !== undefined) put("one", outcome.own, `you: ${percent(outcome.own)}`);
  return field;
}

const labelOf = (id) => told.beside.outcomes.find((each) => each.id === id)?.label ?? id;

function forecastTable({ outcomes }) {
  const has = (name) => outcomes.some((each) => each[name] !== undefined);
  const really = outcomes[0].shares.really !== undefined;
  const columns = [
    ...(has("own") ? [["you", (each) => percent(each.own), "n figure"]] : []),
    ...(has("mean")
      ? [
          ["class mean", (each) => percent(each.mean), "n"],
          ["class median", (each) => percent(each.median), "n"],
        ]
      : []),
    ["runs", (each) => percent(each.shares.runs), "n"],
    ["worlds here", (each) => percent(each.shares.worlds), "n"],
    ...(really ? [["really", (each) => (each.shares.really ? "yes" : "no"), "n"]] : []),
  ];
  return node(
    "div",
    { class: "wide", role: "region", "aria-label": "Forecasts by outcome", tabindex: "0" },
    node(
      "table",
      { class: "card pooled" },
      node("caption", { class: "hidden" }, "Forecasts by outcome"),
      node(
        "thead",
        {},
        node(
          "tr",
          {},
          node("th", { scope: "col" }, "Outcome"),
          ...columns.map(([text, , kind]) => node("th", { scope: "col", class: kind.split(" ")[0] }, capital(text))),
        ),
      ),
      node(
        "tbody",
        {},
        ...outcomes.map((each) =>
          node(
            "tr",
            {},
            node("th", { scope: "row" }, labelOf(each.id), forecastTrack(each)),
            ...columns.map(([label, text, kind]) => node("td", { class: kind, "data-label": label }, text(each))),
          ),
        ),
      ),
    ),
  );
}

function scoreRows(scores) {
  const rowsOf = [
    ["own", "Yours"],
    ["mean", "Class mean"],
    ["median", "Class median"],
    ["half", "50 % of everything"],
  ].filter(([name]) => scores[name] !== undefined);
  const most = Math.max(...rowsOf.map(([name]) => scores[name].score));
  return rowsOf.map(([name, text]) =>
    node(
      "tr",
      name === "own" ? { class: "sum" } : {},
      node("th", { scope: "row" }, text, scoreBar(scores[name], most)),
      ...inThree(scores[name]).map((shown, at) =>
        node("td", { class: "n", "data-label": ["luck", "distance", "score"][at] }, shown),
      ),
    ),
  );
}

/** How the scores of the class spread, without names. */
function spreadOf({ spread, step, beaten, singles, mean: middle }, n) {
  const last = spread.reduce((found, each, at) => (each ? at : found), 0);
  const most = Math.max(...spread);
  const bars = node("span", { class: "spread", "aria-hidden": "true" });
  spread.slice(0, last + 1).forEach((each) => {
    const bar = node("i");
    bar.style.height = `${(100 * each) / most}%`;
    bars.append(bar);
  });
  const parts = spread
    .map((each, at) => [each, at])
    .filter(([each]) => each)
    .map(([each, at]) => `${each} from ${(at * step).toFixed(2)} to ${((at + 1) * step).toFixed(2)}`);
  return node(
    "div",
    {},
    bars,
    node(
      "p",
      { class: "note" },
      `Scores of ${counted(n, "forecast")}: ${parts.join(", ")}; ${scoreText(singles)} on average. The class's mean forecast scores ${scoreText(middle.score)} and beats ${beaten} of them: what one person overrates another underrates.`,
    ),
  );
}

function judged(judge, scores, n) {
  const [by, title] = JUDGES[judge];
  return node(
    "div",
    { class: "judge" },
    node("h3", {}, title),
    node(
      "table",
      { class: "card scores" },
      node("caption", { class: "hidden" }, `Scores, held to ${by}`),
      node(
        "thead",
        {},
        node(
          "tr",
          {},
          node("th", { scope: "col" }, "Forecast"),
          ...["Luck", "Distance", "Score"].map((text) => node("th", { scope: "col", class: "n" }, text)),
        ),
      ),
      node("tbody", {}, ...scoreRows(scores)),
    ),
    ...(scores.spread ? [spreadOf(scores, n)] : []),
  );
}

function showForecasts() {
  const found = told.whole?.forecasts;
  if (!found) return;
  byId("forecasts").hidden = false;
  const pooled = found.outcomes[0].mean !== undefined;
  const own = found.scores.worlds.own;
  const key = (kind, text) => node("span", {}, node("i", { class: kind }), text);
  byId("forecasts-in").replaceChildren(
    node(
      "p",
      { class: "standfirst" },
      own
        ? `Held to the worlds of this class, your forecast scores ${scoreText(own.score)}: 0 is best, 1 is worst, and saying 50 % of everything scores ${scoreText(found.scores.worlds.half.score)}. Only you see your own score.`
        : `${counted(found.n, "forecast was", "forecasts were")} made before the start. Whoever made one sees their own score on their own page.`,
      pooled ? "" : ` Fewer than ${found.fewest} are not pooled: a mean of two would tell each what the other said.`,
    ),
    node(
      "p",
      { class: "keys field-keys", "aria-hidden": "true" },
      ...(pooled ? [key("column", "forecasts of the class"), key("mean", "their mean")] : []),
      ...(own ? [key("one", "yours")] : []),
      key("share", "share of the runs"),
      key("worlds", "share of the worlds here"),
      node("span", {}, "lines from 0 to 100 %"),
    ),
    forecastTable(found),
    node(
      "p",
      { class: "lead" },
      "A score has two parts. Luck is what remains for somebody who knows every share, since nobody can tell which history comes next; distance is the forecaster's own. Where there is a single history, there is no luck in the sum, and all of it in the judge: one history may punish a good forecast and reward a bad one.",
    ),
    node("p", { class: "keys", "aria-hidden": "true" }, key("luck", "luck"), key("distance", "distance")),
    node(
      "div",
      { class: "judges" },
      ...Object.entries(found.scores).map(([judge, scores]) => judged(judge, scores, found.n)),
    ),
  );
  watchWide();
}
