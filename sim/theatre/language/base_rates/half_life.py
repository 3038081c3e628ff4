"""How soon a price forgets."""

from math import inf
from typing import TYPE_CHECKING, Literal

from .base import RunArrays, register
from .price import AfterAct

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class JumpHalfLife(AfterAct):
    """Trading days in which the median excess halves."""

    measure: Literal["half_life"]

    @property
    def possible(self) -> tuple[float, float]:
        """Time goes on."""
        return 0, inf

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Half-life of the exponential that fits the median best."""
        from sim.analysis.price_response import half_life

        return half_life(*self.excess(seen), seen.units)
