"""Which acts of a theatre the figures speak of, by its questions and places."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sim.text import suggestion
from sim.theatre.language.questions import AskedActs
from sim.theatre.language.schema import Theatre

KINETIC = 4
"""The lowest rung on which something is broken."""
OVERT_FORCE = 7
"""The lowest rung of an open blow at a faction."""


class Cast:
    """The acts of a theatre by what the figures ask of them.

    Raises
    ------
    SystemExit
        An act, question or place that a figure needs is not there; when it is asked for.
    """

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre

    def act(self, name: str) -> str:
        """An act that must be there."""
        _needed(name, self.theatre.actions, "act")
        return name

    def asked(self, question: str) -> tuple[str, ...]:
        """The acts that a question is about."""
        acts = _needed(question, self.theatre.questions, "question").acts
        if not isinstance(acts, AskedActs) or not acts.actions:
            raise SystemExit(f"the question '{question}' names no actions, and this page asks it for some")
        return tuple(acts.actions)

    @cached_property
    def rockets(self) -> tuple[str, ...]:
        """Rocket attacks in Iraq."""
        return self.asked("rockets_a_week")

    @cached_property
    def kinetic(self) -> tuple[str, ...]:
        """Acts that break something, between parties to the crisis: not of a public, on one, or on Baghdad."""
        return tuple(
            name
            for name, action in self.theatre.actions.items()
            if action.rung >= KINETIC
            and action.target != "iraq_government"
            and "public" not in (self._kind(name.split(".")[0]), self._kind(action.target))
        )

    def _kind(self, actor: str) -> str:
        return str(self.theatre.actors[actor].kind)

    @cached_property
    def gulf(self) -> tuple[str, ...]:
        """Kinetic acts in the Gulf: on ships, on Saudi oil, on drones at sea, and the closing of the strait."""
        return self._placed("gulf")

    @cached_property
    def iraq(self) -> tuple[str, ...]:
        """Kinetic acts in Iraq."""
        return self._placed("iraq")

    def by(self, side: str) -> tuple[str, ...]:
        """Kinetic acts of the actors of a side."""
        _needed(side, self.theatre.sides, "side")
        return tuple(name for name in self.kinetic if self.theatre.actors[name.split(".")[0]].side == side)

    def _placed(self, place: str) -> tuple[str, ...]:
        _needed(place, self.theatre.places, "place")
        return tuple(name for name in self.kinetic if self.theatre.actions[name].place == place)

    @cached_property
    def militia_struck(self) -> tuple[str, ...]:
        """Open blows of the United States at a militia of Iraq."""
        strikers, struck = _needed("iraq", self.theatre.dyads, "dyad").sides
        return self._some(
            "open blow at a militia",
            (
                name
                for name, action in self.theatre.actions.items()
                if name.split(".")[0] in strikers and action.target in struck and action.rung >= OVERT_FORCE
            ),
        )

    def _some(self, what: str, found: Any) -> tuple[str, ...]:
        names = tuple(found)
        if not names:
            raise SystemExit(f"this theatre has no {what}")
        return names

    @cached_property
    def strait(self) -> str:
        """The flag of a closed strait."""
        _needed("strait_closed", self.theatre.variables, "variable")
        return "strait_closed"

    @property
    def war(self) -> str:
        """The flag of war."""
        if self.theatre.war is None:
            raise SystemExit("this theatre knows no war")
        return str(self.theatre.war.flag)


def _needed(name: str, known: Mapping[str, Any], kind: str) -> Any:
    if name not in known:
        raise SystemExit(f"this page needs the {kind} '{name}', and the theatre has none{suggestion(name, known)}")
    return known[name]
