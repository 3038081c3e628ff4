// What stands of the orders, how ready the seat's people are for its acts, and days without orders.

const labelOf = (act) => optionOf(act)?.label ?? act;

function drawStanding() {
  const { view } = play.morning;
  const { standing } = view;
  const lines = [
    ...standing.scheduled.map(scheduledLine),
    ...view.ordered.map((each) =>
      node(
        "li",
        {},
        node(
          "span",
          {},
          `${weekday(each.on)}: ${labelOf(each.act)}`,
          node("span", { class: "below" }, "Your people ordered it before."),
        ),
      ),
    ),
    ...standing.never.map((act) => node("li", {}, node("span", {}, `Never: ${labelOf(act)}`))),
    ...Object.entries(standing.stance).map(([path, rate]) =>
      node("li", {}, node("span", {}, `${leverLabel(path)}: ${readiness(rate, usualRate(path))}`)),
    ),
    node(
      "li",
      {},
      node(
        "span",
        {},
        standing.otherwise === "rules"
          ? "On days without an order, your people decide for themselves."
          : "On days without an order, your side does nothing.",
      ),
    ),
  ];
  fill("standing", node("ul", { class: "basket" }, lines));
}

/** An act that is ordered, with a button that calls it off. */
function scheduledLine(each) {
  const off = draft.withdraw.some((one) => one.act === each.act && one.on === each.on);
  const button = node(
    "button",
    { type: "button", onclick: () => callOff(each) },
    off ? "Keep it" : "Call off",
    unseen(`: ${labelOf(each.act)}`),
  );
  return node(
    "li",
    { class: off ? "off" : null },
    node("span", {}, `${weekday(each.on)}: ${labelOf(each.act)}`),
    button,
  );
}

function callOff(each) {
  redraft((order) => {
    const at = order.withdraw.findIndex((one) => one.act === each.act && one.on === each.on);
    if (at < 0) order.withdraw.push({ act: each.act, on: each.on });
    else order.withdraw.splice(at, 1);
  });
  drawStanding();
  element("standing-title").focus();
}

const leverOf = (path) => play.morning.view.levers.find((lever) => lever.path === path);
const leverLabel = (path) => leverOf(path)?.label ?? path;
const usualRate = (path) => play.morning.usual?.[path] ?? leverOf(path)?.value ?? 0;

/** How ready the seat's people are for something, beside what is usual. */
function readiness(rate, usual) {
  if (rate === usual || !usual) return "as usual";
  const times = rate / usual;
  return times > 1 ? `${figure(times)} times as ready as usual` : `less ready than usual (${percent(times)} of it)`;
}

const STEPS = 20; // of a lever to each side of what is usual

/** The rate at a step: on a scale of ratios, from the lowest over the usual to the highest. */
function rateAt(lever, step) {
  const usual = usualRate(lever.path);
  if (step === 0) return usual;
  const end = step > 0 ? lever.high : lever.low;
  if (!(usual > 0) || !(end > 0)) return usual + ((end - usual) * Math.abs(step)) / STEPS;
  if (Math.abs(step) === STEPS) return end;
  return Number((usual * (end / usual) ** (Math.abs(step) / STEPS)).toPrecision(6));
}

/** The step that comes nearest to a rate. */
function stepOf(lever, rate) {
  let best = 0;
  for (let step = -STEPS; step <= STEPS; step += 1) {
    if (Math.abs(rateAt(lever, step) - rate) < Math.abs(rateAt(lever, best) - rate)) best = step;
  }
  return best;
}

function drawLevers() {
  const { view } = play.morning;
  element("stance").hidden = !view.levers.length;
  fill("levers", node("ul", { class: "levers" }, view.levers.map(leverRow)));
}

function leverRow(lever, at) {
  const now = stanceNow()[lever.path] ?? usualRate(lever.path);
  const told = node("output", { for: `lever-${at}` }, readiness(now, usualRate(lever.path)));
  const slider = node("input", {
    type: "range",
    id: `lever-${at}`,
    min: -STEPS,
    max: STEPS,
    step: 1,
    value: stepOf(lever, now),
  });
  const said = () => {
    const rate = rateAt(lever, Number(slider.value));
    told.textContent = readiness(rate, usualRate(lever.path));
    slider.setAttribute("aria-valuetext", told.textContent);
    return rate;
  };
  slider.addEventListener("input", said);
  slider.addEventListener("change", () => setLever(lever.path, said()));
  said();
  return node("li", {}, node("span", { class: "lever" }, node("label", { for: slider.id }, lever.label), told), slider);
}

/** A lever at its usual place is no stance. */
function setLever(path, rate) {
  const stance = { ...stanceNow() };
  if (rate === usualRate(path)) delete stance[path];
  else stance[path] = rate;
  redraft((order) => (order.stance = stance));
}

function drawOtherwise() {
  for (const box of document.querySelectorAll('input[name="otherwise"]')) box.checked = box.value === otherwiseNow();
}

element("otherwise").addEventListener("change", (event) => redraft((order) => (order.otherwise = event.target.value)));
