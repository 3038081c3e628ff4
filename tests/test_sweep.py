"""Sweeps: points are ordinary runs, designs fit their methods, and what is interrupted goes on to the same bytes."""

import json
import pickle
import shutil
from collections import namedtuple
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import duckdb
import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments.sweep.design import DesignError, make
from sim.experiments.sweep.parameters import ParameterError, chosen
from sim.experiments.sweep.points import PointRuns
from sim.experiments.sweep.sweep import run_design
from sim.results.design import Design
from sim.results.errors import DiskError
from sim.results.measures import measures_of
from sim.theatre.compiled.compile import compile_scenario, program_of
from sim.theatre.language.measures import MeasureError, measure_names
from sim.theatre.parameters.change import with_numbers
from tests.small_scenarios import action, actor, rich, scenario, theatre

RICH: dict[str, tuple[float, float]] = {
    "actions.aran.deploy.rate": (0.0, 0.2),
    "actors.bora.perception.memory": (3.0, 30.0),
    "variables.oil.start": (40.0, 90.0),
    "variables.pain.half_life": (5.0, 40.0),
    "actors.bora.replies.rate": (0.0, 0.5),
}


@pytest.fixture(scope="module")
def question():
    return rich()


@pytest.fixture(scope="module")
def baseline():
    return sim.load("baseline")


@pytest.fixture(scope="module")
def every(baseline):
    return chosen(baseline)


@pytest.fixture(scope="module")
def swept(question):
    return sim.sweep(question, RICH, "lhs", 40, 3, 11, progress=None)


def test_a_point_is_the_ordinary_run_with_its_numbers_bit_for_bit(question, swept):
    assert len(swept.design.varied) >= 4
    for point in (0, 7, 39):
        changed = with_numbers(question, dict(swept.design.points.loc[point]))
        ensemble = sim.run(changed, runs=3, seed=11, progress=None)
        rows = swept.measures[swept.measures["point"] == point].set_index("run").drop(columns="point")
        pd.testing.assert_frame_equal(
            rows, measures_of(ensemble), check_names=False, check_index_type=False, rtol=0, atol=0
        )


def test_points_differ(swept):
    assert swept.means["end.oil"].nunique() > 30
    assert swept.means["deaths"].nunique() > 3


def test_measures_say_what_happened(question):
    ensemble = sim.run(question, runs=40, seed=3, progress=None)
    found, rung = measures_of(ensemble), ensemble.trajectories["rung"]
    assert list(found) == measure_names(question.theatre)
    assert (found["peak.rung"] == rung.max("day")).all()
    assert (found["days.rung_4"] == (rung >= 4).sum("day")).all()
    reached = (rung >= 4).any("day")
    assert (found["reached.rung_4"] == reached).all()
    assert (
        found["day.rung_4"][reached.to_series()] == (rung >= 4).argmax("day").to_series()[reached.to_series()]
    ).all()
    assert found["day.rung_4"][~reached.to_series()].isna().all()
    assert (
        found["deaths"] == ensemble.events.groupby("run")["fatalities"].sum().reindex(range(40), fill_value=0)
    ).all()
    assert found["deaths"].max() > 0
    assert (found["peak.oil"] == ensemble.trajectories["oil"].max("day")).all()
    for outcome in question.theatre.outcomes:
        days = ensemble.outcomes[outcome]
        assert (found[f"outcome.{outcome}"] == days.notna()).all()
        assert found[f"day.{outcome}"].dropna().tolist() == days.dropna().tolist()


def test_measures_have_labels(swept):
    label = {
        name: swept.label(name) for name in ("outcome.long_quiet", "peak.rung", "days.rung_4", "end.oil", "deaths")
    }
    assert list(label.values()) == [
        "long_quiet", "Highest value: rung", "Days on or above rung 4", "On the last day: oil", "All deaths",
    ]  # fmt: skip


