// Each picture as PNG, as SVG, and as a table to read or to take away.

const KEPT_STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-opacity",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "opacity",
  "display",
  "font-family",
  "font-size",
  "font-weight",
];
const MARGIN = 16;
const HEAD = 46;
const FOOT = 40;
const SHARPNESS = 2;

/** A picture as an SVG that needs no style of the page: its colours are written into it, with a title and its source. */
function standalone(name) {
  const { title, legend } = pictures.get(name);
  const source = byId(`plot-${name}`).querySelector("svg");
  const [width, height] = ["width", "height"].map((side) => Number(source.getAttribute(side)));
  const copy = source.cloneNode(true);
  const [originals, copies] = [source, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  originals.forEach((original, at) => {
    const style = getComputedStyle(original);
    copies[at].removeAttribute("style");
    for (const each of KEPT_STYLES) copies[at].setAttribute(each, style.getPropertyValue(each));
  });
  const [wide, tall] = [width + 2 * MARGIN, height + HEAD + FOOT];
  const page = getComputedStyle(document.body);
  const line = (text, y, size, weight) =>
    mark("text", { x: MARGIN, y, "font-family": "sans-serif", "font-size": size, "font-weight": weight, fill: page.color }, text);
  copy.setAttribute("x", MARGIN);
  copy.setAttribute("y", HEAD);
  copy.setAttribute("overflow", "visible");
  copy.removeAttribute("aria-hidden");
  return mark(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}` },
    mark("title", {}, title()),
    mark("desc", {}, byId(`plot-${name}`).getAttribute("aria-label")),
    mark("rect", { width: wide, height: tall, fill: page.backgroundColor }),
    line(title(), 22, 15, 600),
    line(inShort(), 39, 11, 400),
    copy,
    line(legend, tall - 22, 11, 400),
    line("Shares of model runs, with their sampling error. Not a forecast.", tall - 8, 11, 400),
  );
}

/** Which runs a picture shows. */
function inShort() {
  const n = moves(bench.state);
  const dice = bench.state.seed ?? bench.opened.seed;
  return `${bench.opened.title}; ${n === 0 ? "as written" : n === 1 ? "one thing moved" : `${whole(n)} things moved`}; ${whole(
    heard.picture.moved.runs,
  )} runs, seed ${dice}`;
}

const asText = (svg) => new XMLSerializer().serializeToString(svg);

/** A picture in the pixels of a screen. */
async function asPng(svg) {
  const address = URL.createObjectURL(new Blob([asText(svg)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = node("canvas", { width: image.width * SHARPNESS, height: image.height * SHARPNESS });
    const pen = canvas.getContext("2d");
    pen.scale(SHARPNESS, SHARPNESS);
    pen.drawImage(image, 0, 0);
    return await new Promise((found) => canvas.toBlob(found, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Give something to the reader as a file. */
function download(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = node("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A table as text; what begins like a formula is no formula in a spreadsheet. */
function asCsv({ head, rows: lines }) {
  const cell = (value) => {
    if (typeof value === "number") return Number.isNaN(value) ? "" : String(Number(value.toPrecision(7)));
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
}

const MOST_LINES = 400;

/** A table to read. */
function tableNode({ head, rows: lines }, called) {
  const cell = (value) =>
    typeof value === "number"
      ? node("td", { class: "n" }, Number.isNaN(value) ? "–" : Number.isInteger(value) ? whole(value) : figureOfShare(value))
      : node("td", {}, value);
  return node(
    "div",
    { class: "wide", tabindex: 0, role: "group", "aria-label": called },
    node(
      "table",
      {},
      node("thead", {}, node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)))),
      node(
        "tbody",
        {},
        ...lines
          .slice(0, MOST_LINES)
          .map(([first, ...others]) => node("tr", {}, node("th", { scope: "row" }, String(first)), ...others.map(cell))),
      ),
    ),
  );
}

const figureOfShare = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

/** Something to read above the page: it has a heading, and closes by key. */
function openSheet(title, ...content) {
  byId("sheet-title").textContent = title;
  byId("sheet-body").replaceChildren(...content);
  byId("sheet").showModal();
  byId("sheet-title").focus();
}

async function keep(name, as) {
  if (heard.picture === null || !pictures.has(name)) return;
  const file = `${bench.state.scenario}-${name}`;
  const { title, table } = pictures.get(name);
  if (as === "table") openSheet(title(), node("p", { class: "note" }, inShort()), tableNode(table(), title()));
  else if (as === "csv") download(`${file}.csv`, asCsv(table()), "text/csv");
  else if (as === "svg") download(`${file}.svg`, asText(standalone(name)), "image/svg+xml");
  else download(`${file}.png`, await asPng(standalone(name)));
}

function beginKeep() {
  for (const menu of document.querySelectorAll(".keep")) {
    menu.addEventListener("click", (event) => {
      const as = event.target.dataset?.as;
      if (as === undefined) return;
      menu.open = false;
      menu.querySelector("summary").focus();
      keep(menu.dataset.picture, as);
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".keep[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  byId("sheet-close").addEventListener("click", () => byId("sheet").close());
}
