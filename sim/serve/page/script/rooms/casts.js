// Who could sit in a crisis, and into which worlds a class of some size can go.

const data = JSON.parse(element("data").textContent) ?? {};

const MOST_WORLDS = 12;
const GOOD_CAST = 5; // students in a world, which a class follows with ease
const LARGEST_CAST = 8;
const FEWEST_IN_A_WORLD = 2; // alone there is nobody to wait for
const PROPOSALS = 3;

/** The seats of a theatre, those first that have most to decide. */
const castOf = (scenario) => [...data.casts[scenario.theatre]].sort((a, b) => b.acts - a.acts);

/** So many students in so many worlds: as many in the largest as need a seat there, and one less in others. */
function inWorlds(students, worlds, available) {
  const seats = Math.min(Math.max(Math.ceil(students / worlds), 1), available);
  const placed = Math.min(students, worlds * seats);
  return { worlds, seats, fewer: worlds * seats - placed, without: students - placed };
}

/** How far an arrangement is from what a class follows with ease; groups of one size are better than of two. */
const strain = ({ worlds, seats, fewer, without }) =>
  10 * without + Math.abs(seats - fewer / worlds - GOOD_CAST) + (fewer ? 0.5 : 0);

/** Ways for a class to go into worlds, the best first: no world has more seats than students who need one. */
function proposals(students, available) {
  const found = [];
  for (let worlds = 1; worlds <= Math.min(MOST_WORLDS, students); worlds += 1) {
    const ways = inWorlds(students, worlds, available);
    if (ways.fewer < worlds) found.push(ways);
  }
  const kinds = [
    (each) => !each.without && each.seats <= LARGEST_CAST && students / each.worlds >= FEWEST_IN_A_WORLD,
    (each) => !each.without,
    () => true,
  ];
  const good = kinds.map((is) => found.filter(is)).find((some) => some.length);
  return good.sort((a, b) => strain(a) - strain(b)).slice(0, good[0].without ? 1 : PROPOSALS);
}
