"""Canonical paths, by which a theatre's parts are called: `actions.us.strike_iran.rate`.

A path joins keys with dots. Ids may hold dots themselves, and terms spaces, so of several readings of a path the one
with the longest first key counts. Terms and quantities match by meaning: `b * ~a` finds `~a*b`. Whatever looks
something up by its path, in files or in a scenario, does it by `path_splits`.
"""

from collections.abc import Iterable, Iterator
from contextvars import Context
from functools import lru_cache
from typing import TypeVar

from .terms import canonical_quantity, canonical_term

KeyT = TypeVar("KeyT", bound=str | int)


@lru_cache(maxsize=4096)
def meaning(text: str) -> str:
    """Write a term or a quantity the one way that paths call it; leave other text as it is."""
    for canonical in (canonical_term, canonical_quantity):
        try:
            return Context().run(canonical, text)  # apart from the names of any theatre that is being checked
        except ValueError:
            continue
    return text.strip()


def path_splits(path: str, keys: Iterable[KeyT]) -> Iterator[tuple[KeyT, str]]:
    """Each way to split a path into one of `keys` and what remains, the longest key first."""
    exact = {str(key): key for key in keys}
    meant: dict[str, KeyT] | None = None  # most paths are written as their keys are
    for end in (len(path), *(at for at in range(len(path) - 1, -1, -1) if path[at] == ".")):
        text, rest = path[:end], path[end + 1 :]
        if text not in exact and meant is None:
            meant = {meaning(known): key for known, key in exact.items()}
        key = exact[text] if text in exact else (meant or {}).get(meaning(text))
        if key is not None and (rest or end == len(path)):
            yield key, rest


def leads_to(path: str, inner: str) -> bool:
    """Whether `inner` is what `path` calls, or lies inside it."""
    return inner == path or inner.startswith(f"{path}.")