def test_answers_are_means_of_the_runs_that_have_the_measure(swept):
    for name in ("deaths", "reached.rung_4", "day.rung_4"):
        runs = swept.runs(name)
        means = np.array([np.nan if np.isnan(row).all() else np.nanmean(row) for row in runs])
        assert np.allclose(swept.means[name], means, equal_nan=True, rtol=1e-6)


def test_numbers_that_nothing_reads_change_nothing(question):
    idle, live = "variables.troops.scale.0", "actions.aran.deploy.rate"  # no term reads how many troops there are
    assert all(idle not in parameter.paths for parameter in program_of(question).parameters)
    varied = chosen(question, {idle: (0, 4000), live: RICH[live]})
    assert [each.path for each in varied] == [idle, live]
    values = np.array([[0.0, 0.01], [123.0, 0.01], [4000.0, 0.01], [0.0, 0.04]])
    made = run_design(question, Design("lhs", varied, values, 4, 5), progress=None)
    one, *others, last = points(made)
    assert all(np.array_equal(one, other, equal_nan=True) for other in others)
    assert not np.array_equal(one, last, equal_nan=True)


def points(made):
    """All measures of the runs of each point, shape (point, replicate, measure)."""
    return made.measures[made.names].to_numpy().reshape(len(made.design), made.design.replicates, -1)


def test_what_shapes_the_rules_is_refused_by_name_and_left_out_of_patterns(question, baseline):
    with pytest.raises(ParameterError, match="shapes the rules themselves"):
        chosen(question, {"ladder.rung_memory": (5, 9)})
    replies = [path for path, number in question.numbers() if path.endswith(".reply") and number.value > 0]
    with pytest.raises(ParameterError, match="shapes the rules themselves"):
        chosen(question, {replies[0]: (0, 2)})
    assert chosen(question, {replies[0]: (0.1, 2)})
    assert "ladder.rung_memory" not in [each.path for each in chosen(baseline, ["ladder"])]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["actions.aran.deplo.rate"], "did you mean"),
        (["actions.nobody.*"], "no number's path matches"),
        ({"ladder.tension_scale": None}, "no plausible range"),
        ({"ladder.tension_scale": (9, 3)}, "low end and a higher high end"),
        ({"ladder.tension_scale": (-9, 3)}, "out of range"),
        ({"actions.aran.*": None}, "plausible: "),
    ],
)
def test_what_cannot_vary_is_said(question, asked, said):
    with pytest.raises(ParameterError, match=said):
        chosen(question, asked)


def test_levers_are_told_apart_from_uncertainties():
    rate = {"value": 0.02, "plausible": [0.01, 0.05]}
    acts = {"us.talk": action(0, "iran", rate | {"lever": True}), "iran.talk": action(0, "us", rate)}
    small = scenario(theatre({"us": actor(), "iran": actor()}, acts))
    assert [each.path for each in chosen(small, only="levers")] == ["actions.us.talk.rate"]
    assert [each.path for each in chosen(small, only="uncertainties")] == ["actions.iran.talk.rate"]
    assert [each.lever for each in chosen(small)] == [True, False]
    unmarked = scenario(theatre({"us": actor(), "iran": actor()}, {"us.talk": action(0, "iran", rate)}))
    with pytest.raises(ParameterError, match="lever: true"):
        chosen(unmarked, only="levers")


def test_what_defines_an_outcome_varies_only_by_its_own_path():
    lesson = sim.load("first_lesson")
    assert chosen(lesson, "*") == chosen(lesson, np.array(["*"])) == chosen(lesson)
    defining = next(path for path, number in lesson.numbers() if path.startswith("outcomes.") and number.plausible)
    assert [each.path for each in chosen(lesson, [defining])] == [defining]
    with pytest.raises(ParameterError, match="name it by its full path"):
        chosen(lesson, ["outcomes.*"])


@pytest.fixture
def four(question):
    return chosen(question, dict(list(RICH.items())[:4]))


