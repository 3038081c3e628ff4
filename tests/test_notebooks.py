"""The lessons: kept clean, built alike, their solutions right, and lesson 6 word for word a working theatre.

The lessons themselves are run by nbmake (`make test`); each ends with a cell that checks what it says.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot

import sim
from tests import notebooks

EVERY = notebooks.EVERY
BY_VALUES = notebooks.LESSONS
"""Lessons whose texts are made from values."""
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
def test_a_lesson_begins_with_its_question_and_ends_with_exercises(path):
    begun, *rest = notebooks.texts(path)
    assert begun.startswith(f"# Lesson {path.stem[0]}. ")
    assert "**Question.**" in begun
    assert re.search(r"About \d\d minutes", begun)
    assert "write down what you expect" in rest[0]
    assert "## Exercises" in rest[-1]
    checks = notebooks.code(path)[-1]
    assert checks.startswith("# What this lesson says, checked.")
    assert checks.count("assert") >= 4


@pytest.mark.parametrize("path", BY_VALUES, ids=name)
def test_a_lesson_asks_first_with_nothing_filled_in_and_scores_every_guess(path):
    begun, asked, going_on, *_, checks = notebooks.code(path)
    assert begun.endswith("lessons.begin()")  # no bar from here on
    assert asked.startswith("mine = lessons.guesses(")
    assert asked.endswith("\nmine")
    assert going_on.startswith("mine.first()")
    assert "assert not mine.left" in checks
    assert not [cell for cell in notebooks.code(path) if ".fill(" in cell or "progress" in cell]


@pytest.mark.parametrize("path", BY_VALUES, ids=name)
def test_a_lesson_has_something_to_move(path):
    assert [cell for cell in notebooks.code(path) if "lessons.levers(" in cell and cell.endswith("\nmove")]


@pytest.mark.parametrize("path", BY_VALUES, ids=name)
def test_code_that_is_not_to_be_read_is_folded_and_the_rest_is_short(path):
    cells = [cell for cell in notebooks.read(path)["cells"] if cell["cell_type"] == "code"]
    folded = {"".join(cell["source"]) for cell in cells if notebooks.is_folded(cell)}
    shown = {"".join(cell["source"]) for cell in cells} - folded
    assert not [cell for cell in shown if "lessons.say(" in cell or cell.startswith("# What this lesson says")]
    assert not [cell for cell in shown if cell.count("\n") >= 20]


@pytest.mark.parametrize("path", [*BY_VALUES, *notebooks.SOLUTIONS[: len(BY_VALUES)]], ids=name)
def test_every_number_in_a_text_is_made_from_a_value(path):
    stated = {text[:60]: notebooks.stated(text) for text in (*notebooks.texts(path), *notebooks.said(path))}
    assert {text: numbers for text, numbers in stated.items() if numbers} == {}


def test_the_instructors_page_states_no_number_of_the_model():
    assert notebooks.stated((notebooks.FOLDER / "README.md").read_text(encoding="utf-8")) == []


def test_a_number_that_is_typed_is_noticed():
    assert notebooks.stated("In 8.4 % of the runs, on 12 May 2019, rung 4") == ["8.4"]
    assert notebooks.stated("a week of war in one of six or so") == ["one of six"]
    assert (
        notebooks.stated("its *95 % interval*, `x: 0.6`, [lesson 3](3_red_line.ipynb), exercise 4, from 0 to 1") == []
    )
    assert notebooks.stated("three times as often") == ["three times as often"]


@pytest.mark.parametrize("path", BY_VALUES, ids=name)
def test_one_question_has_one_number(path):
    """Shares of the baseline are of the same runs in all lessons."""
    text = "\n".join(notebooks.code(path))
    begun = re.findall(r'sim\.run\("baseline"([^)]*)\)', text)
    assert set(begun) <= {", runs=1000, seed=7", ", runs=1000, seed=7, uncertain=True"}
    assert not re.search(r'sim\.compare\("baseline"', text)


@pytest.mark.parametrize("path", BY_VALUES, ids=name)
def test_no_lesson_leads_to_its_solutions(path):
    assert "solutions/" not in "\n".join(notebooks.texts(path))


def test_the_check_of_a_lesson_fails_where_a_number_moves(elsewhere):
    """Lesson 1 of two states that hardly answer: what its text says does not hold, and its last cell says so."""
    calmer = "schema_version: 1\nextends: first_lesson\ntitle: Calmer\nquestion: What if nobody answers?\noverrides:\n"
    calmer += "  actors.north.replies.rate: 0.02\n  actors.south.replies.rate: 0.02\n"
    (elsewhere / "calmer.yaml").write_text(calmer, encoding="utf-8")
    *cells, checks = notebooks.code(notebooks.LESSONS[0])
    names: dict[str, Any] = {}
    for cell in cells:
        notebooks.do(cell.replace('"first_lesson"', '"calmer.yaml"'), names)
    with pytest.raises(AssertionError):
        notebooks.do(checks, names)


@pytest.mark.parametrize("path", [*EVERY, notebooks.FOLDER / "README.md"], ids=name)
def test_links_lead_somewhere(path):
    text = "\n".join(notebooks.texts(path)) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or (path.parent / link).exists(), link


def test_every_lesson_has_its_solutions_and_its_place_on_the_instructors_page():
    assert [path.name for path in notebooks.LESSONS] == [path.name for path in notebooks.SOLUTIONS]
    page = (notebooks.FOLDER / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in notebooks.LESSONS if page.count(f"({path.name})") != 1]
    assert "](solutions/)" in page


def typed() -> Iterator[str]:
    """What a reader of lesson 6 types until the two files stand, cell by cell, each done before it is given."""
    names: dict[str, Any] = {}
    for cell in notebooks.code(OWN_CRISIS):
        if "mine.beside(" in cell:
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
    said = [capsys.readouterr().out for cell in typed() if "lessons.check(" in cell]
    begun, with_water, slips, corrected, whole = said
    assert "the_dam.yaml is valid: 3 actors, 9 actions, 2 variables, 4 outcomes" in begun
    assert "the_dam_baseline.yaml is valid: 365 days" in begun
    assert "4 variables" in with_water
    assert len(re.findall(r"the_dam.yaml:\d+:\d+: ", slips)) == 3
    assert [slip in slips for slip in ("'days'", "did you mean 'lowland'?", "did you mean 'water'?")] == [True] * 3
    assert "12 actions" in corrected
    assert "6 outcomes" in whole
    assert "730 days" in whole
    shares = sim.run("the_dam_baseline.yaml", runs=200, progress=None).shares().set_index("outcome")["share"]
    assert shares[["treaty", "strike", "dry_fields"]].between(0.03, 0.97).all()
    lint = sim.lint("the_dam_baseline.yaml", runs=100)
    assert lint.findings
    assert not lint.unexplained


def test_what_is_typed_in_lesson_6_is_small():
    """Less than a screen in all, beside the theatre that is begun for the reader."""
    pieces = [cell for cell in notebooks.code(OWN_CRISIS) if re.search(r"lessons\.(below|replace)\(", cell)]
    assert sum(cell.count("\n") + 1 for cell in pieces) < 120
    assert max(cell.count("\n") for cell in pieces) < 20


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_lessons_import_only_what_is_public(path):
    for cell in notebooks.code(path):
        assert not re.search(r"^\s*(?:from|import) sim\.", cell, re.MULTILINE), cell


def test_what_lesson_7_says_of_the_theatre_before_is_what_was_measured_of_it():
    """The only numbers of a lesson that are not made in it."""
    measured = json.loads((Path(__file__).parent / "benchmarks/crisis/before.json").read_text(encoding="utf-8"))
    rows = {table["title"]: table["rows"] for table in measured["tables"]}
    acts, forbidden = rows["Log likelihood of the record"]["model: acts"], rows["Acts that the rules do not allow"]
    lesson = next(path for path in notebooks.LESSONS if path.stem.startswith("7_"))
    cell = next(cell for cell in notebooks.code(lesson) if "before = {" in cell)
    assert measured["made"]["whole"] in cell
    before = ast.literal_eval(re.search(r"^before = (\{.*?\})$", cell, re.MULTILINE)[1])
    assert before["whole"] == round(acts["whole"]["value"], 1)
    assert before["up to 30 Sep 2019"] == round(acts["to 30 Sep 2019"]["value"], 1)
    assert before["after it"] == round(acts["1 Oct 2019 to 3 Jan 2020"]["value"], 1)
    assert before["the killing"] == round(forbidden["chance of the killing on its own day"]["model"]["value"], 4)
    assert before["impossible"] == forbidden["how many"]["model"]["value"]
