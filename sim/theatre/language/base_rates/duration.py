"""How long a crisis lasts."""

from math import inf
from typing import TYPE_CHECKING, Literal

from .base import BaseRateKind, Dyads, Quantile, RunArrays, Rungs, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class CrisisDuration(BaseRateKind):
    """Days from the first to the last act of an exchange in which both sides act."""

    measure: Literal["duration"]
    dyads: Dyads
    rungs: Rungs
    quiet: WholeDays
    """So many days without such an act end a crisis."""
    quantile: Quantile = 0.5

    @property
    def possible(self) -> tuple[float, float]:
        """From a day on."""
        return 1, inf

    def estimate(self, seen: RunArrays) -> "Estimate":
        """As the International Crisis Behavior data date crises."""
        from sim.analysis.base_rates import duration

        acts = seen.exchanges(self.dyads, *self.rungs)
        return duration(acts, seen.units, seen.n_days, self.quiet, self.quantile)
