"""Acts of a class by month and week, in runs and in the record, and as a record would list them that lists some."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.thinned import central, thinned
from sim.plots import figures
from sim.results.act_counts import act_counts, chosen, periods
from sim.theatre.language.base_rates import ActFilter

from .test_plots import words

STRIKE = "north.strike"


@pytest.fixture(scope="module")
def some():
    return sim.run("first_lesson", runs=40, seed=7, progress=None)


def with_acts(ensemble, acts):
    """The ensemble, had its runs done these acts and no others: (run, day, action)."""
    theatre = ensemble.scenario.theatre
    names = list(ensemble.events["action"].cat.categories)
    rows = [(run, day, action, theatre.actions[action].rung) for run, day, action in acts]
    events = pd.DataFrame(rows, columns=["run", "day", "action", "rung"]).assign(fatalities=0)
    events["action"] = pd.Categorical(events["action"], categories=names)
    return replace(ensemble, events=events)


def band(ax, at, day):
    """Edges of a band on a date, the wide one first."""
    (path,) = ax.collections[at].get_paths()
    there = path.vertices[np.isclose(path.vertices[:, 0], day), 1]
    return there.min(), there.max()


def test_months_and_weeks_are_those_of_the_calendar():
    months = periods(date(2019, 12, 30), 40, "month")
    assert (months.first.tolist(), months.after.tolist()) == ([0, 2, 33], [2, 33, 40])
    weeks = periods(date(2019, 12, 31), 15, "week")  # a Tuesday
    assert weeks.first.tolist() == [0, 6, 13]


def test_acts_are_counted_by_run_month_and_action(some):
    first = some.scenario.start
    assert (first.day, first.month) == (1, 1)
    made = with_acts(
        some, [(0, 0, STRIKE), (0, 30, STRIKE), (0, 31, STRIKE), (3, 30, "south.strike"), (3, 2, "north.threaten")]
    )
    counted = act_counts(made, ActFilter(actions=(STRIKE, "south.strike")))
    assert counted.actions == (STRIKE, "south.strike")
    assert counted.total[[0, 1, 3], :2].tolist() == [[2, 1], [0, 0], [1, 0]]
    assert counted.counts.sum() == 4


def test_a_class_is_named_by_patterns_and_one_that_is_not_there_is_refused(some):
    assert chosen(some.scenario.theatre, ["*.strike"]) == ("north.strike", "south.strike")
    with pytest.raises(ValueError, match=r"unknown action 'north.strik'; did you mean 'north.strike'\?"):
        sim.plots.counts(some, None, "north.strik", ax=figures.canvas())
    with pytest.raises(ValueError, match="unknown actor 'norht'; did you mean 'north'"):
        sim.plots.counts(some, actors=["norht"], ax=figures.canvas())
    with pytest.raises(ValueError, match="a coverage is a chance from 0 to 1, found 2"):
        sim.plots.counts(some, coverage=2, ax=figures.canvas())
    with pytest.raises(ValueError, match=r"unknown action 'north.strik' in coverage; did you mean 'north.strike'"):
        sim.plots.counts(some, coverage={"north.strik": 0.5}, ax=figures.canvas())


def test_thinning_is_exact():
    counts = np.array([[2, 1], [0, 1], [3, 0]])
    chances = [0.5, 0.2]
    expected = np.zeros(4)
    for kinds in counts:
        each = [chance for n, chance in zip(kinds, chances, strict=True) for _ in range(n)]
        for kept in product((0, 1), repeat=len(each)):
            expected[sum(kept)] += np.prod([c if k else 1 - c for k, c in zip(kept, each, strict=True)]) / 3
    assert thinned(counts, chances) == pytest.approx(expected)
    assert thinned(counts, [1, 1]).tolist() == pytest.approx([0, 1 / 3, 0, 2 / 3])
    assert thinned(counts, [0, 0]).tolist() == pytest.approx([1, 0, 0, 0])


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_central_interval_holds_its_share_and_leaves_no_more_than_half_of_the_rest_on_either_side(share):
    rng = np.random.default_rng(1)
    for _ in range(50):
        spread = rng.dirichlet(np.ones(8) / 2)
        ((low, high),) = central(spread, [share])
        assert spread[low : high + 1].sum() >= share - 1e-9
        assert spread[:low].sum() <= (1 - share) / 2 + 1e-9
        assert spread[high + 1 :].sum() <= (1 - share) / 2 + 1e-9


def test_bands_are_those_of_the_runs(some):
    # in January, run n strikes n times; in February nobody does
    acts = [(run, day, STRIKE) for run in range(40) for day in range(min(run, 31))]
    ax = sim.plots.counts(with_acts(some, acts), None, STRIKE, ax=figures.canvas())
    january = ax.get_xlim()[0]
    counts = np.minimum(np.arange(40), 31)
    low, high = np.quantile(counts, [0.05, 0.95], method="inverted_cdf")
    assert band(ax, 0, january) == (low - 0.5, high + 0.5)
    low, high = np.quantile(counts, [0.25, 0.75], method="inverted_cdf")
    assert band(ax, 1, january) == (low - 0.5, high + 0.5)
    assert "nothing is thinned" in words(ax)


def test_a_record_that_lists_half_is_held_beside_half_of_the_runs_acts(some):
    made = with_acts(some, [(run, day, STRIKE) for run in range(40) for day in range(4)])
    ax = sim.plots.counts(made, None, STRIKE, coverage=0.5, ax=figures.canvas())
    assert band(ax, 1, ax.get_xlim()[0]) == (0.5, 3.5)  # of four acts kept by even chances
    assert band(ax, 0, ax.get_xlim()[0]) == (0, 4.5)
    assert "The record lists 50 % of these, and the runs are thinned to that." in words(ax)
    each = {STRIKE: 0.5, "south.strike": 1.0}
    made = with_acts(some, [(run, 0, action) for run in range(40) for action in each])
    ax = sim.plots.counts(made, None, "*.strike", coverage=each, ax=figures.canvas())
    assert band(ax, 0, ax.get_xlim()[0]) == (0.5, 2.5)
    assert "lists 50 % to 100 % of these" in words(ax)


def test_points_are_what_is_recorded_and_open_where_a_month_is_told_in_part(some):
    last = some.scenario.days - 1
    days = (0, 3, 31, 59)
    told = with_acts(some, [(0, day, STRIKE) for day in days])
    shorter = replace(told, trajectories=told.trajectories.isel(day=slice(0, 70), run=slice(0, 1)))
    ax = sim.plots.counts(some, shorter, STRIKE, ax=figures.canvas())
    whole, part = ax.lines
    assert whole.get_ydata().tolist() == [2, 1]
    assert part.get_ydata().tolist() == [1]
    assert part.get_markerfacecolor() == "white"
    assert last > 70


@pytest.mark.parametrize("every", ["month", "week"])
def test_the_figure_says_what_it_shows(some, every):
    ax = sim.plots.counts(some, None, actors=["north"], rungs=(4, 9), every=every, ax=figures.canvas())
    ax.figure.canvas.draw()
    said = words(ax)
    assert "Acts of North on rungs 4 to 9: " in said
    assert f"in half of the runs in the {every} from" in said.replace("\n", " ")
    assert f"Acts a {every}" in said
    assert f"n = 40 runs · seed 7 · first_lesson {some.scenario.short_hash}" in said.replace("\n", " ")
