"""Every public object can be pickled and copied, so that processes, joblib and caches of other tools can take it."""

import copy
import inspect
import pickle
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pandas as pd
import pytest

import sim
from sim.experiments.record.choose import prior_of
from sim.experiments.record.likelihood_function import LikelihoodFunction, asked
from sim.results.errors import StoreError
from sim.results.posterior import Posterior
from sim.theatre.compiled.epochs import UnchangeableError

LESSON = sim.load("first_lesson")
WAYS = (lambda thing: pickle.loads(pickle.dumps(thing)), copy.deepcopy, copy.copy)
MODULES = {"play", "plots", "report"}
RATE = "actions.north.strike.rate"


def made(folder: Path) -> dict[str, object]:
    """An object of every public class, or what a public function makes, by its name in `sim`."""
    runs = sim.run(LESSON, 20, progress=None)
    sim.run(LESSON, 20, save=folder / "runs", progress=None)
    swept = sim.sweep(LESSON, [RATE], "lhs", 64, 8, progress=None, save=folder / "swept")
    counts = sim.summarise(LESSON, folder / "counts", 20, progress=None)
    replay, prior = sim.replay(runs, run=3), prior_of(LESSON, [RATE])
    filtered = sim.filter("baseline", 8, replicates=1, to="2019-05-20")
    return {
        "__version__": sim.__version__,
        "CountedEnsemble": counts,
        "Ensemble": runs,
        "Precision": sim.Precision(0.1, "first_blood"),
        "RecordError": sim.RecordError("none"),
        "Replay": replay,
        "ReplayError": sim.ReplayError("none"),
        "Scenario": LESSON,
        "ScenarioError": _raised("no such scenario"),
        "StoreError": sim.StoreError("none"),
        "Sweep": swept,
        "Theatre": LESSON.theatre,
        "branch": sim.branch(LESSON, run=1, day=20, runs=5),
        "choices": sim.choices(LESSON, run=1, day=20, actor="north", runs=5),
        "compare": sim.compare(LESSON, LESSON, 5),
        "describe": sim.describe("first_lesson"),
        "Posterior": Posterior(pd.DataFrame(prior.draw(8, 1), columns=[RATE]), prior, {"log_evidence": 0.0}),
        "likelihood": LikelihoodFunction(asked(LESSON, of_record=False), prior, None),
        "ledger": sim.ledger(swept, "first_blood"),
        "lint": sim.lint("first_lesson", runs=20),
        "open": sim.open(folder / "runs"),
        "recorded": sim.recorded("baseline", "2019-06-30"),
        "response": sim.response(LESSON, "deaths", [RATE]),
        "to_salib": sim.to_salib(LESSON, [RATE]),
        "explain": replay.explain(20, "north"),
        "filter": filtered,
        "hindcast": sim.hindcast("baseline", "28d", 14, 8, to="2019-08-31", progress=None),
        "residuals": sim.residuals(filtered),
        "surprise": sim.surprise("baseline", 8, replicates=1, to="2019-05-20"),
        "turning_points": sim.turning_points(LESSON, run=0, runs=4),
        "why": replay.why(len(replay.acts) - 1),
        "tournament": sim.tournament(LESSON, {"north": ["rules", "hold"]}, runs=2, days=10),
        "tip": sim.tip(LESSON, "first_blood > 0.9", parameters=[RATE], runs=32),
    }


def _raised(name: str) -> Exception:
    with pytest.raises(sim.ScenarioError) as raised:
        sim.load(name)
    return raised.value


NOT_MADE = {
    *("CrisisModel", "annotated", "check", "load", "load_theatre", "merge", "replay", "run", "summarise", "sweep"),
    *("Session", "fit", "read_posterior", "to_ema"),
}
"""Makes text, or what stands above under the name of its class; a model is refused, in words."""


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    return made(tmp_path_factory.mktemp("made"))


def test_every_public_name_is_tried(objects):
    assert set(sim.__all__) - MODULES - NOT_MADE <= set(objects)


@pytest.mark.parametrize("name", sorted(set(sim.__all__) - MODULES))
def test_every_public_class_and_function_is_pickled_by_its_name(name):
    assert pickle.loads(pickle.dumps(getattr(sim, name))) == getattr(sim, name)


def test_every_public_object_is_the_same_when_pickled_or_copied(objects):
    for name, thing in objects.items():
        for way in WAYS:
            other = way(thing)
            assert type(other) is type(thing), name
            assert repr(other) == repr(thing), name
            assert str(other) == str(thing), name


@pytest.mark.fault("16", "AttributeError: Can't pickle local object")
def test_a_result_that_was_opened_is_pickled_as_its_path_and_is_the_same_elsewhere(
    tmp_path, monkeypatch, record_property
):
    monkeypatch.chdir(tmp_path)
    sim.run(LESSON, 200, save="here", progress=None)
    opened = sim.open("here")
    opened.trajectories.load()
    assert len(opened.events) > 0
    assert len(opened.completed) == 200
    sent = pickle.dumps(opened)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = pickle.loads(sent)
    pd.testing.assert_frame_equal(found.events, opened.events)
    assert found.trajectories.identical(opened.trajectories)
    assert len(sent) < 1000
    counted = sim.summarise(LESSON, "counts", 40, progress=None)
    assert pickle.loads(pickle.dumps(sim.open("counts"))).shares().equals(counted.shares())
    record_property("now", f"{len(sent)} bytes: the path, not the data")


def test_another_result_in_the_same_place_is_no_copy(tmp_path):
    sim.run(LESSON, 5, 1, save=tmp_path / "here", progress=None)
    sent = pickle.dumps(sim.open(tmp_path / "here"))
    sim.run(LESSON, 5, 2, save=tmp_path / "here", overwrite=True, progress=None)
    with pytest.raises(StoreError, match="holds another result than when it was pickled"):
        pickle.loads(sent)


def test_a_model_says_that_it_cannot_be_copied():
    model = sim.CrisisModel(LESSON, seed=1)
    for way in WAYS:
        with pytest.raises(TypeError, match="make another with the same scenario and seed"):
            way(model)


def test_an_error_that_is_made_of_several_things_comes_back_as_it_was():
    error = UnchangeableError("hawks_win", "ladder.rung_memory", "days for which a rung is kept")
    after = pickle.loads(pickle.dumps(error))
    assert (str(after), after.entry, after.path) == (str(error), error.entry, error.path)


SEVERAL_THINGS = {"OrderError", "ScenarioError", "UnchangeableError"}


def test_every_error_comes_back_from_a_process_as_it_was():
    tried = set()
    for module in walk_packages(sim.__path__, "sim."):
        if module.name.startswith("sim.__main__"):
            continue
        for error in vars(import_module(module.name)).values():
            if not (inspect.isclass(error) and issubclass(error, Exception) and error.__module__.startswith("sim.")):
                continue
            if error.__name__ in ("OrderError", "ScenarioError", "UnchangeableError") or not error.__name__.endswith(
                "Error"
            ):
                continue  # above; and what is caught where it is raised
            before = error("said")
            after = pickle.loads(pickle.dumps(before))
            assert (type(after), str(after)) == (type(before), str(before))
            tried.add(error.__name__)
    assert {"PlanError", "QueryError", "DiskError", "ClusterError"} <= tried
