// Words of the umpire to seats, and acts that happen because the umpire says so.

const said = []; // what was told from this page, by world

/** What was told from this page, so that one knows what one has said. */
function showSaid(place, number) {
  const own = said.filter(([world]) => world === number || world === null).map(([, text]) => node("li", {}, text));
  place.replaceChildren(...(own.length ? [node("h4", {}, "Said from here"), node("ul", {}, ...own.reverse())] : []));
}

/** A form for words to all seats of a world, to some, or to all worlds. */
function openTelling(place, number, closes = true) {
  const text = node("textarea", { rows: "3", maxlength: "4000", id: `words-${number ?? "all"}` });
  const world = number === null ? null : worldOf(number);
  const seats = (world?.seats ?? []).map((seat) =>
    node(
      "label",
      { class: "tick" },
      node("input", { type: "checkbox", value: seat.seat, checked: "" }),
      node("span", {}, seat.label),
    ),
  );
  const list = node("div", {});
  const form = node(
    "form",
    { class: "telling" },
    node(
      "p",
      {},
      node(
        "label",
        { for: text.id },
        "What they are told, at once and marked as your words. The model knows nothing of it.",
      ),
      text,
    ),
    ...(seats.length ? [node("fieldset", {}, node("legend", {}, "Who is told"), ...seats)] : []),
    node("button", { type: "submit" }, number === null ? "Tell everybody in all worlds" : "Tell them"),
    ...(number === null
      ? [node("p", { class: "note" }, "What every seat of a world is told stands on the public screen too.")]
      : []),
    list,
  );
  showSaid(list, number);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const to = [...form.querySelectorAll("input:checked")].map((each) => each.value);
    if (text.value.trim() === "") return tellOf("", ["there is nothing to tell yet"]);
    if (seats.length && to.length === 0) return tellOf("", ["nobody is ticked"]);
    const all = to.length === seats.length;
    const done = await attempt(
      "tell",
      { world: number, text: text.value.trim(), to: all ? null : to },
      "They are told.",
    );
    if (done === null) return;
    said.push([number, text.value.trim()]);
    text.value = "";
    showSaid(list, number);
    if (closes) place.replaceChildren();
  });
  if (closes) openForm(place, "Tell everybody", [form]);
  else place.replaceChildren(form);
}

/** A list of all acts that could happen, narrowed by what is typed. */
async function openInjecting(number) {
  const answer = await attempt("everything", { world: number });
  if (answer === null) return;
  const acts = answer.acts;
  const search = node("input", {
    type: "text",
    id: "inject-search",
    autocomplete: "off",
    placeholder: "such as tanker",
  });
  const list = node("select", { size: "8", id: "inject-act", "aria-label": "Acts that could happen" });
  const date = node("input", { type: "date", id: "inject-on", min: worldOf(number).date });
  const shown = node("p", { class: "note", role: "status" });
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = acts.filter(({ label, actor }) =>
      words.every((word) => `${label} ${actor}`.toLowerCase().includes(word)),
    );
    const option = (each) =>
      node(
        "option",
        { value: each.act },
        `${each.rung ?? "–"}  ${each.label} (${table.room.actors?.[each.actor] ?? each.actor})`,
      );
    list.replaceChildren(
      ...[
        ["By the rules, these could happen today", found.filter((each) => each.possible)],
        ["Not possible today by the rules", found.filter((each) => !each.possible)],
      ]
        .filter(([, some]) => some.length)
        .map(([label, some]) => node("optgroup", { label }, ...some.map(option))),
    );
    shown.textContent =
      acts.length === 0
        ? "Nothing can be let happen this morning: every act is a seat's own. Hand a seat to the rules to let its acts happen."
        : `${found.length} of ${counted(acts.length, "act")} that no seat decides on; the number is their rung.`;
  };
  search.addEventListener("input", show);
  const form = node(
    "form",
    { class: "injecting" },
    node("p", {}, node("label", { for: "inject-search" }, "Search "), search),
    list,
    shown,
    node("p", {}, node("label", { for: "inject-on" }, "On (left empty: the first day of the turn to come) "), date),
    node("div", {}, node("button", { type: "submit" }, "Let it happen")),
  );
  const happen = async ({ act, label }) => {
    const on = date.value || null;
    await attempt("inject", { world: number, act, on }, `It will happen: ${label}.`);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (list.value === "") return tellOf("", ["choose an act first"]);
    const chosen = acts.find((each) => each.act === list.value);
    if (chosen.possible) return happen(chosen);
    const place = form.lastElementChild;
    const back = [...place.childNodes];
    const asked = `By the rules, “${chosen.label}” is not possible today. Let it happen all the same?`;
    const again = sure("Let it happen", asked, "Let it happen all the same", async () => {
      place.replaceChildren(...back);
      await happen(chosen);
    });
    place.replaceChildren(again);
    again.querySelector("button").click();
  });
  byId("inject-in").replaceChildren(form);
  show();
  standsAsOf(form, number, () => openInjecting(number));
}
