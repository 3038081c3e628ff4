// The orders that are not sent yet, sending them, and saying that one is done for this turn.

function drawBasket() {
  const lines = basketLines();
  element("basket").hidden = !lines.length;
  fill("basket-list", lines);
  const count = element("count-orders");
  count.hidden = !lines.length;
  count.replaceChildren(String(lines.length), unseen(" not sent"));
  drawSendButtons(lines.length);
}

function basketLines() {
  const { standing } = play.morning.view;
  const undo = (what, change) =>
    node("button", { type: "button", onclick: () => takeOut(change) }, "Take out", unseen(`: ${what}`));
  const line = (text, change) => node("li", {}, node("span", {}, text), undo(text, change));
  return [
    ...Object.entries(draft.do).map(([act, on]) =>
      line(`${labelOf(act)}, ${doneOn(act, on)}`, (each) => delete each.do[act]),
    ),
    ...draft.withdraw.map((one) =>
      line(
        `Call off: ${labelOf(one.act)}, ${weekday(one.on)}`,
        (each) => (each.withdraw = each.withdraw.filter((other) => other !== one)),
      ),
    ),
    ...changedNevers(standing).map(([act, refused]) =>
      line(
        `${refused ? "Never" : "Allowed again"}: ${labelOf(act)}`,
        (each) => (each.never = refused ? each.never.filter((other) => other !== act) : [...each.never, act]),
      ),
    ),
    draft.stance === null
      ? null
      : line(`Readiness: ${listed(changedLevers(standing).map(leverLabel))}`, (each) => (each.stance = null)),
    draft.otherwise === null
      ? null
      : line(
          draft.otherwise === "rules"
            ? "Without an order, your people decide"
            : "Without an order, your side does nothing",
          (each) => (each.otherwise = null),
        ),
  ].filter(Boolean);
}

function doneOn(act, on) {
  const option = play.morning.options.options.find((each) => each.act === act);
  const day = on ?? option?.earliest;
  return day === play.morning.view.date ? "today" : weekday(day);
}

function changedNevers(standing) {
  if (draft.never === null) return [];
  return [
    ...draft.never.filter((act) => !standing.never.includes(act)).map((act) => [act, true]),
    ...standing.never.filter((act) => !draft.never.includes(act)).map((act) => [act, false]),
  ];
}

function changedLevers(standing) {
  const paths = new Set([...Object.keys(draft.stance), ...Object.keys(standing.stance)]);
  return [...paths].filter((path) => draft.stance[path] !== standing.stance[path]);
}

function takeOut(change) {
  redraft(change);
  redrawOrders();
  element("basket-title").focus({ preventScroll: true });
}

/** Everything that shows what is chosen. */
function redrawOrders() {
  for (const redraw of rows.values()) redraw();
  drawStanding();
  drawLevers();
  drawOtherwise();
}

function drawSendButtons(lines) {
  const { done } = play.morning;
  element("send-orders").hidden = !lines;
  element("done").textContent = done
    ? "Not done after all"
    : lines
      ? "Send, and done for this turn"
      : "Done for this turn";
  element("done").classList.toggle("strong", !done);
  element("send").dataset.done = done ? "yes" : "";
}

/** Send what is in the basket; whether the server took it. */
async function send() {
  const order = asOrder();
  fill("refused");
  fill("send-told");
  if (!Object.keys(order).length) return true;
  busy(true);
  const { turn } = play.morning.view;
  const answer = await ask("order", { order, turn });
  busy(false);
  if (!answer.ok) {
    showRefused(answer.reasons);
    return false;
  }
  if (play.morning.view.turn !== turn) return true; // the days went on meanwhile, and the new morning says what stands
  play.morning.view.standing = answer.standing;
  draft = nothing();
  element("why").value = "";
  redraft(() => {});
  drawActs();
  redrawOrders();
  fill("send-told", "✓ Your orders are in.");
  return true;
}

/** What was refused, at the place where it was sent; nothing of it was taken. */
function showRefused(reasons) {
  fill(
    "refused",
    node("p", { class: "fault" }, node("b", {}, "Refused; nothing of it was taken.")),
    node(
      "ul",
      { class: "plain fault" },
      reasons.map((reason) => node("li", {}, capital(reason))),
    ),
  );
}

/** On a new morning: what was written and not sent in time. */
function showLeftOver(fallen) {
  const told = [
    isEmpty(draft) ? null : "The turn went on before you sent what stands here. Send it now, or take it out.",
    fallen.length ? `No longer possible, and taken out: ${listed(fallen)}.` : null,
  ].filter(Boolean);
  fill("refused", told.length ? node("p", { class: "caution" }, told.join(" ")) : null);
}

/** While an answer is awaited, nothing is sent twice. */
function busy(is) {
  for (const id of ["send-orders", "done"]) element(id).setAttribute("aria-disabled", String(is));
  element("send").dataset.busy = is ? "yes" : "";
}
const isBusy = () => element("send").dataset.busy === "yes";

element("send-orders").addEventListener("click", async () => {
  if (isBusy()) return;
  if (await send()) element("done").focus();
});

element("done").addEventListener("click", async () => {
  if (isBusy()) return;
  const { turn } = play.morning.view;
  const done = !play.morning.done;
  if (done && !(await send())) return;
  const answer = await ask("done", { turn, done });
  if (play.morning.view.turn !== turn) return;
  if (!answer.ok) {
    showRefused(answer.reasons);
    return;
  }
  play.morning.done = done;
  fill("send-told", done ? doneTold() : "");
  drawBasket();
  if (play.clock) drawWaitingFor();
});

const doneTold = () =>
  play.hello.mode === "homework"
    ? "The days are being lived …"
    : "✓ You are done. The turn ends when all are, or when the clock says so.";
