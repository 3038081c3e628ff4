// What came of each act in worlds that look the same to the seat: one outcome at a time, the likeliest first.

let found = null;

element("futures-ask").addEventListener("click", async () => {
  const button = element("futures-ask");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Being tried …";
  fill("futures-fault");
  const { turn } = play.morning.view;
  const answer = await ask("futures", { acts: null });
  button.setAttribute("aria-disabled", "false");
  button.textContent = "Try what is open";
  if (play.morning.view.turn !== turn) return;
  if (answer.ok) showFutures(answer);
  else fill("futures-fault", answer.reasons.join(" "));
});

function showFutures(answer) {
  found = answer;
  const outcomes = answer.telling ?? [...new Set(answer.rows.map((row) => row.outcome))];
  element("futures-outcome").replaceChildren(
    ...outcomes.map((id) => node("option", { value: id }, answer.labels?.[id] ?? outcomeCalled(id))),
  );
  element("futures-found").hidden = false;
  drawFutures();
  say("The futures are there.");
}

const ALIKE = 4; // from so many acts on that make no difference, they are told apart from the others

function drawFutures() {
  const outcome = element("futures-outcome").value;
  const all = found.rows.filter((row) => row.outcome === outcome).sort((a, b) => b.share - a.share);
  if (!all.length) {
    fill("futures-table", node("p", { class: "note" }, "Every outcome has come about already."));
    return;
  }
  const alike = all.filter((row) => !isApart(row) && row.act !== "hold" && row.act !== "rules");
  const folded = alike.length >= ALIKE ? alike : [];
  const shown = all.filter((row) => !folded.includes(row));
  const most = Math.max(0.05, ...all.filter((row) => row.share < 0.9).map((row) => row.high));
  const caption = `Within ${counted(found.days, "day")}, in ${figure(found.runs)} worlds each, with 95 % intervals. Bold: it differs from doing nothing.`;
  fill(
    "futures-table",
    futuresTable(caption, shown, most),
    folded.length
      ? node(
          "details",
          {},
          node(
            "summary",
            {},
            `${capital(counted(folded.length, "other"))}: no difference from doing nothing that can be shown`,
          ),
          futuresTable("By these, it came about as often as by doing nothing, as far as can be told.", folded, most),
        )
      : null,
  );
}

/** Whether an act differs for sure from doing nothing. */
const isApart = (row) => row.act !== "hold" && (row.difference_low > 0 || row.difference_high < 0);

const futuresTable = (caption, shown, most) =>
  node(
    "table",
    { class: "futures" },
    node("caption", {}, caption),
    node(
      "thead",
      {},
      node("tr", {}, node("th", { scope: "col" }, "If your side …"), node("th", { scope: "col", class: "n" }, "Share")),
    ),
    node(
      "tbody",
      {},
      shown.map((row) => futureRow(row, most)),
    ),
  );

function futureRow(row, most) {
  const bar = node("i", { class: "range", "aria-hidden": "true" });
  for (const [end, at] of Object.entries({ low: row.low, high: row.high, at: row.share })) {
    bar.style.setProperty(`--${end}`, `${Math.min((100 * at) / most, 100)}%`);
  }
  return node(
    "tr",
    { class: row.act === "hold" ? "held" : null },
    node("th", { scope: "row" }, found.labels?.[row.act] ?? labelOf(row.act), bar),
    node(
      "td",
      { class: "n" },
      node(isApart(row) ? "b" : "span", {}, percent(row.share)),
      node("span", { class: "below" }, `${percent(row.low)} to ${percent(row.high)}`),
    ),
  );
}

/** What was tried on another morning says nothing of this one. */
function forgetFutures() {
  found = null;
  fill("futures-fault");
  element("futures-found").hidden = true;
  element("futures").hidden = !play.hello.futures;
}

element("futures-outcome").addEventListener("change", drawFutures);
