// Day and night: as the system says, or as the reader chooses for this visit.

function beginTheme(redraw) {
  byId("theme").addEventListener("change", (event) => {
    const { value } = event.target;
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    redraw();
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
