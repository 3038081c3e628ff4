// One world: its seats, and everything that can be done to it.

function openPanel(number) {
  table.open = number;
  byId("panel").hidden = number === null;
  byId("panel").dataset.world = "";
  byId("all-form").replaceChildren();
  showWorlds(table.overview);
  if (number === null) return;
  showPanel();
  byId("panel-title").focus();
  byId("panel").scrollIntoView({ block: "start" });
}

function makePanel(world) {
  const part = (id, title, ...inside) => node("details", { id: `panel-${id}` }, node("summary", {}, title), ...inside);
  byId("panel-in").replaceChildren(
    node("div", { class: "bar", id: "panel-bar", role: "group", "aria-label": `Clock and turns of ${titleOf(world)}` }),
    node("ul", { class: "seats wide-seats", id: "panel-seats" }),
    node("div", { id: "panel-form" }),
    part("tell", "Tell seats something", node("div", { id: "tell-in" })),
    part("inject", "Let something happen", node("div", { id: "inject-in" })),
    part("everything", "Everything that truly happened", node("div", { id: "everything-in" })),
  );
  byId("panel-tell").addEventListener(
    "toggle",
    () => byId("panel-tell").open && openTelling(byId("tell-in"), table.open, false),
  );
  byId("panel-inject").addEventListener("toggle", () => byId("panel-inject").open && openInjecting(table.open));
  byId("panel-everything").addEventListener(
    "toggle",
    () => byId("panel-everything").open && openEverything(table.open),
  );
}

const standing = new Map(); // places that show a world as it stood once, and how it stood then
const stateNow = (world) => `${world.turn} ${world.date} ${world.over}`;

/** Say of which turn something is that was looked up, and keep it in mind for when the world goes on. */
function standsAsOf(place, number, again) {
  const world = worldOf(number);
  const told = node("p", { class: "as-of" }, `As of turn ${world.turn + 1}, ${dayOf(world.date)}.`);
  place.prepend(told);
  standing.set(place, { number, key: stateNow(world), told, again });
}

/** What shows a world as it no longer stands says so, and can be looked up anew. */
function showWhatIsStale() {
  for (const [place, { number, key, told, again }] of standing) {
    const world = worldOf(number);
    if (!told.isConnected || world === undefined) {
      standing.delete(place);
      continue;
    }
    if (key === stateNow(world) || told.classList.contains("stale")) continue;
    told.classList.add("stale");
    told.append(" The world has gone on since. ", button("Look again", again));
  }
}

function panelBar(world) {
  const days = node("input", {
    type: "number",
    min: "1",
    max: String(data.head.days),
    value: String(table.room.turn),
    "aria-label": "Days to live",
  });
  const of = { world: world.world };
  const live = button("Live so many days", () =>
    attempt(
      "advance",
      { ...of, days: Number(days.value) },
      `${titleOf(world)} lived ${counted(Number(days.value), "day")}.`,
    ),
  );
  return [
    ...barOf(world),
    node("span", { class: "days-to-live" }, days, live),
    ...(world.turn > 0
      ? [
          sure(
            "Take back a turn",
            "All that happened in the last turn, and all orders since, no longer count.",
            "Take it back",
            () => attempt("back", { ...of, turns: 1 }, `A turn of ${titleOf(world)} was taken back.`),
          ),
        ]
      : []),
    sure(
      "End this world",
      `${titleOf(world)} ends on the morning of ${dayOf(world.date)}; no more turns can be played in it.`,
      "End it",
      () => attempt("end", of, `${titleOf(world)} has ended.`),
    ),
  ];
}

function seatActs(seat, world) {
  const of = { world: world.world, seat: seat.seat };
  const who = { "aria-label": "" };
  const called = (what) => ({ ...who, "aria-label": `${what}: ${seat.label}` });
  const byRules = seat.played_by === "rules";
  const hand = !byRules ? "Hand to the rules" : seat.person === null ? "Take it over" : `Give back to ${whoIs(seat)}`;
  const handed = !byRules
    ? `The rules play ${seat.label}.`
    : seat.person === null
      ? `${seat.label} goes by your orders.`
      : `${seat.label} goes by orders again.`;
  return node(
    "span",
    { class: "acts" },
    button("Look over the shoulder", () => openShoulder(world, seat), called("Look over the shoulder")),
    ...(world.over
      ? []
      : [
          button("Act for it", () => openActing(world, seat), called("Act for")),
          doing(hand, "hand", { ...of, to: byRules ? "orders" : "rules" }, handed, called(hand)),
        ]),
  );
}

/** Show the world that is open as it now stands. */
function showPanel() {
  const world = table.open === null ? undefined : worldOf(table.open);
  if (world === undefined) return;
  if (byId("panel").dataset.world !== String(world.world)) {
    byId("panel").dataset.world = String(world.world);
    makePanel(world);
  }
  byId("panel-title").textContent = `${titleOf(world)}, ${dayOf(world.date)}`;
  refill(byId("panel-stands"), [world.over, world.fault, world.waits, world.ended], () => standsIn(world));
  showWhatIsStale();
  const bar = byId("panel-bar");
  if (!bar.contains(document.activeElement) || world.over || bar.querySelector("input") === null)
    refill(bar, [world.over, world.paused, world.turn, world.date], () => (world.over ? [] : panelBar(world)));
  refill(byId("panel-seats"), [world.over, world.seats], () =>
    world.seats.map((seat) =>
      node(
        "li",
        {},
        node("b", {}, seat.label),
        node("span", { class: "who-sits" }, world.over || (seat.person === null && !seat.acted_for) ? "" : whoIs(seat)),
        world.over ? node("span") : stateMark(stateOf(seat), seat.gone),
        seatActs(seat, world),
      ),
    ),
  );
  for (const part of ["tell", "inject"]) byId(`panel-${part}`).hidden = world.over;
}
