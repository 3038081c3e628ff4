"""A title states what its figure shows, and the table behind it says the same."""

import numpy as np
import pytest

import sim
from sim import plots
from sim.analysis.moves import stepwise
from sim.plots import figures
from sim.plots.shares import of_hundred
from sim.text import brief, number, percent
from sim.theatre.parameters.change import with_numbers


@pytest.fixture(scope="module")
def ensemble():
    return sim.run("first_lesson", runs=120, seed=7)


@pytest.fixture(scope="module")
def comparison():
    return sim.compare("first_lesson", changed("actors.south.replies.overshoot", 2), 120, 7)


def changed(path, value):
    return with_numbers(sim.load("first_lesson"), {path: value})


def title(ax):
    return ax.get_title("left").replace("\n", " ")


def test_the_fan_says_where_half_of_the_runs_end(ensemble):
    low, high = np.quantile(ensemble.trajectories["tension"].to_numpy()[:, -1].astype(float), [0.25, 0.75])
    said = f"half of the runs between {number(low, 2)} and {number(high, 2)} on {brief(ensemble.scenario.end)}"
    assert said in title(plots.fan(ensemble, figures.canvas()))


def test_rungs_say_where_most_runs_stand_in_the_end(ensemble):
    last = np.bincount(ensemble.trajectories["rung"].to_numpy()[:, -1], minlength=10) / 120
    said = title(plots.rungs(ensemble, figures.canvas()))
    assert said.startswith(f"{percent(last.max())} of the runs stand on rung {last.argmax()}, ")


def test_first_passage_says_how_many_got_there(ensemble):
    highest = ensemble.trajectories["rung"].to_numpy().max(axis=1)
    said = title(plots.first_passage(ensemble, figures.canvas(), rungs=(4, 6)))
    there = [percent((highest >= rung).mean()) for rung in (4, 6)]
    assert said.endswith(f", {there[0]} of the runs have reached rung 4 and {there[1]} rung 6")


def test_outcomes_say_which_is_most_frequent_and_which_rarest(ensemble):
    table = ensemble.shares().set_index("outcome")["share"].sort_values(ascending=False)
    labels = {name: outcome.label for name, outcome in ensemble.scenario.theatre.outcomes.items()}
    said = title(plots.outcomes(ensemble, figures.canvas()))
    assert said.startswith(f"In {of_hundred(table.iloc[0])}: {labels[table.index[0]]}. ")
    came = table[table > 0]
    assert said.endswith(f"In {of_hundred(came.iloc[-1]).split()[0]}: {labels[came.index[-1]]}")


def test_the_alluvial_says_how_many_stand_higher(ensemble):
    rung = ensemble.trajectories["rung"].to_numpy()
    said = title(plots.alluvial(ensemble, figures.canvas(), days=(10, 100)))
    assert said.startswith(f"{percent((rung[:, 100] > rung[:, 10]).mean())} of the runs stand higher on ")
    assert said.endswith(f", {percent((rung[:, 100] < rung[:, 10]).mean())} lower")


def test_transitions_say_how_many_stay_and_climb(ensemble):
    counts = stepwise(ensemble.trajectories["rung"].to_numpy(), 7)
    stay, climb = np.trace(counts) / counts.sum(), np.triu(counts, 1).sum() / counts.sum()
    said = title(plots.transitions(ensemble, figures.canvas()))
    assert said == f"A week later {percent(stay)} of the runs stand on the same rung, {percent(climb)} on a higher one"


def test_the_raster_says_in_how_many_runs_its_outcome_came_about(ensemble):
    n = int(ensemble.outcomes["mobilised"].notna().sum())
    assert title(plots.raster(ensemble, figures.canvas(), "mobilised")).endswith(f": in {n} of 120 runs")


def test_flips_name_only_what_the_paired_interval_can_tell(comparison):
    table = comparison.difference().set_index("outcome")
    clear = table[(table["low"] > 0) | (table["high"] < 0)]
    said = title(plots.flips(comparison, figures.canvas()))
    assert len(clear), "the change is a large one"
    top = clear["difference"].abs().idxmax()
    label = comparison.first.scenario.theatre.outcomes[top].label
    assert said.startswith(f"{label}: {100 * abs(clear.loc[top, 'difference']):.1f} points ")
    same = sim.compare("first_lesson", changed("actions.south.reassure.calm", 0.31), 20, 7)
    assert "clear" in title(plots.flips(same, figures.canvas())) or "turns no outcome" in title(
        plots.flips(same, figures.canvas())
    )


def test_the_difference_claims_a_direction_only_where_its_interval_leaves_out_zero(comparison):
    last = comparison.over_time("tension").iloc[-1]
    said = title(plots.difference(comparison, figures.canvas()))
    if last["low"] <= 0 <= last["high"]:
        assert "no clear difference" in said
    else:
        assert f"{'higher' if last['difference'] > 0 else 'lower'} by {abs(last['difference']):.2g}" in said


def test_flips_drawn_beside_others_share_their_scale(comparison):
    small = sim.compare("first_lesson", changed("actions.south.reassure.calm", 0.31), 20, 7)
    one, other = (
        plots.flips(each, figures.canvas(), like=[comparison, small]).get_xlim() for each in (comparison, small)
    )
    assert one == other != plots.flips(small, figures.canvas()).get_xlim()
