"""What may come of an act: effects by a chance of their own (ODD 7.5)."""

import numpy as np
import pytest
from pydantic import ValidationError

import sim
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import action, actor, scenario, theatre
from tests.test_engine_equals_oracle import assert_equal_histories

PILOT = {"chance": 0.3, "effects": {"pilot_held": "set", "anger": 0.5}, "story": "A pilot is taken."}
ASTRAY = {"chance": {"value": 0.5, "plausible": [0.2, 0.8]}, "effects": {"anger": 0.1, "price": "+4 %"}}
BOTH = {"pilot_taken": PILOT, "bomb_astray": ASTRAY}
VARIABLES = {
    "anger": {"kind": "unit", "start": 0.1, "half_life": 20, "target": {"base": 0.1}},
    "pilot_held": {"kind": "flag", "start": False},
    "price": {"kind": "log", "unit": "USD/bbl", "range": [10, 400], "scale": [40, 160], "start": 60},
}


def raid(may: dict | None = None, days: int = 60, effects: dict | None = None, **rest) -> Scenario:
    """North raids now and then; South gives the pilot back."""
    acts = {
        "north.raid": action(5, "south", 0.2, may=BOTH if may is None else may, effects=effects or {}),
        "south.release": action(0, "north", 0.3, when={"pilot_held": True}, effects={"pilot_held": "clear"}),
    }
    market = {"exchange": {"kind": "market", "label": "Oil", "prices": ["price"]}}
    cast = {"north": actor(), "south": actor(), **market}
    return scenario(theatre(cast, acts, VARIABLES, {"taken": {"pilot_held": True}}, **rest), days)


def test_the_engine_equals_the_reference_model():
    assert assert_equal_histories(raid(), seed=5, runs=list(range(24))) > 250


def test_it_comes_about_as_often_as_its_chance_says():
    case = raid({"pilot_taken": {"chance": 0.3, "effects": {"pilot_held": "set"}}}, days=1)
    found = sim.run(case, runs=4000, seed=2, progress=None)
    raids = found.events[found.events.action == "north.raid"].run
    taken = found.outcomes["taken"].notna()
    assert not taken[~taken.index.isin(raids)].any()
    share = taken[raids].mean()
    assert abs(share - 0.3) < 4 * np.sqrt(0.21 / len(raids))


def test_another_chance_of_the_same_act_leaves_its_dice_alone():
    both, one = (sim.run(raid(may), runs=200, seed=3, progress=None) for may in (None, {"pilot_taken": PILOT}))
    quiet = {"pilot_taken": PILOT, "bomb_astray": ASTRAY | {"effects": {}}}
    same = sim.run(raid(quiet), runs=200, seed=3, progress=None)
    assert same.events.equals(one.events)
    assert not both.trajectories.equals(one.trajectories)


def test_what_never_comes_changes_nothing_and_what_always_does_is_as_good_as_an_effect():
    never, none = (sim.run(raid(may), runs=50, seed=1, progress=None) for may in ({"x": PILOT | {"chance": 0}}, {}))
    assert never.trajectories.equals(none.trajectories)
    surely, plain = raid({"x": {"chance": 1, "effects": {"anger": 0.25}}}), raid({}, effects={"anger": 0.25})
    one, other = (sim.run(case, runs=50, seed=1, progress=None) for case in (surely, plain))
    assert one.trajectories.equals(other.trajectories)


def test_a_story_tells_what_came_of_it_and_only_then():
    replays = [sim.replay(raid(), seed=5, run=run) for run in range(6)]
    acts = [act for replay in replays for act in replay.acts if act.action == "north.raid"]
    taken = [act for act in acts if "pilot_taken" in act.came]
    assert 0 < len(taken) < len(acts)
    assert all(act.story.endswith("A pilot is taken.") for act in taken)
    assert not any("pilot" in act.story for act in acts if act not in taken)
    for replay in replays:
        held = sim.run(raid(), runs=6, seed=5, progress=None).trajectories.pilot_held.values[replay.run]
        first = next((act.day for act in replay.acts if "pilot_taken" in act.came), None)
        assert first is None or held[first] == 1


def test_a_chance_can_be_swept_and_drawn():
    paths = dict(raid().numbers())
    assert "actions.north.raid.may.bomb_astray.chance" in paths
    path = "actions.north.raid.may.bomb_astray.chance"
    swept = sim.sweep(raid(days=20), [path], method="lhs", samples=32, replicates=2, seed=1)
    assert len(np.unique(swept.X)) == 32


def test_a_theatre_without_chances_keeps_its_hash():
    assert raid({}).sha256 == raid({}).model_copy().sha256
    assert '"may"' not in str(raid({}).sha256)
    assert raid({}).sha256 != raid().sha256


def test_chance_does_not_begin_a_war():
    war = {"flag": "pilot_held", "severity": 10, "source": "judgement: a test"}
    with pytest.raises(ValidationError, match="pilot_held is the flag of war, and chance cannot turn it"):
        raid(war=war)


def test_an_effect_of_chance_is_held_to_its_variable():
    with pytest.raises(ValidationError, match="its effect is a share from -1 to 1"):
        raid({"x": {"chance": 0.5, "effects": {"anger": 3}}})
