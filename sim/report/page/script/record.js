// The record: a calendar of nats, a row for each month and a square for each day.

const MONTHS = 64;
const SHADES = [0.1, 0.25, 0.5, 1];

/** How dark a day is: by the root, or a few days would leave all others white. */
const shade = (nats, most) => 0.1 + 0.9 * Math.sqrt(nats / most);

function drawRecord({ svg, width, height }) {
  const { nats, told: what, impossible } = data.record.days;
  const most = Math.max(...nats, 1e-9);
  const crossed = new Set(impossible);
  const first = dateOf(0);
  const row = (day) =>
    12 * (dateOf(day).getUTCFullYear() - first.getUTCFullYear()) + dateOf(day).getUTCMonth() - first.getUTCMonth();
  const wide = Math.min((width - MONTHS - 2) / 31, 26);
  const tall = (height - BELOW) / (row(nats.length - 1) + 1);
  nats.forEach((found, day) => {
    const of_month = dateOf(day).getUTCDate();
    const [x, y] = [MONTHS + (of_month - 1) * wide, row(day) * tall];
    if (day === 0 || of_month === 1) {
      svg.append(mark("text", { x: MONTHS - 8, y: y + tall / 2 + 4, "text-anchor": "end" }, shortMonth(day)));
    }
    const square = mark("rect", { class: "nats", x: x + 0.5, y: y + 0.5, width: wide - 1, height: tall - 1, rx: 1.5 });
    square.style.fillOpacity = shade(found, most);
    const text = `${longDate(day)}: ${figure(found)} nats${what[day] ? `; ${what[day]}` : ""}`;
    square.append(mark("title", {}, text));
    svg.append(square);
    if (crossed.has(day)) svg.append(cross(x + wide / 2, y + tall / 2));
  });
  for (const each of [1, 5, 10, 15, 20, 25, 30]) {
    const x = MONTHS + (each - 0.5) * wide;
    svg.append(mark("text", { x, y: height - 8, "text-anchor": "middle" }, String(each)));
  }
}

const shortMonth = (day) => written({ month: "short", year: "2-digit" })(day);

/** Over what cannot have been. */
function cross(x, y) {
  const size = 3.5;
  const d = `M${x - size} ${y - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`;
  return mark("path", { class: "impossible", d });
}

beginnings.push(() => {
  if (data.record === undefined) return;
  plot("record", drawRecord);
  const most = Math.max(...data.record.days.nats, 1e-9);
  keys(
    "record-keys",
    SHADES.map((share) => [
      "var(--outcome)",
      `${figure(most * share * share)}${share === 1 ? " nats" : ""}`,
      shade(most * share * share, most),
    ]),
  );
});
