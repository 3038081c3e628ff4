"""Figures worked out by hand, or by the definition, where a wider tolerance would hide a wrong formula."""

import re
import shutil
from collections import namedtuple
from dataclasses import replace
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.analyze import sobol as salib_sobol
from scipy.special import stdtrit

import sim
from sim.analysis import discovery
from sim.analysis.base_rates import _direction
from sim.analysis.discovery import _box, _step, foremost
from sim.analysis.estimates import Estimate
from sim.analysis.methods.delta import GRID, _n_classes, delta
from sim.analysis.price_response import _alone, half_life
from sim.analysis.rank_correlation import rank_correlation
from sim.analysis.sensitivity import indices
from sim.analysis.two_errors import by_set, tally, two_errors
from sim.analysis.units import Units
from sim.analysis.variance import _interval, variance_shares
from sim.engine.model import LockstepModel
from sim.results.base_rates import EnsembleArrays, verdict
from sim.results.bins import DEATHS
from sim.results.counted import CountedEnsemble
from sim.results.ensemble import collect
from sim.results.errors import DiskError
from sim.results.measures import measures_of
from sim.results.storage.folder import refuse_full
from sim.results.storage.read import summary
from sim.results.summary import Summary
from sim.theatre.compiled.compile import program_of
from tests.small_scenarios import action, actor, scenario, theatre

CASE = scenario(theatre({"a": actor(), "b": actor()}, {"a.warn": action(1, "b", 0.1)}), days=2)


def block_of(deaths):
    """Runs in each of which one act took so many lives."""
    model = LockstepModel(CASE, len(deaths), seed=5, keep=np.float32)
    while model.running:
        model.step()
    block, n = model.block(), len(deaths)
    events = {name: np.zeros(n, column.dtype) for name, column in block.events.items()}
    events |= {"run": block.run.copy(), "fatalities": np.array(deaths, block.events["fatalities"].dtype)}
    return replace(block, events=events)


@given(st.lists(st.one_of(st.integers(0, 1200), st.integers(0, 2**31 - 1)), min_size=1, max_size=5))
def test_deaths_are_counted_exactly_to_three_digits(deaths):
    counted = Summary.of(block_of(deaths), CASE)
    rounded = [int(str(dead)[:3].ljust(len(str(dead)), "0")) for dead in deaths]
    assert np.repeat(DEATHS, counted.deaths).tolist() == sorted(rounded)


def test_a_summary_tells_the_median_and_the_ninth_tenth_of_deaths():
    block = block_of([*range(100), 900])
    ensemble = collect(CASE, program_of(CASE), 5, len(block.run), [block], {})
    counts = CountedEnsemble(CASE, 5, Summary.of(block, CASE), ensemble)
    for each in (ensemble, counts):
        assert summary(each)["deaths"] == {"median": 50, "p90": 90}
        assert summary(each)["events_per_run"] == 1


def ensemble_with(case, rows):
    """An ensemble of 3 runs with these events: run, action, rung and deaths."""
    ensemble = sim.run(case, 3, 1, progress=None)
    kinds = ensemble.events.dtypes
    events = pd.DataFrame(rows, columns=["run", "action", "rung", "fatalities"])
    events = events.assign(day=0, date=pd.Timestamp(case.start), actor="a", target="b", deniable=0.0, cause=np.nan)
    events = events.assign(event=events.groupby("run").cumcount())[list(kinds.index)].astype(kinds.to_dict())
    return replace(ensemble, events=events)


def test_a_run_without_events_has_no_deaths():
    ensemble = ensemble_with(CASE, [(0, "a.warn", 1, 4), (0, "a.warn", 1, 2), (2, "a.warn", 1, 0)])
    assert measures_of(ensemble)["deaths"].tolist() == [6, 0, 0]


def test_an_outcome_of_the_first_day_counts_in_its_set():
    cast = theatre(
        {"a": actor(), "b": actor()}, {"a.warn": action(1, "b", 0.1)}, outcomes={"at_once": {"tension": "<= 100"}}
    )
    case = scenario(cast, days=2)
    model = LockstepModel(case, 8, seed=5, keep=np.float32)
    while model.running:
        model.step()
    counted = Summary.of(model.block(), case)
    ensemble = sim.run(case, 8, 5, progress=None)
    assert counted.held["at_once"] == ensemble.completed["at_once"].eq(0).sum() == 8
    assert np.array_equal(counted.sets, ensemble.sets)


