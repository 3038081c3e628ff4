(() => {
  "use strict";
  const slides = [...document.querySelectorAll(".slide")];
  const where = document.getElementById("where");
  const asked = () => Number((/^#s(\d+)$/.exec(location.hash) || [0, 1])[1]) - 1;
  let at = 0;
  const show = (number) => {
    at = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, place) => { slide.hidden = place !== at; });
    where.textContent = `${at + 1} / ${slides.length}`;
    if (asked() !== at) history.replaceState(null, "", `#s${at + 1}`);
  };
  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " " && event.target.tagName === "BUTTON") return;
    if (event.key in steps) show(at + steps[event.key]);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(slides.length - 1);
    else if (event.key === "f" || event.key === "F") {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    } else return;
    event.preventDefault();
  });
  document.getElementById("back").addEventListener("click", () => show(at - 1));
  document.getElementById("on").addEventListener("click", () => show(at + 1));
  addEventListener("hashchange", () => show(asked()));
  document.documentElement.classList.add("paged");
  show(asked());
})();
