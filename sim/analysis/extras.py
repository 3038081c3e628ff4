"""Libraries that only some questions need: imported late, and missed with a sentence."""

import warnings
from importlib import import_module
from typing import Any


class MissingExtraError(ImportError):
    """A library is not installed; the message says how to install it."""


def extra(module: str, called: str, extra: str = "sweep", install: str | None = None) -> Any:
    """Import a module of a library that an extra brings.

    Parameters
    ----------
    module : str
    called : str
        What people call the library.
    extra : str
    install : str, optional
        What brings it, where no extra does.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it misses itself is nothing to our user
            return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != module.split(".")[0]:
            raise
        wanted = install or f"'escalation-sim[{extra}]'"
        raise MissingExtraError(f"{called} is not installed; install it with: pip install {wanted}") from None
