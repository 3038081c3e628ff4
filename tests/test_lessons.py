"""What lessons are made of: guesses that begin empty, prose made from values, and levers over the live engine."""

import doctest
import json
import os
import re
import sys
import tomllib
from datetime import date
from unittest.mock import patch

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import sim
from sim import lessons
from sim.execution import progress
from sim.lessons import copying, notebook, prose, values
from sim.lessons.start import GUESSES
from sim.lessons.values import Apart, Share
from sim.theatre.parameters.change import ChangeError, with_numbers
from tests import notebooks
from tests.every_verb import ask

RATES = ("actors.north.replies.rate", "actors.south.replies.rate")
THREE = ("mobilised", "first_blood", "spiral")
BOTH = {"readiness": ("readiness to answer", 0, 0.6, *RATES)}


@pytest.fixture(autouse=True)
def nobody_fills(monkeypatch):
    monkeypatch.delenv(GUESSES, raising=False)


@pytest.fixture
def without_widgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)


def asked() -> lessons.Guesses:
    return lessons.guesses(
        spiral="blow for blow",
        attacks=("how many attacks?", "attacks"),
        more=("more or less often?", ["more often", "less often"]),
    )


def test_guesses_begin_empty_and_nothing_goes_on_without_them():
    mine = asked()
    assert [mine[name] for name in mine.questions] == [None] * 3
    with pytest.raises(lessons.Unanswered, match="three guesses are still empty"):
        mine.first()
    mine.fill(spiral=5, attacks="3,5")
    with pytest.raises(lessons.Unanswered, match="one guess is still empty"):
        mine.first()
    with pytest.raises(lessons.Unanswered):
        mine.beside(spiral=0.1, attacks=2, more="more often")
    mine.fill(more="less often").first()
    assert [mine[name] for name in mine.questions] == [5.0, 3.5, "less often"]


def test_a_notebook_shows_one_sentence_and_no_traceback():
    with pytest.raises(lessons.Unanswered) as refused:
        asked().first()
    (line,) = refused.value._render_traceback_()
    assert line == str(refused.value)
    assert line.startswith("First write down what you expect")


@pytest.mark.parametrize("answer", [{"spiral": 101}, {"spiral": "a lot"}, {"attacks": -1}, {"more": "perhaps"}])
def test_what_is_no_answer_is_refused_with_what_would_be_one(answer):
    with pytest.raises(lessons.Unanswered, match="is no answer to"):
        asked().fill(**answer)


def test_boxes_are_what_is_read():
    mine = asked()
    mine._repr_mimebundle_()
    assert {name: box.value for name, box in mine._boxes.items()} == {"spiral": "", "attacks": "", "more": None}
    mine._boxes["spiral"].value = " 12 % "
    mine._boxes["more"].value = "more often"
    assert (mine["spiral"], mine["attacks"], mine["more"]) == (12.0, None, "more often")
    mine.fill(attacks=4)
    assert mine._boxes["attacks"].value == "4"


def test_guesses_without_widgets_are_filled_by_code(without_widgets):
    mine = asked()
    shown = mine._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert "escalation-sim[notebooks]" in shown["text/html"]
    assert "mine.fill(spiral=…, attacks=…, more=…)" in shown["text/html"]


def test_the_environment_fills_guesses_where_nobody_is_there(monkeypatch):
    monkeypatch.setenv(GUESSES, "50")
    mine = asked()
    mine.first()
    assert (mine["spiral"], mine["attacks"], mine["more"]) == (50.0, 50.0, "more often")


def test_guesses_stand_beside_the_runs_with_interval_and_distance():
    mine = asked().fill(spiral=10, attacks=3, more="less often")
    ensemble = sim.run("first_lesson", runs=200, progress=None)
    table = mine.beside(ensemble, attacks=4.25)
    share = lessons.shares(ensemble)["spiral"]
    ends = f"{100 * share.low:.1f} to {100 * share.high:.1f}"
    assert table.loc["blow for blow"].tolist() == ["10", f"{100 * share.share:.1f}", ends, f"{10 - 100 * share[0]:.1f}"]
    assert table.loc["how many attacks?"].tolist() == ["3 attacks", "4.2 attacks", "", "1.2"]
    assert mine.left == ["more"]
    assert mine.beside(more="more often")["distance"].tolist() == ["not so"]
    assert mine.left == []


