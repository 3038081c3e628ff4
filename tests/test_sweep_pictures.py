"""Pictures of sweeps and of runs that draw their numbers hold what they say: tests read the artists, not the pixels."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import sim
from sim import plots
from sim.analysis.discovery import Box
from sim.analysis.peeling import peeling
from sim.plots import figures
from sim.plots.colours import COLOURS
from sim.text import percent
from sim.theatre.parameters.in_words import in_words
from tests.sight import faults

NUMBERS = [
    "actors.south.replies.overshoot",
    "actors.north.replies.rate",
    "actions.south.reassure.rate",
    "variables.fear.target.base",
]
MEASURE = "mobilised"


def swept(method, samples, replicates, numbers=NUMBERS):
    return sim.sweep("first_lesson", numbers, method, samples, replicates, 3, progress=None)


@pytest.fixture(scope="module")
def sweeps():
    return {
        "oat": swept("oat", None, 32),
        "morris": swept("morris", 40, 4),
        "sobol": swept("sobol", 384, 32),
        "grid": swept("grid", 25, 8, NUMBERS[:2]),
        "lhs": swept("lhs", 300, 4),
    }


@pytest.fixture(scope="module")
def box(sweeps):
    return next(box for box in sweeps["lhs"].boxes(MEASURE, above=0.7) if box.limits)


@pytest.fixture(scope="module")
def doubtful():
    return sim.run("first_lesson", 120, 3, uncertain=True), sim.run("first_lesson", 80, 3)


DRAWINGS = {
    "tornado": ("oat", lambda s, ax, **_: plots.tornado(s["oat"], MEASURE, ax)),
    "morris": ("morris", lambda s, ax, **_: plots.morris(s["morris"], MEASURE, ax)),
    "influence": ("sobol", lambda s, ax, **_: plots.influence(s["sobol"], MEASURE, ax)),
    "heat": ("grid", lambda s, ax, **_: plots.heat(s["grid"], MEASURE, ax=ax)),
    "heat of points": ("lhs", lambda s, ax, **_: plots.heat(s["lhs"], "deaths", NUMBERS[:2], ax)),
    "tradeoff": ("lhs", lambda s, ax, **_: plots.tradeoff(s["lhs"], MEASURE, above=0.7, ax=ax)),
    "parallel": ("lhs", lambda s, ax, box: plots.parallel(s["lhs"], MEASURE, box, ax)),
}


@pytest.fixture(params=DRAWINGS)
def drawing(request, sweeps, box):
    of, draw = DRAWINGS[request.param]
    return lambda ax: draw(sweeps, ax, box=box), sweeps[of]


def words(ax):
    return "\n".join(text.get_text() for text in ax.figure.findobj(Text) if text.get_visible())


def test_every_picture_says_of_what_it_is_and_changes_no_setting(drawing):
    draw, of = drawing
    before, ax = dict(mpl.rcParams), figures.canvas(height=6)
    assert draw(ax) is ax
    assert dict(mpl.rcParams) == before
    for said in (of.scenario.short_hash, f"{len(of.design):,} points by {of.design.method}", "the same dice", "seed 3"):
        assert said in words(ax)


def test_text_is_legible_and_nothing_is_cut_off(drawing):
    assert not list(faults(drawing[0](figures.canvas(height=6)), "web"))


def bars(ax):
    return [bar for bar in ax.patches if isinstance(bar, Rectangle)]


def spans(ax):
    """Ends of every horizontal line: (height, low, high)."""
    found = [each for each in ax.collections if isinstance(each, LineCollection)]
    return [(path[0][1], path[0][0], path[1][0]) for each in found for path in each.get_segments() if len(path)]


def test_the_tornado_shows_the_ends_of_ranges_and_their_values(sweeps):
    swept = sweeps["oat"]
    ax = plots.tornado(swept, MEASURE, figures.canvas(height=6))
    found, answers = swept.indices(MEASURE), swept.Y(f"outcome.{MEASURE}")
    drawn = {(round(bar.get_y() + bar.get_height() / 2), round(bar.get_width(), 9)) for bar in bars(ax)}
    for row, each in enumerate(found.itertuples(index=False)):
        assert {(-row, round(each.at_low, 9)), (-row, round(each.at_high, 9))} <= drawn
    for number in swept.design.varied:
        for end in (number.low, number.high):
            assert f"{end:g}" in words(ax)
    assert {bar.get_x() for bar in bars(ax)} == {answers[0]}
    first = int(swept.design.paths.index(found["parameter"][0]))
    runs = swept.runs(MEASURE)
    apart = runs[1 + 2 * first] - runs[0]
    low = answers[0] + apart.mean() - 1.959964 * apart.std(ddof=1) / np.sqrt(len(apart))
    assert any(left == pytest.approx(max(low, answers[0] - 2), abs=1e-6) for _, left, _ in spans(ax))


def test_the_screen_puts_each_number_where_it_belongs(sweeps):
    found = sweeps["morris"].indices(MEASURE)
    ax = plots.morris(sweeps["morris"], MEASURE, figures.canvas(height=6))
    dots = next(each for each in ax.collections if isinstance(each, PathCollection))
    assert np.allclose(dots.get_offsets(), found[["mu_star", "sigma"]])
    clear = [to_hex(colour) == COLOURS["outcome"] for colour in dots.get_facecolors()]
    assert clear == (found["mu_star_low"] > 0).tolist()
    assert in_words(sweeps["morris"].scenario, found["parameter"][0]) in words(ax).replace("\n", " ")


def test_indices_are_drawn_with_their_intervals_and_the_share_of_the_dice(sweeps):
    swept = sweeps["sobol"]
    found = swept.indices(MEASURE)
    ax = plots.influence(swept, MEASURE, figures.canvas(), most=3)
    assert [bar.get_width() for bar in bars(ax)] == found["ST"].head(3).clip(lower=0).tolist()
    drawn = [(low, high) for _, low, high in spans(ax)]
    shown = found.head(3)
    assert np.allclose(drawn, np.stack([shown["ST_low"].clip(lower=0), shown["ST_high"]], axis=1))
    assert f"{percent(swept.variance(MEASURE).dice.share)} is dice" in words(ax).replace("\n", " ")
    assert "1 smaller not drawn" in words(ax).replace("\n", " ")


def test_a_map_shows_every_point_of_a_grid(sweeps):
    swept = sweeps["grid"]
    ax = plots.heat(swept, MEASURE, ax=figures.canvas())
    image = ax.images[0].get_array()
    points, values = swept.design.points, swept.Y(MEASURE)
    first, second = swept.design.paths
    across, upward = np.unique(points[first]), np.unique(points[second])
    for (_, point), value in zip(points.iterrows(), values, strict=True):
        at = np.searchsorted(upward, point[second]), np.searchsorted(across, point[first])
        assert image[at] == pytest.approx(value)
    with pytest.raises(ValueError, match="was not varied"):
        plots.heat(swept, MEASURE, ["actors.north.replies.rate", "nowhere"], figures.canvas())


def test_the_trade_off_is_that_of_the_points(sweeps):
    swept = sweeps["lhs"]
    steps, says = peeling(swept.design.points, swept.Y(MEASURE), MEASURE, above=0.7)
    assert says == "mobilised lies above 0.7"
    share = (swept.Y(MEASURE) > 0.7).mean()
    assert steps["density"].iloc[0] == pytest.approx(share)
    assert steps["coverage"].iloc[0] == 1.0
    assert steps["density"].iloc[-1] > 1.5 * share
    assert (steps["coverage"] * share).to_numpy() == pytest.approx((steps["density"] * steps["mass"]).to_numpy())
    ax = plots.tradeoff(swept, MEASURE, above=0.7, ax=figures.canvas())
    dots = next(each for each in ax.collections if isinstance(each, PathCollection))
    assert np.allclose(dots.get_offsets(), steps[["coverage", "density"]])


def test_lines_within_a_box_stay_between_its_limits(sweeps):
    swept = sweeps["lhs"]
    varied = {each.path: each for each in swept.design.varied}
    limits = {path: (each.low, (each.low + each.high) / 2) for path, each in list(varied.items())[:2]}
    box = Box(limits, 0.6, 0.7, 0.3, 0.4, f"{MEASURE} > 0.7", dict.fromkeys(limits, 0.01))
    ax = plots.parallel(swept, MEASURE, box, figures.canvas(height=6), lines=1000)
    inside = [line for line in ax.lines if line.get_color() == COLOURS["rung 5"]]
    held = [swept.design.points[path].between(*limits) for path, limits in box.limits.items()]
    assert len(inside) == np.logical_and.reduce(held).sum() > 0
    for at, (path, (low, high)) in enumerate(box.limits.items()):
        heights = [varied[path].number.within(float(line.get_ydata()[at])) for line in inside]
        assert min(heights) >= low - 1e-9
        assert max(heights) <= high + 1e-9


def test_a_box_of_one_number_is_shaded_over_the_measure(sweeps, box):
    swept, ((path, (low, high)),) = sweeps["lhs"], box.limits.items()
    ax = plots.parallel(swept, MEASURE, box, figures.canvas())
    held = swept.design.points[path].between(low, high)
    _, inside = (found for found in ax.collections if isinstance(found, PathCollection))
    assert np.allclose(inside.get_offsets(), np.c_[swept.design.points[path], swept.Y(MEASURE)][held])
    with pytest.raises(ValueError, match="limits no number"):
        plots.parallel(swept, MEASURE, Box({}, 1, 0.5, 1, 0.5, "so", {}), figures.canvas())


def test_a_picture_of_another_method_is_refused(sweeps):
    with pytest.raises(ValueError, match="a tornado is drawn of a sweep by oat; this one is by lhs"):
        plots.tornado(sweeps["lhs"], MEASURE, figures.canvas())
    with pytest.raises(ValueError, match="a Morris screen is drawn of a sweep by morris"):
        plots.morris(sweeps["oat"], MEASURE, figures.canvas())


def test_the_band_of_dice_is_that_of_the_numbers_as_written(doubtful):
    ensemble, written = doubtful
    ax = plots.uncertainty(ensemble, written, figures.canvas())
    for band, runs in zip(ax.collections, (ensemble, written), strict=True):
        low, high = runs.quantiles("tension", [0.05, 0.95])
        heights = band.get_paths()[0].vertices[:, 1]
        assert heights.max() == pytest.approx(high.max())
        assert set(np.round(low, 6)) <= set(np.round(heights, 6))
    medians = [line.get_ydata() for line in ax.lines]
    assert any(np.allclose(row, written.quantiles("tension", [0.5])[0]) for row in medians)
    with pytest.raises(ValueError, match="uncertain=True"):
        plots.uncertainty(written, written, figures.canvas())


def test_both_errors_are_drawn_apart(doubtful):
    ensemble, written = doubtful
    ax = plots.errors(ensemble, written, figures.canvas())
    table = ensemble.errors().sort_values("share", ascending=False, kind="stable")
    drawn = {(round(low, 9), round(high, 9)) for _, low, high in spans(ax)}
    for row in table.itertuples(index=False):
        assert (round(row.low, 9), round(row.high, 9)) in drawn
        assert (round(row.spread_low, 9), round(row.spread_high, 9)) in drawn
    shares = written.shares().set_index("outcome").loc[table["outcome"], "share"]
    assert any(np.allclose(line.get_xdata(), shares) for line in ax.lines)
