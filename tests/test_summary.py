"""Counts in place of runs: they are those of the ensemble, whatever the blocks and their order."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection

from sim import plots
from sim.analysis.confidence_sequence import confidence_sequence
from sim.analysis.counts import quantiles
from sim.engine.count import count
from sim.engine.model import LockstepModel
from sim.plots import figures
from sim.results.bins import DEATHS, STEPS, Bins, bins_of
from sim.results.counted import CountedEnsemble
from sim.results.ensemble import collect
from sim.results.summary import FAILURES_NAMED, Summary
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario
from tests import small_scenarios
from tests.small_scenarios import rich

RUNS = 240
PLAIN = small_scenarios.theatre(
    {name: small_scenarios.actor() for name in ("aran", "bora")}, {"aran.warn": small_scenarios.action(1, "bora", 0.1)}
)
LEVELS = (0, 0.025, 0.25, 0.5, 0.8, 1)


@pytest.fixture(scope="module")
def scenario():
    return rich()


@pytest.fixture(scope="module")
def block(scenario):
    model = LockstepModel(scenario, RUNS, seed=5, keep=np.float32)
    while model.running:
        model.step()
    return model.block()


@pytest.fixture(scope="module")
def broken(block):
    """The same block, had runs 3 and 40 met a value that is not finite on day 20."""
    values = {name: rows.copy() for name, rows in block.values.items()}
    for rows in values.values():
        rows[[3, 40], 20:] = np.nan
    return replace(block, values=values, failures=[(40, 20, "pain"), (3, 20, "oil")])


@pytest.fixture(params=["block", "broken"])
def runs(request):
    return request.getfixturevalue(request.param)


def part(block, chosen):
    """Some rows of a block, as a block of its own."""
    numbers = block.run[chosen]
    events = np.isin(block.events["run"], numbers)
    return replace(
        block,
        run=numbers,
        branch=block.branch[chosen],
        values={name: rows[chosen] for name, rows in block.values.items()},
        rungs={name: rows[chosen] for name, rows in block.rungs.items()},
        events={name: column[events] for name, column in block.events.items()},
        outcome_day=block.outcome_day[chosen],
        failures=[failure for failure in block.failures if failure[0] in numbers],
    )


def another():
    """The same scenario under another title, and so another."""
    parts = {name: getattr(rich(), name) for name in Scenario.model_fields}
    return Scenario.model_validate(parts | {"title": "Another"})


def ensemble_of(block, scenario):
    return collect(scenario, program_of(scenario), 5, len(block.run), [block], {})


def written(summary):
    file = io.BytesIO()
    summary.save(file)
    return file.getvalue()


# What is counted.


def test_shares_are_those_of_the_ensemble(runs, scenario):
    summary, ensemble = Summary.of(runs, scenario), ensemble_of(runs, scenario)
    assert summary.held.between(1, len(summary) - 1).any(), "some outcome holds in some runs only"
    pd.testing.assert_frame_equal(summary.shares(), ensemble.shares())
    pd.testing.assert_frame_equal(summary.shares(0.5, confidence_sequence), ensemble.shares(0.5, confidence_sequence))
    assert summary.shares()["low"].gt(summary.shares(interval=confidence_sequence)["low"]).any()
    assert (len(summary), summary.n_completed) == (RUNS, RUNS - len(runs.failures))


def test_rungs_are_those_of_the_ensemble(runs, scenario):
    summary, ensemble = Summary.of(runs, scenario), ensemble_of(runs, scenario)
    np.testing.assert_array_equal(summary.standing(), ensemble.standing())
    np.testing.assert_array_equal(summary.reached((3, 6, 8)), ensemble.reached((3, 6, 8)))
    peaks = ensemble.paths("rung").max(axis=1)
    assert summary.peak_rungs.tolist() == np.bincount(peaks, minlength=10).tolist()
    assert len(set(peaks)) > 1


def test_outcomes_are_counted_on_the_day_on_which_they_first_held(runs, scenario):
    runs = replace(runs, outcome_day=np.where(runs.run[:, None] < 5, 0, runs.outcome_day))
    summary, ensemble = Summary.of(runs, scenario), ensemble_of(runs, scenario)
    for counts, (_, first) in zip(summary.outcomes, ensemble.completed.items(), strict=True):
        days = first.dropna().astype(int)
        assert counts.tolist() == np.bincount(days, minlength=scenario.days).tolist()


def test_events_and_deaths_are_those_of_the_runs_that_did_not_fail(runs, scenario):
    summary, ensemble = Summary.of(runs, scenario), ensemble_of(runs, scenario)
    events = ensemble.events[ensemble.events["run"].isin(ensemble.completed.index)]
    by_day = events.groupby(["action", "day", "date"], observed=True)["fatalities"].agg(["size", "sum"]).reset_index()
    expected = by_day.rename(columns={"size": "events", "sum": "fatalities"}).astype({"fatalities": "int64"})
    pd.testing.assert_frame_equal(summary.event_counts, expected)
    assert {"script.b_drop", "aran.strike_militia"} <= set(expected["action"])
    deaths = events.groupby("run")["fatalities"].sum().reindex(ensemble.completed.index, fill_value=0)
    assert deaths.nunique() > 5
    np.testing.assert_allclose(summary.deaths_quantiles(LEVELS), deaths.quantile(LEVELS))


def test_quantiles_lie_within_half_a_step_of_those_of_the_runs(runs, scenario):
    summary, ensemble = Summary.of(runs, scenario), ensemble_of(runs, scenario)
    bins = bins_of(program_of(scenario))
    assert set(bins) == set(ensemble.trajectories.data_vars)
    for name, its in bins.items():
        found, exact = summary.quantiles(name, LEVELS), ensemble.quantiles(name, LEVELS)
        if its.logarithmic:
            found, exact = np.log(found), np.log(exact)
        half = 0.5 / its.steps_per_unit if its.steps >= STEPS else 0
        assert np.abs(found - exact).max() <= half * (1 + 1e-9) + 1e-12, name
    assert np.ptp(summary.quantiles("oil", [0.5])) > 1
    assert bins["oil"].logarithmic


def test_failures_are_counted_and_the_first_of_them_named(block, broken, scenario):
    summary = Summary.of(broken, scenario)
    assert summary.failed == 2
    assert summary.failures == ((3, 20, "oil"), (40, 20, "pain"))
    sound = Summary.of(part(block, np.delete(np.arange(RUNS), [3, 40])), scenario)
    assert all(np.array_equal(a, sound._arrays()[name]) for name, a in summary._arrays().items())
    assert np.array_equal(summary.sets, sound.sets)
    lost = [(run, 0, "oil") for run in range(RUNS)]
    halves = [part(replace(block, failures=lost), range_) for range_ in (np.arange(120, RUNS), np.arange(120))]
    total = Summary.of(halves[0], scenario) + Summary.of(halves[1], scenario)
    assert (total.failed, total.failures) == (RUNS, tuple(lost[:FAILURES_NAMED]))
    assert total.shares()[["share", "n"]].to_numpy().tolist() == pytest.approx(np.array([[np.nan, 0]] * 4), nan_ok=True)
    assert np.isnan(total.quantiles("oil", [0.5])).all()


# Sums.


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_sum_is_the_same_whatever_the_blocks_and_their_order(block, broken, scenario, data):
    whole = data.draw(st.sampled_from([block, broken]))
    cuts = sorted(data.draw(st.sets(st.integers(1, RUNS - 1), max_size=6)))
    parts = [part(whole, rows) for rows in np.split(np.arange(RUNS), cuts)]
    summaries = [Summary.of(some, scenario) for some in data.draw(st.permutations(parts))]
    total = Summary(scenario)
    for summary in summaries:
        total += summary
    assert written(total) == written(Summary.of(whole, scenario))
    split = data.draw(st.integers(0, len(summaries)))
    left, right = (sum(some, Summary(scenario)) for some in (summaries[:split], summaries[split:]))
    assert written(left + right) == written(total)


def test_threads_count_as_one_does(block, scenario):
    parts = [part(block, rows) for rows in np.split(np.arange(RUNS), 8)]
    with ThreadPoolExecutor(4) as pool:
        total = sum(pool.map(lambda some: Summary.of(some, scenario), parts), Summary(scenario))
    assert written(total) == written(Summary.of(block, scenario))


def test_adding_leaves_both_as_they_were(block, scenario):
    one, other = (Summary.of(part(block, rows), scenario) for rows in np.split(np.arange(RUNS), 2))
    before = written(one), written(other)
    assert len(one + other) == RUNS
    assert (written(one), written(other)) == before


def test_it_knows_its_runs_and_counts_none_twice(block, scenario):
    some = {name: Summary.of(part(block, np.arange(*name)), scenario) for name in ((0, 8), (8, 20), (30, 40), (39, 50))}
    total = some[0, 8] + some[30, 40]
    assert total.spans == ((0, 8), (30, 40))
    total += some[8, 20]
    assert total.spans == ((0, 20), (30, 40))
    before = written(total)
    with pytest.raises(ValueError, match="runs 39 to 39 would be counted twice"):
        total += some[39, 50]
    assert written(total) == before
    holes = Summary.of(part(block, np.array([0, 1, 5, 7, 8])), scenario)
    assert holes.spans == ((0, 2), (5, 6), (7, 9))


def test_counts_of_another_scenario_are_not_added(block, scenario):
    other = another()
    with pytest.raises(ValueError, match="cannot add counts of small to those of small"):
        Summary.of(block, scenario).__iadd__(Summary(other))


# Files.


def test_what_is_loaded_is_what_was_saved(broken, scenario, tmp_path):
    summary = Summary.of(broken, scenario)
    summary.save(tmp_path / "counts.npz")
    loaded = Summary.load(tmp_path / "counts.npz", scenario)
    assert written(loaded) == written(summary) == (tmp_path / "counts.npz").read_bytes()
    assert (loaded.spans, loaded.failures) == (summary.spans, summary.failures)
    pd.testing.assert_frame_equal(loaded.event_counts, summary.event_counts)
    with np.load(tmp_path / "counts.npz", allow_pickle=False) as plain:
        assert plain["values/oil"].sum(axis=1).tolist() == [RUNS - 2] * scenario.days
    empty = Summary.load(io.BytesIO(written(Summary(scenario))), scenario)
    assert (len(empty), empty.failures) == (0, ())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_cut_short_is_refused(block, scenario, data):
    content = written(Summary.of(block, scenario))
    with pytest.raises(ValueError, match="the file is damaged"):
        Summary.load(io.BytesIO(content[: data.draw(st.integers(0, len(content) - 1))]), scenario)


def read_or_refused(content, scenario):
    try:
        return written(Summary.load(io.BytesIO(content), scenario))
    except ValueError as error:
        return str(error)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_byte_is_noticed_or_carries_nothing(block, scenario, data):
    whole = written(Summary.of(block, scenario))
    content = bytearray(whole)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    found = read_or_refused(bytes(content), scenario)
    assert found == whole or found.startswith("the file is damaged")


def test_a_file_of_another_scenario_is_refused(block, scenario):
    with pytest.raises(ValueError, match="runs of another scenario than small"):
        Summary.load(io.BytesIO(written(Summary.of(block, scenario))), another())
    with pytest.raises(ValueError, match="does not count runs of small"):
        Summary.load(io.BytesIO(written(Summary.of(block, scenario))), small_scenarios.scenario(PLAIN))


# Bins.

RANGES = {
    "unit": Bins(0.0, 1.0, STEPS),
    "level": Bins(-3.7, 1234.5, STEPS),
    "log": Bins(np.log(0.3), np.log(4e5), STEPS, logarithmic=True),
    "flag": Bins(0.0, 1.0, 1),
}


def counted(bins, rows):
    counts = np.zeros((rows.shape[1], bins.steps + 1), np.uint32)
    count(rows.T, bins.low, bins.steps_per_unit, bins.logarithmic, counts)
    return counts


@given(data=st.data(), kind=st.sampled_from(list(RANGES)), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_quantile_of_any_sample_lies_within_half_a_step(data, kind, dtype):
    bins = RANGES[kind]
    places = st.floats(0, 1) if kind != "flag" else st.sampled_from([0.0, 1.0])
    sample = np.array(data.draw(st.lists(places, min_size=1, max_size=30)))
    sample = bins.low + sample * (bins.high - bins.low)
    rows = (np.exp(sample) if bins.logarithmic else sample).astype(dtype)[:, None]
    level = data.draw(st.floats(0, 1))
    found = quantiles(counted(bins, rows), bins.values, [level])[0, 0]
    exact = np.quantile(rows.astype(float), level)
    if bins.logarithmic:
        found, exact = np.log(found), np.log(exact)
    half = (bins.high - bins.low) / bins.steps / 2 if kind != "flag" else 0
    # Seven digits of a float32 may lie outside the range by as much.
    assert abs(found - exact) <= half + 1e-6 * (abs(bins.low) + abs(bins.high))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_of_whole_numbers_are_those_of_numpy(sample, level):
    counts = np.bincount(sample, minlength=10)[None]
    assert quantiles(counts, np.arange(10), [level])[0, 0] == pytest.approx(np.quantile(sample, level), abs=1e-12)


def test_quantiles_of_very_many_runs_are_exact():
    counts = np.array([[3_000_000_000, 1, 999_999_999]], np.uint32)
    assert quantiles(counts, np.array([1.0, 2.0, 3.0]), [0.75, 3e9 / (4e9 - 1), 1]).ravel().tolist() == [
        pytest.approx(1.25), 2, 3,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="a level from 0 to 1, found 50"):
        quantiles(counts, np.arange(3), [50])


def test_each_bin_holds_the_values_nearest_to_its_own_and_the_ends_what_lies_beyond():
    bins = Bins(0.0, 100.0, 10)
    rows = np.array([[-7, 0, 4.9, 5.1, 10, 94.9, 95.1, 100, 1e6]]).T
    assert counted(bins, rows)[0].tolist() == [3, 2, 0, 0, 0, 0, 0, 0, 0, 1, 3]
    prices = Bins(0.0, np.log(100.0), 2, logarithmic=True)
    np.testing.assert_allclose(prices.values, [1, 10, 100])
    assert counted(prices, np.array([[1, 3.1, 3.2, 31, 32, 100]], np.float32).T)[0].tolist() == [2, 2, 2]


@given(st.integers(0, 10**12 - 10**9 - 1))
def test_deaths_are_exact_to_three_digits(deaths):
    at = np.searchsorted(DEATHS, deaths, side="right") - 1
    assert DEATHS[at] <= deaths < DEATHS[at + 1]
    assert deaths - DEATHS[at] <= deaths / 100
    assert DEATHS[at] == int(str(deaths)[:3].ljust(len(str(deaths)), "0"))


# Figures.


@pytest.fixture
def counts(runs, scenario):
    """All runs counted, and the first 50 of them kept."""
    kept = part(runs, np.arange(50))
    return CountedEnsemble(scenario, 5, Summary.of(runs, scenario), ensemble_of(kept, scenario))


def drawing(draw, ensemble, **options):
    return draw(ensemble, figures.canvas(), **options)


def everything_drawn(ax):
    """Vertices of all that carries data."""
    lines = [np.asarray(line.get_xydata()) for line in ax.lines]
    areas = [path.vertices for found in ax.collections for path in found.get_paths()]
    return [*lines, *areas, *(patch.get_xy() for patch in ax.patches)]


@pytest.mark.parametrize("draw", [plots.rungs, plots.first_passage, plots.outcomes])
def test_counts_draw_the_figures_of_the_ensemble(draw, counts, runs, scenario):
    mine, whole = drawing(draw, counts), drawing(draw, ensemble_of(runs, scenario))
    for one, other in zip(everything_drawn(mine), everything_drawn(whole), strict=True):
        np.testing.assert_allclose(one, other)
    assert [text.get_text() for text in mine.texts] == [text.get_text() for text in whole.texts]
    assert f"n = {RUNS - len(runs.failures)} runs" in " ".join(text.get_text() for text in mine.texts)


def test_the_fan_has_bands_of_all_runs_and_lines_of_those_that_were_kept(counts, runs, scenario):
    ax = drawing(plots.fan, counts, variable="tension", bands=(0.5, 0.9), paths=3)
    whole = drawing(plots.fan, ensemble_of(runs, scenario), variable="tension", bands=(0.5, 0.9), paths=3)
    for one, other in zip(
        *([found for found in some.collections if isinstance(found, PolyCollection)] for some in (ax, whole)),
        strict=True,
    ):
        vertices = one.get_paths()[0].vertices, other.get_paths()[0].vertices
        np.testing.assert_allclose(*vertices, atol=100 / STEPS / 2 + 1e-6)
    kept = counts.kept.trajectories["tension"].to_numpy()
    for line in ax.lines:
        assert (kept == line.get_ydata()).all(axis=1).any()
    said = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    assert "the share of the 50 runs kept whole that each resembles most" in said
    with pytest.raises(ValueError, match="unknown variable 'tensoin'; did you mean 'tension'"):
        drawing(plots.fan, counts, variable="tensoin")


@pytest.mark.parametrize("runs", ["broken"], indirect=True)
def test_the_standard_set_is_drawn_from_counts(counts, tmp_path):
    names = [path.name for path in figures.write_all(counts, tmp_path)]
    assert sorted(names) == [
        "fan_oil.png", "fan_tension.png", "first_passage.png", "outcomes.png", "rungs.png", "strip.png",
    ]  # fmt: skip


def test_it_says_what_it_is(counts, runs):
    failed = ", 2 failed" if runs.failures else ""
    assert repr(counts) == f"<CountedEnsemble small {counts.scenario.short_hash}: 240 runs, 50 kept, seed 5{failed}>"
    assert counts.failures["run"].tolist() == sorted(run for run, _, _ in runs.failures)
    assert len(counts.event_counts) > 100
