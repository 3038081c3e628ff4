"""Numbers changed by their paths."""

import pytest

import sim
from sim.theatre.parameters.change import ChangeError, number_path, with_numbers
from tests.small_scenarios import rich


def test_every_number_can_be_found_and_put_back():
    case = rich()
    values = {path: number.value for path, number in case.numbers()}
    assert with_numbers(case, values).sha256 == case.sha256
    assert len(values) > 200


def test_only_what_is_changed_changes():
    case = rich()
    changed = dict(with_numbers(case, {"conditions.tense.tension": 11, "script.b_drop.effects.oil": "-6 %"}).numbers())
    apart = {path for path, number in case.numbers() if changed[path].value != number.value}
    assert apart == {"conditions.tense.tension", "script.b_drop.effects.oil"}
    assert changed["conditions.tense.tension"].op == ">="


def test_terms_are_found_by_meaning():
    values = dict(rich().numbers())
    path = "actions.cela.rocket.drivers.~talks * provocation(cela,aran) * sanctions"
    assert number_path(path, values) == ("actions.cela.rocket.drivers.provocation(cela, aran) * sanctions * ~talks")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("actors.aran.perception.memory", 0, "actors.aran.perception.memory: 0 is out of range; allowed is above 0"),
        ("actors.aran.perception.memory", "3 points", "the value is in 'points' but unit says 'd'"),
        ("actors.aran.perception.memory", "long", "'long' is not a number"),
        ("actors.aran.perception.memory", float("nan"), "finite"),
        ("actors.arran.perception.memory", 3, "did you mean 'actors.aran.perception.memory'"),
        ("everything", 3, "this scenario has no number 'everything'"),
    ],
)
def test_what_cannot_be_set_is_said(path, value, said):
    with pytest.raises(ChangeError, match=said.replace("(", r"\(")):
        with_numbers(rich(), {path: value})


def test_the_fault_is_laid_on_the_change_that_has_it():
    with pytest.raises(ChangeError, match=r"^actions\.dorn\.rally\.rate: -2 is out of range"):
        with_numbers(rich(), {"actions.dorn.rally.rate": -2, "actions.cela.vow.rate": 0.2})


def test_the_shipped_scenarios_have_their_numbers_where_their_paths_say():
    case = sim.load("baseline")
    path = "actions.us.strike_iran.rate"
    assert dict(with_numbers(case, {path: 0.25}).numbers())[path].value == 0.25
