"""Which wording of an act is told, and what fills its blanks.

An action's wordings stand in order of preference: the first that fits the act is told, and the last always fits.
"""

from sim.text import called, capital, duration, in_words, ordinal, percent
from sim.text import number as figure
from sim.theatre.language.schema import Theatre
from sim.theatre.language.telling import BLANK, Wording, since
from sim.theatre.language.variables import FlagVariable, UnitVariable, Variable

from .accepted import bond
from .lookup import Course, Deed

_UNITS = {"USD/bbl": "dollars a barrel", "Mb/d": "million barrels a day", "d": "days", "1/day": "a day", "1": ""}
"""Units as a sentence says them, where it says them otherwise."""
_LONG = 1e8
"""Days since what has never happened are more than these."""


def wording_of(course: Course, deed: Deed) -> int:
    """The place of the wording by which an act is told: the first that fits."""
    wordings = course.scenario.theatre.actions[deed.action].wordings
    return next(place for place, wording in enumerate(wordings) if fits(course, deed, wording))


def fits(course: Course, deed: Deed, wording: Wording) -> bool:
    """Whether all that a wording presupposes is so; where a morning is not known, nothing that must hold on it is."""
    if wording.again is not None and wording.again != (course.before[deed.event] > 0):
        return False
    if wording.killed is not None and wording.killed != (deed.deaths > 0):
        return False
    if wording.answers and not _answers(course, deed, wording):
        return False
    return wording.when is None or bool(course.known[deed.day] and course.holds(wording.when)[deed.day])


def _answers(course: Course, deed: Deed, wording: Wording) -> bool:
    """Whether an act answers one of those that a wording names, by a cause that a reader accepts."""
    cause = None if deed.cause is None else course.deeds[deed.cause]
    if cause is None or cause.action not in wording.answers:
        return False
    return bond(course.scenario.theatre, deed, cause).accepted


def sentence(course: Course, deed: Deed, place: int | None = None) -> str:
    """An act as it is told, blanks filled; by another wording if its place is given."""
    wordings = course.scenario.theatre.actions[deed.action].wordings
    text = wordings[wording_of(course, deed) if place is None else place].text
    return filled(course, text, deed.day, deed)


def filled(course: Course, text: str, day: int, deed: Deed | None = None) -> str:
    """A text with its blanks filled by what was so on the morning of a day."""
    if "{" not in text:
        return text
    told = BLANK.sub(lambda blank: _fill(course, blank[1], day, deed), text)
    return capital(told) if text.startswith("{") else told


def _fill(course: Course, blank: str, day: int, deed: Deed | None) -> str:
    theatre = course.scenario.theatre
    if blank == "dead":
        return in_words(deed.deaths if deed is not None else 0)
    if blank == "nth":
        return ordinal(1 if deed is None else course.before[deed.event] + 1)
    if (action := since(blank)) is not None:
        days = float(course.value(f"days_since({action})")[day])
        return duration(int(days)) if days < _LONG else "some time"
    if blank in theatre.actors:
        return called(course.name(blank, day))
    return _amount(theatre.variables[blank], float(course.value(blank)[day]))


def _amount(variable: Variable, value: float) -> str:
    """A variable's value as a sentence says it."""
    if value != value:
        return "an unknown amount"
    if isinstance(variable, UnitVariable):
        return percent(value)
    if isinstance(variable, FlagVariable):
        return "yes" if value else "no"
    unit = _UNITS.get(variable.unit, variable.unit)
    return f"{figure(value)} {unit}".strip()


def without_premise(theatre: Theatre, action: str) -> str:
    """The wording of an action that fits whatever the run, for readers who have only its name.

    Actors are called by their labels. Where it has blanks that only a run can fill, the label stands in its place.
    """
    told = theatre.actions[action]
    text = BLANK.sub(
        lambda blank: called(theatre.actors[blank[1]].label) if blank[1] in theatre.actors else blank[0],
        told.wordings[-1].text,
    )
    return f"{told.label}." if "{" in text else capital(text)
