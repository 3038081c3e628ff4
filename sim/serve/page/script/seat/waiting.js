// The waiting room: our seat, and who is here.

function drawWaiting() {
  const seat = seatOf(play.you.seat);
  const name = play.you.name ? `, ${play.you.name}` : "";
  fill("waiting-title", `You are in${name}`);
  fill(
    "waiting-seat",
    node(
      "div",
      { class: "box" },
      node(
        "h2",
        { class: "minor" },
        seat.label,
        play.hello.worlds > 1 ? node("span", { class: "quiet" }, ` · ${worldCalled(play.you.world)}`) : null,
      ),
      seat.about ? node("p", {}, seat.about) : null,
      seat.wants ? node("p", { class: "wants" }, node("b", {}, "What your side wants:"), " ", seat.wants) : null,
    ),
  );
  fill(
    "waiting-lead",
    play.hello.stage === "playing"
      ? "Your desk is being laid …"
      : `${renamedTold()}The crisis begins on ${longDate(play.hello.start)}, as soon as your teacher starts it. Keep this page open; should it close, the same address brings you back to this seat.`,
  );
  drawPresent();
}

/** Of two who are called the same, the second is told apart. */
const renamedTold = () =>
  joining.name && play.you.name?.startsWith(`${joining.name} `)
    ? `Somebody is called ${joining.name} already, so here you are ${play.you.name}. `
    : "";

function drawPresent() {
  const people = play.presence?.people ?? [];
  const worlds = [...new Set([play.you.world, ...people.map((each) => each.world)])].filter((each) => each !== null);
  worlds.sort((a, b) => (a === play.you.world ? -1 : b === play.you.world ? 1 : a - b));
  const many = worlds.length > 1;
  fill(
    "present",
    worlds.map((world) => [
      many ? node("h3", {}, worldCalled(world)) : null,
      node("ul", { class: "present" }, people.filter((each) => each.world === world).map(personLine)),
    ]),
  );
}

function personLine(person) {
  const mine = person.seat === play.you.seat && person.world === play.you.world;
  return node(
    "li",
    { class: person.here ? "here" : "away" },
    node("b", {}, mine ? (person.name ? `${person.name} (you)` : "You") : (person.name ?? "Somebody")),
    person.seat ? ` · ${seatOf(person.seat)?.label ?? person.seat}` : " · no seat yet",
    unseen(person.here ? ", here" : ", away"),
    person.here ? null : node("span", { class: "quiet", "aria-hidden": "true" }, " · away"),
  );
}

/** Without a seat: whether there is one by now. */
function drawWatching() {
  const free = (play.presence?.seats ?? []).filter((place) => !place.taken).length;
  fill("watching-title", free ? "A seat is free" : "Every seat is taken");
  element("try-again").hidden = !free;
  fill("watching-free", free ? `${capital(counted(free, "seat"))} ${free === 1 ? "is" : "are"} free now.` : "");
}

element("other-seat").addEventListener("click", choose);
element("leave").addEventListener("click", async () => {
  const answer = await ask("leave");
  if (!answer.ok) {
    fill("waiting-fault", answer.reasons.join(" "));
    return;
  }
  token.write(null);
  Object.assign(play, { you: null, morning: null });
  greet();
});
