"""What clients send, read: JSON objects as browsers write them, and nothing that surprises whoever reads on."""

import json
from itertools import chain
from typing import Any

DEEPEST = 24
"""How deep a message may be nested; ours are five deep."""
MOST_DIGITS = 16
"""Browsers count exactly to 2**53."""


def read_object(text: str | bytes, most: int) -> dict[str, Any] | None:
    """Read a JSON object.

    Parameters
    ----------
    most
        Letters, or bytes, beyond which nothing is read.

    Returns
    -------
    None where it is none, or holds what no page of ours sends: numbers that no browser has, half a letter, or nesting
    without end
    """
    if len(text) > most:
        return None
    try:
        found = json.loads(text, parse_constant=_refused, parse_int=_integer, parse_float=_float)
        json.dumps(found, ensure_ascii=False).encode()  # half a letter (a lone surrogate) is in no alphabet
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _is_flat(found) else None


def _is_flat(found: object) -> bool:
    level = [found]
    for _ in range(DEEPEST):
        level = list(chain.from_iterable(_inside(each) for each in level))
        if not level:
            return True
    return False


def _inside(found: object) -> list[Any]:
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else []


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS + 1:  # one for the sign
        raise ValueError("no browser counts as far")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("no browser counts as far")
    return number
