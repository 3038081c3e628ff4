// What is new: pieces of news by day, whom we hold responsible, and the briefing.

/** A piece of news, with what is to be said of it. */
function itemLine(item) {
  if (wordNumbers().has(item.number)) return wordItem(item);
  const below = [
    item.kind === "own" ? (item.ordered ? "By your order." : "Your own people, without an order.") : null,
    item.claimed_by && item.kind !== "own" ? `Claimed by ${called(actorCalled(item.claimed_by))}.` : null,
    item.deaths ? deadTold(item) : null,
    daysBetween(item.date, item.learned) > 1 ? `You heard of it on ${shortDate(item.learned)}.` : null,
  ].filter(Boolean);
  return node(
    "li",
    { class: `item ${item.kind}` },
    item.kind === "event" || item.kind === "lapsed"
      ? node("span", { class: "no-rung", "aria-hidden": "true" })
      : rungMark(item.rung, play.hello.ladder),
    node(
      "div",
      {},
      node("p", {}, item.text),
      below.length ? node("p", { class: "below" }, below.join(" ")) : null,
      item.kind === "deniable" ? suspects(item) : null,
    ),
  );
}

/** What the teacher said: nothing that happened in the crisis. */
const wordItem = (item) =>
  node("li", { class: "item word" }, node("p", {}, node("b", {}, "Your teacher:"), " ", item.text));

const deadTold = (item) => (item.deaths === 1 ? "One person died." : `${figure(item.deaths)} people died.`);

/** Whom the seat holds responsible for what nobody owns up to. */
function suspects(item) {
  const nobody = item.claimed_by ? "" : "Nobody owns up to it. ";
  if (!item.responsible.length) return node("p", { class: "below" }, `${nobody}You suspect nobody.`);
  const all = item.responsible.reduce((sum, held) => sum + held.share, 0);
  const [rest, several] = [1 - all, all > 1.005 ? "You hold responsible, several of them at once:" : null];
  const bars = item.responsible.map((held) => shareBar(held.label, held.share));
  if (rest > 0.01) bars.push(shareBar("nobody", rest, "nobody"));
  return node(
    "div",
    { class: "suspects" },
    node("p", { class: "below" }, `${nobody}${several ?? "You hold responsible:"}`),
    node("ul", { class: "shares" }, bars),
    several && node("p", { class: "below" }, "Each is held by itself, so together they can make more than 100 %."),
  );
}

/** A share as a line with its bar. */
function shareBar(label, share, kind = null) {
  const bar = node("i", { "aria-hidden": "true" });
  bar.style.setProperty("--share", `${100 * share}%`);
  return node("li", { class: kind }, node("span", {}, label), bar, node("b", {}, percent(share)));
}

/** Items below the days on which they happened. */
function byDay(items) {
  const parts = [];
  let day = null;
  for (const item of items) {
    if (item.date !== day) {
      day = item.date;
      parts.push(node("h3", { class: "day" }, weekday(day)), node("ul", { class: "items" }));
    }
    parts[parts.length - 1].append(itemLine(item));
  }
  return parts;
}

/** The news of this morning: what could not be carried out first, then day by day. */
function drawNews(first) {
  const { view, briefing, truth } = play.morning;
  fill("news-title", view.turn === 0 ? "The first morning" : "What is new");
  fill("goal", view.wants ? [node("b", {}, "What your side wants:"), " ", view.wants] : "");
  const back = takenBackTold();
  fill(
    "stopped",
    view.over ? node("p", { class: "caution" }, overTold(play.morning)) : null,
    back ? node("p", { class: "caution" }, back) : null,
    view.stopped ? node("p", { class: "caution" }, node("b", {}, "The days stopped early. "), view.stopped) : null,
  );
  const said = wordNumbers();
  const words = view.news.filter((item) => said.has(item.number));
  const lapsed = view.news.filter((item) => item.kind === "lapsed");
  const rest = view.news.filter((item) => item.kind !== "lapsed" && !said.has(item.number));
  const quiet =
    view.turn === 0
      ? "Nothing has happened yet. Read your briefing, and see what you can do."
      : "Nothing that your side has heard of.";
  fill(
    "fresh",
    words.length ? node("ul", { class: "items" }, words.map(itemLine)) : null,
    lapsed.length
      ? [node("h3", { class: "day" }, "What went wrong"), node("ul", { class: "items" }, lapsed.map(itemLine))]
      : null,
    rest.length ? byDay(rest) : node("p", { class: "lead" }, quiet),
  );
  const count = element("count-news");
  count.hidden = !view.news.length;
  count.replaceChildren(String(view.news.length), unseen(" new"));
  drawBriefing(briefing, first);
  element("truth").hidden = !truth?.length;
  if (truth?.length) fill("truth-text", byDay([...truth].reverse()));
}

const isLate = () => play.late === play.morning.view.turn && play.morning.view.turn > 0;

const ON_THE_DESK = /^(What you are after:|WHAT IS NEW|THE LADDER|YOUR ORDERS)/; // the desk itself has them beside it

/** The briefing: sections of lines; a line that is set in goes on from the one before. */
function drawBriefing(text, first) {
  element("briefing").hidden = !text;
  if (!text) return;
  const sections = text.trim().split(/\n\s*\n/).slice(1); // the first says who and when, as the page does
  const parts = sections.filter((section) => !ON_THE_DESK.test(section)).map((section) => {
    const lines = section.replace(/\n {2,}(?=\S)/g, " ").split("\n");
    const [, head, rest] = /^([A-Z' ]{4,})(?::\s*(.*))?$/.exec(lines[0]) ?? [];
    if (head) lines.shift();
    if (rest) lines.unshift(capital(rest));
    return [
      head ? node("h3", {}, capital(head.toLowerCase())) : null,
      node(
        "ul",
        { class: "plain" },
        lines.map((line) => node("li", {}, line.trim().replaceAll(" %", "\u00a0%"))),
      ),
    ];
  });
  fill(
    "briefing-text",
    isLate()
      ? node("p", { class: "caution" }, "You come in while the crisis is under way. This is what your side knows.")
      : null,
    parts,
  );
  if (first) element("briefing").open = isLate() || play.morning.view.turn === 0;
}
