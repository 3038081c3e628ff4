"""A player that gives the orders of a session that was lived before."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Union

from sim.play.answers.options import Options
from sim.play.messages.orders import Deed, Order
from sim.play.messages.view import View
from sim.play.seats import PlayError
from sim.play.sessions.entries import Advanced, Entry, Ordered, holding
from sim.text import on

from .mornings import Mornings

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

Lived = Union["Session", str, PathLike[str], Sequence[Entry]]
"""A session, its file, or the entries of its ledger."""


class Replayed:
    """Gives a seat's orders once more, turn by turn.

    In a session with the same scenario, seed, run and players it gives the same history, bit for bit. With other
    players at the table the clock may stop on other days.

    Parameters
    ----------
    lived : Session, path or sequence of entries
    seat : str
    late : bool
        Whether an order is given on the first morning after its own, where the clock does not stand on that; else this
        is refused. Such an order says on which morning it was given before.
    since : int
        The last morning that was played before the player sat down, if the session had begun.

    Raises
    ------
    PlayError
        It is no session, or the seat was not played in it.
    """

    def __init__(self, lived: Lived, seat: str, *, late: bool = False, since: int = -1) -> None:
        all_of_them, seats = _entries(lived)
        entries = holding(all_of_them)
        self._late, self._asked = late, Mornings(since)
        self._mornings = {each.day for each in entries if isinstance(each, Advanced)}
        self._end = max((each.to for each in entries if isinstance(each, Advanced)), default=0)
        self._orders: dict[int, list[Order]] = {}
        for each in entries:
            if isinstance(each, Ordered) and each.seat == seat:
                self._orders.setdefault(each.day, []).append(each.order)
        if not self._orders and seat not in (seats or ()):
            raise PlayError(f"nobody gave orders for {seat} in the session that is to be replayed")

    def choose(self, view: View, options: Options) -> Order | None:
        """Give what was ordered on this morning.

        Raises
        ------
        PlayError
            The session that was lived did not stand on this morning, or had orders on one that was passed over.
        """
        last = self._asked.before(view.day)
        due = [day for day in sorted(self._orders) if last < day <= view.day]
        stood = view.day in self._mornings or view.day >= self._end
        if not self._late and (not stood or due not in ([], [view.day])):
            missed = min([day for day in (*due, *self._mornings) if last < day != view.day], default=self._end)
            raise PlayError(
                f"{view.seat} cannot be replayed on {on(view.date)}, day {view.day + 1}: in the session that was lived "
                f"the clock stopped elsewhere, on day {missed + 1}; to give each order on the first morning after its "
                "own instead, replay it late"
            )
        orders = [_marked(each, day, view) for day in due for each in self._orders[day]]
        return joined(orders) if orders else None


def _marked(order: Order, day: int, view: View) -> Order:
    """An order that says when it was given, if that was on another morning."""
    if day == view.day:
        return order
    given = f"First given on day {day + 1}."
    return order.model_copy(update={"why": f"{given} {order.why or ''}"[:4000].strip()})


def joined(orders: Sequence[Order]) -> Order:
    """Several orders of one morning as one, in which the later prevail."""
    do, withdraw = list[Deed](), list[Deed]()
    for order in orders:
        for each in order.withdraw:
            undone = [deed for deed in do if deed.act == each.act and each.on in (None, deed.on)]
            do = [deed for deed in do if deed not in undone]
            withdraw += [] if undone else [each]
        do += order.do
    last = {
        name: next((value for order in reversed(orders) if (value := getattr(order, name)) is not None), None)
        for name in ("never", "stance", "otherwise")
    }
    why = " ".join(order.why for order in orders if order.why)[:4000] or None
    return Order(do=tuple(do), withdraw=tuple(withdraw), why=why, **last)


def _entries(lived: Lived) -> tuple[Sequence[Entry], Sequence[str] | None]:
    """The entries of what was lived, and the seats where they are known."""
    from sim.play.sessions.session import Session

    if isinstance(lived, Session):
        return lived.entries, list(lived.seats)
    if isinstance(lived, str | PathLike):
        from sim.play.sessions.ledger import looked_at

        header, entries = looked_at(Path(lived))
        return entries, header.get("seats")
    return lived, None
