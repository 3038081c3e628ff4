// What the teacher says: at once, on every part of the desk, until it is dismissed; and marked as theirs in the news.

const words = []; // what stands at the top of the desk
const wordKey = ({ date, text }) => `${date} ${text}`;
const readWords = () => new Set(kept.read("words") ?? []);

/** A word that has just been said. */
function hearWord(word) {
  words.push(word);
  drawWords();
  // Said at once, over whatever is being read.
  element("teacher-says").textContent = "";
  setTimeout(() => (element("teacher-says").textContent = `Your teacher says: ${word.text}`), 60);
}

/** On a morning, what was said while this page was away, unless it was dismissed before. */
function takeUpWords() {
  const { view, told } = play.morning;
  const fresh = new Set(view.news.map((item) => item.number));
  const read = readWords();
  for (const each of told ?? []) {
    const isNew = each.date === view.date || (fresh.has(each.number) && !isLate());
    if (isNew && !read.has(wordKey(each)) && !words.some((word) => wordKey(word) === wordKey(each))) words.push(each);
  }
  drawWords();
}

function drawWords() {
  element("words").hidden = !words.length;
  fill("words-list", words.map(wordLine));
}

/** To whom it was said: in a world of one seat nobody else was told. */
const toWhom = (word) =>
  play.hello.seats.length === 1 ? "to you" : word.all ? "to all" : "to your seat";

const wordLine = (word) =>
  node(
    "li",
    {},
    node("p", {}, node("b", {}, `Your teacher, ${toWhom(word)}:`), " ", word.text),
    node("button", { type: "button", onclick: () => dismiss(word) }, "Got it", unseen(`: ${word.text}`)),
  );

function dismiss(word) {
  words.splice(words.indexOf(word), 1);
  kept.write("words", [...readWords(), wordKey(word)].slice(-100));
  drawWords();
  (element("words-list").querySelector("button") ?? element("seat-title")).focus({ preventScroll: true });
}

/** The numbers of the pieces of news that are the teacher's words. */
const wordNumbers = () => new Set((play.morning.told ?? []).map((each) => each.number));

/** That turns were taken back, until another is lived. */
function takenBackTold() {
  const { taken_back: turns, view } = play.morning;
  if (!turns) return null;
  const what = turns === 1 ? "a turn" : counted(turns, "turn");
  return `Your teacher has taken back ${what}: it is ${longDate(view.date)} again. Every order given since then is void, yours and everybody else’s. Order anew what you want done.`;
}

const ENDS = {
  umpire: "Your teacher has ended this world",
  room: "Your teacher has ended the room",
  "last day": "The last day of this crisis has been lived",
  fault: "This world could not go on: its numbers ran away",
};

/** By what a world is over, and how long before its last day, where that is known. */
function endTold(ended, view) {
  const left = view && ended !== "last day" ? daysBetween(view.date, view.last_day) + 1 : 0;
  const last = left > 0 && view.date > play.hello.start ? daysAfter(view.date, -1) : view?.date; // the last day that was lived
  return `${ENDS[ended] ?? "This world is over"}${left > 0 ? ` on ${longDate(last)}, ${counted(left, "day")} before its end` : ""}.`;
}
