"""A player that orders at random: what the acts themselves bring about, without anybody's reasons."""

from collections.abc import Iterator
from hashlib import sha256

from sim.play.answers.options import Option, Options
from sim.play.messages.orders import Order, OrderError
from sim.play.messages.view import View
from sim.play.seats import PlayError

OFTEN = 0.5
"""In what share of turns it acts, unless told otherwise."""


class Random:
    """Orders one open act, drawn evenly, in a share of the turns; on all other days it does nothing.

    Its dice are its own, keyed by seed, run, seat and day: whatever else is asked or drawn, a session gets the same
    orders again.

    Parameters
    ----------
    seed : int
    run : int
        Which run of the scenario is lived, so that every run gets other orders.
    often : float
        In what share of turns it acts.
    lethal : bool
        Whether it may choose acts of which people may die.

    Raises
    ------
    PlayError
        `often` is no share.
    """

    def __init__(self, seed: int, run: int = 0, *, often: float = OFTEN, lethal: bool = True) -> None:
        if not 0.0 <= often <= 1.0:
            raise PlayError(f"a player at random acts in a share of turns from 0 to 1, found {often:g}")
        self._key, self._often, self._lethal = f"{seed}|{run}", often, lethal
        self._out: set[str] = set()

    def choose(self, view: View, options: Options) -> Order | None:
        """Draw an act, or none."""
        self._out = set()
        return self._order(view, options)

    def refused(self, error: OrderError, view: View, options: Options) -> Order | None:
        """Draw among the others."""
        return self._order(view, options)

    def _order(self, view: View, options: Options) -> Order | None:
        otherwise = None if view.standing.otherwise == "hold" else "hold"
        whether, _ = self._dice(view, 0)
        _, which = self._dice(view, len(self._out))
        among = list(self._among(options)) if whether < self._often else []
        if not among:
            return None if otherwise is None else Order(otherwise="hold")
        act = among[int(which * len(among))].act
        self._out.add(act)
        return Order(do=act, otherwise="hold" if otherwise else None)

    def _among(self, options: Options) -> Iterator[Option]:
        """What it draws from: open, not ordered already, and not refused just now."""
        for each in options.open:
            if each.scheduled is None and each.act not in self._out and (self._lethal or not each.lethal):
                yield each

    def _dice(self, view: View, again: int) -> tuple[float, float]:
        """Two numbers from 0 to below 1, others each time that it draws again."""
        drawn = sha256(f"{self._key}|{view.seat}|{view.day}|{again}".encode()).digest()
        return _unit(drawn[:8]), _unit(drawn[8:16])


def _unit(drawn: bytes) -> float:
    """Fifty-three bits as a number from 0 to below 1."""
    return (int.from_bytes(drawn, "big") >> 11) / 2**53
