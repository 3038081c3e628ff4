"""What a table's words mean in a theatre: its names for actors, and its types of events."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple

from sim.theatre.language.map_file import LEFT_OUT, ActRule, MapFile
from sim.theatre.language.schema import Theatre

NOBODY = "(blank)"
"""What an empty cell is called where something is expected."""


class Pattern:
    """A name, or names with `*`, `?` and `[…]`, whatever their capitals."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._exact = text.casefold()
        self._fits = re.compile(translate(self._exact)).match

    def fits(self, cell: str) -> bool:
        """Whether a cell is so called, to the letter or by pattern."""
        folded = cell.casefold()
        return folded == self._exact or self._fits(folded) is not None


class Patterns:
    """Several patterns, any of which may fit; what each cell gave is remembered."""

    def __init__(self, texts: Iterable[str]) -> None:
        patterns = [Pattern(text) for text in texts]
        self.fit = lru_cache(maxsize=65_536)(lambda cell: any(pattern.fits(cell) for pattern in patterns))


class Cast:
    """Who is meant by the names of a table."""

    def __init__(self, actors: Mapping[str, tuple[str, ...]]) -> None:
        self._exact = {name.casefold(): name for name in actors}
        self._patterns = [Pattern(name) for name in actors]
        self._actors = actors
        self.used: Counter[str] = Counter()
        """How often each name of the map was met."""
        self._key = lru_cache(maxsize=65_536)(self._find)

    def of(self, name: str) -> tuple[str, ...] | None:
        """The actors of whom it is one; `(LEFT_OUT,)` if its rows are left out; None if nobody knows it."""
        key = self._key(name or NOBODY)
        if key is None:
            return None
        self.used[key] += 1
        return self._actors[key]

    def _find(self, name: str) -> str | None:
        exact = self._exact.get(name.casefold())
        return exact or next((pattern.text for pattern in self._patterns if pattern.fits(name)), None)


class Found(NamedTuple):
    """What a rule makes of somebody doing something to somebody."""

    acts: tuple[str, ...] = ()
    ignored: bool = False
    puzzle: str | None = None
    """Why it is no act, or no one act, although a rule fits."""
    several: bool = False
    """Whether that is since it may be several."""


class Side(NamedTuple):
    """Somebody, as far as the map knows: an actor's id; nobody named; or somebody whom it does not know."""

    actor: str | None
    known: bool = True


class Rules:
    """What types of events are."""

    def __init__(self, file: MapFile, theatre: Theatre) -> None:
        self._rules = [(rule, Patterns(rule.type), Patterns(rule.place or ("*",))) for rule in file.acts]
        self.used = [0] * len(file.acts)
        """How often each rule held."""
        self._theatre = theatre
        self.of_type = lru_cache(maxsize=65_536)(self._of_type)

    def _of_type(self, type_: str) -> tuple[int, ...]:
        return tuple(at for at, (_, types, _) in enumerate(self._rules) if types.fit(type_))

    def known(self, type_: str) -> bool:
        """Whether any rule speaks of a type."""
        return bool(self.of_type(type_))

    def ignores(self, type_: str) -> bool:
        """Whether a type is left out whoever did it."""
        first = next(iter(self.of_type(type_)), None)
        if first is None or not _unconditional(self._rules[first][0]):
            return False
        self.used[first] += 1
        return True

    def acts(self, type_: str, actor: str, target: Side, place: str, lethal: bool | None) -> Found:
        """What the first rule that fits makes of it; nothing if none fits."""
        for at in self.of_type(type_):
            rule, _, places = self._rules[at]
            if _fits(rule, actor, target, lethal) and places.fit(place):
                self.used[at] += 1
                if rule.ignore:
                    return Found(ignored=True)
                if rule.do is not None:
                    return Found(tuple(action for action in rule.do if action.split(".")[0] == actor))
                return self._on_rung(rule.rung or 0, actor, target)
        return Found()

    def _on_rung(self, rung: int, actor: str, target: Side) -> Found:
        """The one act of an actor on a rung against a target; of a row that names none, against anybody."""
        if not target.known:
            return Found()
        acts = tuple(
            name
            for name, action in self._theatre.actions.items()
            if name.split(".")[0] == actor and action.rung == rung and target.actor in (None, action.target)
        )
        if len(acts) == 1:
            return Found(acts)
        against = "" if target.actor is None else f" against {target.actor}"
        if not acts:
            return Found(puzzle=f"{actor} has no act on rung {rung}{against}")
        listed = ", ".join(acts)
        return Found(puzzle=f"{actor} has {len(acts)} acts on rung {rung}{against}: {listed}", several=True)


def _unconditional(rule: ActRule) -> bool:
    return (
        bool(rule.ignore) and rule.actor is None and rule.target is None and rule.place is None and rule.lethal is None
    )


def _fits(rule: ActRule, actor: str, target: Side, lethal: bool | None) -> bool:
    return (
        (rule.actors is None or actor in rule.actors)
        and (rule.target is None or (target.actor is not None and target.actor in rule.target))
        and (rule.lethal is None or rule.lethal is lethal)
    )


def sides(cast: Cast, name: str) -> list[Side]:
    """Who may be meant by a name; nobody if it is one whose rows are left out."""
    actors = cast.of(name)
    if actors is None:
        return [Side(None, known=not name)]
    return [] if actors == (LEFT_OUT,) else [Side(actor) for actor in actors]
