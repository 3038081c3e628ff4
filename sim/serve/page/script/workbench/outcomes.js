// Outcomes: a dot for the share of the runs, with its interval; moved, a ring where it stood, and how far from there
// the dot may lie by chance: the runs are the same, so this is narrower than the intervals of two shares.

const ROW = 30;
const TEXTS = 122; // room at the right for figures
const TIGHT = 420; // a picture so wide has no room for two shares beside a label
const outcomesDrawn = { frame: null, marks: [], x: null };
let redrawOutcomes = () => {};

function drawOutcomes(frame) {
  const { svg, width } = frame;
  outcomesDrawn.frame = frame;
  outcomesDrawn.x = toRange(0, 1, 6, width - TEXTS - (width < TIGHT ? 40 : 0));
  const { x } = outcomesDrawn;
  outcomesDrawn.marks = bench.opened.outcomes.map(({ label }, at) => {
    const middle = at * ROW + 21;
    const text = mark("text", { x: 0, y: at * ROW + 11, class: "label" });
    text.append(label);
    svg.append(text, mark("line", { class: "grid", x1: x(0), x2: x(1), y1: middle, y2: middle }));
    const made = {
      range: mark("path", { class: "range" }),
      middle,
      was: mark("circle", { class: "was", r: 4.2, cy: middle }),
      dot: mark("circle", { class: "now", r: 4, cy: middle }),
      figure: mark("text", { x: width, y: at * ROW + 11, "text-anchor": "end" }, mark("tspan"), mark("tspan", { class: "figure" })),
      turned: mark("text", { x: width, y: middle + 4, "text-anchor": "end" }),
    };
    svg.append(made.range, made.was, made.dot, made.figure, made.turned);
    return made;
  });
  formOutcomes();
}

function formOutcomes() {
  const { picture } = heard;
  if (picture === null || outcomesDrawn.frame === null) return;
  const { frame, x, marks } = outcomesDrawn;
  marks.forEach((made, at) => {
    const now = picture.moved.outcomes[at];
    const was = picture.still.outcomes[at];
    if (now === undefined || now.share === null) return;
    const turned = picture.isMoved ? picture.apart[at] : null;
    const [low, high] = turned === null ? [now.low, now.high] : [was.share + turned.low, was.share + turned.high];
    const [from, to] = [x(Math.max(low, 0)), x(Math.min(high, 1))];
    made.range.setAttribute("d", `M${from} ${made.middle - 6}v12m0-6H${to}m0-6v12`);
    made.dot.setAttribute("cx", x(now.share));
    made.was.setAttribute("cx", x(was.share));
    made.was.style.display = picture.isMoved ? "" : "none";
    const differs = picture.isMoved && percent(now.share) !== percent(was.share);
    const before = differs ? `was ${percent(was.share)}  ` : "";
    const tight = frame.width < TIGHT;
    made.figure.firstChild.textContent = tight ? "" : before;
    made.figure.lastChild.textContent = percent(now.share);
    const runs = turned && turned.to + turned.fro ? `+${whole(turned.to)} −${whole(turned.fro)} runs` : "";
    made.turned.textContent = tight ? `${before}${runs}` : runs;
    made.turned.classList.toggle("sure", turned !== null && turned.sure);
  });
}

/** A difference of shares in points of per cent. */
function points(difference) {
  const size = Math.abs(100 * difference).toFixed(1);
  return Number(size) === 0 ? size : `${difference > 0 ? "+" : "−"}${size}`;
}

function tellOutcomes({ moved, still, isMoved: apart, apart: rowsApart }) {
  const told = bench.opened.outcomes.map(({ label }, at) => {
    const now = moved.outcomes[at];
    const { difference, sure } = rowsApart[at] ?? {};
    const turned = apart ? `, ${points(difference)} points${sure ? ", more than chance" : ""}` : "";
    return `${label}: ${beside(percent(now.share), percent(still.outcomes[at].share), apart)}${turned}`;
  });
  say("outcomes", `Share of the runs in which each comes about. ${told.join(". ")}.`);
  keys("outcomes-keys", [["var(--outcome)", apart ? "moved, with the 95 % interval of what differs, each by itself" : "share of the runs, with its 95 % interval"]]);
  if (!apart) return;
  byId("outcomes-keys").append(
    node("span", {}, node("i", { class: "ring" }), "as written"),
    node("span", {}, `+ gained, − lost; dark: more than chance, all ${whole(rowsApart.length)} looked at together`),
  );
}

function tableOfOutcomes() {
  const { moved, still, isMoved: apart, apart: rowsApart } = heard.picture;
  const head = ["outcome", "runs", "share", "low", "high"];
  const besides = ["share as written", "difference", "difference, low (95 % by itself)", "difference, high (95 % by itself)", "runs that gain it", "runs that lose it", "more than chance, all looked at together"];
  return {
    head: apart ? [...head, ...besides] : head,
    rows: bench.opened.outcomes.map(({ label }, at) => {
      const now = moved.outcomes[at];
      const other = rowsApart[at];
      const first = [label, now.runs, now.share, now.low, now.high];
      return apart
        ? [...first, still.outcomes[at].share, other.difference, other.low, other.high, other.to, other.fro, other.sure ? "yes" : "no"]
        : first;
    }),
  };
}

function beginOutcomes() {
  redrawOutcomes = plot("outcomes", drawOutcomes);
  pictures.set("outcomes", {
    title: () => "Share of the runs in which each comes about",
    table: tableOfOutcomes,
  });
  whenPictured.push(formOutcomes);
  whenRests.push(tellOutcomes);
}
