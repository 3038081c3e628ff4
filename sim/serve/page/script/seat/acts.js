// What the seat can do: its acts by rung or by kind, what each means, why some are closed, and a button to order it.

const rows = new Map(); // by act: what draws its line anew, and the day on which it would be done

/** The acts that fit what is looked for, in their groups. */
function drawActs() {
  const { options, view } = play.morning;
  const words = element("act-words").value.trim().toLowerCase();
  const closed = options.options.filter((option) => !option.open && !option.refused).length;
  fill("act-closed-told", `Show what is closed today (${closed})`);
  fill(
    "hold-told",
    options.hold === null
      ? ""
      : `Left to themselves, your people would do nothing today in ${percent(options.hold)} of cases.`,
  );
  const shown = options.options.filter((option) =>
    words ? fits(option, words) : option.open || option.refused || element("act-closed").checked,
  );
  rows.clear();
  const held = document.activeElement?.closest?.("#acts li")?.dataset.act;
  const groups = grouped(shown, element("act-order").value);
  fill(
    "acts",
    groups.length
      ? groups.map(([title, members]) => [
          title,
          node(
            "ul",
            { class: "acts" },
            members.map((option) => actRow(option, view)),
          ),
        ])
      : node("p", { class: "note" }, words ? "None of your acts has these words." : "Nothing is open to you today."),
  );
  if (held) document.querySelector(`#acts li[data-act="${held}"] .act-open`)?.focus({ preventScroll: true });
}

const fits = (option, words) =>
  words
    .split(/\s+/)
    .every((word) =>
      `${option.label} ${option.story} ${actorCalled(option.target)} ${handCalled(option.hand)}`
        .toLowerCase()
        .includes(word),
    );

/** Who does it, as a heading: "iran/covert" is "Covert". */
const handCalled = (hand) => (hand.includes("/") ? capital(hand.split("/")[1].replaceAll("_", " ")) : "Acts");

/** Acts below the heads of their groups, the mildest first. */
function grouped(shown, order) {
  const sorted = [...shown].sort((a, b) => a.rung - b.rung || a.label.localeCompare(b.label));
  if (order === "chance") {
    sorted.sort((a, b) => (b.chance ?? 0) - (a.chance ?? 0));
    return sorted.length ? [[null, sorted]] : [];
  }
  const heads = new Map();
  for (const option of sorted) {
    const key = order === "hand" ? handCalled(option.hand) : option.rung;
    if (!heads.has(key)) heads.set(key, []);
    heads.get(key).push(option);
  }
  const title = (key) =>
    order === "hand" ? key : [`Rung ${key} `, node("span", { class: "quiet" }, play.hello.ladder[key])];
  return [...heads].map(([key, members]) => [node("h4", { class: "group" }, title(key)), members]);
}

/** One act: a line that opens, and a button that orders it. */
function actRow(option, view) {
  const id = `act-${option.act.replace(/\W/g, "-")}`;
  const open = node(
    "button",
    { type: "button", class: "act-open", "aria-expanded": "false", "aria-controls": id },
    rungMark(option.rung, play.hello.ladder),
    node(
      "span",
      { class: "act-label" },
      option.label,
      node("span", { class: "below" }, against(option), marks(option)),
    ),
  );
  const order = node("button", { type: "button", class: "act-order", onclick: () => toggleAct(option) });
  const detail = node("div", { id, class: "act-detail", hidden: true });
  open.addEventListener("click", () => {
    const opened = open.getAttribute("aria-expanded") === "false";
    open.setAttribute("aria-expanded", String(opened));
    detail.hidden = !opened;
    if (opened) fillDetail(detail, option, view);
  });
  const row = node(
    "li",
    { "data-act": id },
    node(
      "div",
      { class: "act-line" },
      open,
      option.open ? order : node("span", { class: "closed" }, option.refused ? "never" : "closed"),
    ),
    detail,
  );
  const showDay = () => row.classList.toggle("chosen", showOn(order, option));
  const redraw = () => {
    showDay();
    if (!detail.hidden) fillDetail(detail, option, view);
  };
  rows.set(option.act, { redraw, showDay });
  redraw();
  return row;
}

