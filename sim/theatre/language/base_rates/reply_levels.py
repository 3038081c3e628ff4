"""Whether replies are in proportion."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.theatre.language.references import Rung

from .base import Dyads, RunArrays, ShareKind, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class ReplyLevels(ShareKind):
    """Of acts that follow one of the other side: the share above, on or below its level."""

    measure: Literal["reply_levels"]
    dyads: Dyads
    levels: Annotated[tuple[Rung, ...], Field(min_length=2)]
    """The lowest rung of each level; acts below the first do not count."""
    within: WholeDays
    """What comes later is no reply."""
    direction: Literal["up", "same", "down", "lead"]
    """`lead` is by how much `same` exceeds the more frequent of the others."""
    link: Literal["sequence", "cause"] = "sequence"
    """Which act is replied to: the last one of the other side, or the one that the model itself names as cause."""

    @model_validator(mode="after")
    def _rising_levels(self) -> Self:
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError("'levels' lists the lowest rung of each level, in rising order")
        return self

    @property
    def is_share(self) -> bool:
        """A lead is a difference of shares."""
        return self.direction != "lead"

    @property
    def possible(self) -> tuple[float, float]:
        """None to all; all of them on another level make a lead of -1."""
        return (0.0 if self.is_share else -1.0), 1.0

    def estimate(self, seen: RunArrays) -> "Estimate":
        """As incidents of the Militarized Interstate Disputes data follow each other, or by the causes acts name."""
        from sim.analysis.base_rates import caused_levels, reply_levels

        if self.link == "cause":
            return caused_levels(*seen.answers(self.dyads), seen.units, self.levels, self.within, self.direction)
        acts = seen.exchanges(self.dyads, self.levels[0])
        return reply_levels(acts, seen.units, self.levels, self.within, self.direction)
