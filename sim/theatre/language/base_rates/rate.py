"""How often something happens."""

from math import inf
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .base import ActFilter, BaseRateKind, RunArrays, While, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class ActRate(BaseRateKind):
    """How many acts there are in so many days."""

    measure: Literal["rate"]
    acts: ActFilter
    per: WholeDays
    while_: While = Field(default={}, alias="while")

    @property
    def reads(self) -> frozenset[str]:
        """What must be so while a day counts."""
        return frozenset(self.while_)

    @property
    def possible(self) -> tuple[float, float]:
        """From none on."""
        return 0, inf

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Acts over the days that count."""
        from sim.analysis.base_rates import act_rate

        return act_rate(*seen.when(seen.where(self.acts)), self.per, seen.days_while(self.while_), seen.units)
