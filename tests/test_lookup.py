"""A finished run answers what held on its mornings as the engine did while it was made."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import sim
from sim.replays.lookup import Course, courses, days_on_end
from sim.theatre.compiled.program import NEVER
from sim.theatre.language.terms import Condition
from tests.small_scenarios import rich
from tests.strategies import seeds, small_scenarios
from tests.told import scripted, watched, world


def asked(course: Course, **clauses) -> list[int]:
    """The mornings on which a condition held."""
    written = {name.replace("for_", "for"): value for name, value in clauses.items()}
    return np.flatnonzero(course.holds(Condition.model_validate(written))).tolist()


@pytest.fixture(scope="module")
def course() -> Course:
    case = scripted(
        world(variables={"talks": {"kind": "flag", "start": False}, "oil": {"kind": "unit", "start": 0.25}},
              actions={"north.talk": {"effects": {"talks": "set", "oil": 0.5}}}),
        (2, "north.mine"), (4, "hills.shell", 3), (5, "north.talk"), (9, "north.mine"), days=12,
    )  # fmt: skip
    return sim.replay(case, seed=1).course


def test_a_morning_knows_the_evening_before_and_the_first_the_start(course):
    assert course.value("oil").tolist() == pytest.approx([0.25] * 6 + [0.625] * 6)
    assert asked(course, talks=True) == [6, 7, 8, 9, 10, 11]
    assert course.value("tension")[0] == course.value("rung")[0] == 0.0
    assert course.value("tension")[3] > 0.0


def test_days_since_count_from_the_day_of_an_act_and_are_never_before_it(course):
    mine = course.value("days_since(north.mine)")
    assert mine[3:10].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert mine[10] == 1.0
    assert (mine[:3] > -NEVER / 2).all()
    assert asked(course, **{"days_since(hills, 5)": "<= 2"}) == [5, 6]
    assert asked(course, **{"days_since(hills, 6)": "<= 2"}) == []


def test_the_dead_count_from_the_morning_after(course):
    assert course.value("deaths").tolist() == [0] * 5 + [3] * 7
    assert course.value("deaths(south)").tolist() == [0] * 5 + [3] * 7
    assert course.value("deaths(north)").tolist() == [0] * 12


def test_days_on_end_alternatives_and_dates_narrow_a_condition(course):
    assert asked(course, **{"deaths": ">= 1", "for": 3}) == [7, 8, 9, 10, 11]
    assert asked(course, **{"deaths": ">= 1", "on": ["2020-01-01/2020-01-08"]}) == [5, 6, 7]
    either = [{"days_since(north.mine)": "<= 1"}, {"talks": True, "for": 5}]
    assert asked(course, any=either) == [3, 10, 11]


def test_days_on_end_start_anew_where_something_ceased():
    assert days_on_end(np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], bool)).tolist() == [1, 2, 0, 1, 0, 0, 1, 2, 3]


def test_what_no_finished_run_holds_is_refused(course):
    with pytest.raises(ValueError, match=r"cannot be asked for provocation\(south, north\)"):
        course.value("provocation(south, north)")


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60, phases=[Phase.generate])
@given(small_scenarios(), seeds)
def test_conditions_of_generated_theatres_held_as_the_engine_says(case, seed):
    course, held = watched(case, seed)
    for name, mornings in held.items():
        known = course.known
        assert course.holds(case.theatre.actions[name].when)[known].tolist() == np.array(mornings)[known].tolist()


@pytest.mark.parametrize("seed", [7, 8])
def test_conditions_of_the_shipped_crisis_held_as_the_engine_says(seed):
    course, held = watched(sim.load("baseline"), seed)
    assert len(held) > 50
    for name, mornings in held.items():
        np.testing.assert_array_equal(course.holds(course.scenario.theatre.actions[name].when), mornings, name)


def test_a_run_of_an_ensemble_answers_as_its_replay():
    case = rich()
    asked_of = dict(courses(sim.run(case, runs=6, seed=11, progress=None)))
    assert list(asked_of) == list(range(6))
    for run in (0, 4):
        there, here = asked_of[run], sim.replay(case, seed=11, run=run).course
        assert list(there.deeds) == list(here.deeds)
        for text in ("oil", "talks", "rung(gulf)", "tension", "deaths", "deaths(bora)", "days_since(aran, 4)"):
            np.testing.assert_array_equal(there.value(text), here.value(text))
