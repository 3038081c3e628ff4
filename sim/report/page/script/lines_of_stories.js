// Lines of a story: their marks, and the months they fall into.

const PALE = 5; // up to this rung, a dark figure reads better by day and a light one by night

function rungMark(rung) {
  const box = node(
    "span",
    { class: "rung", title: data.ladder[rung] },
    node("span", { class: "hidden" }, "rung "),
    String(rung),
  );
  box.style.background = rungColour(rung);
  box.style.color = rung <= PALE ? "light-dark(#000000, #ffffff)" : "light-dark(#ffffff, #15171a)";
  return box;
}

/** Beside what comes from outside the cast: an empty square, for it stands on no rung. */
const outsideMark = () =>
  node("span", { class: "rung outside", title: "imposed by the scenario" }, node("span", { class: "hidden" }, "imposed by the scenario"));

/** Lines of a story below the months they fall into, which are headings of some depth. */
function byMonth(entries, heading = "h5") {
  const parts = [];
  let month = null;
  for (const [day, line] of entries) {
    if (monthOf(day) !== month) {
      month = monthOf(day);
      parts.push(node(heading, { class: "month" }, month), node("ol"));
    }
    parts[parts.length - 1].append(
      node("li", {}, node("time", { datetime: dateOf(day).toISOString().slice(0, 10) }, shortDate(day)), ...line),
    );
  }
  return parts;
}
