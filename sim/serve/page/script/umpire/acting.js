// Over a shoulder, and in somebody's place: what a seat sees, what it may do, and an order given for it.

/** A part of the panel that is opened and closed again; the focus goes to its heading. */
function openForm(place, title, inside) {
  const heading = node("h3", { tabindex: "-1" }, title);
  const close = button("Close", () => place.replaceChildren());
  const form = node("div", { class: "form" }, node("div", { class: "form-head" }, heading, close), ...inside);
  place.replaceChildren(form);
  heading.focus();
  return form;
}

const lookAt = (world, seat) => attempt("look", { world: world.world, seat: seat.seat });

/** The same for what a seat sees or may do, which says of which turn it is. */
function openSeat(world, seat, again, title, inside) {
  const form = openForm(byId("panel-form"), title, inside);
  standsAsOf(form, world.world, () => again(world, seat));
  form.prepend(form.querySelector(".form-head"));
}

async function openShoulder(world, seat) {
  const seen = await lookAt(world, seat);
  if (seen === null) return;
  const { view, options } = seen;
  openSeat(world, seat, openShoulder, `${seat.label}: what it sees`, [
    node("p", { class: "note" }, "Nobody notices that you look. This is all the seat may know; it may be wrong."),
    node("pre", { class: "briefing", tabindex: "0", role: "region", "aria-label": "Its briefing" }, seen.briefing),
    node("h4", {}, "What it may do"),
    optionList(
      options.options.filter((each) => each.open),
      (option) => [rungMark(option.rung), " ", option.label],
    ),
    closedOptions(options),
    node("h4", {}, "What stands of its orders"),
    node("p", {}, standingIn(view.standing, options)),
  ]);
}

const labelOf = (act, options) => options.options.find((each) => each.act === act)?.label ?? act;

function standingIn(standing, options) {
  const parts = standing.scheduled.map((each) => `${labelOf(each.act, options)} on ${briefly(each.on)}`);
  if (standing.never.length) parts.push(`never: ${standing.never.map((act) => labelOf(act, options)).join(", ")}`);
  const levers = Object.keys(standing.stance).length;
  if (levers) parts.push(`${counted(levers, "lever")} set`);
  parts.push(standing.otherwise === "hold" ? "otherwise it holds" : "otherwise its own people decide");
  return sentence(capital(parts.join("; ")));
}

const optionList = (options, inside) =>
  options.length === 0
    ? node("p", { class: "quiet" }, "Nothing is open to it this morning.")
    : node("ul", { class: "options" }, ...options.map((option) => node("li", {}, ...inside(option))));

function closedOptions(options) {
  const closed = options.options.filter((each) => !each.open);
  return node(
    "details",
    {},
    node("summary", {}, `${counted(closed.length, "act is", "acts are")} closed to it`),
    node(
      "ul",
      { class: "options" },
      ...closed.map((each) =>
        node(
          "li",
          {},
          rungMark(each.rung),
          " ",
          each.label,
          node("span", { class: "quiet" }, each.refused ? ": refused by the seat" : `: ${each.why_not.join("; ")}`),
        ),
      ),
    ),
  );
}

async function openActing(world, seat) {
  const seen = await lookAt(world, seat);
  if (seen === null) return;
  const { view, options } = seen;
  const open = options.options
    .filter((each) => each.open)
    .sort((a, b) => b.rung - a.rung || a.label.localeCompare(b.label));
  const tick = (name, value, ...inside) =>
    node("label", { class: "tick" }, node("input", { type: "checkbox", name, value }), node("span", {}, ...inside));
  const otherwise = node(
    "select",
    { id: "act-otherwise" },
    ...[
      ["", "as it stands"],
      ["rules", "its own people decide"],
      ["hold", "it does nothing"],
    ].map(([value, text]) => node("option", { value }, text)),
  );
  const why = node("input", { type: "text", id: "act-why", maxlength: "1000", autocomplete: "off" });
  const form = node(
    "form",
    { class: "acting" },
    node("p", { class: "note" }, standingIn(view.standing, options)),
    node(
      "fieldset",
      {},
      node("legend", {}, "To be done"),
      optionList(open, (each) => [
        tick(
          "do",
          each.act,
          rungMark(each.rung),
          " ",
          each.label,
          node("span", { class: "quiet" }, ` from ${briefly(each.earliest)}`),
        ),
      ]),
    ),
    ...(view.standing.scheduled.length
      ? [
          node(
            "fieldset",
            {},
            node("legend", {}, "To be withdrawn"),
            ...view.standing.scheduled.map((each) =>
              tick("withdraw", each.act, `${labelOf(each.act, options)}, ${briefly(each.on)}`),
            ),
          ),
        ]
      : []),
    node("p", {}, node("label", { for: "act-otherwise" }, "On days without orders "), otherwise),
    node("p", {}, node("label", { for: "act-why" }, "Why, for the debrief "), why),
    node("button", { type: "submit", class: "strong" }, `Order for ${seat.label}`),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    giveOrder(world, seat, seen, form, otherwise.value, why.value.trim());
  });
  openSeat(world, seat, openActing, `Act for ${seat.label}`, [form]);
}

async function giveOrder(world, seat, { turn, epoch }, form, otherwise, why) {
  const ticked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((each) => each.value);
  const order = {
    do: ticked("do"),
    withdraw: ticked("withdraw"),
    ...(otherwise ? { otherwise } : {}),
    ...(why ? { why } : {}),
  };
  if (order.do.length + order.withdraw.length === 0 && !otherwise) return tellOf("", ["nothing is ticked"]);
  const content = { world: world.world, seat: seat.seat, order, turn, epoch };
  const done = await attempt("order", content, `Ordered for ${seat.label}.`);
  if (done !== null) openActing(world, seat);
}
