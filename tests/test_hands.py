"""Hands and accidents: each does one act a day at most, and takes nobody else's turn (ODD 7.4)."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import sim
from sim.engine.model import LockstepModel
from sim.engine.options import options
from sim.execution.run import run
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import compile_record
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.schema import Theatre
from tests.oracle.dice import DECIDE, Dice
from tests.small_scenarios import Map, action, actor, rich_theatre, scenario, theatre

OWN_TURN = [{"hand": "voices"}, {"accident": True}]


def without(events: pd.DataFrame, act: str) -> pd.DataFrame:
    """All events but those of an act, numbered within their run as if these had not been."""
    kept = events[events["action"] != act].copy()
    place = kept.groupby("run").cumcount()
    names = {(at, number): new for at, number, new in zip(kept["run"], kept["event"], place, strict=True)}
    kept["cause"] = [names.get((at, cause), -1) for at, cause in zip(kept["run"], kept["cause"], strict=True)]
    kept["event"] = place
    kept["action"] = kept["action"].astype(str)
    return kept.reset_index(drop=True)


@pytest.mark.parametrize("turn", OWN_TURN)
def test_an_act_without_effects_that_takes_nobodys_turn_leaves_all_other_events_as_they_were(turn):
    grown = rich_theatre()
    grown["actions"]["aran.aaa_speak"] = action(0, "bora", 0.5, **turn)
    plain, more = (run(scenario(each, 60), runs=40, seed=3) for each in (rich_theatre(), grown))
    assert (more.events["action"] == "aran.aaa_speak").sum() > 500
    pd.testing.assert_frame_equal(without(plain.events, "aran.aaa_speak"), without(more.events, "aran.aaa_speak"))
    assert plain.trajectories.equals(more.trajectories)


def test_the_same_act_in_the_common_hand_crowds_others_out():
    grown = rich_theatre()
    grown["actions"]["aran.aaa_speak"] = action(0, "bora", 5.0)
    plain, more = (run(scenario(each, 60), runs=40, seed=3) for each in (rich_theatre(), grown))
    of_aran = [(each.events["actor"] == "aran").sum() for each in (plain, more)]
    spoken = (more.events["action"] == "aran.aaa_speak").sum()
    assert of_aran[1] - spoken < of_aran[0]


def duel(one: Map, other: Map, **rest: object) -> sim.Scenario:
    """Two replies of the north to the south, which strikes on the first day, with what is said of their hands."""
    acts = {
        "north.raid": action(3, "south", 0.2, reply=1, **one),
        "north.sanction": action(2, "south", 0.3, reply=0.7, **other),
        "south.strike": action(4, "north", 0.0),
    }
    script = {"first": {"on": "2020-01-01", "do": "south.strike"}}
    cast = {"north": actor(replies={"rate": 2.0}, label="The North"), "south": actor()}
    return scenario(theatre(cast, acts), 8, script=script, **rest)


def rates(case: sim.Scenario) -> dict[str, float]:
    """The rates of the north on the morning after, by action."""
    model = LockstepModel(case, seed=1)
    model.step()
    p, found = model.program, {}
    model.agents.do("perceive")
    (north,) = (agent for agent in model.agents if agent.name == "north")
    for at in north.hands:
        north.weigh(at)
        hand = p.hand[at]
        names = p.actions[hand["actions"] : hand["actions_end"]]
        found |= dict(zip(names, np.diff(model.state.scratch.running[: len(names), 0], prepend=0.0), strict=True))
    return found


def test_hands_share_their_actors_readiness_to_answer():
    together, apart = rates(duel({}, {})), rates(duel({"hand": "soldiers"}, {"hand": "envoys"}))
    assert sum(together.values()) > 0.6  # they answer
    assert apart == pytest.approx(together, rel=1e-12)


def test_each_hand_draws_by_dice_of_its_own_name():
    case = duel({"hand": "soldiers"}, {}, seed=5)
    program = program_of(case)
    assert program.hands == ("north", "north/soldiers", "south")
    told, dice = sim.replay(case, seed=5, run=3), Dice(5, 3)
    explained = told.explain(1, "north")
    for hand in ("north", "north/soldiers"):
        assert explained.of(hand).draw.at == dice.uniforms(1, DECIDE, hand)[0]


def test_two_hands_act_on_one_day_and_one_hand_does_not():
    busy = [{"hand": "soldiers"}, {"hand": "envoys"}]
    for hands, most in ((busy, 2), ([{}, {}], 1)):
        events = run(duel(*hands), runs=200, seed=2).events
        north = events[events["actor"] == "north"]
        assert north.groupby(["run", "day"]).size().max() == most


def test_actions_lie_by_their_hands():
    program = program_of(duel({}, {"hand": "envoys"}))
    assert program.actions == ("north.raid", "north.sanction", "south.strike")
    swapped = program_of(duel({"hand": "envoys"}, {}))
    assert swapped.actions == ("north.sanction", "north.raid", "south.strike")


# Accidents


def with_accident(**rest: object) -> sim.Scenario:
    case = theatre(
        {"north": actor(label="The North"), "south": actor()},
        {
            "north.crash_plane": action(0, "south", 3.0, accident=True, label="Crash a plane"),
            "north.wave": action(0, "south", 1.0),
        },
    )
    return scenario(case, 20, **rest)


def test_an_accident_is_nobodys_option_and_happens_while_its_actor_holds():
    model = LockstepModel(with_accident(), runs=50, seed=1)
    assert [option.action for option in options(model, "north")] == ["north.wave"]
    model.hold("north")
    model.step()
    done = {model.program.actions[event["action"]] for event in model.events[: int(model.n_events[0])]}
    assert done == {"north.crash_plane"}


def test_an_accident_is_told_as_what_could_have_happened_by_mistake():
    text = sim.replay(with_accident(), seed=1, run=0).explain(3, "north").text()
    choice, mistake = text.split("WHAT COULD HAVE HAPPENED BY MISTAKE")
    assert "north.crash_plane" in mistake
    assert "north.crash_plane" not in choice
    assert "north.wave" in choice


def test_each_hand_that_had_a_choice_is_told():
    text = sim.replay(duel({"hand": "soldiers"}, {}), seed=1).explain(1, "north").text()
    assert text.index("WHAT ELSE IT DOES") != text.index("ITS SOLDIERS")
    assert text.count("The draw was") == 2
    assert text.count("WHAT IT HELD AGAINST OTHERS") == 1


def test_holding_is_the_chance_that_no_hand_acts():
    case = duel({"hand": "soldiers"}, {})
    found = sim.choices(case, run=0, day=1, actor="north", runs=5, days=2)
    chance = {option.action: option.chance for option in found.options}
    assert chance["hold"] == pytest.approx((1 - chance["north.raid"]) * (1 - chance["north.sanction"]))


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ({"accident": True, "reply": 1, "rung": 2}, "nobody answers by accident"),
        ({"accident": True, "hand": "soldiers"}, "an accident uses no hand"),
    ],
)
def test_what_an_accident_cannot_be(rest, fault):
    written = action(2, "south", 0.1) | rest
    with pytest.raises(ValidationError, match=fault):
        Theatre.model_validate(theatre({"north": actor(), "south": actor()}, {"north.err": written}))


def test_an_accident_does_not_share_dice_with_a_hand():
    acts = {"north.err": action(2, "south", 0.1, accident=True), "north.raid": action(2, "south", 0.1, hand="err")}
    with pytest.raises(ValidationError, match="its actor has a hand with the same name, 'err'"):
        Theatre.model_validate(theatre({"north": actor(), "south": actor()}, acts))


# Scripts and records


def test_a_script_has_one_act_a_day_for_each_hand():
    both = {name: {"on": "2020-01-03", "do": f"north.{name}"} for name in ("raid", "sanction")}
    case = duel({"hand": "soldiers"}, {})
    two = scenario(case.theatre.model_dump(by_alias=True), 8, script=both)
    events = run(two, runs=1, seed=1).events
    assert {"north.raid", "north.sanction"} <= set(events[events["day"] == 2]["action"])
    one = duel({"hand": "soldiers"}, {"hand": "soldiers"})
    with pytest.raises(ValidationError, match="has the hand 'soldiers' of north act on 2020-01-03 too"):
        scenario(one.theatre.model_dump(by_alias=True), 8, script=both)


def test_a_record_has_one_act_a_day_for_each_hand():
    record = HistoryFile.model_validate(
        {
            "schema_version": 1,
            "until": "2020-01-08",
            "events": {name: {"on": "2020-01-03", "do": f"north.{name}"} for name in ("raid", "sanction")},
        }
    )
    days = []
    for hands in ({}, {"hand": "soldiers"}):
        case = duel(hands, {})
        compiled = compile_record(case, program_of(case), record)
        days.append(dict(zip(compiled.acts, compiled.possible["day"].tolist(), strict=True)))
    assert days == [{"raid": 2, "sanction": 3}, {"raid": 2, "sanction": 2}]
