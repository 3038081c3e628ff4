"""The table: what the entries of a ledger make of a scenario, and how an entry is kept before it takes effect."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from sim.given import seed_of, whole
from sim.play.knowledge.known import Known, known_by
from sim.play.messages.orders import fault_in_words
from sim.play.seats import PlayError, Seat, seats_of
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario

from .desk import Desk
from .entries import (
    Advanced,
    Announced,
    Ended,
    Entry,
    Handed,
    Injected,
    Ordered,
    Paused,
    Seated,
    Settings,
    TakenBack,
    holding,
)
from .ledger import SessionFile, written
from .turns import Turn, lived_turn
from .world import World

if TYPE_CHECKING:
    from sim.play.knowledge.belief import Believing

Clock = Callable[[], str | None]
"""Tells the time that entries bear; None leaves it out."""


class Table:
    """A run, the desks of its seats, and the entries that brought them where they stand."""

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seats: Sequence[str],
        *,
        seed: int | None,
        run: int,
        settings: Settings | None,
        clock: Clock,
    ) -> None:
        self.source = None if isinstance(scenario, Scenario) else str(scenario)
        self.scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.seed = self.scenario.seed if seed is None else seed_of(seed, PlayError)
        self.run = whole(run, "the run", 0, 2**32 - 1, PlayError)
        self.settings = Settings() if settings is None else settings
        self.seats: Mapping[str, Seat] = seats_of(self.scenario, tuple(seats))
        self.entries: list[Entry] = []
        """All that ever happened at the table, what was taken back included."""
        self.holding: list[Entry] = []
        """Those of them that hold: what was taken back is left out."""
        self._clock = clock
        self.file: SessionFile | None = None
        self._begin()

    def _begin(self) -> None:
        """Stand on the first morning."""
        self.world = World(self.scenario, self.seed, self.run)
        self.desks = {name: Desk(seat, self.settings.otherwise) for name, seat in self.seats.items()}
        self.injects: dict[dt.date, list[str]] = {}
        self.turns: list[Turn] = []
        self.paused, self.ended = False, False
        self._looked: set[str] = set()
        self._forget()

    def close(self) -> None:
        """Let go of the session's file: it can still be asked, and nothing more can happen at it."""
        if self.file is not None:
            self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def day(self) -> int:
        """The day to come, counted from 0."""
        return self.world.day

    @property
    def date(self) -> dt.date:
        """Its date; after the last day, that of the last day."""
        return min(self.world.date, self.scenario.end)

    @property
    def turn(self) -> int:
        """How many turns were lived."""
        return len(self.turns)

    @property
    def over(self) -> bool:
        """Whether no day is to come: the scenario's last was lived, the umpire ended it, or the run failed."""
        return self.ended or self.world.over

    def now(self) -> str | None:
        """The time as its entries bear it; None if they bear none."""
        return self._clock()

    def seat(self, name: str) -> Seat:
        """Find a seat of this table.

        Raises
        ------
        PlayError
            There is none of that name.
        """
        if name not in self.seats:
            raise PlayError(f"nobody plays '{name}' here; the seats are {', '.join(self.seats)}")
        return self.seats[name]

    def known(self, seat: str) -> Known:
        """What a seat knows this morning."""
        mine = self.seat(seat)
        if seat not in self._known:
            self._known[seat] = known_by(mine, self.world.past)
        return self._known[seat]

    def may_have_looked(self) -> None:
        """Take it that every seat has read what is new this morning: whoever opens a session cannot know."""
        self._looked = set(self.seats)

    # How entries become state.

    def _take(self, kind: Callable[..., Entry], **content: Any) -> None:
        """Keep an entry, and let it take effect; if either fails, all is as it was."""
        try:
            entry, line = written(kind(day=self.day, at=self._clock(), **content))
        except ValidationError as error:
            raise PlayError(f"this cannot be: {fault_in_words(error)}") from None
        entries, held = len(self.entries), list(self.holding)
        begun = 0 if self.file is None else self.file.whole
        self._keep(entry, line)
        try:
            self._apply(entry)
        except BaseException:
            if self.file is not None:
                self.file.cut(begun)
            del self.entries[entries:]
            self._go_through(held)
            raise

    def _keep(self, entry: Entry, line: bytes) -> None:
        """Keep an entry, on the disk first."""
        if self.file is not None:
            self.file.append(line)
        self.entries.append(entry)
        if not isinstance(entry, TakenBack):
            self.holding.append(entry)

    def _apply(self, entry: Entry) -> None:
        match entry:
            case Ordered():
                self.desks[entry.seat].take(entry.order, self)
            case Injected():
                self.injects.setdefault(entry.on, []).append(entry.act)
            case Announced():
                for seat in entry.to:
                    self.desks[seat].told.append((entry.day, entry.text))
                    if seat in entry.late:
                        self.desks[seat].told_late.append((entry.day, entry.text))
            case Handed():
                self.desks[entry.seat].hand_over(entry.to, self)
            case Seated():
                self.desks[entry.seat].people = entry.people
            case Paused():
                self.paused = entry.paused
            case Ended():
                self.ended = True
            case TakenBack():
                self._go_through(holding([*self.holding, entry]))
            case _:
                pass
        self._forget()

    def _forget(self) -> None:
        """Work out anew what seats know and believe, when they are asked next."""
        self._known: dict[str, Known] = {}
        self._beliefs: dict[str, Believing] = {}

    def _go_through(self, entries: Sequence[Entry]) -> None:
        """Begin anew, and let entries take effect once more."""
        self._begin()
        self.holding = []
        for entry in entries:
            self.again(entry)
        self.may_have_looked()

    def again(self, entry: Entry) -> None:
        """Let an entry of a ledger take effect, and hold what was lived to what it says.

        Raises
        ------
        PlayError
            This version gives the days another history.
        """
        if isinstance(entry, Advanced):
            lived_turn(self, entry.days)
            if self.day != entry.to or self.world.digest() != entry.digest:
                raise PlayError(
                    f"this version of the model gives the days from {self.scenario.date_of(entry.day)} on another "
                    "history than the session has lived; open it with the version that made it"
                )
        else:
            self._apply(entry)
        if not isinstance(entry, TakenBack):
            self.holding.append(entry)
