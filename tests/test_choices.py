"""What each option brings is what its branches bring, on the same dice."""

import numpy as np
import pytest

import sim
from sim.analysis.intervals import wilson
from sim.execution.lookup import QueryError
from sim.experiments.branching.choices import HOLD
from tests.small_scenarios import rich

RUN, DAY, N = 11, 15, 150


@pytest.fixture(scope="module")
def found():
    return sim.choices(rich(), seed=5, run=RUN, day=DAY, actor="aran", runs=N, days=20)


def test_each_option_is_followed_by_the_branches_in_which_it_is_done(found):
    taken = [option.action for option in found.options if option.action != HOLD]
    assert len(taken) == 6
    for action in taken:
        branches = sim.branch(rich(), seed=5, run=RUN, day=DAY, runs=N, days=20, actions=[action])
        for at, outcome in enumerate(found.outcomes):
            np.testing.assert_array_equal(found.held[action][:, at], branches.outcomes[outcome].notna())


def test_to_hold_is_to_do_nothing_that_day(found):
    own = [action for action in rich().theatre.actions if action.startswith("aran.")]
    branches = sim.branch(rich(), seed=5, run=RUN, day=DAY, runs=N, days=20)
    drew = set(branches.events[(branches.events["day"] == DAY) & branches.events["action"].isin(own)]["run"])
    held = [branch not in drew for branch in branches.outcomes.index]
    assert 0 < sum(held) < N
    for at, outcome in enumerate(found.outcomes):
        # where the dice have it hold anyway, to be made to hold changes nothing
        np.testing.assert_array_equal(found.held[HOLD][held, at], branches.outcomes[outcome].notna()[held])


def test_chances_of_all_options_sum_to_one(found):
    assert sum(option.chance for option in found.options) == pytest.approx(1)
    assert all(0 < option.chance < 1 for option in found.options)
    assert "aran.deploy" not in [option.action for option in found.options]  # forbidden that day


def test_the_table_tells_shares_intervals_and_differences(found):
    outcome = found.telling
    rows = found.by(outcome)
    assert rows["share"].is_monotonic_decreasing
    at = found.outcomes.index(outcome)
    for row in rows.itertuples(index=False):
        k = int(found.held[row.action][:, at].sum())
        low, high = wilson(k, N)
        assert (row.share, row.low, row.high, row.n) == (k / N, float(low), float(high), N)
        rest = int(found.held[HOLD][:, at].sum())
        assert row.difference == pytest.approx((k - rest) / N)
        assert row.difference_low <= row.difference <= row.difference_high
    assert set(found.table["outcome"]) == set(found.outcomes)


def test_what_had_come_about_before_is_no_consequence():
    whole = sim.run(rich(), runs=20, seed=5).outcomes.loc[12].dropna()
    before = {name: int(day) for name, day in whole.items() if day < 50}
    found = sim.choices(rich(), seed=5, run=12, day=50, actor="bora", runs=5)
    assert found.already == before
    assert before
    assert found.days == 10
    with pytest.raises(QueryError, match="before the choice"):
        found.by(next(iter(before)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"actor": "arran"}, "there is no actor 'arran'; did you mean 'aran'"),
        ({"day": 2}, r"history is imposed on day 2 .* choices begin on day 4"),
        ({"days": 100}, "there are 45 days to follow"),
        ({"runs": 0}, "branches must be at least 1, found 0"),
    ],
)
def test_what_cannot_be_had_is_said(asked, said):
    with pytest.raises(QueryError, match=said):
        sim.choices(rich(), seed=5, **{"run": RUN, "day": DAY, "actor": "aran", "runs": 5, **asked})


def test_an_unknown_outcome_is_said(found):
    with pytest.raises(QueryError, match="there is no outcome 'peace'; there are"):
        found.by("peace")
