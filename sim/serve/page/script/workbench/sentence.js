// What the move changed, in a sentence; it is said when the hand rests.

const FEW_MOVES = 2;

/** What is moved, in words. */
function movesInWords() {
  const told = changes().map(([words]) => words);
  if (told.length > FEW_MOVES) return `${whole(told.length)} things are moved.`;
  return told.map((words) => (words.endsWith(".") ? words : `${words}.`)).join(" ");
}

/** One outcome's change: how many runs have it now that did without it, and the other way. */
function turned({ apart, n }, at) {
  const { to, fro, difference, low, high } = apart[at];
  const { label } = bench.opened.outcomes[at];
  const range = `${points(difference)} points; ${points(low)} to ${points(high)}`;
  return `${whole(to)} of ${whole(n)} runs gain “${label}”, and ${fro ? whole(fro) : "none"} lose it (${range})`;
}

/** The whole sentence. */
function sentence({ isMoved: apart, apart: found, moved: now }) {
  if (!apart) {
    const opening = `${whole(now.runs)} runs of the scenario as it is written.`;
    return moves(bench.state) === 0
      ? `${opening} Move a lever: the same runs follow it, on the same dice.`
      : `${opening} What is moved changes nothing in them.`;
  }
  const sure = [...found.keys()]
    .filter((at) => isSure(found[at]))
    .sort((one, other) => Math.abs(found[other].difference) - Math.abs(found[one].difference));
  if (sure.length === 0) return "No share differs by more than chance.";
  const told = sure.slice(0, narrow.matches ? 1 : 2).map((at) => turned({ apart: found, n: now.runs }, at));
  const left = sure.length - told.length;
  const rest = left
    ? ` ${left === 1 ? "One more share differs" : `${whole(left)} more shares differ`} by more than chance.`
    : " No other share differs by more than chance.";
  return `${told.join("; ")}.${rest}`;
}

function tellSentence(picture) {
  const place = byId("sentence");
  const moved = picture.isMoved ? [node("span", { class: "moved-words" }, movesInWords()), " "] : [];
  const parts = node("p", {}, ...moved, sentence(picture));
  if (place.textContent !== parts.textContent) place.replaceChildren(...parts.childNodes);
}

whenRests.push(tellSentence);