def test_a_run_without_events_counts_in_the_quantiles_of_deaths():
    assert summary(ensemble_with(CASE, [(0, "a.warn", 1, 4)]))["deaths"]["median"] == 0


def test_the_fan_in_a_notebook_has_its_quantiles_where_its_frame_says():
    """Tension rises from 0 to 40 over the runs; the last fortieth lies beyond the highest band."""
    ensemble = sim.run(sim.load("first_lesson"), 41, 1, progress=None)
    rows = np.tile(np.arange(41.0)[:, None], ensemble.scenario.days)
    ensemble = replace(ensemble, trajectories=ensemble.trajectories.assign(tension=(("run", "day"), rows)))
    page = ensemble._repr_html_()
    drawn = [
        [tuple(map(float, point.split())) for point in path.rstrip("Z").split("L")]
        for path in re.findall(r"<path d='M([^']*)'", page)
    ]
    days, ends = ensemble.scenario.days, [(1, 39), (4, 36), (10, 30), (20, 20), (20, 20)]
    assert len(drawn) == len(ends)
    for points, (low, high) in zip(drawn, ends, strict=True):
        assert (points[0][0], points[days - 1][0]) == (30, 560 - 4)
        assert np.allclose(np.diff([x for x, _ in points[:days]]), 526 / (days - 1), atol=0.11)
        edges = [points[:days], points[days:]] if low < high else [points]
        for edge, value in zip(edges, (high, low), strict=False):
            assert np.allclose([y for _, y in edge], 132 - 126 * value / 39, atol=0.06)
    first, last = ensemble.scenario.start, ensemble.scenario.end
    assert re.findall(r"<text x='(\d+)' y='(\d+)'.*>(.*)</text>", page) == [
        ("0", "14", "39"), ("0", "132", "0"), ("30", "146", first.isoformat()), ("556", "146", last.isoformat()),
    ]  # fmt: skip


def test_acts_of_a_dyad_are_those_of_one_side_on_the_other():
    cast = {name: actor() for name in "abc"}
    acts = {f"{one}.hit_{other}": action(4, other, 0.1) for one, other in ("ab", "ba", "ac", "cb", "bc")}
    dyads = {"pair": {"label": "A pair", "sides": [["a"], ["b"]]}}
    record = EnsembleArrays(sim.run(scenario(theatre(cast, acts, dyads=dyads), days=2), 2, 1, progress=None))
    sides = dict(zip(record.names, record.sides("pair").tolist(), strict=True))
    assert sides == dict.fromkeys(sides, -1) | {"a.hit_b": 0, "b.hit_a": 1}


def test_acts_on_some_rungs_lie_between_both_ends():
    record = EnsembleArrays(ensemble_with(CASE, [(0, "a.warn", rung, rung % 2) for rung in range(10)]))
    assert np.flatnonzero(record._as((3, 6), None)).tolist() == [3, 4, 5, 6]
    assert np.flatnonzero(record._as((3, 6), True)).tolist() == [3, 5]
    assert record._as(None, None).all()


@pytest.mark.parametrize(("n", "found"), [(19, "open"), (20, "inside")])
def test_twenty_cases_are_the_fewest_for_a_verdict(n, found):
    assert verdict(Estimate(0.5, 0.4, 0.6, n), (0.4, 0.6)) == found


@pytest.mark.parametrize("shape", [(3, 12), (12, 3), (70, 4)])
def test_points_and_replicates_change_places_with_parameters_and_dice(shape):
    rng = np.random.default_rng(4)
    runs = rng.normal(size=(shape[0], 1)) + rng.normal(size=shape[1]) + rng.normal(size=shape)
    one, other = variance_shares(runs), variance_shares(runs.T)
    assert one.parameters == pytest.approx(other.dice)
    assert one.dice == pytest.approx(other.parameters)
    assert one.interaction == pytest.approx(other.interaction)
    assert (one.points, one.replicates) == (other.replicates, other.points) == shape


