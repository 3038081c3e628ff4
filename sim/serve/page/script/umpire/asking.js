// What the umpire does: asked of the server, told at the foot of the page, and asked back where it cannot be undone.

const table = { room: null, overview: null, open: null };
const titleOf = (world) => world.title ?? `World ${world.world}`;
const worldOf = (number) => table.overview.worlds.find((each) => each.world === number);

let quietAgain = 0;

/** Say what was done, for a while; where something was refused, say why until something else is done. */
function tellOf(done, faults = []) {
  byId("said").textContent = done;
  byId("fault").textContent = faults.map(sentence).join(" ");
  clearTimeout(quietAgain);
  quietAgain = setTimeout(() => (byId("said").textContent = ""), 8000);
}

/** Have something done; gives the answer, or null where it was refused. */
async function attempt(kind, content, done = "") {
  const answer = await room.ask(kind, content);
  if (answer.kind === "refused") {
    tellOf("", answer.reasons);
    return null;
  }
  tellOf(done);
  return answer;
}

/** A button that does something at the table; while it is being done, it does nothing more. */
function doing(text, kind, content, done, attributes = {}) {
  const made = button(
    text,
    async () => {
      if (made.getAttribute("aria-disabled") === "true") return;
      made.setAttribute("aria-disabled", "true");
      await attempt(kind, typeof content === "function" ? content() : content, done);
      made.removeAttribute("aria-disabled");
    },
    attributes,
  );
  return made;
}

/**
 * A button that asks once more, in its own place, before it does something that cannot be undone lightly. What it asks
 * may be worked out when it is pressed; where that gives nothing, there is nothing to ask.
 */
function sure(text, asks, yes, act, attributes = {}) {
  const place = node("span", { class: "once-more" });
  const made = () => {
    const question = typeof asks === "function" ? asks() : asks;
    if (question === null) {
      act();
      return;
    }
    const back = () => {
      place.replaceChildren(first);
      first.focus();
    };
    const go = button(
      yes,
      async () => {
        place.replaceChildren(first);
        first.focus();
        await act();
      },
      { class: "danger" },
    );
    const no = button("No", back);
    const asked = node(
      "span",
      { class: "asked-back", role: "group", "aria-label": question },
      node("span", {}, question),
      " ",
      go,
      " ",
      no,
    );
    asked.addEventListener("keydown", (event) => {
      if (event.key === "Escape") back();
    });
    place.replaceChildren(asked);
    no.focus();
  };
  const first = button(text, made, attributes);
  place.append(first);
  return place;
}

const STATES = {
  here: ["●", "here"],
  done: ["✓", "done"],
  late: ["!", "late"],
  lost: ["○", "lost"],
  rules: ["⚙", "played by rules"],
  empty: ["–", "empty"],
  yours: ["✎", "you act for it"],
};

/** How a seat stands, in a word. */
function stateOf(seat) {
  if (seat.played_by === "rules") return "rules";
  if (seat.person === null) return seat.acted_for ? "yours" : "empty";
  if (seat.done) return "done";
  if (!seat.here) return "lost";
  return seat.late ? "late" : "here";
}

/** A state in a sign and a word; of a lost line, since when it is. */
function stateMark(state, gone = null) {
  const [sign, name] = STATES[state];
  const word = state === "lost" && gone ? `${name} since ${timeOf(gone)}` : name;
  return node("span", { class: `state ${state}` }, node("span", { "aria-hidden": "true" }, sign), ` ${word}`);
}

const timeOf = (seconds) =>
  new Date(1000 * seconds).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Who has a seat, in words. */
const whoIs = (seat) => (seat.person === null ? (seat.acted_for ? "you" : "nobody") : (seat.name ?? "somebody"));
