"""Write the table of coverage: python -m tests.benchmarks.coverage [repetitions]."""

import sys
from importlib import import_module
from pathlib import Path

from .rows import Row

PAGE = Path(__file__).parent / "COVERAGE.md"
PARTS = "ensembles", "sweeps"
HEAD = """# Coverage of 95 % intervals

How often each interval that the program prints held the truth, over {repetitions} repetitions with dice of their own
(`make coverage`); of so many, an interval that holds in 95 of 100 is seen between {low:.1f} and {high:.1f} % of the
time. Confidence sequences hold at every look at once, so at any one of them they hold more often than they promise.

| interval | toy | truth | mean estimate | held |
|---|---|---|---|---|
"""


def written(rows: list[Row], repetitions: int) -> str:
    """The page."""
    half = 196 * (0.95 * 0.05 / repetitions) ** 0.5
    head = HEAD.format(repetitions=repetitions, low=95 - half, high=95 + half)
    lines = [
        f"| {row.interval} | {row.toy} | {row.truth:.4g} | {row.mean:.4g} | {100 * row.covered:.1f} % |" for row in rows
    ]
    return head + "\n".join(lines) + "\n"


if __name__ == "__main__":
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    found = [row for part in PARTS for row in import_module(f"{__package__}.{part}").rows(repetitions)]
    PAGE.write_text(written(found, repetitions))
    print(PAGE.read_text())
