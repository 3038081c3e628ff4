// Tables that are wider than their place say so, and fade where they go on.

const watched = new WeakSet();

function watchWide() {
  for (const place of document.querySelectorAll(".wide")) {
    if (watched.has(place)) continue;
    watched.add(place);
    const hint = node("p", { class: "beyond-hint", "aria-hidden": "true" }, "Scroll the table sideways for more →");
    hint.hidden = true;
    place.before(hint);
    const look = () => {
      const left = place.scrollWidth - place.clientWidth - place.scrollLeft;
      place.classList.toggle("beyond", left > 2);
      hint.hidden = place.scrollWidth - place.clientWidth <= 2;
    };
    place.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(place);
  }
}
