"""Actors as arrays: what they remember, whom they protect, and how an act loads what they hold against others."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.theatre.language.number import Number
from sim.theatre.language.schema import Action

from . import arithmetic
from .compile_rules import SpanTable
from .program import ACTOR, FIT, HAND, LOAD, NONE, Ints, RecordTable, elementwise, ints, table

if TYPE_CHECKING:
    from .compile import Compiler

_NUMBERS = {
    "lethality": "perception.lethality",
    "reply_rate": "replies.rate",
    "overshoot": "replies.overshoot",
    "redline": "replies.redline",
    "discharge": "replies.discharge",
    "substitution": "replies.substitution",
    "variety": "replies.variety",
    "silence": "replies.silence",
    "probation": "replies.probation",
    "firmness": "replies.firmness",
}


class Cast:
    """The actors of a scenario under compilation."""

    def __init__(self, compiler: "Compiler") -> None:
        self._of = compiler
        replies = [(name.split(".")[0], act) for name, act in compiler.actions.items() if act.reply.value > 0]
        self.fits = sorted({(actor, act.target, act.rung) for actor, act in replies})
        """(actor, target, rung) of all replies."""
        self.answered, self.rivals = SpanTable(), SpanTable()
        self.links = [(proxy, sponsor) for proxy, actor in compiler.cast.items() for sponsor in sorted(actor.sponsors)]

    def actors(self) -> RecordTable:
        """One record for each actor."""
        names, number = list(self._of.cast), self._of.parameters.number
        columns: dict[str, Sequence[int]] = {
            field: [number(f"actors.{name}.{place}") for name in names] for field, place in _NUMBERS.items()
        }
        owned = {
            "pairs": [observer for observer, _ in self._of.pair_at],
            "actions": [action.split(".")[0] for action in self._of.actions],
            "links": [proxy for proxy, _ in self.links],
            "fits": [actor for actor, _, _ in self.fits],
            "tallies": [observer for _, observer, _ in self._of.tally_at],
            "hands": [hand.split("/")[0] for hand in self._of.hand_at],
        }
        for field, owners in owned.items():
            ends = np.cumsum([owners.count(name) for name in names]).tolist()
            columns[field], columns[f"{field}_end"] = [0, *ends[:-1]], ends
        columns["defied_by"] = [actor.replies.defied_by for actor in self._of.cast.values()]
        columns["aside"] = self._aside([owned["pairs"].count(name) for name in names])
        decay = [number(f"actors.{name}.perception.memory", arithmetic.decay) for name in names]
        columns["learning"] = [number(f"actors.{name}.perception.learning", arithmetic.decay) for name in names]
        narrowness = [number(f"actors.{name}.replies.width", _reciprocal) for name in names]
        sharpness = [number(f"actors.{name}.perception.scale", _reciprocal) for name in names]
        return table(ACTOR, decay=decay, narrowness=narrowness, sharpness=sharpness, **columns)

    def hands(self, keys: list[int]) -> RecordTable:
        """One record for each hand; `keys` are hashes of their ids."""
        counts = Counter(self._of.hand_of.values())
        ends = np.cumsum([counts[hand] for hand in self._of.hand_at], dtype=int).tolist()
        orders = Counter(self._of.hand_of[name] for name in self._of.order_at)
        ordered = np.cumsum([orders[hand] for hand in self._of.hand_at], dtype=int).tolist()
        spans = [
            (*self.answered.add(pairs), *self.rivals.add(acts)) for pairs, acts in map(self._rivals, self._of.hand_at)
        ]
        answered, answered_end, rivals, rivals_end = zip(*spans, strict=True) if spans else ((),) * 4
        return table(
            HAND,
            actor=[self._of.actor_at[hand.split("/")[0]] for hand in self._of.hand_at],
            actions=[0, *ends][: len(ends)],
            actions_end=ends,
            orders=[0, *ordered][: len(ordered)],
            orders_end=ordered,
            key=keys,
            answered=answered,
            answered_end=answered_end,
            rivals=rivals,
            rivals_end=rivals_end,
        )

    def _rivals(self, hand: str) -> tuple[list[int], list[int]]:
        """The pairs that a hand's replies answer; and its actions, with all that of its actor answers these."""
        of, actor = self._of, hand.split("/")[0]
        mine = [name for name in of.actions if of.hand_of[name] == hand]
        targets = {of.actions[name].target for name in mine if of.actions[name].reply.value > 0}
        rivals = [
            of.action_at[name]
            for name, act in of.actions.items()
            if name in mine or (name.split(".")[0] == actor and act.reply.value > 0 and act.target in targets)
        ]
        return sorted(of.pair_at[actor, target] for target in targets), rivals

    def _aside(self, pairs: list[int]) -> list[int]:
        """By actor: where the rows of what it sets aside of its `pairs` start, NONE for those that never do so."""
        sets = [can_be_positive(actor.replies.probation) for actor in self._of.cast.values()]
        ends = np.cumsum([count if own else 0 for count, own in zip(pairs, sets, strict=True)]).tolist()
        return [start if own else NONE for start, own in zip([0, *ends], sets, strict=False)]

    def fit_table(self) -> RecordTable:
        """Pairs and rungs on which actors can reply."""
        pair = [self._of.pair_at[actor, target] for actor, target, _ in self.fits]
        return table(FIT, pair=pair, rung=[rung for _, _, rung in self.fits])

    def fit_start(self) -> Ints:
        """Where the fits of each pair start."""
        counts = Counter(self._of.pair_at[actor, target] for actor, target, _ in self.fits)
        return ints(np.cumsum([0, *(counts[pair] for pair in range(len(self._of.pair_at)))]))

    def suspicion(self) -> Ints:
        """By pair: how far the observer believes what it only suspects of the other."""
        return ints(
            self._of.parameters.number(
                f"actors.{observer}.perception."
                + (f"suspects.{by}" if by in self._of.cast[observer].perception.suspects else "suspicion")
            )
            for observer, by in self._of.pair_at
        )

    def relieved(self, actor: str, target: str) -> list[int]:
        """Pairs that a reply of `actor` to `target` settles: the target's and its sponsors'."""
        held = [target, *sorted(self._of.cast[target].sponsors)]
        return [self._of.pair_at[actor, by] for by in held if (actor, by) in self._of.pair_at]

    def held_against(self, target: str) -> list[int]:
        """Pairs in which anyone holds something against `target`."""
        return [at for (_, by), at in self._of.pair_at.items() if by == target]

    def loads(self) -> tuple[RecordTable, Ints, Ints]:
        """For each observer and action, in order: the pairs that the act loads, and by which route; blood weights."""
        rows: list[dict[str, int]] = []
        blood: list[int] = []
        starts = [0]
        for observer in self._of.cast:
            for name, action in self._of.actions.items():
                rows += self._loads_of(observer, name, action, blood)
                starts.append(len(rows))
        names = list(LOAD.names or ())
        return table(LOAD, **{name: [row[name] for row in rows] for name in names}), ints(starts), ints(blood)

    def _loads_of(self, observer: str, name: str, action: Action, blood: list[int]) -> list[dict[str, int]]:
        """The loads of an act on an observer; how much that feels the dead of each side is added to `blood`."""
        actor, weight = name.split(".")[0], self._weight(observer, name, action)
        of_sides = [self._strongest([self._route(observer, side)]) for side in action.sides_of_its_dead]
        if observer == actor or {weight, *of_sides} == {NONE}:
            return []
        nothing = self._of.parameters.constant(0.0)
        links = [at for at, (proxy, _) in enumerate(self.links) if proxy == actor]
        common = {
            "links": links[0] if links else 0,
            "links_end": links[-1] + 1 if links else 0,
            "excluded": self._link(actor, observer),
            "weight": nothing if weight == NONE else weight,
            "blood_weights": len(blood),
        }
        blood += [nothing if each == NONE else each for each in of_sides]
        found = []
        for (watching, by), pair in self._of.pair_at.items():
            sponsor, blamed = self._link(actor, by), actor in self._of.cast[observer].blames.get(by, {})
            if watching == observer and (by == actor or sponsor != NONE or blamed):
                path = f"actors.{observer}.blames.{by}.{actor}"
                blame = self._of.parameters.number(path) if blamed else NONE
                found.append({"pair": pair, "own": int(by == actor), "sponsor": sponsor, "blame": blame, **common})
        return found

    def _link(self, proxy: str, sponsor: str) -> int:
        return self.links.index((proxy, sponsor)) if (proxy, sponsor) in self.links else NONE

    def _weight(self, observer: str, name: str, action: Action) -> int:
        """How much the observer feels the act: by the strongest route to it."""
        routes = [self._route(observer, action.target)]
        for party in sorted(action.harms):
            protection = self._route(observer, party)
            routes.append(None if protection is None else [f"actions.{name}.harms.{party}", *protection])
        return self._strongest(routes)

    def _route(self, observer: str, party: str) -> list[str] | None:
        """Numbers to multiply from a party to the observer; None if nothing leads there."""
        if party == observer:
            return []
        return [f"actors.{observer}.protects.{party}"] if party in self._of.cast[observer].protects else None

    def _strongest(self, routes: Sequence[list[str] | None]) -> int:
        found = [route for route in routes if route is not None]
        if not found:
            return NONE
        paths = tuple(dict.fromkeys(path for route in found for path in route))
        steps = tuple(tuple(paths.index(path) for path in route) for route in found)
        return self._of.parameters.made(paths, _by_route(steps))


def can_be_positive(number: Number) -> bool:
    """Whether a number is above 0, or may be drawn so."""
    return number.value > 0 or (number.plausible is not None and number.plausible[1] > 0)


@elementwise
def _reciprocal(value: float) -> float:
    return 1.0 / value


@elementwise
def strongest(routes: tuple[tuple[int, ...], ...], *values: Any) -> Any:
    """The largest product of values along any route; an empty route counts 1."""
    most: Any = 0.0
    for route in routes:
        strength: Any = 1.0
        for step in route:
            strength = strength * values[step]
        most = np.maximum(most, strength)
    return most


@cache
def _by_route(routes: tuple[tuple[int, ...], ...]) -> Callable[..., Any]:
    """`strongest` by these routes, one and the same each time: a parameter is known by its rule."""
    return partial(strongest, routes)
