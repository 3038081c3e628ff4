"""The smallest plausible change that carries a share over a line: found where it is known, told where there is none."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.tipping import along, crossing, length, log_odds, slopes, stretched
from sim.cli.app import app
from sim.execution.lookup import QueryError
from sim.execution.plan import PlanError
from sim.execution.target import share_target
from sim.experiments.tipping.columns import Columns
from sim.theatre.parameters.change import with_numbers
from sim.theatre.parameters.uncertain import uncertain_numbers
from tests.small_scenarios import action, actor, rich, scenario, theatre

from .test_cli import sim as command


def duel(*ranges, days=1):
    """Actors that may each act once a day, at rate 0.5; the outcome is that a first and a second have acted."""
    rivals = "abcd"[: len(ranges)]
    acts = {
        f"{name}.act": action(1, rivals[at - 1], {"value": 0.5, "plausible": list(ranges[at])})
        for at, name in enumerate(rivals)
    }
    acted = {f"days_since({name}.act)": "<= 9" for name in rivals}
    cast = {name: actor(replies={"rate": 0}) for name in rivals}
    return scenario(theatre(cast, acts, {}, {"all_acted": acted}), days)


def test_the_change_that_is_known_is_found_and_what_does_nothing_is_left_alone():
    made = duel((0.0, 4.0), (0.4, 0.6))
    found = sim.tip(made, "all_acted > 0.2", runs=1024, seed=3)
    # Both act with probability r / (1 + r) each: 1/9 of runs as written, 0.2 when the first does with rate 1.5.
    assert found.before[1] < 1 / 9 < found.before[2]
    first = {move.path: move for move in found.moves}["actions.a.act.rate"]
    assert first is found.moves[0]
    assert 1.2 < first.value < 2.5
    rate = next(each for each in uncertain_numbers(made) if each.path == first.path)
    assert first.by == pytest.approx(2 * (rate.place(first.value) - 0.5))
    assert rate.place(4.0) == 1  # so that an end lies 1 from what is written
    assert found.crossed
    assert found.after[0] > 0.2
    assert found.length == pytest.approx(length(np.array([move.by for move in found.moves])))


def test_what_pushes_alike_is_moved_alike():
    found = sim.tip(duel((0.0, 2.0), (0.0, 2.0)), "all_acted > 0.25", runs=512, seed=1)
    # One alone would have to go to 3, beyond its range; both alike to 1.
    one, other = (move.value for move in found.moves)
    assert 0.8 < one < 1.5
    assert 0.8 < other < 1.5
    assert one / (1 + one) * other / (1 + other) == pytest.approx(0.25, abs=0.06)
    assert 0.7 < found.length < 1.1


SLOPES, STARTS = np.array([3.0, -2.0, 1.0]), np.array([0.3, 0.6, 0.5])


def linear(n):
    """One actor that may act once, at log odds linear in n variables, whose starts lie anywhere from 0 to 1."""
    names = "vwu"[:n]
    even = {"plausible": [0.0, 1.0], "uniform": True, "source": "judgement: a test"}
    its = {
        name: {"kind": "unit", "start": {"value": float(start)} | even}
        for name, start in zip(names, STARTS, strict=False)
    }
    drivers = {name: float(slope) for name, slope in zip(names, SLOPES, strict=False)}
    cast = {name: actor(replies={"rate": 0}) for name in ("one", "other")}
    acts = {"one.act": action(1, "other", 0.3, drivers=drivers)}
    return scenario(theatre(cast, acts, its, {"acted": {"days_since(one.act)": "<= 9"}}), 1)


def shortest(n, share):
    """The least change, in halves of a range, with which a share is reached: along the slopes, by Lagrange."""
    slopes_, written = SLOPES[:n] / 2, np.log(0.3) + SLOPES[:n] @ STARTS[:n]
    return (np.log(share / (1 - share)) - written) / length(slopes_)


@pytest.mark.fault("A9", "with three numbers 16 to 34 % longer than the shortest change there is")
@pytest.mark.parametrize(("n", "share"), [(1, 0.7), (2, 0.7), (3, 0.7)])
def test_what_is_found_is_within_a_tenth_of_the_shortest_change_there_is(n, share, record_property):
    paths = [f"variables.{name}.start" for name in "vwu"[:n]]
    found = [sim.tip(linear(n), f"acted > {share}", parameters=paths, seed=seed) for seed in (1, 2)]
    longer = [each.length / shortest(n, share) - 1 for each in found]
    assert all(each.crossed for each in found)
    assert max(longer) < 0.1, longer
    assert min(longer) > -0.05, longer
    record_property("now", f"{n} numbers, line {share}: {', '.join(f'{each:+.1%}' for each in longer)}")


def test_a_change_is_stretched_to_a_length_or_to_the_ends_of_its_ranges():
    low, high = np.array([-1.0, -0.5]), np.array([1.0, 1.5])
    way = stretched(np.array([2.0, -1.0]), low, high, 0.9)
    assert length(way) == pytest.approx(0.9)
    assert way[0] == pytest.approx(-2 * way[1])
    assert length(stretched(np.array([2.0, -1.0]), low, high, 1.1)) == pytest.approx(1.1)
    assert stretched(np.array([2.0, -1.0]), low, high, 3.0).tolist() == [1.0, -0.5]
    assert log_odds([0, 0.5, 1], 10) == pytest.approx([np.log(0.5 / 10.5), 0, np.log(10.5 / 0.5)])


def test_a_share_is_brought_down_too():
    found = sim.tip(duel((0.1, 2.0), (0.1, 2.0)), "all_acted < 3 %", runs=512, seed=1)
    assert found.crossed
    assert found.after[0] < 0.03
    assert {move.by < 0 for move in found.moves} == {True}


@pytest.fixture(scope="module")
def lesson():
    """Its first forty days: long enough for both to have mobilised."""
    return sim.load("first_lesson").model_copy(update={"days": 40})


def test_what_is_told_is_what_the_scenario_with_the_change_gives(lesson, tmp_path):
    found = sim.tip(lesson, "mobilised > 0.9", runs=64, seed=5)
    file = found.write(tmp_path / "tipped.yaml", "first_lesson")
    tipped = sim.load(file)
    assert {path: number.value for path, number in tipped.numbers()} == {
        path: number.value for path, number in found.changed.numbers()
    }
    assert found.moves[0].path in found.text()
    assert found.as_dict()["moves"][0]["path"] == found.moves[0].path
    again = sim.run(found.changed, 600, 5)
    share = again.shares().set_index("outcome").loc["mobilised"]
    assert share["low"] < found.after[2]
    assert found.after[1] < share["high"]
    with pytest.raises(QueryError, match="already exists"):
        found.write(file, "first_lesson")
    with pytest.raises(QueryError, match="outside its folder"):
        found.write(tmp_path / "other.yaml", "/somewhere/mine.yaml")
    with pytest.raises(QueryError, match="no folder"):
        found.write(tmp_path / "nowhere" / "other.yaml", "first_lesson")


def test_where_no_plausible_change_does_it_says_how_far_the_best_came():
    found = sim.tip(duel((0.4, 0.6), (0.3, 0.7)), "all_acted > 0.9", runs=512, seed=4)
    assert not found.crossed
    assert {move.value for move in found.moves} == {0.6, 0.7}
    assert found.after[1] < 0.6 / 1.6 * 0.7 / 1.7 < found.after[2]
    assert "No plausible change of 2 numbers" in " ".join(found.text().split())


def test_it_depends_on_nothing_but_the_seed(lesson):
    with ThreadPoolExecutor(1) as one:
        alone = sim.tip(lesson, "mobilised < 0.3", runs=32, seed=4, executor=one)
    assert sim.tip(lesson, "mobilised < 0.3", runs=32, seed=4) == alone


def test_only_what_is_named_changes_and_never_what_is_asked_about(lesson):
    found = sim.tip(lesson, "mobilised > 0.8", runs=32, seed=4, parameters=["actors.*"])
    assert {move.path.split(".")[0] for move in found.moves} == {"actors"}
    everything = sim.tip(lesson, "mobilised > 0.8", runs=32, seed=4)
    ranged = {path for path, number in lesson.numbers() if number.plausible and len(set(number.plausible)) == 2}
    doubts = {each.path for each in uncertain_numbers(lesson)}
    assert everything.tried == len(doubts) < len(ranged)
    assert {path.split(".")[0] for path in ranged - doubts} == {"ladder", "outcomes"}
    with pytest.raises(PlanError, match="lever"):
        sim.tip(lesson, "mobilised > 0.8", only="levers")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "spiral",
            "'spiral' is not a line to cross; write an outcome, > or <, and a share, such as 'first_blood > 0.5'",
        ),
        ("blood > 0.5", "did you mean 'first_blood'"),
        ("spyral > 0.5", "did you mean 'spiral'"),
        ("spiral > 50", "a share lies between 0 and 1, found 50"),
        ("spiral < 0.5", "already meets spiral < 0.5 as it is"),
    ],
)
def test_what_is_no_line_or_crossed_already_is_told(line, said):
    with pytest.raises(QueryError, match=said):
        sim.tip("first_lesson", line, runs=32)


def test_a_line_is_a_share_or_a_percentage_from_either_side():
    lesson = sim.load("first_lesson")
    assert share_target(lesson, "spiral>5%") == share_target(lesson, " spiral >= .05 ") == ("spiral", True, 0.05)
    assert share_target(lesson, "spiral < 0.5").beyond(0.4) == pytest.approx(0.1)


def test_columns_are_the_ordinary_runs_with_those_numbers():
    made = rich()
    tense = uncertain_numbers(made)
    with Columns(made, 5, "bloodshed", tense) as columns:
        moves = np.zeros((30, len(tense)))
        moves[10:20, 0], moves[20:, 0] = columns.low[0], columns.high[0]
        held, sound = columns.held(moves, np.tile(np.arange(10), 3))
    assert sound.all()
    path = tense[0].path
    for at, value in enumerate((tense[0].value, tense[0].low, tense[0].high)):
        plain = sim.run(with_numbers(made, {path: value}), 10, 5).outcomes["bloodshed"].notna()
        assert held[10 * at : 10 * at + 10].tolist() == plain.tolist()


def test_slopes_are_those_of_the_rule_that_made_the_runs():
    dice = np.random.default_rng(3)
    changes = dice.uniform(-1, 1, (20_000, 4))
    held = dice.random(20_000) < 0.5 + changes @ np.array([0.2, -0.1, 0.05, 0.0])
    slope, clear = slopes(changes, held)
    assert slope == pytest.approx([0.2, -0.1, 0.05, 0.0], abs=0.02)
    assert (np.abs(clear) > 3).tolist() == [True, True, True, False]


def test_a_direction_is_followed_to_the_ends_of_the_ranges():
    low, high = np.array([-1.0, -0.5, -1.0]), np.array([1.0, 1.5, 1.0])
    direction = np.array([2.0, -1.0, 0.0])
    assert along(direction, low, high, 0.5).tolist() == [0.5, -0.25, 0.0]
    assert along(direction, low, high, 4.0).tolist() == [1.0, -0.5, 0.0]
    assert along(direction, low, high, np.inf).tolist() == [1.0, -0.5, 0.0]
    far = crossing(lambda tried: [each > 0.7 for each in tried], [0.5, 1.0, np.inf], 10)
    assert far == pytest.approx(0.7, abs=0.001)
    assert crossing(lambda tried: [False for _ in tried], [0.5, np.inf], 10) is None
    assert crossing(lambda tried: [each > 7 for each in tried], [0.5, 1.0, np.inf], 10) == pytest.approx(7, abs=0.01)


def test_the_command_answers_writes_a_scenario_and_says_by_its_code_if_none_does(tmp_path):
    asked = ("tip", "first_lesson", "--to", "spiral > 20 %", "--runs", "32", "--out", "tipped.yaml", "--json")
    told = json.loads(command(*asked, cwd=tmp_path).stdout)
    assert told["crossed"]
    assert told["after"]["share"] > 0.2
    assert len(sim.load(tmp_path / "tipped.yaml").chosen) == len(told["moves"])
    none = ["tip", "first_lesson", "--to", "spiral > 0.99", "--runs", "32", "--param", "actions.*.reassure.*"]
    ended = CliRunner().invoke(app, none)
    assert ended.exit_code == 5
    assert "No plausible change" in ended.stdout