SAID = {
    "share": (0.084, "8.4 %"),
    "interval": (Share(0.084, 0.069, 0.103, 1000), "6.9 to 10 %"),
    "share and interval": (Share(0.084, 0.069, 0.103, 1000), "8.4 % (6.9 to 10 %)"),
    "in 100": (0.084, "8 in 100"),
    "roughly": (0.335, "a third"),
    "often": (Apart(0.07, 0.05, 0.08, 0.01, 0.08, 1000), "more often"),
    "points": (-0.066, "6.6 points"),
    "points and interval": (Apart(-0.066, -0.082, -0.05, 0.1, 0.034, 9), "−6.6 points (−8.2 to −5.0)"),  # noqa: RUF001
    "times": (5.7, "nearly six times"),
    "words": (3, "three"),
    "count": (1234, "1,234"),
    "number": (0.25, "0.25"),
    "decimal": (5.25, "5.2"),
    "date": (date(2030, 1, 10), "10 January 2030"),
    "day": ("2030-01-10", "10 January"),
}


@pytest.mark.parametrize("form", prose.FORMS)
def test_every_form_is_said_as_its_table_says(form):
    value, expected = SAID[form]
    assert lessons.say(f"so {{x:{form}}}", x=value) == f"so {expected}"
    assert f"`{form}`" in prose.__doc__


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "none"), (0.003, "fewer than one in a hundred"), (0.305, "three in ten"), (1.0, "all")]
)
def test_a_share_is_said_as_people_say_it(share, said):
    assert lessons.say("{x:roughly}", x=share).startswith(said)


@pytest.mark.parametrize("module", [lessons, prose, values])
def test_examples_give_what_they_say(module):
    failed, tried = doctest.testmod(module)
    assert tried >= 1
    assert not failed


def test_what_a_difference_cannot_tell_it_does_not_tell():
    def often(low: float, high: float) -> str:
        return lessons.say("{x:often}", x=Apart((low + high) / 2, low, high, 0, 0, 9))

    assert often(0.01, 0.02) == "more often"
    assert often(-0.02, -0.01) == "less often"
    assert "neither clearly more" in often(-0.01, 0.02)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("{x}", 0.3), ("{x}", 3), ("{x:bare}", 0.3), ("{x:day}", "soon"), ("{x!r}", 0.3), ("{x!s:share}", 0.3)],
        *[("{x:share}", float("nan")), ("{x:count}", float("inf")), ("{x:share}", lessons.Share(np.nan, 0, 1, 9))],
    ],
)
def test_a_number_says_how_it_is_said(text, value):
    with pytest.raises(ValueError, match=r"said|no date"):
        lessons.say(text, x=value)


def test_prose_is_shown_as_prose():
    said = lessons.say("*Half* of {what}.", what="them")
    assert said._repr_markdown_() == "*Half* of them."


def test_shares_are_those_of_the_ensemble():
    ensemble = sim.run("first_lesson", runs=100, progress=None)
    rows = ensemble.shares().set_index("outcome")
    assert {name: tuple(found) for name, found in lessons.shares(ensemble).items()} == {
        name: tuple(rows.loc[name]) for name in rows.index
    }
    held = ensemble.outcomes["mobilised"].notna()
    assert lessons.share(held) == lessons.shares(ensemble)["mobilised"]


def test_differences_are_those_of_the_pairs():
    pairs = sim.compare("first_lesson", with_numbers(sim.load("first_lesson"), {RATES[0]: 0.4}), runs=100)
    told = lessons.differences(pairs)
    assert list(told) == pairs.outcomes
    assert told["mobilised"] == lessons.apart(*pairs.held("mobilised"))


def test_unmoved_levers_show_the_runs_of_the_scenario():
    ensemble = sim.run("first_lesson", runs=600, progress=None)
    still = lessons.levers("first_lesson", BOTH, THREE, runs=600)
    assert still.shares == {name: found for name, found in lessons.shares(ensemble).items() if name in THREE}
    assert np.array_equal(still.still.paths, ensemble.paths("tension"))
    assert {found.difference for found in still.apart.values()} == {0.0}
    assert "Nothing is moved yet" in still.sentence


def test_moved_levers_give_the_runs_of_a_scenario_that_says_so():
    moved = lessons.levers("first_lesson", {**BOTH, "fear": ("fear", 0, 1)}, THREE, variable="fear", runs=300)
    moved.move(readiness=0.4, fear=0.6)
    changes = {RATES[0]: 0.4, RATES[1]: 0.4, "variables.fear.start": 0.6}
    changed = with_numbers(sim.load("first_lesson"), changes)
    pairs = sim.compare("first_lesson", changed, runs=300)
    assert np.array_equal(moved.moved.paths, pairs.second.paths("fear"))
    assert moved.apart == {name: found for name, found in lessons.differences(pairs).items() if name in THREE}
    assert "readiness to answer at 0.4 instead of 0.2 and fear at 0.6 instead of 0.2" in moved.sentence
    assert moved.back().sentence.startswith("Nothing is moved")


