// What the move changed, in a sentence; it is said when the hand rests.

const FEW_MOVES = 2;

/** What stands otherwise than in the scenario, in words. */
function movesInWords(state) {
  const told = changes({ ...state, seed: null }).map(([words]) => words);
  const moved = told.length > FEW_MOVES ? [`${whole(told.length)} things are moved`] : told;
  const dice = state.seed === null ? [] : [otherDice(state.seed)];
  return [...moved, ...dice].map((words) => (words.endsWith(".") ? words : `${words}.`)).join(" ");
}

/** One outcome's change: how many runs have it now that did without it, and the other way. */
function turned({ apart, moved: { runs } }, at, place) {
  const { to, fro, difference, low, high } = apart[at];
  const gained = `gained in ${to ? whole(to) : "none"}${place === 0 ? ` of ${whole(runs)} runs` : ""}`;
  const range = narrow.matches ? "" : `; ${points(low)} to ${points(high)}`;
  return `“${bench.opened.outcomes[at].label}”: ${gained}, lost in ${fro ? whole(fro) : "none"} (${points(difference)} points${range})`;
}

/** The whole sentence. */
function sentence(picture) {
  const { isMoved: apart, apart: found, moved: now, state } = picture;
  if (!apart) {
    const dice = state.seed === null ? "" : ", on other dice";
    const opening = `${whole(now.runs)} runs of the scenario as it is written${dice}.`;
    return moves(state) === 0
      ? `${opening} Move a lever: the same runs follow it, on the same dice.`
      : `${opening} What is moved changes nothing in them.`;
  }
  const sure = [...found.keys()]
    .filter((at) => found[at].sure)
    .sort((one, other) => Math.abs(found[other].difference) - Math.abs(found[one].difference));
  if (sure.length === 0) return `None of the ${whole(found.length)} shares differs by more than chance.`;
  const told = sure.slice(0, narrow.matches ? 1 : 2).map((at, place) => turned(picture, at, place));
  const left = sure.length - told.length;
  const rest = left
    ? ` ${left === 1 ? "One more share differs" : `${whole(left)} more shares differ`} by more than chance.`
    : " No other share differs by more than chance.";
  return `${told.join("; ")}.${rest}`;
}

function tellSentence(picture) {
  const place = byId("sentence");
  const words = movesInWords(picture.state);
  const moved = words ? [node("span", { class: "moved-words" }, words), " "] : [];
  const parts = node("p", {}, ...moved, sentence(picture));
  if (place.textContent !== parts.textContent) place.replaceChildren(...parts.childNodes);
}

whenRests.push(tellSentence);
