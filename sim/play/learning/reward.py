"""What a reward is made of. None is built in: a reward is a function of whoever trains.

A reward gets how worlds stood before a step and after it, and what the step was, and gives one number for each world,
which may be a plain number where there is one world only:

>>> def relief_and_no_war(before, after, step):
...     return step.days / 365 * (1 - after.variables["sanctions"]) - step.came_about["sustained_war"]

It sees all of the world, not only what the seat knows: it is the teacher's, not the player's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.theatre.compiled.program import NONE, Floats, Ints

Kind = TypeVar("Kind", bound=np.generic)


class Rows(Mapping[str, NDArray[Kind]]):
    """Rows of an array by name, each with one value for each world."""

    def __init__(self, names: Sequence[str], values: NDArray[Kind]) -> None:
        self._at = {name: at for at, name in enumerate(names)}
        self._values = values

    def __getitem__(self, name: str) -> NDArray[Kind]:
        row: NDArray[Kind] = self._values[self._at[name]]
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


@dataclass(frozen=True)
class Evening:
    """How worlds stand in an evening; arrays have shape (world,)."""

    day: int
    """Days lived so far."""
    variables: Mapping[str, Floats]
    """In their own units."""
    tension: Floats
    """0 to 100."""
    rung: Floats
    """The highest of the last days, 0 to 9."""
    deaths: Floats
    """All the dead so far."""
    deaths_of: Mapping[str, Floats]
    """The dead so far, by the actor whose people they were."""
    outcomes: Mapping[str, NDArray[np.bool_]]
    """Whether each outcome has come about so far."""


@dataclass(frozen=True)
class Step:
    """A step that was taken; arrays have shape (world,)."""

    seat: str
    days: int
    """How many days it had."""
    run: NDArray[np.int64]
    """The numbers of the runs that the worlds are."""
    action: Ints
    """What the seat did, by the numbers of its actions; 0 where it was refused."""
    refused: NDArray[np.bool_]
    """Whether it chose what it could not."""
    came_about: Mapping[str, NDArray[np.bool_]]
    """Whether each outcome first came about in this step."""


Reward = Callable[[Evening, Evening, Step], NDArray[Any] | float]


def evening(model: LockstepModel) -> Evening:
    """Copy how the worlds of a model stand."""
    p, world = model.program, model.world
    return Evening(
        day=model.day,
        variables=Rows(p.variables, world.x.copy()),
        tension=world.tension[0].copy(),
        rung=world.rung[-1].copy(),
        deaths=world.deaths[-1].copy(),
        deaths_of=Rows(p.actors, world.deaths[:-1].copy()),
        outcomes=Rows(p.outcomes, world.outcome_day != NONE),
    )


def rewarded(reward: Reward, before: Evening, after: Evening, step: Step) -> Floats:
    """Ask for the reward of a step.

    Raises
    ------
    ValueError
        It is not one number for each world.
    """
    found = np.asarray(reward(before, after, step), np.float64)
    if found.shape == () and step.run.shape == (1,):
        return found[None]
    if found.shape != step.run.shape:
        raise ValueError(
            f"a reward is one number for each world, shape {step.run.shape}; this function gave shape {found.shape}"
        )
    return found
