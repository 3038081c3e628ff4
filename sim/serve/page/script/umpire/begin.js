// What the umpire's page hears.

const STAGES = {
  gathering: "People gather. Show the code, or the public screen.",
  playing: "The room is being played.",
  over: "The room is over.",
};

function greet(message) {
  table.room = message.room;
  document.title = `${message.room.title}: the teacher's table`;
  byId("title").textContent = message.room.title;
  byId("to-screen").href = `/rooms/${room.code}/screen`;
  byId("to-debrief").href = `/rooms/${room.code}/debrief#umpire`;
  showInvite(message.room);
}

function showOverview(overview) {
  table.overview = overview;
  const { stage } = overview;
  if (document.body.dataset.stage !== stage) {
    document.body.dataset.stage = stage;
    if (stage !== "gathering") byId("table").prepend(byId("playing"), byId("panel"));
  }
  byId("table").hidden = false;
  byId("stage").textContent =
    table.room.mode === "homework" && stage === "playing"
      ? "Homework: people come and play when they like."
      : STAGES[stage];
  byId("playing").hidden = stage === "gathering";
  byId("invite").hidden = stage === "over";
  byId("people").hidden = stage === "over" || table.room.mode === "homework";
  showPeople(overview);
  if (stage !== "gathering") {
    showWorlds(overview);
    showPanel();
  }
  showAfterwards(overview);
}

const hearings = { hello: greet, overview: showOverview, closed: () => (byId("table").hidden = true) };

room.hear = (message) => hearings[message.kind]?.(message);
