// Class mode of an open report: the reader's forecast first, its score, and only then the report.

function setClassroom(on) {
  byId("to-class").setAttribute("aria-pressed", String(on));
  byId("classroom").hidden = !on;
  byId("answers").hidden = on;
  byId("contents").hidden = on;
  askAgain(on);
}

function askAgain(on) {
  for (const name of ["forecast", "forecast-lead"]) if (byId(name)) byId(name).hidden = !on;
  if (on && byId("score")) byId("score").hidden = true;
}

/** Show the score of a forecast above all answers. */
function answer(given) {
  byId("classroom").hidden = false;
  byId("classroom-title").textContent = "Your forecast";
  askAgain(false);
  showScore(given);
  byId("answers").hidden = false;
  byId("contents").hidden = false;
  byId("score").focus({ preventScroll: true });
  byId("classroom").scrollIntoView({ block: "start", behavior: "instant" });
}

function beginClassroom() {
  byId("to-class").addEventListener("click", () => setClassroom(byId("classroom").hidden));
  setClassroom(false);
  if (byId("forecast") === null) return;
  beginForecast(answer);
  if (window.ownForecast === undefined) return;
  byId("to-class").hidden = true; // it was locked, and the forecast has been made
  const given = handedIn();
  if (given !== null) answer(given);
}
