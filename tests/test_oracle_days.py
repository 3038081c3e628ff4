"""The oracle's days against paper and pencil: deaths, effects, grievances settled, variables, outcomes, conditions."""

import math

import pytest

from tests.oracle import ReferenceModel
from tests.oracle.cases import CERTAIN, ON, SILENT, acts, after, on_day, watched
from tests.oracle.dice import CASUALTIES, NOISE, Dice
from tests.small_scenarios import action, actor, ladder, scenario, theatre

# Adjudicate


@pytest.mark.parametrize("run", range(12))
def test_deaths_are_drawn_and_raise_the_rung_of_a_lethal_act(run):
    casualties = {"chance": 0.5, "deaths": 8}
    actions = {"aran.shell": action(4, "bora", lethal_rung=6, deniability=0.8, casualties=casualties)}
    game = theatre({"aran": actor(), "bora": actor()}, actions)
    model = after(1, scenario(game, script={"shelling": on_day(0, "aran.shell")}), run=run)
    u, other = Dice(0, run).uniforms(0, CASUALTIES, "aran.shell")
    deaths = 1 + math.floor(math.log(1 - other) / math.log(1 - 1 / 8)) if u < 0.5 else 0
    rung, deniability = (6, 0.4) if deaths else (4, 0.8)
    assert model.events == [(0, "aran", "aran.shell", "bora", rung, deniability, deaths, 0, -1, -1)]


def test_a_mean_of_one_death_kills_one():
    actions = {"aran.shell": action(4, "bora", casualties={"chance": 1, "deaths": 1})}
    game = scenario(theatre({"aran": actor(), "bora": actor()}, actions), script={"a": on_day(0, "aran.shell")})
    assert {after(1, game, run=run).events[0].deaths for run in range(20)} == {1}


def test_a_reply_settles_grievance_against_its_target_and_who_stands_behind_it():
    actors = {
        "aran": actor(replies=SILENT | {"discharge": 0.8}),
        "bora": actor(replies=SILENT, sponsors={"cela": {"control": {"lit": 0.25}}}),
        "cela": actor(replies=SILENT),
    }
    actions = {"aran.answer": action(4, "bora", reply=1), "bora.shell": action(5, "aran")}
    game = theatre(actors, actions, {"lit": ON}, watched(("aran", "cela")))
    script = {"a": on_day(0, "bora.shell"), "b": on_day(1, "aran.answer")}
    model = after(2, scenario(game, script=script))
    # Bora is held to 3/4 * 7 = 5.25 points, cela to 1.75. An answer of 4 settles 0.8 * 4 / 5.25 and 0.8 of them.
    left = 1 - 0.8 * 4 / 5.25
    assert model.stocks["aran", "bora"] == pytest.approx((5.25 * left, 0, 0, 5.25 * left, 0, 0))
    assert model.stocks["aran", "cela"] == pytest.approx((1.75 * 0.2, 0, 0, 1.75 * 0.2, 0, 0))


def test_a_reply_settles_fully_where_no_act_is_remembered_but_blood():
    """Those who died were of a party that aran protects, but no act on them is remembered: K is 0."""
    actors = {
        "aran": actor(replies=SILENT | {"discharge": 0.75}, protects={"cela": 1}),
        "bora": actor(replies=SILENT),
        "cela": actor(replies=SILENT),
        "dorn": actor(replies=SILENT),
    }
    actions = {
        "aran.answer": action(1, "bora", reply=1),
        "bora.shell": action(5, "dorn", casualties={"chance": 0, "deaths": 1, "whose": "cela"}),
    }
    script = {"a": on_day(0, "bora.shell", deaths=3), "b": on_day(1, "aran.answer")}
    model = after(2, scenario(theatre(actors, actions), script=script))
    assert model.stocks["aran", "bora"] == pytest.approx((8 / 4, 0, 8 / 4, 0, 0, -1))


