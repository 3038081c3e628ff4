// The end of a room: what is kept, what is handed out, and what is deleted.

async function download(names, words) {
  tellOf("The files are put together …");
  const answer = await fetch(`/rooms/${room.code}/export`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ secret: room.token(), names, words }),
  });
  if (!answer.ok) return tellOf("", [(await answer.text()).slice(0, 300) || "the server did not answer"]);
  const link = node("a", { href: URL.createObjectURL(await answer.blob()), download: `room-${room.code}.zip` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  tellOf("The room is exported.");
}

function showAfterwards({ stage, worlds, people, names: named }) {
  refill(byId("afterwards-in"), [stage, worlds.length, people.length, named], () => {
    const names = node("input", { type: "checkbox", id: "export-names" });
    const words = node("input", { type: "checkbox", id: "export-words" });
    const played = { 0: "what is in it", 1: "the world" }[worlds.length] ?? `the ${worlds.length} worlds`;
    const all = `${played} with all orders, the notes and the forecasts${named ? `, and the names of ${counted(people.length, "person", "people")}` : ""}`;
    return [
      ...(stage === "over"
        ? [
            node(
              "p",
              {},
              "The room is over. Everybody finds the debrief under the link at the top of their page.",
              named ? " Names are kept until you export with them, for a day at most." : "",
            ),
          ]
        : [
            node(
              "div",
              { class: "afterwards-row" },
              node(
                "p",
                {},
                "When it has been played, end the room: all worlds stop where they stand, names are forgotten, and the debrief is open to all.",
              ),
              sure(
                "End the room",
                `All worlds end where they stand, names are forgotten, and everybody may see the debrief.${named ? " Export first if you want their names." : ""}`,
                "End it",
                () => attempt("end", { world: null }, "The room is over."),
              ),
            ),
          ]),
      node(
        "div",
        { class: "afterwards-row" },
        node(
          "p",
          {},
          "Everything as files, for your own records: sessions that open again, the chronicle as tables, the debrief of each world, the forecasts with their scores. ",
          named
            ? node("label", { class: "tick" }, names, node("span", {}, "with names"))
            : people.length && stage === "over"
              ? "Names are forgotten, so the files name nobody."
              : "",
          " ",
          node(
            "label",
            { class: "tick" },
            words,
            node("span", {}, "with the reasons and notes that students typed, which may name people"),
          ),
        ),
        button("Export", () => download(names.checked, words.checked)),
      ),
      node(
        "div",
        { class: "afterwards-row" },
        node("p", {}, `Delete the room ${room.code}: ${all}. What was not exported is gone.`),
        sure("Delete the room", `This deletes ${all}, for ever.`, "Delete everything", async () => {
          if ((await attempt("close", {}, "The room is deleted.")) === null) return;
          localStorage.removeItem(`sim-umpire-${room.code}`);
          byId("table").hidden = true;
          byId("stage").textContent = "The room is deleted, and all that was in it.";
        }),
      ),
    ];
  });
}
