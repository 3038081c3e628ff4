// The fronts: acts on each of them around the day, of all runs or of one.

const LIT = 7; // days for which an act stays lit
const LEAST = 0.18; // of the size of a disc: below it, no disc

const weekly = once(() => rows(data.fronts.weeks));

/** Rungs of a front in the week of a day, in the mean of all runs. */
const meanOn = (front, day) =>
  Array.from({ length: 10 }, (_, rung) => weekly()[10 * front + rung][Math.floor(day / 7)]);

/** Acts of a run in the days up to one, by their places in the table of acts. */
function lately(run, day) {
  const place = held().run.indexOf(run);
  const { row, rung, day: when } = acts();
  const found = [];
  for (let act = 0; act < row.length; act += 1) {
    if (row[act] === place && rung[act] > 0 && when[act] <= day && when[act] > day - LIT) found.push(act);
  }
  return found;
}

const few = (n) => (n === 0 ? "no" : n < 0.05 ? "under 0.1" : n.toFixed(1));

function discOf(counts) {
  const whole = counts.reduce((sum, each) => sum + each, 0);
  let from = 0;
  const stops = counts.flatMap((each, rung) => {
    if (!each) return [];
    const to = from + (100 * each) / whole;
    const stop = `${rungColour(rung)} ${from.toFixed(1)}% ${to.toFixed(1)}%`;
    from = to;
    return [stop];
  });
  return [whole, stops.length ? `conic-gradient(${stops.join(", ")})` : "transparent"];
}

function drawFronts() {
  const { day } = shown;
  const single = fronted.run !== null;
  const recent = single ? lately(fronted.run, day) : [];
  const { rung, dead, action, day: when } = single ? acts() : {};
  data.fronts.places.forEach((place, front) => {
    const box = byId(`place-${place.id}`);
    const here = recent.filter((act) => data.fronts.of_action[action[act]] === front);
    const counts = single ? Array.from({ length: 10 }, (_, step) => here.filter((act) => rung[act] === step).length) : meanOn(front, day);
    const [whole, fill] = discOf(counts);
    const disc = box.querySelector(".disc");
    disc.hidden = !whole;
    disc.style.setProperty("--size", whole ? Math.max(Math.sqrt(whole / (single ? 8 : data.fronts.most)), LEAST).toFixed(3) : 0);
    disc.style.background = fill;
    box.classList.toggle("lit", here.some((act) => when[act] === day));
    box.querySelector(".now").textContent = single ? (here.length ? `${here.length} in the last ${LIT} days` : "quiet") : `${few(whole)} acts this week`;
  });
  byId("acts-now").replaceChildren(
    ...recent.reverse().map((act) =>
      node("li", {}, node("time", {}, shortDate(when[act])), " ", rungMark(rung[act]), " ", actInWords(action[act], dead[act])),
    ),
  );
}

const fronted = { run: null };

function beginFronts() {
  if (data.fronts === undefined) return;
  const select = byId("fronts-run");
  for (const story of told) select.append(node("option", { value: story.run }, `run ${whole(story.run)}: ${story.why[0]}`));
  select.addEventListener("change", () => {
    fronted.run = select.value === "" ? null : Number(select.value);
    if (fronted.run === null) drawFronts();
    else choose(fronted.run);
  });
  whenChosen.push((run) => {
    if (!held().run.includes(run)) return;
    fronted.run = run;
    if (![...select.options].some((option) => option.value === String(run))) {
      select.append(node("option", { value: run }, `run ${whole(run)}`));
    }
    select.value = String(run);
    drawFronts();
  });
  whenMoved.push(drawFronts);
}

beginnings.push(beginFronts);
