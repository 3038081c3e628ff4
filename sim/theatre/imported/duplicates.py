"""Events of a table, rows that tell of the same one, and acts that a record tells of at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sim.theatre.language.map_file import Duplicates

Key = tuple[object, ...]


@dataclass(frozen=True)
class Event:
    """Something that a table tells."""

    first: date
    last: date
    acts: tuple[str, ...]
    """The act, or those of which it was one."""
    deaths: tuple[int, int] | None
    line: int
    """Where it stands in the table."""
    id: str = ""
    story: str = ""
    key: Key = ()
    """What it has in common with its duplicates."""
    merged: int = 0
    """How many rows more told of it."""
    joined: int = 0
    """How many more of the kind its actor did on the day, each a row of its own."""

    def with_(self, other: "Event") -> "Event":
        """Itself, with what another row tells of its deaths."""
        spans = [span for span in (self.deaths, other.deaths) if span is not None]
        span = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        return replace(self, deaths=span, merged=self.merged + other.merged + 1)

    def and_(self, other: "Event") -> "Event":
        """Itself and another act of the kind on its day, with the deaths of both."""
        spans = [span for span in (self.deaths, other.deaths) if span is not None]
        span = (sum(low for low, _ in spans), sum(high for _, high in spans)) if spans else None
        merged, joined = self.merged + other.merged, self.joined + other.joined + 1
        return replace(self, deaths=span, merged=merged, joined=joined)


class Gathered:
    """Events as rows tell them: of those on one day that are the same, one is held."""

    def __init__(self, rule: Duplicates) -> None:
        self._rule = rule
        self._held: dict[Key, Event] = {}

    def add(self, event: Event) -> None:
        """Hold an event, or put it to the one of the same days that it repeats."""
        key = (event.line,) if self._rule.keep == "all" else (event.key, event.first, event.last)
        held = self._held.get(key)
        self._held[key] = event if held is None else held.with_(event)

    def events(self) -> list[Event]:
        """The events in the order of their days, those that repeat an earlier one within some days put to it."""
        ordered = sorted(self._held.values(), key=lambda event: (event.first, event.line))
        return _joined(ordered if self._rule.keep == "all" else _merged(ordered, timedelta(days=self._rule.days)))


def _joined(ordered: Iterable[Event]) -> list[Event]:
    """Events, of which a record tells but one where somebody did the same several times on one day."""
    kept: dict[Key, Event] = {}
    for event in ordered:
        certain = event.first == event.last and len(event.acts) == 1
        key = (event.first, event.acts) if certain else (event.line,)
        kept[key] = kept[key].and_(event) if key in kept else event
    return list(kept.values())


def _merged(ordered: Iterable[Event], reach: timedelta) -> list[Event]:
    """Events in order of their first days, each with those that begin within reach of it and are the same."""
    kept: list[Event] = []
    latest: dict[Key, int] = {}
    for event in ordered:
        at = latest.get(event.key)
        if at is not None and event.first - kept[at].first <= reach:
            kept[at] = kept[at].with_(event)
        else:
            latest[event.key] = len(kept)
            kept.append(event)
    return kept
