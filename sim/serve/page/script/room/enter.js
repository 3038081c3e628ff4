// A page of a room: it enters, and once it is let in its own script is loaded, which hears what comes.

const { code } = JSON.parse(element("data").textContent);
const as = document.body.dataset.as;
const KEPT = { umpire: `sim-umpire-${code}`, player: `sim-player-${code}` };

/** The umpire's secret comes behind the # of an address: it is kept by the browser, and gone from the address. */
function secretOf() {
  const found = location.hash.slice(1);
  if (found === "" || found === "umpire") return localStorage.getItem(KEPT.umpire);
  if (as === "umpire" && /^[\w-]{16,200}$/.test(found)) {
    localStorage.setItem(KEPT.umpire, found);
    history.replaceState(null, "", location.pathname);
  }
  return localStorage.getItem(KEPT.umpire);
}

/** Who looks back: a player by their token, an umpire by theirs, anybody by none. */
function tokenOf() {
  if (as === "umpire") return secretOf();
  if (anybody) return null;
  if (as === "screen") return localStorage.getItem(KEPT.umpire); // so that no flood of screens closes this one
  const player = localStorage.getItem(KEPT.player);
  return location.hash === "#umpire" || player === null ? localStorage.getItem(KEPT.umpire) : player;
}

let anybody = false;
let line = null;
let nonce = null;
let number = 0;
const asked = new Map();
const early = [];

const room = {
  code,
  hear: null,
  token: tokenOf,
  /** Ask for something; gives the answer, `ack` or `refused`. */
  ask(kind, content = {}) {
    return new Promise((answered) => {
      number += 1;
      if (nonce !== null && line.say({ kind, line: nonce, n: number, ...content })) asked.set(number, answered);
      else answered({ kind: "refused", reasons: ["the line to the server is lost; it comes back by itself"] });
    });
  },
};
window.room = room;

function say(text, lost = false) {
  element("line").textContent = text;
  element("line").hidden = text === "";
  document.body.classList.toggle("line-lost", lost); // wherever one is on the page, it is seen
}

function greeted(message) {
  nonce = message.line;
  number = 0;
  say("");
  if (room.hear !== null || early.length > 0) return;
  const { title, start, end, ladder } = message.room;
  const days = Math.round((Date.parse(end) - Date.parse(start)) / 86400000) + 1;
  element("data").textContent = JSON.stringify({ head: { title, start, days }, ladder });
  const script = document.createElement("script");
  script.src = `/files/${as}.js`;
  script.addEventListener("load", () => early.splice(0).forEach((each) => room.hear(each)));
  document.body.append(script);
}

function refusedAtTheDoor(reasons) {
  if (as === "debrief" && !anybody) {
    anybody = true; // what this browser keeps is of no use here: it looks back as anybody may
    return;
  }
  say(`${reasons.join(" ")}.`.replace(/^./, (letter) => letter.toUpperCase()));
}

function heard(message) {
  if (message.kind === "hello") greeted(message);
  else if (message.kind === "refused" && message.n === 0) return refusedAtTheDoor(message.reasons);
  else if (asked.has(message.n)) {
    asked.get(message.n)(message);
    asked.delete(message.n);
    return;
  }
  if (room.hear === null) early.push(message);
  else room.hear(message);
}

function lost(event, which) {
  nonce = null;
  for (const answered of asked.values()) answered({ kind: "refused", reasons: ["the line was lost meanwhile"] });
  asked.clear();
  if (event.code === 4003 && as === "debrief" && anybody && which.over) begin();
  else if (event.code === 4004) say("This room is closed, and all that was in it is deleted.");
  else if (!which.over)
    say("The line to the server is lost. It is tried again until it comes back; what is shown is how it stood.", true);
}

function begin() {
  line = lineTo(`/rooms/${code}/line`, {
    opened: (opened) => opened.say(as === "screen" ? { kind: "enter", as } : { kind: "enter", as, token: tokenOf() }),
    heard,
    lost,
  });
}

if (as === "umpire" && secretOf() === null)
  say("This browser does not know the secret of this table. Open the room once from the list of rooms.");
else begin();
