"""A move as workers compute it: some runs of a scenario under a hand's numbers, and what a picture needs of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, with_numbers

from .messages import Refused, sentence

Stopped = Callable[[], bool]
"""Whether the answer is still wanted; asked every day of the runs."""


REACHED = (5, 7, 8, 9)
"""Rungs whose first passage is shown, as in the report."""


class Stop(Exception):  # noqa: N818  # no error: somebody wants something else by now
    """What is computed is wanted no more."""


@dataclass(frozen=True)
class Rules:
    """What a scenario is compiled for: all that cannot differ from run to run."""

    scenario: str
    """By what it is loaded: the name of a shipped one, or the path of a file that the server's owner named."""
    off: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    fixed: tuple[tuple[str, float], ...] = ()
    """Numbers that shape the rules."""


class Some(NamedTuple):
    """What some runs gave."""

    paths: NDArray[np.float32]
    """The variable that is shown, shape (day, run)."""
    standing: NDArray[np.int64]
    """How many of those that did not fail stand on each rung, shape (rung, day)."""
    reached: NDArray[np.int64]
    """How many of them have stood on each of some rungs, or above it, by each day, shape (step, day)."""
    outcome_day: NDArray[np.int32]
    """First days of outcomes, -1 for never, shape (outcome, run)."""
    deaths: NDArray[np.float64]
    failed: NDArray[np.bool_]


@lru_cache(4)
def written(source: str) -> Scenario:
    """A scenario as it is written."""
    return load(source)


@lru_cache(12)
def built(rules: Rules) -> Scenario:
    """A scenario with its switches as they stand, and with the numbers that shape its rules.

    Raises
    ------
    Refused
        They cannot stand together.
    """
    scenario = written(rules.scenario)
    try:
        if rules.off or rules.forbid or rules.allow:
            scenario = _switched(scenario, rules)
        return with_numbers(scenario, dict(rules.fixed)) if rules.fixed else scenario
    except ChangeError as error:
        raise Refused(sentence(error)) from None
    except ValidationError as error:
        raise Refused(sentence(error.errors()[0]["msg"])) from None


def _switched(scenario: Scenario, rules: Rules) -> Scenario:
    content = scenario.model_dump(mode="json", by_alias=True)
    for name in rules.off:
        content["script"].pop(name, None)
    gone = tuple(f"script.{name}." for name in rules.off)
    changes = content["changes"]
    for change in changes.values():
        change["set"] = {path: value for path, value in change["set"].items() if not path.startswith(gone)}
    content["changes"] = {name: change for name, change in changes.items() if change["set"]}
    for act in rules.allow:
        content["forbid"].pop(act, None)
    content["forbid"] |= dict.fromkeys(rules.forbid, "always")
    return Scenario.model_validate(content)


def stands(_: Stopped, rules: Rules) -> None:
    """Hold rules to what their scenario allows.

    Raises
    ------
    Refused
        They cannot stand together.
    """
    built(rules)


def ready(_: Stopped, rules: Rules) -> None:
    """Compile a scenario, and the kernels if nobody has yet: what is asked of it next is quick."""
    from sim.engine.model import LockstepModel

    model = LockstepModel(built(rules), runs=1, seed=0)
    model.step()
    model.close()


def some(
    stopped: Stopped, rules: Rules, seed: int, first: int, last: int, numbers: Mapping[str, float], variable: str
) -> Some:
    """Run runs `first` to `last` - 1 to the end, or until the answer is wanted no more."""
    from sim.engine.model import LockstepModel

    scenario, run_numbers = built(rules), np.arange(first, last)
    design = {path: np.full(len(run_numbers), value) for path, value in numbers.items()}
    model = LockstepModel(scenario, seed=seed, run_numbers=run_numbers, design=design)
    row = None if variable == "tension" else model.program.variables.index(variable)
    paths = np.empty((scenario.days, model.n), np.float32)
    rungs = np.empty((scenario.days, model.n), np.uint8)
    for day in range(scenario.days):
        if stopped():
            model.close()
            raise Stop
        model.step()
        paths[day] = model.world.tension[0] if row is None else model.world.x[row]
        rungs[day] = model.world.rung[-1]
    failed = model.status.failed_day != -1
    outcome_day, deaths = model.world.outcome_day.copy(), model.world.deaths[-1].copy()
    model.close()
    return Some(paths, *_counted(rungs[:, ~failed]), outcome_day, deaths, failed)


def _counted(rungs: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs by rung and day, and those that have reached some rungs by each day."""
    standing = np.array([(rungs == rung).sum(axis=1) for rung in range(10)])
    highest = np.maximum.accumulate(rungs, axis=0)
    return standing, np.array([(highest >= rung).sum(axis=1) for rung in REACHED])


def together(parts: list[Some]) -> Some:
    """The parts of one ensemble as one, in the order of their runs."""
    return Some(
        np.concatenate([part.paths for part in parts], axis=1),
        np.sum([part.standing for part in parts], axis=0),
        np.sum([part.reached for part in parts], axis=0),
        np.concatenate([part.outcome_day for part in parts], axis=1),
        np.concatenate([part.deaths for part in parts]),
        np.concatenate([part.failed for part in parts]),
    )