def test_levers_are_tried_while_those_on_the_page_stand_still():
    made = lessons.levers("first_lesson", BOTH, THREE, runs=300)
    tried = made.tried(readiness=0.5)
    assert made.at == {"readiness": 0.2}
    assert tried.apart == made.move(readiness=0.5).apart
    assert tried.tried(readiness=0.2).sentence.startswith("Nothing is moved")


def test_numbers_that_shape_the_rules_can_be_moved_too():
    moved = lessons.levers("first_lesson", {"ladder.rung_memory": ("memory", 1, 30)}, THREE, runs=100)
    moved.move({"ladder.rung_memory": 20})
    changed = sim.run(with_numbers(sim.load("first_lesson"), {"ladder.rung_memory": 20}), runs=100, progress=None)
    assert np.array_equal(moved.moved.paths, changed.paths("tension"))


def test_levers_refuse_what_they_cannot_move():
    with pytest.raises(ChangeError, match="this scenario has no number"):
        lessons.levers("first_lesson", {"actors.north.replies.rat": ("rate", 0, 1)}, THREE)
    with pytest.raises(KeyError, match="there is no outcome peace"):
        lessons.levers("first_lesson", BOTH, ["peace"])
    with pytest.raises(ValueError, match="these do not"):
        lessons.levers("first_lesson", {"two": ("two", 0, 1, RATES[0], "fear", "ladder.rung_memory")}, THREE)
    made = lessons.levers("first_lesson", BOTH, THREE)
    with pytest.raises(KeyError, match="there is no lever 'fear'"):
        made.move(fear=0.3)
    with pytest.raises(ValueError, match=r"from 0 to 0\.6, not to 0\.7"):
        made.move(readiness=0.7)


def test_the_picture_follows_the_slider_on_axes_that_stand_still():
    made = lessons.levers("first_lesson", BOTH, THREE, runs=300)
    made._repr_mimebundle_()
    before = made._shown.value
    made._sliders["readiness"].value = 0.6
    assert made.at == {"readiness": 0.6}
    assert made._shown.value != before
    assert made.sentence in made._shown.value
    widest = dict(made.scale)
    made.back()
    assert made._sliders["readiness"].value == 0.2
    assert made.scale == widest


def test_levers_without_sliders_are_moved_by_code(without_widgets):
    shown = lessons.levers("first_lesson", BOTH, THREE, runs=50)._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert notebook.EXTRA in shown["text/html"]
    assert ".move(" in shown["text/html"]


def test_a_lesson_shows_no_bar(monkeypatch):
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    monkeypatch.setattr(progress, "_wanted", True)
    with progress.bar(10) as shown:
        assert shown is not None
    lessons.begin()
    with progress.bar(10) as shown:
        assert shown is None


