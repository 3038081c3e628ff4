"""How a crisis is told: wordings of an act, names that change, what a flag means. No rule reads any of it.

A wording's text, and what is said of a flag, may hold places that a run fills: `{dead}` how many died, `{nth}` the
"third" time it is done, `{since(ACTION)}` how long ago an act was last done, such as "five weeks", `{VARIABLE}` its
value of the morning with its unit, and `{ACTOR}` what the actor is called by then.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from . import names
from .base import Model, Text, Told, refuse
from .number import Number
from .references import ActionRef
from .terms import Condition, Quantity, quantities

BLANK = re.compile(r"\{([^{}]*)\}")
"""A place in a text that a run fills."""
_SINCE = re.compile(r"since\(\s*([a-z0-9_.]+)\s*\)")
READABLE = ("variable", "condition", "rung", "tension", "deaths", "days_since", "count")
"""Kinds of quantities that a story can look up in a finished run."""


def since(blank: str) -> str | None:
    """The action of which a blank `since(ACTION)` asks, or None for another blank."""
    match = _SINCE.fullmatch(blank.strip())
    return None if match is None else match[1]


def _sound_blanks(text: str) -> str:
    known = names.current()
    for blank in BLANK.findall(text):
        if blank in ("dead", "nth"):
            continue
        if (action := since(blank)) is not None:
            names.require("action", action)
        elif known is not None:
            names.require("variable", blank, "actor")
    if "{" in BLANK.sub("", text) or "}" in BLANK.sub("", text):
        raise ValueError("a brace that is not closed; places to fill are written {dead}, {nth} or {since(ACTION)}")
    return text


Filled = Annotated[Text, AfterValidator(_sound_blanks)]
"""A text with places that a run fills."""


def _looked_up(condition: Condition) -> Condition:
    for quantity in quantities(condition):
        if quantity.kind not in READABLE:
            raise ValueError(f"a story cannot look up {quantity}; it reads variables, conditions, rungs and days_since")
    return condition


ToldWhen = Annotated[Condition, AfterValidator(_looked_up)]
"""A condition that a finished run can be asked."""


class Wording(Told):
    """One of several ways to tell an act; it is told so if all that is said here holds, the first that fits."""

    text: Filled
    when: ToldWhen | None = None
    """What holds on the morning of its day."""
    again: bool | None = None
    """True where the run has had this act before, false where this is the first time."""
    killed: bool | Annotated[int, Field(ge=2, strict=True)] | None = None
    """Whether somebody died of it, or how many at least."""
    answers: tuple[ActionRef, ...] = ()
    """Acts of which one weighed most in the decision."""

    @property
    def always(self) -> bool:
        """Whether it fits whatever the run."""
        return self.when is None and self.again is None and self.killed is None and not self.answers


class Naming(Told):
    """What an actor is called while a condition holds, as when an office changes hands."""

    when: ToldWhen
    label: Text


def _of_no_act(text: str) -> str:
    for blank in BLANK.findall(text):
        if blank in ("dead", "nth"):
            raise ValueError(f"{{{blank}}} is filled by an act, and a flag turns without one")
    return text


class Turns(Told):
    """What it means, for a reader, that a flag turns."""

    set: Annotated[Filled, AfterValidator(_of_no_act)] | None = None
    clear: Annotated[Filled, AfterValidator(_of_no_act)] | None = None


def _one_or_several(story: Any) -> str:
    return "one" if isinstance(story, str) else "several"


def _last_fits_always(wordings: tuple[Wording, ...]) -> tuple[Wording, ...]:
    if not wordings or not wordings[-1].always:
        raise ValueError("the last wording is used where no other fits: leave out when, again, killed and answers")
    refuse(
        ((place,), "this wording always fits, so none after it would ever be used")
        for place, wording in enumerate(wordings[:-1])
        if wording.always
    )
    return wordings


Story = Annotated[
    Annotated[Filled, Tag("one")] | Annotated[tuple[Wording, ...], AfterValidator(_last_fits_always), Tag("several")],
    Discriminator(_one_or_several),
]
"""A sentence that tells an act, or several wordings of it, of which the first that fits is told."""


def wordings_of(story: str | tuple[Wording, ...]) -> tuple[Wording, ...]:
    """A story as wordings, the last of which always fits."""
    return (Wording(text=story),) if isinstance(story, str) else story


def read_by_stories(part: Any) -> Iterator[Quantity]:
    """Every quantity that the conditions of wordings and names below `part` read."""
    if isinstance(part, Wording | Naming):
        if part.when is not None:
            yield from quantities(part.when)
    elif isinstance(part, Number | Condition):  # most of a theatre, and nothing of it is told
        return
    elif isinstance(part, Model):
        for name in type(part).model_fields:
            yield from read_by_stories(getattr(part, name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from read_by_stories(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from read_by_stories(value)
