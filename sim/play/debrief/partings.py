"""Where orders parted from the rules: days on which the actor's own draw would have chosen something else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from typing import TYPE_CHECKING

from sim.engine.explain import draw, forbidden
from sim.engine.model import LockstepModel
from sim.play.sessions.world import lead_of
from sim.theatre.compiled.program import NONE

if TYPE_CHECKING:
    from sim.play.seats import Seat
    from sim.play.sessions.session import Session


@dataclass(frozen=True)
class Ruled:
    """A day on which orders decided for a hand, beside what its own draw fell on that morning."""

    day: int
    date: date
    hand: str
    did: str | None
    """What was done on orders; None if something was refused, or nothing done."""
    would: str | None
    """What the rules would have had done; None is nothing."""
    chance: float
    """How likely the rules found what was done: the act, or that nothing refused would be drawn."""
    ahead: int = 0
    """Days between the order that the rules would have given and its act."""
    was_due: bool = False
    """Whether the actor had ordered by itself, on an earlier day, what would have been done."""

    @property
    def parted(self) -> bool:
        """Whether the rules would have chosen something else."""
        return self.did != self.would


@dataclass(frozen=True)
class Partings:
    """How a seat's orders and its own draws went apart."""

    seat: str
    ruled: tuple[Ruled, ...]
    """Every day and hand for which orders decided, by date."""

    @property
    def apart(self) -> tuple[Ruled, ...]:
        """Those on which the rules would have chosen something else."""
        return tuple(each for each in self.ruled if each.parted)

    @property
    def days(self) -> int:
        """Mornings on which orders decided for at least one hand."""
        return len({each.day for each in self.ruled})

    @property
    def days_apart(self) -> int:
        """Those on which the rules would have chosen something else for one."""
        return len({each.day for each in self.apart})

    @property
    def drawn_in_vain(self) -> Counter[str]:
        """What the draws fell on where nothing was done in its place, and how often."""
        return Counter(each.would for each in self.apart if each.did is None and each.would is not None)

    @property
    def quiet(self) -> tuple[Ruled, ...]:
        """Those on which nothing was ordered to be done, and something or everything was refused."""
        return tuple(each for each in self.ruled if each.did is None)

    @property
    def chance_of_quiet(self) -> float:
        """How likely the rules would have drawn nothing that was refused, on any of those mornings."""
        if any(each.chance <= 0.0 for each in self.quiet):
            return 0.0
        return exp(sum(log(each.chance) for each in self.quiet))


Hands = dict[tuple[str, str], frozenset[str]]
"""By seat and hand, the acts of the hand that are the seat's."""


def hands_of(session: "Session") -> Hands:
    """The hands that seats order for."""
    whose, found = session.scenario.theatre.hands, dict[tuple[str, str], set[str]]()
    for name, seat in session.seats.items():
        for act in seat.acts:
            found.setdefault((name, whose[act]), set()).add(act)
    return {place: frozenset(acts) for place, acts in found.items()}


def ruled_today(session: "Session", model: LockstepModel, hands: Hands) -> Iterable[tuple[str, Ruled]]:
    """Every seat and hand for which orders decide on the day, once all have drawn and before anything is done."""
    day, program = model.day, model.program
    today, when = session.world.lived[day], session.scenario.start + timedelta(days=day)
    if day < program.script.imposed_days or not model.status.alive[0]:
        return
    for (seat, hand), mine in hands.items():
        did = next((act for act in sorted(mine) if today.deeds.get(act) == seat), None)
        refused = today.refused & mine
        if (did is not None or refused) and (when, hand) not in session.world.scripted:
            yield seat, _ruled(session, model, program.hands.index(hand), did, refused)


def _ruled(session: "Session", model: LockstepModel, hand: int, did: str | None, refused: frozenset[str]) -> Ruled:
    program, theatre = model.program, session.scenario.theatre
    fell, due = draw(model, hand), _due(model, hand)
    drawn = program.actions[fell.drawn] if fell.drawn != NONE and not forbidden(model, fell.drawn) else None
    would = due or drawn
    if did is None and would not in refused:
        would = None  # it was not refused, so it was done: nothing parted
    chances = {program.actions[action]: chance for action, chance in fell.chances.items()}
    likely = chances.get(did, 0.0) if did else 1.0 - sum(chances.get(act, 0.0) for act in refused)
    return Ruled(
        day=model.day,
        date=program.start + timedelta(days=model.day),
        hand=program.hands[hand],
        did=did,
        would=would,
        chance=likely if due is None else float(did == due),
        ahead=lead_of(theatre.actions[would]) if would is not None and due is None else 0,
        was_due=due is not None and would == due,
    )


def _due(model: LockstepModel, hand: int) -> str | None:
    """What a hand has ordered by itself and is due today."""
    program, row = model.program, model.program.hand[hand]
    for k in range(row["orders"], row["orders_end"]):
        if model.state.orders.due[k, 0] == model.day and not forbidden(model, int(program.orders[k])):
            return program.actions[int(program.orders[k])]
    return None


def gathered(seats: Iterable["Seat"], found: Iterable[tuple[str, Ruled]]) -> tuple[Partings, ...]:
    """Put together what was found day by day, seat by seat."""
    rows = list(found)
    return tuple(Partings(seat.id, tuple(each for name, each in rows if name == seat.id)) for seat in seats)