def test_a_rung_0_act_calms_what_its_target_holds_against_its_actor():
    actions = {"bora.shell": action(5, "aran"), "bora.sorry": action(0, "aran", calm=0.4)}
    actors = {"aran": actor(replies=SILENT), "bora": actor(replies=SILENT)}
    game = theatre(actors, actions, outcomes=watched(("aran", "bora"), ("bora", "aran")))
    script = {"a": on_day(0, "bora.shell", deaths=1), "b": on_day(1, "bora.sorry")}
    model = after(2, scenario(game, script=script))
    # Felt 7 and shed 4 * log2(2) = 4.
    assert model.stocks["aran", "bora"] == pytest.approx((11 * 0.6, 0, 4 * 0.6, 7 * 0.6, 0, 0))


def test_evidence_turns_everyone_s_suspicion_into_belief():
    actors = {name: actor(replies=SILENT) for name in ("aran", "bora", "cela")}
    actors["cela"] = actor(replies=SILENT, protects={"aran": 0.5})
    actions = {"bora.mine": action(4, "aran", deniability=0.75), "cela.accuse": action(1, "bora", attribute=0.5)}
    game = theatre(actors, actions, outcomes=watched(("aran", "bora"), ("cela", "bora")))
    model = after(2, scenario(game, script={"a": on_day(0, "bora.mine"), "b": on_day(1, "cela.accuse")}))
    # 4 points, 1 open and 3 suspected, of which half moves over.
    assert model.stocks["aran", "bora"] == pytest.approx((2.5, 1.5, 0, 2.5, 1.5, 0))
    assert model.stocks["cela", "bora"] == pytest.approx((1.25, 0.75, 0, 1.25, 0.75, 0))


def test_effects_of_a_day_combine_whatever_their_order():
    variables = {
        "anger": {"kind": "unit", "start": 0.4},
        "troops": {"kind": "level", "start": 100, "range": [0, 120], "scale": [0, 120], "unit": "persons"},
        "oil": {"kind": "log", "start": 60, "range": [10, 200], "scale": [50, 100], "unit": "USD/bbl"},
        "talks": {"kind": "flag", "start": False},
        "truce": {"kind": "flag", "start": True},
        "vote": {"kind": "flag", "start": True},
    }
    market = {"kind": "market", "label": "The exchange", "prices": ["oil"]}
    up = {"anger": 0.5, "troops": 15, "oil": "+10 %", "talks": "clear", "truce": "clear"}
    down = {"anger": -0.25, "troops": 15, "oil": "-5 %", "talks": "set"}
    actions = {"aran.rouse": action(1, "bora", effects=up), "bora.soothe": action(1, "aran", effects=down)}
    game = theatre({"aran": actor(), "bora": actor(), "exchange": market}, actions, variables)
    script = {"a": on_day(0, "bora.soothe"), "b": on_day(0, effects={"anger": 0.2}), "c": on_day(0, "aran.rouse")}
    model = after(1, scenario(game, script=script))
    # Down by a quarter of 0.4; up by half and then a fifth of what is left of 0.6: 0.3 + 0.6 * (1 - 0.5 * 0.8).
    assert model.values == pytest.approx(
        {"anger": 0.66, "troops": 120, "oil": 60 * 1.1 * 0.95, "talks": 1, "truce": 0, "vote": 1}
    )
    assert model.logs["oil"] == pytest.approx(math.log(60 * 1.1 * 0.95))


def test_tension_is_the_severity_of_acts_that_fades():
    actions = {"aran.shell": action(5, "bora"), "bora.shell": action(4, "aran")}
    script = {"a": on_day(0, "aran.shell"), "b": on_day(0, "bora.shell"), "c": on_day(3, "bora.shell")}
    game = theatre({"aran": actor(), "bora": actor()}, actions, ladder=ladder(tension_half_life=3, tension_scale=20))
    model = after(4, scenario(game, script=script))
    assert model.heat_stock == pytest.approx(11 / 2 + 4)
    assert model.tension == pytest.approx(100 * (1 - math.exp(-9.5 / 20)))


