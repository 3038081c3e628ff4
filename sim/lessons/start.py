"""The first line of a lesson: figures large enough to read, and no bar that tells the answers before the figure."""

GUESSES = "SIM_LESSONS_GUESSES"
"""Variable of the environment whose value fills every guess, where lessons are run with nobody there to answer."""


def begin() -> None:
    """Prepare a notebook for a lesson: figures and tables that fit the page, and runs without a bar."""
    import pandas as pd
    from matplotlib import pyplot

    from sim.execution.progress import quiet

    quiet()
    pyplot.rcParams["figure.figsize"] = (9, 5)
    pd.options.display.max_colwidth = 110
