"""The numbers of a scenario as kernels read them."""

from typing import NamedTuple

from sim.theatre.compiled.program import Floats, Ints


class Numbers(NamedTuple):
    """Parameters: shared by all runs, or, where `slot` says so, a row with a value for each run."""

    shared: Floats
    slot: Ints
    varied: Floats
