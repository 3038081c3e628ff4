"""A Python function that a user names, from a module or a file."""

import sys
import sysconfig
import traceback
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from sim.play.answers.options import Options
from sim.play.messages.view import View
from sim.play.seats import PlayError
from sim.text import did_you_mean, listed, suggestion

from .player import Choice, Function

_OURS = Path(__file__).parents[2]
_MOST = 12
"""Names that an object has, as far as they are listed."""


class PlayerFailedError(PlayError):
    """A user's own player failed; the message says where and why."""


def function_of(named: str) -> Callable[..., Any]:
    """Find a function by `MODULE:NAME` or `FILE.py:NAME`.

    Raises
    ------
    PlayError
        There is none, or what holds it cannot be imported.
    """
    where, _, name = named.rpartition(":")
    if not where or not name:
        raise PlayError(f"'function:{named}' names no function; write function:my_players.py:cautious")
    try:
        module = _of_file(Path(where)) if where.endswith(".py") else import_module(where)
    except Exception as error:  # whatever the user's own code raises
        raise PlayError(f"{where} cannot be imported: {type(error).__name__}: {error}") from error
    found = getattr(module, name, None)
    if not callable(found):
        there_is = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
        raise PlayError(f"{where} has no function '{name}'{suggestion(name, there_is)}")
    return found  # type: ignore[no-any-return]


def guarded(function: Callable[[View, Options], Choice]) -> Function:
    """Make a function a player that says where it failed, if it does."""

    def choose(view: View, options: Options) -> Choice:
        try:
            return function(view, options)
        except PlayError:
            raise
        except Exception as error:  # whatever the user's own code raises
            raise PlayerFailedError(failure(error)) from error

    return Function(choose)


def failure(error: Exception) -> str:
    """Where a player failed, and why; where it asked for a name that there is not, those that there are."""
    place = _place(error)
    there_is = _names(error) if isinstance(error, AttributeError) else ""
    return f"the player failed{place}: {type(error).__name__}: {error}{there_is}"


def _place(error: Exception) -> str:
    """The line of the user's code that was at work last."""
    libraries = [Path(sysconfig.get_path(each)) for each in ("stdlib", "platstdlib", "purelib", "platlib")]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_file() and not any(path.is_relative_to(each) for each in (_OURS, *libraries)):
            return f" at {path.name}:{frame.lineno}"
    return ""


def _names(error: AttributeError) -> str:
    """The public names of what was asked for another."""
    names = [each for each in dir(error.obj) if not each.startswith("_") and not hasattr(BaseModel, each)]
    if error.obj is None or not names:
        return ""
    some = names if len(names) <= _MOST else [*names[:_MOST], "more"]
    return did_you_mean(error.name or "", names).rstrip("?") + f"; it has {listed(some)}"


def _of_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"sim_player_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look there for what they are made in
    spec.loader.exec_module(module)
    return module
