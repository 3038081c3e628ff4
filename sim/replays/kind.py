"""What kind of history a run is: which outcomes came about in it, and in how many other runs the same did."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.execution.source import Origin
from sim.text import capital, in_words, percent

if TYPE_CHECKING:
    from .replay import Replay

BESIDE = 400
"""Runs of a scenario that are simulated to hold one of them beside, where there is no result that has them."""


class Others(NamedTuple):
    """Runs that one is held beside."""

    held: NDArray[np.bool_]
    """Which outcomes came about in each, in the order of the engine, shape (run, outcome)."""
    number: NDArray[np.int64]
    whose: str
    """Whose runs they are."""


@dataclass(frozen=True)
class Kind:
    """Outcomes of a run beside those of other runs."""

    run: int
    came: tuple[str, ...]
    """Labels of the outcomes that came about, in order of their days."""
    missed: tuple[str, ...]
    """Labels of those that did not."""
    whose: str
    """Whose runs it is held beside."""
    runs: int
    alike: int
    """In how many of them exactly these outcomes came about."""
    others: int
    """In how many but the run itself."""
    shares: dict[str, float]
    """By id, in which share of them each outcome came about."""
    failed: bool = False
    """Whether it met a value that is not finite, and so has no end that could be held beside others."""
    rarest: str = ""
    """The label of the outcome that is rarest in them, of those that came about in it."""
    rarely: float = math.nan
    """In which share of them that one came about."""

    def text(self) -> str:
        """Say it in a paragraph."""
        here = f"in this history (run {self.run})"
        share = percent(self.alike / self.runs) if self.runs else ""
        if self.failed:
            until = f" Until then came about: {'; '.join(self.came)}." if self.came else ""
            return f"This history (run {self.run}) failed before its end, so it is not compared with others.{until}"
        if not self.came and not self.missed:
            return f"The theatre names no outcome by which this history (run {self.run}) could be compared with others."
        if not self.came:
            every = f"{in_words(len(self.missed))} {'outcome' if len(self.missed) == 1 else 'outcomes'}"
            none = f"None of the theatre's {every} came about {here}"
            return f"{none}, as in {share} of {self.whose}." if self.others else f"{none}."
        number = len(self.came) + len(self.missed)
        which = f"{in_words(len(self.came))} of {in_words(number)} outcomes" if number > 1 else "the only outcome"
        told = capital(f"{which} came about {here}: {'; '.join(self.came)}.")
        if not self.runs:
            return told
        which = "this outcome alone" if len(self.came) == 1 else "exactly these outcomes"
        few = {0: f"No other of {self.whose} ends", 1: f"Only one other of {self.whose} ends"}
        same = few.get(self.others, f"{share} of {self.whose} end")
        return f"{told} {same} with {which}; {self._rarest()}."

    def _rarest(self) -> str:
        """How rare the rarest is of the outcomes that came about."""
        which = f"the rarest of them, “{self.rarest}”," if len(self.came) > 1 else "it"
        return f"{which} comes about in {percent(self.rarely)}"

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return {"beside": self.whose, "runs": self.runs, "alike": self.alike, "shares": self.shares}


def kind_of(told: "Replay", origin: Origin, others: Others | None = None) -> Kind:
    """Hold a run beside others: left out, the runs of its result, or if there is none the scenario's first."""
    theatre, program = told.scenario.theatre, told.program
    held, number, whose = others or _beside(told, origin)
    days = {name: day for name, day in told.outcomes.items() if day is not None}
    shares = dict(zip(program.outcomes, held.mean(axis=0).tolist(), strict=True)) if len(held) else {}
    rarest = min(days, key=lambda name: shares[name]) if days and shares else None
    mine = np.array([name in days for name in program.outcomes], bool)
    alike = (held == mine).all(axis=1)
    return Kind(
        run=told.run,
        came=tuple(theatre.outcomes[name].label for name in sorted(days, key=lambda name: (days[name], name))),
        missed=tuple(outcome.label for name, outcome in theatre.outcomes.items() if name not in days),
        whose=whose,
        runs=len(held),
        alike=int(alike.sum()),
        others=int((alike & (number != told.run)).sum()),
        shares=shares,
        failed=told.failure is not None,
        rarest="" if rarest is None else theatre.outcomes[rarest].label,
        rarely=math.nan if rarest is None else shares[rarest],
    )


def _beside(told: "Replay", origin: Origin) -> Others:
    """The runs of its result, or else the scenario's first."""
    if origin.ensemble is not None:
        completed = getattr(origin.ensemble, "kept", origin.ensemble).completed
        held = completed[list(told.program.outcomes)].notna().to_numpy()
        return Others(held, completed.index.to_numpy(np.int64), f"the {len(held):,} runs of {origin.name}")
    model = LockstepModel(origin.scenario, seed=origin.seed, runs=BESIDE)
    while model.running:
        model.step()
    sound = model.status.failed_day < 0
    held, number = (model.world.outcome_day >= 0).T[sound], model.runs.run[sound]
    model.close()
    first = f"the first {BESIDE:,} runs of this scenario"
    return Others(held, number, first if sound.all() else f"the {len(number):,} of {first} that did not fail")
