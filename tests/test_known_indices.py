"""Functions whose indices are published, and toys whose share of dice is known, by the way that sweeps go."""

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import pawn as salib_pawn
from SALib.analyze import sobol as salib_sobol

from sim.analysis.methods.delta import delta
from sim.analysis.methods.pawn import pawn
from sim.analysis.rank_correlation import rank_correlation
from sim.analysis.ranking import groups, ranks
from sim.analysis.variance import variance_shares
from sim.experiments.sweep.design import make
from sim.results.design import Varied
from sim.results.sweep import Response
from sim.theatre.language.measures import MeasureError

ISHIGAMI = tuple(Varied(f"x{at}", -np.pi, np.pi, 0.0) for at in (1, 2, 3))
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Sobol indices of Ishigami and Homma's function with a = 7 and b = 0.1."""


def ishigami(X, run):
    y = np.sin(X[:, 0]) + 7 * np.sin(X[:, 1]) ** 2 + 0.1 * X[:, 2] ** 4 * np.sin(X[:, 0])
    return {"y": y}


def lucky(X, run):
    """The same, with luck: of the run, 4 in variance, and of run and point together, 36."""
    point = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    of_run = 2 * np.random.default_rng(5).standard_normal(64)[run]
    of_both = 6 * np.random.default_rng(6).standard_normal((point.max() + 1, 64))[point, run]
    return {"y": ishigami(X, run)["y"] + of_run + of_both}


def answered(method, samples, replicates=1, function=ishigami, varied=ISHIGAMI):
    return Response.of(make(varied, method, samples, replicates, seed=3), function)


def held(table, name, expected):
    """Whether each interval holds what is expected of its number, in the order of their names."""
    ends = table.sort_values("parameter")[[f"{name}_low", f"{name}_high"]].to_numpy()
    return (ends[:, 0] <= expected) & (np.asarray(expected) <= ends[:, 1])


def within(table, name, expected):
    return held(table, name, expected).all()


def test_ishigami_has_its_published_indices_within_their_intervals():
    found = answered("sobol", 5120).indices("y")
    assert within(found, "ST", TOTAL)
    assert within(found, "S1", FIRST)
    assert (found["ST_high"] - found["ST_low"]).max() < 0.2


def test_sobol_s_g_has_its_published_indices_within_their_intervals():
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    varied = tuple(Varied(f"x{at}", 0.0, 1.0, 0.5) for at in range(8))
    parts = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + parts) - 1
    answer = answered(
        "sobol", 10240, function=lambda X, run: {"y": np.prod((abs(4 * X - 2) + a) / (1 + a), 1)}, varied=varied
    )
    found = answer.indices("y")
    first, total = parts / whole, parts * np.prod(1 + parts) / (1 + parts) / whole
    both = np.array([held(found, "S1", first), held(found, "ST", total)])
    assert both[:, :4].all()
    assert both.sum() >= 15  # of sixteen intervals of 95 %
    assert found["parameter"].tolist()[:4] == ["x0", "x1", "x2", "x3"]
    assert found["group"].tolist() == [1, 2, 3, 4, 5, 5, 5, 5]


def test_without_luck_sobol_and_morris_are_salib_s():
    table = answered("sobol", 640)
    own = salib_sobol.analyze(table.problem, table.Y("y"), calc_second_order=False, seed=1)
    found = table.indices("y").sort_values("parameter")
    assert np.allclose(found["ST"], own["ST"])
    assert np.allclose(found["S1"], own["S1"])
    table = answered("morris", 80)
    own = salib_morris.analyze(table.problem, table.X, table.Y("y"), num_levels=4)
    found = table.indices("y").sort_values("parameter")
    for name in ("mu_star", "mu", "sigma"):
        assert np.allclose(found[name], np.asarray(own[name])), name


def test_luck_is_taken_off_indices():
    idle = (*ISHIGAMI, Varied("x4", -np.pi, np.pi, 0.0), Varied("x5", -np.pi, np.pi, 0.0))
    table = answered("sobol", 7168, 6, lucky, idle)
    found = table.indices("y")
    assert within(found, "ST", (*TOTAL, 0, 0))
    assert within(found, "S1", (*FIRST, 0, 0))
    raw = salib_sobol.analyze(table.problem, table.Y("y"), calc_second_order=False, seed=1)["ST"]
    assert min(raw[3:]) > 0.2  # what luck alone would have made of numbers that do nothing
    screen = answered("morris", 600, 6, lucky, idle).indices("y")
    assert within(screen[screen["parameter"].isin(["x4", "x5"])], "mu_star", 0.0)
    assert set(screen["parameter"][:3]) == {"x1", "x2", "x3"}


