"""Compute every number that the README states, write those that differ, and the table of all, NUMBERS.md."""

import argparse
from pathlib import Path

from sim.report.sections import SECTIONS

from . import SENTENCES, blocks, lessons
from . import readme as readme  # registers its sentences

README = Path(__file__).parents[2] / "README.md"
TABLE = Path(__file__).with_name("NUMBERS.md")
HEAD = """# Numbers that README, lessons and report state, and what computes each

Made by `make numbers`, which computes the README's anew and writes them there where they differ.

## README

| the README says | what computes it |
|---|---|
"""
LESSONS = """
## Lessons

Text with numbers is made by the cells themselves (`lessons.say`), from values; a test finds typed ones.

| where | the lesson says | what fills it |
|---|---|---|
"""
REPORT = """
## Report and class pack

Every number on a page is put into its template from the data of its section; those of `notebooks/class/` come from
`sim.lessons.pack.findings` and `sim.lessons.pack.facts`, and a test makes the pages again.

| section | what computes it |
|---|---|
"""


def table(rows: list[str]) -> str:
    """The page, of the rows of the README."""
    taught = [f"| {where} | {sentence} | {filled} |\n" for where, sentence, filled in lessons.rows()]
    told = [f"| {each.title} | `{type(each).__module__}.{type(each).__name__}` |\n" for each in SECTIONS]
    return "".join([HEAD, *rows, LESSONS, *taught, REPORT, *told])


def main() -> None:
    """Compute, compare, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="only say what differs, and write nothing")
    check = options.parse_args().check
    page, rows, stale = README.read_text(encoding="utf-8"), [], 0
    for sentence in SENTENCES:
        values = sentence.computed()
        told = {name: text for name, text in sentence.found(page).groupdict().items() if text != values[name]}
        for name, text in told.items():
            print(f"{sentence.values.__name__}: {name} is {values[name]}; the README says {text}")
        stale += len(told)
        page = sentence.written(page, values)
        rows.append(sentence.row(values))
    outcomes = blocks.outcomes()
    if blocks.OUTCOMES.findall(page) != [outcomes]:
        print("the table of outcomes has changed")
        page, stale = blocks.OUTCOMES.sub(lambda _: outcomes, page), stale + 1
    if not check:
        README.write_text(page, encoding="utf-8")
        TABLE.write_text(table(rows), encoding="utf-8")
    raise SystemExit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
