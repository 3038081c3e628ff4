// A chart: as wide as its place, drawn anew when that changes.

const LEFT = 38;
const RIGHT = 14;
const BELOW = 24;
const ABOVE = 8;
const WIDE = 720;
const LINE = 15;
const LETTERS = 46;

// Quantiles of a variable, as sim.report.series has them: the middle one, and the ends of each band.
const MEDIAN = 3;
const BANDS = [
  ["b95", 0, 6],
  ["b80", 1, 5],
  ["b50", 2, 4],
];

/**
 * Draw into the plot of this name now and whenever its width changes; returns how to draw it anew.
 * Where there is room, a column at its right is left free for labels at the ends of lines.
 */
function plot(name, draw, column = 0) {
  const place = byId(`plot-${name}`);
  if (place === null) return () => {};
  let drawn = 0;
  const again = () => {
    const width = Math.floor(place.clientWidth);
    if (width < 40) return; // not shown, as in class mode
    drawn = width;
    const height = Number(place.dataset.height);
    const svg = mark("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    const right = width - (width >= WIDE && column ? column : RIGHT);
    const x = toRange(0, Math.max(data.head.days - 1, 1), LEFT, right);
    const frame = { place, svg, width, height, x, right, labelled: width >= WIDE && column > 0 };
    const under = draw(frame) ?? [];
    place.replaceChildren(...under, svg);
  };
  new ResizeObserver(() => {
    if (Math.floor(place.clientWidth) !== drawn) again();
  }).observe(place);
  again();
  return again;
}

/** A linear scale, which can be asked both ways. */
function toRange(low, high, from, to) {
  const scale = (value) => from + ((value - low) / (high - low || 1)) * (to - from);
  scale.back = (place) => low + ((place - from) / (to - from)) * (high - low);
  return scale;
}

/** Round numbers from low to high, a few. */
function ticks(low, high, most = 5) {
  const raw = (high - low || 1) / most;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * size).find((each) => each >= raw);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) found.push(at * step);
  return found;
}

/** Days to mark: firsts of months or years, or every so many days of a short run; and how they are called. */
function dateTicks(room) {
  const days = data.head.days;
  const most = Math.max(2, Math.floor(room / 72));
  const months = [];
  for (let day = 0; day < days; day += 1) if (dateOf(day).getUTCDate() === 1) months.push(day);
  if (months.length < 3) {
    const step = [1, 2, 7, 14, 28].find((each) => days / each <= most) ?? 28;
    return Array.from({ length: Math.ceil(days / step) }, (_, at) => [at * step, shortDate(at * step)]);
  }
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => months.length / each <= most) ?? 240;
  const chosen = months.filter((day) => (12 * dateOf(day).getUTCFullYear() + dateOf(day).getUTCMonth()) % step === 0);
  return chosen.map((day, at) => {
    const new_year = at === 0 || dateOf(day).getUTCFullYear() !== dateOf(chosen[at - 1]).getUTCFullYear();
    const month = written({ month: "short" })(day);
    return [
      day,
      step >= 12 ? String(dateOf(day).getUTCFullYear()) : new_year ? `${month} ${dateOf(day).getUTCFullYear()}` : month,
    ];
  });
}

/** Lay a grid and both axes under a chart. */
function axes(frame, y, texts) {
  const { svg, width, height, x, right } = frame;
  for (const [value, text] of texts) {
    svg.append(
      mark("line", { class: "grid", x1: LEFT, x2: right, y1: y(value), y2: y(value) }),
      mark("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, text),
    );
  }
  const bottom = height - BELOW;
  svg.append(mark("line", { class: "axis", x1: LEFT, x2: right, y1: bottom, y2: bottom }));
  for (const [day, text] of dateTicks(right - LEFT)) {
    const anchor = x(day) > width - 40 ? "end" : x(day) < LEFT + 16 ? "start" : "middle";
    svg.append(
      mark("line", { class: "axis", x1: x(day), x2: x(day), y1: bottom, y2: bottom + 4 }),
      mark("text", { x: x(day), y: bottom + 17, "text-anchor": anchor }, text),
    );
  }
}

/** Write texts beside the heights at which lines or layers end, led there by thin lines, without overlap. */
function endLabels({ svg, right, height }, entries) {
  const placed = entries.map(([y, text, colour]) => ({ y, text, colour, at: y })).sort((a, b) => a.y - b.y);
  placed.forEach((each, k) => {
    if (k) each.at = Math.max(each.at, placed[k - 1].at + LINE);
  });
  for (let k = placed.length - 1, floor = height - BELOW; k >= 0; k -= 1) {
    placed[k].at = Math.min(placed[k].at, floor);
    floor = placed[k].at - LINE;
  }
  for (const { y, text, colour, at } of placed) {
    const tie = mark("path", { d: `M${right + 2} ${y}L${right + 10} ${at}h4`, fill: "none", "stroke-width": 1 });
    tie.style.stroke = colour;
    svg.append(
      tie,
      mark(
        "text",
        { x: right + 18, y: at + 4, class: "label" },
        text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text,
      ),
    );
  }
}

/** The outline between two rows of values. */
function between(x, y, low, high) {
  let d = "";
  for (let day = 0; day < low.length; day += 1)
    d += `${day ? "L" : "M"}${x(day).toFixed(1)} ${y(high[day]).toFixed(1)}`;
  for (let day = low.length - 1; day >= 0; day -= 1) d += `L${x(day).toFixed(1)} ${y(low[day]).toFixed(1)}`;
  return `${d}Z`;
}

/** A line through a row of values; it breaks where one is missing. */
function through(x, y, values) {
  let d = "";
  let pen = "M";
  values.forEach((value, day) => {
    if (Number.isNaN(value)) pen = "M";
    else {
      d += `${pen}${x(day).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
    }
  });
  return d;
}
