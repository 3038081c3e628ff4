"""Users of SALib and EMA Workbench stay in them; boxes are found and told in sentences; what is missing is said."""

import sys
import warnings
from inspect import signature

import matplotlib
import numpy as np
import pytest

import sim
from sim.analysis.extras import MissingExtraError
from sim.experiments.sweep.design import make
from sim.experiments.sweep.interop import identifiers
from sim.results.design import Varied
from sim.results.sweep import Response
from sim.theatre.language.measures import MeasureError
from sim.theatre.parameters.change import with_numbers

RATES = ["actions.*.strike.rate", "actions.*.threaten.rate"]


@pytest.fixture(autouse=True)
def quiet():
    """Other people's libraries warn of one another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def question():
    return sim.load("first_lesson")


@pytest.fixture(scope="module")
def swept(question):
    return sim.sweep(question, RATES, "sobol", 384, 4, 7, progress=None)


def test_a_sweep_goes_into_salib_as_it_is(swept):
    from SALib.analyze import morris, pawn, sobol

    found = sobol.analyze(swept.problem, swept.Y("peak.rung"), calc_second_order=False, seed=1)
    assert found["ST"].shape == (4,)
    assert np.isfinite(found["ST"]).all()
    assert pawn.analyze(swept.problem, swept.X, swept.Y("deaths" if np.ptp(swept.Y("deaths")) else "peak.rung"))[
        "median"
    ].any()
    screen = sim.sweep("first_lesson", RATES, "morris", 30, 2, 7, progress=None)
    assert morris.analyze(screen.problem, screen.X, screen.Y("peak.rung"), num_levels=4)["mu_star"].shape == (4,)


def test_salib_s_own_problem_evaluates_the_model(question, swept):
    problem = sim.to_salib(question, RATES)
    problem.set_samples(swept.X[:12])
    problem.evaluate(sim.response(question, "peak.rung", RATES, 4, 7))
    assert np.allclose(problem.results, swept.Y("peak.rung")[:12])
    assert problem["names"] == swept.design.paths
    both = sim.response(question, ["peak.rung", "first_blood"], RATES, 4, 7)(swept.X[:3])
    assert both.shape == (3, 2)
    with pytest.raises(MeasureError, match="did you mean 'first_blood'"):
        sim.response(question, "first_blod")


def test_a_sweep_goes_into_ema_workbench_as_it_is(swept, tmp_path):
    from ema_workbench import load_results, save_results
    from ema_workbench.analysis import feature_scoring, prim

    threshold = {"threshold": 0.6} if "threshold" in signature(prim.Prim).parameters else {}  # only in version 2
    search = prim.Prim(swept.experiments, swept.outcomes["peak.rung"] > np.median(swept.Y("peak.rung")), **threshold)
    assert search.find_box() is not None
    scores = feature_scoring.get_ex_feature_scores(
        swept.experiments, swept.outcomes["peak.rung"], mode=feature_scoring.RuleInductionType.REGRESSION
    )[0]
    assert set(scores.index) == set(swept.design.paths)
    save_results(sim.to_ema(swept), str(tmp_path / "sweep.tar.gz"))
    experiments, outcomes = load_results(str(tmp_path / "sweep.tar.gz"))
    assert np.allclose(experiments.to_numpy(), swept.X)
    assert np.allclose(outcomes["peak_rung"], swept.Y("peak.rung"))


def test_ema_workbench_runs_the_scenario(question):
    from ema_workbench import SequentialEvaluator

    model = sim.to_ema(question, RATES, ["peak.rung", "first_blood"], 4, 7)
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(2)
    strike = float(experiments["actions_north_strike_rate"].iloc[1])
    values = {
        each: float(experiments[name].iloc[1])
        for each, name in identifiers(sim.to_salib(question, RATES)["names"]).items()
    }
    ensemble = sim.run(with_numbers(question, values), 4, 7, progress=None)
    assert strike == values["actions.north.strike.rate"]
    assert outcomes["outcome_first_blood"][1] == ensemble.shares().set_index("outcome")["share"]["first_blood"]
    assert outcomes["peak_rung"][1] == float(ensemble.trajectories["rung"].max("day").mean())


def test_names_are_identifiers_and_stay_apart():
    found = identifiers(["a.b", "a_b", "x.target.tension * ~talks", "x.target.tension * talks"])
    assert all(name.isidentifier() for name in found.values())
    assert len(set(found.values())) == 4


def cornered(X, run):
    return {"y": ((X[:, 0] > 0.6) & (X[:, 2] < 5)).astype(float)}


@pytest.fixture(scope="module")
def corner():
    varied = tuple(Varied(f"actions.a.act{at}.rate", 0.0, end, 0.5) for at, end in enumerate((1.0, 1.0, 10.0, 1.0)))
    return Response.of(make(varied, "lhs", 600, 2, 3), cornered)


def test_a_box_is_found_where_it_is_and_told_with_its_paths(corner):
    style = dict(matplotlib.rcParams)
    first = corner.boxes("y", above=0.5)[0]
    assert dict(matplotlib.rcParams) == style
    assert set(first.limits) == {"actions.a.act0.rate", "actions.a.act2.rate"}
    assert first.limits["actions.a.act0.rate"] == (pytest.approx(0.6, abs=0.06), np.inf)
    assert first.limits["actions.a.act2.rate"] == (-np.inf, pytest.approx(5, abs=1.2))
    inside = corner.experiments["actions.a.act0.rate"].ge(first.limits["actions.a.act0.rate"][0])
    inside &= corner.experiments["actions.a.act2.rate"].le(first.limits["actions.a.act2.rate"][1])
    wanted = corner.Y("y") > 0.5
    unseen = first.unseen
    assert unseen.points == 300  # the other half made the box
    both = np.array([wanted[inside].mean(), wanted[inside].sum() / wanted.sum()])
    halves = [[first.density, first.coverage], [unseen.density.value, unseen.coverage.value]]
    assert np.allclose(np.mean(halves, axis=0), both, atol=0.03)
    assert unseen.density.low > 0.7 > unseen.of_interest
    assert unseen.coverage.low > 0.8
    assert first.holds
    assert max(first.chances.values()) < 1e-7  # of half of the points
    for part in ("actions.a.act0.rate is at least 0.", "actions.a.act2.rate is at most ", "(coverage)", "(density)"):
        assert part in first.text()


def test_a_tree_finds_the_same_corner(corner):
    first, *others = corner.splits("y", above=0.5)
    assert first.density > 0.95
    assert first.coverage > 0.95
    assert sum(each.mass for each in (first, *others)) == pytest.approx(1)


def test_a_line_beyond_all_points_is_refused(corner):
    with pytest.raises(ValueError, match="at no point; its values go from 0 to 1"):
        corner.boxes("y", above=2)


def test_what_is_not_installed_is_said_with_how_to_install_it(corner, question, monkeypatch):
    for library in ("SALib", "ema_workbench"):
        for name in [name for name in sys.modules if name.split(".")[0] == library]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, library, None)
    for asked in (
        lambda: corner.boxes("y"),
        lambda: sim.to_salib(question, RATES),
        lambda: sim.sweep(question, RATES, "sobol"),
    ):
        with pytest.raises(MissingExtraError, match=r"pip install 'escalation-sim\[sweep\]'"):
            asked()
