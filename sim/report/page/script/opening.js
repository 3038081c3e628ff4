// The first screen: single runs climb the ladder and come down, while the outcomes of all are counted.

const ROW_LABEL = 260;
const PER_STEP = 60; // milliseconds for a day
const SLOW = 700; // and for a week, where less motion is asked for
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

const climbers = once(() => ({ run: codes(data.opening.run), rung: codes(data.opening.rung) }));
const really = once(() => (data.chronology?.really ? codes(data.chronology.really) : null));
const REALLY = 22; // room for what really happened, at the left of the runs
let moveClimb = () => {};

function drawOpening(frame) {
  const { svg, width, height } = frame;
  const days = data.head.days;
  const { run, rung } = climbers();
  const wide = width >= 520;
  const left = wide ? ROW_LABEL : 2;
  const tall = (height - 4) / 10;
  const top = (at) => 2 + (9 - at) * tall;
  const foot = wide ? tall / 2 : tall * 0.66;
  for (let at = 0; at < 10; at += 1) {
    const row = mark("rect", { x: left, y: top(at) + 1, width: width - left - 2, height: tall - 2, rx: 2, class: "row" });
    row.style.fill = rungColour(at);
    svg.append(row);
    const label = mark("text", { x: wide ? left - 8 : left + 5, y: top(at) + (wide ? tall / 2 + 4 : 12), "text-anchor": wide ? "end" : "start", class: "label" });
    label.textContent = wide ? short(data.ladder[at], 42) : data.ladder[at];
    svg.append(label);
  }
  const record = really();
  const from = left + (record === null ? 4 : REALLY + 4);
  const step = (width - from - 4) / Math.max(run.length, 1);
  const radius = Math.min(Math.max(step * 0.7, 2), 5.5); // they overlap a little, and stand apart in two lines
  const apart = Math.min(tall / 2 - radius - 1, radius);
  const dots = Array.from(run, (number, place) => {
    const dot = mark("circle", { class: "climber", r: radius, cx: from + (place + 0.5) * step, cy: place % 2 ? apart : -apart });
    dot.append(mark("title", {}, `Run ${number}`));
    dot.addEventListener("click", () => choose(number));
    svg.append(dot);
    return dot;
  });
  const lone = mark("path", { class: "climber really", d: `M${left + REALLY / 2} -8l8 8l-8 8l-8 -8Z` });
  if (record !== null) {
    lone.append(mark("title", {}, "What really happened"));
    svg.append(mark("line", { class: "grid", x1: left + REALLY, x2: left + REALLY, y1: 2, y2: height - 2 }), lone);
  }
  moveClimb = () => {
    if (record !== null) {
      lone.style.transform = `translateY(${(top(record[shown.day] ?? 0) + foot).toFixed(1)}px)`;
      lone.style.display = shown.day < record.length ? "" : "none";
    }
    dots.forEach((dot, place) => {
      const at = rung[place * days + shown.day];
      dot.style.transform = `translateY(${(top(at) + foot).toFixed(1)}px)`;
      dot.style.fill = rungColour(at);
      dot.classList.toggle("chosen", run[place] === shown.run);
    });
  };
  moveClimb();
}

const short = (text, letters) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);

/** Outcomes of the sentence, counted up to the day, as bars. */
function countSoFar() {
  const n = data.head.sound;
  const places = data.opening.told.map((name) => data.outcomes.findIndex((outcome) => outcome.id === name));
  byId("so-far").replaceChildren(
    ...places.map((at) => {
      const runs = cameBy()[at][shown.day];
      const bar = node("i");
      bar.style.width = `${(100 * runs) / n}%`;
      return node("div", { class: "count" }, node("b", {}, percent(runs / n)), node("span", { class: "length", "aria-hidden": "true" }, bar), node("span", {}, data.outcomes[at].label));
    }),
  );
}

/** What is known of the days just before: of the record, or imposed. */
function tick() {
  const place = byId("ticker");
  if (place === null) return;
  const past = data.chronology.rows.filter((row) => row.headline && row.day <= shown.day);
  const row = past[past.length - 1];
  const told = row ? [node("b", {}, `${row.really ? "Really" : "Imposed"}, ${row.date}: `), row.text] : [" "];
  place.replaceChildren(...told);
}

let playing = null;

function stop() {
  clearInterval(playing);
  playing = null;
  for (const button of document.querySelectorAll("[data-play]")) button.textContent = "Play";
}

/** Let the days pass, from the first if the last is shown. */
function play() {
  const by = still.matches ? 7 : Math.max(1, Math.round(data.head.days / 400));
  const last = data.head.days - 1;
  if (shown.day >= last || !play.begun) setDay(0);
  play.begun = true;
  for (const button of document.querySelectorAll("[data-play]")) button.textContent = "Pause";
  playing = setInterval(
    () => {
      setDay(Math.min(shown.day + by, last));
      if (shown.day >= last) stop();
    },
    still.matches ? SLOW : PER_STEP,
  );
}

function beginOpening() {
  for (const part of document.querySelectorAll(".moving")) part.hidden = false;
  document.documentElement.dataset.moving = "";
  const place = byId("plot-opening");
  if (place.clientWidth < 520) place.dataset.height = 400; // labels stand above the dots
  plot("opening", drawOpening);
  whenMoved.push((day) => {
    for (const slider of document.querySelectorAll(".day-slider")) {
      slider.value = day;
      slider.setAttribute("aria-valuetext", longDate(day));
    }
    for (const place of document.querySelectorAll(".day-shown")) place.textContent = longDate(day);
    moveClimb();
    countSoFar();
    tick();
  });
  whenChosen.push(() => moveClimb());
  for (const slider of document.querySelectorAll(".day-slider")) {
    slider.addEventListener("input", () => {
      stop();
      play.begun = true;
      setDay(Number(slider.value));
    });
  }
  for (const button of document.querySelectorAll("[data-play]")) {
    button.addEventListener("click", () => (playing === null ? play() : stop()));
  }
}

beginnings.push(beginOpening);
