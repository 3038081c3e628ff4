"""What brought an outcome about, what turned a flag and what made an act possible: acts that moved what they read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

from sim.theatre.language.schema import Action
from sim.theatre.language.terms import COMBINED, Condition, Limit, Quantity
from sim.theatre.language.variables import FlagVariable

from .lookup import Course, Deed
from .wording import filled

Moved = Callable[[Deed, Action], bool]
"""Whether an act moved something."""

STRETCH = 60
"""Acts that moved a quantity count for so many days."""
LAST = 3
"""How many acts are named for an outcome."""
_EACH = 2
"""How many acts are looked for behind each quantity that it reads."""

_DEEPEST = 6
"""Through so many flags and conditions is it looked for."""


@dataclass(frozen=True)
class Turn:
    """A flag that turned, where the theatre says what that means."""

    day: int
    flag: str
    text: str
    after: tuple[int, ...]
    """The acts that turned it."""


def brought_about(course: Course, condition: Condition, day: int) -> tuple[int, ...]:
    """The last acts, by their numbers, that brought it about that a condition held in the evening of a day."""
    return tuple(sorted(sorted(set(_of_condition(course, condition, True, day, 0)))[-LAST:]))


def made_possible(course: Course, event: int) -> tuple[int, ...]:
    """The last acts that made it possible to choose an act: that its action's `when` held on the morning of its day.

    A flag that the act itself turns is left out: what began a war did not make the truce possible that ends it.
    """
    deed = course.deeds[event]
    action = course.scenario.theatre.actions.get(deed.action)
    if action is None or action.when is None or deed.day == 0:
        return ()
    left = {text: limit for text, limit in action.when.clauses.items() if not _turns(action, Quantity.parse(text))}
    return brought_about(course, action.when.model_copy(update={"clauses": left}), deed.day - 1)


def _turns(action: Action, quantity: Quantity) -> bool:
    """Whether a quantity is a flag that an act sets or clears."""
    name = quantity.of[0] if quantity.of else ""
    return quantity.kind == "variable" and (action.turns(name, "set") or action.turns(name, "clear"))


def turns(course: Course) -> list[Turn]:
    """The days on which flags turned, in order, of flags that say what that means."""
    found = []
    for name, variable in sorted(course.scenario.theatre.variables.items()):
        if not isinstance(variable, FlagVariable) or variable.told is None:
            continue
        for day, up in _turned(course, name):
            text = variable.told.set if up else variable.told.clear
            if text is not None:
                after = tuple(sorted(set(_of_flag(course, name, up, day, 0)))[-LAST:])
                found.append(Turn(day, name, filled(course, text, day), after))
    return sorted(found, key=lambda turn: (turn.day, turn.flag))


def turners(course: Course) -> set[int]:
    """Acts that turned a flag by themselves, such as one that ends a war, by their numbers."""
    actions, found = course.scenario.theatre.actions, set[int]()
    for name, variable in course.scenario.theatre.variables.items():
        if isinstance(variable, FlagVariable):
            ways = dict(_turned(course, name))
            found |= {
                deed.event
                for deed in course.deeds
                if deed.day in ways
                and deed.action in actions
                and actions[deed.action].turns(name, "set" if ways[deed.day] else "clear")
            }
    return found


def _turned(course: Course, flag: str) -> Iterator[tuple[int, bool]]:
    """The days on which a flag turned, and whether it was set."""
    before, after = course.value(flag), course.evening.value(flag)
    for day, (was, is_) in enumerate(zip(before.tolist(), after.tolist(), strict=True)):
        if {was, is_} == {0.0, 1.0}:
            yield day, is_ == 1.0


def _of_condition(course: Course, condition: Condition, so: bool, day: int, depth: int) -> Iterator[int]:
    """Acts that made a condition hold, or cease to, by the evening of a day."""
    since = day if condition.for_ is None else max(day - ceil(condition.for_.value) + 1, 0)
    for text, limit in condition.clauses.items():
        yield from _of_clause(course, Quantity.parse(text), limit, so, since, depth)
    group = condition.group
    if group is None:
        return
    for part in group.parts:
        towards = so if group.at_least else not so  # where it only counts what may hold, fewer make it so
        if not towards or _held(course, part, day):
            yield from _of_condition(course, part, towards, since, depth)


def _held(course: Course, condition: Condition, day: int) -> bool:
    try:
        return bool(course.evening.holds(condition)[day])
    except ValueError:
        return True  # it reads what no finished run can be asked


def _of_clause(course: Course, quantity: Quantity, limit: Limit, so: bool, day: int, depth: int) -> Iterator[int]:
    theatre, name = course.scenario.theatre, quantity.of[0] if quantity.of else ""
    up = (limit.op == ">=") == so
    if quantity.kind in COMBINED:
        for sign, part in quantity.parts:
            towards = limit if sign > 0 else limit.model_copy(update={"op": "<=" if limit.op == ">=" else ">="})
            yield from _of_clause(course, part, towards, so, day, depth)
    if name in theatre.conditions and quantity.kind in ("variable", "condition"):
        if depth < _DEEPEST:
            yield from _of_condition(course, theatre.conditions[name], up, day, depth + 1)
    elif quantity.kind == "variable" and isinstance(theatre.variables[name], FlagVariable):
        turned = [on for on, is_up in _turned(course, name) if on <= day and is_up == up]
        yield from _of_flag(course, name, up, turned[-1], depth) if turned else ()
    elif quantity.kind == "variable":
        yield from _last(course, day, lambda deed, action: _moves(action, name, up))
    elif quantity.kind == "days_since" and not up:
        done = [deed.event for deed in course.deeds if deed.day <= day and _is_of(deed, quantity)]
        yield from done[-1:]
    elif quantity.kind == "deaths" and up:
        yield from _deadly(course, name, limit.value, day)
    elif quantity.kind == "rung" and up:
        yield from _last(course, day, lambda deed, _: deed.rung >= limit.value and _between(course, deed, name))


def _of_flag(course: Course, flag: str, up: bool, day: int, depth: int) -> Iterator[int]:
    """Acts of the day on which a flag turned that turned it, or else what made the condition hold that did."""
    actions, variable = course.scenario.theatre.actions, course.scenario.theatre.variables[flag]
    way = "set" if up else "clear"
    by = [
        deed.event
        for deed in course.deeds
        if deed.day == day and deed.action in actions and actions[deed.action].turns(flag, way)
    ]
    yield from by
    condition = getattr(variable, f"{way}_when", None)
    if not by and condition is not None and depth < _DEEPEST:
        yield from _of_condition(course, condition, True, day, depth + 1)


def _last(course: Course, day: int, moved: Moved) -> list[int]:
    """The last acts up to a day that moved something."""
    actions = course.scenario.theatre.actions
    found = [
        deed.event
        for deed in course.deeds
        if day - STRETCH < deed.day <= day and deed.action in actions and moved(deed, actions[deed.action])
    ]
    return found[-_EACH:]


def _moves(action: Action, variable: str, up: bool) -> bool:
    amounts = (effect.value for name, effect in action.touched if name == variable and not isinstance(effect, str))
    return any(amount != 0 and (amount > 0) == up for amount in amounts)


def _is_of(deed: Deed, quantity: Quantity) -> bool:
    """Whether an act is one of those since which days are counted."""
    who, *rung = quantity.of
    return (deed.actor == who and deed.rung >= int(rung[0])) if rung else deed.action == who


def _deadly(course: Course, side: str, many: float, day: int) -> Iterator[int]:
    """The act with which so many had died."""
    dead = 0
    for deed in course.deeds:
        dead += (course.dead(deed).get(side, 0) if side else deed.deaths) if deed.deaths else 0
        if deed.day > day or dead >= many:
            yield from [deed.event] if dead >= many and deed.day <= day else []
            return


def _between(course: Course, deed: Deed, dyad: str) -> bool:
    """Whether an act passed between the sides of a dyad; every act does if none is named."""
    if not dyad:
        return True
    one, other = course.scenario.theatre.dyads[dyad].sides
    target = course.scenario.theatre.actions[deed.action].target
    return (deed.actor in one and target in other) or (deed.actor in other and target in one)
