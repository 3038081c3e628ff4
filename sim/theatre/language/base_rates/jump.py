"""How far a price jumps."""

from typing import TYPE_CHECKING, Literal

from .base import RunArrays, register
from .price import AfterAct

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class Jump(AfterAct):
    """Return of the first trading day, in per cent, of the median act."""

    measure: Literal["jump"]

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Median over the acts."""
        from sim.analysis.price_response import jump

        return jump(*self.excess(seen), seen.units)
