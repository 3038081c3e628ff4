// Where runs stand on the ladder, and how many have climbed how far.

const PERCENTS = [0, 0.25, 0.5, 0.75, 1].map((share) => [share, `${100 * share} %`]);
const COLUMN = 300;
const PASSAGE = ["", "7 2", "8 2 2 2", "2 1.5"];

function drawStanding(frame) {
  const { svg, height, x } = frame;
  const y = toRange(0, 1, height - BELOW, ABOVE);
  axes(frame, y, PERCENTS);
  const n = data.head.sound;
  let below = new Float64Array(data.head.days);
  standing().forEach((runs, rung) => {
    const above = below.map((share, day) => share + runs[day] / n);
    if (runs.some((count) => count > 0)) {
      const layer = mark("path", { class: "layer", d: between(x, y, below, above) });
      layer.style.fill = rungColour(rung);
      svg.append(layer);
    }
    below = above;
  });
  const last = data.head.days - 1;
  const seen = data.ladder
    .map((label, rung) => [rung, label, standing()[rung][last] / n])
    .filter(([rung]) => standing()[rung].some((runs) => runs > 0));
  keys("standing-keys", frame.labelled ? [] : seen.map(([rung, label]) => [rungColour(rung), label]).reverse());
  if (!frame.labelled) return;
  let under = 0;
  endLabels(
    frame,
    seen.map(([rung, label, share]) => {
      under += share;
      return [y(under - share / 2), `${label} · ${percent(share)}`, "var(--quiet)"];
    }),
  );
}

function drawPassage(frame) {
  const { svg, height, x } = frame;
  const { rungs } = data.rungs.reached;
  const [runs, low, high] = ["runs", "low", "high"].map((part) => rows(data.rungs.reached[part]));
  const highest = high.filter((_, at) => runs[at][data.head.days - 1] > 0).map((row) => Math.max(...row));
  const top = Math.min(1, 1.05 * Math.max(0.05, ...highest));
  const y = toRange(0, top, height - BELOW, ABOVE);
  axes(
    frame,
    y,
    ticks(0, top, 4).map((share) => [share, `${Number((100 * share).toPrecision(3))} %`]),
  );
  rungs.forEach((rung, at) => {
    if (runs[at][data.head.days - 1] === 0) return; // an interval without a line would say little
    const band = mark("path", { d: between(x, y, low[at], high[at]) });
    band.style.fill = rungColour(rung);
    band.style.fillOpacity = 0.2;
    const shares = Array.from(runs[at], (count) => count / data.head.sound);
    const line = mark("path", { class: "path", d: through(x, y, shares), "stroke-dasharray": PASSAGE[at] });
    line.style.stroke = rungColour(rung);
    svg.append(band, line);
  });
  const ends = rungs
    .map((rung, at) => [rung, runs[at][data.head.days - 1] / data.head.sound])
    .filter(([, share]) => share > 0);
  keys(
    "passage-keys",
    frame.labelled
      ? []
      : ends.map(([rung, share]) => [rungColour(rung), `${data.ladder[rung]}: ${percent(share)} in the end`]),
    true,
  );
  if (frame.labelled)
    endLabels(
      frame,
      ends.map(([rung, share]) => [y(share), `${data.ladder[rung]} · ${percent(share)}`, rungColour(rung)]),
    );
}

function beginLadder() {
  plot("standing", drawStanding, COLUMN);
  plot("passage", drawPassage, COLUMN);
}

beginnings.push(beginLadder);
