// What was forecast before the start, held to what came: one's own, and the class's without names.

const JUDGES = {
  worlds: "the worlds of this class",
  runs: "runs in which nobody sat",
  really: "what really happened",
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
  put("worlds", outcome.shares.worlds, `worlds: ${percent(outcome.shares.worlds)}`);
  if (outcome.mean !== undefined) put("mean", outcome.mean, `class: ${percent(outcome.mean)}`);
  if (outcome.own !== undefined) put("one", outcome.own, `you: ${percent(outcome.own)}`);
  return field;
}

const shareOf = (value) => (value === undefined ? "–" : percent(value));
const scoreOf = (value) => (value === undefined ? "–" : scoreText(value));

/** Each outcome as a line from 0 to 100 %: what was said, and what came. */
function forecastPicture({ outcomes }) {
  return node(
    "ul",
    { class: "forecast-lines" },
    ...outcomes.map((each) => {
      const said = [
        ...(each.own === undefined ? [] : [`you ${percent(each.own)}`]),
        ...(each.mean === undefined ? [] : [`class ${percent(each.mean)}`]),
      ].join(", ");
      return node(
        "li",
        {},
        node("span", {}, outcomeCalled(each.id)),
        forecastTrack(each),
        node(
          "span",
          { class: "move-figures" },
          node("span", { class: "quiet" }, said === "" ? "nothing said" : said),
          node("span", { "aria-hidden": "true" }, " → "),
          node("span", { class: "hidden" }, "; worlds here "),
          node("b", {}, percent(each.shares.worlds)),
        ),
      );
    }),
  );
}

function forecastTable({ outcomes }) {
  const has = (name) => outcomes.some((each) => each[name] !== undefined);
  const columns = [
    ...(has("own") ? [["you", (each) => shareOf(each.own), "n figure"]] : []),
    ...(has("mean")
      ? [
          ["class mean", (each) => shareOf(each.mean), "n"],
          ["class median", (each) => shareOf(each.median), "n"],
        ]
      : []),
    ["worlds here", (each) => percent(each.shares.worlds), "n"],
    ["runs", (each) => percent(each.shares.runs), "n"],
    ...(has("own") ? [["your score", (each) => scoreOf(each.scores.worlds.own), "n"]] : []),
    ...(has("mean") ? [["class score", (each) => scoreOf(each.scores.worlds.mean), "n"]] : []),
    ["answers", (each) => whole(each.n), "n"],
  ];
  return node(
    "div",
    { class: "wide", role: "region", "aria-label": "Forecasts by outcome", tabindex: "0" },
    node(
      "table",
      { class: "card" },
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
            node("th", { scope: "row" }, outcomeCalled(each.id)),
            ...columns.map(([label, text, kind]) => node("td", { class: kind, "data-label": label }, text(each))),
          ),
        ),
      ),
    ),
  );
}

/** Forecasts that may be set beside each other: over the outcomes that one answered, or over all that are pooled. */
function scoreRows(scores, own) {
  const names = own
    ? [
        ["own", "Yours"],
        ["own_mean", "Class mean"],
        ["own_half", "50 % of everything"],
      ]
    : [
        ["mean", "Class mean"],
        ["median", "Class median"],
        ["half", "50 % of everything"],
      ];
  const rowsOf = names.filter(([name]) => scores[name] !== undefined);
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

function scoresTable(judge, scores, own) {
  return node(
    "table",
    { class: "card scores" },
    node("caption", {}, `Scores, held to ${JUDGES[judge]}: 0 is best, 1 is worst`),
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
    node("tbody", {}, ...scoreRows(scores, own)),
  );
}

/** How many answered how much, without names. */
function answeredInWords({ n, asked, answered, own_answered: own }) {
  const mine =
    own === undefined
      ? ""
      : own === asked
        ? `You answered all ${inWords(asked)}. `
        : `You answered ${inWords(own)} of the ${inWords(asked)}. `;
  if (answered === null) return `${mine}${counted(n, "forecast was", "forecasts were")} made in all.`;
  const all = answered.at(-1);
  const some = answered
    .slice(0, -1)
    .map((people, at) => [people, at + 1])
    .filter(([people]) => people > 0)
    .reverse();
  const rest = some.map(([people, many]) => `${inWords(people)} ${inWords(many)}`);
  const told = [...(all ? [`${inWords(all)} answered all ${inWords(asked)}`] : []), ...rest];
  return `${mine}Of ${counted(n, "person", "people")} who made a forecast, ${listedWords(told)}. Each outcome counts for those who answered it.`;
}

/** How the scores of the class spread, without names. */
function spreadOf({ spread, step, beaten, singles, mean: middle }) {
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
      `How single forecasts score: ${parts.join(", ")}; ${scoreText(singles)} on average. The class's mean scores ${scoreText(middle.score)}; over the same outcomes it beats ${beaten} of them: what one person overrates another underrates.`,
    ),
  );
}

