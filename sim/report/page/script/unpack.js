// Data of the page: packed as sim.report.pack packs it.

const data = JSON.parse(document.getElementById("data").textContent);
/** What sections do once the page may be seen, in their order. */
const beginnings = [];
/** What is to be drawn anew when another day is shown. */
const whenMoved = [];
const KINDS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** Codes of a packed array, as they are. */
function codes(packed) {
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return new KINDS[packed.bytes](bytes.buffer);
}

/** A packed array of numbers, one row for each entry of its first axis; what is missing is NaN. */
function rows(packed) {
  const all = codes(packed);
  const width = packed.shape[packed.shape.length - 1];
  const found = [];
  for (let first = 0; first < all.length; first += width) {
    found.push(numbers(packed, all.subarray(first, first + width)));
  }
  return found;
}

/** Numbers that some codes of a packed array stand for. */
function numbers(packed, some) {
  if (packed.step === undefined) return some;
  const found = new Float64Array(some.length);
  for (let at = 0; at < some.length; at += 1) {
    found[at] = some[at] === packed.missing ? NaN : packed.low + packed.step * some[at];
  }
  return found;
}

/** The values of one variable, unpacked when they are first asked for. */
function once(make) {
  let made;
  return () => (made === undefined ? (made = make()) : made);
}