@pytest.mark.parametrize(
    ("method", "samples", "points"),
    [
        ("sobol", 1000, 768),
        ("morris", 99, 95),
        ("lhs", 77, 77),
        ("grid", 100, 81),
        ("oat", None, 9),
        ("pawn", 300, 300),
    ],
)
def test_a_method_takes_as_many_points_as_make_up_whole_steps(four, method, samples, points):
    design = make(four, method, samples)
    low, high = (design.parameters[end].to_numpy() for end in ("low", "high"))
    assert len(design) == points
    assert ((low <= design.values) & (design.values <= high)).all()
    assert design.sha256 == make(four, method, samples).sha256
    if method not in ("grid", "oat"):
        assert design.sha256 != make(four, method, samples, seed=1).sha256


@pytest.mark.parametrize(
    ("method", "samples", "enough"),
    [("sobol", 383, 384), ("morris", 19, 20), ("grid", 15, 16), ("oat", 8, 9), ("lhs", 9, 32)],
)
def test_too_few_points_are_refused_with_what_would_do(four, method, samples, enough):
    with pytest.raises(DesignError, match=rf"needs {enough} at least.*--samples {enough}"):
        make(four, method, samples)
    assert len(make(four, method, enough)) == enough


def test_a_program_s_parameters_vary_as_those_of_a_scenario_with_these_numbers(baseline, every):
    rng = np.random.default_rng(3)
    low, high = (np.array([each[end] for each in every]) for end in (1, 2))
    points = rng.uniform(low, high, (3, len(every)))
    values = np.repeat(points, (2, 1, 3), axis=0)
    slot, varied = program_of(baseline).vary({each.path: values[:, at] for at, each in enumerate(every)})
    for point, columns in enumerate(([0, 1], [2], [3, 4, 5])):
        paths = [each.path for each in every]
        alone = compile_scenario(with_numbers(baseline, dict(zip(paths, points[point].tolist(), strict=True))))
        expected = np.array([parameter.value for parameter in alone.parameters])[slot >= 0]
        assert all(np.array_equal(varied[slot[slot >= 0], column], expected) for column in columns)


def test_a_design_too_large_for_memory_is_refused(every):
    assert len(every) > 1000
    with pytest.raises(DesignError, match="too many to hold in memory; choose fewer numbers"):
        make(every, "sobol")


def test_each_replicate_throws_the_same_dice_at_every_point(question):
    varied = chosen(question, {"actions.bora.march.rate": (0.01, 0.02)}) if False else chosen(question, RICH)
    same = np.tile([each.base for each in varied], (3, 1))
    made = run_design(question, Design("lhs", varied, same, 4, 2), progress=None)
    first, _, third = points(made)
    assert np.array_equal(first, third, equal_nan=True)
    assert not np.array_equal(first[0], first[1], equal_nan=True)


class Sending(Executor):
    """Computes at once what has been pickled and unpickled, as another machine would."""

    largest = 0

    def submit(self, work, *args):
        sent = pickle.dumps(work)
        Sending.largest = max(Sending.largest, len(sent))
        future = Future()
        future.set_result(pickle.loads(sent)(*args))
        return future