/** Say on the button of an act whether it is ordered, and for which day it is or would be; gives whether it is. */
function showOn(button, option) {
  const chosen = option.act in draft.do;
  const { days, taken } = daysOfDraft();
  const day = dayTold(days.get(option.act) ?? firstFree(option.act, taken));
  button.setAttribute("aria-pressed", String(chosen));
  button.replaceChildren(
    chosen ? "✓ In" : "Order",
    unseen(`: ${option.label}, for`),
    node("span", { class: "for-day" }, ` ${day}`),
  );
  return chosen;
}

/** Against whom an act is; of words and offers, which are with somebody or about them, their label says enough. */
const against = (option) => (option.rung ? `against ${called(actorCalled(option.target))}` : null);

function marks(option) {
  return [
    option.lethal ? node("b", { class: "tag lethal" }, "people may die") : null,
    option.deniable >= 0.5 ? node("b", { class: "tag" }, "deniable") : null,
    option.scheduled ? node("b", { class: "tag ordered" }, `ordered for ${shortDate(option.scheduled)}`) : null,
  ].filter(Boolean);
}

function fillDetail(place, option, view) {
  const told = [];
  if (option.deniable >= 0.5) told.push("Others will suspect that it was you, and not be sure.");
  else if (option.deniable > 0) told.push("Others will mostly know that it was you, though you can deny it.");
  else if (option.rung >= 2) told.push("The world will know that it was you.");
  if (option.open && option.chance !== null)
    told.push(`Left to themselves, your people would do it today in ${percent(option.chance)} of cases.`);
  if (option.open && option.chance === null)
    told.push("Whether your people would do it by themselves hangs on something you do not know.");
  if (option.open)
    told.push(
      option.earliest === view.date
        ? "It can be done today."
        : `It takes an order ahead: ${weekday(option.earliest)} at the earliest.`,
    );
  if (option.open && firstFree(option.act, daysOfDraft().taken) !== option.earliest && !(option.act in draft.do))
    told.push(
      `Whoever does it does one thing a day, and ${dayTold(option.earliest)} is taken by what you have ordered.`,
    );
  place.replaceChildren(
    node("p", { class: "story-line" }, option.story),
    node("p", { class: "below" }, told.join(" ")),
    ...(option.why_not.length && !option.refused
      ? [
          node("p", { class: "below" }, node("b", {}, "Closed today")),
          node(
            "ul",
            { class: "plain below" },
            option.why_not.map((reason) => node("li", {}, reason)),
          ),
        ]
      : []),
    node("div", { class: "act-tools" }, option.act in draft.do ? dateField(option, view) : null, neverBox(option)),
  );
}

/** The day on which a chosen act is to be done. */
function dateField(option, view) {
  const input = node("input", {
    type: "date",
    min: option.earliest,
    max: view.last_day,
    value: daysOfDraft().days.get(option.act),
    onchange: () => redraft((each) => (each.do[option.act] = input.value || null)),
  });
  return node("label", { class: "on-day" }, "On ", input);
}

function neverBox(option) {
  const box = node("input", {
    type: "checkbox",
    checked: refusedNow().includes(option.act),
    onchange: () => {
      const rest = refusedNow().filter((act) => act !== option.act);
      redraft((each) => {
        each.never = box.checked ? [...rest, option.act] : rest;
        if (box.checked) delete each.do[option.act];
      });
      rows.get(option.act)?.redraw();
    },
  });
  return node("label", { class: "check" }, box, " Never: your people must not do it");
}

/** Put an act among the orders, or take it out again. */
function toggleAct(option) {
  redraft((each) => {
    if (option.act in each.do) delete each.do[option.act];
    else each.do[option.act] = null;
  });
  rows.get(option.act)?.redraw();
  const day = daysOfDraft().days.get(option.act);
  say(day ? `${option.label}: among your orders for ${dayTold(day)}, not sent yet.` : `${option.label}: taken out.`);
}

for (const id of ["act-words", "act-order", "act-closed"]) element(id).addEventListener("input", drawActs);
