// Outcomes: a dot for the share of the runs, with its interval; a ring where it stood; and what differs run by run.

const ROW = 30;
const TEXTS = 122; // room at the right for figures
const outcomesDrawn = { frame: null, marks: [], x: null };
let redrawOutcomes = () => {};

function drawOutcomes(frame) {
  const { svg, width } = frame;
  outcomesDrawn.frame = frame;
  outcomesDrawn.x = toRange(0, 1, 6, width - TEXTS);
  const { x } = outcomesDrawn;
  outcomesDrawn.marks = bench.opened.outcomes.map(({ label }, at) => {
    const middle = at * ROW + 21;
    const text = mark("text", { x: 0, y: at * ROW + 11, class: "label" });
    text.append(label);
    svg.append(text, mark("line", { class: "grid", x1: x(0), x2: x(1), y1: middle, y2: middle }));
    const made = {
      range: mark("line", { class: "range", y1: middle, y2: middle }),
      was: mark("circle", { class: "was", r: 4.2, cy: middle }),
      dot: mark("circle", { class: "now", r: 4.6, cy: middle }),
      figure: mark("text", { x: width, y: at * ROW + 11, "text-anchor": "end" }, mark("tspan"), mark("tspan", { class: "figure" })),
      turned: mark("text", { x: width, y: middle + 4, "text-anchor": "end" }),
    };
    svg.append(...Object.values(made));
    return made;
  });
  formOutcomes();
}

function formOutcomes() {
  const { picture } = heard;
  if (picture === null || outcomesDrawn.frame === null) return;
  const { x, marks } = outcomesDrawn;
  marks.forEach((made, at) => {
    const now = picture.moved.outcomes[at];
    const was = picture.still.outcomes[at];
    if (now === undefined || now.share === null) return;
    made.range.setAttribute("x1", x(now.low));
    made.range.setAttribute("x2", x(now.high));
    made.dot.setAttribute("cx", x(now.share));
    made.was.setAttribute("cx", x(was.share));
    made.was.style.display = picture.isMoved ? "" : "none";
    const differs = picture.isMoved && percent(now.share) !== percent(was.share);
    made.figure.firstChild.textContent = differs ? `was ${percent(was.share)}  ` : "";
    made.figure.lastChild.textContent = percent(now.share);
    const turned = picture.isMoved ? picture.apart[at] : null;
    made.turned.textContent = turned && turned.to + turned.fro ? `+${whole(turned.to)} −${whole(turned.fro)} runs` : "";
    made.turned.classList.toggle("sure", turned !== null && isSure(turned));
  });
}

/** Whether a difference is more than chance: its interval leaves out nought. */
const isSure = ({ low, high }) => low > 0 || high < 0;

/** A difference of shares in points of per cent. */
const points = (difference) => `${difference > 0 ? "+" : "−"}${Math.abs(100 * difference).toFixed(1)}`;

function tellOutcomes({ moved, still, isMoved: apart, apart: rowsApart }) {
  const told = bench.opened.outcomes.map(({ label }, at) => {
    const now = moved.outcomes[at];
    const turned = apart ? `, ${points(rowsApart[at].difference)} points` : "";
    return `${label}: ${beside(percent(now.share), percent(still.outcomes[at].share), apart)}${turned}`;
  });
  say("outcomes", `Share of the runs in which each comes about. ${told.join(". ")}.`);
  keys("outcomes-keys", [["var(--outcome)", apart ? "moved" : "share of the runs, with its 95 % interval"]]);
  if (!apart) return;
  byId("outcomes-keys").append(
    node("span", {}, node("i", { class: "ring" }), "as written"),
    node("span", {}, "+ − runs that gain and lose it"),
  );
}

function tableOfOutcomes() {
  const { moved, still, isMoved: apart, apart: rowsApart } = heard.picture;
  const head = ["outcome", "runs", "share", "low", "high"];
  const besides = ["share as written", "difference", "difference, low", "difference, high", "runs that gain it", "runs that lose it"];
  return {
    head: apart ? [...head, ...besides] : head,
    rows: bench.opened.outcomes.map(({ label }, at) => {
      const now = moved.outcomes[at];
      const other = rowsApart[at];
      const first = [label, now.runs, now.share, now.low, now.high];
      return apart
        ? [...first, still.outcomes[at].share, other.difference, other.low, other.high, other.to, other.fro]
        : first;
    }),
  };
}

function beginOutcomes() {
  redrawOutcomes = plot("outcomes", drawOutcomes);
  pictures.set("outcomes", {
    title: () => "Share of the runs in which each comes about",
    table: tableOfOutcomes,
    legend: "Dots: share of the runs, with its 95 % interval; rings: as written.",
  });
  whenPictured.push(formOutcomes);
  whenRests.push(tellOutcomes);
}
