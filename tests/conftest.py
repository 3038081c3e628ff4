"""Settings for all tests."""

import gc

import matplotlib
from hypothesis import Phase, settings

matplotlib.use("Agg")
# The first call of a kernel compiles it, and a history of a generated theatre takes its time: no deadlines.
settings.register_profile("sim", deadline=None, print_blob=True)
# A mutant is killed by the first example that fails, which nobody reads: it is not made smaller.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("sim")


gc.disable()  # nothing that is imported or collected becomes garbage, and to look through it takes a third of the time


def pytest_collection_finish():
    """Begin the tests with what was imported and collected set aside, through which each full collection would look."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def pytest_unconfigure():
    """Let the end of the process find everything: some libraries report as leaked what nobody collects."""
    gc.unfreeze()
