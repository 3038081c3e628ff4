// At the top: a link to what is shown, a file of it, results on this machine, and keys.

const tell = (text) => {
  byId("tools-told").textContent = text;
};

async function share() {
  writeNow();
  try {
    await navigator.clipboard.writeText(location.href);
    tell("Link copied.");
  } catch {
    const field = node("input", { type: "text", readonly: "", value: location.href, "aria-label": "The link" });
    openSheet("The link to what is shown", node("p", {}, "Copy it from here:"), field);
    field.select();
  }
}

/** A scenario file of what is shown, and the command that gives the same runs from it. */
async function save() {
  tell("");
  if (moves(bench.state) === 0) {
    const { scenario, runs, seed } = bench.state;
    const command = `sim run ${scenario} --runs ${runs} --seed ${seed ?? bench.opened.seed}`;
    openSheet("Nothing is moved", node("p", {}, "So there is nothing to save. From the command line, the scenario as it is written gives the same runs:"), node("p", {}, node("code", {}, command)));
    return;
  }
  const answer = await askOf("scenario");
  if (!answer.ok) {
    openSheet("No file can be made", node("p", { class: "fault" }, answer.refused));
    return;
  }
  download(answer.name, answer.text, "application/yaml");
  openSheet(
    `Saved as ${answer.name}`,
    node("p", {}, "From the command line, it gives the same runs, bit by bit:"),
    node("p", {}, node("code", {}, answer.command)),
    node("details", {}, node("summary", {}, "The file"), node("pre", { tabindex: 0 }, answer.text)),
  );
}

/** Results on this machine: one to open, or two beside each other. */
async function openResults() {
  const answer = await fetched("/workbench/results");
  if (!answer.ok) {
    openSheet("Results", node("p", { class: "fault" }, answer.refused));
    return;
  }
  if (answer.results.length === 0) {
    openSheet("Results", node("p", {}, "No result lies in the server’s folder of results. ", node("code", {}, "sim run"), " makes one."));
    return;
  }
  const { results } = answer;
  const option = ({ name, title, seed }) => node("option", { value: name }, `${name}: ${title}, seed ${seed}`);
  const one = node("select", { id: "result-one" }, ...results.map(option));
  const other = node("select", { id: "result-other" });
  const link = node("a", { class: "strong", target: "_blank", rel: "noopener" }, "Open the report");
  const follow = () => {
    const besideIt = other.value ? `/beside/${encodeURIComponent(other.value)}` : "";
    link.href = `/workbench/results/${encodeURIComponent(one.value)}${besideIt}`;
  };
  const offer = () => {
    const { seed } = results.find(({ name }) => name === one.value);
    const fitting = results.filter((each) => each.name !== one.value && each.seed === seed);
    other.replaceChildren(node("option", { value: "" }, "nothing"), ...fitting.map(option));
    follow();
  };
  one.addEventListener("change", offer);
  other.addEventListener("change", follow);
  offer();
  openSheet(
    "Results",
    node("p", {}, node("label", { for: "result-one" }, "Result "), one),
    node("p", {}, node("label", { for: "result-other" }, "beside another of the same seed "), other),
    node("p", {}, link, " ", node("span", { class: "quiet" }, "in a tab of its own; it is made when it is opened, which may take half a minute.")),
  );
}

const KEYS = [
  ["← → ↑ ↓", "on a slider: a hundredth of its way"],
  ["Shift with an arrow", "on a slider: a thousandth"],
  ["Page up, Page down", "on a slider: a tenth"],
  ["Home, End", "on a slider: its ends"],
  ["Backspace, Delete", "on a slider: as it was"],
  ["Ctrl + Z", "undo"],
  ["Ctrl + Shift + Z, Ctrl + Y", "redo"],
  ["Ctrl + K", "find a number"],
  ["Escape", "close a menu or a sheet"],
];

const showKeys = () =>
  openSheet("Keys", node("table", {}, node("tbody", {}, ...KEYS.map(([key, what]) => node("tr", {}, node("th", { scope: "row" }, key), node("td", {}, what))))));

/** Keys that work anywhere but in a field that has an undo of its own. */
function byKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const writing_ = event.target.matches?.("input[type=text], input[type=number], textarea");
  if (key === "k") {
    byId("search-box").open = true;
    byId("words").focus();
  } else if (writing_) return;
  else if (key === "z" && !event.shiftKey) undo();
  else if (key === "y" || key === "z") redo();
  else return;
  event.preventDefault();
}

function beginTools() {
  byId("share").addEventListener("click", share);
  byId("save").addEventListener("click", save);
  byId("open-results").addEventListener("click", openResults);
  byId("open-keys").addEventListener("click", showKeys);
  document.addEventListener("keydown", byKey);
}
