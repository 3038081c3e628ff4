// What the move changed, in a sentence; it is said when the hand rests.

const FEW_MOVES = 2;
const FEW_TOLD = 2;

/** What is moved, in words. */
function movesInWords() {
  const { numbers, off, forbid, allow } = bench.state;
  const paths = Object.keys(numbers);
  if (moves(bench.state) > FEW_MOVES) return `With ${whole(moves(bench.state))} things moved`;
  const told = [
    ...paths.map((path) => {
      const lever = bench.levers.get(path);
      if (!lever) return `${path} at ${numbers[path]}`;
      return `“${lever.label}” at ${leverFigure(lever, numbers[path])} instead of ${leverFigure(lever, lever.written)}`;
    }),
    ...off.map((id) => `“${labelIn(bench.opened.script, id)}” left out`),
    ...forbid.map((id) => `“${labelIn(bench.opened.acts, id)}” forbidden`),
    ...allow.map((id) => `“${labelIn(bench.opened.acts, id)}” allowed`),
  ];
  return `With ${told.join(" and ")}`;
}

const labelIn = (list, id) => (list.find((each) => each.id === id)?.label ?? id).replace(/\.$/, "");

/** One outcome's change: how many runs have it now that had not, and the other way. */
function turned({ apart, n }, at) {
  const { to, fro, difference, low, high } = apart[at];
  const { label } = bench.opened.outcomes[at];
  return `“${label}”: ${whole(to)} of ${whole(n)} runs that did without it now have it, ${whole(fro)} the other way (${points(difference)} points, ${points(low)} to ${points(high)})`;
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
  if (sure.length === 0) return `${movesInWords()}, no share differs by more than chance.`;
  const told = sure.slice(0, FEW_TOLD).map((at) => turned({ apart: found, n: now.runs }, at));
  const left = sure.length - told.length;
  const rest = left
    ? ` ${left === 1 ? "One more share differs" : `${whole(left)} more shares differ`} by more than chance.`
    : " No other share differs by more than chance.";
  return `${movesInWords()}: ${told.join("; ")}.${rest}`;
}

function tellSentence(picture) {
  const text = sentence(picture);
  if (byId("sentence").textContent !== text) byId("sentence").textContent = text;
}

whenRests.push(tellSentence);
