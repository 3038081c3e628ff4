"""What a measurement of coverage says."""

from typing import NamedTuple


class Row(NamedTuple):
    """How often an interval holds a truth that is known."""

    interval: str
    toy: str
    truth: float
    mean: float
    covered: float
    repetitions: int
