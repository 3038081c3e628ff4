// Talking with a room: who we are, frames that cannot be played back, and answers to what we ask.

/**
 * A line to a room. `as` is what we enter as, `secret` gives our token, `heard` is given each message that answers
 * nothing, and `lost` is told that the line is gone, and with which code.
 */
function talkWith(code, as, { secret, heard, lost }) {
  const talk = { nonce: null, n: 0, open: false, asked: new Map() };
  const failAll = (reason) => {
    for (const answer of talk.asked.values()) answer({ ok: false, reasons: [reason] });
    talk.asked.clear();
  };
  const line = lineTo(`/rooms/${code}/line`, {
    opened: () => line.say({ kind: "enter", as, token: secret() }),
    heard: (message) => {
      if (message.kind === "ack" || message.kind === "refused") {
        const answer = talk.asked.get(message.n);
        talk.asked.delete(message.n);
        answer?.({ ...message, ok: message.kind === "ack" });
        return;
      }
      if (message.kind === "hello") {
        Object.assign(talk, { nonce: message.line, n: 0, open: true });
      }
      heard(message);
    },
    lost: (event) => {
      Object.assign(talk, { nonce: null, open: false });
      failAll("The line broke before the server answered. Look at what stands of it once the line is back.");
      lost(event);
    },
  });
  /** Ask something of the room: resolves to what it answers, `ok` or with `reasons`. */
  talk.ask = (kind, content = {}) =>
    new Promise((answer) => {
      const n = talk.n + 1;
      if (!talk.open || !line.say({ ...content, kind, line: talk.nonce, n })) {
        answer({
          ok: false,
          reasons: ["The line to the server is gone just now. Nothing was sent; try again in a moment."],
        });
        return;
      }
      talk.n = n;
      talk.asked.set(n, answer);
    });
  talk.close = () => line.close();
  return talk;
}
