// Class mode: the reader's forecast first, its score, and only then the report.

/** Mean squared distance between a forecast and what happens, where that happens in a share of the runs. */
const brier = (forecast, share) => share * (1 - forecast) ** 2 + (1 - share) * forecast ** 2;
const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const scoreText = (score) => score.toFixed(3);

function setClassroom(on) {
  byId("to-class").setAttribute("aria-pressed", String(on));
  byId("classroom").hidden = !on;
  byId("answers").hidden = on;
  byId("contents").hidden = on;
  if (on) {
    byId("score")?.setAttribute("hidden", "");
    byId("forecast")?.removeAttribute("hidden");
    byId("forecast-lead")?.removeAttribute("hidden");
  }
}

/** The forecasts by outcome, as shares; null, with the fault said, if one is missing or no share. */
function forecasts(form) {
  const found = {};
  for (const outcome of data.outcomes) {
    const input = form.elements.namedItem(outcome.id);
    const value = input.value.trim() === "" ? NaN : Number(input.value);
    const sound = value >= 0 && value <= 100;
    input.setAttribute("aria-invalid", String(!sound));
    if (!sound) {
      byId("forecast-fault").textContent = `Write a number from 0 to 100 for: ${outcome.label}.`;
      input.focus();
      return null;
    }
    found[outcome.id] = value / 100;
  }
  byId("forecast-fault").textContent = "";
  return found;
}

function showScore(given) {
  const lines = data.outcomes.map((outcome) => ({
    ...outcome,
    forecast: given[outcome.id],
    score: brier(given[outcome.id], outcome.share),
  }));
  const [own, best] = [mean(lines.map((line) => line.score)), mean(lines.map((line) => brier(line.share, line.share)))];
  const beside = own < 0.25 - 1e-9 ? "better than" : own > 0.25 + 1e-9 ? "worse than" : "the same as";
  const head = ["Outcome", "Your forecast", "Share of runs", "Your score", "With 50 %"].map((text, at) =>
    node("th", at ? { scope: "col", class: "n" } : { scope: "col" }, text),
  );
  const body = lines.map((line) =>
    node(
      "tr",
      {},
      node("th", { scope: "row" }, line.label),
      ...[percent(line.forecast), percent(line.share), scoreText(line.score), "0.250"].map((text) =>
        node("td", { class: "n" }, text),
      ),
    ),
  );
  byId("score").replaceChildren(
    node("h3", {}, "Your score"),
    node(
      "p",
      { class: "verdict-line" },
      `Your Brier score is ${scoreText(own)}: ${beside} the 0.250 of who says 50 % everywhere. Who knows the shares of this ensemble gets ${scoreText(best)}.`,
    ),
    node(
      "p",
      {},
      "The Brier score is the mean squared distance between what you said, as a number from 0 to 1, and what then happens (1 if it comes about, 0 if not), over all runs and outcomes: 0 is perfect, 1 is certain and always wrong. It judges you against this model, not against the world.",
    ),
    node(
      "div",
      { class: "wide", role: "region", "aria-label": "Your score, outcome by outcome", tabindex: "0" },
      node(
        "table",
        {},
        node("caption", {}, "Your forecast and the runs"),
        node("thead", {}, node("tr", {}, ...head)),
        node("tbody", {}, ...body),
      ),
    ),
  );
  byId("forecast").hidden = true;
  byId("forecast-lead").hidden = true;
  byId("score").hidden = false;
  byId("answers").hidden = false;
  byId("contents").hidden = false;
  byId("score").focus();
}

function beginClassroom() {
  byId("to-class").addEventListener("click", () => setClassroom(byId("classroom").hidden));
  byId("forecast")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = forecasts(event.target);
    if (given !== null) showScore(given);
  });
  setClassroom(document.documentElement.dataset.begin === "classroom");
  delete document.documentElement.dataset.begin;
}
