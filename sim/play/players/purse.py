"""What language models may use, and what they have used: calls, tokens, seconds and money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.play.seats import PlayError


@dataclass(frozen=True)
class Caps:
    """How much may be used in all; None is without end.

    Raises
    ------
    PlayError
        A cap is below 0, or money is capped and nothing costs any.
    """

    max_calls: int | None = 500
    max_tokens: int | None = None
    """Of prompts and answers together."""
    max_seconds: float | None = None
    """Spent waiting for answers."""
    max_cost: float | None = None
    """In the currency of the prices."""
    price_in: float = 0.0
    """Of a million tokens of prompts."""
    price_out: float = 0.0
    """Of a million tokens of answers."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is not None and not 0 <= value < float("inf"):
                raise PlayError(f"{name} must be 0 or more, found {value}")
        if self.max_cost is not None and not (self.price_in or self.price_out):
            raise PlayError("a cap on cost needs prices: say what a million tokens cost, of prompts and of answers")


@dataclass
class Purse:
    """What is used of some caps, by all players who share it."""

    caps: Caps = field(default_factory=Caps)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        """What the tokens have cost."""
        return (self.tokens_in * self.caps.price_in + self.tokens_out * self.caps.price_out) / 1e6

    @property
    def seconds_left(self) -> float:
        """How long a call may still take."""
        return float("inf") if self.caps.max_seconds is None else self.caps.max_seconds - self.seconds

    def used(self, transcript: Mapping[str, Any]) -> None:
        """Count a call by its transcript."""
        tokens = transcript.get("tokens", {})
        self.calls += 1
        self.tokens_in += int(tokens.get("prompt", 0))
        self.tokens_out += int(tokens.get("answer", 0))
        self.seconds += float(transcript.get("seconds", 0.0))

    def empty(self) -> str | None:
        """Which cap is reached; None if another call may be made."""
        caps = self.caps
        reached = (
            (caps.max_calls, self.calls, f"{self.calls} calls were made"),
            (caps.max_tokens, self.tokens_in + self.tokens_out, f"{self.tokens_in + self.tokens_out} tokens were used"),
            (caps.max_seconds, self.seconds, f"{self.seconds:.0f} seconds were spent waiting"),
            (caps.max_cost, self.cost, f"{self.cost:.2f} was spent"),
        )
        return next((told for cap, used, told in reached if cap is not None and used >= cap), None)
