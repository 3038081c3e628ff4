"""The agents: actors, the market, and the world, each acting in every run at once, in four phases a day."""

from math import inf
from typing import TYPE_CHECKING

from sim.theatre.program import NONE

from .adjudicate import adjudicate, apply_effects, heat_up, inject
from .decide import decide
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


class Participant:
    """Whoever takes part in the four phases of a day; what it does not override, it sits out."""

    model: "LockstepModel"

    def __init__(self, model: "LockstepModel", name: str) -> None:
        self.model, self.name = model, name
        model.enlist(self)

    def perceive(self) -> None:
        """Take in the morning."""

    def decide(self) -> None:
        """Choose."""

    def adjudicate(self) -> None:
        """Carry out."""

    def settle(self) -> None:
        """Come to rest."""


class Actor(Participant):
    """Summary of rule: hold acts against those behind them, answer in proportion, draw one act a day."""

    def __init__(self, model: "LockstepModel", name: str) -> None:
        super().__init__(model, name)
        self.index = model.program.actors.index(name)
        me = model.program.actor[self.index]
        self._acts, self._holds_grudges = me["actions_end"] > me["actions"], me["pairs_end"] > me["pairs"]
        self.chosen = model.everything.chosen[self.index]

    @property
    def action(self) -> str | None:
        """What it did on the last day, in the first run; None if it held."""
        chosen = int(self.chosen[0])
        return None if chosen == NONE or not self.model.status.alive[0] else self.model.program.actions[chosen]

    def perceive(self) -> None:
        """Let what is held against others fade, add yesterday's acts, and read the result."""
        if self._holds_grudges:
            perceive(self.model.place, self.index)

    def decide(self) -> None:
        """Weigh every action by what drives it and how well it answers, and draw one or hold."""
        if self._acts:
            decide(self.model.place, self.index, self.model.day)

    def weigh(self) -> None:
        """Decide once more, which comes to the same, and weigh all rates on the way, however high the draw is."""
        least = self.model.everything.rough.least
        usual, least[self.index] = least[self.index], inf
        self.decide()
        least[self.index] = usual

    def adjudicate(self) -> None:
        """Carry out what was chosen."""
        if self._acts:
            adjudicate(self.model.place, self.index, self.model.day)


class Market(Participant):
    """Summary of rule: prices jump with what happens and relax to what the snapshot of the day justifies."""

    def settle(self) -> None:
        """Settle prices."""
        settle(self.model.place, True, self.model.day)


class World(Participant):
    """Summary of rule: what belongs to nobody happens last in every phase."""

    def perceive(self) -> None:
        """Check the morning's conditions and read what drivers need."""
        place = self.model.place
        check_conditions(place, MORNING, self.model.day)
        read_features(place, MORNING)

    def adjudicate(self) -> None:
        """Add the script's effects, apply all effects at once, and take the snapshot."""
        place, day = self.model.place, self.model.day
        inject(place, day)
        apply_effects(place, day)
        heat_up(place, day)
        read_features(place, SNAPSHOT)

    def settle(self) -> None:
        """Relax what is no price, turn flags, note outcomes, and read what tomorrow's control depends on."""
        place, day = self.model.place, self.model.day
        settle(place, False, day)
        check_conditions(place, FLAGS, day)
        turn_flags(place)
        check_conditions(place, OUTCOMES, day)
        note_outcomes(place, day)
        freeze(place)
        self.prepare_control()

    def prepare_control(self) -> None:
        """Read how firmly sponsors hold their proxies, for tomorrow's perception."""
        read_features(self.model.place, DAWN)
        read_control(self.model.place)
