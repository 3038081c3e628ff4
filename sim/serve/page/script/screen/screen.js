// The public screen: a world as everybody knows it, to be read from the last row.

const HEADLINES = 14; // at most: as many are shown as the screen has room for
const LEAST_HEADLINES = 2;
const ON_A_PHONE = 6; // where one scrolls anyway
const FOOT = 60; // points below the headlines
const FULL = 8; // acts on a front in a week for which its disc is as large as it gets
const seen = new Map();

function makeWorld({ world }) {
  const part = (name, heading, ...inside) => node("div", { class: name }, node("h3", {}, heading), ...inside);
  return node(
    "section",
    { class: "world", "aria-labelledby": `world-${world}` },
    node(
      "header",
      { class: "now" },
      node("h2", { id: `world-${world}` }),
      node("p", { class: "date" }),
      node("p", { class: "turn" }),
      node("p", { class: "clock", "data-clock": `world ${world}` }),
    ),
    node(
      "div",
      { class: "columns-of-three" },
      node(
        "div",
        { class: "left" },
        part(
          "ladder",
          "The ladder",
          node("ol", { reversed: "" }),
          node("p", { class: "standing-words" }),
          node("p", { class: "tension-words" }),
        ),
      ),
      node(
        "div",
        { class: "middle" },
        part(
          "where",
          "Where it happened, in the last seven days",
          node("div", { class: "map", role: "group", "aria-label": "Schematic map" }),
        ),
        part(
          "by-day",
          "The highest rung, day by day",
          node("div", { class: "plot", id: `plot-rungs-${world}`, "data-height": "120" }),
        ),
      ),
      node(
        "div",
        { class: "right" },
        part("words", "Your teacher says", node("ul", { "aria-live": "polite" })),
        part("news", "What the world has heard", node("ol", {})),
        part("came", "What has come about", node("ul", {})),
      ),
    ),
  );
}

/** What is said of a rung at a glance: the words before its examples. */
const inShort = (label) => label.split(/[:;,]/)[0];

/** The ladder: all words of the rung on which the crisis stands, and of the others as many as one reads from afar. */
function showLadder(box, { rung, rung_label: label, tension }) {
  const steps = data.ladder.map((each, step) =>
    node(
      "li",
      step === rung ? { class: "standing", "aria-current": "true" } : {},
      rungMark(step),
      " ",
      node("span", { class: "rung-name" }, step === rung ? each : inShort(each)),
    ),
  );
  box.querySelector("ol").replaceChildren(...steps.reverse());
  box.querySelector(".standing-words").textContent = label;
  const bar = node("span", { class: "tension", "aria-hidden": "true" }, node("i"));
  bar.firstChild.style.width = `${Math.min(Math.max(tension, 0), 100)}%`;
  box.querySelector(".tension-words").replaceChildren(`Tension ${tension.toFixed(0)} of 100`, bar);
}

/** Words that every seat was told this morning. */
function showWords(box, { date, told = [] }) {
  const now = told.filter((each) => each.date === date).slice(0, 2);
  box.hidden = now.length === 0;
  refill(box.querySelector("ul"), now, () => now.map((each) => node("li", {}, each.text)));
}

function showMap(box, fronts) {
  box.parentElement.hidden = !fronts;
  if (!fronts) return;
  box.replaceChildren(
    ...fronts.places.map((place) => {
      const here = fronts.recent.filter((each) => each.place === place.id && each.rung > 0);
      const [n, fill] = discOf(
        Array.from({ length: 10 }, (_, rung) => here.filter((each) => each.rung === rung).length),
      );
      const disc = node("span", { class: "disc", "aria-hidden": "true" });
      disc.hidden = n === 0;
      disc.style.setProperty("--size", Math.min(1, Math.max(Math.sqrt(n / FULL), 0.3)).toFixed(3));
      disc.style.background = fill;
      const shown = node(
        "div",
        { class: n ? "place lit" : "place" },
        disc,
        node("b", {}, place.label),
        node("span", { class: "now" }, n ? counted(n, "act") : "quiet"),
      );
      shown.style.left = `${(16 + 68 * place.at[0]).toFixed(1)}%`;
      shown.style.top = `${(16 + 68 * place.at[1]).toFixed(1)}%`;
      return shown;
    }),
  );
}