def test_a_day_of_war_adds_its_severity_to_tension():
    war = {"flag": "war", "rungs": [5, 8], "severity": 6, "source": "judgement: a test"}
    game = theatre({"aran": actor()}, {}, {"war": {"kind": "flag", "start": True}}, war=war)
    model = after(2, scenario(game))
    assert model.heat_stock == pytest.approx(6 * 0.5 ** (1 / 14) + 6)


def test_rungs_are_the_highest_of_the_trailing_week():
    actions = {"aran.shell": action(5, "bora"), "bora.nod": action(1, "cela")}
    dyads = {
        "front": {"label": "f", "sides": [["bora"], ["aran", "cela"]]},
        "rear": {"label": "r", "sides": [["cela"], ["aran", "bora"]]},
    }
    game = theatre({name: actor() for name in ("aran", "bora", "cela")}, actions, dyads=dyads)
    model = ReferenceModel(scenario(game, script={"a": on_day(1, "aran.shell"), "b": on_day(2, "bora.nod")}))
    rungs = []
    for _ in range(10):
        model.step()
        rungs.append((model.rung, model.dyad_rung["front"], model.dyad_rung["rear"]))
    assert rungs == [(0, 0, 0), (5, 5, 0), *[(5, 5, 1)] * 6, (1, 1, 1), (0, 0, 0)]


# Settle


def test_variables_relax_to_their_targets():
    variables = {
        "fear": {"kind": "unit", "start": 0.9, "half_life": 4, "target": {"base": 0.1, "lit * ~half": 0.4}},
        "troops": {
            "kind": "level",
            "start": 10,
            "range": [0, 50],
            "scale": [0, 40],
            "unit": "1",
            "half_life": 8,
            "target": {"base": 60, "half": -20},
        },
        "oil": {
            "kind": "log",
            "start": 80,
            "range": [10, 200],
            "scale": [50, 100],
            "unit": "USD/bbl",
            "half_life": 2,
            "target": {"base": 50, "half": "+10 %", "~half": "-10 %"},
        },
        "half": {"kind": "unit", "start": 0.25},
        "lit": ON,
    }
    market = {"kind": "market", "label": "The exchange", "prices": ["oil"]}
    model = after(8, scenario(theatre({"aran": actor(), "exchange": market}, {}, variables)))
    target = math.log(50) + 0.25 * math.log(1.1) + 0.75 * math.log(0.9)
    assert model.values["fear"] == pytest.approx(0.4 + (0.9 - 0.4) / 4)
    assert model.values["troops"] == pytest.approx(50 + (10 - 50) / 2)  # a target of 55 is held to the range
    assert model.logs["oil"] == pytest.approx(target + (math.log(80) - target) / 16)
    assert model.values["oil"] == pytest.approx(math.exp(model.logs["oil"]))


def test_variables_relax_from_one_snapshot():
    """Each of two takes the other's value of the same moment, and a price reads what the day's acts have done."""
    pull = {"kind": "unit", "half_life": 1}
    variables = {
        "a": pull | {"start": 0, "target": {"base": 0, "b": 1}},
        "b": pull | {"start": 1, "target": {"base": 0, "a": 1}},
        "news": {"kind": "unit", "start": 0},
        "oil": {
            "kind": "log",
            "start": 50,
            "range": [10, 200],
            "scale": [50, 100],
            "unit": "USD/bbl",
            "half_life": 1,
            "target": {"base": 50, "news": "+21 %"},
        },
    }
    market = {"kind": "market", "label": "The exchange", "prices": ["oil"]}
    game = theatre({"aran": actor(), "exchange": market}, {}, variables)
    model = after(1, scenario(game, script={"a": on_day(0, effects={"news": 1})}))
    assert model.values == pytest.approx({"a": 0.5, "b": 0.5, "news": 1, "oil": 50 * 1.1})


