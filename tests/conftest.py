"""Settings for all tests."""

import matplotlib
from hypothesis import settings

matplotlib.use("Agg")
# The first call of a kernel compiles it, and a history of a generated theatre takes its time: no deadlines.
settings.register_profile("sim", deadline=None, print_blob=True)
settings.load_profile("sim")
