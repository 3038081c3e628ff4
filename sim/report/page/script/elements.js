// Elements, texts, dates and numbers. Text is only ever set as text, so no word of a scenario can become markup.

const byId = (id) => document.getElementById(id);

function filled(element, attributes, inside) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}
const node = (name, attributes = {}, ...inside) => filled(document.createElement(name), attributes, inside);
const mark = (name, attributes = {}, ...inside) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, inside);

/** The date of a day; the first day is read anew each time, for a page may come to show another scenario. */
function dateOf(day) {
  const [year, month, first] = data.head.start.split("-").map(Number);
  // Date.UTC would take the years below 100 for those of the twentieth century.
  return new Date(new Date(0).setUTCFullYear(year, month - 1, first + day));
}
const written = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (day) => format.format(dateOf(day));
};
const longDate = written({ day: "numeric", month: "long", year: "numeric" });
const shortDate = written({ day: "numeric", month: "short" });
const monthOf = written({ month: "long", year: "numeric" });

const whole = (n) => Math.round(n).toLocaleString("en");

/** A number with as many digits as matter. */
function figure(x) {
  if (Number.isNaN(x)) return "–";
  const size = Math.abs(x);
  return size >= 1000
    ? whole(x)
    : (size >= 100 ? x.toFixed(0) : size >= 10 ? x.toFixed(1) : x.toPrecision(2)).replace("-", "−");
}

/** A share in per cent, as the tables of the page write it. */
function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.05) return "<0.1 %";
  if (value >= 99.95 && value < 100) return ">99.9 %";
  return `${(value > 0 && value < 9.95) || (value >= 99.5 && value < 100) ? value.toFixed(1) : value.toFixed(0)} %`;
}

const unitOf = (variable) => (variable.unit === "1" ? "" : ` ${variable.unit}`);
const rungColour = (rung) => `var(--rung-${rung})`;

/** A key of a chart: squares or lines of a colour, each with its meaning. */
function keys(place, entries, line = false) {
  byId(place)?.replaceChildren(
    ...entries.map(([colour, text, opacity = 1]) => {
      const swatch = node("i", line ? { class: "line" } : {});
      swatch.style[line ? "borderColor" : "background"] = colour;
      swatch.style.opacity = opacity;
      return node("span", {}, swatch, text);
    }),
  );
}

/** A table of the reading: rows of a heading and figures. */
function fillTable(place, lines) {
  byId(place).replaceChildren(
    node(
      "tbody",
      {},
      ...lines.map(([head, ...cells]) =>
        node("tr", {}, node("th", { scope: "row" }, ...[head].flat()), ...cells.map((cell) => node("td", {}, cell))),
      ),
    ),
  );
}
