"""Sessions: one run being lived, by people, policies and language models in the seats of its actors.

>>> from sim import play
>>> session = play.Session("first_lesson", seats=["north"], seed=7)
>>> session = play.play(session, {"north": play.Hold()}, turns=2)
>>> session.day
14

`messages` pass between the table and its players. `knowledge` works out what a seat may know; `sessions` keep the run,
take orders and write the ledger; `answers` are all that a seat is given: view, briefing, options, futures. `players`
sit in seats, `rounds` asks them in turn, and `tournaments` set them against each other; `terminal` is for people,
`learning` for learners, and `debrief` tells what each decision moved.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers.futures import Futures as Futures
    from .answers.options import Option as Option
    from .answers.options import Options as Options
    from .messages.orders import Deed as Deed
    from .messages.orders import Order as Order
    from .messages.orders import OrderError as OrderError
    from .messages.view import View as View
    from .players.player import Function as Function
    from .players.player import Hold as Hold
    from .players.player import Player as Player
    from .players.player import Rules as Rules
    from .players.registry import player_of as player_of
    from .rounds import play as play
    from .seats import PlayError as PlayError
    from .sessions.entries import Settings as Settings
    from .sessions.session import Session as Session

_PLACES = {
    "Deed": "messages.orders",
    "Function": "players.player",
    "Futures": "answers.futures",
    "Hold": "players.player",
    "Option": "answers.options",
    "Options": "answers.options",
    "Order": "messages.orders",
    "OrderError": "messages.orders",
    "PlayError": "seats",
    "Player": "players.player",
    "Rules": "players.player",
    "Session": "sessions.session",
    "Settings": "sessions.entries",
    "View": "messages.view",
    "play": "rounds",
    "player_of": "players.registry",
}
"""In which file each public name stands."""

__all__ = [*_PLACES]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sim.play' has no attribute '{name}'")
    return getattr(import_module(f".{_PLACES[name]}", __name__), name)
