"""The lessons as files: their cells, how to do them without a kernel, and `make notebooks`, which cleans them."""

import json
import re
from pathlib import Path
from typing import Any

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


def do(cell: str, names: dict[str, Any]) -> None:
    """Do what a cell says, in the current folder."""
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
