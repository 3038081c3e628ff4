// What the server refuses, as a sentence; and what it says of a pause before anything is sent.

const PAUSED = "The table is paused: your teacher has stopped the clock. What you have written waits here.";

/** A reason as a sentence. */
const plain = (reason) => capital(/[.!?…]”?$/.test(reason) ? reason : `${reason}.`);

/** Whether something was refused for the name that was given. */
const isOfName = (reason) => /^(a|the) name\b/i.test(reason);
