"""The lessons as files: their cells, how to do them without a kernel, and `make notebooks`, which cleans them."""

import ast
import json
import os
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sim.lessons.start import GUESSES

FOLDER = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
SOLUTIONS = sorted(FOLDER.glob("solutions/*.ipynb"))
EVERY = [*LESSONS, *SOLUTIONS]
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
"""Of a cell whose code is not to be read, but there: one click away in JupyterLab, and in Jupyter Book by its tag."""

_WRITES = re.compile(r"%%writefile (?P<more>-a )?(?P<name>\S+)\n")


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def texts(path: Path) -> list[str]:
    """What stands in the cells of text."""
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "markdown"]


def code(path: Path) -> list[str]:
    """What stands in the cells of code."""
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def is_folded(cell: dict[str, Any]) -> bool:
    """Whether a cell's code is folded away, in JupyterLab or by its tag."""
    metadata = cell["metadata"]
    hidden = metadata.get("jupyter", {}).get("source_hidden", False)
    return cell["cell_type"] == "code" and (hidden or "hide-input" in metadata.get("tags", []))


def said(path: Path) -> list[str]:
    """What stands in texts that are made from values, without the places that values fill."""
    calls = [
        node
        for cell in code(path)
        if not _WRITES.match(cell)
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say"
    ]
    parts = (part for call in calls for given in (*call.args, *call.keywords) for part in ast.walk(given))
    texts_of = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [re.sub(r"\{[^{}]*\}", "", text) for text in texts_of if " " in text]


ALLOWED = re.compile(
    r"`[^`]*`|\w+\.ipynb|^#+ \d\. |^\d\. "  # code, files, what is numbered
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:18|19|20)\d\d\b|\b\d\d(?: to \d\d)? minutes\b|\b95 %(?= interval| of the runs)"
    r"|\b(?:lessons?|exercises?|runs?|rungs?)\s\d+(?:(?:, |\s(?:and|or|to)\s)\d+)*"
    r"|\b(?:from )?0 to 1(?:00)?\b|\b[ABEQ]\d+\b",
    re.MULTILINE | re.IGNORECASE,
)
"""Digits that may stand in a text as they are: dates, what is numbered, the name of an interval, ends of a scale."""
_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|fifty|half|third|thirds|quarters?"
BY_WORDS = re.compile(
    rf"\b(?:{_COUNT}) (?:in|of|out of) (?:a |the )?(?:{_COUNT}|hundred|thousand)\b|\bper cent\b"
    rf"|\b(?:twice|(?:{_COUNT}) times) as (?:often|many|much|likely|frequent)",
    re.IGNORECASE,
)
"""Shares and ratios in words, which are numbers all the same."""


def stated(text: str) -> list[str]:
    """Numbers that a text states of its own."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("```", "`")
    return [*re.findall(r"\S*\d\S*", ALLOWED.sub("", plain)), *BY_WORDS.findall(plain)]


def do(cell: str, names: dict[str, Any]) -> None:
    """Do what a cell says, in the current folder, with every guess filled in."""
    with patch.dict(os.environ, {GUESSES: "50"}):
        _do(cell, names)


def _do(cell: str, names: dict[str, Any]) -> None:
    if written := _WRITES.match(cell):
        with open(written["name"], "a" if written["more"] else "w", encoding="utf-8") as file:
            file.write(cell[written.end() :] + "\n")
    else:
        exec(compile(cell, "a cell", "exec"), names)


def cleaned(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook as it is kept: without outputs, counts, and whose machine it was."""
    for number, cell in enumerate(notebook["cells"], 1):
        cell["id"], cell["metadata"] = f"cell-{number:02}", FOLDED if is_folded(cell) else {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return {"cells": notebook["cells"], "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def written(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    for each in EVERY:
        each.write_text(written(cleaned(read(each))), encoding="utf-8")
