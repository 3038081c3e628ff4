"""Why an action may not be chosen today: the clause that fails, with what it reads this morning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isinf

import numpy as np

from sim.engine.explain import last_done, number, part_of_the_war, ready_on, standing_orders
from sim.engine.model import LockstepModel
from sim.engine.readings import NEVER_SINCE
from sim.engine.single import measured
from sim.engine.state import MORNING
from sim.text import beside, on
from sim.text import number as figure
from sim.theatre.compiled.program import CONDITION, NONE
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Condition, Group
from sim.theatre.language.variables import FlagVariable


@dataclass(frozen=True)
class Reason:
    """Why an action may not be chosen."""

    kind: str
    """`when`, `cooldown`, `once`, `order` or `war`."""
    text: str
    quantity: str | None = None
    """What fails its condition: a quantity, or a condition of the theatre."""
    value: float | None = None
    """What it reads, in its own unit; None where that is never, or many things."""
    needs: str | None = None


def reasons(model: LockstepModel, action: int) -> tuple[Reason, ...]:
    """Everything that keeps an action from being chosen this morning; nothing if it may be."""
    program, theatre = model.program, model.scenario.theatre
    name, act = program.actions[action], program.action[action]
    found: list[Reason] = []
    when = theatre.actions[name].when
    if when is not None:
        found += _failing(model, when, int(act["when"]))
    ready = ready_on(model, action)
    if ready > model.day:
        done = last_done(model, action)
        when_done = f"done on {on(program.start + timedelta(days=done))}"
        if isinf(ready):
            found.append(Reason("once", f"happens once; {when_done}"))
        else:
            left = int(ready) - model.day
            found.append(Reason("cooldown", f"{when_done}; not again for {left} d", value=float(left)))
    for other, due in standing_orders(model, action):
        ordered_for = on(program.start + timedelta(days=due))
        found.append(Reason("order", f"{program.actions[other]} has been ordered for {ordered_for}"))
    if part_of_the_war(model, action):
        found.append(Reason("war", _of_the_war(theatre, name)))
    return tuple(found)


def _of_the_war(theatre: Theatre, name: str) -> str:
    """Why the war that is on closes an action."""
    war, action = theatre.war, theatre.actions[name]
    if war is not None and war.rungs is not None and war.rungs[0] <= action.rung <= war.rungs[1]:
        return "part of the war that is on"
    return "closed by the war that is on"


def _failing(model: LockstepModel, condition: Condition, node: int) -> Iterator[Reason]:
    """The clauses by which a condition, kept at a node of the morning's, does not hold."""
    held, (nodes, clauses, alternatives, _, _, calendar) = model.held[MORNING], model.state.conditions[MORNING]
    if held.holds[node, 0]:
        return
    row, enough = nodes[node], True
    if row["calendar"] != NONE and not calendar[row["calendar"], model.day]:
        enough = False
        told = ", ".join(" to ".join(on(end) for end in dict.fromkeys(span)) for span in condition.on)
        yield Reason("when", f"only on {told}", "on")
    ordered = sorted(condition.clauses.items())
    for (text, comparison), clause in zip(ordered, clauses[row["clauses"] : row["clauses_end"]], strict=True):
        value, threshold = measured(model.state, clause, model.day), number(model, clause["threshold"])
        if not (value >= threshold if clause["at_least"] else value <= threshold):
            enough = False
            yield _unmet(model, text, comparison.op, clause, value, threshold)
    parts = [int(part) for part in alternatives[row["alternatives"] : row["alternatives_end"]]]
    so_many = sum(bool(held.holds[part, 0]) for part in parts)
    if (group := condition.group) is not None and not group.at_least <= so_many <= group.at_most:
        enough = False
        failing = zip(group.parts, parts, strict=True)
        ways = [" and ".join(reason.text for reason in _failing(model, *pair)) for pair in failing]
        yield _of_group(group, so_many, [way for way in ways if way])
    if enough and row["lasting"] != NONE:
        days, needed = int(held.streak[node, 0]), number(model, row["lasting"])
        text = f"so for {days} d, needs {figure(needed)} d on end"
        yield Reason("when", text, "for", float(days), f">= {figure(needed)} d")


def _of_group(group: Group, so_many: int, missing: Sequence[str]) -> Reason:
    """Tell that of several conditions too few hold, or too many."""
    if group.name == "any":
        return Reason("when", f"none of: {'; '.join(missing)}", "any")
    needs = f">= {group.at_least}" if so_many < group.at_least else f"<= {group.at_most}"
    text = f"{so_many} of {len(group.parts)} conditions hold, needs {needs}"
    told = f"{text} ({'; '.join(missing)})" if so_many < group.at_least else text
    return Reason("when", told, "of", float(so_many), needs)


def _unmet(model: LockstepModel, text: str, side: str, clause: np.void, value: float, threshold: float) -> Reason:
    """Tell one clause that fails."""
    if clause["kind"] == CONDITION:
        inner = model.scenario.theatre.conditions[text]
        if value:
            return Reason("when", f"{text} holds, and must not", text, value, "false")
        why = "; ".join(reason.text for reason in _failing(model, inner, int(clause["index"])))
        return Reason("when", f"{text} does not hold ({why})", text, value, "true")
    variable = model.scenario.theatre.variables.get(text)
    if isinstance(variable, FlagVariable):
        return Reason("when", f"{text} is {'set, and must not be' if value else 'not set'}", text, value, side)
    needs = f"{side} {figure(threshold)}"
    if value == NEVER_SINCE:
        return Reason("when", f"{text} is never, needs {needs}", text, None, needs)
    return Reason("when", f"{text} is {beside(value, threshold)}, needs {needs}", text, value, needs)
