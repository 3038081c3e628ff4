"""A pack for a class: briefing, sheets and slides, printable, made from theatre, record and runs.

`build` makes everything in a folder; `sheets` alone makes the pages that need no runs.
"""

from pathlib import Path

from .render import PackError, shipped

SCENARIO, RUNS, SEED = "baseline", 1000, 7
"""What slides and answers are made of unless somebody asks for other runs."""


def build(folder: Path | str, scenario: str = SCENARIO, runs: int = RUNS, seed: int = SEED) -> list[Path]:
    """Make the whole pack in a folder: the pages without runs, and slides and answers from a run.

    A text that stands in the folder (`plan_90.md`, say) is used as it stands, so that a teacher can change it and make
    its page anew; those that are not there are copied in first.

    Parameters
    ----------
    folder : path
    scenario : str
        A scenario of the theatre persian_gulf: path, or name of a shipped one.
    runs, seed : int
        Of the ensemble behind the slides.

    Returns
    -------
    list of Path : the pages written

    Raises
    ------
    PackError
        Jinja2 or markdown-it-py is not installed, or the scenario has another cast.
    """
    from .slides import write as slides

    folder = Path(folder)
    return sheets(folder, scenario, runs, seed) + slides(folder, scenario, runs, seed)


def sheets(folder: Path | str, scenario: str = SCENARIO, runs: int = RUNS, seed: int = SEED) -> list[Path]:
    """Make the pages that need no runs: briefing, plans, sheets, rubric and lists; see `build`."""
    from .printed import write

    return write(Path(folder), scenario, runs, seed)


__all__ = ["PackError", "build", "sheets", "shipped"]
