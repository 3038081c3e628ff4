// The list of rooms, and what happens when a room is made.

enterWithKey();

const STAGES = { gathering: "not begun", playing: "being played", over: "over" };

/** The umpire's secret of a room: this browser keeps it, and the owner is told it. */
function secretOf(room) {
  try {
    return localStorage.getItem(`sim-umpire-${room.code}`) ?? room.umpire ?? null;
  } catch {
    return room.umpire ?? null;
  }
}

function keepSecret(code, secret) {
  try {
    localStorage.setItem(`sim-umpire-${code}`, secret);
  } catch {
    // Then it stands behind the # of the address only.
  }
}

/** Somebody who has the server's key but not the room's secret gets a new one; the old one opens nothing any more. */
function takeOver(room) {
  const told = node(
    "span",
    { class: "below", role: "status" },
    "It is run in another browser, which then can do so no longer.",
  );
  const button = node("button", { type: "button" }, "Run it here", unseen(`: room ${room.code}`));
  button.addEventListener("click", async () => {
    const answer = await post(`/rooms/${room.code}/umpire`, {});
    if (answer.ok && answer.umpire) goToUmpire(room.code, answer.umpire);
    else told.textContent = `That was refused: ${(answer.refused ?? "the server did not say why").replace(/\.$/, "")}.`;
  });
  return [button, told];
}

function goToUmpire(code, secret) {
  keepSecret(code, secret);
  location.href = `/rooms/${code}/umpire#${secret}`;
}

function roomLine(room) {
  const secret = secretOf(room);
  const here = room.here
    ? `, ${room.here === room.people ? "all" : counted(room.here, "", "").trim()} of them here`
    : "";
  const told = [
    room.mode === "homework" ? "homework" : counted(room.worlds, "world"),
    STAGES[room.stage] ?? room.stage,
    `${counted(room.people, "person", "people")}${here}`,
    room.made ? `made on ${longDate(new Date(1000 * room.made).toISOString().slice(0, 10))}` : null,
  ].filter(Boolean);
  const link = (text, part, hash = "") =>
    node("a", { href: `/rooms/${room.code}/${part}${hash}` }, text, unseen(` of room ${room.code}`));
  return node(
    "li",
    {},
    node("p", { class: "room-code" }, room.code),
    node(
      "div",
      {},
      node("h3", {}, room.title),
      node("p", { class: "below" }, `${capital(told.join(" · "))}.`),
      node(
        "p",
        { class: "links" },
        secret ? link("Run it", "umpire", `#${secret}`) : takeOver(room),
        link("Public screen", "screen"),
        room.stage === "over" ? link("Debrief", "debrief") : null,
      ),
    ),
  );
}

element("plan").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = element("make");
  if (button.getAttribute("aria-disabled") === "true") return;
  fill("make-fault");
  const plan = planNow();
  if (!plan.seats.length) {
    fill("make-fault", "Choose at least one seat.");
    return;
  }
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Being made …";
  const answer = await post("/rooms", plan);
  button.setAttribute("aria-disabled", "false");
  button.textContent = "Make the room";
  if (!answer.ok || !answer.code) {
    fill("make-fault", `The room was not made: ${(answer.refused ?? "the server did not say why").replace(/\.$/, "")}.`);
    return;
  }
  goToUmpire(answer.code, answer.umpire);
});

element("join").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = element("code").value.trim().toUpperCase();
  if (/^[A-Z0-9]{4,12}$/.test(code)) location.href = `/join/${code}`;
  else fill("join-fault", "A code has letters and figures only, such as K7M2QD.");
});

if (data.owner) {
  element("new-room").hidden = false;
  element("open-rooms").hidden = !data.rooms.length;
  fill("rooms", data.rooms.map(roomLine));
  element("scenario").replaceChildren(
    ...data.scenarios.map((each) => node("option", { value: each.name }, each.title)),
  );
  drawScenario();
} else element("no-key").hidden = false;
