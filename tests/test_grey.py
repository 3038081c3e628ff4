"""What only colour tells apart can be told apart in grey."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sim import plots
from sim.plots import colours, history


def lightness(colour):
    """CIE L*, 0 for black and 100 for white."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def test_the_gravest_rungs_are_steps_that_small_marks_show():
    grey = [lightness(colours.rung_colour(rung)) for rung in range(5, 10)]
    assert min(above - below for above, below in pairwise(grey)) >= 9


def test_the_two_sides_of_a_comparison_are_no_one_grey():
    for strength in (0.8, 0.85, 1.0):
        one, other = (lightness(colours.tint(colours.COLOURS[side], strength)) for side in ("first", "second"))
        assert abs(one - other) >= 14


@pytest.mark.parametrize("of", [2, 3])
def test_bands_are_seen_within_each_other_and_on_the_page(of):
    grey = [100.0, *(lightness(colours.band_colour(at, of)) for at in range(of))]
    assert min(above - below for above, below in pairwise(grey)) >= 7


def test_the_deadlier_an_act_the_larger_its_ring_and_a_deadly_act_is_never_pale():
    areas = [history.ring_area(deaths) for deaths in (1, 10, 100, 500)]
    assert areas == sorted(set(areas))
    side = colours.Side("a side", "#000000", "o", 0)
    quiet, deadly = (history.DrawnAct(1, "a.b", 1, deaths, side, 1.0) for deaths in (0, 300))
    assert deadly.large
    assert not quiet.large


def test_a_style_must_be_known():
    with pytest.raises(ValueError, match="did you mean 'projector'"), plots.style("projektor"):
        pass
