// A page whose answers are locked: the forecast is handed in, and a word opens the report in its place.

function showSheet(given) {
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(new Date(own.kept));
  const body = data.outcomes.map((outcome) =>
    node(
      "tr",
      {},
      node("th", { scope: "row" }, outcome.label),
      node("td", { class: "n figure" }, String(Number((100 * given[outcome.id]).toFixed(2)))),
    ),
  );
  byId("sheet").replaceChildren(
    node("h3", {}, own.name ? `Forecast of ${own.name}` : "A forecast without a name"),
    node("p", { class: "note" }, `Kept on ${when}${own.late ? ", after the answers had been open here" : ""}.`),
    node(
      "table",
      {},
      node("caption", { class: "hidden" }, "The forecast"),
      node(
        "thead",
        {},
        node(
          "tr",
          {},
          node("th", { scope: "col" }, "It comes about"),
          node("th", { scope: "col", class: "n" }, "in how many of 100 runs"),
        ),
      ),
      node("tbody", {}, ...body),
    ),
  );
  showForm(false);
}

function showForm(on) {
  byId("forecast").hidden = !on;
  byId("forecast-lead").hidden = !on;
  byId("sheet").hidden = on;
  byId("sheet-tools").hidden = on;
  byId("change").hidden = own.opened;
}

/** Put the report in place of this page; the browser keeps the window, and with it the forecast. */
function open(page) {
  own.opened = true;
  keep();
  window.ownForecast = own;
  window.scrollTo(0, 0);
  document.open();
  document.write(page);
  document.close();
}

function beginOpening() {
  const sealed = JSON.parse(byId("sealed").textContent);
  byId("open").addEventListener("submit", (event) => {
    event.preventDefault();
    const word = byId("passphrase").value;
    byId("open-fault").textContent = "";
    if (word.trim() === "") {
      byId("open-fault").textContent = "Type the passphrase that your teacher gives.";
      return;
    }
    byId("open-status").textContent = "Opening …";
    setTimeout(() => {
      const page = unlocked(sealed, word);
      if (page !== null) {
        open(page);
        return;
      }
      byId("open-status").textContent = "";
      byId("open-fault").textContent =
        "That is not the word for this page. Look at the spelling and try again, or ask your teacher; your forecast is safe.";
      byId("passphrase").focus();
    }, 30);
  });
}

beginForecast((given) => {
  showSheet(given);
  byId("sheet").focus();
});
if (handedIn() !== null) showSheet(handedIn());
byId("save").addEventListener("click", () => save(handedIn()));
byId("print").addEventListener("click", () => window.print());
byId("change").addEventListener("click", () => {
  showForm(true);
  byId("forecast-name").focus();
});
byId("anew").addEventListener("click", () => {
  own = { name: "", typed: {}, kept: null, late: false, opened: own.opened };
  keep();
  fillForecast(byId("forecast"));
  showForm(true);
  byId("forecast-name").focus();
});
beginOpening();
beginTheme(() => {});
