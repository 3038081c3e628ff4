"""One act as it was told, and what its run held by then, read from the acts alone and not by a theatre's conditions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sim.replays.accepted import bond
from sim.replays.lookup import Course, Deed, courses
from sim.replays.wording import filled, wording_of
from sim.results.ensemble import Ensemble
from sim.theatre.language.schema import Action

Stories = Mapping[str, str]
"""The one sentence of each act, as it was told before."""
FOR_EVER = 10_000


@dataclass(frozen=True)
class Telling:
    """An act, its sentence, and all that was told of its run before."""

    run: int
    course: Course
    deed: Deed
    template: str
    """The sentence with its blanks."""
    name: str
    """What its actor is called."""
    reason: Deed | None = None
    """The act that is printed as its reason."""
    earlier: tuple["Telling", ...] = ()
    """What the same act was told as before in this run."""

    @property
    def sentence(self) -> str:
        """What a reader reads."""
        return filled(self.course, self.template, self.deed.day, self.deed)

    def after(self, *acts: str, within: int = FOR_EVER) -> bool:
        """Whether one of some acts had been done, at most so many days ago."""
        return any(deed.action in acts and self._ago(deed) <= within for deed in self._past())

    def after_blow(self, actor: str, rung: int, within: int = FOR_EVER) -> bool:
        """Whether an actor had reached a rung, at most so many days ago."""
        return any(deed.actor == actor and deed.rung >= rung and self._ago(deed) <= within for deed in self._past())

    def by_morning(self, *acts: str) -> bool:
        """Whether one of some acts had been done before the day began."""
        return any(deed.action in acts and self._ago(deed) > 0 for deed in self._past())

    def times(self, act: str) -> int:
        """How often an act had been done."""
        return sum(deed.action == act for deed in self._past())

    def dead(self, side: str) -> int:
        """How many of a side had died."""
        return sum(self.course.dead(deed).get(side, 0) for deed in self._past() if deed.deaths)

    def since(self, act: str) -> int:
        """Days since an act was last done."""
        return min((self._ago(deed) for deed in self._past() if deed.action == act), default=FOR_EVER)

    def stood(self, variable: str) -> float:
        """A variable on the morning of the day."""
        return float(self.course.value(variable)[self.deed.day])

    @property
    def cause(self) -> str | None:
        """The act that weighed most in the decision."""
        return None if self.deed.cause is None else self.course.deeds[self.deed.cause].action

    def place_of(self, deed: Deed) -> set[str]:
        """Where an act happened, if the theatre says so."""
        place = self._acts[deed.action].place if deed.action in self._acts else None
        return set() if place is None else {place}

    def shares_party(self) -> bool:
        """Whether the act and its reason have somebody in common who acts in one or is hit by the other."""
        if self.reason is None or self.reason.action not in self._acts:
            return False
        did, to = self._parties(self.deed)
        other, whom = self._parties(self.reason)
        return bool(other & to) or bool(other & did and whom & to)

    @property
    def _acts(self) -> Mapping[str, Action]:
        return self.course.scenario.theatre.actions

    def _parties(self, deed: Deed) -> tuple[set[str], set[str]]:
        """Who did it and to whom, with the sponsors of each."""
        deciders = self.course.scenario.theatre.deciders
        return tuple({each, *deciders[each].sponsors} for each in (deed.actor, self._acts[deed.action].target))

    def _past(self) -> Iterator[Deed]:
        return iter(self.course.deeds[: self.deed.event])

    def _ago(self, deed: Deed) -> int:
        return self.deed.day - deed.day


def tellings(
    ensemble: Ensemble, stories: Stories | None = None, acts: Collection[str] | None = None
) -> Iterator[Telling]:
    """Every act of every run as it is told now, or by the one sentence that it had; of some acts if they are named."""
    theatre = ensemble.scenario.theatre
    for run, course in courses(ensemble):
        told: dict[str, tuple[Telling, ...]] = {}
        for deed in course.deeds:
            if deed.action not in theatre.actions or (acts is not None and deed.action not in acts):
                continue
            if stories is None:
                text = theatre.actions[deed.action].wordings[wording_of(course, deed)].text
                name = course.name(deed.actor, deed.day)
                reason = _accepted(course, deed)
            else:
                text, name = stories.get(deed.action, ""), theatre.actors[deed.actor].label
                reason = _cause(course, deed)
            earlier = told.get(deed.action, ())
            told[deed.action] = (*earlier, found := Telling(run, course, deed, text, name, reason, earlier))
            yield found


def _cause(course: Course, deed: Deed) -> Deed | None:
    return None if deed.cause is None else course.deeds[deed.cause]


def _accepted(course: Course, deed: Deed) -> Deed | None:
    """The cause, where a story prints it as the reason."""
    cause = _cause(course, deed)
    return cause if cause is not None and bond(course.scenario.theatre, deed, cause).accepted else None
