"""The page of the crisis beside its record: what it counts, and how two of them are put side by side."""

import json

import pytest

import sim
from tests.benchmarks.crisis.cast import Cast
from tests.benchmarks.crisis.page import Figure, Table, as_data, known
from tests.benchmarks.crisis.subject import Subject


def table(value):
    return Table("Rockets", "A week.", {"May": {"model": Figure(value, value / 2, 2 * value), "record": Figure(1)}})


def told(found, before):
    return [line for line in found.lines(before) if line.startswith("| May")]


def test_a_figure_that_differs_stands_after_what_the_other_theatre_has():
    before = known(json.dumps(as_data([table(0.5)], {})))
    assert told(table(0.25), before) == ["| May | 1 | 0.5 → 0.25 [0.125, 0.5] |"]


def test_a_figure_that_is_the_same_stands_alone():
    before = known(json.dumps(as_data([table(0.25)], {})))
    assert told(table(0.25), before) == told(table(0.25), {}) == ["| May | 1 | 0.25 [0.125, 0.5] |"]


def test_a_theatre_without_what_is_asked_for_is_refused_by_name():
    cast = Cast(sim.load("first_lesson").theatre)
    with pytest.raises(SystemExit, match="needs the question 'rockets_a_week'"):
        _ = cast.rockets
    with pytest.raises(SystemExit, match=r"needs the act 'north\.hit'"):
        cast.act("north.hit")


def test_no_kinetic_act_of_the_shipped_theatre_is_both_in_the_gulf_and_in_iraq():
    cast = Subject().cast
    assert cast.gulf
    assert cast.iraq
    assert not {*cast.gulf} & {*cast.iraq}
    assert {*cast.gulf, *cast.iraq} < {*cast.kinetic}
    assert cast.militia_struck
    assert {*cast.militia_struck} < {*cast.iraq}


def test_the_season_of_ships_and_the_season_of_rockets_are_in_the_record():
    subject = Subject()
    days = [
        [day.month in range(5, 10) for day in subject.days(acts) if day.isoformat() >= "2019-05"]
        for acts in (subject.cast.gulf, subject.cast.rockets)
    ]
    at_sea, in_iraq = (sum(summer) / len(summer) for summer in days)
    assert at_sea > 0.9
    assert in_iraq < 0.3
