// What the debrief's page hears, piece by piece.

const NARROW = matchMedia("(max-width: 44rem)");

/** On a phone only the beginning stands open: whoever wants more opens it. */
if (NARROW.matches) document.querySelectorAll("main details.fold").forEach((each) => each.removeAttribute("open"));

function showContents() {
  const titles = [...document.querySelectorAll("main section:not([hidden]) h2[data-short]")];
  byId("contents").hidden = titles.length < 2;
  refill(
    byId("contents").querySelector("ul"),
    titles.map((title) => title.id),
    () =>
      titles.map((title) => {
        const section = title.closest("section");
        const link = node("a", { href: `#${section.id}` }, title.dataset.short);
        link.addEventListener("click", () => section.querySelector("details.fold")?.setAttribute("open", ""));
        return node("li", {}, link);
      }),
  );
}

/** What is said where no world is told. */
function nobodysWorld() {
  if (told.room?.mode !== "homework") return "No world was lived here.";
  return "At home, everybody looks back on their own world only. Open this page in the browser in which you played.";
}

const partsOfDebrief = {
  progress({ done, of, doing }) {
    byId("working").hidden = done >= of;
    byId("doing").textContent = `${doing} …`;
    byId("progress").max = of;
    byId("progress").value = done;
  },
  beside(message) {
    told.beside = message;
    showPaths();
  },
  world(message) {
    told.worlds.set(message.world, message);
    showMine();
    showPaths();
    showWorlds();
  },
  class(message) {
    told.whole = message;
    showPaths();
    showPartings();
    showForecasts();
  },
  whole: () => {
    byId("line").hidden = told.worlds.size > 0;
    byId("line").textContent = told.worlds.size > 0 ? "" : nobodysWorld();
  },
};

const hearings = {
  hello(message) {
    told.room = message.room;
    told.you = message.you;
    document.title = `Debrief: ${message.room.title}`;
    byId("title").textContent = `Looking back: ${message.room.title}`;
    byId("stage").textContent = message.room.question ?? "";
    if (told.worlds.size > 0) return;
    byId("line").hidden = false;
    byId("line").textContent =
      message.room.stage === "over" ? "" : "The debrief opens here as soon as the room is over.";
  },
  debrief(message) {
    byId("line").textContent = "";
    partsOfDebrief[message.part]?.(message);
    showContents();
  },
  closed() {
    for (const each of document.querySelectorAll("main section, #contents")) each.hidden = true;
  },
};

room.hear = (message) => hearings[message.kind]?.(message);
