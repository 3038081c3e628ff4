"""Numbers as somebody gave them, of Python's kind or of another library's, read as what was meant.

It imports nothing, of ours or of others, and every room may call it.
"""

from operator import index
from typing import Any

MOST_RUNS = 2**32
"""Dice are keyed by the number of a run, or of a branch, in 32 bits."""
_SEED = "a seed is a whole number from 0 to 2**64 - 1"


def whole(value: Any, what: str, least: int, most: int | None = None, error: type[Exception] = ValueError) -> int:
    """Read a whole number: an int, an integer of NumPy or pandas, or a float without a fraction.

    Parameters
    ----------
    value : object
    what : str
        What the number counts, as the message begins that refuses it.
    least, most : int
        The range in which it may lie; without `most`, any number of at least `least`.
    error : type
        What is raised.

    Raises
    ------
    error
        It is no such number.
    """
    found = whole_or_none(value)
    if found is None:
        raise error(f"{what} must be a whole number, found {shown(value)}")
    if found < least:
        raise error(f"{what} must be at least {least:,}, found {found:,}")
    if most is not None and found > most:
        raise error(f"{what} must be at most {most:,}, found {found:,}; choose fewer")
    return found


def seed_of(value: Any, error: type[Exception] = ValueError) -> int:
    """Read a seed.

    Raises
    ------
    error
        It is none.
    """
    found = whole_or_none(value)
    if found is None or not 0 <= found < 2**64:
        raise error(f"{_SEED}, found {shown(value)}")
    return found


def plain(value: Any) -> Any:
    """A scalar of NumPy as Python's own, which JSON and pydantic know; anything else as it is."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def shown(value: Any) -> str:
    """What was given, for the end of a message."""
    return repr(plain(value))


def whole_or_none(value: Any) -> int | None:
    """The whole number that something is; None if it is none. True and False are none, though Python counts them."""
    found = plain(value)
    if isinstance(found, bool):
        return None
    if isinstance(found, float):
        return int(found) if found.is_integer() else None
    try:
        return index(found)
    except TypeError:
        return None
