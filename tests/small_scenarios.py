"""Builders of small theatres as Python maps, and one rich scenario that uses everything the language has."""

from copy import deepcopy
from datetime import date
from typing import Any

from sim.theatre.language.scenario import Scenario

START = date(2020, 1, 1)
SEVERITY = (0, 0.5, 1, 2, 4, 7, 12, 20, 35, 70)

Map = dict[str, Any]


def ladder(**changes: Any) -> Map:
    rungs = {rung: {"label": f"rung {rung}", "severity": severity} for rung, severity in enumerate(SEVERITY)}
    return {
        "source": "judgement: a test",
        "rungs": rungs,
        "tension_half_life": 14,
        "tension_scale": 60,
        "rung_memory": 7,
        "lethal_deniability": 0.5,
    } | changes


def actor(perception: Map | None = None, replies: Map | None = None, **rest: Any) -> Map:
    perceives = {"memory": 10, "scale": 10, "lethality": 4, "suspicion": 0.5}
    answers = {"rate": 0.2, "overshoot": 0, "redline": 0, "width": 1, "discharge": 0.5}
    return {
        "kind": "state",
        "label": "An actor",
        "perception": perceives | (perception or {}),
        "replies": answers | (replies or {}),
    } | rest


def action(rung: int, target: str, rate: Any = 0, **rest: Any) -> Map:
    return {
        "label": "An act",
        "story": "Somebody does something.",
        "source": "judgement: a test",
        "rung": rung,
        "target": target,
        "rate": rate,
    } | rest


def theatre(actors: Map, actions: Map, variables: Map | None = None, outcomes: Map | None = None, **rest: Any) -> Map:
    return {
        "schema_version": 1,
        "theatre": "small",
        "title": "A small theatre",
        "ladder": ladder(),
        "variables": {name: {"label": name} | variable for name, variable in (variables or {}).items()},
        "actors": actors,
        "actions": actions,
        "outcomes": {name: {"label": name, "when": when} for name, when in (outcomes or {}).items()},
    } | rest


def scenario(its_theatre: Map, days: int = 10, **rest: Any) -> Scenario:
    written = {"name": "small", "title": "A small scenario", "start": START, "days": days, "theatre": its_theatre}
    return Scenario.model_validate(written | rest)


def rich() -> Scenario:
    """Sixty days of four actors and a market in which every feature of the language has its part."""
    return scenario(rich_theatre(), 60, script=RICH_SCRIPT, forbid=RICH_FORBID, history_until="2020-01-04")


def rich_theatre() -> Map:
    """Its theatre, to be changed at will."""
    whole = theatre(
        RICH_ACTORS,
        RICH_ACTIONS,
        RICH_VARIABLES,
        RICH_OUTCOMES,
        conditions=RICH_CONDITIONS,
        dyads=RICH_DYADS,
        places=RICH_PLACES,
        instruments=RICH_INSTRUMENTS,
        war=RICH_WAR,
    )
    return deepcopy(whole)


RICH_DYADS = {
    "gulf": {"label": "The gulf", "sides": [["aran"], ["bora", "cela"]]},
    "street": {"label": "The street", "sides": [["bora"], ["dorn"]]},
}

RICH_PLACES = {"capital": {"label": "The capital"}, "waters": {"label": "The waters"}}
RICH_INSTRUMENTS = {"arms": {"label": "Arms"}, "money": {"label": "Money"}, "words": {"label": "Words"}}

RICH_WAR = {"flag": "war", "rungs": [5, 8], "severity": 7, "dyads": ["gulf"], "source": "judgement: a test"}
RICH_WAR |= {"closes": ["money", "cela.vow"]}

