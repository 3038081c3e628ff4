"""Branches: one run goes on in many columns from the morning on which it stands, with other dice or other rules.

The past is simulated once. What a morning hands to the next is copied into every column, so each of them is, bit for
bit, the run that would have taken the same change on that day.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import NEVER, NONE, Conditions, Program
from sim.theatre.language.scenario import Scenario

from ._numba import compiling
from .agents import World
from .model import LockstepModel
from .state import NEVER_AGAIN, ModelState


def branched(
    trunk: LockstepModel,
    branches: NDArray[np.integer[Any]],
    *,
    scenario: Scenario | None = None,
    column: int | NDArray[np.integer[Any]] = 0,
    keep: type[np.floating[Any]] | None = None,
) -> LockstepModel:
    """Make a model whose columns all stand where one run of `trunk` stands, which itself stays as it is.

    Parameters
    ----------
    trunk : LockstepModel
        A model on the morning of the day on which branches part.
    branches : array of int (column,)
        Numbers that the dice are keyed by from this day on; 0 keeps the dice of the trunk.
    scenario : Scenario, optional
        Whose rules hold from this day on; left out, those of the trunk.
    column : int, or array of int (column,)
        Which of the trunk's runs; or for each column which, and then columns are numbered from 0 as runs.
    keep : dtype or None
        Type in which trajectories are kept, those of the past if the trunk has kept them.

    Raises
    ------
    ValueError
        The other rules remember other things, so that the run cannot go on under them; or the trunk's day has begun.
    """
    if trunk.awake:
        raise ValueError("branches part before a morning, and this day has begun: branch first, or step to its evening")
    rules = trunk.scenario if scenario is None else scenario
    origin = np.broadcast_to(column, len(branches))
    run = np.arange(len(branches)) if np.ndim(column) else trunk.runs.run[origin]
    model = LockstepModel(rules, seed=trunk.seed, run_numbers=run, branch_numbers=branches, keep=keep)
    if differing := _remembers_otherwise(trunk.program, model.program):
        raise ValueError(f"a run cannot go on under rules with other {differing}")
    for mine, its in zip(handed_on(model.state), handed_on(trunk.state), strict=True):
        mine[...] = its[..., origin]
    _copy_events(trunk, model, origin)
    _make_ready(model)
    model.day, model.running = trunk.day, trunk.running
    with compiling(last=False):
        for agent in model.agents:
            if isinstance(agent, World):
                agent.prepare_control()  # sponsors hold their proxies as the rules of today say
    if model.trajectories is not None and trunk.trajectories is not None:
        model.trajectories.values[: model.day] = trunk.trajectories.values[: model.day, :, origin]
        model.trajectories.rung[: model.day] = trunk.trajectories.rung[: model.day, :, origin]
    return model


_MADE_ANEW = {"rise", "fall", "touched", "today", "ready"}
"""What of the world holds for a day only, or is found by the rules of that day (`_make_ready`)."""


def handed_on(m: ModelState) -> Iterator[NDArray[Any]]:
    """Every array in which a morning finds something of the days before, the runs along its last axis."""
    yield from (m.stocks, m.leading, m.leading_action, m.aside, m.aside_day, m.tallies, m.event_number)
    yield from (*m.status, *m.orders)
    yield from (getattr(m.world, name) for name in m.world._fields if name not in _MADE_ANEW)
    for held in m.held:
        yield from held


def _copy_events(trunk: LockstepModel, model: LockstepModel, origin: NDArray[np.integer[Any]]) -> None:
    """Let every column have the past events of its run, those of yesterday where the morning looks for them."""
    copies = inherited(trunk.events[: int(trunk.n_events[0])], origin)
    copies = copies[np.argsort(copies["day"], kind="stable")]
    yesterday = int(np.searchsorted(copies["day"], trunk.day - 1))
    model.n_events[:] = len(copies), yesterday, len(copies)
    room = max(len(model.events) - len(copies), 0)
    model.hold_events(np.concatenate([copies, np.empty(room, copies.dtype)]))


def inherited(events: NDArray[np.void], origin: NDArray[np.integer[Any]]) -> NDArray[np.void]:
    """The events of the columns that others go on from, once for each of these, in its order.

    Parameters
    ----------
    events : EVENT (event,)
    origin : array of int (column,)
        The column that each goes on from.
    """
    by_column = events[np.argsort(events["column"], kind="stable")]
    starts, ends = (np.searchsorted(by_column["column"], origin, side=side) for side in ("left", "right"))
    counts = ends - starts
    before = np.cumsum(counts) - counts
    copies = by_column[np.repeat(starts - before, counts) + np.arange(counts.sum())]
    copies["column"] = np.repeat(np.arange(len(origin)), counts)
    return copies


def _make_ready(model: LockstepModel) -> None:
    """Find from which day on each action may be chosen again, by the cooldowns that hold now."""
    p, w = model.program, model.world
    for at, action in enumerate(p.action):
        slot = model.numbers.slot[action["cooldown"]]
        cooldown = model.numbers.shared[action["cooldown"]] if slot == NONE else model.numbers.varied[slot]
        again = NEVER_AGAIN if action["once"] else w.last_day[at] + np.ceil(cooldown)
        w.ready[at] = np.where(w.last_day[at] == NEVER, 0, again)


def _remembers_otherwise(one: Program, other: Program) -> str | None:
    """Name what two programs keep from day to day and not alike; None if they keep the same."""
    same = {
        "actors": one.actors == other.actors,
        "actions": one.actions == other.actions,
        "variables": one.variables == other.variables and np.array_equal(one.variable["kind"], other.variable["kind"]),
        "dyads": one.dyads == other.dyads,
        "outcomes": one.outcomes == other.outcomes,
        "grievances": one.pairs == other.pairs,
        "grievances that replies set aside": np.array_equal(one.actor["aside"], other.actor["aside"]),
        "impunities and tolls": one.tallies == other.tallies,
        "sponsors": one.links == other.links,
        "acts that are ordered": np.array_equal(one.orders, other.orders),
        "acts to count days from": one.since_rung == other.since_rung,
        "days for which a rung is kept": one.ladder.rung_memory == other.ladder.rung_memory,
        "conditions": all(map(_count_alike, _conditions(one), _conditions(other))),
    }
    return next((name for name, alike in same.items() if not alike), None)


def _conditions(program: Program) -> tuple[Conditions, ...]:
    return program.morning_conditions, program.flag_conditions, program.outcome_conditions


def _count_alike(one: Conditions, other: Conditions) -> bool:
    """Whether both are the same conditions, up to the numbers in them."""
    return (
        _but_for(one.nodes, "lasting") == _but_for(other.nodes, "lasting")
        and np.array_equal(one.nodes["lasting"] == NONE, other.nodes["lasting"] == NONE)
        and _but_for(one.clauses, "threshold") == _but_for(other.clauses, "threshold")
        and np.array_equal(one.alternatives, other.alternatives)
    )


def _but_for(table: NDArray[np.void], column: str) -> list[Any]:
    return table[[name for name in table.dtype.names or () if name != column]].tolist()
