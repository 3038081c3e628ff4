"""Every figure, of every kind of scenario, in every style: nothing is cut, overprinted, too small or off the page."""

import pytest
from matplotlib import pyplot

from sim import plots
from tests.every_figure import FIGURES, LABORIOUS, Material, function_of
from tests.sight import faults

SCENARIOS = {"baseline": 40, "first_lesson": 60, "whole_crisis": 24, "us_leaves_iraq": 24, "after_the_killing": 40}
THOROUGH = {"baseline", "first_lesson"}
"""Scenarios that are swept, too."""
STYLES = ("web", "paper", "projector")


@pytest.fixture(scope="module", params=SCENARIOS)
def material(request):
    return Material(request.param, SCENARIOS[request.param])


def test_every_figure_is_looked_at():
    known = set(plots.__all__) - {"figures", "style"}
    assert set(map(function_of, FIGURES)) == known


@pytest.mark.parametrize("style", STYLES)
def test_words_are_whole_and_large_and_off_one_another(material, style):
    found = []
    for name, draw in FIGURES.items():
        if function_of(name) in LABORIOUS and material.scenario.name not in THOROUGH:
            continue
        with plots.style(style):
            ax = draw(material, None)
        if ax is not None:
            found += [f"{name}: {fault}" for fault in faults(ax, style)]
        pyplot.close("all")
    assert not found, "\n".join(found)
