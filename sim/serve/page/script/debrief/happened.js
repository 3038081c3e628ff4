// What happened to the class, in a few sentences: each world with its days, its dead, and what came about in it.

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const inWords = (n) => WORDS[n] ?? whole(n);
const times = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${inWords(n)} times`);
const listedWords = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
const namesOf = (numbers) => numbers.map((number) => called(told.worlds.get(number)));
const deadIn = (n) => (n === 0 ? "nobody died" : n === 1 ? "one person died" : `${whole(n)} people died`);

/** The class as a whole: how many worlds, how far they came, and how long they were one and the same. */
function happenedInWords() {
  const worlds = lived();
  const ends = worlds.map((each) => each.date).sort();
  const spans =
    ends[0] === ends.at(-1)
      ? `played to ${dayOf(ends[0])}`
      : `played to between ${dayOf(ends[0])} and ${dayOf(ends.at(-1))}`;
  if (worlds.length === 1) return `One world was ${spans}.`;
  const parting = told.whole?.partings[0];
  const alike =
    told.whole === null
      ? ""
      : parting
        ? parting.day === 0
          ? "They went apart on the first day."
          : `They were one and the same history until ${longDate(parting.day)}.`
        : "The same happened in all of them.";
  return `${capital(inWords(worlds.length))} worlds, on the same dice, were ${spans}. ${alike}`;
}

/** A world in a card: where it climbed to, who died, what came about, and what moved it most. */
function happenedIn(world) {
  const rungs = [...rows(world.rung)[0]];
  const top = Math.max(0, ...rungs);
  const came = Object.entries(world.outcomes).sort((a, b) => a[1] - b[1]);
  const most = world.decisions?.find((each) => each.number === world.foremost[0]);
  return [
    node("h3", {}, called(world)),
    node("p", { class: "card-rung" }, node("span", { class: "quiet" }, "up to "), rungInWords(top, data.ladder[top])),
    node(
      "p",
      {},
      `${counted(world.days, "day")} in ${counted(world.turns, "turn")}, to ${dayOf(world.date)}; ${deadIn(world.deaths)}.`,
      world.taken_back ? ` A turn was taken back ${times(world.taken_back)}.` : "",
      world.over ? "" : " It is not over yet.",
    ),
    came.length
      ? node(
          "ul",
          {},
          ...came.map(([id, day]) =>
            node("li", {}, outcomeCalled(id), node("span", { class: "quiet" }, `, ${shortDate(day)}`)),
          ),
        )
      : node("p", { class: "quiet" }, `None of the ${inWords(told.beside.outcomes.length)} outcomes came about.`),
    ...(most
      ? [
          node(
            "p",
            { class: "most" },
            node("span", { class: "quiet" }, "What moved most: "),
            `${most.label}, ${briefly(most.date)}: ${whatOf(most)}.`,
          ),
        ]
      : []),
  ];
}

const outcomeCalled = (id) => told.beside.outcomes.find((each) => each.id === id)?.label ?? id;

function showHappened() {
  byId("happened").hidden = false;
  byId("happened-told").textContent = happenedInWords();
  keepList(
    byId("happened-worlds"),
    [...lived()].sort((a, b) => Number(isMine(b)) - Number(isMine(a)) || a.world - b.world),
    (world) => world.world,
    (world) => node("li", isMine(world) ? { class: "mine" } : {}),
    (item, world) => {
      item.style.borderTopColor = lineOf(lived().indexOf(world))[0];
      refill(item, world, () => happenedIn(world));
    },
  );
}
