"""The faults that were found once, each with what it was, what is there now, and the test that holds it.

A test that keeps the right value of a fault is marked with the fault's number and what was seen before; what it sees
now, it records:

    @pytest.mark.fault("19", "Aborted! at every start")
    def test_a_damaged_kernel_cache_is_made_anew(record_property):
        ...
        record_property("now", "made anew, without a word")

`make faults` runs these tests and writes FAULTS.md.
"""

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent / "FAULTS.md"
HEAD = """# Faults, before and after

Made by `make faults`, which runs each test; a row that is not mended makes it fail. Numbers are those of the review
that found them: letters for statistics, digits for files that show a fault.

| fault | before | now | test |
|---|---|---|---|
"""


class Table:
    """Collects what the marked tests report, one row for each."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []
        self.tests: dict[str, pytest.Mark] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember which test holds which fault."""
        marks = ((item.nodeid, item.get_closest_marker("fault")) for item in items)
        self.tests |= {name: mark for name, mark in marks if mark}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write down what a test saw."""
        if report.when != "call":
            return
        number, before = self.tests[report.nodeid].args
        said = dict[str, Any](report.user_properties).get("now", "mended")
        now = said if report.passed else f"NOT MENDED ({report.outcome})"
        self.rows.append((number, before, now, f"`{report.nodeid.removeprefix('tests/')}`"))


def main() -> int:
    """Run the tests of faults and write the page."""
    table = Table()
    code = pytest.main(["-q", "-m", "fault", str(PAGE.parent)], plugins=[table])
    ordered = sorted(folded(table.rows), key=lambda row: [int(p) if p.isdigit() else p for p in _parts(row[0])])
    PAGE.write_text(HEAD + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in ordered))
    return int(code)


def folded(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """One row for all cases of a test: what is not mended first, else what the first of them saw."""
    cases: dict[tuple[str, str, str], list[str]] = {}
    for number, before, now, test in rows:
        cases.setdefault((number, before, test.strip("`").split("[")[0]), []).append(now)
    found = []
    for (number, before, test), seen in cases.items():
        now = next((each for each in seen if each.startswith("NOT")), seen[0])
        found.append((number, before, now + (f" ({len(seen)} cases)" if len(seen) > 1 else ""), f"`{test}`"))
    return found


def _parts(number: str) -> list[str]:
    return re.findall(r"\d+|\D+", f"-{number}")


if __name__ == "__main__":
    raise SystemExit(main())
