"""Settings for all tests."""

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
