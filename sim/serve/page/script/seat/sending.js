// Sending what is in the basket, and saying that one is done for this turn.

/** Everything that shows what is chosen. */
function redrawOrders() {
  for (const { redraw } of rows.values()) redraw();
  drawStanding();
  drawLevers();
  drawOtherwise();
}

const isPaused = () => play.clock?.paused ?? false;
const isBusy = () => element("send").dataset.busy === "yes";

function drawSendButtons(lines = pieces().length) {
  const { done } = play.morning;
  element("send-orders").hidden = !lines;
  element("done").textContent = done
    ? "Not done after all"
    : lines
      ? "Send, and done for this turn"
      : "Done for this turn";
  element("done").classList.toggle("strong", !done);
  const waits = isPaused() && lines > 0;
  element("send-orders").setAttribute("aria-disabled", String(isBusy() || waits));
  element("done").setAttribute("aria-disabled", String(isBusy() || (waits && !done)));
  fill("send-paused", waits ? PAUSED : "");
  element("send").dataset.paused = waits ? "yes" : "";
}

/** While an answer is awaited, nothing is sent twice. */
function busy(is) {
  element("send").dataset.busy = is ? "yes" : "";
  drawSendButtons();
}

/** Send what is in the basket; whether the server took all of it. */
async function send() {
  fill("refused");
  fill("send-told");
  refusals.clear();
  if (!Object.keys(asOrder()).length) return true;
  const { epoch } = play.morning;
  busy(true);
  const sent = await sendPieces(pieces());
  busy(false);
  const all = !sent.refused.length;
  if (play.morning.epoch !== epoch) {
    if (all) showLeftOver([]); // what the new morning called left over was taken after all
    return all;
  }
  drawActs();
  redrawOrders();
  if (all) {
    say(""); // what was said of orders not sent yet no longer holds
    fill("send-told", "✓ Your orders are in.");
  } else showRefused(sent);
  return all;
}

/** All of it as one order; where that is refused, piece by piece, so that only what cannot be done stays behind. */
async function sendPieces(all) {
  const whole = await give(asOrder());
  if (whole.ok) accept(all, whole);
  if (whole.ok) return { taken: all, refused: [] };
  if (all.length < 2) return { taken: [], refused: [{ piece: all[0], why: whole.reasons }] };
  const sent = { taken: [], refused: [] };
  for (const piece of all) {
    const why = draft.why.trim();
    const answer = await give(why ? { ...piece.order, why } : piece.order);
    if (answer.ok) {
      accept([piece], answer);
      sent.taken.push(piece);
    } else sent.refused.push({ piece, why: answer.reasons });
  }
  return sent;
}

async function give(order) {
  const { turn, epoch } = play.morning;
  return { ...(await ask("order", { order, turn, epoch })), epoch };
}

/** What the server took is out of the basket, whatever has become of the turn meanwhile. */
function accept(some, { epoch, standing }) {
  if (play.morning.epoch === epoch) play.morning.view.standing = standing;
  redraft((each) => {
    for (const piece of some) piece.takeOut(each);
    each.why = "";
  });
  element("why").value = "";
}

/** What was refused: the reason below the piece, and how many; one reason for all of it is told once. */
function showRefused({ taken, refused }) {
  const reasons = new Set(refused.map(({ why }) => why.join(" ")));
  if (!taken.length && reasons.size === 1 && (refused.length > 1 || refused[0].piece === undefined)) {
    fill("refused", node("p", { class: "fault" }, `Nothing was taken. ${[...reasons][0]}`));
    return;
  }
  for (const { piece, why } of refused) refusals.set(piece.key, why);
  const some = taken.length ? `${capital(counted(taken.length, "order is", "orders are"))} in.` : "Nothing was taken.";
  const [were, stay] = refused.length === 1 ? ["was", "stays"] : ["were", "stay"];
  const rest = `${capital(counted(refused.length, were, were))} refused, and ${stay} here.`;
  const spoken = refused.map(({ piece, why }) => `${textOf(piece)}: ${why.join(" ")}`);
  fill("refused", node("p", { class: "fault" }, `${some} ${rest}`, unseen(` ${spoken.join(" ")}`)));
  drawBasket();
  element("basket-list").querySelector(".refused")?.scrollIntoView({ block: "nearest" });
}

const textOf = (piece) => (piece.lines ?? [piece]).map((line) => line.text).join(", ");

/** On a new morning: what was written and not sent in time. */
function showLeftOver(fallen) {
  refusals.clear();
  const told = [
    isEmpty(draft) ? null : "The turn went on before you sent what stands here. Send it now, or take it out.",
    fallen.length ? `No longer possible, and taken out: ${listed(fallen)}.` : null,
  ].filter(Boolean);
  fill("refused", told.length ? node("p", { class: "caution" }, told.join(" ")) : null);
}

/** Whether nothing can be sent just now; of a pause it is said why. */
function mustWait(button) {
  if (element(button).getAttribute("aria-disabled") !== "true") return false;
  if (!isBusy()) say(PAUSED);
  return true;
}

element("send-orders").addEventListener("click", async () => {
  if (mustWait("send-orders")) return;
  if (await send()) element("done").focus();
});

element("done").addEventListener("click", async () => {
  if (mustWait("done")) return;
  const { turn, epoch } = play.morning;
  const done = !play.morning.done;
  if (done && !(await send())) return;
  if (play.morning.epoch !== epoch) return;
  const answer = await ask("done", { turn, epoch, done });
  if (play.morning.epoch !== epoch) return;
  if (!answer.ok) {
    fill("refused", node("p", { class: "fault" }, answer.reasons.join(" ")));
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
    : play.hello.seconds === null
      ? "✓ You are done. The turn ends when all are."
      : "✓ You are done. The turn ends when all are, or when the time is over.";