def test_terms_read_the_world_between_0_and_1():
    """Each variable goes halfway from 0 to the reading of one quantity on the day after a lethal shelling."""
    halfway = {"kind": "unit", "start": 0, "half_life": 1}
    quantities = {
        "a": ("rung", 4 / 9),
        "b": ("rung(front)", 4 / 9),
        "c": ("~rung(rear)", 1),
        "d": ("tension", 1 - math.exp(-4 * 0.5 ** (1 / 14) / 60)),
        "e": ("provocation(bora, aran)", 1 - math.exp(-(4 + 8) / 10)),
        "f": ("~blood(bora, aran)", math.exp(-8 / 10)),
        "g": ("struck", 1),
        "h": ("troops * ~half", 0.6 * 0.75),
        "i": ("talks", 1),
        "j": ("swamped", 1),
    }
    variables = {name: halfway | {"target": {"base": 0, text: 1}} for name, (text, _) in quantities.items()}
    variables |= {
        "half": {"kind": "unit", "start": 0.25},
        "talks": {"kind": "flag", "start": True},
        "troops": {"kind": "level", "start": 40, "range": [0, 99], "scale": [10, 60], "unit": "1"},
        "swamped": {"kind": "level", "start": 99, "range": [0, 99], "scale": [10, 60], "unit": "1"},
    }
    game = theatre(
        {"aran": actor(replies=SILENT), "bora": actor(replies=SILENT), "cela": actor(replies=SILENT)},
        {"aran.shell": action(4, "bora")},
        variables,
        conditions={"struck": {"rung": ">= 4"}},
        dyads={
            "front": {"label": "f", "sides": [["aran"], ["bora"]]},
            "rear": {"label": "r", "sides": [["aran"], ["cela"]]},
        },
    )
    model = ReferenceModel(scenario(game, script={"a": on_day(0, "aran.shell", deaths=3)}))
    model.step()
    evening = dict(model.values)
    model.step()
    for name, (_, reading) in quantities.items():
        assert 2 * model.values[name] - evening[name] == pytest.approx(reading)


def test_noise_is_the_variable_s_own_draw():
    variables = {
        "mood": {"kind": "unit", "start": 0.5, "noise": 0.01},
        "nerves": {"kind": "unit", "start": 1, "noise": 0.5},
        "oil": {"kind": "log", "start": 50, "range": [10, 200], "scale": [50, 100], "unit": "USD/bbl", "noise": "2 %"},
    }
    market = {"kind": "market", "label": "The exchange", "prices": ["oil"]}
    model = after(1, scenario(theatre({"aran": actor(), "exchange": market}, {}, variables)), seed=5, run=2, branch=1)
    z = {name: Dice(5, 2, 1).normal(0, NOISE, name) for name in variables}
    assert model.values["mood"] == pytest.approx(0.5 + 0.01 * z["mood"])
    assert abs(z["mood"]) > 0.1
    assert model.logs["oil"] == pytest.approx(math.log(50) + 0.02 * z["oil"])
    assert model.values["nerves"] == pytest.approx(min(1, 1 + 0.5 * z["nerves"]))


def test_a_value_that_is_not_finite_fails_the_run_and_freezes_it():
    huge = {"kind": "level", "start": 1e308, "range": [0, 1e308], "scale": [0, 1], "unit": "1"}
    actions = {"aran.act": action(5, "bora", **CERTAIN, effects={"b_huge": 1})}
    game = theatre(
        {"aran": actor(), "bora": actor()},
        actions,
        {"lit": ON, "a_flag": {"kind": "flag", "start": True}, "b_huge": huge, "c_huge": huge},
        {"soon": {"lit": True, "rung": ">= 5", "for": 2}, "never": {"rung": ">= 5", "for": 3}},
    )
    script = {"burst": on_day(2, effects={"b_huge": 1e308, "c_huge": 1e308})}
    model = after(5, scenario(game, days=5, script=script))
    assert model.failed == (2, "b_huge")
    assert all(math.isnan(value) for value in [*model.values.values(), model.tension])
    assert acts(model) == [(0, "aran.act"), (1, "aran.act"), (2, "aran.act"), (2, "burst")]
    assert model.outcome_day == {"soon": 1, "never": -1}
    assert not model.running