function drawRungs(world) {
  return (frame) => {
    const rungs = seen.get(world)?.rungs ?? [];
    const y = toRange(0, 9, frame.height - BELOW, ABOVE);
    axes(
      frame,
      y,
      [0, 3, 6, 9].map((rung) => [rung, String(rung)]),
    );
    const wide = Math.max(frame.x(1) - frame.x(0), 1);
    rungs.forEach((rung, day) => {
      const bar = mark("rect", {
        x: frame.x(day),
        y: y(rung) - 1.5,
        width: wide + 0.4,
        height: frame.height - BELOW - y(rung) + 1.5,
      });
      bar.style.fill = rungColour(rung);
      frame.svg.append(bar);
    });
  };
}

/** Headlines as the server orders them: the gravest of the last turn first and large, then what is older. */
function showNews(list, news) {
  list.replaceChildren(
    ...news
      .slice(0, HEADLINES)
      .map((each) =>
        node(
          "li",
          { class: each.new ? "new" : "old" },
          node("time", { datetime: each.date }, briefly(each.date)),
          " ",
          ...(each.rung ? [rungMark(each.rung), " "] : []),
          node("span", {}, each.text),
          ...(each.deaths ? [" ", node("b", {}, `${counted(each.deaths, "person", "people")} died.`)] : []),
        ),
      ),
    ...(news.length ? [] : [node("li", { class: "quiet" }, "Nothing yet.")]),
  );
}

/** Leave out the last headlines until what is left stands on the screen. */
function fitNews(box) {
  const lines = [...box.querySelectorAll(".news li")];
  lines.forEach((each) => (each.hidden = false));
  const right = box.querySelector(".right");
  const top = right.getBoundingClientRect().top + scrollY;
  const least = matchMedia("(max-width: 44rem)").matches ? ON_A_PHONE : LEAST_HEADLINES;
  const most = innerHeight - top - FOOT;
  for (const each of lines.slice(least).reverse()) {
    if (contentHeight(right) <= most) return;
    each.hidden = true;
  }
}

/** How tall what stands in a column is, however far the column is stretched. */
const contentHeight = (column) =>
  Math.max(0, ...[...column.children].map((each) => each.getBoundingClientRect().bottom)) -
  column.getBoundingClientRect().top;

const redraws = new Map();
const OVER = { umpire: "ended here", "last day": "the last day was lived", fault: "it could not go on" };

function showWorld(box, shown) {
  const { world, title, date, turn, over, news, outcomes } = shown;
  const set = (where, text) => (box.querySelector(where).textContent = text);
  set("h2", title ?? `World ${world}`);
  set(".date", dayOf(date));
  set(".turn", over ? (OVER[shown.ended] ?? "over") : `turn ${turn + 1}`);
  const { clock, ...still } = shown;
  const key = JSON.stringify(still);
  if (box.dataset.shown === key) return;
  box.dataset.shown = key;
  showLadder(box.querySelector(".ladder"), shown);
  showWords(box.querySelector(".words"), shown);
  showMap(box.querySelector(".map"), shown.fronts);
  showNews(box.querySelector(".news ol"), news);
  box.querySelector(".came").hidden = outcomes.length === 0;
  box
    .querySelector(".came ul")
    .replaceChildren(
      ...[...outcomes]
        .sort((a, b) => a.date.localeCompare(b.date))
        .map((each) =>
          node("li", {}, node("b", {}, each.label), node("span", { class: "quiet" }, `, ${briefly(each.date)}`)),
        ),
    );
  redraws.get(world)?.();
}

function showAll() {
  const chosen = byId("chooser").value;
  const worlds = [...seen.values()].sort((a, b) => a.world - b.world);
  const some = chosen === "" ? worlds : worlds.filter((each) => String(each.world) === chosen);
  document.body.classList.toggle("many", some.length > 1);
  document.body.classList.toggle("one", some.length === 1);
  byId("worlds").style.setProperty("--worlds", Math.min(some.length, 4));
  byId("invite").hidden = worlds.length > 0;
  keepList(byId("worlds"), some, (each) => each.world, makeWorld, showWorld);
  for (const { world } of some) {
    const place = byId(`plot-rungs-${world}`);
    if (place.childElementCount === 0) redraws.set(world, plot(`rungs-${world}`, drawRungs(world)));
  }
  [...byId("worlds").children].forEach(fitNews);
  showClocks();
}

addEventListener("resize", () => [...byId("worlds").children].forEach(fitNews));

function showChooser(count) {
  const select = byId("chooser");
  byId("choose").hidden = count < 2 || seen.size === 0;
  if (select.options.length === count + 1) return;
  const before = select.value;
  select.replaceChildren(
    node("option", { value: "" }, count > 1 ? "all worlds side by side" : "the world"),
    ...Array.from({ length: count }, (_, at) => node("option", { value: at + 1 }, `World ${at + 1}`)),
  );
  select.value = before;
}
