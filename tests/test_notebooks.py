"""The lessons: kept clean, built alike, their solutions right, and lesson 6 word for word a working theatre.

The lessons themselves are run by nbmake (`make test`); each ends with a cell that checks what it says.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot

import sim
from tests import notebooks

EVERY = notebooks.EVERY
OWN_CRISIS = next(path for path in notebooks.LESSONS if path.stem == "6_your_own_crisis")


def name(path: Path) -> str:
    return str(path.relative_to(notebooks.FOLDER))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder of its own, where figures are drawn and put away."""
    monkeypatch.chdir(tmp_path)
    with pyplot.rc_context():
        yield tmp_path
    pyplot.close("all")


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_notebooks_are_kept_without_what_runs_left(path):
    text = path.read_text(encoding="utf-8")
    assert text == notebooks.written(notebooks.cleaned(notebooks.read(path))), "make notebooks takes it out"


@pytest.mark.parametrize("path", notebooks.LESSONS, ids=name)
def test_a_lesson_asks_first_and_checks_itself_last(path):
    begun, *rest = notebooks.texts(path)
    assert begun.startswith(f"# Lesson {path.stem[0]}. ")
    assert "**Question.**" in begun
    assert re.search(r"About \d\d minutes", begun)
    assert "write down what you expect" in rest[0]
    assert "## Exercises" in rest[-1]
    assert f"solutions/{path.name}" in rest[-1]
    asked, *_, checks = notebooks.code(path)
    assert asked.startswith("mine = ")
    assert checks.startswith("# What this lesson says, checked.")
    assert checks.count("assert") >= 4


@pytest.mark.parametrize("path", [*EVERY, notebooks.FOLDER / "README.md"], ids=name)
def test_links_lead_somewhere(path):
    text = "\n".join(notebooks.texts(path)) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or (path.parent / link).exists(), link


def test_every_lesson_has_its_solutions_and_its_place_on_the_instructors_page():
    assert [path.name for path in notebooks.LESSONS] == [path.name for path in notebooks.SOLUTIONS]
    page = (notebooks.FOLDER / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in notebooks.LESSONS if page.count(f"({path.name})") != 1]


def typed() -> Iterator[str]:
    """What a reader of lesson 6 types until the two files stand, cell by cell, each done before it is given."""
    names: dict[str, Any] = {}
    for cell in notebooks.code(OWN_CRISIS):
        if "sim.run(" in cell:
            return
        notebooks.do(cell, names)
        yield cell


@pytest.mark.parametrize("path", notebooks.SOLUTIONS, ids=name)
def test_solutions_hold(path, elsewhere, monkeypatch):
    if path.name == OWN_CRISIS.name:
        assert [*typed()]  # they build on what the lesson writes
    (elsewhere / "solutions").mkdir()
    monkeypatch.chdir(elsewhere / "solutions")
    names: dict[str, Any] = {}
    for cell in notebooks.code(path):
        notebooks.do(cell, names)


def test_lesson_6_word_for_word_gives_a_working_theatre(elsewhere, capsys):
    """Every cell in its order, as a reader types it; what is said after each step is what the lesson says."""
    said = [capsys.readouterr().out for cell in typed() if "validate(" in cell]
    empty, ladder, variables, slips, corrected, whole = said
    assert "the file is empty" in empty
    assert re.findall(r"missing '(\w+)'", ladder) == ["actions", "actors", "outcomes", "variables"]
    assert re.findall(r"missing '(\w+)'", variables) == ["actions", "outcomes"]
    assert len(re.findall(r"the_dam.yaml:\d+:\d+: (?!missing)", slips)) == 3
    assert [slip in slips for slip in ("'days'", "did you mean 'highland'?", "did you mean 'water'?")] == [True] * 3
    assert re.findall(r"missing '(\w+)'", corrected) == ["outcomes"]
    assert corrected.count("\n") == 1
    assert "the_dam.yaml is valid: 3 actors" in whole
    shares = sim.run("first_filling.yaml", runs=200, progress=None).shares()["share"]
    assert shares.between(0.03, 0.97).all()
    assert not [each for each in sim.lint("first_filling.yaml", runs=200).unexplained if each.kind == "never chosen"]
