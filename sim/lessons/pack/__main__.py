"""`python -m sim.lessons.pack [FOLDER]`: make the pack for a class in a folder, or where it stands in the checkout."""

import argparse
from pathlib import Path

from . import RUNS, SCENARIO, SEED, build, shipped


def main() -> None:
    """Read what was asked, make the pack, and name its pages."""
    asked = argparse.ArgumentParser(prog="python -m sim.lessons.pack", description=__doc__)
    asked.add_argument("folder", nargs="?", type=Path, default=shipped())
    asked.add_argument("--scenario", default=SCENARIO)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--seed", type=int, default=SEED)
    given = asked.parse_args()
    for page in build(given.folder, given.scenario, given.runs, given.seed):
        print(page)


if __name__ == "__main__":
    main()