def test_the_parts_of_a_variance_are_those_of_the_mean_squares():
    """Two by two, so that no jackknife leaves anything out: shares are points, not intervals."""
    found = variance_shares(np.array([[1.0, 2.0], [5.0, 8.0]]))
    # Means by row 1.5 and 6.5, by column 3 and 5, of all 4: what is left is 0.5 four times, so MS = 4 * 0.25 / 1.
    rows, columns, left = 12.5 - 0.5, 2 - 0.5, 1.0
    total = rows + columns + left
    assert found.variance == pytest.approx(total)
    for each, part in zip(found[:3], (rows, columns, left), strict=True):
        assert each == pytest.approx((part / total,) * 3)


def test_the_numbers_part_has_the_error_of_a_jackknife_over_sets():
    """Against its definition: the estimate without each set in turn, one by one."""
    dice, sets = np.random.default_rng(3), 25
    held = dice.random((sets, 4)) < dice.beta(0.5, 0.5, sets)[:, None]
    number = np.repeat(np.arange(sets), 4)

    whole = two_errors(tally(by_set(held.reshape(-1, 1), np.ones(held.size, bool), number)[1], 4))
    without = []
    for left_out in range(sets):
        rest = np.delete(held, left_out, axis=0).astype(float)
        n, k = 4.0, rest.sum(axis=1)
        apart = (k.sum() ** 2 - (k**2).sum()) / ((n * len(k)) ** 2 - n**2 * len(k))
        alike = (k * (k - 1)).sum() / (n * (n - 1) * len(k))
        without.append((alike - apart) / (rest.mean() - apart))
    error = np.sqrt((sets - 1) / sets * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert 0 < whole.numbers_low[0] < whole.numbers_high[0] < 1
    assert whole.numbers_high[0] - whole.numbers[0] == pytest.approx(1.959964 * error)
    assert whole.numbers[0] - whole.numbers_low[0] == pytest.approx(1.959964 * error)


def test_where_every_set_always_does_or_never_does_so_do_shares_under_any_numbers():
    for always, sets, ends in ((10, 20, (0, 1)), (1, 100, (0, 0)), (99, 100, (1, 1))):
        held = np.repeat(np.arange(sets) < always, 4)
        found = two_errors(tally(by_set(held[:, None], np.ones(held.size, bool), np.arange(held.size) // 4)[1], 4))
        assert found.numbers[0] == 1
        assert (found.spread_low[0], found.spread_high[0]) == pytest.approx(ends, abs=0.03)
        assert found.numbers_high[0] == 1


def test_an_interval_of_a_share_reaches_at_most_twice_its_half_width():
    low, high = _interval(np.array([0.02, 0.98, 0.5]), np.array([0.05, 0.05, 0.05]))
    odds, least = np.exp(0.05 / 0.25), 0.02 * np.exp(-0.05 / 0.0196)
    assert low == pytest.approx([least / (0.98 + least), 0.88, 1 / (1 + odds)])
    assert high == pytest.approx([0.12, 1 - low[0], odds / (1 + odds)])


def test_the_delta_index_is_half_the_area_between_densities():
    """By its definition, one kernel at a time; all values lie to one side of 0."""
    rng = np.random.default_rng(5)
    X = rng.random((60, 2))
    Y = 3 + X[:, 0] ** 2 + 0.1 * rng.random(60)
    places = np.linspace(Y.min(), Y.max(), GRID)

    def density(values):
        width = max(values.std(ddof=1) * (0.75 * len(values)) ** -0.2, places[1] - places[0])
        return np.array([np.mean([NormalDist(value, width).pdf(place) for value in values]) for place in places])

    classes = np.arange(60) * _n_classes(60) // 60
    for at, column in enumerate(X.T):
        parts = [Y[np.argsort(column)][classes == each] for each in np.unique(classes)]
        areas = [np.trapezoid(np.abs(density(part) - density(Y)), places) / 2 for part in parts]
        assert delta(X, Y)[at] == pytest.approx(np.average(areas, weights=[len(part) for part in parts]))


def test_the_error_of_a_difference_that_comes_of_the_dice_is_that_of_its_mean():
    rng, m = np.random.default_rng(2), 6
    X, runs = np.array([[0.5], [0.0], [1.0]]), rng.normal(size=(3, m))
    table = indices("oat", "oat", {"names": ["x"], "bounds": [(0.0, 1.0)]}, X, runs).iloc[0]
    for name, row in (("at_low", 1), ("at_high", 2)):
        apart = runs[row] - runs[0]
        assert table[name] == pytest.approx(apart.mean())
        assert table[f"{name}_high"] - table[name] == pytest.approx(
            stdtrit(m - 1, 0.975) * apart.std(ddof=1) / np.sqrt(m)
        )


def test_the_lead_of_replies_in_kind_is_over_the_more_frequent_of_the_others():
    step = np.array([1, 1, 1, -1, 0, 0, 0, 0])
    assert _direction(step, np.arange(8), Units.single(8), "lead").value == pytest.approx(1 / 8)
    assert _direction(-step, np.arange(8), Units.single(8), "lead").value == pytest.approx(1 / 8)


def test_acts_are_alone_if_no_other_of_their_run_is_near():
    run, first = np.array([0, 1, 1, 1, 2]), np.array([5, 5, 8, 20, 21])
    assert _alone(run, first, 3).tolist() == [True, False, False, True, True]
    assert _alone(run, first, 2).all()


def test_among_many_numbers_those_with_the_strongest_ranks_are_looked_at():
    rng = np.random.default_rng(1)
    points = pd.DataFrame(rng.random((4, 6)), columns=list("abcdef"))
    points["d"] = [0.1, 0.2, 0.3, 0.4]
    assert foremost(points, np.arange(4.0), 6) is points
    assert foremost(points, np.arange(4.0), 5).shape == (4, 5)
    assert foremost(points, np.arange(4.0), 1).columns.tolist() == ["d"]


def test_a_box_that_is_dense_from_the_start_is_peeled_to_where_it_covers_most():
    peeling = pd.DataFrame({"density": [0.9, 0.5, 0.95], "coverage": [1, 0.9, 0.3], "mass": [1, 0.5, 0.2]})
    assert _step(peeling, 0.8) == 1
    assert _step(peeling.assign(density=[0.5, 0.85, 0.95]), 0.8) == 1
    assert _step(peeling.assign(density=[0.5, 0.6, 0.95]), 0.8) == 2


class Peels:
    """A search that finds these boxes, given by their limits, and then no more."""

    def __init__(self, points, *found):
        whole = pd.DataFrame({path: [points[path].min(), points[path].max()] for path in points})
        peeling = pd.DataFrame({"density": [0.5], "coverage": [1.0], "mass": [1.0]})
        self.asked, self.left = (
            0,
            [
                SimpleNamespace(peeling_trajectory=peeling, box_lims=[whole.assign(**limits)], select=range(1).index)
                for limits in found
            ],
        )

    def find_box(self):
        self.asked += 1
        return self.left.pop(0) if self.left else None


SQUARE = pd.DataFrame({"x": np.repeat(np.arange(20.0), 20), "y": np.tile(np.arange(20.0), 20)})
CORNER = ((SQUARE["x"] > 9) & (SQUARE["y"] > 9)).to_numpy(float)


def boxes_of(monkeypatch, *found, values=CORNER):
    search = Peels(SQUARE, *found)
    monkeypatch.setattr(discovery, "prim", lambda points, wanted, mass: search)
    return [box.limits for box in discovery.boxes(SQUARE, values, "it", above=0.5)], search.asked


HIGH_X, HIGH_Y = {"x": (10.0, 19.0)}, {"y": (10.0, 19.0)}


def test_boxes_are_looked_for_until_the_search_finds_none(monkeypatch):
    assert boxes_of(monkeypatch, HIGH_X) == ([{"x": (10, np.inf)}], 2)
    assert boxes_of(monkeypatch) == ([{}], 1)


def test_boxes_are_looked_for_until_one_tells_nothing(monkeypatch):
    assert boxes_of(monkeypatch, HIGH_X, {}, HIGH_Y) == ([{"x": (10, np.inf)}], 2)
    # Each limit tells something where the other holds, and the points between both are rarer than all.
    values = ((SQUARE["x"] < 10) & (SQUARE["y"] < 10)).to_numpy(float)
    values[((SQUARE["x"] > 9) & (SQUARE["y"] > 9)).to_numpy() & (np.arange(400) % 6 == 0)] = 1
    assert boxes_of(monkeypatch, HIGH_X | HIGH_Y, HIGH_X, values=values) == ([{}], 1)


def test_no_more_than_three_boxes_are_looked_for_and_none_is_told_twice(monkeypatch):
    found = [{"x": (10, np.inf)}, {"y": (10, np.inf)}]
    assert boxes_of(monkeypatch, HIGH_X, {"x": (12.0, 19.0)}, HIGH_Y, HIGH_X | HIGH_Y) == (found, 3)


def test_a_rank_correlation_has_the_error_of_bonett_and_wright():
    rho, error = rank_correlation(np.array([[1.0, 2, 3, 4, 5]]).T, np.array([2.0, 1, 4, 5, 3]))
    assert rho == pytest.approx([0.6])
    assert error == pytest.approx([np.sqrt((1 + 0.18) / 2) * (1 - 0.36)])


def test_luck_at_the_second_half_of_sobol_s_points_is_taken_off_the_variance_too():
    problem, n, luck = {"names": ["x"], "bounds": [(0.0, 1.0)], "num_vars": 1}, 16, 0.3
    Y = np.random.default_rng(3).random((n, 3))  # at A, with x of B, at B
    thrown = np.zeros((n, 3))
    thrown[:, 2] = luck * np.tile([1, -1], n // 2)
    runs = np.stack([Y + thrown, Y - thrown], axis=2).reshape(-1, 2)
    plain = salib_sobol.analyze(problem, Y.ravel(), calc_second_order=False, num_resamples=2)
    variance = Y[:, [0, 2]].var()
    found = indices("sobol", "sobol", problem, np.zeros((3 * n, 1)), runs, common=False).iloc[0]
    for name in ("S1", "ST"):
        assert found[name] == pytest.approx(plain[name][0] * variance / (variance - luck**2 / 2))


def test_with_two_replicates_an_effect_has_the_sign_of_the_other():
    X, runs = np.array([[0.0], [2 / 3]] * 2), np.array([[0.0, 0.0], [1.0, -1.0]] * 2)  # the step of Morris's grid
    luck = indices("morris", "morris", {"names": ["x"], "bounds": [(0.0, 1.0)]}, X, runs + 0.01 * X).iloc[0]
    assert luck["mu_star"] == pytest.approx(-1.5, abs=0.02)
    assert luck["mu"] == pytest.approx(0.01)


def test_a_half_life_below_a_day_has_its_interval_there():
    excesses = np.tile(0.5 ** (np.arange(6) / 0.5), (40, 1))
    found = half_life(excesses, np.arange(40), Units.single(40))
    assert found[:3] == pytest.approx((0.5, 0.5, 0.5), rel=0.01)


def test_the_chance_of_limits_is_that_of_as_many_or_more_caught():
    points = pd.DataFrame({"x": np.arange(10.0), "y": np.zeros(10)})
    wanted = points["x"].to_numpy() < 5
    box = _box({"x": (-np.inf, 1.5)}, points, wanted, "it holds")
    assert (box.coverage, box.density, box.mass, box.of_interest) == (0.4, 1, 0.2, 0.5)
    assert box.chances == {"x": pytest.approx(0.25)}
    assert _box({}, points, wanted, "it holds").density == 0.5


def test_a_disk_is_full_from_the_first_byte_that_it_lacks(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 10**6, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    refuse_full(tmp_path / "not" / "yet", 1e6)
    with pytest.raises(DiskError, match="would take about 1 MB, and its disk has 1 MB left"):
        refuse_full(tmp_path / "not" / "yet", 1e6 + 1)
