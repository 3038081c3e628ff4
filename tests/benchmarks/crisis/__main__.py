"""Write the page: python -m tests.benchmarks.crisis [part ...] [--beside OLD.json] [--page FILE] [--data FILE]."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sim

from . import of_record, of_runs
from .page import Known, Table, as_data, known
from .subject import Subject

PAGE = Path(__file__).parent / "CRISIS.md"
PARTS: dict[str, Callable[[Subject], Iterator[Table]]] = {
    "likelihood": of_record.likelihood,
    "hindcast": of_record.hindcast,
    "forks": of_record.forks,
    "phases": of_runs.phases,
    "rockets": of_runs.rockets,
    "drones": of_runs.drones,
    "replies": of_runs.replies,
    "quiet": of_runs.quiet_year,
    "wars": of_runs.wars,
    "outcomes": of_runs.outcomes,
}
HEAD = """# The crisis beside its record

Theatre {theatre}, scenarios whole_crisis {whole} and baseline {baseline} (`python -m tests.benchmarks.crisis`). In
brackets 95 % intervals, by sampling error alone.{beside}

"""


def made(subject: Subject) -> dict[str, Any]:
    """What the figures are of."""
    return {
        "theatre": subject.whole.theatre.theatre,
        "whole": subject.whole.short_hash,
        "baseline": sim.load("baseline").short_hash,
    }


def page(tables: list[Table], of: dict[str, Any], before: Known, beside: str) -> str:
    """All tables, as a page."""
    return HEAD.format(**of, beside=beside) + "\n".join(line for table in tables for line in table.lines(before))


def options() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all, if left out")
    parser.add_argument("--beside", type=Path, help="a JSON copy of another theatre, whose figures stand before these")
    parser.add_argument("--page", type=Path, help=f"where to write it; {PAGE.name} here, if all parts are asked for")
    parser.add_argument("--data", type=Path, help="where to write a JSON copy")
    found = parser.parse_args()
    if unknown := [part for part in found.parts if part not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if found.page is None and not found.parts:
        found.page = PAGE
    return found


def main() -> None:
    """Count, write and print."""
    asked, subject = options(), Subject()
    before: Known = known(asked.beside.read_text(encoding="utf-8")) if asked.beside else {}
    tables: list[Table] = []
    for name in asked.parts or PARTS:
        began = time.perf_counter()
        tables += PARTS[name](subject)
        print(f"{name}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    of = made(subject)
    note = f" Before the arrow what {asked.beside.name} has." if asked.beside else ""
    text = page(tables, of, before, note)
    if asked.page:
        asked.page.write_text(text, encoding="utf-8")
    if asked.data:
        asked.data.write_text(json.dumps(as_data(tables, of), indent=1, ensure_ascii=False), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
