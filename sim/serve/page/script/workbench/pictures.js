// What all pictures share: axes that never shrink, so that what moves is the runs; and lines that only change their form.

const pictures = new Map(); // by name: how each is kept, as a picture and as a table

/** How far the axis of something reaches: as far as anything drawn on it so far, with some room. */
const reaches = new Map();

/** Widen an axis to hold some values; says whether it was too narrow. */
function widen(key, low, high) {
  const before = reaches.get(key);
  if (before !== undefined && low >= before[0] && high <= before[1]) return false;
  const [least, most] = before === undefined ? [low, high] : [Math.min(low, before[0]), Math.max(high, before[1])];
  const room = 0.06 * (most - least || 1);
  const from_zero = least >= 0 && least < 0.4 * most;
  reaches.set(key, [from_zero ? 0 : least < 0 ? least - room : Math.max(least - room, 0), roundUp(most + room)]);
  return true;
}

/** The next round number. */
function roundUp(value) {
  if (value <= 0) return value;
  const size = 10 ** Math.floor(Math.log10(value)) / 10;
  return Math.ceil(value / size) * size;
}

/** The ends of some rows, what is missing left out. */
function ends(all) {
  let low = Infinity;
  let high = -Infinity;
  for (const row of all) {
    for (const value of row) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? [0, 1] : [low, high];
}

const tickText = (value) =>
  (value >= 1000 ? `${Number((value / 1000).toPrecision(6))}k` : String(Number(value.toPrecision(6)))).replace("-", "−");

/** A line that is drawn now, and given its form later. */
function drawn(svg, name, attributes = {}) {
  const made = mark("path", { class: name, ...attributes });
  svg.append(made);
  return made;
}

/** A stroke in a key, with its meaning. */
function strokeKey(style, text) {
  const stroke = node("i", { class: "line" });
  stroke.style.borderTop = style;
  return node("span", {}, stroke, text);
}
const asWrittenKey = () => strokeKey("1.5px dashed var(--quiet)", "as written");

/** Set how a picture is read aloud. */
function say(name, text) {
  byId(`plot-${name}`).setAttribute("aria-label", text);
}

const beside = (now, before, isApart) => (isApart && now !== before ? `${now} instead of ${before}` : now);

const narrow = matchMedia("(max-width: 40rem)");
