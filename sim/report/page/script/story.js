// Stories of runs: told ones in full, others by their gravest acts.

const WORDS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** An act in the wording that fits whatever the run; how many died is the one thing that it may need. */
function actInWords(action, dead) {
  const told = data.acts.actions[action].replaceAll("{dead}", WORDS[dead] ?? whole(dead));
  return told[0].toUpperCase() + told.slice(1);
}

function toldStory(story) {
  const { texts, least } = data.stories;
  const entries = story.entries.map(([day, rung, number, text, below]) => [
    day,
    rung === -2
      ? [node("span", { "aria-hidden": "true" }, "◆"), node("span", { class: "turned" }, texts[text])]
      : rung < 0
        ? [node("span", { "aria-hidden": "true" }, "★"), node("span", { class: "came" }, `Outcome: ${texts[text]}.`)]
        : [
            story.outside.includes(number) ? outsideMark() : rungMark(rung),
            node("span", {}, texts[text], node("span", { class: "below" }, texts[below] ? `#${number} · ${texts[below]}` : `#${number}`)),
          ],
  ]);
  const left = story.left_out
    ? [
        node(
          "p",
          { class: "why" },
          `Left out: ${whole(story.left_out)} acts below rung ${least} that killed nobody and led to nothing told here.`,
        ),
      ]
    : [];
  return [
    node("p", { class: "why" }, story.why.map((each) => `${each[0].toUpperCase()}${each.slice(1)}`).join(". "), "."),
    node("p", {}, story.summary),
    node("div", { class: "acts" }, ...byMonth(entries), ...left),
  ];
}

/** Of a run that is not told: its acts from a rung up, and its outcomes. */
function bareStory(run) {
  const place = held().run.indexOf(run);
  const { row, day, rung, dead, action } = acts();
  const entries = [];
  for (let act = 0; act < row.length; act += 1) {
    if (row[act] !== place) continue;
    const toll = dead[act] ? [node("span", { class: "below" }, `${whole(dead[act])} dead.`)] : [];
    entries.push([day[act], [rungMark(rung[act]), node("span", {}, actInWords(action[act], dead[act]), ...toll)]]);
  }
  for (const outcome of data.outcomes) {
    const first = firstDays()[outcome.id]?.[place];
    if (first)
      entries.push([
        first - 1,
        [node("span", { "aria-hidden": "true" }, "★"), node("span", { class: "came" }, `Outcome: ${outcome.label}.`)],
      ]);
  }
  entries.sort((a, b) => a[0] - b[0]);
  return [
    node(
      "p",
      { class: "why" },
      `Acts from rung ${data.acts.least} up, and all that killed, each in the wording that fits every run. The whole story: `,
      node("code", {}, `sim replay ${data.head.name} --seed ${data.head.seed} --run ${run}`),
    ),
    ...(entries.length
      ? [
          node("div", { class: "acts" }, ...byMonth(entries)),
        ]
      : [node("p", {}, "It has none.")]),
  ];
}

function showStory(run) {
  const story = told.find((each) => each.run === run);
  byId("story").replaceChildren(node("h4", {}, `Run ${whole(run)}`), ...(story ? toldStory(story) : bareStory(run)));
  redrawStrip();
  byId("story-status").textContent = `Run ${whole(run)} is shown.`;
  for (const button of byId("told").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.run) === run));
  }
}

let redrawStrip = () => {};
const area = (dead) => 2.2 + 0.75 * Math.sqrt(dead);

/** The chosen run, act by act: day by rung, deadly acts as circles whose area grows with the dead. */
function drawStrip(frame) {
  const { svg, height, x, place } = frame;
  const { row, day, rung, dead, action } = acts();
  const at = held().run.indexOf(shown.run);
  const own = Array.from(row.keys()).filter((act) => row[act] === at);
  const y = toRange(0, 9, height - BELOW - 4, ABOVE + 12);
  axes(
    frame,
    y,
    [0, 3, 6, 9].map((step) => [step, String(step)]),
  );
  for (const act of own) {
    const stroke = mark("line", { x1: x(day[act]), x2: x(day[act]), y1: y(rung[act]) - 4, y2: y(rung[act]) + 4 });
    stroke.style.stroke = rungColour(rung[act]);
    stroke.style.strokeWidth = 2;
    svg.append(stroke);
  }
  const deadly = own.filter((act) => dead[act] > 0).sort((a, b) => dead[b] - dead[a]);
  for (const act of deadly) {
    const circle = mark("circle", { class: "deadly", cx: x(day[act]), cy: y(rung[act]), r: area(dead[act]) });
    circle.append(
      mark("title", {}, `${longDate(day[act])}, ${whole(dead[act])} dead: ${actInWords(action[act], dead[act])}`),
    );
    svg.append(circle);
  }
  deadly.slice(0, 3).forEach((act) => {
    const text = mark("text", { x: x(day[act]), y: y(rung[act]) - area(dead[act]) - 3, "text-anchor": "middle" });
    text.append(whole(dead[act]));
    svg.append(text);
  });
  const sum = deadly.reduce((total, act) => total + dead[act], 0);
  const worst = deadly[0];
  const told = deadly.length
    ? `${whole(sum)} dead in ${whole(deadly.length)} deadly acts; most, ${whole(dead[worst])}, on ${longDate(day[worst])}.`
    : "Nobody dies.";
  byId("strip-told").textContent = told;
  place.setAttribute("aria-label", `Run ${whole(shown.run)}, act by act, by day and rung. ${told}`);
}

function beginStrip() {
  if (byId("strip") === null) return;
  let again = null;
  redrawStrip = () => {
    byId("strip").hidden = !held().run.includes(shown.run);
    if (byId("strip").hidden) return;
    if (again === null) again = plot("strip", drawStrip);
    else again();
  };
}

function beginStories() {
  beginStrip();
  const list = byId("told");
  told.forEach((story, at) => {
    const button = node("button", { type: "button", "aria-pressed": "false", "data-run": story.run });
    if (at < TYPICAL) {
      const line = node("i", { "aria-hidden": "true" });
      line.style.borderColor = `var(--path-${at + 1})`;
      button.append(line);
    }
    button.append(node("b", {}, `Run ${whole(story.run)}`), ` ${story.called}`);
    button.addEventListener("click", () => choose(story.run));
    list.append(node("li", {}, button));
  });
  whenChosen.push(showStory);
  byId("any-run")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("run-number").value.trim();
    const run = Number(text);
    const known = text !== "" && (told.some((story) => story.run === run) || held().run.includes(run));
    const all = held().run;
    byId("any-run-fault").textContent = known
      ? ""
      : `This page holds ${whole(all.length)} runs, from ${all[0]} to ${all[all.length - 1]}${all.length <= all[all.length - 1] ? ", those that failed left out" : ""}.`;
    if (known) choose(run);
  });
}

beginnings.push(beginStories);
