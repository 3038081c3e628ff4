"""The tree of action and response says what led to what."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch

import sim
from sim.plots import figures, spiral
from sim.plots.colours import sides
from tests.small_scenarios import rich, rich_theatre, scenario
from tests.test_plots import words


@pytest.fixture(scope="module")
def told():
    return sim.replay(rich(), seed=11, run=17)


def lines(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def descendants(told, root):
    """All that goes back to an event, by the causes of the events."""
    return [act for act in told.acts if root in chain(told, act.event)]


def chain(told, event):
    found = []
    while event is not None:
        found.append(event)
        event = told.acts[event].cause
    return found


def test_each_line_is_an_answer_in_the_colour_of_who_gave_it(told):
    event = max(told.acts, key=lambda act: len(chain(told, act.event))).event
    back = chain(told, event)
    assert len(back) > 3
    ax = spiral(told.ensemble, figures.canvas(), 17, event)
    tree = descendants(told, back[-1])
    drawn = lines(ax)
    assert len(drawn) == len(tree) - 1, "the run is short: its whole tree is shown"
    bold = [line for line in drawn if line.get_linewidth() > 1.5]
    assert len(bold) == len(back) - 1
    of_side = {name: to_rgba(side.colour)[:3] for name, side in sides(told.scenario.theatre).items()}
    expected = sorted(of_side[act.actor] for act in tree if act.cause is not None)
    assert sorted(to_rgba(line.get_edgecolor())[:3] for line in drawn) == expected


def test_it_names_both_ends_of_the_chain_and_counts_the_tree(told):
    event = max(told.acts, key=lambda act: len(chain(told, act.event))).event
    back = chain(told, event)
    said = words(spiral(told.ensemble, figures.canvas(), 17, event))
    assert f"in {len(back) - 1} steps" in " ".join(said.split())
    acts = sum(act.actor != "script" for act in told.acts)
    assert f"{len(descendants(told, back[-1]))} of {acts} acts go back" in " ".join(said.split())
    for end in (back[0], back[-1]):
        day = told.acts[end].date
        assert f"{day.day} {day:%b}: {told.acts[end].label}" in " ".join(said.split())
    assert f"run 17 alone, n = 1 · seed 11 · small {told.scenario.short_hash}" in said


def test_by_itself_it_takes_the_gravest_act(told):
    gravest = max(
        (act for act in told.acts if act.actor != "script"), key=lambda act: (act.rung, act.deaths, -act.event)
    )
    by_itself, asked = (spiral(told.ensemble, figures.canvas(), 17, event) for event in (None, gravest.event))
    assert [line.get_path().vertices.tolist() for line in lines(by_itself)] == [
        line.get_path().vertices.tolist() for line in lines(asked)
    ]
    label = told.scenario.theatre.actions[gravest.action].label
    assert f"to \N{LEFT SINGLE QUOTATION MARK}{label}" in spiral(told, figures.canvas()).get_title("left")


def test_an_ensemble_and_a_replay_draw_the_same(told):
    ensemble = sim.run(rich(), runs=20, seed=11)
    one, other = spiral(ensemble, figures.canvas(), 17), spiral(told, figures.canvas())
    assert len(lines(one)) == len(lines(other))
    np.testing.assert_array_equal(one.get_xlim(), other.get_xlim())


def test_a_long_aftermath_is_cut_and_says_so():
    ax = spiral(sim.replay("baseline", seed=7, run=114), figures.canvas())
    assert "shown" in words(ax)
    first, last = ax.get_xlim()
    assert last - first < 200
    page = ax.figure.bbox
    ax.figure.canvas.draw()
    for text in ax.texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1


def test_what_there_is_not_is_refused(told):
    with pytest.raises(ValueError, match=r"no run 3; this ensemble has runs 17 alone"):
        spiral(told.ensemble, figures.canvas(), 3)
    with pytest.raises(ValueError, match=r"no act has number 9999 in run 17"):
        spiral(told.ensemble, figures.canvas(), 17, 9999)


def test_a_run_in_which_nobody_acts_is_drawn_empty():
    still = rich_theatre()
    for act in still["actions"].values():
        act["rate"], act["reply"] = 0, 0
    told = sim.replay(scenario(still, 20), seed=1)
    ax = spiral(told, figures.canvas())
    assert (lines(ax), told.acts) == ([], ())
    assert ax.get_title("left") == "Run 0: nobody acted"
    assert "20 days" in told.text()
