"""`python -m sim.lessons.pack FOLDER`: make the pack for a class in a folder, from the texts that stand there."""

import argparse
from pathlib import Path

from . import RUNS, SCENARIO, SEED, build


def main() -> None:
    """Read what was asked, make the pack, and name its pages."""
    asked = argparse.ArgumentParser(prog="python -m sim.lessons.pack", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--scenario", default=SCENARIO)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--seed", type=int, default=SEED)
    given = asked.parse_args()
    for page in build(given.folder, given.scenario, given.runs, given.seed):
        print(page)


if __name__ == "__main__":
    main()
