// On which day an act would be done. A hand acts once a day, so an act takes the first day that its hand has free.

const optionOf = (act) => play.morning.options.options.find((option) => option.act === act);
const handDay = (act, day) => `${optionOf(act)?.hand ?? act} ${day}`;

/** What is in the basket, those that have a day of their own first: so they are sent, and so they take their days. */
const deedsOfDraft = () =>
  Object.entries(draft.do).sort(([, one], [, other]) => (one === null ? 1 : 0) - (other === null ? 1 : 0));

/** By act, the day on which what is in the basket would be done; and the days on which hands have something to do. */
function daysOfDraft() {
  const calledOff = (each) => draft.withdraw.some((one) => one.act === each.act && one.on === each.on);
  const standing = play.morning.view.standing.scheduled.filter((each) => !calledOff(each));
  const taken = new Set(standing.map((each) => handDay(each.act, each.on)));
  const days = new Map();
  for (const [act, on] of deedsOfDraft()) {
    const day = on ?? firstFree(act, taken);
    days.set(act, day);
    taken.add(handDay(act, day));
  }
  return { days, taken };
}

/** The first day that is free for an act, from the earliest on which it can be done. */
function firstFree(act, taken) {
  let day = optionOf(act)?.earliest ?? play.morning.view.date;
  while (taken.has(handDay(act, day)) && day < play.morning.view.last_day) day = daysAfter(day, 1);
  return day;
}

/** A day as it is said beside an act. */
const dayTold = (day) => (day === play.morning.view.date ? "today" : weekday(day));
