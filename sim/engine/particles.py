"""Particles: runs in lockstep that follow a record, weighed day by day and resampled (Gordon, Salmond and Smith 1993).

A particle is a column. What is drawn in it is keyed by its number and the day, so that what a resampled copy goes on
with are dice of its own; and all bits depend on the scenario, the seed and the number of particles alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import NONE, Floats
from sim.theatre.language.scenario import Scenario

from ._numba import uncompiled
from .agents import Actor
from .branch import _handed_on
from .dice import RESAMPLE, uniform, words
from .follow import follow
from .model import LockstepModel

_words, _uniform_of = uncompiled(words), uncompiled(uniform)


class Followed(NamedTuple):
    """What a record has, by day; it is followed as long as it has days."""

    act: NDArray[np.int32]
    """Shape (day, actor): the action that is recorded, or NONE."""
    seen: Floats
    """Shape (day, action): the chance of an act of having been recorded."""


class FollowingActor(Actor):
    """An actor that does what is recorded of it, and otherwise what could have been missed."""

    model: "Particles"

    def decide(self) -> None:
        """Impose or draw, and gain the log chance of what is recorded."""
        model, day = self.model, self.model.day
        if not self._acts or day >= len(model.followed.act):
            super().decide()
            return
        act, me = int(model.followed.act[day, self.index]), self.model.program.actor[self.index]
        if act == NONE and not model.followed.seen[day, me["actions"] : me["actions_end"]].any():
            super().decide()
            return
        gain, chance = np.zeros(model.n), np.full(model.n, np.nan)
        follow(model.address, self.index, day, act, model.followed.seen[day], gain, chance)
        model.gains[self.index], model.chances[self.index] = gain, chance


class Particles(LockstepModel):
    """Runs that follow a record."""

    actor_type = FollowingActor

    def __init__(self, scenario: Scenario, followed: Followed, particles: int, seed: int | None = None, **rest: Any):
        self.followed = followed
        super().__init__(scenario, particles, seed, **rest)
        self.gains, self.chances = np.zeros((2, len(self.program.actors), self.n))
        self.log_weight = np.zeros(self.n)
        self.ancestor = np.arange(self.n)
        """Of each particle this morning, the one of the evening before that it goes on from."""

    def weighed(self) -> float:
        """Take the day's gains into the weights, and return the log of the chance that they gave to the day."""
        before = np.logaddexp.reduce(self.log_weight)
        alive = self.status.alive != 0
        self.log_weight = np.where(alive, self.log_weight + self.gains.sum(axis=0), -np.inf)
        return float(np.logaddexp.reduce(self.log_weight) - before)

    @property
    def weight(self) -> Floats:
        """Of each particle, summing to 1."""
        share: Floats = np.exp(self.log_weight - np.logaddexp.reduce(self.log_weight))
        return share

    @property
    def effective_n(self) -> float:
        """As how many particles of one weight these count."""
        return float(1.0 / (self.weight**2).sum())

    def resample(self) -> None:
        """Copy particles as often as their weights say, on average, and give all the same weight (Kitagawa 1996)."""
        places = (_uniform_of(_words(self.seed, 0, 0, self.day, RESAMPLE, 0)[0]) + np.arange(self.n)) / self.n
        sums = np.cumsum(self.weight)
        self.ancestor = np.minimum(np.searchsorted(sums, places, side="right"), self.n - 1)
        for rows in _handed_on(self.state):
            rows[...] = rows[..., self.ancestor]
        self.world.ready[...] = self.world.ready[:, self.ancestor]
        self._copy_events()
        self.log_weight = np.zeros(self.n)

    def _copy_events(self) -> None:
        """Let every particle have yesterday's events of the one that it goes on from."""
        first, last = int(self.n_events[1]), int(self.n_events[2])
        past = self.events[first:last]
        order = np.argsort(past["column"], kind="stable")
        past = past[order]
        starts = np.searchsorted(past["column"], np.arange(self.n + 1))
        counts = np.diff(starts)[self.ancestor]
        which = np.repeat(starts[self.ancestor], counts) + (
            np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        )
        copies = past[which]
        copies["column"] = np.repeat(np.arange(self.n, dtype=np.int32), counts)
        if first + len(copies) > len(self.events):
            self.hold_events(np.concatenate([self.events, np.empty(len(copies), self.events.dtype)]))
        self.events[first : first + len(copies)] = copies
        self.n_events[0] = self.n_events[2] = first + len(copies)
