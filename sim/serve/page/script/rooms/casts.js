// Who could sit in a crisis, and how many worlds and seats a class of some size needs.

const data = JSON.parse(element("data").textContent) ?? {};

const MOST_WORLDS = 12;
const GOOD_CAST = 5; // seats in a world that a class follows with ease
const LARGEST_CAST = 7;

/** The seats of a theatre, those first that have most to decide. */
const castOf = (scenario) => [...data.casts[scenario.theatre]].sort((a, b) => b.acts - a.acts);

/**
 * Worlds and seats for so many students: as few seats left empty as can be, of a cast that is neither thin nor crowded.
 */
function suggested(students, available) {
  const most = Math.min(available, LARGEST_CAST);
  let best = null;
  for (let seats = Math.min(2, most); seats <= most; seats += 1) {
    const worlds = Math.min(Math.ceil(students / seats), MOST_WORLDS);
    const empty = worlds * seats - students;
    const cost = (empty < 0 ? 100 - empty : empty) + 1.5 * Math.abs(seats - GOOD_CAST);
    if (best === null || cost < best.cost) best = { worlds, seats, cost };
  }
  return best;
}
