"""What stands below an act: who did it to whom, who died, who claimed it, on whom it was laid, and what led to it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sim.text import called, capital, listed, on, percent

from .accepted import bond
from .acts import Act
from .lookup import Course

IN_A_SEAT, BY_THE_UMPIRE = "ordered in the seat of ", "done by the umpire"
"""How the sources of a script's entries begin that were acts of a session."""
_CLOSE = 0.9
"""Observers are named who feel an act nearly as much as who feels it most."""
_LEAST = 0.005
"""A share of the blame from which on a party is named."""


class Said:
    """What a story has said already, by action: it is not said again while it stays the same."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], str] = {}

    def anew(self, act: Act, topic: str, meaning: str) -> bool:
        """Whether an act of this action says something of a topic that its last one did not."""
        new = self._said.get((act.action, topic)) != meaning
        self._said[act.action, topic] = meaning
        return new


def facts(act: Act, course: Course, said: Said | None = None) -> Iterator[str]:
    """Sentences on who did it to whom, who died, who claimed it, and on whom it was laid.

    Parameters
    ----------
    said : what the story has said already and is left out here; left out, everything is said
    """
    if act.target is None:
        yield "Imposed by the scenario."
        return
    said = said or Said()
    did, to = name(course, act.actor, act.day), name(course, act.target, act.day)
    own = act.claimed_by == act.actor
    if said.anew(act, "between", f"{did}, {to}"):
        claimed = ", and claimed it" if own else ""
        yield capital(f"{did} {'against' if act.rung else 'towards'} {to}{claimed}.")
    elif own and act.deaths:
        yield capital(f"{did} claimed it.")
    if act.imposed:
        yield _imposed(act, course)
    if act.ordered is not None and said.anew(act, "ordered", str(act.day - act.ordered)):
        yield f"Ordered on {on(act.date - timedelta(days=act.day - act.ordered))}."
    if act.deaths:
        sides = (f"{dead:,} dead on the side of {name(course, side, act.day)}" for side, dead in act.dead.items())
        yield f"{', '.join(sides)}."
    if act.claimed_by is not None and not own:
        claimant = name(course, act.claimed_by, act.day)
        if said.anew(act, "claimed", claimant) or act.deaths:
            yield capital(f"{claimant} claimed it.")
    yield from _blame(act, course, said)


def _imposed(act: Act, course: Course) -> str:
    """On whose word an act was done that nobody drew: of a session's export, the seat that ordered it."""
    script = course.scenario.script.values()
    source = next((each.source or "" for each in script if each.on == act.date and each.do == act.action), "")
    if source == BY_THE_UMPIRE:
        return "Done by the umpire."
    if source.startswith(IN_A_SEAT):
        return f"Ordered in the seat of {name(course, act.actor, act.day)}."
    return "Imposed by the scenario."


def _blame(act: Act, course: Course, said: Said) -> Iterator[str]:
    """Who held whom responsible, where that is not plain."""
    elsewhere = any(blame.by != act.actor and blame.believed >= _LEAST for blame in act.blame)
    if act.deniable == 0 and not elsewhere:
        return
    if act.deniable > 0 and said.anew(act, "suspected", percent(act.deniable)):
        yield f"{capital(percent(act.deniable))} of the blame rested on suspicion alone."
    felt = {blame.observer: blame.weight for blame in act.blame}
    first = sorted(felt, key=lambda observer: (-felt[observer], observer != act.target, observer))
    for observer in [each for each in first if felt[each] >= _CLOSE * felt[first[0]]][:2]:
        laid = sorted((each for each in act.blame if each.observer == observer), key=lambda each: -each.believed)
        heavy = [each for each in laid if each.believed >= _LEAST]
        if said.anew(act, f"blame of {observer}", ", ".join(f"{each.by} {each.believed:.1f}" for each in heavy)):
            parties = [f"{name(course, each.by, act.day)} {percent(each.believed)}" for each in heavy]
            who = name(course, observer, act.day)
            yield capital(
                f"{who} held {listed(parties)} responsible." if parties else f"{who} held nobody responsible."
            )


def because(act: Act, acts: Sequence[Act], course: Course) -> Iterator[str]:
    """A sentence on the event that weighed most in the decision: its cause, or what happened in the same week."""
    if act.cause is None:
        return
    kind = bond(course.scenario.theatre, act, acts[act.cause]).kind
    if kind != "far":
        yield f"{'Because' if kind == 'because' else 'In the week'} of {named(acts[act.cause])}."


def named(act: Act) -> str:
    """Call an event by number, date and label."""
    return f"#{act.event}, {on(act.date, year=False)}: {act.label}"


def name(course: Course, actor: str, day: int) -> str:
    """What a sentence calls an actor on a day."""
    return called(course.name(actor, day))
