"""The oracle's mornings against paper and pencil: dice, what is perceived, what is chosen."""

import math
from datetime import timedelta
from statistics import NormalDist

import pytest

from tests.oracle import ReferenceModel
from tests.oracle.cases import CERTAIN, ON, SILENT, acts, after, on_day, stocks, watched
from tests.oracle.dice import Dice, number_of, philox
from tests.small_scenarios import START, action, actor, scenario, theatre


def shelled(pairs, script=None, days=10, **changes):
    """Bora's rung-5 shelling (7 points) of aran, deniable by a quarter, which kills three by the script."""
    actors = {name: actor(replies=SILENT) for name in ("aran", "bora", "cela", "dorn")} | changes.pop("actors", {})
    actions = {
        "bora.shell": action(5, "aran", **{"deniability": 0.25} | changes.pop("shelling", {})),
        "bora.tease": action(3, "aran"),
    }
    script = script or {"shelling": on_day(0, "bora.shell", deaths=3)}
    return scenario(theatre(actors, actions, outcomes=watched(*pairs), **changes), days, script=script)


# Dice


def test_philox_gives_its_published_answers():
    ones, zeros = 0xFFFFFFFF, 0
    assert philox((zeros,) * 4, (zeros,) * 2) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox((ones,) * 4, (ones,) * 2) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    pi = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
    assert philox(*pi) == (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


def test_an_id_becomes_the_first_bytes_of_its_hash():
    assert number_of("abc") == 0xBA7816BF  # SHA-256 of "abc" begins ba7816bf


def test_a_draw_is_keyed_by_seed_run_branch_day_purpose_and_id():
    words = philox((12, 3, 40 + 65536 * 2, 0xBA7816BF), (0x55667788, 0x11223344))
    a, b = words[0] * 2**32 + words[1], words[2] * 2**32 + words[3]
    dice = Dice(seed=0x1122334455667788, run=12, branch=3)
    assert dice.uniforms(40, 2, "abc") == ((a // 2**11) / 2**53, (b // 2**11) / 2**53)
    assert dice.normal(40, 2, "abc") == pytest.approx(NormalDist().inv_cdf((a // 2**12 + 0.5) / 2**52))


# Perceive


def test_an_act_loads_its_target_with_severity_and_deaths():
    model = after(2, shelled([("aran", "bora")]))
    held = stocks(model, "aran", "bora")
    # It killed, so its deniability 1/4 is halved to 1/8. Felt 7, shed 4 * log2(1 + 3) = 8; suspicion is 1/2.
    assert held["P"] == pytest.approx(7 / 8 * 15)
    assert held["Q"] == pytest.approx(1 / 8 * 15)
    assert held["B"] == pytest.approx(8 * (7 / 8 + 1 / 8 * 1 / 2))
    assert (held["KP"], held["KQ"], held["leading"]) == (7 / 8 * 7, 1 / 8 * 7, 0)
    # K is 6.125 + 0.875 / 2 = 6.5625, which is 2.5625 / 3 of the way from rung 4 (4 points) to rung 5 (7).
    provocation, blood, provoking_rung = model.readings["aran", "bora"]
    assert provocation == pytest.approx(1 - math.exp(-(13.125 + 1.875 / 2) / 10))
    assert blood == pytest.approx(1 - math.exp(-7.5 / 10))
    assert provoking_rung == pytest.approx(4 + 2.5625 / 3)


def test_what_is_held_halves_with_memory():
    early, late = (after(days, shelled([("aran", "bora")])).stocks["aran", "bora"] for days in (2, 12))
    assert late[:5] == pytest.approx([stock / 2 for stock in early[:5]])


def test_harm_to_others_counts_by_protection_and_the_closest_tie_decides():
    protects = {"aran": 0.4, "dorn": 0.9}
    game = shelled(
        [("cela", "bora"), ("dorn", "bora")],
        actors={"cela": actor(replies=SILENT, protects=protects)},
        shelling={"harms": {"dorn": 0.5}},
    )
    model = after(2, game)
    # Cela protects the target by 0.4 and dorn, half harmed, by 0.9: 0.45. The dead are the target's: 0.4.
    assert stocks(model, "cela", "bora")["KP"] == pytest.approx(7 / 8 * 0.45 * 7)
    assert stocks(model, "cela", "bora")["P"] == pytest.approx(7 / 8 * (0.45 * 7 + 0.4 * 8))
    # Dorn itself is half harmed and has no dead.
    assert stocks(model, "dorn", "bora")["P"] == pytest.approx(7 / 8 * 0.5 * 7)
    assert stocks(model, "dorn", "bora")["B"] == 0


def test_blood_is_felt_for_those_whose_people_died():
    shelling = {"casualties": {"chance": 0, "deaths": 1, "whose": "dorn"}}
    model = after(2, shelled([("aran", "bora"), ("dorn", "bora")], shelling=shelling))
    assert stocks(model, "aran", "bora")["B"] == 0
    assert stocks(model, "dorn", "bora") == pytest.approx(
        {"P": 7 / 8 * 8, "Q": 1 / 8 * 8, "B": 7.5, "KP": 0, "KQ": 0, "leading": -1}
    )


def test_a_proxy_s_act_is_split_with_its_sponsors():
    bora = actor(replies=SILENT, sponsors={"cela": {"control": {"~hold": 0.75}}})
    game = shelled(
        [("aran", "bora"), ("aran", "cela"), ("aran", "dorn"), ("cela", "bora")],
        actors={"bora": bora, "cela": actor(replies=SILENT, protects={"aran": 1})},
        variables={"hold": {"kind": "unit", "label": "Hold", "start": 0.6}},
    )
    model = after(2, game)
    # Control is 0.75 * (1 - 0.6) = 0.3.
    assert stocks(model, "aran", "bora")["P"] == pytest.approx(0.7 * 13.125)
    assert stocks(model, "aran", "cela")["P"] == pytest.approx(0.3 * 13.125)
    assert stocks(model, "aran", "cela")["KP"] == pytest.approx(0.3 * 6.125)
    assert model.stocks["aran", "dorn"] == (0, 0, 0, 0, 0, -1)
    # The sponsor does not blame itself: to it the proxy did all of it.
    assert stocks(model, "cela", "bora")["P"] == pytest.approx(13.125)


def test_sponsors_who_claim_more_than_all_share_all():
    sponsors = {"cela": {"control": {"lit": 0.9}}, "dorn": {"control": {"lit": 0.6}}}
    game = shelled(
        [("aran", "bora"), ("aran", "cela"), ("aran", "dorn")],
        actors={"bora": actor(replies=SILENT, sponsors=sponsors)},
        variables={"lit": {"label": "Lit"} | ON},
    )
    P = {by: stocks(after(2, game), "aran", by)["P"] for by in ("bora", "cela", "dorn")}
    assert pytest.approx({"bora": 0, "cela": 0.6 * 13.125, "dorn": 0.4 * 13.125}, abs=1e-14) == P


def test_an_observer_may_blame_whom_it_likes():
    aran = actor(replies=SILENT, blames={"bora": {"bora": 0.8}, "cela": {"bora": 0.25}, "dorn": {"bora": 0.5}})
    bora = actor(replies=SILENT, sponsors={"cela": {"control": {"lit": 0.4}}})
    game = shelled(
        [("aran", "bora"), ("aran", "cela"), ("aran", "dorn")],
        actors={"aran": aran, "bora": bora},
        variables={"lit": {"label": "Lit"} | ON},
    )
    P = {by: stocks(after(2, game), "aran", by)["P"] for by in ("bora", "cela", "dorn")}
    assert pytest.approx({"bora": 0.8 * 13.125, "cela": 0.4 * 13.125, "dorn": 0.5 * 13.125}) == P


def test_the_strongest_act_remembered_leads_until_it_has_faded():
    days = {"a": on_day(0, "bora.shell"), "b": on_day(1, "bora.tease"), "c": on_day(9, "bora.tease")}
    game = shelled([("aran", "bora")], days, 11, actors={"aran": actor({"memory": 5}, SILENT)})
    model = ReferenceModel(game)
    leading = []
    while model.running:
        model.step()
        leading.append(stocks(model, "aran", "bora")["leading"])
    # Harmless, the shelling is believed at 7 * (3/4 + 1/8) = 6.125 points and the tease at 2. With a memory of five
    # days 6.125 is still 5.3 when the first tease comes; nine days on it is 1.76.
    assert leading == [-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert stocks(model, "aran", "bora")["KP"] == 2


def test_what_is_only_suspected_leads_as_far_as_it_is_believed():
    days = {"a": on_day(0, "bora.tease"), "b": on_day(1, "bora.shell")}
    doubtful = actor({"suspicion": 0.1, "memory": 1e9}, SILENT)
    model = after(3, shelled([("aran", "bora")], days, actors={"aran": doubtful}, shelling={"deniability": 0.9}))
    # Of the shelling's 7 points 0.7 are open and 6.3 suspected: 1.33 believed, less than the tease's 2.
    assert model.stocks["aran", "bora"] == pytest.approx((2.7, 6.3, 0, 2, 0, 0))


@pytest.mark.parametrize(
    ("rung", "deniability", "reads"), [(9, 0, 9), (9, 0.5, 8 + 17.5 / 35), (1, 0, 1), (1, 0.5, 0.75)]
)
def test_the_provoking_rung_lies_between_those_whose_severities_it_lies_between(rung, deniability, reads):
    """Half denied and half suspected, 3/4 of an act is believed: 52.5 points of 70, and 0.375 of 0.5."""
    actions = {"bora.act": action(rung, "aran", deniability=deniability)}
    game = theatre({"aran": actor(), "bora": actor()}, actions, outcomes=watched(("aran", "bora")))
    model = after(2, scenario(game, script={"a": on_day(0, "bora.act")}))
    assert model.readings["aran", "bora"][2] == pytest.approx(reads)


# Decide


def test_the_rate_of_an_action_is_its_own_plus_its_share_of_the_answer():
    replies = {"rate": 0.6, "overshoot": 0.5, "redline": 2, "width": 1.5}
    actions = {
        "aran.strike": action(6, "bora", 0.01, reply=0.5),
        "aran.snub": action(1, "cela", 0.04, reply=2),
        "aran.threaten": action(1, "bora", 0.02, reply=1, drivers={"lit * ~half": 1.5, "blood(aran, bora)": -2}),
        "aran.wave": action(0, "bora", 0.03),
        "bora.shell": action(5, "aran", deniability=0.25),
    }
    variables = {"lit": ON, "half": {"kind": "unit", "start": 0.25}}
    game = theatre({"aran": actor(replies=replies), "bora": actor(), "cela": actor()}, actions, variables)
    model = after(2, scenario(game, script={"shelling": on_day(0, "bora.shell", deaths=3)}))
    provocation, blood, provoking_rung = model.readings["aran", "bora"]
    aim = provoking_rung + 0.5 + 2 * blood
    fits = {6: 0.5 * math.exp(-0.5 * ((6 - aim) / 1.5) ** 2), 1: math.exp(-0.5 * ((1 - aim) / 1.5) ** 2)}
    answers = {rung: 0.6 * provocation * fit / sum(fits.values()) for rung, fit in fits.items()}
    u, rates, _ = model.draws["aran"]
    assert dict(rates) == pytest.approx(
        {
            "aran.snub": 0.04,  # it would answer cela, which has done nothing
            "aran.strike": 0.01 + answers[6],
            "aran.threaten": math.exp(1.5 * 0.75 - 2 * blood) * (0.02 + answers[1]),
            "aran.wave": 0.03,
        }
    )
    assert u == Dice(0, 0).uniforms(1, 1, "aran")[0]


def test_one_draw_chooses_by_the_running_sum_of_rates():
    actions = {"aran.a": action(1, "bora", 1), "aran.b": action(1, "bora", 2)}
    game = scenario(theatre({"aran": actor(), "bora": actor()}, actions), days=300)
    model = ReferenceModel(game)
    drawn = {"aran.a": 0, "aran.b": 0, None: 0}
    while model.running:
        model.step()
        u, _, choice = model.draws["aran"]
        assert choice == ("aran.a" if u < 1 / 4 else "aran.b" if u < 3 / 4 else None)
        drawn[choice] += 1
    assert min(drawn.values()) > 40  # 75, 150 and 75 are expected


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"cooldown": 3}, [0, 3, 6]),
        ({"cooldown": "2.5 d"}, [0, 3, 6]),
        ({"once": True}, [0]),
        ({"when": {"days_since(aran.act)": ">= 2"}}, [0, 2, 4, 6]),
        ({"when": {"fresh": ">= 0.5"}}, [0, 1, 2]),
    ],
)
def test_an_action_is_done_only_when_it_may(rule, days):
    fresh = {"kind": "unit", "start": 1, "half_life": 2.5, "target": {"base": 0}}  # 0.76, 0.57, 0.44 in the evenings
    actions = {"aran.act": action(1, "bora", **CERTAIN, **rule)}
    game = theatre({"aran": actor(), "bora": actor()}, actions, {"lit": ON, "fresh": fresh})
    assert acts(after(8, scenario(game))) == [(day, "aran.act") for day in days]


def test_war_takes_over_the_acts_on_its_rungs():
    war = {"flag": "war", "rungs": [5, 8], "severity": 6, "source": "judgement: a test", "dyads": ["front"]}
    actions = {f"aran.rung_{rung}": action(rung, "bora", 1) for rung in (4, 5, 8, 9)}
    game = theatre(
        {"aran": actor(), "bora": actor()},
        actions,
        {"war": {"kind": "flag", "start": False}},
        war=war,
        dyads={
            "front": {"label": "f", "sides": [["aran"], ["bora"]]},
            "rear": {"label": "r", "sides": [["aran"], ["aran"]]},
        },
    )
    script = {"begins": on_day(1, effects={"war": "set"}), "ends": on_day(3, effects={"war": "clear"})}
    model = ReferenceModel(scenario(game, script=script))
    able, rungs = [], []
    for _ in range(4):
        model.step()
        able.append([action for action, rate in model.draws["aran"][1] if rate > 0])
        rungs.append((model.rung == 9, model.dyad_rung["front"] == 9, model.dyad_rung["rear"] == 9))
    outside = ["aran.rung_4", "aran.rung_9"]
    assert able == [sorted(actions), sorted(actions), outside, outside]  # the flag of the morning counts
    assert rungs[1:3] == [(True, True, False)] * 2


def test_a_forbidden_act_is_drawn_and_not_done():
    actions = {"aran.act": action(1, "bora", **CERTAIN, cooldown=2), "bora.act": action(1, "aran", 0.5)}
    game = theatre({"aran": actor(), "bora": actor()}, actions, {"lit": ON})
    window = {"from": START + timedelta(days=2), "until": START + timedelta(days=4)}
    free, held = (after(8, scenario(game, forbid=forbid)) for forbid in ({}, {"aran.act": window}))
    assert [day for day, name in acts(free) if name == "aran.act"] == [0, 2, 4, 6]
    assert [day for day, name in acts(held) if name == "aran.act"] == [0, 5, 7]
    assert [act for act in acts(free) if act[1] == "bora.act"] == [act for act in acts(held) if act[1] == "bora.act"]
    assert "aran.act" not in dict(acts(after(8, scenario(game, forbid={"aran.act": "always"})))).values()
    assert acts(after(8, scenario(game, forbid={"aran.act": "never"}))) == acts(free)


def test_the_script_replaces_choices_and_history_leaves_none():
    actions = {
        "aran.act": action(1, "bora", **CERTAIN),
        "aran.raid": action(5, "bora", when={"never": True}, casualties={"chance": 1, "deaths": 9}),
        "bora.act": action(1, "aran", **CERTAIN),
    }
    game = theatre({"aran": actor(), "bora": actor()}, actions, {"lit": ON}, conditions={"never": {"lit": "<= 0"}})
    script = {
        "raid": on_day(1, "aran.raid", deaths=0),
        "raid_again": on_day(3, "aran.raid", deaths=2),
        "shock": on_day(0, effects={"lit": 0.5}),
        "alarm": on_day(0, effects={"lit": -0.5}),
    }
    model = after(
        4, scenario(game, script=script, history_until=START + timedelta(days=1), forbid={"aran.raid": "always"})
    )
    # Up to the second day only the script acts; on the fourth it acts for aran, forbidden or not, and bora chooses.
    assert acts(model) == [
        (0, "alarm"),
        (0, "shock"),
        (1, "aran.raid"),
        (2, "aran.act"),
        (2, "bora.act"),
        (3, "aran.raid"),
        (3, "bora.act"),
    ]
    assert [event.deaths for event in model.events] == [0, 0, 0, 0, 0, 2, 0]
    assert model.events[1] == (0, "script", "shock", "", 0, 0.0, 0, 1, -1, -1)


def cause_of_first(action_id: str, drivers=None, reply: float = 0, rate: float = 100) -> int:
    """Why aran does it on day 2, after a tease by bora (event 0) and a killing by cela (event 1)."""
    rule = action(3, "bora", rate, reply=reply, drivers=drivers or {}, when={"days_since(cela.kill)": "<= 2"})
    actions = {
        action_id: rule | {"drivers": {"lit": 40} | (drivers or {})},
        "bora.tease": action(3, "aran"),
        "cela.kill": action(3, "aran"),
    }
    eager = actor({"scale": 0.01}, {"rate": 50})
    actors = {"aran": eager, "bora": actor(replies=SILENT), "cela": actor(replies=SILENT)}
    script = {"a": on_day(0, "bora.tease"), "b": on_day(0, "cela.kill", deaths=1)}
    model = after(3, scenario(theatre(actors, actions, {"lit": ON}), script=script))
    return next(event.cause for event in model.events if event.actor == "aran" and event.day == 2)


def test_a_reply_that_mostly_answers_is_caused_by_the_leading_event():
    assert cause_of_first("aran.answer", reply=1, rate=1) == 0


def test_a_reply_that_would_happen_anyway_is_caused_by_its_weightiest_grievance():
    assert cause_of_first("aran.answer", {"blood(aran, cela)": 1}, reply=1, rate=100) == 1
    assert cause_of_first("aran.answer", reply=1, rate=100) == -1


def test_the_weightiest_grievance_among_the_drivers_is_the_cause():
    both = {"blood(aran, cela) * lit": 2, "provocation(aran, bora)": 1}
    assert cause_of_first("aran.vent", both) == 1
    assert cause_of_first("aran.vent", both | {"provocation(aran, bora)": 3}) == 0
    assert cause_of_first("aran.vent", {"provocation(aran, bora)": -3}) == -1
    assert cause_of_first("aran.vent", {"~blood(aran, bora)": 3}) == -1  # the lack of a grievance causes nothing
    assert cause_of_first("aran.vent", {"blood(aran, bora)": 3}) == -1  # it has shed none: the term reads 0


def test_of_two_grievances_in_a_term_the_first_is_the_cause():
    assert cause_of_first("aran.vent", {"blood(aran, cela) * provocation(aran, bora)": 1}) == 1
    assert cause_of_first("aran.vent", {"provocation(aran, bora) * provocation(aran, cela)": 1}) == 0
