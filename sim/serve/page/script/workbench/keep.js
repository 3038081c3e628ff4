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
const LARGE = 15;
const SMALL = 11;
const BETWEEN = 14; // two entries of a key
const SPACING = 15; // between lines of small text
const SWATCH = 22;
const SHARPNESS = 2;

const pen = document.createElement("canvas").getContext("2d");
/** How wide a text is in the small letters of a kept picture. */
function widthOf(text, size = SMALL) {
  pen.font = `${size}px sans-serif`;
  return pen.measureText(text).width * 1.06; // some programs that open it have wider letters
}

/** Pieces one after another in as many lines as they need. */
function inLines(pieces, width, widthOfOne, gap) {
  const lines = [];
  let left = 0;
  for (const piece of pieces) {
    const needed = widthOfOne(piece);
    if (lines.length === 0 || needed > left) {
      lines.push([]);
      left = width;
    }
    lines[lines.length - 1].push(piece);
    left -= needed + gap;
  }
  return lines;
}
const wordsInLines = (text, width, size) =>
  inLines(text.split(" "), width, (word) => widthOf(word, size), widthOf(" ", size)).map((words) => words.join(" "));

/** What stands in the key of a picture on the page: its swatch in colours, and its words. */
function keyOf(name) {
  return [...byId(`${name}-keys`).children].map((entry) => {
    const swatch = entry.querySelector("i");
    const style = swatch === null ? null : getComputedStyle(swatch);
    return { swatch, style, text: entry.textContent };
  });
}

/** A swatch as a mark of its own. */
function swatchMark(swatch, style, x, y) {
  if (swatch.classList.contains("line")) {
    const width = parseFloat(style.borderTopWidth);
    const dashes = { dashed: "4 3", dotted: "2 2" }[style.borderTopStyle] ?? "none";
    return mark("line", { x1: x, x2: x + 16, y1: y, y2: y, stroke: style.borderTopColor, "stroke-width": width, "stroke-dasharray": dashes });
  }
  if (swatch.classList.contains("ring")) {
    return mark("circle", { cx: x + 8, cy: y, r: 4, fill: "none", stroke: style.borderTopColor, "stroke-width": 1.5 });
  }
  return mark("rect", { x: x + 4, y: y - 5, width: 10, height: 10, fill: style.backgroundColor, opacity: style.opacity });
}

const entryWidth = ({ swatch, text }) => widthOf(text) + (swatch === null ? 0 : SWATCH);

/** Texts and keys of a kept picture, one line below the other. */
function column(width, ink) {
  const made = { parts: [], y: 8 };
  const text = (words, x, size = SMALL, weight = 400) =>
    mark("text", { x, y: made.y, "font-family": "sans-serif", "font-size": size, "font-weight": weight, fill: ink }, words);
  made.write = (words, size = SMALL, weight = 400) => {
    for (const line of wordsInLines(words, width, size)) {
      made.y += size === SMALL ? SPACING : size + 5;
      made.parts.push(text(line, MARGIN, size, weight));
    }
  };
  made.key = (entries) => {
    for (const line of inLines(entries, width, entryWidth, BETWEEN)) {
      made.y += SPACING + 2;
      let x = MARGIN;
      for (const each of line) {
        if (each.swatch !== null) made.parts.push(swatchMark(each.swatch, each.style, x, made.y - 4));
        made.parts.push(text(each.text, each.swatch === null ? x : x + SWATCH));
        x += entryWidth(each) + BETWEEN;
      }
    }
  };
  return made;
}

/** A picture as an SVG that needs no style of the page: its colours are written into it, with title, key and source. */
function standalone(name) {
  const { title } = pictures.get(name);
  const source = byId(`plot-${name}`).querySelector("svg");
  const [width, height] = ["width", "height"].map((side) => Number(source.getAttribute(side)));
  const page = getComputedStyle(document.body);
  const made = column(width, page.color);
  made.write(title(), LARGE, 600);
  made.write(inShort(name));
  made.key(keyOf(name));
  made.y += 10;
  const picture = filled(coloured(source), { x: MARGIN, y: made.y }, []);
  made.y += height + 6;
  made.write("Shares of model runs, with their sampling error. Not a forecast.");
  const [wide, tall] = [width + 2 * MARGIN, made.y + 12];
  return mark(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}` },
    mark("title", {}, title()),
    mark("desc", {}, byId(`plot-${name}`).getAttribute("aria-label")),
    mark("rect", { width: wide, height: tall, fill: page.backgroundColor }),
    ...made.parts,
    picture,
  );
}

/** A copy of a drawing with its colours written into it. */
function coloured(source) {
  const copy = source.cloneNode(true);
  const [originals, copies] = [source, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  originals.forEach((original, at) => {
    const style = getComputedStyle(original);
    copies[at].removeAttribute("style");
    for (const each of KEPT_STYLES) copies[at].setAttribute(each, style.getPropertyValue(each));
  });
  copy.setAttribute("overflow", "visible");
  copy.removeAttribute("aria-hidden");
  return copy;
}

/** Which runs a picture shows: those that were drawn, whatever stands by now. */
function inShort(name) {
  const { state, runs } = pictures.get(name).of?.() ?? { state: heard.picture.state, runs: `${whole(heard.picture.moved.runs)} runs` };
  const n = moves(state);
  const stands = n === 0 ? "as written" : n === 1 ? "one thing moved" : `${whole(n)} things moved`;
  return `${bench.opened.title}; ${stands}; ${runs}, seed ${state.seed ?? bench.opened.seed}`;
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
    const brush = canvas.getContext("2d");
    brush.scale(SHARPNESS, SHARPNESS);
    brush.drawImage(image, 0, 0);
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
  if (heard.picture.variable !== bench.shown.variable) {
    tell("The picture is still being run.");
    return;
  }
  tell("");
  const file = `${bench.state.scenario}-${name}`;
  const { title, table } = pictures.get(name);
  if (as === "table") openSheet(title(), node("p", { class: "note" }, inShort(name)), tableNode(table(), title()));
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