def test_rates_beyond_all_numbers_fail_the_run_by_the_name_of_the_chooser():
    drivers = {" * ".join(term): 50 for term in [*((a, b) for a in "abcd" for b in "abcd" if a <= b), *"abcd"]}
    variables = dict.fromkeys("abcd", ON)
    actions = {f"bora.act_{index}": action(1, "aran", 100, drivers=drivers) for index in range(200)}
    actions["aran.act"] = action(1, "bora", 100)
    model = after(3, scenario(theatre({"aran": actor(), "bora": actor()}, actions, variables)))
    assert model.failed == (0, "choice of bora")
    assert model.events == []


# Conditions


def first_days(outcomes, actions=None, script=None, days=12, **rest) -> dict[str, int]:
    """When each outcome first held, in a theatre of two actors that do only what the script says."""
    actors = {"aran": actor(replies=SILENT), "bora": actor(replies=SILENT)}
    game = theatre(actors, actions or {}, outcomes=outcomes, **rest)
    return after(days, scenario(game, days, script=script or {})).outcome_day


def test_days_on_end_are_counted_from_the_first_and_again_after_a_break():
    flag = {"open": {"kind": "flag", "label": "Open", "start": False}}
    turns = {0: "set", 2: "clear", 4: "set", 8: "clear"}
    script = {f"turn_{day}": on_day(day, effects={"open": way}) for day, way in turns.items()}
    outcomes = {f"for_{days}": {"open": True, "for": days} for days in (1, 2, 3, 4, 5)} | {
        "two_and_a_half": {"open": True, "for": "2.5 d"},
        "not_open": {"open": False, "for": 2},
    }
    assert first_days(outcomes, script=script, variables=flag) == {
        "for_1": 0,
        "for_2": 1,
        "for_3": 6,
        "for_4": 7,
        "for_5": -1,
        "two_and_a_half": 6,
        "not_open": 3,
    }


def test_alternatives_count_their_own_days():
    rising = {"x": {"kind": "level", "label": "x", "unit": "1", "start": 0, "range": [0, 99], "scale": [0, 9]}}
    script = {f"day_{day}": on_day(day, effects={"x": 1}) for day in range(10)}  # x is day + 1 in the evening
    outcomes = {
        "either": {"any": [{"x": ">= 7"}, {"x": ">= 3", "for": 2}]},
        "and": {"x": ">= 6", "any": [{"x": ">= 2", "for": 2}, {"x": ">= 50"}]},
        "of_either": {"x": ">= 2", "any": [{"x": "<= 3"}, {"x": ">= 5"}], "for": 3},
    }
    assert first_days(outcomes, script=script, variables=rising) == {"either": 3, "and": 5, "of_either": 6}


def test_days_since_an_act_or_an_actor_s_rung():
    actions = {"aran.shell": action(5, "bora"), "aran.nod": action(0, "bora")}
    script = {"a": on_day(2, "aran.shell"), "b": on_day(6, "aran.nod")}
    outcomes = {
        "just_now": {"days_since(aran.shell)": "<= 0"},
        "long_ago": {"days_since(aran.shell)": ">= 4", "rung": ">= 1"},
        "never": {"days_since(aran.shell)": ">= 999999999"},
        "never_by_bora": {"days_since(bora, 0)": "<= 999999999"},
        "anything": {"days_since(aran, 0)": "<= 0", "days_since(aran, 1)": ">= 1"},
        "strong": {"days_since(aran, 5)": "<= 3", "tension": ">= 0.1"},
        "weaker": {"days_since(aran, 3)": "<= 0"},
        "stronger": {"days_since(aran, 6)": "<= 99"},
    }
    assert first_days(outcomes, actions, script) == {
        "just_now": 2,
        "long_ago": 6,
        "never": 0,
        "never_by_bora": -1,
        "anything": 6,
        "strong": 2,
        "weaker": 2,
        "stronger": -1,
    }