RICH_VARIABLES = {
    "command": {"kind": "flag", "start": True},
    "exports": {
        "kind": "level",
        "unit": "Mb/d",
        "start": 2,
        "range": [0.2, 3],
        "scale": [0, 2.5],
        "half_life": 12,
        "target": {"base": 2.2, "sanctions": -1.8, "sanctions * ~talks": "-0.2 Mb/d"},
    },
    "mood": {"kind": "unit", "start": 0.4, "noise": 0.03},
    "oil": {
        "kind": "log",
        "unit": "USD/bbl",
        "start": 65,
        "range": [20, 200],
        "scale": [50, 120],
        "half_life": 20,
        "target": {"base": 62, "~exports": "+18 %", "rung(gulf) * tense": "+25 %", "war": "+60 %"},
        "noise": "2 %",
    },
    "pain": {
        "kind": "unit",
        "start": 0.3,
        "half_life": 15,
        "target": {"base": 0.1, "~exports": 0.6, "provocation(bora, aran) * sanctions": 0.3, "oil": -0.1},
        "noise": 0.01,
    },
    "sanctions": {"kind": "unit", "start": 0.3},
    "talks": {
        "kind": "flag",
        "start": False,
        "set_when": {"calm_days": True, "tension": "<= 45"},
        "clear_when": {"rung": ">= 5"},
    },
    "troops": {
        "kind": "level",
        "unit": "persons",
        "start": 5000,
        "range": [0, 20000],
        "scale": [0, 10000],
        "noise": 40,
    },
    "vow": {"kind": "unit", "start": 0, "half_life": 6, "target": {"base": 0}},
    "war": {
        "kind": "flag",
        "start": False,
        "set_when": {"rung": ">= 8", "days_since(aran, 8)": "<= 0", "deaths": ">= 5"},
        "clear_when": {"war": True, "for": 6},
    },
}

RICH_CONDITIONS = {
    "calm_days": {"rung": "<= 6", "any": [{"days_since(cela.rocket)": ">= 3"}, {"mood": ">= 0.5", "for": 2}]},
    "dear_oil": {"oil": ">= 66"},
    "grief": {"blood(aran, bora)": ">= 0.02", "any": [{"deaths(aran)": ">= 1"}, {"deaths(dorn)": ">= 3"}]},
    "provoked": {"provocation(aran, cela)": ">= 0.1", "for": "2 d"},
    "tense": {"tension": {"value": ">= 8", "plausible": [5, 20]}, "rung(gulf)": ">= 2", "for": "3 d"},
    "tense_and_dear": {"tense": True, "dear_oil": True},
}

RICH_OUTCOMES = {
    "bloodshed": {"deaths": ">= 4"},
    "dear": {"tense_and_dear": True, "for": 2},
    "long_quiet": {"rung": "<= 4", "for": 8},
    "war": {"war": True},
}

RICH_ACTORS = {
    "aran": actor(
        {"memory": 9, "lethality": 10, "suspicion": 0.35, "suspects": {"bora": 0.8}},
        {
            "rate": 0.6,
            "overshoot": -0.5,
            "redline": 2.6,
            "width": 1.2,
            "discharge": 0.8,
            "substitution": 0.5,
            "probation": 12,
            "firmness": 1,
        },
        protects={"cela": 0.2, "dorn": 0.3},
        blames={"bora": {"cela": 0.4, "dorn": 0.1}},
    ),
    "bora": actor(
        {"memory": 14, "lethality": 5, "suspicion": 0.6},
        {"rate": 0.4, "overshoot": 0.4, "redline": 0.5, "width": 0.9, "discharge": 0.7},
        protects={"cela": 0.4},
        blames={"aran": {"dorn": 0.5}},
    ),
    "cela": actor(
        {"suspicion": 0.7},
        {
            "rate": 0.5,
            "overshoot": 0.2,
            "redline": 0,
            "width": 1.5,
            "discharge": 0.3,
            "variety": 0.7,
            "silence": 0.1,
            "probation": 4,
            "defied_by": 2,
        },
        kind="faction",
        protects={"bora": 0.5},
        sponsors={
            "bora": {"control": {"command": 0.3, "sanctions * ~talks": 0.4}},
            "dorn": {"control": {"mood": 0.2, "tension": 0.7, "rung(gulf) * pain": 0.4}},
        },
    ),
    "dorn": actor({"lethality": 3}, {"rate": 0.15, "discharge": 0.5}, kind="public"),
    "exchange": {"kind": "market", "label": "The exchange", "prices": ["oil"]},
}

