// Opens what sim.report.cipher locked: SHA-256, HMAC, PBKDF2 and ChaCha20, since not every browser lends its own to a
// page that is opened from a disk.

const PRIMES = Array.from({ length: 310 }, (_, at) => at + 2).filter((n) => {
  for (let by = 2; by * by <= n; by += 1) if (n % by === 0) return false;
  return true;
});
const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32);
const ROUND = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const BEGIN = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const schedule = new Uint32Array(64);
const turned = (x, by) => (x >>> by) | (x << (32 - by));

/** Take 16 words, from a place on, into a state of SHA-256 [FIPS 180-4]. */
function take(state, words, from = 0) {
  for (let t = 0; t < 16; t += 1) schedule[t] = words[from + t];
  for (let t = 16; t < 64; t += 1) {
    const [x, y] = [schedule[t - 15], schedule[t - 2]];
    schedule[t] =
      schedule[t - 16] +
      (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) +
      schedule[t - 7] +
      (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const one =
      (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[t] + schedule[t]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Bytes as words of SHA-256, ended as it asks; `before` is how many bytes went before. */
function ended(bytes, before = 0) {
  const words = new Uint32Array(16 * Math.ceil((bytes.length + 9) / 64));
  for (let at = 0; at < bytes.length; at += 1) words[at >> 2] |= bytes[at] << (24 - 8 * (at & 3));
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  const bits = 8 * (before + bytes.length);
  words[words.length - 2] = Math.floor(bits / 2 ** 32);
  words[words.length - 1] = bits;
  return words;
}

/** The state after some bytes, begun from another. */
function digested(bytes, state = BEGIN, before = 0) {
  const own = Uint32Array.from(state);
  const words = ended(bytes, before);
  for (let from = 0; from < words.length; from += 16) take(own, words, from);
  return own;
}

const bytesOf = (words) => Uint8Array.from({ length: 32 }, (_, at) => words[at >> 2] >>> (24 - 8 * (at & 3)));
const sha256 = (bytes) => bytesOf(digested(bytes));

/** The states of HMAC after its key, inner and outer [RFC 2104]. */
function keyed(key) {
  const whole = new Uint8Array(64);
  whole.set(key.length > 64 ? sha256(key) : key);
  return [0x36, 0x5c].map((mask) => {
    const state = Uint32Array.from(BEGIN);
    const words = ended(whole.map((byte) => byte ^ mask));
    take(state, words);
    return state;
  });
}

function hmac(key, bytes) {
  const [inner, outer] = keyed(key);
  return bytesOf(digested(bytesOf(digested(bytes, inner, 64)), outer, 64));
}

/** The first 32 bytes of PBKDF2 [RFC 8018]. */
function pbkdf2(word, salt, rounds) {
  const [inner, outer] = keyed(word);
  const block = ended(new Uint8Array(32), 64); // what follows the 32 bytes of each round stays the same
  const again = (bytes) => digested(bytesOf(digested(bytes, inner, 64)), outer, 64);
  const last = again(Uint8Array.from([...salt, 0, 0, 0, 1]));
  const sum = Uint32Array.from(last);
  const state = new Uint32Array(8);
  for (let round = 1; round < rounds; round += 1) {
    block.set(last);
    state.set(inner);
    take(state, block);
    block.set(state);
    last.set(outer);
    take(last, block);
    for (let at = 0; at < 8; at += 1) sum[at] ^= last[at];
  }
  return bytesOf(sum);
}

const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

function quarter(state, a, b, c, d) {
  state[a] += state[b];
  state[d] = turned(state[d] ^ state[a], 16);
  state[c] += state[d];
  state[b] = turned(state[b] ^ state[c], 20);
  state[a] += state[b];
  state[d] = turned(state[d] ^ state[a], 24);
  state[c] += state[d];
  state[b] = turned(state[b] ^ state[c], 25);
}

/** Encrypt or decrypt by ChaCha20 [RFC 8439, 2.4]. */
function chacha20(bytes, key, nonce = new Uint8Array(12), first = 0) {
  const begin = new DataView(new ArrayBuffer(64));
  "expand 32-byte k".split("").forEach((letter, at) => begin.setUint8(at, letter.charCodeAt(0)));
  key.forEach((byte, at) => begin.setUint8(16 + at, byte));
  nonce.forEach((byte, at) => begin.setUint8(52 + at, byte));
  const state = Uint32Array.from({ length: 16 }, (_, at) => begin.getUint32(4 * at, true));
  const found = new Uint8Array(bytes.length);
  const mixed = new Uint32Array(16);
  for (let from = 0; from < bytes.length; from += 64) {
    state[12] = first + from / 64;
    mixed.set(state);
    for (let twice = 0; twice < 10; twice += 1) for (const places of QUARTERS) quarter(mixed, ...places);
    const many = Math.min(64, bytes.length - from);
    for (let at = 0; at < many; at += 1) {
      const word = mixed[at >> 2] + state[at >> 2];
      found[from + at] = bytes[from + at] ^ (word >>> (8 * (at & 3)));
    }
  }
  return found;
}

const bytesIn = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const spoken = (word) => word.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean).join(" ");

/** What was locked, or null if another word did it. */
function unlocked({ salt, rounds, tag, text }, word) {
  const write = new TextEncoder();
  const whole = pbkdf2(write.encode(spoken(word)), bytesIn(salt), rounds);
  const sealed = bytesIn(text);
  const own = hmac(hmac(whole, write.encode("tag")), sealed);
  const known = bytesIn(tag);
  if (own.some((byte, at) => byte !== known[at])) return null;
  return new TextDecoder().decode(chacha20(sealed, hmac(whole, write.encode("cipher"))));
}
