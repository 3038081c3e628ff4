"""The protocol tells what the code does: its generated parts are current, and its names are names of the code."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import sim
from tests.odd import ODD, renewed

ROOT = ODD.parent.parent
PROSE = re.sub(r"<!-- generated: (.*?) -->.*?<!-- end -->", "", ODD.read_text(encoding="utf-8"), flags=re.DOTALL)
MARKED = re.findall(r"`([^`]+)`", PROSE)
EXAMPLES = {"log2", "floor"}
"""Functions of arithmetic that the text writes as mathematics does."""


def names_of_code() -> Iterator[str]:
    """Everything that is called something in the package, and every word of its texts."""
    for path in chain((ROOT / "sim").rglob("*.py"), (ROOT / "tests" / "oracle").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for field in ("id", "attr", "arg", "name"):
                yield str(getattr(node, field, ""))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                yield node.value


def test_the_protocol_has_its_seven_elements_in_order():
    heads = re.findall(r"^## (\d)\. (.*)$", PROSE, re.MULTILINE)
    wanted = (
        "Purpose and patterns",
        "Entities, state variables and scales",
        "Process overview and scheduling",
        "Design concepts",
        "Initialization",
        "Input data",
        "Submodels",
    )
    assert [head for _, head in heads][:7] == list(wanted)


def test_the_generated_parts_are_current():
    text = ODD.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m tests.odd"


def test_its_names_are_names_of_the_code():
    theatre = sim.load_theatre("persian_gulf")
    known = {*names_of_code(), theatre.theatre, *theatre.variables, *theatre.actors, *EXAMPLES}
    words = {word for text in MARKED if "/" not in text for word in re.findall(r"[a-z][a-z_]{3,}", text)}
    assert len(words) > 50
    assert sorted(words - known) == []


@pytest.mark.parametrize("path", sorted({text for text in MARKED if re.fullmatch(r"[a-z_]+(/[\w.]*)+", text)}))
def test_the_files_it_names_are_there(path):
    assert (ROOT / Path(path)).exists()
