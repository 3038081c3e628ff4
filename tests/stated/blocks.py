"""What the README prints of the program's answers."""

import re
import tempfile
from pathlib import Path

from tests import commands

OUTCOMES = re.compile(r"(?<=```\n)Baseline: a year.*?not a forecast\n(?=```)", re.S)
"""The table of outcomes, as it stands on the page."""


def outcomes() -> str:
    """The table of outcomes of `sim run baseline --runs 1000`."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("run", "baseline", "--runs", "1000", "--no-figures", "--out", "here")
        printed = commands.sim(*words, cwd=Path(folder)).stdout
    lines = [line.rstrip() for line in printed.splitlines()]
    last = next(at for at, line in enumerate(lines) if line.endswith("not a forecast"))
    return "\n".join(lines[: last + 1]) + "\n"