RICH_ACTIONS = {
    "aran.accuse": action(1, "bora", 0.3, attribute=0.6, cooldown=4, when={"provoked": True}),
    "aran.deploy": action(
        3, "bora", 0.1, reply=1, place="waters", instrument="arms", effects={"troops": 600, "vow": 0.1}
    ),
    "aran.ease": action(0, "bora", 0.08, calm=0.5, effects={"sanctions": -0.3, "talks": "set"}, drivers={"talks": 2}),
    "aran.kill_commander": action(
        8,
        "bora",
        0.02,
        reply=0.5,
        once=True,
        when={"command": True, "grief": True},
        drivers={"blood(aran, cela) * ~talks": 2.5, "tense": 1, "~mood": -1.2},
        casualties={"chance": 1, "deaths": 4},
        effects={"command": "clear", "vow": 1, "oil": "+6 %", "talks": "clear"},
    ),
    "aran.sanction": action(
        2,
        "bora",
        0.1,
        reply=1,
        place="capital",
        instrument="money",
        cooldown=5,
        effects={"sanctions": 0.25, "exports": -0.1},
    ),
    "aran.strike_militia": action(
        6,
        "cela",
        0.03,
        reply=1,
        instrument="arms",
        recovers=6,
        drivers={"blood(aran, bora)": 2.2, "provocation(aran, cela) * rung": 1.5},
        casualties={"chance": 0.8, "deaths": 6},
        effects={"mood": 0.3},
    ),
    "aran.wage_war": action(
        9,
        "bora",
        0.005,
        when={"any": [{"days_since(bora, 7)": "<= 4"}, {"impunity(cela, aran)": ">= 0.8"}, {"deaths": ">= 60"}]},
        effects={"war": "set"},
    ),
    "bora.cease_fire": action(0, "aran", 0.2, when={"war": True}, calm=0.8, effects={"war": "clear"}),
    "bora.mine_ships": action(
        4,
        "dorn",
        0.08,
        place="waters",
        cooldown=3,
        recovers="2 d",
        deniability=0.7,
        harms={"aran": 0.5, "cela": 0.2},
        casualties={"chance": 0.2, "deaths": 1, "whose": "aran"},
        drivers={"pain": 1.4, "provocation(bora, aran)": 1, "impunity(bora, dorn)": 0.6},
        effects={"oil": "+3 %", "exports": -0.2},
    ),
    "bora.missiles": action(
        7,
        "aran",
        0.01,
        reply=1,
        place="capital",
        instrument="arms",
        drivers={"vow": 2},
        casualties={"chance": 0.5, "deaths": 2, "whose": {"aran": 0.6, "dorn": 0.4}},
        effects={"vow": -0.9, "oil": "+2 %"},
        harms={"bora": 0.1},
    ),
    "cela.rocket": action(
        4,
        "aran",
        0.3,
        reply=0.7,
        lethal_rung=6,
        cooldown=2,
        deniability=0.5,
        claimed_by="dorn",
        casualties={"chance": 0.3, "deaths": 1.5},
        drivers={"~command": -1, "provocation(cela, aran) * sanctions * ~talks": 2, "toll(cela, aran)": -0.8},
    ),
    "cela.stand_down": action(0, "aran", 0.1, calm=0.6, casualties={"chance": 0.05, "deaths": 1, "whose": "cela"}),
    "cela.vow": action(1, "aran", 0.1, reply=1, instrument="words", effects={"vow": 0.2, "mood": 0.05}),
    "dorn.burn_consulate": action(4, "bora", 0.05, reply=1, deniability=0.2, effects={"mood": -0.2}),
    "dorn.rally": action(1, "cela", 0.15, drivers={"pain * ~mood": 2, "tense_and_dear": 0.5}),
}

RICH_SCRIPT = {
    "a_raid": {"on": "2020-01-03", "do": "cela.rocket", "deaths": 2},
    "b_drop": {"on": "2020-01-03", "effects": {"oil": "-4 %", "mood": 0.2, "troops": 100}},
    "c_rally": {"on": "2020-01-03", "do": "dorn.rally"},
    "d_strike": {"on": "2020-01-20", "do": "aran.strike_militia"},
    "e_talks": {"on": "2020-01-12", "effects": {"talks": "set", "war": "clear", "sanctions": -0.1}},
    "f_mines": {"on": "2020-02-08", "do": "bora.mine_ships", "deaths": 0},
}

RICH_FORBID = {
    "aran.deploy": {"from": "2020-01-15", "until": "2020-01-30"},
    "cela.vow": "always",
    "dorn.rally": "never",
}
