"""The model as Mesa knows models: the only file that imports Mesa, so that what can do without it starts quickly.

The agents, the phases and the arithmetic are those of `LockstepModel`; Mesa numbers the agents, activates them, counts
steps and collects data.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import Floats
from sim.theatre.language.scenario import Scenario

from . import agents
from .model import LockstepModel, checked_seed


class Participant(agents.Participant, mesa.Agent):
    """Whoever takes part in the four phases of a day, as an agent of Mesa's."""

    model: "CrisisModel"

    def __init__(self, model: "CrisisModel", name: str) -> None:
        mesa.Agent.__init__(self, model)  # which enlists it
        self.name = name


class Actor(agents.Actor, Participant):
    """An actor, as an agent of Mesa's."""


class Market(agents.Market, Participant):
    """The market, as an agent of Mesa's."""


class World(agents.World, Participant):
    """The world, as an agent of Mesa's."""


class CrisisModel(LockstepModel, mesa.Model):
    """A crisis in any number of runs, advanced in lockstep; with one run, a Mesa model like any other.

    A step is a day of four phases, each one activation of all agents: see `LockstepModel`.

    Parameters
    ----------
    scenario : Scenario or path
        What to run.
    runs : int
        How many runs, numbered from 0.
    seed : int, optional
        Seed of all dice, 0 to 2**64 - 1; left out, a fresh one, which `seed` and the data collector tell.
    run_numbers, branch_numbers : sequences of int, optional
        Instead of `runs`: which runs, on which branches of them.
    design : mapping, optional
        Numbers that differ from run to run: path to one value for each run.
    collect : bool, optional
        Whether to collect data with Mesa's `DataCollector` every day; left out, with one run only.
    keep : dtype or None
        Type in which trajectories are kept for `block`; None keeps none.

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    """

    actor_type, market_type, world_type = Actor, Market, World
    agents = mesa.Model.agents

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        runs: int = 1,
        seed: int | None = None,
        *,
        run_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        branch_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        design: Mapping[str, Floats] | None = None,
        collect: bool | None = None,
        keep: type[np.floating[Any]] | None = None,
    ) -> None:
        seed = checked_seed(seed)
        mesa.Model.__init__(self, rng=seed)
        LockstepModel.__init__(
            self,
            scenario,
            runs,
            seed,
            run_numbers=run_numbers,
            branch_numbers=branch_numbers,
            design=design,
            keep=keep,
        )
        self._collects = self.n == 1 if collect is None else collect
        self.datacollector = _collector(self)

    @property
    def scenario(self) -> Scenario:
        """What is run; fixed when the model is made."""
        return self._scenario

    @scenario.setter
    def scenario(self, placeholder: object) -> None:
        """Let Mesa 3.5 put its placeholder nowhere: it would write into whatever stands here."""

    def step(self) -> None:
        """Advance every run by a day, and collect data if the model is to.

        Raises
        ------
        RuntimeError
            The last day is over.
        """
        super().step()
        if self._collects:
            self.datacollector.collect(self)


def _collector(model: CrisisModel) -> mesa.DataCollector:
    """Mesa's data collector for the first run: what a Mesa user would look at."""

    def value(name: str) -> Any:
        return lambda m: float(m.value(name)[0])

    return mesa.DataCollector(
        model_reporters={
            "seed": lambda m: m.seed,
            "date": lambda m: m.date,
            "rung": lambda m: int(m.world.rung[-1, 0]),
            "tension": lambda m: float(m.world.tension[0, 0]),
            **{name: value(name) for name in model.program.variables},
        },
        agent_reporters={
            "name": lambda agent: agent.name if isinstance(agent, agents.Participant) else None,
            "action": lambda agent: agent.action if isinstance(agent, agents.Actor) else None,
        },
    )
