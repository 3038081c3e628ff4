// What the server refuses, in the words of these pages: no ids of acts, no names of fields, and a teacher runs the room.

const GONE_ON =
  "The turn went on, or was taken back, before this came. Nothing of it was taken; look at what this morning says.";
const PAUSED = "The table is paused: your teacher has stopped the clock. What you have written waits here.";

const IN_PLAIN_WORDS = [
  [/^.*(meant for turn|turn that was meant|this turn was taken back).*$/, GONE_ON],
  [/^(the umpire has stopped the clock|the clock is stopped).*$/, PAUSED],
  [/^the session is over.*$/, "This world is over."],
  [/^(?:[a-z_]+\.)+[a-z_\d]+: /, ""],
  [/\b(?:the umpire|whoever runs the room)\b/g, "your teacher"],
  [/takes an order 1 d ahead/, "takes an order a day ahead"],
  [/takes an order (\d+) d ahead/, "takes an order $1 days ahead"],
  [/; take it out of 'never' first/, "; allow it again first"],
  [/, so it cannot be withdrawn/, ", so it cannot be called off"],
  [/; withdraw it first, and then refuse it/, "; call it off first"],
];

/** A reason as somebody at the table would say it. */
function plain(reason) {
  const text = IN_PLAIN_WORDS.reduce((told, [found, words]) => told.replace(found, words), reason);
  const named = text.replace(/\b[a-z_]+(?:\.[a-z_\d]+)+\b/g, (id) => (isMine(id) ? `“${labelOf(id)}”` : id));
  return capital(/[.!?…”]$/.test(named) ? named : `${named}.`);
}

/** The field of a frame that a reason is about, if it says so: "join.name: …" is about the name. */
const fieldOf = (reason) => (/^the name\b|^a name\b/.test(reason) ? "name" : (/^\w+\.(\w+): /.exec(reason)?.[1] ?? null));

const isMine = (id) => play.morning?.options.options.some((option) => option.act === id) ?? false;
