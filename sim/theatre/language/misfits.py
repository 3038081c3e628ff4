"""What of a record cannot be in its theatre: acts that cannot both be, coverages that contradict it, odd values."""

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import ValidationError

from .record import HistoryFile, Misfit, RecordedEvent, placed
from .schema import Theatre
from .variables import FlagVariable, UnitVariable


def misfits(record: HistoryFile, theatre: Theatre) -> Iterator[Misfit]:
    """Hold a record to a theatre; names that the theatre does not have are found when the record is read.

    Yields
    ------
    The keys that lead to each fault, and what is wrong there.
    """
    rungs = {name: action.rung for name, action in theatre.actions.items()}
    if unknown := {act for event in record.events.values() for act in event.acts} - rungs.keys():
        yield ("events",), f"the theatre has no {', '.join(sorted(unknown))}"
        return
    yield from _once_only(record, theatre)
    yield from _without_a_day(record, rungs, theatre.hands)
    yield from _of_nothing(record, rungs)
    for name, event in record.events.items():
        yield from _at_odds(record, rungs, name, event)
    yield from _out_of_range(record, theatre)


def _once_only(record: HistoryFile, theatre: Theatre) -> Iterator[Misfit]:
    """Acts that are done once, recorded again."""
    done: dict[str, str] = {}
    for name, event in sorted(record.events.items(), key=lambda entry: entry[1].day):
        act = event.acts[0] if len(event.acts) == 1 else None
        if act is not None and theatre.actions[act].once and (other := done.setdefault(act, name)) != name:
            day = record.events[other].day
            yield ("events", name, "do"), f"{act} happens only once, and '{other}' already has it on {day}"


def _without_a_day(record: HistoryFile, rungs: dict[str, int], hands: dict[str, str]) -> Iterator[Misfit]:
    """Acts of a hand that has too much to do for one act a day."""
    acts = ((name, event, act) for name, event in record.events.items() for act in event.acts[:1])
    try:
        placed((name, event.day, hands[act], rungs[act]) for name, event, act in acts)
    except ValidationError as error:
        for line in error.errors():
            yield line["loc"], line["msg"]


def _of_nothing(record: HistoryFile, rungs: dict[str, int]) -> Iterator[Misfit]:
    """Coverages that speak of no action."""
    for at, entry in enumerate(record.covers):
        if not any(entry.speaks_of(name, rung) for name, rung in rungs.items()):
            yield (
                ("covers", at),
                "this covers nothing; no action of the theatre fits all of these actors, rungs and names",
            )


def _at_odds(record: HistoryFile, rungs: dict[str, int], name: str, event: RecordedEvent) -> Iterator[Misfit]:
    """An event that the coverages deny, or of whose acts and days they cover a part."""
    words = {(act, day): record.deciding(act, rungs[act], day) for act in event.acts for day in event.days}
    denied = {at: act for (act, _), at in words.items() if at is not None and record.covers[at].chance == 0}
    for at, act in denied.items():
        yield ("events", name), f"entry {at + 1} of 'covers' says that the record could not hold {act}, but here it is"
        yield ("covers", at), f"chance 0 says that the record could not hold {act}, but '{name}' has it"
    one = {at is None: f"{act} on {day}" for (act, day), at in words.items()}
    if not denied and len(one) == 2:
        yield ("events", name), f"'covers' includes {one[False]} but not {one[True]}; cover both or neither"


def _out_of_range(record: HistoryFile, theatre: Theatre) -> Iterator[Misfit]:
    """Series of variables that are no number, and values that a variable cannot have."""
    for name, series in record.series.items():
        for place, text in odd_values(name, series.values, theatre):
            yield ("series", name, *(("values", *place) if place else ())), text


def odd_values(name: str, values: Mapping[date, float], theatre: Theatre) -> Iterator[Misfit]:
    """Values that a variable cannot have, by day; or that it can have none."""
    variable = theatre.variables.get(name)
    if variable is None:
        yield (), f"the theatre has no variable '{name}'"
    elif isinstance(variable, FlagVariable):
        yield (), f"'{name}' is a flag; a series needs a variable with numbers"
    else:
        low, high = (0, 1) if isinstance(variable, UnitVariable) else variable.range
        for day, value in values.items():
            if not low <= value <= high:
                yield (str(day),), f"{value:g} is outside the range of '{name}', {low:g} to {high:g}"


__all__ = ["misfits", "odd_values"]
