"""A session: one run being lived, by the orders of those who sit in some of its actors' seats.

Whatever happens at the table is an entry of its ledger, and the state is what the entries make of the scenario, its
seed and the number of its run: a session that is read again goes through them once more, and stands where it stood, bit
for bit. Orders are nothing new to the engine: acts that a script imposes, acts that are forbidden on a day, and numbers
that change from a day on.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.execution.lookup import DayLike, QueryError, day_of
from sim.given import whole
from sim.play.messages.orders import Order, OrderError, Standing, order_from
from sim.play.seats import PlayError
from sim.text import on
from sim.theatre.language.scenario import Scenario

from .desk import inject_fault
from .entries import (
    Advanced,
    Announced,
    Ended,
    Handed,
    Injected,
    Ordered,
    Paused,
    Said,
    Seated,
    Settings,
    TakenBack,
)
from .ledger import written
from .table import Clock, Table
from .turns import Turn, lived_turn

if TYPE_CHECKING:
    from sim.play.answers.futures import Futures
    from sim.play.answers.options import Options
    from sim.play.debrief import Debrief
    from sim.play.debrief.plans import Then
    from sim.play.knowledge.belief import Believing
    from sim.play.messages.view import View

_OTHER_DICE = 0x5EA7_0F_0D1CE


def utc() -> str:
    """The time, to the second, as ISO 8601 writes it in UTC."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Session(Table):
    """One run being lived.

    >>> session = Session("first_lesson", seats=["north"], seed=7, clock=lambda: None)
    >>> session.date.isoformat(), session.view("north").turn
    ('2030-01-01', 0)

    Parameters
    ----------
    scenario : Scenario, path or name
        Where it begins, and by which rules.
    seats : sequence of str
        Who is played: actors by their ids, or hands of an actor as `us/soldiers`.
    seed : int, optional
        Seed of the dice; left out, the scenario's.
    run : int
        Which run of the scenario would be lived if nobody gave orders.
    settings : Settings, optional
        How the table is run.
    path : path, optional
        The file in which the session is kept; there is none of that name yet. Left out, it is kept nowhere.
    clock : callable, optional
        Tells the time that entries bear.

    Raises
    ------
    PlayError
        There is no such seat, or the file exists.
    sim.ScenarioError
        The scenario's file has faults.
    """

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seats: Sequence[str],
        *,
        seed: int | None = None,
        run: int = 0,
        settings: Settings | None = None,
        path: str | PathLike[str] | None = None,
        clock: Clock = utc,
    ) -> None:
        super().__init__(scenario, seats, seed=seed, run=run, settings=settings, clock=clock)
        if path is not None:
            from .ledger import new_file

            self.file = new_file(Path(path), self)

    @classmethod
    def open(cls, path: str | PathLike[str], clock: Clock = utc) -> "Session":
        """Read a session from its file and go on with it: it stands where the last entry left it.

        Raises
        ------
        PlayError
            It is no session, is damaged before its end, or this version gives it another history.
        """
        from .ledger import opened

        return opened(Path(path), clock)

    # What can be asked.

    def view(self, seat: str) -> "View":
        """What a seat is given to see this morning, as data."""
        from sim.play.answers.seeing import seen

        view = seen(self, self.seat(seat))
        self._looked.add(seat)
        return view

    def briefing(self, seat: str) -> str:
        """The same in words."""
        from sim.play.answers.briefing import briefing

        return briefing(self.view(seat), self.scenario)

    def options(self, seat: str) -> "Options":
        """What a seat may do, with why the rest is closed, and what the model's own actor would do."""
        from sim.play.answers.options import options

        return options(self, self.seat(seat))

    def believing(self, seat: str) -> "Believing":
        """Worlds that look the same to a seat this morning, weighed by how likely they make what it has seen.

        Their dice are none that the session throws: a seat could else look into what will come.
        """
        from sim.play.knowledge.belief import believing

        if seat not in self._beliefs:
            self._beliefs[seat] = believing(self.known(seat), self.seed ^ _OTHER_DICE)
        return self._beliefs[seat]

    def futures(self, seat: str, acts: Sequence[str] | None = None, *, runs: int = 500, days: int = 90) -> "Futures":
        """What could come of a seat's options, from what it knows.

        Raises
        ------
        PlayError
            The umpire allows no such questions, or the session is over.
        """
        from sim.play.answers.futures import futures

        if not self.settings.futures:
            raise PlayError("at this table nobody may ask what could come of an option")
        self._refuse_over()
        return futures(self, self.seat(seat), acts, runs=runs, days=days)

    def debrief(self, runs: int = 300, days: int = 90, *, then: "Then" = "rules") -> "Debrief":
        """Look back: what each decision moved, what could be known, and how usual it all is.

        Raises
        ------
        PlayError
            No day was lived yet.
        """
        from sim.play.debrief import debrief

        return debrief(self, runs, days, then=then)

    # What a player does.

    def order(
        self, seat: str, order: Order | Mapping[str, Any] | None, *, by: str | None = None, turn: int | None = None
    ) -> Standing:
        """Take an order of a seat.

        Parameters
        ----------
        seat : str
        order : Order, or data as JSON has it
        by : str, optional
            Who gives it; where the umpire has said who sits there, one of them.
        turn : int, optional
            The turn for which it is meant: if that is over, it is refused as late.

        Returns
        -------
        Standing
            What stands of the seat's orders now.

        Raises
        ------
        OrderError
            Something of it cannot be done; nothing of it was taken.
        """
        mine = self.seat(seat)
        if why := self.closed(seat, by, turn):
            raise OrderError(seat, [why])
        wanted = order_from(seat, order)
        if found := self.desks[seat].faults(wanted, self):
            raise OrderError(seat, found)
        self._take(Ordered, seat=mine.id, by=by, order=wanted)
        return self.desks[seat].standing

    def closed(self, seat: str, by: str | None = None, turn: int | None = None) -> str | None:
        """Why no order is taken of a seat; None if one is."""
        desk = self.desks[seat]
        if self.over:
            return "the session is over"
        if self.paused:
            return "the umpire has stopped the clock; wait until it goes on"
        if desk.people and by not in desk.people:
            return f"{by or 'whoever this is'} does not sit there; {', '.join(desk.people)} may"
        if desk.played_by == "rules":
            return "the umpire has handed this seat to the rules"
        if turn is not None and whole(turn, "the turn", 0, error=PlayError) != self.turn:
            now = f"this is the turn of {on(self.date)}"
            if turn < self.turn:
                return f"too late: it was meant for the turn of {on(self.turns[turn].date)}, and {now}"
            return f"too early: it was meant for a turn that is yet to come, and {now}"
        return None

    def note(self, seat: str | None, data: Mapping[str, Any]) -> None:
        """Keep something with the session that changes nothing, such as a transcript.

        Raises
        ------
        PlayError
            There is no such seat, or it holds something that a file cannot.
        """
        self._take(Said, seat=None if seat is None else self.seat(seat).id, data=dict(data))

    # What an umpire does.

    def advance(self, days: int | None = None) -> Turn:
        """Live a turn: so many days, or fewer if something needs a decision.

        Raises
        ------
        PlayError
            The session is over, or the clock is stopped.
        """
        meant = self.settings.turn if days is None else whole(days, "days", 1, 20_000, PlayError)
        self._refuse_over()
        if self.paused:
            raise PlayError("the clock is stopped; let it go on first")
        begun, at, before = self.day, self._clock(), list(self.holding)
        try:
            turn = lived_turn(self, meant)
            self._keep(*written(Advanced(day=begun, at=at, days=meant, to=self.day, digest=self.world.digest())))
        except BaseException:
            self._go_through(before)  # nothing of it counts
            raise
        self._looked = set()
        return turn

    def fast_forward(self, to: DayLike) -> list[Turn]:
        """Live turn after turn up to the morning of a day, whatever stops the clock on the way.

        Raises
        ------
        PlayError
            It is no day to come.
        """
        self._refuse_over()
        wanted = self._day_to_come(to)
        found = []
        while not self.over and self.day < wanted:
            found.append(self.advance(min(self.settings.turn, wanted - self.day)))
        return found

    def inject(self, act: str, on: DayLike | None = None, *, by: str | None = None) -> None:
        """Have an act done on a day that no seat decides on, in place of what its hand would choose.

        Raises
        ------
        PlayError
            There is no such act, a seat decides on it, or its hand is not free on that day.
        """
        self._refuse_over()
        day = self.day if on is None else self._day_to_come(on)
        when = self.scenario.start + dt.timedelta(days=day)
        if fault := inject_fault(act, when, self):
            raise PlayError(fault)
        self._take(Injected, by=by, act=act, on=when)

    def announce(self, text: str, to: Sequence[str] | None = None, *, by: str | None = None) -> None:
        """Tell seats something that the model knows nothing of, such as a rumour; left out, all of them.

        Raises
        ------
        PlayError
            There is no such seat, or nothing is said.
        """
        if not isinstance(text, str) or not text.strip() or len(text) > 4000:
            raise PlayError("an announcement has between 1 and 4,000 letters")
        seats = tuple(self.seats) if to is None else tuple(self.seat(name).id for name in to)
        late = tuple(seat for seat in seats if seat in self._looked)
        self._take(Announced, by=by, text=text.strip(), to=seats, late=late)

    def _day_to_come(self, day: DayLike) -> int:
        """Count a day that was not lived yet."""
        try:
            found = day_of(self.scenario, day)
        except QueryError as error:
            raise PlayError(str(error)) from None
        if found < self.day:
            raise PlayError(f"{self.scenario.date_of(found)} was lived already; this is {self.date}")
        return found

    def hand_over(self, seat: str, to: Literal["orders", "rules"] = "rules", *, by: str | None = None) -> None:
        """Hand a seat to the rules, or back to whoever sits there."""
        self._refuse_over()
        self._take(Handed, by=by, seat=self.seat(seat).id, to=to)

    def sit(self, seat: str, people: Sequence[str]) -> None:
        """Say who may give orders for a seat; nobody in particular lets anybody."""
        self._take(Seated, seat=self.seat(seat).id, people=tuple(people))

    def pause(self, paused: bool = True) -> None:
        """Stop the clock, or let it go on: while it stands no order is taken and no day lived."""
        self._take(Paused, paused=paused)

    def end(self) -> None:
        """End the session before its last day."""
        self._refuse_over()
        self._take(Ended)

    def take_back(self, turns: int = 1, *, by: str | None = None) -> None:
        """Take back the last turns, with all orders since: the same dice will fall for whoever decides alike.

        What is taken back stays in the ledger, as a branch that nobody went on with. Who may sit where stays as it is,
        and so does a clock that was stopped.

        Raises
        ------
        PlayError
            Not so many turns were lived.
        """
        turns = whole(turns, "turns", 1, error=PlayError)
        lived = [at for at, entry in enumerate(self.holding) if isinstance(entry, Advanced)]
        if turns > len(lived):
            raise PlayError(f"there are {len(lived)} turns to take back, not {turns}")
        keep = lived[-turns - 1] + 1 if turns < len(lived) else 0
        self._take(TakenBack, by=by, keep=keep)

    def _refuse_over(self) -> None:
        if self.over:
            failed = self.world.failed
            raise PlayError(f"the session is over{f': {failed} was not finite' if failed else ''}")
