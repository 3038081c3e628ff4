"""Whatever states a share of an ensemble gives it the interval that is right for how its runs came about."""

import numpy as np
import pytest

import sim
from sim.analysis.intervals import wilson
from sim.plots import figures
from sim.report.pack import unpacked
from sim.report.series import outcomes, rungs
from sim.results.intervals import Precision
from sim.results.notebook import as_html
from sim.results.storage.read import summary
from sim.text import percent


@pytest.fixture(scope="module", params=["runs", "until", "uncertain"])
def ensemble(request):
    how = {"runs": {"runs": 400}, "until": {"until": Precision(0.05)}, "uncertain": {"runs": 400, "uncertain": True}}
    return sim.run("first_lesson", seed=7, progress=None, **how[request.param])


def ends(rows):
    return {row["outcome"]: (row["low"], row["high"]) for row in rows}


def test_table_summary_report_notebook_and_figure_agree(ensemble):
    told = ends(ensemble.shares().to_dict("records"))
    assert ends([{"outcome": name} | row for name, row in summary(ensemble)["outcomes"].items()]) == told
    assert ends([row | {"outcome": row["id"]} for row in outcomes(ensemble)]) == told
    written = {f"{percent(low).removesuffix(' %')} to {percent(high)}" for low, high in told.values()}
    drawn = " ".join(text.get_text() for text in sim.plots.outcomes(ensemble, figures.canvas()).texts)
    page = as_html(ensemble).replace("&lt;", "<").replace("&gt;", ">")
    assert all(each in drawn and each in page for each in written)


def test_shares_of_rungs_have_it_too(ensemble):
    steps = [3, 5, 7, 9]
    reached = rungs(ensemble)["reached"]
    low, high = ensemble.interval.of_reached(reached["rungs"])
    assert reached["rungs"] == sorted(reached["rungs"])
    np.testing.assert_allclose(unpacked(reached["low"]), low, atol=1e-4)
    np.testing.assert_allclose(unpacked(reached["high"]), high, atol=1e-4)
    ax = sim.plots.first_passage(ensemble, figures.canvas(), rungs=steps)
    low, high = ensemble.interval.of_reached(steps)
    for band, lower, upper in zip(ax.collections, low, high, strict=True):
        heights = band.get_paths()[0].vertices[:, 1]
        assert heights.min() == pytest.approx(lower.min())
        assert heights.max() == pytest.approx(upper.max())


def test_runs_that_end_when_they_please_have_the_wider_interval():
    ended = sim.run("first_lesson", seed=7, until=Precision(0.05), progress=None)
    shares = ended.shares()
    low, high = wilson(shares["share"] * shares["n"], shares["n"])
    assert (shares["low"] < low).all()
    assert (shares["high"] > high).all()
    assert ended.interval.name == "confidence sequence"
    assert sim.run("first_lesson", runs=40, seed=7, progress=None).interval.name == "Wilson"


def test_for_how_many_runs_intervals_are_narrowest_can_be_said():
    early, late = (Precision(0.05, narrowest=n).interval(30, 60)[1] for n in (60, 6000))
    assert early < late
    assert Precision(0.05).interval(30, 60)[1] == Precision(0.05, narrowest=None).interval(30, 60)[1]
