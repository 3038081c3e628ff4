// A lever: a slider with its value in figures, a mark where the scenario has it, and the source of that on demand.

const STEPS_OF_A_SLIDER = 1000;
const sliders = new Map(); // by path, all that stand on the page

const plainly = new Intl.NumberFormat("en", { maximumSignificantDigits: 12, useGrouping: false });
const inThousands = new Intl.NumberFormat("en", { maximumSignificantDigits: 12 });

/** A value as it is: all its digits, and no power of ten. */
const leverFigure = (value) => (Math.abs(value) >= 10000 ? inThousands : plainly).format(value).replace("-", "−");

/** Where a value stands on the slider, and which value a place on it has. */
const scaleOf = ({ low, high, logarithmic }) =>
  logarithmic
    ? {
        place: (value) => (Math.log(value / low) / Math.log(high / low)) * STEPS_OF_A_SLIDER,
        value: (place) => low * (high / low) ** (place / STEPS_OF_A_SLIDER),
      }
    : {
        place: (value) => ((value - low) / (high - low || 1)) * STEPS_OF_A_SLIDER,
        value: (place) => low + ((high - low) * place) / STEPS_OF_A_SLIDER,
      };

const unitOfLever = ({ unit }) => (unit === "1" || !unit ? "" : unit);
const valueNow = (lever) => bench.state.numbers[lever.path] ?? lever.written;
const isMoved = (lever) => bench.state.numbers[lever.path] !== undefined;

/** Put a number where it is wanted; where the scenario has it, nothing is moved. */
function setNumber(lever, value, part) {
  change(({ numbers }) => {
    if (value === lever.written) delete numbers[lever.path];
    else numbers[lever.path] = value;
  }, part);
}

/** The value of a place on a slider, with as many digits as matter; near its mark, the written one. */
function valueAt(lever, place) {
  const scale = scaleOf(lever);
  if (Math.abs(place - scale.place(lever.written)) < 4) return lever.written;
  const value = Math.min(Math.max(scale.value(place), lever.low), lever.high);
  const rounded = Number(lever.logarithmic ? value.toPrecision(3) : value.toFixed(lever.decimals));
  return Math.min(Math.max(rounded, lever.low), lever.high);
}

let named = 0;

/** What a lever is called; under the heading of whom it belongs to, that is only read aloud. */
function nameOf(lever, underHeading) {
  const [whose, what, ...more] = lever.label.split(": ");
  if (what === undefined) return [lever.label];
  const rest = more.length ? [node("span", { class: "quiet" }, `: ${more.join(": ")}`)] : [];
  const begun = `${what[0]?.toUpperCase() ?? ""}${what.slice(1)}`;
  return underHeading ? [node("span", { class: "hidden" }, `${whose}: `), begun, ...rest] : [`${whose}: ${what}`, ...rest];
}

/** Levers below headings that say whose they are. */
function headed(levers) {
  const whose = ({ label }) => (label.includes(": ") ? label.split(": ")[0] : "");
  return [...grouped(levers, whose)].flatMap(([name, those]) => [
    ...(name ? [node("h4", {}, name)] : []),
    ...those.map((lever) => slider(lever, true)),
  ]);
}

/** A lever on the page. */
function slider(lever, underHeading = false) {
  bench.levers.set(lever.path, lever);
  named += 1;
  const id = `lever-${named}`;
  const range = node("input", { type: "range", id, min: 0, max: STEPS_OF_A_SLIDER, step: 1, "data-path": lever.path });
  const field = node("input", { type: "text", inputmode: "decimal", "aria-label": `${lever.label}, in figures`, size: 6 });
  const back = node("button", { type: "button", class: "back", "aria-label": `${lever.label}: as it was` }, "as it was");
  const tick = node("b");
  tick.style.left = `${scaleOf(lever).place(lever.written) / (STEPS_OF_A_SLIDER / 100)}%`;
  const fault = node("p", { class: "fault", role: "alert" });
  const unit = unitOfLever(lever);
  const box = node(
    "div",
    { class: "lever" },
    node("div", { class: "lever-head" }, node("label", { for: id }, ...nameOf(lever, underHeading)), node("span", { class: "lever-figure" }, field, unit ? ` ${unit}` : "")),
    node("div", { class: "lever-track" }, node("i", { "aria-hidden": "true" }, tick), range),
    node("div", { class: "lever-foot" }, node("span", {}, `written ${leverFigure(lever.written)}`), back, sourceOf(lever)),
    fault,
  );
  const made = { lever, box, range, field, back, fault };
  watch(made);
  keepSlider(lever.path, made);
  showLever(made);
  return box;
}

