"""How often one thing follows another."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from .base import ActFilter, RunArrays, ShareKind, While, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class FollowedBy(ShareKind):
    """Share of acts that other acts follow within some days."""

    measure: Literal["followed_by"]
    trigger: ActFilter
    reply: ActFilter
    within: WholeDays
    apart: WholeDays | None = None
    """Count a trigger only if nothing of `apart_from` lies so many days before it, or between it and the reply."""
    apart_from: tuple[ActFilter, ...] = ()
    while_: While = Field(default={}, alias="while")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.apart is None) != (not self.apart_from):
            raise ValueError("'apart' and 'apart_from' belong together: how many days, and from what")
        return self

    @property
    def reads(self) -> frozenset[str]:
        """What must be so while a trigger counts."""
        return frozenset(self.while_)

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Share of the triggers that a reply follows."""
        from sim.analysis.base_rates import followed_by

        trigger = seen.where(self.trigger)
        if self.while_:
            trigger &= seen.days_while(self.while_)[seen.run, seen.day]
        apart = seen.when(seen.where(*self.apart_from)) if self.apart is not None else None
        acts = seen.when(trigger), seen.when(seen.where(self.reply))
        return followed_by(*acts, seen.units, seen.n_days, self.within, apart, self.apart or 0)
