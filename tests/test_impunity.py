"""What goes unanswered and what is paid for it, against paper and pencil (ODD 7.3 and 7.5)."""

import math

import pytest

from sim.engine.model import LockstepModel
from sim.theatre.language.schema import Theatre
from tests.oracle.cases import CERTAIN, ON, SILENT, after, on_day
from tests.small_scenarios import action, actor, rich, scenario, theatre

LEARNS = {"learning": 5}
FADE = 2 ** (-1 / 5)
READ = {"impunity(aran, bora)": ">= 1", "toll(aran, bora)": ">= 1", "toll(bora, aran)": ">= 1"}


def quarrel(*days):
    """Aran shells bora (7 points) and raids it (4); bora answers with a raid of its own."""
    actors = {name: actor(LEARNS, SILENT) for name in ("aran", "bora", "cela")}
    actions = {
        "aran.raid": action(4, "bora", lethal_rung=6, casualties={"chance": 0, "deaths": 1}),
        "aran.shell": action(5, "bora"),
        "bora.raid": action(4, "aran"),
        "bora.visit": action(0, "aran"),
    }
    script = {f"entry_{at}": on_day(day, do, **rest) for at, (day, do, rest) in enumerate(days)}
    game = theatre(actors, actions, outcomes={"watched": READ})
    return scenario(game, 20, script=script)


def test_an_act_is_unanswered_until_it_is_answered_and_is_suffered_all_the_same():
    case = quarrel((0, "aran.shell", {}), (2, "bora.raid", {}))
    model = after(2, case)
    assert model.impunity["aran", "bora"].points == pytest.approx(7 * FADE)
    assert model.impunity["aran", "bora"].reading == pytest.approx(1 - math.exp(-7 * FADE / 10))
    model.step()
    assert model.impunity["aran", "bora"].points == pytest.approx(7 * FADE**2 - 4)
    assert model.toll["bora", "aran"].points == pytest.approx(7 * FADE**2)
    assert model.toll["aran", "bora"].points == 4


def test_an_answer_beyond_what_was_done_leaves_nothing_unanswered_and_no_debt():
    model = after(3, quarrel((0, "aran.raid", {}), (1, "bora.raid", {}), (1, "aran.raid", {})))
    # On the second day aran raids before bora does: 4 * FADE + 4, of which bora's raid answers 4.
    assert model.impunity["aran", "bora"].points == pytest.approx(4 * FADE * FADE)
    again = after(4, quarrel((0, "aran.raid", {}), (1, "bora.raid", {}), (2, "bora.raid", {})))
    assert again.impunity["aran", "bora"].points == 0


def test_what_kills_counts_on_the_rung_on_which_it_was_realised():
    model = after(1, quarrel((0, "aran.raid", {"deaths": 3})))
    assert model.impunity["aran", "bora"].points == model.toll["bora", "aran"].points == 12


def test_a_visit_answers_nothing():
    model = after(2, quarrel((0, "aran.shell", {}), (1, "bora.visit", {})))
    assert model.impunity["aran", "bora"].points == pytest.approx(7 * FADE)


def test_impunity_drives_an_act_and_is_no_cause_of_it():
    actors = {"aran": actor(LEARNS), "bora": actor(replies=SILENT)}
    bold = {"impunity(aran, bora)": 40, "toll(aran, bora)": -2, "~lit": -40}
    actions = {
        "aran.press": action(3, "bora", CERTAIN["rate"], drivers=bold, when={"rung": ">= 1"}),
        "bora.raid": action(4, "aran"),
        "aran.shell": action(5, "bora"),
    }
    game = theatre(actors, actions, {"lit": ON})
    script = {"a": on_day(0, "aran.shell"), "b": on_day(0, "bora.raid")}
    model = after(2, scenario(game, script=script))
    # Bora's raid answers 4 of 7 points; aran has suffered 4.
    exponent = 40 * (1 - math.exp(-3 * FADE / 10)) - 2 * (1 - math.exp(-4 * FADE / 10))
    assert dict(model.draws["aran"][1])["aran.press"] == pytest.approx(100 * math.exp(exponent))
    assert [(event.action, event.cause) for event in model.events if event.day == 1] == [("aran.press", -1)]


def test_only_what_some_rule_reads_is_kept():
    program = LockstepModel(quarrel()).program
    assert program.tallies == (("impunity", "aran", "bora"), ("toll", "aran", "bora"), ("toll", "bora", "aran"))
    assert ("toll", "cela", "aran") in LockstepModel(rich()).program.tallies


def test_a_rule_that_reads_them_needs_to_know_how_their_observer_remembers():
    game = theatre({"aran": actor(), "bora": actor()}, {"aran.shell": action(5, "bora")}, {}, {"bold": READ})
    del game["actors"]["bora"]["perception"]
    with pytest.raises(ValueError, match="a rule reads what passed between it and aran: give its 'perception'"):
        Theatre.model_validate(game)


def test_a_sponsor_s_hold_cannot_depend_on_them():
    held = actor(sponsors={"bora": {"control": {"impunity(aran, bora)": 1}}})
    game = theatre({"aran": held, "bora": actor()}, {"aran.shell": action(5, "bora")})
    with pytest.raises(ValueError, match="it reads variables, rungs and tension, not impunity"):
        Theatre.model_validate(game)


def test_nobody_has_impunity_towards_itself():
    game = theatre({"aran": actor(), "bora": actor()}, {"aran.shell": action(5, "bora")}, {}, {})
    game["actions"]["aran.shell"]["drivers"] = {"impunity(aran, aran)": 1}
    with pytest.raises(ValueError, match="an actor does nothing against itself"):
        Theatre.model_validate(game)
