"""How often both sides of a dispute act."""

from typing import TYPE_CHECKING, Literal

from .base import Dyads, RunArrays, Rungs, ShareKind, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class Reciprocation(ShareKind):
    """Share of disputes in which both sides act, a dispute being acts without a longer pause."""

    measure: Literal["reciprocation"]
    dyads: Dyads
    rungs: Rungs
    """The rungs on which an act counts as militarised."""
    quiet: WholeDays
    """So many days without such an act end a dispute."""

    def estimate(self, seen: RunArrays) -> "Estimate":
        """As the Militarized Interstate Disputes data count."""
        from sim.analysis.base_rates import reciprocation

        return reciprocation(seen.exchanges(self.dyads, *self.rungs), seen.units, seen.n_days, self.quiet)
