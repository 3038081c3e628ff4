"""The past of a run, simulated once more up to a morning: what branches and choices go on from."""

from typing import Any

import numpy as np
import pandas as pd

from sim.engine.model import CrisisModel
from sim.results.ensemble import event_table

from .asked import AskError, dated, refuse_unknown_run
from .replay.origin import Origin


def trunk(asked: Origin, run: int, day: int, *, keep: bool = False) -> CrisisModel:
    """Simulate a run to the morning of a day.

    Parameters
    ----------
    keep : bool
        Whether to keep trajectories.

    Raises
    ------
    AskError
        There is no such run, it failed before that day, or it is not the one in the result.
    """
    refuse_unknown_run(asked, run)
    model = CrisisModel(
        asked.scenario_of(run), seed=asked.seed, run_numbers=[run], collect=False, keep=np.float32 if keep else None
    )
    for _ in range(day):
        model.step()
    for _, failed, what in model.failures:
        raise AskError(f"run {run} failed on {dated(asked.scenario, failed)}: {what} was not finite; take another run")
    _refuse_another_past(model, asked, run)
    return model


def _refuse_another_past(model: CrisisModel, asked: Origin, run: int) -> None:
    """Hold the run's past beside what its result tells of it, if it tells."""
    told = asked.stored_events(run)
    if told is None:
        return
    theirs, ours = _rows(told[told["day"] < model.day]), _rows(event_table(model.block(), model.program))
    if theirs == ours:
        return
    at = next((at for at, pair in enumerate(zip(theirs, ours, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(theirs), len(ours)) if at is None else at
    day = min(events[at][0] for events in (theirs, ours) if at < len(events))
    raise AskError(
        f"run {run} is no longer the one in {asked.name}, from {dated(asked.scenario, day)} on: that was made by "
        f"escalation-sim {asked.made_by or '(unknown)'}, whose model differs from this one; run its scenario again"
    )


def _rows(events: pd.DataFrame) -> list[tuple[Any, ...]]:
    """What tells one past from another."""
    columns = ["day", "action", "rung", "fatalities"]
    return list(events[columns].astype({"action": str}).itertuples(index=False, name=None))
