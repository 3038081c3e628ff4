// The worlds of a class beside each other: on which day, and by what, they went apart.

const namesOf = (numbers) => numbers.map((number) => called(told.worlds.get(number)));
const listedWords = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

function doneIn({ label, by, ordered }) {
  return node(
    "li",
    {},
    node("b", {}, by ? `${by}: ` : ""),
    label,
    node("span", { class: ordered ? "ordered" : "quiet" }, ordered ? " (on order)" : by ? " (its own people)" : ""),
  );
}

function partingItem({ day, parts }) {
  const nothing = parts.every((part) => part.done.length === 0);
  return node(
    "li",
    {},
    node("h3", {}, longDate(day)),
    node(
      "div",
      { class: "parts-of" },
      ...parts.map((part) =>
        node(
          "div",
          {},
          node("h4", {}, listedWords(namesOf(part.worlds))),
          part.done.length
            ? node("ul", {}, ...part.done.map(doneIn))
            : node("p", { class: "quiet" }, nothing ? "the same acts, with other dead" : "nothing of this"),
        ),
      ),
    ),
  );
}

function showPartings() {
  const found = told.whole?.partings;
  if (!found || lived().length < 2) return;
  byId("parted").hidden = false;
  byId("parted-in").replaceChildren(
    node(
      "p",
      { class: "standfirst" },
      "All worlds had the same dice. Until a day on which something else was done, they are one and the same history; below are the days on which they went apart, and what was done on them that was not done everywhere.",
    ),
    found.length === 0
      ? node("p", {}, "They never did: the same happened in all of them.")
      : node("ol", { class: "partings" }, ...found.map(partingItem)),
  );
}
