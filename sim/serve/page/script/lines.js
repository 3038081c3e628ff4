// What every page of the server shares: light and dark, and a line to the server that comes back by itself.

const element = (id) => document.getElementById(id);

element("theme").addEventListener("change", (event) => {
  const { value } = event.target;
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
});

/**
 * A line to the server. `opened` says who we are each time it stands, `heard` is given each message, and `lost` is told
 * how long the line is gone. It is opened anew until it is closed with a code of the server's own (4000 and above).
 */
function lineTo(path, { opened, heard, lost }) {
  const address = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
  const line = { socket: null, tries: 0, over: false };
  line.say = (message) => {
    if (line.socket === null || line.socket.readyState !== WebSocket.OPEN) return false;
    line.socket.send(JSON.stringify(message));
    return true;
  };
  line.close = () => {
    line.over = true;
    line.socket?.close();
  };
  const begin = () => {
    if (line.over) return;
    line.socket = new WebSocket(address);
    line.socket.addEventListener("open", () => {
      line.tries = 0;
      opened(line);
    });
    line.socket.addEventListener("message", (event) => heard(JSON.parse(event.data), line));
    line.socket.addEventListener("close", (event) => {
      if (event.code >= 4000) line.over = true;
      lost?.(event, line);
      if (line.over) return;
      line.tries += 1;
      setTimeout(begin, Math.min(250 * 2 ** (line.tries - 1), 5000) * (0.5 + Math.random()));
    });
  };
  begin();
  return line;
}

const SILENT = "The server does not answer. See whether it still runs, start it again if not, and then ask again.";

/** Ask the server once; gives what it answers, or what it refuses: that it does not answer is told alike. */
async function fetched(path, options = {}) {
  let text = "";
  try {
    const answer = await fetch(path, options);
    text = await answer.text();
    return { ok: answer.ok, ...JSON.parse(text) };
  } catch {
    return { ok: false, silent: text === "", refused: text || SILENT };
  }
}

/** Send something to the server once. */
const post = (path, content) =>
  fetched(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });

/** The owner's key stands behind the # of the address that the server printed: it becomes a cookie, and goes. */
async function enterWithKey() {
  const found = /^#key=([\w-]+)$/.exec(location.hash);
  if (found === null) return;
  history.replaceState(null, "", location.pathname);
  const { ok } = await post("/enter", { key: found[1] });
  if (ok) location.reload();
}
