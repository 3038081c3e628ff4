// Elements made by script, and how these pages say dates, numbers and shares. Text is only ever set as text.

/** An element: what begins with "on" is a listener, true and false set or leave out an attribute. */
function node(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...inside.flat(2).filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

/** Text that only a screen reader says. */
const unseen = (text) => node("span", { class: "hidden" }, text);

/** Put something in the place of what an element holds. */
const fill = (id, ...inside) =>
  element(id).replaceChildren(
    ...inside.flat(2).filter((each) => each !== null && each !== undefined && each !== false),
  );

const dated = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (day) => format.format(new Date(`${day}T00:00:00Z`));
};
const longDate = dated({ day: "numeric", month: "long", year: "numeric" });
const shortDate = dated({ day: "numeric", month: "short" });
const weekday = dated({ weekday: "short", day: "numeric", month: "short" });

/** The date so many days after another, both as 2019-05-14. */
function daysAfter(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

const daysBetween = (first, last) =>
  Math.round((new Date(`${last}T00:00:00Z`) - new Date(`${first}T00:00:00Z`)) / 86_400_000);

/** A number with as many digits as matter. */
function figure(x) {
  const size = Math.abs(x);
  if (size >= 1000) return Math.round(x).toLocaleString("en");
  return String(Number(x.toPrecision(3))).replace("-", "−");
}

/** A share in per cent. */
function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.05) return "<0.1\u00a0%";
  return `${value > 0 && value < 0.95 ? value.toFixed(1) : value.toFixed(0)}\u00a0%`;
}

const NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** So many of something, small numbers in words. */
const counted = (n, thing, things = `${thing}s`) => `${NUMBERS[n] ?? figure(n)} ${n === 1 ? thing : things}`;

/** Several things in a sentence. */
function listed(parts) {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const COMMON =
  /^(alliance|army|authority|coalition|emirates|federation|forces|government|islands|kingdom|league|movement|nations|republic|states?|union)$/i;

/** Call an actor within a sentence, as the briefing does: with an article where one belongs, and without its head. */
function called(label) {
  const name = label.replace(/\s*\([^()]*\)/g, "").trim();
  if (name.startsWith("The ")) return `the ${name.slice(4)}`;
  const words = name.split(/,| and | of | in /)[0].split(/\s+/);
  const article = /^[^A-Z]+$/.test(words[words.length - 1]) || words.some((word) => COMMON.test(word));
  return article ? `the ${name}` : name;
}

const PALE = 5; // up to this rung, a dark figure reads better by day and a light one by night

/** The square that says on which rung something stands. */
function rungMark(rung, ladder) {
  const box = node("span", { class: "rung", title: ladder?.[rung] ?? null }, unseen("rung "), String(rung));
  box.style.background = `var(--rung-${rung})`;
  box.style.color = rung <= PALE ? "light-dark(#000000, #ffffff)" : "light-dark(#ffffff, #15171a)";
  return box;
}