def test_every_figure_of_a_notebook_is_shown(tmp_path):
    """The backend of a notebook turns itself on while the first is drawn, and must not be turned off again."""
    cells = [
        "import sim\nensemble = sim.run('first_lesson', runs=20, progress=None)",
        *2 * ["sim.plots.fan(ensemble);"],
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with patch.dict(os.environ, {"PYTHONPATH": os.pathsep.join(sys.path)}):
        done = NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [[output for output in cell.outputs if "image/png" in output.get("data", {})] for cell in done.cells]
    assert [len(each) for each in shown] == [0, 1, 1]


def test_lessons_are_copied_out_and_nobodys_work_is_overwritten(tmp_path):
    folder = tmp_path / "course"
    answered = ask("lessons", folder)
    assert answered.code == 0
    assert "jupyter lab" in answered.err
    copied = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {path.relative_to(notebooks.FOLDER).as_posix() for path in notebooks.EVERY} | {"README.md"} <= copied
    assert {str(folder / place) for place in copied} == set(answered.out.split())
    mine = folder / notebooks.LESSONS[0].name
    assert mine.read_bytes() == notebooks.LESSONS[0].read_bytes()
    mine.write_text("worked in", encoding="utf-8")
    refused = ask("lessons", folder)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert mine.read_text(encoding="utf-8") == "worked in"
    assert json.loads(ask("lessons", folder, "--overwrite", "--json").out)["next"].startswith("jupyter lab")
    assert mine.read_bytes() == notebooks.LESSONS[0].read_bytes()


def test_lessons_replace_a_link_and_never_what_it_leads_to(tmp_path):
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    copying.copy(tmp_path / "lessons")
    page = tmp_path / "lessons" / copying.PAGE
    page.unlink()
    page.symlink_to(tmp_path / "kept.txt")
    with pytest.raises(copying.TakenError):
        copying.copy(tmp_path / "lessons")
    copying.copy(tmp_path / "lessons", overwrite=True)
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "mine"
    assert page.is_file()
    assert not page.is_symlink()


def test_a_folder_in_the_place_of_a_lesson_is_left_and_nothing_is_written(tmp_path):
    (tmp_path / copying.PAGE).mkdir()
    with pytest.raises(copying.TakenError, match=r"folder in the place of a file: .*README\.md"):
        copying.copy(tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [copying.PAGE]


def test_the_copied_page_shows_no_picture_that_is_not_there(tmp_path):
    copying.copy(tmp_path)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", page)
    assert not [link for link in links if not link.startswith("http") and not (tmp_path / link).exists()]


def test_lessons_lie_in_the_wheel_where_they_are_looked_for():
    project = tomllib.loads((notebooks.FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]["notebooks"] == "sim/notebooks"


def test_numbers_of_a_sweep_have_the_ranks_that_they_may_have():
    paths = ["actions.north.strike.rate", "actors.north.perception.memory"]
    swept = sim.sweep("first_lesson", paths, "oat", replicates=400, seed=1, progress=None)
    ranked = lessons.ranked(swept, "first_blood")
    assert ranked.index.tolist() == paths
    assert ranked["ranks it may have"].tolist() == ["1", "2"]
    assert ranked["group"].tolist() == [1, 2]
    assert ranked["number"].iloc[1] == "North: how long it holds a grievance"
    at = 2 * swept.design.paths.index(paths[0])
    low, high = swept.runs("first_blood").mean(axis=1)[[at + 1, at + 2]]
    assert ranked["apart"].iloc[0] == f"{100 * abs(high - low):.1f}"


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """A theatre that is begun in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    lessons.new("strike", one_side="The Owners", other_side="The Union", irregulars="The Wildcats")
    return tmp_path


def test_a_theatre_of_ones_own_has_the_names_that_one_gives(begun, capsys):
    theatre = sim.load_theatre("strike.yaml")
    assert {name: actor.label for name, actor in theatre.actors.items()} == {
        "owners": "The Owners",
        "union": "The Union",
        "wildcats": "The Wildcats",
    }
    assert theatre.actions["owners.arrest_wildcats"].label == "Arrest men of the Wildcats"
    lessons.check("strike_baseline.yaml")
    assert capsys.readouterr().out == "strike_baseline.yaml is valid: 365 days from 2030-01-01\n"
    written = (begun / "strike.yaml").read_text(encoding="utf-8")
    assert not re.findall(r"one_side|other_side|irregulars|[Oo]ne side|other side", written)


def test_a_theatre_that_is_begun_anew_keeps_what_was_written(begun):
    (begun / "strike.yaml").write_text("mine\n", encoding="utf-8")
    lessons.new("strike", one_side="A", other_side="B", irregulars="C")
    assert (begun / "strike.before.yaml").read_text(encoding="utf-8") == "mine\n"
    assert list(sim.load_theatre("strike.yaml").actors) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="is the name of a shipped file"):
        lessons.new("baseline", one_side="A", other_side="B", irregulars="C")


def test_pieces_are_put_where_they_belong_or_refused(begun, capsys):
    lessons.below("strike.yaml", "outcomes:", "  calm:\n    label: Nobody is afraid\n    when: {fear: '<= 0.1'}")
    lessons.replace("strike.yaml", {"label: Nobody is afraid": "label: All is quiet"})
    assert sim.load_theatre("strike.yaml").outcomes["calm"].label == "All is quiet"
    capsys.readouterr()
    lessons.excerpt("strike.yaml", "outcomes.calm")
    assert capsys.readouterr().out == "  calm:\n    label: All is quiet\n    when: {fear: '<= 0.1'}\n"
    for refused, said in (
        (lambda: lessons.replace("strike.yaml", {"no such words": "x"}), "stands nowhere in strike.yaml"),
        (lambda: lessons.replace("strike.yaml", {"rung: 3": "rung: 4"}), "stands 2 times in strike.yaml"),
        (lambda: lessons.below("strike.yaml", "outcome:", "x"), "the line 'outcome:' stands nowhere"),
        (lambda: lessons.excerpt("strike.yaml", "outcomes.calmer"), "there is no 'outcomes.calmer'"),
        (lambda: lessons.new("own", one_side="!", other_side="B", irregulars="C"), "'!' makes no name in a file"),
    ):
        with pytest.raises(ValueError, match=re.escape(said)):
            refused()


def test_a_fault_is_told_where_it_stands(begun, capsys):
    lessons.replace("strike.yaml", {"cooldown: {value: 14 d, plausible: [7, 30]}": "cooldown: 14 days"})
    capsys.readouterr()
    lessons.check("strike.yaml")
    assert re.match(r"strike.yaml:\d+:\d+: unknown unit 'days'", capsys.readouterr().out)
