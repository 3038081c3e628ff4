// What has not been sent yet. It outlives a reload, and a turn that went on without it.

const nothing = () => ({ do: {}, withdraw: [], never: null, stance: null, otherwise: null, why: "" });
let draft = nothing();

const isEmpty = (each) =>
  !Object.keys(each.do).length &&
  !each.withdraw.length &&
  each.never === null &&
  each.stance === null &&
  each.otherwise === null;

/** An act as the server takes it; without a day of its own it is done on the first that is free. */
const deedOf = ([act, on]) => (on ? { act, on } : { act });

/** The order as the server takes it: what is left out stays as it stands. */
function asOrder() {
  const order = {};
  const acts = deedsOfDraft();
  if (acts.length) order.do = acts.map(deedOf);
  if (draft.withdraw.length) order.withdraw = draft.withdraw;
  if (draft.never !== null) order.never = draft.never;
  if (draft.stance !== null) order.stance = draft.stance;
  if (draft.otherwise !== null) order.otherwise = draft.otherwise;
  if (draft.why.trim()) order.why = draft.why.trim();
  return order;
}

function redraft(change) {
  change(draft);
  const { standing } = play.morning.view;
  if (draft.never !== null && sameSet(draft.never, standing.never)) draft.never = null;
  if (draft.stance !== null && sameStance(draft.stance, standing.stance)) draft.stance = null;
  if (draft.otherwise === standing.otherwise) draft.otherwise = null;
  keepDraft();
  drawBasket();
  for (const { showDay } of rows.values()) showDay();
}

const keepDraft = () =>
  kept.write(
    "draft",
    isEmpty(draft) && !draft.why ? null : { seat: play.morning.view.seat, world: play.you.world, draft },
  );

const sameSet = (a, b) => a.length === b.length && a.every((each) => b.includes(each));

function sameStance(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * Take up what was written before a reload or in a turn that went on without it, if it was for this seat. What cannot be
 * ordered any more falls out; gives its labels.
 */
function takeUpDraft() {
  const found = kept.read("draft");
  const { view, options } = play.morning;
  if (found && found.seat === view.seat && found.world === play.you.world) draft = { ...nothing(), ...found.draft };
  else draft = nothing();
  const mine = new Map(options.options.map((option) => [option.act, option]));
  const fallen = Object.keys(draft.do).filter((act) => !mine.get(act)?.open);
  for (const act of fallen) delete draft.do[act];
  for (const [act, on] of Object.entries(draft.do)) if (on && on <= mine.get(act).earliest) draft.do[act] = null;
  const stands = view.standing.scheduled;
  draft.withdraw = draft.withdraw.filter((each) => stands.some((one) => one.act === each.act && one.on === each.on));
  element("why").value = draft.why;
  redraft(() => {});
  return fallen.map(labelOf);
}

/** What holds once the draft is sent. */
const refusedNow = () => draft.never ?? play.morning.view.standing.never;
const stanceNow = () => draft.stance ?? play.morning.view.standing.stance;
const otherwiseNow = () => draft.otherwise ?? play.morning.view.standing.otherwise;

element("why").addEventListener("input", (event) => {
  draft.why = event.target.value;
  keepDraft();
});
