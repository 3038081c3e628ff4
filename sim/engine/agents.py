"""The agents: actors, the market, and the world, each acting in every run at once, in four phases a day."""

from math import inf
from typing import TYPE_CHECKING

from sim.theatre.compiled.program import NONE

from .adjudicate import adjudicate, apply_effects, heat_up, inject
from .day import DayPhases
from .decide import decide
from .orders import command
from .perceive import perceive
from .readings import check_conditions, read_control, read_features
from .settle import freeze, note_outcomes, settle, turn_flags
from .state import DAWN, FLAGS, MORNING, OUTCOMES, SNAPSHOT

if TYPE_CHECKING:
    from .model import LockstepModel


class Agents(list["Participant"]):
    """All who act, in order; of Mesa's `AgentSet` it has what the engine needs."""

    def do(self, phase: str) -> None:
        """Have everybody do their part of a phase."""
        for agent in self:
            getattr(agent, phase)()


class Participant(DayPhases):
    """Whoever takes part in the phases of a day; what it does not override, it sits out."""

    model: "LockstepModel"

    def __init__(self, model: "LockstepModel", name: str) -> None:
        self.model, self.name = model, name
        model.enlist(self)


class Actor(Participant):
    """Summary of rule: hold acts against those behind them, answer in proportion, draw one act a day for each hand."""

    def __init__(self, model: "LockstepModel", name: str) -> None:
        super().__init__(model, name)
        self.index = model.program.actors.index(name)
        me = model.program.actor[self.index]
        self.hands = range(me["hands"], me["hands_end"])
        """Its hands, each of which does one act a day at most."""
        self._remembers = me["pairs_end"] > me["pairs"] or me["tallies_end"] > me["tallies"]
        self.orders = bool((model.program.hand["orders_end"] > model.program.hand["orders"])[self.hands].any())
        """Whether some of its acts are ordered before they are done."""
        self.chosen = model.state.chosen[self.hands.start : self.hands.stop]
        """What each of them did on the last day, shape (hand, run)."""

    @property
    def action(self) -> str | None:
        """What it did on the last day, in the first run, several acts with commas; None if it held."""
        return self.action_in(0)

    def action_in(self, run: int) -> str | None:
        """What it did on the last day in one of the runs."""
        acts = [self.model.program.actions[act] for act in self.chosen[:, run] if act != NONE]
        return ", ".join(acts) or None if self.model.status.alive[run] else None

    def perceive(self) -> None:
        """Let what is held against others fade, add yesterday's acts, and read the result."""
        if self._remembers:
            perceive(self.model.address, self.index)

    def decide(self) -> None:
        """Weigh every action by what drives it and how well it answers, and draw one or hold, hand by hand."""
        for hand in self.hands:
            self.draw(hand)

    def draw(self, hand: int) -> None:
        """Have one hand draw what it does, or hold."""
        decide(self.model.address, hand, self.model.day)

    def weigh(self, hand: int) -> None:
        """Let a hand draw once more, which comes to the same, and weigh all rates on the way, however high the draw."""
        least = self.model.state.bound.least
        usual, least[hand] = least[hand], inf
        self.draw(hand)
        least[hand] = usual

    def adjudicate(self) -> None:
        """Give and withdraw orders, and carry out what was chosen, or is due."""
        self.command()
        self.carry_out()

    def command(self) -> None:
        """Give and withdraw orders, and let what is due take the place of what was chosen."""
        if self.orders:
            command(self.model.address, self.index, self.model.day)

    def carry_out(self) -> None:
        """Carry out what was chosen, or is due."""
        for hand in self.hands:
            adjudicate(self.model.address, hand, self.model.day)


class Market(Participant):
    """Summary of rule: prices jump with what happens and relax to what the snapshot of the day justifies."""

    def settle(self) -> None:
        """Settle prices."""
        settle(self.model.address, True, self.model.day)


class World(Participant):
    """Summary of rule: what belongs to nobody happens last in every phase."""

    def perceive(self) -> None:
        """Check the morning's conditions and read what drivers need."""
        address = self.model.address
        check_conditions(address, MORNING, self.model.day)
        read_features(address, MORNING)

    def adjudicate(self) -> None:
        """Add the script's effects, apply all effects at once, and take the snapshot."""
        address, day = self.model.address, self.model.day
        inject(address, day)
        apply_effects(address, day)
        heat_up(address, day)
        read_features(address, SNAPSHOT)

    def settle(self) -> None:
        """Relax what is no price, turn flags, note outcomes, and read what tomorrow's control depends on."""
        address, day = self.model.address, self.model.day
        settle(address, False, day)
        check_conditions(address, FLAGS, day)
        turn_flags(address)
        check_conditions(address, OUTCOMES, day)
        note_outcomes(address, day)
        freeze(address)
        self.prepare_control()

    def prepare_control(self) -> None:
        """Read how firmly sponsors hold their proxies, for tomorrow's perception."""
        read_features(self.model.address, DAWN)
        read_control(self.model.address)
