"""Conditions that count: at least, at most, or none of several hold (ODD 7.7)."""

import re

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import sim
from sim.theatre.language.terms import Condition, Quantity, Term
from tests.small_scenarios import action, actor, scenario, theatre
from tests.test_days_of_conditions import duel, rallies
from tests.test_engine_equals_oracle import assert_equal_histories

ONE, TWO, THREE = ({"on": [f"2020-01-0{first}/2020-01-0{last}"]} for first, last in ((1, 6), (3, 8), (5, 9)))
VOTES = [ONE, TWO, THREE]  # so many hold on days 1 to 10: 1 1 2 2 3 3 2 2 1 0


@pytest.mark.parametrize(
    ("counted", "days"),
    [
        ({"at_least": 2}, {3, 4, 5, 6, 7, 8}),
        ({"at_least": 3}, {5, 6}),
        ({"at_most": 1}, {1, 2, 9, 10}),
        ({"at_most": 0}, {10}),
        ({"at_least": 1, "at_most": 1}, {1, 2, 9}),
        ({"at_least": 2, "for": 3}, {5, 6, 7, 8}),
    ],
)
def test_so_many_of_them_must_hold(counted, days):
    assert rallies(duel({"of": VOTES, **counted})) == days


def test_counts_stand_beside_comparisons_and_within_one_another():
    assert rallies(duel({"of": VOTES, "at_least": 2, "on": ["2020-01-06/2020-01-20"]})) == {6, 7, 8}
    inner = {"of": VOTES, "at_least": 2}
    assert rallies(duel({"any": [inner, {"on": ["2020-01-10"]}]})) == {3, 4, 5, 6, 7, 8, 10}
    assert rallies(duel({"of": [inner], "at_most": 0})) == {1, 2, 9, 10}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"of": VOTES}, "'at_least' or 'at_most'"),
        ({"at_least": 2, "rung": ">= 1"}, "'of', a list"),
        ({"of": VOTES, "at_least": 4}, "can never hold"),
        ({"of": VOTES, "at_least": 2, "at_most": 1}, "can never hold"),
        ({"of": VOTES, "any": VOTES, "at_least": 1}, "'any' and 'of' in one condition"),
    ],
)
def test_a_count_that_says_nothing_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Condition.model_validate(wrong)


def test_a_condition_that_counts_nothing_is_told_as_before():
    assert Condition.model_validate({"rung": ">= 1"}).model_dump(by_alias=True, mode="json").keys() == {
        "clauses", "any", "on", "for",
    }  # fmt: skip


def council(**rest):
    """Three hawks that vote by their own, and a strike that needs two of them."""
    flags = {f"hawk_{n}": {"kind": "flag", "start": False, "set_when": {"rung": f">= {n}"}} for n in (1, 2, 3)}
    acts = {
        "north.strike": action(5, "south", 2, when={"of": [{f"hawk_{n}": True} for n in (1, 2, 3)], "at_least": 2}),
        "north.insist": action(2, "south", 0.3),
        "south.insist": action(3, "north", 0.1, when={"of": [{"hawk_1": True}, {"rung": ">= 4"}], "at_most": 1}),
    }
    return scenario(theatre({"north": actor(), "south": actor()}, acts, flags), 30, **rest)


def test_the_engine_equals_the_reference_model():
    assert assert_equal_histories(council(), seed=3, runs=list(range(20))) > 20


def test_an_act_that_is_not_open_says_how_many_are_missing():
    told = sim.replay(council(), seed=1, run=0).explain(0, "north").text()
    assert "0 of 3 conditions hold, needs >= 2 (hawk_1 is not set; hawk_2 is not set; hawk_3 is not set)" in told


def two(**conditions):
    """Acts of which the second waits for what is combined of the first and others."""
    acts = {
        "north.warn": action(1, "south", 0.5),
        "south.warn": action(1, "north", 0.4, cooldown=2),
        "north.strike": action(5, "south", 3, hand="arms", when=conditions["strike"]),
    }
    variables = {
        "fear": {"kind": "unit", "start": 0.2, "half_life": 3, "target": {"base": 0.2, "rung": 0.8}},
        "calm": {"kind": "unit", "start": 0.7, "half_life": 5, "target": {"base": 0.7, "rung": -0.6}},
    }
    outcomes = {name: when for name, when in conditions.items() if name != "strike"}
    return scenario(theatre({"north": actor(), "south": actor()}, acts, variables, outcomes), 40)


COMBINED = {
    "strike": {"days_since(south.warn) - days_since(north.warn)": ">= 1", "fear - calm": ">= 0"},
    "thrice": {"count(north.warn) + count(south.warn)": ">= 3"},
    "most": {"max(fear, calm)": "<= 0.55"},
    "least": {"min(fear, calm)": ">= 0.3", "for": 2},
    "late": {"days_since(start)": ">= 20", "count(north.strike)": "<= 0"},
}


def test_quantities_combined_are_equal_in_engine_and_reference_model():
    assert assert_equal_histories(two(**COMBINED), seed=1, runs=list(range(16))) > 300


def test_what_is_combined_says_what_it_says():
    found = sim.run(two(**COMBINED), runs=60, seed=1, progress=None)
    for run, events in found.events.groupby("run"):
        warned = events[events.action.isin(["north.warn", "south.warn"])].day.tolist()
        first = found.outcomes.loc[run, "thrice"]
        assert (first == warned[2]) if len(warned) > 2 else first != first or first is None
    x = found.trajectories
    larger = np.maximum(x.fear, x.calm)
    for run in range(60):
        so = np.flatnonzero(larger.values[run] <= np.float32(0.55))
        first = found.outcomes.loc[run, "most"]
        assert (len(so) == 0) == pd.isna(first)
        assert len(so) == 0 or first == so[0]


def test_a_finished_run_can_be_asked_for_it():
    (arms,) = sim.replay(two(**COMBINED), seed=1, run=0).explain(1, "north").others
    assert [reason.text for reason in arms.closed[0].reasons] == [
        "days_since(south.warn) - days_since(north.warn) is 0, needs >= 1",
        "fear - calm is -0.5, needs >= 0",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fear + oil", "unknown quantity 'oil'"),
        ("fear + rung", "is of several units, 1 and rung"),
        ("max(fear)", "is of one quantity"),
        ("max(fear + calm, fear)", "combined once, not twice"),
        ("count(north.warm)", "unknown action 'north.warm'; did you mean 'north.warn'"),
    ],
)
def test_what_cannot_be_combined_is_refused(text, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        two(strike={text: ">= 1"})


def test_terms_read_what_is_combined_by_the_name_of_a_condition():
    with pytest.raises(ValueError, match="put it into a condition, and name the condition"):
        Term.parse("max(fear, calm)")


def test_spaces_and_paths_do_not_matter():
    for text in ("a  -  days_since( x.y )", "max( a,b )"):
        assert str(Quantity.parse(text)) == str(Quantity.parse(str(Quantity.parse(text))))
    assert str(Quantity.parse("days_since(north, 4) - days_since(south, 4) + days_since(start)")) == (
        "days_since(north, 4) - days_since(south, 4) + days_since(start)"
    )
