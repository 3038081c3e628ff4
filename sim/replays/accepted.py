"""Which cause of an act a reader accepts, and what else weighed in a decision without being its reason.

The engine names the event that weighed most in a decision. That is a reason that a reader accepts if it happened on the
same front or between the same people, is no mere word that force would answer, and is not long gone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Union

from sim.theatre.language.schema import Theatre

if TYPE_CHECKING:
    from .acts import Act
    from .lookup import Deed

AnyDeed = Union["Act", "Deed"]
"""An act, whoever tells it."""

FORCE, WORDS = 4, 1
"""An act from rung 4 on is force, one up to rung 1 no more than words."""
HALF_LIVES = 3
"""An act moves its actor for so many half-lives of the actor's memory; by then an eighth is left."""
WEEK = 7


@dataclass(frozen=True)
class Bond:
    """How an act hangs together with the event that weighed most in its decision."""

    kind: Literal["because", "week", "far"]
    """`because` of it, in the `week` of it, or `far` from it."""
    doubt: str
    """What keeps it from being a reason that a reader accepts; empty if nothing does."""

    @property
    def accepted(self) -> bool:
        """Whether it is a reason."""
        return self.kind == "because"


def bond(theatre: Theatre, act: AnyDeed, cause: AnyDeed) -> Bond:
    """How an act hangs together with its cause.

    It is a reason if it happened on the same front, or its actor is the act's target, or both passed between the same
    two, a sponsor and its proxy counting as one; unless it was words and the act is force, or it is longer ago than
    `HALF_LIVES` half-lives of the actor's memory. What is no reason and a week old at most is named by its date.
    """
    doubt = _doubt(theatre, act, cause)
    if not doubt:
        return Bond("because", "")
    return Bond("week" if act.day - cause.day <= WEEK else "far", doubt)


def _doubt(theatre: Theatre, act: AnyDeed, cause: AnyDeed) -> str:
    if cause.action not in theatre.actions or act.action not in theatre.actions:
        return "the scenario let it happen"
    if not (_on_one_front(theatre, act, cause) or _between_the_same(theatre, act, cause)):
        return "it happened elsewhere, between others"
    if cause.rung <= WORDS and act.rung >= FORCE:
        return "it was no more than words"
    memory = theatre.deciders[_actor(act)].perception.memory.value
    return "it was long ago by then" if act.day - cause.day > HALF_LIVES * memory else ""


def _on_one_front(theatre: Theatre, act: AnyDeed, cause: AnyDeed) -> bool:
    place = theatre.actions[act.action].place
    return place is not None and place == theatre.actions[cause.action].place


def _between_the_same(theatre: Theatre, act: AnyDeed, cause: AnyDeed) -> bool:
    def one(a: str, b: str) -> bool:
        return a == b or b in theatre.deciders[a].sponsors or a in theatre.deciders[b].sponsors

    did, to = _actor(act), theatre.actions[act.action].target
    other, whom = _actor(cause), theatre.actions[cause.action].target
    return one(other, to) or (one(other, did) and one(whom, to))


def _actor(act: AnyDeed) -> str:
    return act.action.partition(".")[0]
