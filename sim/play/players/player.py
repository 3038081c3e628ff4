"""What a player is, and the players that need nothing from outside."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sim.play.answers.options import Options
from sim.play.messages.orders import Order, OrderError, Standing
from sim.play.messages.view import View

Choice = Order | Mapping[str, Any] | None
"""An order, as an `Order` or as JSON has it; None leaves everything as it stands."""


class Player(Protocol):
    """Whoever decides for a seat, turn by turn."""

    def choose(self, view: View, options: Options) -> Choice:
        """Decide on the turn to come, from what the seat knows and may do."""


class Answering(Player, Protocol):
    """A player that wants to hear why its order was refused, and may give another."""

    def refused(self, error: OrderError, view: View, options: Options) -> Choice:
        """Decide once more."""


class Unseeing(Player, Protocol):
    """A player that decides without looking, so that nobody has to make it a view."""

    def by_standing(self, standing: Standing) -> Choice:
        """Decide from what stands of its seat's orders."""


class Rules:
    """The model's own actor: it orders nothing, so its own draw decides."""

    def choose(self, view: View, options: Options) -> Choice:
        """Let the draw decide from now on."""
        return self.by_standing(view.standing)

    def by_standing(self, standing: Standing) -> Choice:
        """Let the draw decide from now on."""
        return None if standing.otherwise == "rules" else Order(otherwise="rules")


class Hold:
    """Nobody acts for the seat: whatever would be drawn, it does nothing."""

    def choose(self, view: View, options: Options) -> Choice:
        """Do nothing from now on."""
        return self.by_standing(view.standing)

    def by_standing(self, standing: Standing) -> Choice:
        """Do nothing from now on."""
        return None if standing.otherwise == "hold" else Order(otherwise="hold")


class Function:
    """A Python function as a player.

    Parameters
    ----------
    choose : callable
        Takes a `View` and `Options`, and returns an `Order`, a mapping as JSON has it, or None.
    """

    def __init__(self, choose: Callable[[View, Options], Choice]) -> None:
        self._choose = choose

    def choose(self, view: View, options: Options) -> Choice:
        """Ask the function."""
        return self._choose(view, options)