def test_more_luck_than_influence_is_said_and_not_made_an_index():
    rng = np.random.default_rng(1)
    table = answered("sobol", 320, 2, lambda X, run: {"y": rng.standard_normal(len(X))})
    with pytest.raises(MeasureError, match="cannot be told from chance"):
        table.indices("y")


def test_given_data_indices_are_the_published_ones_or_salib_s():
    table = answered("lhs", 8192)
    assert np.allclose(table.indices("y", "rbd_fast").sort_values("parameter")["S1"], FIRST, atol=0.02)
    assert np.allclose(delta(table.X, table.Y("y")), (0.210, 0.358, 0.155), atol=0.015)  # Plischke et al. 2013
    few = answered("pawn", 1000)
    own = salib_pawn.analyze(few.problem, few.X, few.Y("y"))["median"]
    assert np.allclose(pawn(few.X, few.Y("y")), own, atol=0.02)  # it leaves out the last point of the last slice
    assert within(few.indices("y"), "PAWN", own)


def test_pawn_takes_equal_responses_as_one_step():
    X = np.random.default_rng(1).random((1000, 2))
    apart = pawn(X, (X[:, 0] > 0.5).astype(float))
    assert apart[0] == pytest.approx(0.5, abs=0.02)
    assert apart[1] < 0.1


def test_a_rank_correlation_is_that_of_ranks_with_its_error():
    X = np.random.default_rng(2).random((400, 2))
    rho, error = rank_correlation(X, np.exp(5 * X[:, 0]))
    assert rho[0] == pytest.approx(1)
    assert abs(rho[1]) < 3 * error[1]
    assert error == pytest.approx([0, 0.05], abs=0.002)


def test_a_grid_divides_the_variance_exactly():
    varied = tuple(Varied(f"x{at}", 0.0, 1.0, 0.5) for at in range(2))
    found = answered("grid", 121, function=lambda X, run: {"y": 3 * X[:, 0] + X[:, 1]}, varied=varied).indices("y")
    assert found["S1"].tolist() == pytest.approx([0.9, 0.1])


def test_one_at_a_time_tells_low_and_high_on_the_same_dice():
    table = answered("oat", None, 8, lambda X, run: {"y": 2 * X[:, 0] - X[:, 1] ** 2 + run})
    found = table.indices("y").set_index("parameter")
    assert found.loc["x1", ["at_low", "at_high"]].tolist() == pytest.approx([-2 * np.pi, 2 * np.pi])
    assert found.loc["x2", ["at_low", "at_high"]].tolist() == pytest.approx([-(np.pi**2)] * 2)
    assert found.loc["x3", "swing_high"] == 0  # dice are the same at all points, so nothing is left to chance


@pytest.mark.parametrize(("points", "replicates"), [(200, 8), (60, 16)])
def test_a_toy_gives_its_shares_of_dice_and_parameters(points, replicates):
    truth = np.array([1, 0.49, 0.25]) / 1.74
    covered, mean = np.zeros(3), np.zeros(3)
    rng = np.random.default_rng(7)
    tries = 60
    for _ in range(tries):
        a, b, c = (
            rng.normal(0, 1, (points, 1)),
            rng.normal(0, 0.7, replicates),
            rng.normal(0, 0.5, (points, replicates)),
        )
        found = variance_shares(a + b + c)[:3]
        covered += [each.low <= true <= each.high for each, true in zip(found, truth, strict=True)]
        mean += np.array([each.share for each in found]) / tries
    assert mean == pytest.approx(truth, abs=0.03)
    assert (covered / tries > 0.8).all()


def test_where_nothing_is_dice_or_nothing_is_parameters_that_is_said():
    a, b = np.linspace(0, 1, 50)[:, None], np.linspace(0, 1, 6)
    assert variance_shares(a + 0 * b).parameters == (1, 1, 1)
    assert variance_shares(0 * a + b).dice == (1, 1, 1)
    for missing in (np.full((3, 3), np.nan), np.zeros((3, 3)), a):
        with pytest.raises(ValueError, match=r"variance|every run|replicates"):
            variance_shares(missing)


def test_overlapping_intervals_are_not_ranked():
    low, high = np.array([5, 2, 1, 0]), np.array([6, 3, 2.5, 0.5])
    first, last = ranks(low, high)
    assert (first.tolist(), last.tolist()) == ([1, 2, 2, 4], [1, 3, 3, 4])
    assert groups(low, high).tolist() == [1, 2, 2, 3]
    chained = np.array([3.0, 2, 1]), np.array([4.0, 3.5, 2.5])  # the first lies above the third, and no cut does
    assert groups(*chained).tolist() == [1, 1, 1]
    assert [each.tolist() for each in ranks(*chained)] == [[1, 1, 2], [2, 3, 3]]
