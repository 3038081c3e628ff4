"""How many runs come to something."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from sim.theatre.language.references import OutcomeRef, Rung

from .base import RunArrays, ShareKind, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class ShareReaching(ShareKind):
    """Share of runs that reach a rung, or in which an outcome holds."""

    measure: Literal["share_reaching"]
    rung: Rung | None = None
    outcome: OutcomeRef | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.rung is None) == (self.outcome is None):
            raise ValueError("give either 'rung' or 'outcome'")
        return self

    def estimate(self, seen: RunArrays) -> "Estimate":
        """Share of the runs, with Wilson's interval."""
        from sim.analysis.estimates import Estimate

        held = seen.held(self.outcome) if self.outcome else seen.trajectory("rung").max(axis=1) >= self.rung
        low, high = seen.units.share(held)
        return Estimate(float(held.mean()) if seen.n_runs else float("nan"), float(low), float(high), seen.n_runs)