function keepSlider(path, made) {
  const those = (sliders.get(path) ?? []).filter(({ box }) => box.isConnected);
  sliders.set(path, [...those, made]);
}

function sourceOf(lever) {
  return node(
    "details",
    { class: "source" },
    node("summary", {}, node("span", { class: "hidden" }, `${lever.label}: `), "source"),
    ...(lever.does ? [node("p", {}, lever.does)] : []),
    node("p", {}, lever.source || "No source is written."),
    node("p", {}, `From ${leverFigure(lever.low)} to ${leverFigure(lever.high)}. `, node("code", {}, lever.path)),
  );
}

function watch(made) {
  const { lever, range, field, back } = made;
  const slideTo = (value, part) => {
    tellTyped(made, "");
    setNumber(lever, value, part);
  };
  range.addEventListener("input", () => slideTo(valueAt(lever, Number(range.value)), lever.path));
  range.addEventListener("change", closeStep);
  range.addEventListener("dblclick", () => slideTo(lever.written));
  range.addEventListener("keydown", (event) => {
    const place = placeByKey(event, Number(range.value), lever);
    if (place === null) return;
    event.preventDefault();
    slideTo(valueAt(lever, place), `${lever.path} by key`);
  });
  back.addEventListener("click", () => {
    slideTo(lever.written);
    range.focus();
  });
  field.addEventListener("change", () => {
    const value = readNumber(field.value);
    const known = value !== null && value >= lever.low && value <= lever.high;
    tellTyped(made, known ? "" : refusalOf(lever, value, field.value.trim()));
    if (known) setNumber(lever, value);
  });
}

/** Why a field does not take what was typed into it. */
function refusalOf({ low, high }, value, text) {
  const range = `From ${leverFigure(low)} to ${leverFigure(high)}`;
  if (text === "") return `${range}; nothing is written here.`;
  if (value === null) return `${range}, and not “${text}”.`;
  const read = leverFigure(value);
  return `${range}, and not ${read}${read === text.replace("-", "−") ? "" : `, as “${text}” is read`}.`;
}

/** Tell what is wrong with what was typed, or that nothing is: then the field says what the lever has. */
function tellTyped({ lever, field, fault }, text) {
  fault.textContent = text;
  field.setAttribute("aria-invalid", String(text !== ""));
  if (text === "") field.value = leverFigure(valueNow(lever));
}

/** Where a key leads: arrows by a hundredth, with Shift by a tenth of it, pages by a tenth, Backspace to the mark. */
function placeByKey({ key, shiftKey }, place, lever) {
  const step = STEPS_OF_A_SLIDER / (shiftKey ? 1000 : 100);
  const written = scaleOf(lever).place(lever.written);
  const leads = {
    ArrowRight: place + step,
    ArrowUp: place + step,
    ArrowLeft: place - step,
    ArrowDown: place - step,
    PageUp: place + STEPS_OF_A_SLIDER / 10,
    PageDown: place - STEPS_OF_A_SLIDER / 10,
    Home: 0,
    End: STEPS_OF_A_SLIDER,
    Backspace: written,
    Delete: written,
  };
  return key in leads ? Math.min(Math.max(leads[key], 0), STEPS_OF_A_SLIDER) : null;
}

/** Show where a lever stands. */
function showLever(made) {
  const { lever, box, range } = made;
  const value = valueNow(lever);
  const figureNow = leverFigure(value);
  const place = Math.round(scaleOf(lever).place(value));
  if (Number(range.value) !== place) range.value = place;
  if (value !== made.shown) tellTyped(made, ""); // what was typed before is over
  made.shown = value;
  const unit = unitOfLever(lever);
  range.setAttribute(
    "aria-valuetext",
    `${figureNow}${unit ? ` ${unit}` : ""}${isMoved(lever) ? `, written ${leverFigure(lever.written)}` : ", as written"}`,
  );
  box.classList.toggle("moved", isMoved(lever));
}

function showLevers() {
  for (const [path, those] of sliders) {
    const alive = those.filter(({ box }) => box.isConnected);
    sliders.set(path, alive);
    alive.forEach(showLever);
  }
}
