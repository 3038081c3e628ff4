// The reader's forecast: kept in this browser through a reload, checked, saved as a file, shown as a sheet.

const KEPT = `escalation-sim forecast ${data.head.key}`;
/** What is kept: name, numbers as typed, when it was handed in, whether the answers have been open on this device. */
let own = { name: "", typed: {}, kept: null, late: false, opened: false };
let refused = false;

/** What was kept, as far as it is what this page keeps: whatever else is written there would stop the page. */
function asKept(found) {
  const text = (given) => (typeof given === "string" ? given : "");
  const typed = new Map(Object.entries(Object(found?.typed)));
  return {
    name: text(found?.name),
    typed: Object.fromEntries(data.outcomes.map(({ id }) => [id, text(typed.get(id))])),
    kept: Number.isNaN(Date.parse(text(found?.kept))) ? null : found.kept,
    late: Boolean(found?.late),
    opened: Boolean(found?.opened),
  };
}

function recall() {
  try {
    own = asKept(JSON.parse(window.localStorage.getItem(KEPT) ?? "{}"));
  } catch {
    refused = true;
  }
  if (window.ownForecast !== undefined) own = window.ownForecast; // of the page that this one was locked in
}

function keep() {
  try {
    window.localStorage.setItem(KEPT, JSON.stringify(own));
    refused = false;
  } catch {
    refused = true;
  }
  byId("forecast-kept").textContent = refused
    ? "This browser keeps nothing for pages like this one: a reload would lose your numbers. Save or print them."
    : "Kept in this browser: you may close the page and come back.";
}

/** Fill the form with what is kept, and keep what is typed. */
function beginForecast(submitted) {
  const form = byId("forecast");
  recall();
  fillForecast(form);
  if (refused) keep();
  form.addEventListener("input", () => {
    own.name = byId("forecast-name").value.trim();
    for (const outcome of data.outcomes) own.typed[outcome.id] = form.elements.namedItem(outcome.id).value.trim();
    own.kept = null;
    keep();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = forecasts(form);
    if (given === null) return;
    if (own.kept === null) {
      own.kept = new Date().toISOString();
      own.late = own.opened;
    }
    keep();
    submitted(given);
  });
}

function fillForecast(form) {
  byId("forecast-name").value = own.name;
  for (const outcome of data.outcomes) form.elements.namedItem(outcome.id).value = own.typed[outcome.id] ?? "";
}

/** A number from 0 to 100 as a share; NaN for anything else. */
function shareOf(text) {
  const value = (text ?? "") === "" ? NaN : Number(text);
  return value >= 0 && value <= 100 ? value / 100 : NaN;
}

/** The forecasts by outcome, as shares; null, with the fault said, if one is missing or no share. */
function forecasts(form) {
  const found = {};
  let first = null;
  for (const outcome of data.outcomes) {
    const input = form.elements.namedItem(outcome.id);
    found[outcome.id] = shareOf(input.value.trim());
    const sound = !Number.isNaN(found[outcome.id]);
    input.setAttribute("aria-invalid", String(!sound));
    if (!sound) first ??= [input, outcome.label];
  }
  byId("forecast-fault").textContent = first ? `Write a number from 0 to 100 for: ${first[1]}.` : "";
  first?.[0].focus();
  return first ? null : found;
}

/** What is kept as shares, if it is whole and was handed in; else null. */
function handedIn() {
  if (own.kept === null) return null;
  const entries = data.outcomes.map((outcome) => [outcome.id, shareOf(own.typed[outcome.id])]);
  return entries.some(([, share]) => Number.isNaN(share)) ? null : Object.fromEntries(entries);
}

/** The file that a class pools; `sim.report.forecasts` reads it. */
function asFile(given) {
  return {
    kind: "escalation-sim forecast",
    version: 1,
    page: data.head.key,
    title: data.head.title,
    name: own.name,
    kept: own.kept,
    late: own.late,
    percent: Object.fromEntries(Object.entries(given).map(([id, share]) => [id, Number((100 * share).toFixed(6))])),
  };
}

function save(given) {
  const name = own.name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  const file = new Blob([`${JSON.stringify(asFile(given), null, 1)}\n`], { type: "application/json" });
  const link = node("a", { href: URL.createObjectURL(file), download: `forecast-${name || "without-name"}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
