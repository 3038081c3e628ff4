"""What is asked of the days to come, so that forecasts can be scored: whether something happens, how often, how far.

Questions judge and are never read by a rule, as base rates do.
"""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import field_validator, model_validator

from . import names
from .base import Model, Text
from .base_rates import ActFilter
from .references import ActorRef, VariableRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .schema import Action, Theatre

OVERT = 0.5
"""An act is overt if less than this share of it is only suspected."""

Kind = Literal["any", "count", "change"]


class AskedActs(ActFilter):
    """Some of the acts of a window: those that fit all that is said here."""

    killed: ActorRef | None = None
    """Those by which people of this actor died, or of several sides of which it is one."""
    overt: Literal[True] | None = None
    """Those of which less than half is only suspected."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        told = self.actions or self.actors or self.targets or self.rungs or self.killed or self.overt
        if not told and self.lethal is None:
            raise ValueError("this would match every act; name actions, actors, targets, rungs, 'killed' or 'overt'")
        return self

    def fits(self, name: str, action: "Action", theatre: "Theatre") -> "tuple[bool, bool]":
        """Whether an act counts if it kills nobody, and whether it does if it kills.

        Parameters
        ----------
        name : str
            The action's id.
        """
        chosen = (
            (not self.actions or name in self.actions)
            and (not self.actors or name.split(".")[0] in self.actors)
            and (not self.targets or action.target in self.targets)
        )
        harmless, deadly = (chosen and self._fits_as(action, kills, theatre) for kills in (False, True))
        return harmless, deadly

    def _fits_as(self, action: "Action", kills: bool, theatre: "Theatre") -> bool:
        if kills and action.casualties is None:
            return False
        rung = action.lethal_rung if kills and action.lethal_rung is not None else action.rung
        hidden = action.deniability.value * (theatre.ladder.lethal_deniability.value if kills else 1.0)
        return (
            (self.rungs is None or self.rungs[0] <= rung <= self.rungs[1])
            and (self.lethal is None or self.lethal == kills)
            and (self.killed is None or (kills and self.killed in action.sides_of_its_dead))
            and (self.overt is None or hidden < OVERT)
        )


class Question(Model):
    """Something that can be asked of any window of days, and that a record answers."""

    label: Text
    any: AskedActs | None = None
    """Is there such an act?"""
    count: AskedActs | None = None
    """How many such acts are there in a week?"""
    change: VariableRef | None = None
    """How far does this variable move between the evening before and the last: prices in per cent, others as such?"""
    note: Text | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(part is not None for part in (self.any, self.count, self.change)) != 1:
            raise ValueError(
                "a question asks one thing: 'any' (is there such an act?), 'count' (how many a week?) or "
                "'change' (of a variable)"
            )
        return self

    @field_validator("change", mode="after")
    @classmethod
    def _of_a_quantity(cls, name: str | None) -> str | None:
        known = names.current()
        if name is not None and known is not None and known.variable(name, "kind") == "flag":
            raise ValueError(f"{name} is a flag: it has no size to change; ask for an act that sets it, with 'any'")
        return name

    @property
    def kind(self) -> Kind:
        """What it asks."""
        return "any" if self.any is not None else "count" if self.count is not None else "change"

    @property
    def acts(self) -> AskedActs | None:
        """The acts that it is about, if it is about acts."""
        return self.any or self.count


def unanswerable(questions: dict[str, Question], theatre: "Theatre") -> "Iterator[tuple[tuple[str, ...], str]]":
    """Questions of which no act of the theatre could be the answer, each with its place and what is wrong."""
    for name, question in questions.items():
        asked = question.acts
        if asked is not None and not any(any(asked.fits(*action, theatre)) for action in theatre.actions.items()):
            yield (
                ("questions", name, question.kind),
                "no action of this theatre fits all of this, so the answer is always no; leave something out",
            )
