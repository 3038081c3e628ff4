"""The model: agents that act in many runs at once. `mesa_model.CrisisModel` is the same as a `mesa.Model`."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.given import MOST_RUNS, seed_of, whole
from sim.theatre.compiled.epochs import Rules, rules_of
from sim.theatre.compiled.program import LOG, NONE, UNIT, Floats, Ints, Script
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_change

from ._numba import compiling, pack
from .agents import Actor, Agents, Market, Participant, World
from .block import Block, Trajectories, block, failures
from .day import PHASES, Phase
from .going_on import make_ready, under
from .numbers import Numbers
from .settle import price_of
from .state import BLOOD_READING, EVENT, RunKeys, new_state


class LockstepModel:
    """A crisis in any number of runs, advanced in lockstep.

    A step is a day: its `phases` one after another, each an activation of all agents (`sim/ODD.md`, 7.3 to 7.6).

    Parameters
    ----------
    scenario : Scenario or path
        What to run.
    runs : int
        How many runs, numbered from 0.
    seed : int, optional
        Seed of all dice, 0 to 2**64 - 1; left out, a fresh one, which `seed` tells.
    run_numbers, branch_numbers : sequences of int, optional
        Instead of `runs`: which runs, on which branches of them.
    design : mapping, optional
        Numbers that differ from run to run: path to one value for each run.
    keep : dtype or None
        Type in which trajectories are kept for `block`; None keeps none.

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    """

    phases: ClassVar[tuple[Phase, ...]] = PHASES
    """What happens on a day, in order."""
    actor_type: type[Actor] = Actor
    market_type: type[Market] = Market
    world_type: type[World] = World
    awake = False
    """Whether the first phase of the day to come is done already."""

    @usual
    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        runs: int = 1,
        seed: int | None = None,
        *,
        run_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        branch_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        design: Mapping[str, Floats] | None = None,
        keep: type[np.floating[Any]] | None = None,
    ) -> None:
        self.seed = checked_seed(seed)
        self.running = True
        self._enlisted = Agents()
        self._scenario = self.rules = loaded(scenario)
        """The scenario with what has been changed in this model alone."""
        self._rules = rules_of(self._scenario)
        self._in_force = self._rules[0]
        self.program = self._in_force.program
        self._design = design or {}
        numbers = np.arange(whole(runs, "runs", 1, MOST_RUNS)) if run_numbers is None else _numbered(run_numbers)
        branches = np.zeros(len(numbers), np.int64) if branch_numbers is None else _numbered(branch_numbers)
        self.runs = RunKeys(np.array([self.seed], np.uint64), numbers, branches)
        self.n = len(numbers)
        with compiling(last=False):
            self._lay_out()
        self.trajectories = Trajectories(self.program, self.n, keep) if keep is not None else None

    def _lay_out(self) -> None:
        """Make the agents and the state of the first morning."""
        self._set_up()
        for name in self.program.actors:
            self.actor_type(self, name)
        if self.program.market is not None:
            self.market_type(self, self.program.market)
        self.world_type(self, "world").prepare_control()

    @property
    def scenario(self) -> Scenario:
        """What is run; fixed when the model is made."""
        return self._scenario

    @property
    def agents(self) -> Agents:
        """All who act, in the order in which they do."""
        return self._enlisted

    def enlist(self, agent: Participant) -> None:
        """Have an agent take part in the phases of every day from now on, after those who do already."""
        self._enlisted.append(agent)

    def _numbers(self, rules: Rules) -> Numbers:
        """The numbers of some rules, those of the design run by run unless they have been changed for all."""
        p = rules.program
        slot, varied = p.vary({path: values for path, values in self._design.items() if path not in rules.changed})
        return _shared_where_equal(np.array([parameter.value for parameter in p.parameters]), slot, varied)

    def _set_up(self) -> None:
        """Lay out the state of all runs and put it to the first morning."""
        p = self.program
        self.numbers = self._numbers(self._in_force)
        slot, varied = self.numbers.slot, self.numbers.varied
        self.state = m = new_state(p, self.runs, self.numbers)
        self.world, self.status, self.stocks, self.leading, self.held = m.world, m.status, m.stocks, m.leading, m.held
        self.events, self.n_events = m.events, m.n_events
        self._publish_state()
        self.day = 0
        kind, logarithm = p.variable["kind"], p.variable["logarithm"]
        shares = kind == UNIT
        self.world.rise[shares] = self.world.fall[shares] = 1.0
        for at, start in enumerate(p.variable["start"]):
            values = varied[slot[start]] if slot[start] != NONE else self.numbers.shared[start]
            self.world.x[at] = values
            if kind[at] == LOG:
                self.world.logarithm[logarithm[at]] = values
                price_of(self.world.logarithm[logarithm[at]], self.world.x[at])

    def _publish_state(self) -> None:
        """Lay out where all arrays lie, for the kernels, which are given the address of that."""
        self._packed = pack(self.state)
        self.address = self._packed.ctypes.data

    def close(self) -> None:
        """Let go of all arrays: agents and model refer to one another."""
        self.__dict__.clear()

    def __getstate__(self) -> object:
        """Refuse to be copied: kernels would go on writing into the arrays of the original."""
        raise TypeError("a model cannot be copied; make another with the same scenario and seed")

    @usual
    def step(self) -> None:
        """Advance every run by a day.

        Raises
        ------
        RuntimeError
            The last day is over.
        """
        self._need_a_day()
        self.take_up_rules()
        self._make_room()
        with compiling(last=True):
            for phase in self.phases:
                self.enact(phase)
        self.n_events[1:] = self.n_events[2], self.n_events[0]
        if self.trajectories is not None:
            self.trajectories.keep(self.day, self.world)
        self.day += 1
        self.running = self.day < self.program.days

    def _need_a_day(self) -> None:
        if self.day >= self.program.days:
            raise RuntimeError(f"the scenario ends on {self.scenario.end}; there is no day after it")

    def enact(self, phase: Phase) -> None:
        """Have every agent do its part of a phase."""
        self.agents.do(phase.name)

    def take_up_rules(self) -> None:
        """Go on under the rules of the day to come, where numbers change on it."""
        rules = next(each for each in reversed(self._rules) if each.day <= self.day)
        if rules.program is self.program and rules.changed == self._in_force.changed:
            return
        self._in_force = rules
        script = self.state.tables.script if self._has_own_script else rules.program.script
        self.program, self.numbers = rules.program, self._numbers(rules)
        self.state = under(self.program, self.numbers, self.state)
        self.state = self.state._replace(tables=self.state.tables._replace(script=script))
        self._publish_state()
        make_ready(self)

    def change(self, numbers: Mapping[str, float | str]) -> None:
        """Give numbers other values from the day to come on, in this model and in all its runs alike.

        It is as if the scenario said so under `changes`, and adds to what that says; `rules` is that scenario. What
        came before stays as it was, bit for bit.

        Parameters
        ----------
        numbers : mapping
            By path, such as `actions.us.strike_iran.rate`, the value as a file would write it, with or without unit.

        Raises
        ------
        sim.theatre.parameters.change.ChangeError
            A path leads to no number that can still change, or a value is not allowed there; nothing has changed.
        """
        rules = with_change(self.rules, self.program.start + timedelta(days=self.day), numbers)
        self._rules = rules_of(rules)
        self.rules = rules

    def _make_room(self) -> None:
        most = self.n * (len(self.program.hands) + len(self.program.injects))
        if int(self.n_events[0]) + most > len(self.events):
            self.hold_events(np.concatenate([self.events, np.empty(len(self.events) + most, EVENT)]))

    def hold_events(self, events: NDArray[np.void]) -> None:
        """Keep the table of events in another array."""
        self.events = events
        self.state = self.state._replace(events=events)
        self._publish_state()

    @property
    def _has_own_script(self) -> bool:
        return self.state.tables.script.act is not self.program.script.act

    def _own_script(self) -> Script:
        """The script of this model alone: a program is shared."""
        tables = self.state.tables
        if not self._has_own_script:
            own = {name: getattr(tables.script, name).copy() for name in ("act", "deaths", "forbidden")}
            self.state = self.state._replace(tables=tables._replace(script=tables.script._replace(**own)))
            self._publish_state()
        return self.state.tables.script

    def impose(self, action: str) -> None:
        """Have an action done on the day to come, in place of what its hand would choose; its deaths are drawn."""
        script, at = self._own_script(), self.program.actions.index(action)
        place = self.day, int(self.program.action[at]["hand"])
        script.act[place], script.deaths[place] = at, NONE

    def forbid(self, action: str, days: int | None = None) -> None:
        """Veto an action from the day to come on, to the end or for some days; it stays in the draw."""
        until = None if days is None else self.day + days
        self._own_script().forbidden[self.day : until, self.program.actions.index(action)] = 1

    def hold(self, actor: str) -> None:
        """Have an actor do nothing on the day to come; what happens by accident still may.

        Nothing is done that day, not even what was ordered for it: that order lapses.
        """
        script, me = self._own_script(), self.program.actor[self.program.actors.index(actor)]
        mine = slice(me["actions"], me["actions_end"])
        chosen = self.program.action["accident"][mine] == 0
        script.act[self.day, self.program.action["hand"][mine][chosen]] = NONE
        script.forbidden[self.day, mine][chosen] = 1

    def take_orders_of(self, other: "LockstepModel") -> None:
        """Take over what is still to come of what was imposed, forbidden and held in a model of the same scenario."""
        if other._has_own_script:
            script, its = self._own_script(), other.state.tables.script
            for name in ("act", "deaths", "forbidden"):
                getattr(script, name)[self.day :] = getattr(its, name)[self.day :]

    @property
    def date(self) -> date:
        """The day that was stepped last; before the first step, the first day."""
        return self.program.start + timedelta(days=max(self.day - 1, 0))

    def value(self, variable: str) -> Floats:
        """A variable in every run, shape (run,)."""
        return self.world.x[self.program.variables.index(variable)]

    @property
    def failures(self) -> list[tuple[int, int, str]]:
        """Runs that met a value that is not finite: (run, day, what)."""
        return failures(self.program, self.state)

    @usual
    def block(self) -> Block:
        """Gather the results so far."""
        return block(self.program, self.state, self.trajectories)

    def digest(self) -> NDArray[np.uint64]:
        """Fold every bit of each run's state into one number, shape (run,): equal for equal histories."""
        folded = np.full(self.n, 0xCBF29CE484222325, np.uint64)
        own = self.state.event_number[None], self.status.alive[None]
        kept: list[NDArray[Any]] = [
            self.stocks[:BLOOD_READING],
            self.leading,
            self.state.aside,
            self.state.aside_day,
            self.state.tallies,
            self.state.leading_action,
            *self.world,
            *(held.streak for held in self.held),
            self.state.orders.due,
            *own,
        ]
        for rows in kept:
            if rows.ndim >= 2:
                for row in rows.reshape(-1, self.n):
                    bits = row.view(np.uint64) if row.itemsize == 8 else row.astype(np.int64).view(np.uint64)
                    folded = (folded ^ bits) * np.uint64(0x100000001B3)
                    folded ^= folded >> np.uint64(29)
        return folded