def test_the_result_is_the_same_bytes_wherever_and_however_often_it_is_made(question, tmp_path):
    asked = {"parameters": RICH, "method": "lhs", "samples": 100, "replicates": 3, "seed": 4}
    sim.sweep(question, **asked, save=tmp_path / "once", progress=None)

    def stop(tally):
        if tally.done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.sweep(question, **asked, save=tmp_path / "again", progress=stop)
    with pytest.raises(sim.StoreError, match="sim sweep"):
        sim.open(tmp_path / "again")
    with pytest.raises(sim.StoreError, match="design"):
        sim.sweep(question, **asked | {"samples": 90}, save=tmp_path / "again", resume=True, progress=None)
    sim.sweep(question, save=tmp_path / "again", resume=True, progress=None, executor=Sending())
    with ThreadPoolExecutor(3) as pool:
        sim.sweep(question, **asked, save=tmp_path / "pool", executor=pool, progress=None)
    for name in ("measures.parquet", "design.parquet", "parameters.csv"):
        once = (tmp_path / "once" / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == once == (tmp_path / "pool" / name).read_bytes()
    assert {path.name for path in (tmp_path / "again").iterdir()} == {
        "run.json", "measures.parquet", "design.parquet", "parameters.csv",
    }  # fmt: skip
    with pytest.raises(sim.StoreError, match="finished result"):
        sim.sweep(question, **asked, save=tmp_path / "once", progress=None)


def test_a_design_takes_eight_bytes_a_number_on_the_disk(question, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    for free in (8 * 40 * len(RICH) - 1, 8 * 40 * len(RICH)):
        monkeypatch.setattr(shutil, "disk_usage", lambda place, free=free: usage(10**9, 10**9 - free, free))
        if free % 8:
            with pytest.raises(DiskError, match=r"would take about 1\.6 kB, and its disk has 1\.6 kB left"):
                sim.sweep(question, RICH, "lhs", 40, 3, 11, save=tmp_path / "x", progress=None)
        else:
            assert len(sim.sweep(question, RICH, "lhs", 40, 3, 11, save=tmp_path / "x", progress=None)) == 120


def test_a_block_is_sent_with_its_own_points_only(question):
    design = make(chosen(question, RICH), "lhs", 400, 3)
    work = PointRuns(question, design)
    part = work.part(500, 520)
    assert len(part.design) == 8
    one, other = part(500, 520), work(500, 520)
    assert all(np.array_equal(one.rows[name], other.rows[name], equal_nan=True) for name in one.rows)
    assert len(pickle.dumps(part.design)) < len(pickle.dumps(work.design)) / 4


def test_other_tools_open_the_files(swept, question, tmp_path):
    sim.sweep(question, RICH, "lhs", 40, 3, 11, save=tmp_path / "x", progress=None)
    opened = sim.open(tmp_path / "x")
    with pytest.raises(sim.ReplayError, match="holds a sweep"):
        sim.replay(tmp_path / "x", run=1)
    pd.testing.assert_frame_equal(opened.measures, swept.measures)
    assert np.array_equal(opened.X, swept.X)
    measures, design = tmp_path / "x" / "measures.parquet", tmp_path / "x" / "design.parquet"
    asked = f'SELECT d.point, avg(m.deaths) FROM "{measures}" m JOIN "{design}" d USING (point) GROUP BY 1 ORDER BY 1'
    assert np.allclose([mean for _, mean in duckdb.sql(asked).fetchall()], swept.Y("deaths"))
    assert list(pd.read_csv(tmp_path / "x" / "parameters.csv")["path"]) == swept.design.paths


@pytest.mark.parametrize("design", [{}, [1], {"method": "lhs"}])
def test_a_sweep_whose_manifest_tells_of_no_design_is_damaged(question, tmp_path, design):
    sim.sweep(question, RICH, "lhs", 40, 1, 11, save=tmp_path / "x", progress=None)
    manifest = tmp_path / "x" / "run.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(told | {"design": design}), encoding="utf-8")
    with pytest.raises(sim.StoreError, match="is damaged"):
        sim.open(tmp_path / "x")


def test_a_measure_without_a_value_everywhere_is_refused_with_advice(swept):
    with pytest.raises(MeasureError, match=r"day\.long_quiet: .*take a share or a count"):
        swept.indices("day.long_quiet")
    with pytest.raises(MeasureError, match=r"did you mean 'peak\.rung'"):
        swept.Y("peak.rong")
    with pytest.raises(MeasureError, match="cannot use points of lhs; those serve delta, lhs, pawn, rbd_fast"):
        swept.indices("deaths", "sobol")