def test_deaths_count_for_those_whose_people_they_were():
    own_goal = {"chance": 1, "deaths": 1, "whose": "aran"}
    actions = {"aran.shell": action(5, "bora"), "aran.slip": action(5, "bora", casualties=own_goal)}
    script = {"a": on_day(1, "aran.shell", deaths=4), "b": on_day(3, "aran.slip")}
    outcomes = {"all": {"deaths": ">= 5"}, "bora": {"deaths(bora)": ">= 4"}, "aran": {"deaths(aran)": ">= 1"}}
    assert first_days(outcomes, actions, script) == {"all": 3, "bora": 1, "aran": 3}


def test_the_morning_knows_the_evening_before_and_the_evening_itself():
    """The flag goes up in the evening of the act; who waits for it acts on the next morning."""
    actions = {
        "aran.shell": action(5, "bora"),
        "bora.flee": action(1, "aran", **CERTAIN, once=True, when={"alarmed": True}),
        "bora.hide": action(1, "aran", **CERTAIN, once=True, when={"shelled": True}),
    }
    variables = {
        "alarm": {"kind": "flag", "start": False, "set_when": {"shelled": True}, "clear_when": {"rung": ">= 0"}}
    }
    conditions = {"alarmed": {"alarm": True, "for": 2}, "shelled": {"rung": ">= 5"}}
    outcomes = {"up": {"alarm": True}, "alarmed": {"alarmed": True}}
    game = theatre(
        {"aran": actor(), "bora": actor()}, actions, {"lit": ON} | variables, outcomes, conditions=conditions
    )
    model = after(6, scenario(game, script={"a": on_day(1, "aran.shell")}))
    assert acts(model) == [(1, "aran.shell"), (2, "bora.hide"), (3, "bora.flee")]
    assert model.outcome_day == {"up": 1, "alarmed": 2}


def test_setting_a_flag_goes_before_clearing_it_and_neither_leaves_it():
    flags = {
        "both": {"start": False, "set_when": {"rung": "<= 0"}, "clear_when": {"rung": "<= 0"}},
        "cleared": {"start": True, "clear_when": {"rung": "<= 0"}},
        "left": {"start": True, "set_when": {"rung": ">= 1"}, "clear_when": {"rung": ">= 1"}},
    }
    variables = {name: {"kind": "flag"} | flag for name, flag in flags.items()}
    assert after(1, scenario(theatre({"aran": actor()}, {}, variables))).values == {"both": 1, "cleared": 0, "left": 1}


def test_conditions_see_grievances_as_they_were_in_the_morning():
    actions = {"bora.shell": action(5, "aran")}
    outcomes = {"provoked": {"provocation(aran, bora)": ">= 0.5"}, "bloodied": {"blood(aran, bora)": ">= 0.3"}}
    # 7 and 4 points against a scale of 10: 1 - exp(-1.1) = 0.67 and 1 - exp(-0.4) = 0.33, from the day after.
    days = first_days(outcomes, actions, {"a": on_day(2, "bora.shell", deaths=1)})
    assert days == {"provoked": 3, "bloodied": 3}


def test_outcomes_see_flags_as_they_have_turned():
    """Quiet puts the flag up in the evening; the same condition, asked for the outcome after that, fails."""
    actors, flag = {"aran": actor()}, {"kind": "flag", "start": False, "set_when": {"quiet": True}}
    conditions = {"quiet": {"rung": "<= 0", "up": False}}
    outcomes = {"quiet": {"quiet": True}, "up": {"up": True}}
    model = after(1, scenario(theatre(actors, {}, {"up": flag}, outcomes, conditions=conditions)))
    assert model.outcome_day == {"quiet": -1, "up": 0}
