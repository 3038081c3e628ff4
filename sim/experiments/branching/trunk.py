"""The past of a run, simulated once more up to a morning: what branches and choices go on from."""

import numpy as np

from sim.engine.model import LockstepModel
from sim.execution.lookup import QueryError, dated, run_of
from sim.execution.source import Origin


def trunk(origin: Origin, run: int, day: int, *, keep: bool = False) -> LockstepModel:
    """Simulate a run to the morning of a day.

    Parameters
    ----------
    keep : bool
        Whether to keep trajectories.

    Raises
    ------
    QueryError
        There is no such run, it failed before that day, or it is not the one in the result.
    """
    run = run_of(origin, run)
    model = LockstepModel(
        origin.scenario_of(run), seed=origin.seed, run_numbers=[run], keep=np.float32 if keep else None
    )
    for _ in range(day):
        model.step()
    for _, failed, what in model.failures:
        raise QueryError(
            f"run {run} failed on {dated(origin.scenario, failed)}: {what} was not finite; choose another run"
        )
    _refuse_another_past(model, origin, run)
    return model


def _refuse_another_past(model: LockstepModel, origin: Origin, run: int) -> None:
    """Hold the run's past beside what its result tells of it, if it tells."""
    if origin.runs is None:
        return
    from sim.results.ensemble import event_table  # where there is no result, there is no table to read

    found = origin.mismatch(event_table(model.block(), model.program), run, before=model.day)
    if found is not None:
        raise QueryError(
            f"run {run} differs from the one in {origin.name} from {dated(origin.scenario, found.day)} on: the "
            f"latter was made by escalation-sim {origin.made_by or '(unknown)'}, whose model differs from this one; "
            "run its scenario again"
        )
