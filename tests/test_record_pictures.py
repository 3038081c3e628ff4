"""Pictures of what a record says of a model hold what they say: tests read the artists, not the pixels."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.text import Text

import sim
from sim import plots
from sim.experiments.record.hindcast import Hindcast
from sim.experiments.record.residuals import residuals
from sim.plots import figures

DAYS = pd.date_range("2030-01-01", "2030-03-15")


@pytest.fixture(scope="module")
def filtered():
    """What a filter might say of 74 days: a threat that was hardly expected, one that was impossible, and quiet."""
    parts = pd.DataFrame({"day": range(len(DAYS)), "date": DAYS, "actor": "north", "action": None, "nats": -0.05})
    parts["chance"] = np.nan
    parts.loc[9, ["action", "nats", "chance"]] = ["north.threaten", -6.0, np.exp(-6.0)]
    parts.loc[[22, 50, 51], ["action", "nats", "chance"]] = ["north.threaten", -0.1, 0.9]
    parts.loc[40, ["action", "nats", "chance"]] = ["north.strike", -20.7, 0.0]
    parts["event"] = [f"day_{day}" if action is not None else None for day, action in enumerate(parts["action"])]
    other = parts[:20].assign(actor="south", nats=-0.25, action=None, event=None)
    table = pd.concat([parts, other], ignore_index=True).assign(covered=True)
    expected = pd.DataFrame(0.02, index=range(len(DAYS)), columns=["north.strike", "north.threaten", "south.threaten"])
    return SimpleNamespace(scenario=sim.load("first_lesson"), particles=256, seed=3, parts=table, expected=expected)


@pytest.fixture(scope="module")
def hindcast():
    """Forty forecasts of one question: twenty of 0.1, of which two came true, and twenty of 0.7, of which eight did."""
    scenario = sim.load("first_lesson")
    happened = np.r_[np.arange(20) < 2, np.arange(20) < 8].astype(float)
    table = pd.DataFrame({"forecast": np.repeat([0.1, 0.7], 20), "happened": happened, "day": 20 + np.arange(40)})
    table["origin"] = pd.date_range("2030-01-21", periods=40)
    table = table.assign(question="strike", kind="any", forecaster="model", sd=0.3, low=0.0, high=1.0, score=0.1)
    questions = {"strike": scenario.theatre.questions["strike"]}
    return Hindcast(scenario, 5, 1024, 1, 20, questions, {}, table.assign(log_score=0.2))


def words(ax):
    """Everything that a figure says."""
    return "\n".join(text.get_text() for text in ax.figure.findobj(Text) if text.get_visible())


def test_the_calendar_has_every_day_in_its_place(filtered):
    ax = plots.surprise(filtered, figures.canvas())
    (mesh,) = ax.findobj(QuadMesh)
    cells = np.ma.filled(mesh.get_array(), np.nan)
    assert cells.shape == (3, 31)
    assert cells[0, 9] == pytest.approx(6.25), "acts and silence of one day add up"
    assert cells[1, 9] == pytest.approx(20.7)
    assert cells[0, 25] == pytest.approx(0.05)
    assert np.isnan(cells[1, 28:]).all(), "there is no 29 February 2030"
    assert np.isnan(cells[2, 15:]).all()
    assert np.isfinite(cells).sum() == len(DAYS)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Jan 2030", "Feb", "Mar"]


def test_days_that_stand_out_are_numbered_where_they_are_and_named(filtered):
    ax = plots.surprise(filtered, figures.canvas(), named=3)
    ranks = {text.get_text(): text.get_position() for text in ax.texts if text.get_text() in ("1", "2", "3")}
    assert ranks["1"] == (10, 1)
    assert ranks["2"] == (10, 0)
    said = words(ax).replace("\n", " ")
    assert "1: 10 Feb 2030: Strike a border post (impossible), 21" in said
    assert "2: 10 Jan 2030: Threaten the rival, 6.2" in said
    assert "3: 1 Jan 2030: Nothing seen of South, 0.3" in said
    assert ax.get_title("left").startswith("10 Feb 2030 surprised the model most")
    assert "n = 256 particles" in said
    assert f"{filtered.scenario.name} {filtered.scenario.short_hash}" in said
    assert len(plots.surprise(filtered, figures.canvas(), named=0).texts) == len(ax.texts) - 6


def test_days_without_surprise_are_drawn_but_not_named(filtered):
    calm = SimpleNamespace(**vars(filtered) | {"parts": filtered.parts.assign(nats=0.0)})
    ax = plots.surprise(calm, figures.canvas())
    assert not [text for text in ax.texts if text.get_text() == "1"]
    with pytest.raises(ValueError, match="tells of no day"):
        plots.surprise(SimpleNamespace(**vars(filtered) | {"parts": filtered.parts[:0]}), figures.canvas())


def test_lines_of_residuals_are_distances_in_bands_of_their_own(filtered):
    found = residuals(filtered)
    ax = plots.residuals(found, figures.canvas())
    lines = {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}
    drawn = [each for each in found.classes if each.hit.sum() >= 3]
    assert set(lines) == {each.label for each in drawn} == {"Threats"}
    assert "1 rarer left out" in words(ax), "one strike tells nothing of a law"
    for each in drawn:
        share, deviation = (np.asarray(values) for values in lines[each.label].get_data())
        known = each.residuals
        assert share[0] == deviation[0] == 0
        assert np.abs(deviation).max() * known.band == pytest.approx(known.distance)
        assert share[1:-1:2] == pytest.approx(known.expected)
        after = deviation[2::2] * known.band + share[2::2][: len(deviation[2::2])]
        assert after[: len(known.found)] == pytest.approx(known.found)
    assert "Threats: 4 recorded, 2.93 expected; p = " in words(ax).replace("\n", " ")


def test_residuals_of_nothing_are_refused(filtered):
    few = residuals(filtered)
    empty = replace(few, classes=tuple(each for each in few.classes if each.hit.sum() < 3))
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.residuals(empty, figures.canvas())


def test_dots_and_bars_of_reliability_are_those_of_the_bins(hindcast):
    ax = plots.reliability(hindcast, figures.canvas())
    (dots,) = ax.findobj(PathCollection)
    assert np.asarray(dots.get_offsets()) == pytest.approx(np.array([[0.1, 0.1], [0.7, 0.4]]))
    (bars,) = ax.findobj(LineCollection)
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    assert ends == pytest.approx(np.array([[0.0, 0.25], [0.5, 0.9]])), "quantiles of binomial laws of 20"
    assert [text.get_text() for text in ax.texts if text.get_text().isdigit()] == ["20", "20"]
    assert "n = 40 forecasts of 20 days" in words(ax)
    assert ax.get_title("left").startswith("1 of 2 dots lie within their bars")
    assert "A strike by either side" in words(plots.reliability(hindcast, figures.canvas(), "strike"))


def test_reliability_of_what_is_no_yes_or_no_is_refused(hindcast):
    with pytest.raises(ValueError, match="there is no yes-or-no question 'fear'; there are strike"):
        plots.reliability(hindcast, figures.canvas(), "fear")
    none = replace(hindcast, forecasts=hindcast.forecasts.assign(kind="count"))
    with pytest.raises(ValueError, match="no forecast of a yes or no"):
        plots.reliability(none, figures.canvas())


@pytest.mark.parametrize("name", ["surprise", "residuals", "reliability"])
def test_words_stay_on_the_page_and_off_each_other(filtered, hindcast, name):
    drawn = {
        "surprise": lambda ax: plots.surprise(filtered, ax),
        "residuals": lambda ax: plots.residuals(residuals(filtered), ax),
        "reliability": lambda ax: plots.reliability(hindcast, ax),
    }
    ax = drawn[name](figures.canvas())
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    boxes = [
        text.get_window_extent()
        for text in ax.figure.findobj(Text)
        if text.get_visible() and text.get_text() and not text.get_text().isdigit()
    ]
    for box in boxes:
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert page.y0 <= box.y0
        assert box.y1 <= page.y1
    foot = next(text for text in ax.texts if "seed" in text.get_text()).get_window_extent()
    label = ax.xaxis.label.get_window_extent()
    assert foot.x1 < label.x0 or foot.y1 <= label.y0


def test_a_surprise_is_drawn_by_the_filter_that_it_holds(filtered):
    holder = SimpleNamespace(filtered=filtered)
    assert len(plots.surprise(holder, figures.canvas()).texts) == len(plots.surprise(filtered, figures.canvas()).texts)
