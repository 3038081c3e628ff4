// The orders that are not sent yet, piece by piece: what each asks of the server, and how it is shown.

const refusals = new Map(); // by the key of a piece: why the server did not take it
const roomy = matchMedia("(min-width: 60rem)");
const FEW = 2; // lines that a phone has room for
let folded = null; // whether whoever plays has opened or closed the basket

/** Everything in the basket: the order that asks for it, its lines, and what takes it out of the basket. */
function pieces() {
  const { standing } = play.morning.view;
  const { days } = daysOfDraft();
  const found = [
    ...draft.withdraw.map((one) => ({
      key: `withdraw ${one.act} ${one.on}`,
      order: { withdraw: [one] },
      text: `Call off: ${labelOf(one.act)}, ${weekday(one.on)}`,
      takeOut: (each) =>
        (each.withdraw = each.withdraw.filter((other) => other.act !== one.act || other.on !== one.on)),
    })),
    ...deedsOfDraft().map(([act, on]) => ({
      key: `do ${act}`,
      order: { do: [deedOf([act, on])] },
      text: `${labelOf(act)}, ${dayTold(days.get(act))}`,
      takeOut: (each) => delete each.do[act],
    })),
    draft.never === null ? null : neverPiece(standing),
    draft.stance === null
      ? null
      : {
          key: "stance",
          order: { stance: draft.stance },
          text: `Readiness: ${listed(changedLevers(standing).map(leverLabel))}`,
          takeOut: (each) => (each.stance = null),
        },
    draft.otherwise === null
      ? null
      : {
          key: "otherwise",
          order: { otherwise: draft.otherwise },
          text:
            draft.otherwise === "rules"
              ? "Without an order, your people decide"
              : "Without an order, your side does nothing",
          takeOut: (each) => (each.otherwise = null),
        },
  ];
  return found.filter(Boolean);
}

/** Acts that are refused from now on, and those that are allowed again: one order, a line for each. */
const neverPiece = (standing) => ({
  key: "never",
  order: { never: draft.never },
  lines: changedNevers(standing).map(([act, refused]) => ({
    text: `${refused ? "Never" : "Allowed again"}: ${labelOf(act)}`,
    takeOut: (each) => (each.never = refused ? each.never.filter((other) => other !== act) : [...each.never, act]),
  })),
  takeOut: (each) => (each.never = null),
});

function changedNevers(standing) {
  return [
    ...draft.never.filter((act) => !standing.never.includes(act)).map((act) => [act, true]),
    ...standing.never.filter((act) => !draft.never.includes(act)).map((act) => [act, false]),
  ];
}

function changedLevers(standing) {
  const paths = new Set([...Object.keys(draft.stance), ...Object.keys(standing.stance)]);
  return [...paths].filter((path) => draft.stance[path] !== standing.stance[path]);
}

function drawBasket() {
  const all = pieces();
  for (const key of refusals.keys()) if (!all.some((piece) => piece.key === key)) refusals.delete(key);
  const lines = all.flatMap(pieceLines);
  const basket = element("basket");
  basket.hidden = !lines.length;
  basket.open = refusals.size > 0 || !(folded ?? (!roomy.matches && lines.length > FEW));
  fill("basket-title", `Not sent yet: ${counted(lines.length, "order")}`);
  fill("basket-list", lines);
  const count = element("count-orders");
  count.hidden = !lines.length;
  count.replaceChildren(String(lines.length), unseen(" not sent"));
  drawSendButtons(lines.length);
}

/** The lines of a piece; below the last of them, why it was refused. */
function pieceLines(piece) {
  const parts = piece.lines ?? [piece];
  return parts.map(({ text, takeOut: change }, at) => {
    const why = at === parts.length - 1 ? (refusals.get(piece.key) ?? []) : [];
    return node(
      "li",
      { class: why.length ? "refused" : null },
      node("span", {}, text, why.length ? node("span", { class: "below fault" }, `Refused. ${why.join(" ")}`) : null),
      node("button", { type: "button", onclick: () => takeOut(change, piece.key) }, "Take out", unseen(`: ${text}`)),
    );
  });
}

function takeOut(change, key) {
  refusals.delete(key);
  if (!refusals.size) fill("refused");
  redraft(change);
  redrawOrders();
  (element("basket").hidden ? element("orders-title") : element("basket-title")).focus({ preventScroll: true });
}

element("basket-title").addEventListener("click", () => (folded = element("basket").open));
roomy.addEventListener("change", () => play.morning && drawBasket());
