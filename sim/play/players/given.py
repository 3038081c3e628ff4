"""A Python function that a user names, from a module or a file."""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.play.seats import PlayError
from sim.text import suggestion


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


def _of_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"sim_player_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look there for what they are made in
    spec.loader.exec_module(module)
    return module
