"""Pictures of pairs, branches, options and moves hold what they say: tests read the artists, not the pixels."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

import sim
from sim import plots
from sim.analysis.moves import stepwise
from sim.experiments.branching.choices import HOLD
from sim.plots import figures
from sim.plots.branches import OTHERS, _sizes
from sim.plots.colours import COLOURS, rung_colour
from sim.theatre.language.scenario import Scenario
from tests.sight import faults
from tests.small_scenarios import rich


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(rich(), runs=80, seed=5)


@pytest.fixture(scope="module")
def comparison():
    other = Scenario.model_validate(
        rich().model_dump(by_alias=True) | {"name": "quiet", "forbid": {"cela.rocket": "always"}}
    )
    return sim.compare(rich(), other, 80, 5)


@pytest.fixture(scope="module")
def futures():
    return sim.branch(rich(), seed=5, run=11, day=15, runs=120)


@pytest.fixture(scope="module")
def options():
    return sim.choices(rich(), seed=5, run=11, day=15, actor="aran", runs=60, days=30)


DRAWINGS = {
    "difference": ("comparison", "n = 80 pairs of runs", "seed 5, the same dice"),
    "flips": ("comparison", "n = 80 pairs of runs", "seed 5, the same dice"),
    "branches": ("futures", "n = 120 branches", "seed 5"),
    "choices": ("options", "n = 60 branches each", "seed 5"),
    "raster": ("ensemble", "n = 80 runs", "seed 5"),
    "transitions": ("ensemble", "n = 80 runs", "seed 5"),
    "alluvial": ("ensemble", "n = 80 runs", "seed 5"),
}


@pytest.fixture(params=DRAWINGS)
def drawing(request):
    of, *said = DRAWINGS[request.param]
    return getattr(plots, request.param), request.getfixturevalue(of), said


def words(ax):
    return "\n".join(text.get_text() for text in ax.figure.findobj(Text) if text.get_visible())


def test_every_picture_says_of_whose_runs_it_is_and_how_many(drawing):
    draw, of, said = drawing
    ax = figures.canvas(height=6)
    assert draw(of, ax) is ax
    for words_of_it in (*said, rich().short_hash):
        assert words_of_it in words(ax)


def test_text_is_legible_and_nothing_is_cut_off(drawing):
    draw, of, _ = drawing
    ax = draw(of, figures.canvas(height=6))
    assert not list(faults(ax, "web"))


def test_without_axes_it_draws_a_new_figure_and_changes_no_setting(drawing):
    draw, of, _ = drawing
    before = dict(mpl.rcParams)
    figure, (_, current) = pyplot.subplots(1, 2)
    try:
        drawn_on = draw(of)
        assert drawn_on is not current
        assert pyplot.get_fignums() == [figure.number, drawn_on.figure.number]
    finally:
        pyplot.close("all")
    assert dict(mpl.rcParams) == before


def test_the_difference_is_that_of_pairs(comparison):
    ax = plots.difference(comparison, figures.canvas(), "oil", bands=())
    days = comparison.over_time("oil")
    drawn = [line.get_ydata() for line in ax.lines]
    for name in ("difference", "low", "high"):
        assert any(len(row) == 60 and np.allclose(row, days[name]) for row in drawn)
    assert "Above zero: higher under quiet; below: lower." in words(ax)


def test_flips_are_drawn_to_their_sides(comparison):
    ax = plots.flips(comparison, figures.canvas(height=6))
    table = comparison.flips()
    widths = sorted(bar.get_width() for bar in ax.patches if isinstance(bar, Rectangle))
    assert widths == sorted([*(-table["first_only"]), *table["second_only"]])
    assert table["first_only"].max() > 0
    for row in table.itertuples(index=False):
        assert f"in both {row.both:,}, in neither {row.neither:,}" in words(ax)


def test_the_tree_of_branches_keeps_its_shares():
    found = {("a", "b"): 60, ("a", "c"): 25, ("a",): 5, ("b",): 6, ("c",): 3, (): 1}
    sizes = _sizes(found, 0.05)
    assert list(sizes) == [(), ("a",), ("a", "b"), ("a", "c"), ("b",), (OTHERS,)]
    assert sizes[()] == 1
    assert sizes["a",] == pytest.approx(0.9)
    assert sizes["a", "b"] == pytest.approx(0.6)
    assert sizes[OTHERS,] == pytest.approx(0.03)


def test_boxes_of_the_tree_are_as_tall_as_their_shares(futures):
    ax = plots.branches(futures, figures.canvas(height=6), depth=2)
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    bands = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    root = max(boxes, key=lambda box: box.get_height())
    first = [box for box in boxes if box.get_x() == min(b.get_x() for b in boxes if b is not root)]
    came = futures.outcomes.where(futures.outcomes >= 15).notna().any(axis=1).mean()
    assert sum(box.get_height() for box in first) / root.get_height() == pytest.approx(came)
    assert len(bands) == len(boxes) - 1
    with pytest.raises(ValueError, match="no branches of one run"):
        plots.branches(sim.run(rich(), runs=3, seed=5), figures.canvas())


def test_options_stand_in_the_order_of_their_shares(options):
    outcome = options.telling
    ax = plots.choices(options, figures.canvas(height=6), outcome)
    table = options.by(outcome)
    dots = [(float(line.get_ydata()[0]), float(line.get_xdata()[0])) for line in ax.lines if line.get_marker() == "o"]
    assert [share for _, share in sorted(dots, reverse=True)] == table["share"].tolist()
    assert "Hold: do nothing" in words(ax)
    assert (table["action"] == HOLD).sum() == 1


def test_rows_of_the_raster_are_sorted_by_the_day_of_the_outcome(ensemble):
    ax = plots.raster(ensemble, figures.canvas(height=6), "dear", least=4)
    *acts, marks = ax.collections
    rows = marks.get_offsets().data
    days = np.sort(ensemble.outcomes["dear"].dropna().to_numpy(int))
    first = date2num(ensemble.trajectories["date"].to_numpy()[0])
    np.testing.assert_array_equal(rows[:, 0] - first, days)
    np.testing.assert_array_equal(rows[:, 1], np.arange(len(days)))
    table = ensemble.events[(ensemble.events["rung"] >= 4) & (ensemble.events["actor"] != "script")]
    by_colour = {to_hex(each.get_facecolor()[0]): len(each.get_offsets()) for each in acts}
    assert by_colour == {rung_colour(rung): n for rung, n in table["rung"].value_counts().items()}
    with pytest.raises(ValueError, match="unknown outcome 'peace'"):
        plots.raster(ensemble, figures.canvas(), "peace")


def test_the_matrix_counts_moves(ensemble):
    ax = plots.transitions(ensemble, figures.canvas(height=6), days=5)
    counts = stepwise(ensemble.trajectories["rung"].to_numpy(), 5)
    told = {text.get_text().split("\n")[0] for text in ax.texts if "\n" in text.get_text() and "%" in text.get_text()}
    assert {f"{n:,}" for n in counts.ravel() if n} <= told
    assert f"{counts.sum():,} moves" in words(ax)
    with pytest.raises(ValueError, match="shorter than 90 days"):
        plots.transitions(ensemble, figures.canvas(), days=90)


def test_bars_of_the_alluvial_are_shares_and_bands_keep_them(ensemble):
    chosen = [3, 20, 59]
    ax = plots.alluvial(ensemble, figures.canvas(), chosen)
    rung = ensemble.trajectories["rung"].to_numpy()
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    for column, day in enumerate(chosen):
        heights = {to_hex(bar.get_facecolor()): bar.get_height() for bar in bars if bar.get_x() == column}
        for step in range(10):
            share = (rung[:, day] == step).mean()
            assert heights.get(rung_colour(step), 0.0) == pytest.approx(share, abs=1e-12)
    bands = [patch.get_path().vertices for patch in ax.patches if isinstance(patch, PathPatch)]
    for column in (0, 1):
        leaving = [band[-2, 1] - band[0, 1] for band in bands if int(band[0, 0]) == column]
        assert sum(leaving) == pytest.approx(1)
    with pytest.raises(ValueError, match="at least two days from 0 to 59, found 3"):
        plots.alluvial(ensemble, figures.canvas(), [3])


def test_what_failed_is_left_out_and_said(ensemble, comparison):
    failures = pd.DataFrame([(3, 9, "oil"), (40, 9, "oil")], columns=["run", "day", "what"])
    broken = replace(ensemble, failures=failures)
    for draw in (plots.raster, plots.transitions, plots.alluvial):
        assert "n = 78 runs · 2 more failed, left out" in words(draw(broken, figures.canvas(height=6)))
    some = replace(comparison, first=broken)
    for draw in (plots.difference, plots.flips):
        assert "n = 78 pairs of runs · 2 more failed, left out" in words(draw(some, figures.canvas(height=6)))


def test_the_two_sides_of_a_comparison_differ_in_lightness():
    red, green, blue = (0.299, 0.587, 0.114)

    def grey(colour):
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        return sum(weight * channel for weight, channel in zip((red, green, blue), channels, strict=True))

    assert COLOURS["first"] != COLOURS["second"]
    assert abs(grey(COLOURS["first"]) - grey(COLOURS["second"])) > 0
