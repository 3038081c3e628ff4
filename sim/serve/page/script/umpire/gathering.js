// Before the start: the code that all may read, and who sits where.

const MOVE = "move";

/** By what a turn ends before its days are over. */
function endsEarly({ stop_rung: rung, stop_outcomes: outcomes }) {
  const by = [
    ...(rung === null ? [] : [`an act of rung ${rung} or above`]),
    ...(outcomes ? ["an outcome that has come about"] : []),
  ];
  return by.length ? `, or ends early with ${by.join(" or ")}` : ", always";
}

function showInvite(plan) {
  const { code, join, turn, seconds, late, known, futures, mode } = plan;
  const address = join || `${location.origin}/join/${code}`;
  byId("code").textContent = code;
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(address);
      tellOf("The address is copied.");
    } catch {
      tellOf("", [`the browser does not let a page copy here; the address is ${address}`]);
    }
  });
  copy.setAttribute("aria-label", "Copy the address under which people join");
  byId("join").replaceChildren(
    ...(mode === "homework"
      ? [node("a", { href: address, target: "_blank", rel: "noopener" }, address), " ", copy]
      : [address.replace(/^https?:\/\//, "")]),
  );
  byId("alone").hidden = !/^(127\.|localhost$|\[::1\]$)/.test(new URL(address).hostname);
  byId("qr").src = `/rooms/${code}/qr.svg`;
  const lateness = {
    rules: "whoever is late is played by the rules",
    hold: "whoever is late does nothing",
    umpire: "you decide about whoever is late",
  };
  byId("plan").textContent = [
    mode === "homework" ? "Homework: everybody has a world of their own" : "Groups of one class on the same dice",
    `a turn lasts ${counted(turn, "day")}${endsEarly(plan)}`,
    seconds === null
      ? "without a time limit"
      : `with ${seconds % 60 ? counted(seconds, "second") : counted(seconds / 60, "minute")} for orders`,
    ...(seconds === null ? [] : [lateness[late]]),
    known === "all" ? "everybody is told all that happened" : "each seat is told its own side only",
    futures ? "futures may be asked" : "futures may not be asked",
  ]
    .join("; ")
    .concat(".");
}

/** A form in place of the buttons of a seat or a person: where to move them. */
function moveForm(person, place, back) {
  const select = node("select", { "aria-label": `Where ${person.name ?? "they"} shall sit` });
  for (const world of table.overview.worlds) {
    const own = table.room.mode === "homework" && person.world !== world.world;
    for (const seat of own ? [] : world.seats.filter((each) => each.person === null))
      select.append(node("option", { value: `${world.world} ${seat.seat}` }, `${titleOf(world)}: ${seat.label}`));
  }
  const close = () => {
    place.replaceChildren(...back);
    back[0].focus();
  };
  if (select.options.length === 0) return tellOf("", ["there is no free seat"]);
  const go = button("Move", async () => {
    const [world, ...seat] = select.value.split(" ");
    close();
    await attempt(
      MOVE,
      { person: person.id, world: Number(world), seat: seat.join(" ") },
      `${person.name ?? "They"} moved.`,
    );
  });
  place.replaceChildren(select, " ", go, " ", button("Cancel", close));
  select.focus();
}

/** The buttons of somebody: move them, or free their seat. */
function buttonsOf(person, seat, world) {
  const called = person.name ?? "somebody without a name";
  const place = node("span", { class: "acts" });
  const buttons = [button("Move", () => moveForm(person, place, buttons), { "aria-label": `Move ${called}` })];
  if (seat !== null)
    buttons.push(
      doing("Free", "free", { world: world.world, seat: seat.seat }, `${seat.label} is free.`, {
        "aria-label": `Free the seat of ${called}`,
      }),
    );
  if (!person.here)
    buttons.push(
      sure(
        "Remove",
        `${capital(called)} is taken out of the room, and comes back only by joining anew.`,
        "Remove them",
        () => attempt("remove", { person: person.id }, `${capital(called)} was removed.`),
        { "aria-label": `Remove ${called}` },
      ),
    );
  place.append(...buttons);
  return place;
}

const personOf = (id) => table.overview.people.find((each) => each.id === id);

function seatRow(seat, world) {
  const person = seat.person === null ? null : personOf(seat.person);
  const state = person === null ? "empty" : person.here ? "here" : "lost";
  return node(
    "li",
    {},
    node("b", {}, seat.label),
    node("span", { class: "who-sits" }, person === null ? "" : whoIs(seat)),
    stateMark(state, seat.gone),
    ...(person === null ? [] : [buttonsOf(person, seat, world)]),
  );
}

function showTables({ worlds, people }) {
  keepList(
    byId("tables"),
    table.room.mode === "homework" ? [] : worlds,
    (world) => world.world,
    (world) => node("div", { class: "table-of" }, node("h3", {}, titleOf(world)), node("ul", { class: "seats" })),
    (box, world) => {
      const shown = world.seats.map(({ seat, person, name, here }) => [
        seat,
        person,
        name,
        here,
        personOf(person)?.here,
        personOf(person)?.gone,
      ]);
      if (box.contains(document.activeElement) && box.querySelector("select") !== null) return; // somebody is being moved
      refill(box.querySelector("ul"), shown, () => world.seats.map((seat) => seatRow(seat, world)));
    },
  );
  const waiting = people.filter((each) => each.seat === null);
  if (byId("unseated").querySelector("select") !== null && byId("unseated").contains(document.activeElement)) return;
  refill(byId("unseated"), waiting, () =>
    waiting.length === 0
      ? []
      : [
          node("h3", {}, "Without a seat"),
          node(
            "ul",
            { class: "seats" },
            ...waiting.map((each) =>
              node(
                "li",
                {},
                node("b", {}, each.name ?? "somebody without a name"),
                node("span", { class: "who-sits" }),
                stateMark(each.here ? "here" : "lost", each.gone),
                buttonsOf(each, null, null),
              ),
            ),
          ),
        ],
  );
}

function showPeople(overview) {
  const { stage, people, worlds, locked } = overview;
  const taken = worlds.flatMap((world) => world.seats).filter((seat) => seat.person !== null).length;
  const empty = worlds.reduce((sum, world) => sum + world.seats.length, 0) - taken;
  const here = people.filter((each) => each.here).length;
  byId("people-title").textContent =
    people.length === 0 ? "Nobody is here yet" : `${counted(people.length, "person", "people")}, ${here} here now`;
  refill(byId("people-bar"), [stage, locked, taken], () => [
    ...(stage === "gathering"
      ? [
          doing(
            taken === 0 ? "Start with nobody in a seat" : "Start the first turn",
            "start",
            {},
            "The first turn has begun.",
            { class: "strong" },
          ),
        ]
      : []),
    doing(
      locked ? "Let people in again" : "Let nobody else in",
      "lock",
      { locked: !locked },
      locked ? "People may join again." : "Nobody else can join.",
    ),
  ]);
  byId("people-told").textContent =
    (locked ? "The room is locked. " : "") +
    (empty === 0 || worlds.length === 0
      ? ""
      : `${counted(empty, "seat is", "seats are")} empty${stage === "gathering" ? "; people may still join after the start" : ""}.`);
  showTables(overview);
}
