"""Conditions that hold on some days of the calendar only (ODD 7.7)."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

import sim
from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import action, actor, scenario, theatre

HOLY = ["2020-01-03", "2020-01-05/2020-01-06"]


def duel(when: dict, days: int = 10, **rest) -> Scenario:
    """North rallies almost surely on every day on which a condition holds."""
    acts = {"north.rally": action(1, "south", 100, when=when)}
    return scenario(theatre({"north": actor(), "south": actor()}, acts, **rest), days)


def rallies(case: Scenario, runs: int = 40) -> set[int]:
    """Days of the month on which North rallies in some run."""
    return {day + 1 for day in sim.run(case, runs=runs, seed=1, progress=None).events["day"]}


def test_an_act_is_open_on_its_days_only_both_ends_included():
    assert rallies(duel({"on": HOLY})) == {3, 5, 6}


def test_days_before_and_after_the_run_are_no_days_of_it():
    assert rallies(duel({"on": ["2019-12-20/2020-01-02", "2020-01-10/2021-01-01"]})) == {1, 2, 10}
    assert rallies(duel({"on": ["2018-01-03"]})) == set()


def test_comparisons_and_alternatives_must_hold_on_these_days_too():
    assert rallies(duel({"on": HOLY, "rung": ">= 9"})) == set()
    assert rallies(duel({"on": HOLY, "any": [{"on": ["2020-01-05", "2020-01-08"]}, {"rung": ">= 9"}]})) == {5}
    assert rallies(duel({"any": [{"on": ["2020-01-02"]}, {"on": ["2020-01-08"]}]})) == {2, 8}


def test_a_named_condition_with_days_counts_them_on_end():
    named = {"holy": {"on": HOLY}, "long": {"on": ["2020-01-04/2020-01-07"], "for": 3}}
    assert rallies(duel({"holy": False}, conditions=named)) == {1, 2, 4, 7, 8, 9, 10}
    assert rallies(duel({"long": True}, conditions=named)) == {6, 7}


def test_flags_and_outcomes_see_the_day_that_ends():
    feast = {"kind": "flag", "start": False, "set_when": {"on": HOLY}, "clear_when": {"feast": True, "for": 1}}
    written = theatre({"north": actor()}, {}, {"feast": feast}, {"feast": {"feast": True}, "third": {"on": HOLY[:1]}})
    model, seen = LockstepModel(scenario(written, 10), seed=1), []
    while model.running:
        model.step()
        seen.append(bool(model.world.x[0, 0]))
    assert [day + 1 for day, set_ in enumerate(seen) if set_] == [3, 5, 6]
    assert model.world.outcome_day[:, 0].tolist() == [2, 2]


def test_the_reason_why_an_act_is_closed_names_the_days():
    (closed,) = sim.replay(duel({"on": HOLY}), seed=1).explain("2020-01-04", "north").closed
    assert [reason.text for reason in closed.reasons] == ["only on 3 January 2020, 5 January 2020 to 6 January 2020"]


def test_dates_that_yaml_reads_as_dates_are_days():
    when = duel({"on": [date(2020, 1, 3), "2020-01-05", "2020-01-05/2020-01-06"]}).theatre.actions["north.rally"].when
    assert when.on == tuple((date(2020, 1, a), date(2020, 1, b)) for a, b in ((3, 3), (5, 5), (5, 6)))


def test_a_scenario_written_out_and_read_again_is_the_same():
    case = duel({"on": HOLY})
    again = Scenario.model_validate(case.model_dump(mode="json", by_alias=True))
    assert again.sha256 == case.sha256
    assert case.sha256 != duel({"on": HOLY[:1]}).sha256


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["2020-01-06/2020-01-05"], "the period ends (2020-01-05) before it begins (2020-01-06)"),
        (["tomorrow"], "'tomorrow' is not a date; dates are written 2019-05-31"),
        (["2020-01-01/2020-01-02/2020-01-03"], "is not a period; write 2019-10-17/2019-10-19, or one date"),
        ([], "an empty condition would always hold"),
    ],
)
def test_what_is_no_day_is_a_fault(written, said):
    with pytest.raises(ValidationError) as fault:
        duel({"on": written})
    assert said in str(fault.value)


def test_a_branch_goes_on_by_the_days_of_its_own_rules():
    trunk = LockstepModel(duel({"on": HOLY}), seed=1)
    trunk.step()
    later = duel({"on": ["2020-01-08"]})
    model = branched(trunk, np.arange(40), scenario=later)
    while model.running:
        model.step()
    assert set(model.events[: int(model.n_events[0])]["day"].tolist()) == {7}
