// What the public screen hears.

function greet({ room: told }) {
  document.title = `${told.title}: what the world knows`;
  byId("title").textContent = told.title;
  byId("question").textContent = told.question ?? "";
  byId("code").textContent = told.code;
  byId("join").textContent = (told.join || `${location.origin}/join/${told.code}`).replace(/^https?:\/\//, "");
  byId("qr").src = `/rooms/${told.code}/qr.svg`;
  byId("invite").hidden = told.stage !== "gathering" || seen.size > 0;
  showChooser(told.worlds);
}

const hearings = {
  hello: greet,
  world(message) {
    seen.set(message.world, message);
    if (message.over) setClock(`world ${message.world}`, { over: true });
    showChooser(Math.max(seen.size, byId("chooser").options.length - 1));
    showAll();
  },
  told({ world, date, text }) {
    const shown = seen.get(world);
    if (!shown || (shown.told ?? []).some((each) => each.date === date && each.text === text)) return;
    seen.set(world, { ...shown, told: [{ date, text }, ...(shown.told ?? [])] });
    showAll();
  },
  clock(message) {
    setClock(`world ${message.world}`, { ...message, waits: message.umpire, over: seen.get(message.world)?.over });
  },
  closed: () => byId("worlds").replaceChildren(),
};

byId("chooser").addEventListener("change", showAll);
room.hear = (message) => hearings[message.kind]?.(message);
