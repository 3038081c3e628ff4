// Where the page is one column: a strip at its top, while levers fill the screen, with the fan and what changes most.
// It repeats what is said elsewhere, so it is not read aloud.

const STRIP = { height: 62, outcomes: () => (narrow.matches ? 2 : 3) };
const oneColumn = matchMedia("(max-width: 61.99rem)");
const strip = { fanGone: false, leversSeen: false };

/** Show the strip, or take it away. */
function showStrip() {
  const shown = oneColumn.matches && strip.fanGone && strip.leversSeen && heard.picture !== null;
  byId("strip").hidden = !shown;
  if (shown) pictureStrip(heard.picture);
}

function pictureStrip(picture) {
  if (byId("strip").hidden) return;
  drawStrip(picture);
  byId("strip-outcomes").replaceChildren(...mostChanged(picture).map((at) => stripLine(picture, at)));
}

/** A small fan, without axes. */
function drawStrip({ moved, still, isMoved: apart, variable }) {
  const place = byId("strip-fan");
  const [width, height] = [Math.max(place.clientWidth, 40), STRIP.height];
  const x = toRange(0, Math.max(data.head.days - 1, 1), 0, width);
  const y = toRange(...(reaches.get(`fan ${variable}`) ?? [0, 1]), height - 1, 2);
  const svg = mark("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  for (const [name, from, to] of BANDS) {
    svg.append(mark("path", { class: `band ${name}`, d: between(x, y, moved.quantiles[from], moved.quantiles[to]) }));
  }
  const under = apart ? [BANDS[0][1], BANDS[0][2], MEDIAN].map((row) => through(x, y, still.quantiles[row])) : [];
  svg.append(...under.map((d, at) => mark("path", { class: at < 2 ? "still-edge" : "still-median", d })));
  svg.append(mark("path", { class: "median", d: through(x, y, moved.quantiles[MEDIAN]) }));
  if (fan.own?.variable === variable) svg.append(mark("path", { class: "path chosen", d: throughSome(x, y, fan.own) }));
  svg.append(mark("line", { class: "axis", x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }));
  place.replaceChildren(svg);
}

/** Outcomes that differ most, those first that do so by more than chance; as written, the most frequent ones. */
function mostChanged({ isMoved: apart, apart: found, moved }) {
  const weight = (at) => (apart ? Math.abs(found[at].difference) + (found[at].sure ? 1 : 0) : moved.outcomes[at].share);
  return [...moved.outcomes.keys()].sort((one, other) => weight(other) - weight(one)).slice(0, STRIP.outcomes());
}

function stripLine({ isMoved: apart, apart: found, moved, still }, at) {
  const [now, was] = [moved, still].map((each) => percent(each.outcomes[at].share));
  return node(
    "li",
    { class: apart && found[at].sure ? "sure" : "" },
    node("span", {}, bench.opened.outcomes[at].label),
    node("b", {}, apart && now !== was ? `${was.replace(" %", "")} → ${now}` : now),
  );
}

function beginStrip() {
  new IntersectionObserver(
    ([{ intersectionRatio, boundingClientRect }]) => {
      strip.fanGone = intersectionRatio < 0.25 && boundingClientRect.top < 0;
      showStrip();
    },
    { threshold: [0, 0.25, 0.5] },
  ).observe(byId("plot-fan"));
  new IntersectionObserver(
    ([{ isIntersecting }]) => {
      strip.leversSeen = isIntersecting;
      showStrip();
    },
    { rootMargin: "-120px 0px 0px 0px" },
  ).observe(byId("levers"));
  oneColumn.addEventListener("change", showStrip);
  addEventListener("resize", showStrip);
  whenPictured.push(pictureStrip);
}
