"""What the lessons in notebooks do beside running and drawing: ask first, say numbers in words, give levers to move.

>>> from sim import lessons
>>> str(lessons.say("In {share:in 100} of the runs.", share=0.084))
'In 8 in 100 of the runs.'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .guessing import Guesses as Guesses
    from .guessing import Unanswered as Unanswered
    from .guessing import guesses as guesses
    from .moving import Levers as Levers
    from .moving import levers as levers
    from .prose import say as say
    from .ranking import named as named
    from .ranking import ranked as ranked
    from .start import begin as begin
    from .tables import accounts as accounts
    from .tables import acts as acts
    from .tables import by_quarter as by_quarter
    from .tables import done as done
    from .tables import entry as entry
    from .tables import options as options
    from .tables import per_run as per_run
    from .tables import table as table
    from .values import Apart as Apart
    from .values import Share as Share
    from .values import apart as apart
    from .values import differences as differences
    from .values import share as share
    from .values import shares as shares
    from .writing import below as below
    from .writing import check as check
    from .writing import excerpt as excerpt
    from .writing import new as new
    from .writing import replace as replace

_PLACES = {
    "Apart": "values",
    "Guesses": "guessing",
    "Levers": "moving",
    "Share": "values",
    "Unanswered": "guessing",
    "accounts": "tables",
    "acts": "tables",
    "apart": "values",
    "begin": "start",
    "below": "writing",
    "by_quarter": "tables",
    "check": "writing",
    "differences": "values",
    "done": "tables",
    "entry": "tables",
    "excerpt": "writing",
    "guesses": "guessing",
    "levers": "moving",
    "named": "ranking",
    "new": "writing",
    "options": "tables",
    "per_run": "tables",
    "ranked": "ranking",
    "replace": "writing",
    "say": "prose",
    "share": "values",
    "shares": "values",
    "table": "tables",
}
"""In which file each public name stands."""

__all__ = [*_PLACES]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sim.lessons' has no attribute '{name}'")
    return getattr(import_module(f".{_PLACES[name]}", __name__), name)
