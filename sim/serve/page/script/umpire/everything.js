// The true chronicle of a world, which no seat is shown, and its variables.

function eventRow(event) {
  const by = event.ordered_by
    ? `ordered by ${seatLabel(event.ordered_by)}`
    : event.kind === "event"
      ? "the scenario"
      : "";
  const secret = event.deniable > 0 ? `${percent(event.deniable)} deniable` : "";
  return node(
    "li",
    {},
    node("time", { datetime: event.date }, briefly(event.date)),
    event.rung === undefined ? node("span", { class: "rung none", "aria-hidden": "true" }, "·") : rungMark(event.rung),
    node(
      "span",
      {},
      event.text,
      node(
        "span",
        { class: "quiet" },
        [by, secret]
          .filter(Boolean)
          .map((each) => ` · ${each}`)
          .join(""),
      ),
    ),
  );
}

const seatLabel = (seat) => table.room.seats.find((each) => each.id === seat)?.label ?? seat;

function drawVariable(place, variable) {
  const values = variable.values.map((value) => (value === null ? NaN : value));
  place.replaceChildren(node("div", { class: "plot", id: "plot-variable", "data-height": "190" }));
  if (values.length < 2) return;
  plot("variable", (frame) => {
    const low = Math.min(...values.filter((each) => !Number.isNaN(each)));
    const high = Math.max(...values.filter((each) => !Number.isNaN(each)));
    const y = toRange(
      Math.min(low, low > 0 && low < 0.4 * high ? 0 : low),
      high === low ? low + 1 : high,
      frame.height - BELOW,
      ABOVE + 4,
    );
    axes(
      frame,
      y,
      ticks(low, high === low ? low + 1 : high).map((value) => [value, String(Number(value.toPrecision(4)))]),
    );
    const line = mark("path", { class: "path chosen", d: through(frame.x, y, values) });
    line.style.stroke = "var(--link)";
    frame.svg.append(line);
  });
  place.append(
    node(
      "p",
      { class: "note" },
      `${variable.label}: ${figure(values[0])} on the first evening, ${figure(values[values.length - 1])} on the last that was lived${variable.unit && variable.unit !== "1" ? ` (${variable.unit})` : ""}.`,
    ),
  );
}

async function openEverything(number) {
  const answer = await attempt("everything", { world: number });
  if (answer === null) return;
  const events = [...answer.events].reverse();
  const least = node(
    "select",
    { id: "everything-rung" },
    ...[0, 2, 4, 6].map((rung) => node("option", { value: rung }, rung === 0 ? "all rungs" : `rung ${rung} and above`)),
  );
  const list = node("ol", { class: "chronicle", reversed: "" });
  const show = () =>
    list.replaceChildren(
      ...events.filter((each) => Number(least.value) === 0 || each.rung >= Number(least.value)).map(eventRow),
    );
  least.addEventListener("change", show);
  const variables = answer.variables.filter((each) => each.values.length > 1);
  const chosen = node(
    "select",
    { id: "everything-variable" },
    ...variables.map((each, at) => node("option", { value: at }, each.label)),
  );
  const chart = node("div", {});
  const draw = () => variables.length && drawVariable(chart, variables[chosen.value]);
  const tension = variables.findIndex((each) => each.name === "tension");
  if (tension >= 0) chosen.value = tension;
  chosen.addEventListener("change", draw);
  byId("everything-in").replaceChildren(
    node("p", { class: "controls" }, node("label", { for: "everything-rung" }, "Show"), least),
    events.length
      ? node(
          "div",
          { class: "scrolled", tabindex: "0", role: "region", "aria-label": "What truly happened, the newest first" },
          list,
        )
      : node("p", { class: "quiet" }, "Nothing has happened yet."),
    ...(variables.length
      ? [
          node(
            "p",
            { class: "controls" },
            node("label", { for: "everything-variable" }, "A variable over time"),
            chosen,
          ),
          chart,
        ]
      : []),
  );
  show();
  draw();
  standsAsOf(byId("everything-in"), number, () => openEverything(number));
}
