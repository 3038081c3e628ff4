"""Deaths that several sides share, against paper and pencil (ODD 7.3 and 7.5)."""

import math
from typing import Any

import pytest

import sim
from sim.engine.model import LockstepModel
from sim.theatre.language.schema import Theatre
from tests.oracle.cases import SILENT, after, on_day, stocks, watched
from tests.small_scenarios import action, actor, scenario, theatre

SHARED = {"aran": 0.25, "bora": 0.25, "dorn": 0.5}


def battle(whose: Any = None, deaths: int = 6, **rest: Any):
    """Bora shells aran, and people of several sides die."""
    actors = {name: actor(replies=SILENT, label=name.title()) for name in ("aran", "bora", "cela", "dorn")}
    actors["cela"]["protects"] = {"aran": 0.4, "dorn": 0.1}
    casualties = {"chance": 0, "deaths": 1, "whose": SHARED if whose is None else whose}
    actions = {"bora.shell": action(5, "aran", casualties=casualties)}
    watches = watched(("aran", "bora"), ("cela", "bora"), ("dorn", "bora"))
    game = theatre(actors, actions, outcomes=watches, **rest)
    return scenario(game, 10, script={"shelling": on_day(0, "bora.shell", deaths=deaths)})


@pytest.mark.parametrize(
    ("deaths", "dead"),
    [
        (6, {"aran": 2, "bora": 2, "dorn": 2}),
        (1, {"aran": 0, "bora": 0, "dorn": 1}),
        (2, {"aran": 1, "bora": 1, "dorn": 0}),
        (100, {"aran": 25, "bora": 25, "dorn": 50}),
    ],
)
def test_shares_of_the_dead_are_rounded_and_the_last_side_has_what_is_left(deaths, dead):
    assert dict(after(1, battle(deaths=deaths)).deaths) == dead
    model = LockstepModel(battle(deaths=deaths), seed=0, runs=3)
    model.step()
    counted = {name: set(model.world.deaths[at].tolist()) for at, name in enumerate(model.program.actors)}
    assert counted == {name: {dead.get(name, 0)} for name in model.program.actors}
    assert set(model.world.deaths[-1].tolist()) == {deaths}


def test_nobody_dies_twice():
    half = {"aran": 0.5, "bora": 0.5, "dorn": 0}
    # Half of three is rounded to two, and then one is left.
    assert dict(after(1, battle(half, deaths=3)).deaths) == {"aran": 2, "bora": 1, "dorn": 0}


def test_each_observer_feels_the_dead_of_each_side_apart():
    model = after(2, battle(deaths=6))
    # Two of each side: 4 * log2(3) points each, and cela protects two of the three.
    two = 4 * math.log2(3)
    assert stocks(model, "aran", "bora")["B"] == pytest.approx(two)
    assert stocks(model, "dorn", "bora")["B"] == pytest.approx(two)
    assert stocks(model, "cela", "bora")["B"] == pytest.approx((0.4 + 0.1) * two)
    assert stocks(model, "cela", "bora")["P"] == pytest.approx((0.4 + 0.1) * two + 0.4 * 7)


def test_one_side_with_all_the_dead_is_told_as_before():
    assert battle("dorn").theatre.actions["bora.shell"].sides_of_its_dead == ("dorn",)
    assert stocks(after(2, battle("dorn")), "dorn", "bora")["B"] == pytest.approx(4 * math.log2(7))


def test_a_story_tells_the_dead_of_each_side():
    told = sim.replay(battle(deaths=2))
    (act,) = told.acts
    assert (act.dead, act.whose) == ({"aran": 1, "bora": 1}, "aran")
    assert "1 dead on the side of Aran, 1 dead on the side of Bora." in " ".join(told.text().split())


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ({"aran": 1}, "for one side, write 'whose: ACTOR'"),
        ({"aran": 0.5, "bora": 0.4}, "the shares of the dead add up to 0.9; they must add up to 1"),
        ({"aran": 0.5, "bara": 0.5}, "unknown actor 'bara'; did you mean 'bora'"),
        ("bara", "unknown actor 'bara'; did you mean 'bora'"),
        ({"aran": {"value": 0.5, "plausible": [0.4, 0.6]}, "bora": 0.5}, "none has a range of its own"),
        ({"aran": 1.5, "bora": -0.5}, "1.5 is out of range"),
    ],
)
def test_shares_that_cannot_be_are_refused(whose, said):
    game = theatre({"aran": actor(), "bora": actor()}, {"bora.shell": action(5, "aran")})
    game["actions"]["bora.shell"]["casualties"] = {"chance": 0.5, "deaths": 2, "whose": whose}
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        Theatre.model_validate(game)
