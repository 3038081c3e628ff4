"""How far a price jumps."""

from math import inf
from typing import TYPE_CHECKING, Literal

from .base import RunArrays, register
from .price import AfterAct

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class Jump(AfterAct):
    """Return of the first trading day, in per cent, of the median act."""

    measure: Literal["jump"]

    @property
    def possible(self) -> tuple[float, float]:
        """A price loses all of its worth at most."""
        return -100, inf

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Median over the acts."""
        from sim.analysis.price_response import jump

        return jump(*self.excess(seen), seen.units)
