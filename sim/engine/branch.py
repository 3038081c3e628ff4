"""Branches: one run goes on in many columns from the morning on which it stands, with other dice or other rules.

The past is simulated once. What a morning hands to the next is copied into every column, so each of them is, bit for
bit, the run that would have taken the same change on that day.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.epochs import remembers_otherwise
from sim.theatre.language.scenario import Scenario

from .going_on import make_ready
from .model import LockstepModel
from .state import ModelState


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
        Whose rules hold from this day on; left out, those of the trunk, with what was changed and ordered in it.
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
    rules = trunk.rules if scenario is None else scenario
    origin = np.broadcast_to(column, len(branches))
    run = np.arange(len(branches)) if np.ndim(column) else trunk.runs.run[origin]
    model = LockstepModel(rules, seed=trunk.seed, run_numbers=run, branch_numbers=branches, keep=keep)
    if differing := remembers_otherwise(trunk.program, model.program):
        raise ValueError(f"a run cannot go on under rules with other {differing}")
    for mine, its in zip(handed_on(model.state), handed_on(trunk.state), strict=True):
        mine[...] = its[..., origin]
    _copy_events(trunk, model, origin)
    model.day, model.running = trunk.day, trunk.running
    model.take_up_rules()
    make_ready(model)
    if scenario is None:
        model.take_orders_of(trunk)
    if model.trajectories is not None and trunk.trajectories is not None:
        model.trajectories.values[: model.day] = trunk.trajectories.values[: model.day, :, origin]
        model.trajectories.rung[: model.day] = trunk.trajectories.rung[: model.day, :, origin]
    return model


_MADE_ANEW = {"rise", "fall", "touched", "today", "ready"}
"""What of the world holds for a day only, or is found by the rules of that day (`make_ready`)."""


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
    if len(copies) > len(model.events):
        model.hold_events(np.empty(len(copies), copies.dtype))
    model.events[: len(copies)] = copies


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
