"""Particles: runs in lockstep that follow a record, weighed act by act and resampled (Gordon, Salmond and Smith 1993).

A particle is a column; those of one set, which share their numbers, lie side by side. What is drawn in a particle is
keyed by its place in its set and the day, so that copies of one go on with dice of their own, and every bit depends on
the scenario, the seed, the dice of the set and the number of particles alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.given import whole
from sim.theatre.compiled.arithmetic import log
from sim.theatre.compiled.compile_record import CompiledRecord
from sim.theatre.compiled.program import NONE, Floats
from sim.theatre.language.scenario import Scenario

from ._numba import uncompiled
from .agents import Actor
from .branch import branched, handed_on, inherited
from .dice import RESAMPLE, uniform, words
from .follow import ancestors, follow, follow_deaths, heirs, mean, possibilities, share_out, take_in
from .follow_orders import IMPOSSIBLE, INSTEAD, ITS_CAUSE, ITS_DAY, follow_orders
from .model import LockstepModel

MOST_PARTICLES = 1_000_000

_words, _uniform = uncompiled(words), uncompiled(uniform)


class FollowingActor(Actor):
    """An actor that does what is recorded of it, and otherwise what could have been missed."""

    model: "Particles"

    def adjudicate(self) -> None:
        """Carry out what is decided or due, and take into the weights what is recorded of orders that fall due."""
        if self.orders:
            self.model.follow_orders(self.hands)
            self.command()
            self.model.follow_ordered_deaths(self.hands)
        self.carry_out()

    def draw(self, hand: int) -> None:
        """Impose or draw, and take what is recorded into the weights."""
        if self.model.speaks_of(hand):
            self.model.follow(hand)
        else:
            super().draw(hand)


class Particles(LockstepModel):
    """Runs that follow a record.

    After each step, `told` holds what the day gave: log chances by actor, chances of recorded acts.

    Parameters
    ----------
    scenario : Scenario
        Without a script of its own for the days that are followed.
    record : CompiledRecord
        What to follow.
    particles : int
        How many make up a set.
    seed : int
    design : mapping, optional
        Numbers that differ from set to set: path to one value for each.
    dice : sequence of int, optional
        Which dice each set throws; left out, one set on dice 0.
    expecting : bool
        Whether to add up how often each act was expected in the record; of one set only.
    """

    actor_type = FollowingActor

    def __init__(
        self,
        scenario: Scenario,
        record: CompiledRecord,
        particles: int,
        seed: int,
        *,
        design: Mapping[str, Floats] | None = None,
        dice: NDArray[np.integer[Any]] | None = None,
        expecting: bool = False,
    ) -> None:
        self.record, self.particles = record, whole(particles, "particles", 1, MOST_PARTICLES)
        sets = np.zeros(1, np.int64) if dice is None else np.asarray(dice, np.int64)
        self.sets = len(sets)
        super().__init__(
            scenario,
            seed=seed,
            run_numbers=np.tile(np.arange(particles), self.sets),
            branch_numbers=np.repeat(sets, particles),
            design={path: np.repeat(values, particles) for path, values in (design or {}).items()},
        )
        actors, hands, actions = len(self.program.actors), len(self.program.hands), len(self.program.actions)
        self.log_weight = np.full(self.n, -log(float(particles)))
        """Of each particle; in each set the weights add up to 1."""
        self.share = np.full(self.n, 1.0 / particles)
        self.effective = np.full(self.sets, float(particles))
        self.evidence, self.deaths_evidence = np.zeros((2, actors + 1, self.sets))
        """What the day's acts, and their deaths, gave each set by actor: log chances that add up to the record's. The
        last row is what no actor did: that possibilities were open, and that particles failed."""
        self.chance = np.zeros((hands, self.sets))
        """The chance of each hand's recorded act, given the days before."""
        self.expected = np.zeros(actions if expecting else 0)
        """How often each act was expected in the record today."""
        self.resampled = np.zeros(self.sets, bool)
        self._picked = np.full((len(record.acts), self.n), NONE, np.int32)
        self._recorded, self._done = np.full((2, hands, self.n), NONE, np.int32)
        self._deaths, self._deaths_due = np.full((2, 2, hands, self.n), NONE, np.int32)
        self._gain, self._chance = np.zeros((2, self.n))
        self._held = np.zeros((len(self.program.orders), self.n))
        self._instead = np.full((3, len(self.program.orders), self.n), NONE, np.int32)
        self._orders = self.program.hand["orders_end"] > self.program.hand["orders"]
        self._told = record.tells_of(self.program)
        self._of_day = _by_day(record)

    def speaks_of(self, hand: int) -> bool:
        """Whether the record says anything of a hand today, if only that nothing was seen."""
        return self.day < self.record.days and bool(self._told[hand, self.day])

    def follow(self, hand: int) -> None:
        """Have a hand do what is recorded today, and take that into the weights."""
        record, day = self.record, self.day
        recorded, gain, actor = self._recorded[hand], self._gain, self.program.hand[hand]["actor"]
        follow(
            self.address,
            hand,
            day,
            recorded,
            self._done[hand],
            record.seen[day],
            self.share,
            self._held,
            self._instead,
            gain,
            self._chance,
            self.expected,
        )
        take_in(gain, self.status.alive, self.particles, self.log_weight, self.evidence[actor])
        if self._today[hand]:
            mean(self._chance, self.share, self.particles, self.chance[hand])
            self._follow_deaths(hand, self._deaths)

    def follow_orders(self, hands: range) -> None:
        """Take into the weights which of the orders that fall due today are in the record, before any is called off."""
        for hand in hands:
            if self._orders[hand] and self.speaks_of(hand):
                follow_orders(
                    self.address,
                    hand,
                    self.day,
                    self.record.seen[self.day],
                    self.log_weight,
                    self.particles,
                    self._held,
                    self._gain,
                    self.chance[hand],
                    self.expected,
                )
                evidence = self.evidence[self.program.hand[hand]["actor"]]
                take_in(self._gain, self.status.alive, self.particles, self.log_weight, evidence)

    def follow_ordered_deaths(self, hands: range) -> None:
        """Take into the weights how many die of what was recorded, and ordered before, and is done today."""
        for hand in hands:
            if self._due[hand]:
                self._follow_deaths(hand, self._deaths_due)

    def _follow_deaths(self, hand: int, deaths: NDArray[np.int32]) -> None:
        actor, (fewest, most) = self.program.hand[hand]["actor"], deaths[:, hand]
        follow_deaths(self.address, hand, self.day, fewest, most, self.record.seen[self.day], self._gain)
        take_in(self._gain, self.status.alive, self.particles, self.log_weight, self.deaths_evidence[actor])

    @usual
    def step(self) -> None:
        """Advance every particle by a day, and resample the sets in which few count.

        Raises
        ------
        RuntimeError
            The last day is over.
        """
        self.evidence[:] = self.deaths_evidence[:] = 0.0
        self.chance[:] = self.expected[:] = 0.0
        self._impose()
        super().step()
        self._forget_events()
        if (self.log_weight[self.status.alive == 0] > -np.inf).any():
            self._gain[:] = 0.0
            take_in(self._gain, self.status.alive, self.particles, self.log_weight, self.evidence[-1])
        share_out(self.log_weight, self.particles, self.share, self.effective)
        self.resampled = (self.effective > 0.0) & (self.effective < self.particles / 2)
        if self.resampled.any():
            self._resample()

    def _impose(self) -> None:
        """Lay out what is recorded of today; where an act has several possibilities, each particle has picked one."""
        record, day = self.record, self.day
        self._recorded[:] = self._deaths[:] = self._deaths_due[:] = NONE
        self._today, self._due = np.zeros((2, len(self.program.hands)), bool)
        for act in self._of_day.get(day, ()):
            ways = record.of(act)
            if len(ways) > 1:
                self._pick(act)
            picked = self._picked[act] if len(ways) > 1 else np.zeros(self.n, np.int32)
            for at, way in enumerate(ways):
                here, hand, done = picked == at, way["hand"], way["done"]
                if way["day"] == day:
                    self._recorded[hand, here], self._done[hand, here] = way["action"], done
                    self._today[hand] = True
                if done == day:
                    deaths, told = (self._deaths, self._today) if way["day"] == day else (self._deaths_due, self._due)
                    deaths[0, hand, here], deaths[1, hand, here] = way["fewest"], way["most"]
                    told[hand] = True

    def _pick(self, act: int) -> None:
        """Let each particle pick one of the possibilities that its other picks leave; their number makes up for that.

        The record's likelihood is the sum over possibilities: so many times the mean over particles that pick any.
        """
        if self._picked[act, 0] != NONE:
            return
        free = self._free(act)
        left = free.sum(axis=0)
        possibilities(self.address, self.day, self.record.keys[act], self._gain)
        nth = (self._gain * left).astype(np.int32)
        self._picked[act] = np.where(left > 0, (free.cumsum(axis=0) > nth).argmax(axis=0), len(free))
        if self.record.covered(act):
            chance = np.array([log(IMPOSSIBLE), *(log(float(number)) for number in range(1, len(free) + 1))])
            take_in(chance[left], self.status.alive, self.particles, self.log_weight, self.evidence[-1])

    def _free(self, act: int) -> NDArray[np.bool_]:
        """Whether each possibility of an act is left, since a hand acts once a day; shape (possibility, run)."""
        ways = self.record.of(act)
        free = np.ones((len(ways), self.n), bool)
        for other, picked in enumerate(self._picked):
            taken = self.record.of(other)
            if other == act or (len(taken) > 1 and picked[0] == NONE):
                continue
            for at, way in enumerate(taken):
                same = (ways["hand"] == way["hand"]) & _clash(ways, way)
                if same.any():
                    free[np.ix_(same, (picked == at) | (len(taken) == 1))] = False
        return free

    def _forget_events(self) -> None:
        """Keep the events of the day only: the next morning asks for no others, and memory stays flat."""
        first, last = int(self.n_events[1]), int(self.n_events[2])
        kept = last - first
        self.events[:kept] = self.events[first:last].copy()
        self.n_events[:] = kept, 0, kept

    def _resample(self) -> None:
        """Let particles go on as often as they count, on average, and count the same from now on."""
        origin = np.empty(self.n, np.int64)
        heirs(self.address, self.day, self.particles, self.resampled, self.share, origin)
        here = np.flatnonzero(np.repeat(self.resampled, self.particles))
        for rows in (*handed_on(self.state), self.world.ready, self._picked, self._held, self._instead):
            rows[..., here] = rows[..., origin[here]]
        self.log_weight[here], self.share[here] = -log(float(self.particles)), 1.0 / self.particles
        held = inherited(self.events[: int(self.n_events[2])], origin)
        if len(held) > len(self.events):
            self.hold_events(np.empty(len(held), held.dtype))
        self.events[: len(held)] = held
        self.n_events[:] = len(held), 0, len(held)

    def fork(self, scenario: Scenario, branch: int, runs: int | None = None, copies: int = 1) -> LockstepModel:
        """Make a model whose runs stand where the first set stands this morning, each particle as often as it counts.

        Parameters
        ----------
        scenario : Scenario
            Whose rules hold from this day on.
        branch : int
            The dice of the runs.
        runs : int, optional
            How many; left out, as many as there are particles.
        copies : int
            How often to have all these runs, one lot after another, each lot with the same dice.

        Notes
        -----
        What the record tells of later is unknown in them: what it has had ordered is not, and where particles would
        have given another order in its place, that stands.
        """
        draw = _uniform(_words(self.seed, 0, branch, self.day, RESAMPLE, 0)[0])
        origin = np.zeros(self.particles if runs is None else runs, np.int64)
        ancestors(self.share[: self.particles], draw, origin)
        number, origin = np.tile(np.arange(len(origin)), copies), np.tile(origin, copies)
        model = branched(self, np.full(len(origin), branch), scenario=scenario, column=origin)
        model.runs.run[:] = number
        orders = model.state.orders
        firm = (orders.due != NONE) & (orders.firm == 1)
        orders.due[firm] = NONE
        for k, column in np.argwhere(firm):
            other, due, cause = self._instead[[INSTEAD, ITS_DAY, ITS_CAUSE], k, origin[column]]
            if other != NONE and due >= self.day:
                orders.due[other, column], orders.cause[other, column], orders.firm[other, column] = due, cause, 0
                orders.given[other, column] = orders.given[k, column]
        return model


def _clash(ways: NDArray[np.void], other: np.void) -> NDArray[np.bool_]:
    """Which ways of an act of a hand are closed by another act of it, on whose day each was decided or done."""
    ordered = (ways["action"] == other["action"]) & (ways["day"] < ways["done"]) & (other["day"] < other["done"])
    both = (ways["day"] <= other["done"]) & (other["day"] <= ways["done"])
    found: NDArray[np.bool_] = (ways["day"] == other["day"]) | (ways["done"] == other["done"]) | (ordered & both)
    return found


def _by_day(record: CompiledRecord) -> dict[int, list[int]]:
    """The acts that may have been decided, or done, on each day."""
    found: dict[int, list[int]] = {}
    for act in range(len(record.acts)):
        for day in sorted({int(way[name]) for way in record.of(act) for name in ("day", "done")}):
            found.setdefault(day, []).append(act)
    return found
