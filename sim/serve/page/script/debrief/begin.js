// What the debrief's page hears, piece by piece.

function showContents() {
  const titles = [...document.querySelectorAll("main section:not([hidden]) > h2[data-short]")];
  byId("contents").hidden = titles.length < 2;
  byId("contents")
    .querySelector("ul")
    .replaceChildren(
      ...titles.map((title) => node("li", {}, node("a", { href: `#${title.parentElement.id}` }, title.dataset.short))),
    );
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
  whole: () => (byId("line").textContent = ""),
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
  closed: () => byId("worlds").replaceChildren(),
};

room.hear = (message) => hearings[message.kind]?.(message);