/** What the forecasts were asked for, and what they are held to. */
function heldInWords({ worlds, lived_on: on, futures }) {
  const end = dayOf(told.room.end);
  if (on === 0) return `Asked was what would come about by ${end}; the marks show in which share of the worlds it did.`;
  const which =
    worlds === 1 ? "the world" : on === worlds ? "the worlds" : `${inWords(on)} of the ${inWords(worlds)} worlds`;
  return `Asked was what would come about by ${end}. The class ended before, so ${which} ${on === 1 || worlds === 1 ? "is" : "are"} lived on from the last day to that one, ${whole(futures)} times each, by the rules.`;
}

/** What came by the last day that was lived, and what really did, in sentences. */
function cameInWords({ came, really, worlds }) {
  const here = Object.entries(came).filter(([, n]) => n > 0);
  const words = here.map(
    ([id, n]) => `“${outcomeCalled(id)}”${worlds > 1 ? ` in ${inWords(n)} of ${inWords(worlds)} worlds` : ""}`,
  );
  const real =
    really === null
      ? []
      : Object.entries(really)
          .filter(([, so]) => so)
          .map(([id]) => `“${outcomeCalled(id)}”`);
  return [
    here.length
      ? `Already come about when the class ended: ${listedWords(words)}.`
      : "When the class ended, none of it had come about.",
    really === null
      ? ""
      : ` Really, by ${told.beside.really.until}: ${real.length ? listedWords(real) : "none of them"}.`,
  ].join("");
}

function showForecasts() {
  const found = told.whole?.forecasts;
  if (!found) return;
  byId("forecasts").hidden = false;
  const pooled = found.outcomes.some((each) => each.mean !== undefined);
  const { worlds } = found.scores;
  const key = (kind, text) => node("span", {}, node("i", { class: kind }), text);
  const held = Object.entries(found.scores);
  const has = (scores) => scores.own !== undefined || scores.mean !== undefined;
  byId("forecasts-in").replaceChildren(
    node("p", { class: "standfirst" }, `${answeredInWords(found)} ${heldInWords(found)}`),
    node(
      "p",
      { class: "keys field-keys", "aria-hidden": "true" },
      ...(pooled ? [key("column", "forecasts of the class"), key("mean", "their mean")] : []),
      ...(worlds.own ? [key("one", "yours")] : []),
      key("worlds", "the worlds here"),
      node("span", {}, "lines from 0 to 100 %"),
    ),
    forecastPicture(found),
    node("p", {}, cameInWords(found)),
    ...(has(worlds) ? [scoresTable("worlds", worlds, worlds.own !== undefined)] : []),
    node(
      "p",
      { class: "note" },
      `${worlds.own ? "Only you see your own score. " : "Whoever made a forecast sees their own score on their own page. "}${pooled ? "" : `Fewer than ${found.fewest} forecasts are not pooled: a mean of two would tell each what the other said. `}Luck is what remains for somebody who knows every share, since nobody can tell which history comes next; distance is the forecaster's own.`,
    ),
    node("details", {}, node("summary", {}, "All figures, outcome by outcome"), forecastTable(found)),
    ...(pooled || worlds.own
      ? [
          node(
            "details",
            {},
            node("summary", {}, "The class's scores, and other things to hold them to"),
            ...(worlds.own && worlds.mean ? [scoresTable("worlds", worlds, false)] : []),
            ...(worlds.spread ? [spreadOf(worlds)] : []),
            ...held
              .slice(1)
              .filter(([, scores]) => has(scores))
              .map(([judge, scores]) => scoresTable(judge, scores, scores.own !== undefined)),
          ),
        ]
      : []),
  );
  watchWide();
}
