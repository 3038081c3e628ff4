"""The names a file may refer to, gathered before it is checked, so that every fault is found in one pass."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sim.text import did_you_mean

KINDS = {
    "actor": "actors",
    "action": "actions",
    "variable": "variables",
    "condition": "conditions",
    "dyad": "dyads",
    "side": "sides",
    "outcome": "outcomes",
    "place": "places",
    "instrument": "instruments",
}


@dataclass(frozen=True)
class Names:
    """What a theatre defines, by kind of thing."""

    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Each variable's entry as written, to look up its kind and unit."""
    read: dict[tuple[type, str], Any] = field(default_factory=dict, compare=False, repr=False)
    """What texts of rules were found to say by these names: to check a theatre is to read the same ones many times."""

    @classmethod
    def of(cls, theatre: Any) -> "Names":
        """Gather the names of a theatre that may still be faulty."""

        def section(name: str) -> Mapping[Any, Any]:
            entries = theatre.get(name) if isinstance(theatre, Mapping) else getattr(theatre, name, None)
            return entries if isinstance(entries, Mapping) else {}

        known = {kind: tuple(map(str, section(plural))) for kind, plural in KINDS.items()}
        markets = {str(name) for name, entry in section("actors").items() if _attribute(entry, "kind") == "market"}
        known["actor"] = tuple(name for name in known["actor"] if name not in markets)  # nobody acts on a market
        return cls(
            known=known,
            variables=section("variables"),
        )

    def variable(self, name: str, attribute: str) -> str | None:
        """A text attribute (`kind`, `unit`) of a variable, if it is written as text."""
        found = _attribute(self.variables.get(name), attribute)
        return found if isinstance(found, str) else None


def _attribute(entry: Any, name: str) -> Any:
    """A field of an entry, checked already or still as written."""
    return entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)


_current: ContextVar[Names | None] = ContextVar("names", default=None)


@contextmanager
def naming(names: Names) -> Iterator[None]:
    """Check references against `names` within this block."""
    token = _current.set(names)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Names | None:
    """Return the names in force, if any."""
    return _current.get()


def require(kind: str, name: str, *others: str) -> str:
    """Return `name` if the theatre defines such a `kind`, or one of `others`; else say what it may be.

    Raises
    ------
    ValueError
        The name is unknown; the message suggests the closest.
    """
    names, kinds = current(), (kind, *others)
    if names is None or any(name in names.known.get(one, ()) for one in kinds):
        return name
    called, allowed = " or ".join(kinds), tuple(each for one in kinds for each in names.known.get(one, ()))
    raise ValueError(f"unknown {called} '{name}'{did_you_mean(name, allowed) or listing(called, allowed)}")


def listing(kind: str, allowed: tuple[str, ...]) -> str:
    """What may stand there, when nothing is close."""
    if not allowed:
        return f"; this theatre defines no {kind}"
    shown = ", ".join(sorted(allowed)[:8])
    return f"; this theatre has {shown}" + (" …" if len(allowed) > 8 else "")


EVERY_ACT = ".*"
"""What follows an actor's id where all its acts are meant."""


def acts(name: str) -> str:
    """Return the name of an action, or of an actor with `.*` behind it, if the theatre defines it.

    Raises
    ------
    ValueError
        There is none.
    """
    if name.endswith(EVERY_ACT):
        return require("actor", name.removesuffix(EVERY_ACT)) + EVERY_ACT
    return require("action", name)


def known(kind: str, *others: str) -> Callable[[str], str]:
    """A validator that refuses names the theatre does not define."""

    def check(name: str) -> str:
        return require(kind, name, *others)

    return check
