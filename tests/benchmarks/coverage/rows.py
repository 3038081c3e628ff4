"""One line of the table of coverage."""

from typing import NamedTuple


class Row(NamedTuple):
    """How often an interval held the truth."""

    interval: str
    toy: str
    truth: float
    mean: float
    """Of the estimates, over the repetitions."""
    covered: float
    """Share of the repetitions in which the 95 % interval held the truth."""
    repetitions: int
