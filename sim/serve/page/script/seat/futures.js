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
  element("futures-outcome").replaceChildren(...outcomes.map((id) => node("option", { value: id }, answer.labels?.[id] ?? outcomeCalled(id))));
  element("futures-found").hidden = false;
  drawFutures();
  say("The futures are there.");
}

function drawFutures() {
  const outcome = element("futures-outcome").value;
  const shown = found.rows.filter((row) => row.outcome === outcome).sort((a, b) => b.share - a.share);
  if (!shown.length) {
    fill("futures-table", node("p", { class: "note" }, "Every outcome has come about already."));
    return;
  }
  const most = Math.max(...shown.map((row) => row.high), 0.05);
  const caption = `Within ${counted(found.days, "day")}, in ${figure(found.runs)} worlds each. Bold where it differs from doing nothing; in brackets the 95 % interval.`;
  fill(
    "futures-table",
    node(
      "table",
      { class: "futures" },
      node("caption", {}, caption),
      node("thead", {}, node("tr", {}, node("th", { scope: "col" }, "If your side …"), node("th", { scope: "col", class: "n" }, "Share"))),
      node("tbody", {}, shown.map((row) => futureRow(row, most))),
    ),
  );
}

function futureRow(row, most) {
  const apart = row.act !== "hold" && (row.difference_low > 0 || row.difference_high < 0);
  const bar = node("i", { class: "range", "aria-hidden": "true" });
  bar.style.setProperty("--low", `${(100 * row.low) / most}%`);
  bar.style.setProperty("--high", `${(100 * row.high) / most}%`);
  bar.style.setProperty("--at", `${(100 * row.share) / most}%`);
  return node(
    "tr",
    { class: row.act === "hold" ? "held" : null },
    node("th", { scope: "row" }, found.labels?.[row.act] ?? labelOf(row.act), bar),
    node("td", { class: "n" }, node(apart ? "b" : "span", {}, percent(row.share)), node("span", { class: "below" }, `${percent(row.low)} to ${percent(row.high)}`)),
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
