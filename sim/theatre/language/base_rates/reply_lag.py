"""How long a reply takes."""

from typing import TYPE_CHECKING, Literal

from .base import BaseRateKind, Dyads, Quantile, RunArrays, Rungs, WholeDays, register

if TYPE_CHECKING:
    from sim.analysis.estimates import Estimate


@register
class ReplyLag(BaseRateKind):
    """Days from a trigger to the main reply of the other side."""

    measure: Literal["reply_lag"]
    dyads: Dyads
    triggers: Rungs
    replies: Rungs
    within: WholeDays
    """What comes later is no reply."""
    quantile: Quantile = 0.5
    link: Literal["sequence", "cause"] = "sequence"
    """Which act is replied to: the strongest since the side's last reply, or the one that the model names as cause."""

    @property
    def possible(self) -> tuple[float, float]:
        """From the next day to the last that counts."""
        return 1, self.within

    def estimate(self, seen: RunArrays) -> "Estimate":
        """By the order of days, or by the causes acts name, as the International Crisis Behavior data date them."""
        from sim.analysis.base_rates import between, caused_lag, sequence_lag, take

        rest = self.within, self.quantile
        if self.link == "sequence":
            acts = seen.exchanges(self.dyads, min(self.triggers[0], self.replies[0]))
            return sequence_lag(acts, seen.units, seen.n_days, self.triggers, self.replies, *rest)
        trigger, reply = seen.answers(self.dyads)
        fits = between(trigger.rung, self.triggers) & between(reply.rung, self.replies)
        return caused_lag(take(trigger, fits), take(reply, fits), seen.units, seen.n_days, *rest)