def checked_seed(seed: int | None) -> int:
    """Return a seed, or a fresh one in place of None.

    Raises
    ------
    ValueError
        It is none.
    """
    if seed is None:
        return secrets.randbits(63)
    return seed_of(seed)


def _shared_where_equal(shared: Floats, slot: Ints, varied: Floats) -> Numbers:
    """Numbers of a design; what it has alike in all runs is shared, as if a scenario said so: that is faster."""
    bits = varied.view(np.int64)
    alike = (bits == bits[:, :1]).all(axis=1)
    if alike.any():
        at = np.flatnonzero(slot != NONE)
        shared[at[alike]] = varied[alike, 0]
        slot[at[alike]] = NONE
        slot[at[~alike]] = np.arange((~alike).sum())
        varied = varied[~alike]
    return Numbers(shared, slot, varied)


def _numbered(numbers: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Run or branch numbers as the dice take them."""
    found = np.asarray(numbers)
    if found.dtype.kind == "f" and (found == np.floor(found)).all():
        found = found.astype(np.int64)
    if len(found) < 1 or found.dtype.kind not in "iu" or found.min() < 0 or found.max() >= MOST_RUNS:
        raise ValueError("a model needs at least one run, and runs are numbered from 0 below 2**32")
    return found.astype(np.int64)


def loaded(scenario: Scenario | str | PathLike[str]) -> Scenario:
    """Return a scenario that may still be a path."""
    if isinstance(scenario, Scenario):
        return scenario
    from sim.theatre.files.load import load  # YAML is read only if a path is given

    return load(scenario)
