"""Compute every number that the README states, write those that differ, and the table of all, NUMBERS.md."""

import argparse
from pathlib import Path

from . import SENTENCES, blocks, readme

README = Path(__file__).parents[2] / "README.md"
TABLE = Path(__file__).with_name("NUMBERS.md")
HEAD = """# Numbers that the README states

Made by `python -m tests.stated`, which computes each anew and writes it where the README has another.

| the README says | what computes it |
|---|---|
"""


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
        rows.append(f"| {sentence.words.format(**values)} | `{readme.__name__}.{sentence.values.__name__}` |\n")
    table = blocks.outcomes()
    if blocks.OUTCOMES.findall(page) != [table]:
        print("the table of outcomes has changed")
        page, stale = blocks.OUTCOMES.sub(lambda _: table, page), stale + 1
    if not check:
        README.write_text(page, encoding="utf-8")
        TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")
    raise SystemExit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
