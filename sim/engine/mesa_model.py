"""The model as Mesa knows models: the only file that imports Mesa, so that what can do without it starts quickly.

The agents, the phases and the arithmetic are those of `LockstepModel`; Mesa numbers the agents, activates them, counts
steps and collects data. Whatever the version of Mesa, `mesa.batch_run` makes different runs that can be made again.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.given import MOST_RUNS, plain, whole
from sim.text import did_you_mean
from sim.theatre.compiled.program import Floats
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers

from . import agents
from .model import LockstepModel, checked_seed, loaded

Init = TypeVar("Init", bound=Callable[..., None])


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


def _seed_stays_with_us(init: Init) -> Init:
    """Keep `seed` out of the signature that Mesa reads.

    From 3.4 on, `batch_run` writes its own `rng` over the parameter `seed` of a model that shows one, and over `rng` of
    one that does not: so the seed that stands among the parameters reaches the model.
    """
    shown = inspect.signature(init)
    kept = [parameter for name, parameter in shown.parameters.items() if name != "seed"]
    init.__signature__ = shown.replace(parameters=kept)  # type: ignore[attr-defined]
    return init


class CrisisModel(LockstepModel, mesa.Model):
    """A crisis in any number of runs, advanced in lockstep; with one run, a Mesa model like any other.

    A step is a day of four phases, each one activation of all agents: see `LockstepModel`.

    Under `mesa.batch_run`, iteration k of a `seed` among the parameters is run k of that seed, with `runs` the k-th
    lot of so many, as `sim.run` counts them; without a seed, each model has a fresh one. Rows tell `seed` and `run`.

    Parameters
    ----------
    scenario : Scenario or path
        What to run.
    runs : int
        How many runs, numbered on from `run`.
    seed : int, optional
        Seed of all dice, 0 to 2**64 - 1; left out, a fresh one, which `seed` and the data collector tell.
    run : int, optional
        Number of the first run; left out, 0, or what the iteration of `mesa.batch_run` makes it.
    rng : int, sequence of int, SeedSequence or Generator, optional
        The seed as Mesa calls it; what is no whole number yields one.
    run_numbers, branch_numbers : sequences of int, optional
        Instead of `runs`: which runs, on which branches of them.
    design : mapping, optional
        Numbers that differ from run to run: path to one value for each run.
    numbers : mapping, optional
        Numbers that are the same in all runs, but other than in the file: path to value, as a file would write it.
    collect : bool, optional
        Whether to collect data with Mesa's `DataCollector` every day; left out, with one run or under `batch_run`. Of
        several runs, a figure is a list with an entry for each.
    keep : dtype or None
        Type in which trajectories are kept for `block`; None keeps none.
    **by_path : float or str
        As `numbers`, each by its path as a keyword: with `{"actions.us.strike_iran.rate": [0.01, 0.02]}` among its
        parameters, `batch_run` tries both.

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    ValueError
        A number is unknown or has a value that is not allowed, or a seed or run is none.
    TypeError
        A keyword is neither a parameter nor the path of a number.
    """

    actor_type, market_type, world_type = Actor, Market, World
    agents = mesa.Model.agents

    @_seed_stays_with_us
    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        runs: int = 1,
        seed: int | None = None,
        *,
        run: int | None = None,
        rng: Any = None,
        run_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        branch_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        design: Mapping[str, Floats] | None = None,
        numbers: Mapping[str, float | str] | None = None,
        collect: bool | None = None,
        keep: type[np.floating[Any]] | None = None,
        **by_path: float | str,
    ) -> None:
        iteration = _iteration()
        own = seed is not None or (rng is not None and not _RNG_PER_ITERATION)
        seed = _seed(seed, rng)
        if run_numbers is None:
            runs = whole(runs, "runs", 1, MOST_RUNS)
            of_iteration = runs * iteration if iteration is not None and own else 0
            run = of_iteration if run is None else whole(run, "the first run", 0, MOST_RUNS - 1)
            run_numbers = np.arange(run, run + runs)
        elif run is not None:
            raise ValueError("'run' and 'run_numbers' both say which runs; give one of them")
        changes = {**_mapping("numbers", numbers), **_paths(by_path)}
        mesa.Model.__init__(self, rng=seed)
        LockstepModel.__init__(
            self,
            with_numbers(loaded(scenario), changes) if changes else scenario,
            seed=seed,
            run_numbers=np.atleast_1d(run_numbers),
            branch_numbers=None if branch_numbers is None else np.atleast_1d(branch_numbers),
            design=_mapping("design", design),
            keep=keep,
        )
        self._collects = self.n == 1 or iteration is not None if collect is None else collect
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


def _iteration() -> int | None:
    """Return which iteration of `mesa.batch_run` a model is made for; None outside of it.

    Mesa keeps it to itself: models of all iterations are made with the same arguments, in any order and process.
    """
    frame = sys._getframe(1) if _BATCH_RUN else None  # Mesa 4 has none
    while frame is not None and frame.f_code is not mesa.batchrunner._model_run_func.__code__:
        frame = frame.f_back
    return None if frame is None else int(frame.f_locals["iteration"])


_BATCH_RUN = getattr(mesa, "batch_run", None)
_RNG_PER_ITERATION = _BATCH_RUN is not None and "rng" in inspect.signature(_BATCH_RUN).parameters
"""Whether `batch_run` gives each iteration a seed of its own (Mesa 3.4 and later) or passes on its parameters alone."""


def _seed(seed: int | None, rng: Any) -> int:
    """Return the seed that is meant, a fresh one if none is."""
    rng = plain(rng)
    if rng is None:
        return checked_seed(seed)
    if seed is not None:
        raise ValueError(f"'seed' and 'rng' are two words for the same thing, found {seed!r} and {rng!r}; give one")
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**64, dtype=np.uint64))
    if isinstance(rng, Sequence | np.ndarray) and not isinstance(rng, str):
        rng = np.random.SeedSequence(rng)
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1, np.uint64)[0])
    return checked_seed(rng)


def _mapping(name: str, given: Any) -> dict[str, Any]:
    """Refuse what is no mapping: `batch_run` takes one apart and would run each of its keys."""
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    raise TypeError(
        f"'{name}' is a mapping from paths to values, found {given!r}; among the parameters of mesa.batch_run, which "
        "takes a mapping apart, write the path itself as a parameter with its values, or a list of mappings"
    )


def _paths(keywords: Mapping[str, float | str]) -> Mapping[str, float | str]:
    """Refuse a keyword that cannot be a path."""
    for word in keywords:
        if "." not in word:
            hint = did_you_mean(word, ("seed", *inspect.signature(CrisisModel).parameters))
            hint = hint or "; a number is named by its path, which 'sim describe' prints"
            raise TypeError(f"CrisisModel takes no '{word}'{hint}")
    return keywords


def _collector(model: CrisisModel) -> mesa.DataCollector:
    """Mesa's data collector: what a Mesa user would look at, of one run or of each."""

    def told(values: Any) -> Any:
        return values.tolist()[0] if model.n == 1 else values.tolist()

    def value(name: str) -> Any:
        return lambda m: told(m.value(name))

    def acts(agent: agents.Actor) -> Any:
        if model.n == 1:
            return agent.action
        return [agent.action_in(run) for run in range(model.n)]

    return mesa.DataCollector(
        model_reporters={
            "seed": lambda m: m.seed,
            "run": lambda m: told(m.runs.run),
            "date": lambda m: m.date,
            "rung": lambda m: told(m.world.rung[-1]),
            "tension": lambda m: told(m.world.tension[0]),
            **{name: value(name) for name in model.program.variables},
        },
        agent_reporters={
            "name": lambda agent: agent.name if isinstance(agent, agents.Participant) else None,
            "action": lambda agent: acts(agent) if isinstance(agent, agents.Actor) else None,
        },
    )
