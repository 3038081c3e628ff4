"""A world of a room: one session, opened when it is needed, and what is sent of it.

What is called here is called in a thread, one call at a time (see `work`); nothing but this file touches a session.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.play.answers.briefing import briefing
from sim.play.answers.hindrances import in_plain_words
from sim.play.answers.seeing import seen
from sim.play.messages.orders import Standing
from sim.play.messages.view import View
from sim.play.seats import PlayError
from sim.play.sessions.entries import Advanced, Ended, TakenBack
from sim.play.sessions.session import Session
from sim.text import capital
from sim.theatre.language.scenario import Scenario

from .clock import LONG_GONE, Clock
from .plan import Plan
from .standing_in import CLOCK, give_back, stand_in

logger = logging.getLogger("sim.serve")

UMPIRE = "umpire"


@dataclass(eq=False)
class World:
    """A world, as the room has it: what was last seen of its session, and who is done with the turn."""

    number: int
    path: Path
    scenario: Scenario
    plan: Plan
    clock: Clock
    done: set[str] = field(default_factory=set)
    """Seats whose people have said that they are done with this turn."""
    waits: bool = False
    """Whether the turn's time is over, and the umpire is to decide what becomes of late seats."""
    stands: bool = False
    """Whether the clock was found to have stood for long when the server was started again."""
    fault: str | None = None
    """Why the turn could not be lived when its time was over; it is tried again."""
    moving: bool = False
    """Whether the turn is being lived, or taken back."""
    epoch: int = 0
    """Grows with each turn that is lived and each that is taken back: numbers of turns come again, this never does."""
    turn: int = 0
    over: bool = False
    paused: bool = False
    handed: dict[str, str] = field(default_factory=dict)
    """Seats that the umpire has handed to somebody: to `rules` or to `orders`, by which the umpire acts for a seat that
    nobody has."""
    summary: dict[str, Any] = field(default_factory=dict)
    """What the umpire's overview says of it."""
    version: int = 0
    """Counts what has changed that seats may see."""
    session: Session | None = None
    opening: "asyncio.Task[Session] | None" = None
    """While its session is being opened."""
    used: float = 0.0
    """When its session was last asked anything, by a clock that only grows."""
    _found: tuple[int, int, int, bool, bool, dict[str, Any]] | None = None
    """What a thread has seen of the session: version, epoch, turn, whether it is over and paused, and the summary."""
    _mornings: dict[tuple[str, bool], tuple[int, str]] = field(default_factory=dict)
    _public: tuple[int, str] | None = None
    _truth: tuple[int, list[dict[str, Any]]] | None = None

    def kept(self) -> dict[str, Any]:
        """What the room's file has of it."""
        return {
            "number": self.number,
            "epoch": self.epoch,
            "turn": self.turn,
            "done": sorted(self.done),
            "waits": self.waits,
            "over": self.over,
            "paused": self.paused,
            "stands": self.stands,
            "fault": self.fault,
            "handed": self.handed,
            "summary": self.summary,
            "clock": self.clock.kept(),
        }

    def found_again(self, data: Mapping[str, Any], gone: float) -> None:
        """Stand where the room's file left it, before the server was gone; its session is read when it is needed."""
        self.epoch, self.turn = data["epoch"], data["turn"]
        self.over, self.paused = data["over"], data["paused"]
        self.done, self.waits, self.handed = set(data["done"]), data["waits"], dict(data["handed"])
        self.summary = data["summary"]
        self.clock.found_again(**data["clock"], gone=gone)
        ran = data["clock"]["ends"] is not None
        self.fault = None if ran else data.get("fault")
        gone_for_long = (ran and self.clock.ends is None) or (self.fault is not None and gone > LONG_GONE)
        self.stands = data["stands"] or gone_for_long

    # What became of the session, seen in a thread and taken over in the thread of the lines.

    def look_around(self) -> None:
        """See how the session stands."""
        from .told import summary_of

        session = self.session
        if session is not None and (self._found is None or self._found[0] != self.version):
            turn = epoch_of(session), session.turn, session.over, session.paused
            self._found = self.version, *turn, summary_of(session)

    def catch_up(self) -> bool:
        """Take over what was seen; gives whether it is another turn: in that nobody is done, and its clock begins."""
        before = self.epoch
        if self._found is not None:
            _, self.epoch, self.turn, self.over, self.paused, self.summary = self._found
        if self.epoch == before:
            return False
        self.done.clear()
        self.waits, self.stands, self.fault = False, False, None
        if self.over:
            self.clock.clear()
        else:
            self.clock.begin(running=not self.paused)
        return True

    def as_it_is(self) -> Callable[[], None]:
        """Remember what the room decides of it; what is given leads back to that, unless it is another turn by then."""
        epoch, done, waits, stands, fault = self.epoch, set(self.done), self.waits, self.stands, self.fault
        ends, stopped_with = self.clock.ends, self.clock.stopped_with

        def back() -> None:
            if self.epoch == epoch:
                self.done, self.waits, self.stands = done, waits, stands
                if self.fault is None or fault is not None:  # else its turn failed meanwhile, and its clock stands
                    self.fault, self.clock.ends, self.clock.stopped_with = fault, ends, stopped_with

        return back

    @property
    def ended(self) -> str | None:
        """By what it is over (see `told`)."""
        found: str | None = self.summary.get("ended")
        return found

    # The session, in a thread.

    def opened(self) -> Session:
        """The session, read from its file or begun if there is none."""
        if self.session is None:
            self.session = self._read() or Session(
                self.scenario, self.plan.seats, seed=self.plan.seed, settings=self.plan.settings, path=self.path
            )
            give_back(self.session)
        return self.session

    def _read(self) -> Session | None:
        """The session in the file; None where no line of it was written whole."""
        if not self.path.exists() or b"\n" not in self.path.read_bytes()[: 2**24]:
            return None
        return Session.open(self.path)

    def let_go(self) -> None:
        """Close the file and forget the session: it is read again when it is needed."""
        if self.session is not None:
            self.session.close()
            self.session = None
            self._mornings.clear()
            self._public = self._truth = None

    def delete(self) -> None:
        """Delete its file, and what was kept beside it."""
        self.let_go()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)

    def changed(self, seat: str | None = None) -> None:
        """What a seat was last sent is no longer so; left out, what anybody was."""
        if seat is None:
            self.version += 1
        else:
            for late in (False, True):
                self._mornings.pop((seat, late), None)

    # What players and the umpire do.

    def order(
        self, seat: str, order: Mapping[str, Any], by: str, turn: int | None, epoch: int | None = None
    ) -> Standing:
        """Take an order; one for a turn that was taken back meanwhile is refused, though its number has come again."""
        session = self.opened()
        _refuse_late(session, turn, epoch)
        self.changed(seat)
        return session.order(seat, dict(order), by=by, turn=turn)

    def order_for(
        self, seat: str, order: Mapping[str, Any], turn: int | None = None, epoch: int | None = None
    ) -> Standing:
        """Take an order that the umpire gives for a seat; of one that the rules play, the umpire has it from now on."""
        session = self.opened()
        _refuse_late(session, turn, epoch)
        if session.desks[seat].played_by == "rules":
            self.hand(seat, "orders")
        return self.order(seat, order, UMPIRE, turn, epoch)

    def hand(self, seat: str, to: Literal["orders", "rules"]) -> None:
        """Hand a seat to the rules, or back; that holds until somebody else takes it."""
        self.opened().hand_over(seat, to, by=UMPIRE)
        self.handed = {**self.handed, seat: to}
        self.changed()

    def take_back(self, turns: int, epoch: int) -> None:
        """Take back turns, unless others were lived meanwhile."""
        _same(self.opened(), epoch)
        self.opened().take_back(turns, by=UMPIRE)
        self.changed()

    def inject(self, act: str, on: str | None) -> None:
        """Have an act done that no seat decides on."""
        self.opened().inject(act, on, by=UMPIRE)
        self.changed()

    def tell(self, text: str, to: Sequence[str] | None) -> dict[str, Any]:
        """Tell seats something; gives the frame that brings it to their pages (see `told`)."""
        from .told import words_of

        self.opened().announce(text, to, by=UMPIRE)
        self.changed()
        return words_of(self.opened(), text, to, self.number)

    def pause(self, paused: bool) -> None:
        """Stop the clock of the table, or let it go on."""
        self.opened().pause(paused)
        self.changed()

    def end(self) -> None:
        """End it before its last day."""
        if not self.opened().over:
            self.opened().end()
            self.changed()

    def everything(self) -> dict[str, Any]:
        """All that happened, and what could be injected."""
        from .told import everything_of

        return everything_of(self.opened())

    def tend(self, taken: set[str], by: str = CLOCK) -> None:
        """Have the rules play seats that nobody has, where the plan says so, and let the others go by orders.

        What the umpire has said of a seat holds.
        """
        session = self.opened()
        for seat, desk in session.desks.items() if not session.over else ():
            left = self.plan.late == "rules" and seat not in taken
            wanted: Literal["orders", "rules"] = (
                "rules" if self.handed.get(seat, "rules" if left else "") == "rules" else "orders"
            )
            if desk.played_by != wanted:
                session.hand_over(seat, wanted, by=by)
                self.changed()

    def note(self, seat: str, by: str, text: str) -> None:
        """Keep a player's words."""
        self.opened().note(seat, {"by": by, "text": text})

    def futures(self, seat: str, acts: Sequence[str] | None) -> dict[str, Any]:
        """What could come of a seat's options."""
        found = self.opened().futures(seat, acts)
        return {
            "date": found.date.isoformat(),
            "days": found.days,
            "runs": found.runs,
            "acts": list(found.acts),
            "telling": list(found.telling),
            "labels": found.labels,
            "deaths": [float(f"{mean:.4g}") for mean in found.deaths.mean(axis=1).tolist()],
            "rows": found.table.round(6).to_dict("records"),
        }

    def advance(self, days: int | None, epoch: int, late: Sequence[str], taken: set[str]) -> None:
        """Live a turn, in which late and absent seats are played as the plan says, or several, up to so many days.

        Only the turn that was meant is lived: not the next, where it was lived before.
        """
        session = self.opened()
        _same(session, epoch)
        if session.paused:
            raise PlayError("the clock is stopped; let it go on first")
        self.tend(taken)
        stand_in(session, late)
        try:
            turn = session.settings.turn
            until = session.day + (turn if days is None else days)
            session.advance(min(turn, until - session.day))
            while days is not None and session.day < until and not session.over:
                session.advance(min(turn, until - session.day))
        finally:
            self.changed()
            try:
                give_back(session)
            except PlayError as error:  # the disk is full; the next turn tries again
                logger.error("world %s: seats have not been given back: %s", self.number, error)

    # What is sent.

    def morning(self, seat: str, late: bool) -> str:
        """What a seat is given on a morning, as the text of a frame; who came late is told all that the seat knows."""
        kept = self._mornings.get((seat, late))
        if kept is None or kept[0] != self.version:
            kept = self._mornings[seat, late] = self.version, self._morning(seat, late)
        return f'{kept[1]},"done":{_json(seat in self.done)}}}'

    def _morning(self, seat: str, late: bool) -> str:
        from .told import ended_by, taken_back_of, words_to

        session = self.opened()
        view, theatre = session.view(seat), session.scenario.theatre
        told = view.model_copy(update={"news": view.known}) if late else view
        words = words_to(session, seat, view)
        usual = {
            each.path: theatre.actions[each.path.split(".", 1)[1].rpartition(".")[0]].rate.value for each in view.levers
        }
        parts = {
            "kind": '"morning"',
            "world": str(self.number),
            "turn": str(session.turn),
            "epoch": str(epoch_of(session)),
            "date": _json(session.date.isoformat()),
            "taken_back": str(taken_back_of(session)),
            "ended": _json(ended_by(session)),
            "told": _json(words),
            "view": view.model_dump_json(),
            "options": self._options(seat),
            "usual": _json(usual),
            "briefing": _json(briefing(told, session.scenario)),
            "truth": _json(self.truth() if self.plan.known == "all" else None),
        }
        return "{" + ",".join(f"{_json(name)}:{part}" for name, part in parts.items())

    def options(self, seat: str) -> str:
        """What a seat may do now, as the text of a frame: as its orders have made it."""
        return f'{{"kind":"options","world":{self.number},"turn":{self.opened().turn},"options":{self._options(seat)}}}'

    def _options(self, seat: str) -> str:
        """A seat's options, with what is in the way of each in plain words."""
        session = self.opened()
        theatre, found = session.scenario.theatre, session.options(seat)
        plain = [
            each.model_copy(update={"why_not": tuple(capital(in_plain_words(theatre, why)) for why in each.why_not)})
            for each in found.options
        ]
        return found.model_copy(update={"options": tuple(plain)}).model_dump_json()

    def public(self) -> str:
        """What the whole world knows, as the text of a frame."""
        from .told import screen_of

        if self._public is None or self._public[0] != self.version:
            self._public = self.version, _json(screen_of(self.opened(), self.number))
        return self._public[1]

    def look(self, seat: str) -> dict[str, Any]:
        """The same for the umpire, who looks over a shoulder; nobody notices."""
        session = self.opened()
        from .told import words_to

        view = seen(session, session.seat(seat))
        words = words_to(session, seat, view)
        told, options = briefing(_marked(view, words), session.scenario), json.loads(self._options(seat))
        return {
            "turn": session.turn,
            "epoch": epoch_of(session),
            "view": view.model_dump(mode="json"),
            "told": words,
            "options": options,
            "briefing": told,
        }

    def truth(self) -> list[dict[str, Any]]:
        """All that truly happened, as it would be told."""
        from .told import events_of

        if self._truth is None or self._truth[0] != self.version:
            self._truth = self.version, events_of(self.opened())
        return self._truth[1]


def _marked(view: View, words: Sequence[Mapping[str, Any]]) -> View:
    """A view in whose news the teacher's words are marked as such."""
    own = {each["number"] for each in words}
    news = tuple(
        each.model_copy(update={"text": f"Your words: “{each.text}”"}) if each.number in own else each
        for each in view.news
    )
    return view.model_copy(update={"news": news})


def epoch_of(session: Session) -> int:
    """How often a turn was lived, taken back, or was the last: all of it stands in the ledger, and none ever goes."""
    return sum(isinstance(each, (Advanced, Ended, TakenBack)) for each in session.entries)


def _refuse_late(session: Session, turn: int | None, epoch: int | None) -> None:
    if turn is not None and turn < session.turn:
        raise PlayError("it came too late: the days have gone on meanwhile; look at the new morning")
    if epoch is not None and turn == session.turn:
        _same(session, epoch)


def _same(session: Session, epoch: int) -> None:
    if epoch_of(session) != epoch:
        raise PlayError("the turn that was meant is over, or was taken back; look at the new morning")


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
