"""The shipped theatres and scenarios: they hold together, and every number says what it is and where it is from."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import sim
from sim.theatre.files.inventory import inventory
from sim.theatre.files.load import load_sources
from sim.theatre.language.number import UNITS, written
from sim.theatre.language.schema import Actor, Theatre
from sim.theatre.language.terms import Condition, Quantity, Term, quantities

SCENARIOS = Path(__file__).parent.parent / "scenarios"
ALONE = {"history", "sources"}
SCENARIO_FILES = sorted(path for path in SCENARIOS.glob("*.yaml") if path.stem not in ALONE)
THEATRE_FILES = sorted((SCENARIOS / "theatres").glob("*.yaml"))

REQUIRED = {
    "actors": "us iran iraq_government kataib_hezbollah asaib_ahl_al_haq fatah sairoon iraqi_protesters saudi_arabia "
    "uae houthis japan market",
    "variables": "oil_price oil_exports sanctions us_troops_iraq",
    "outcomes": "sustained_war leadership_killed us_force_on_iran us_leaves_iraq expulsion_vote talks_open "
    "hormuz_closed",
    "dyads": "us_iran iraq gulf",
}


@pytest.fixture(scope="module")
def gulf() -> Theatre:
    return sim.load_theatre(SCENARIOS / "theatres" / "persian_gulf.yaml")


def read_by(theatre: Theatre) -> set[str]:
    """Variables that some rule reads."""
    terms = [term for action in theatre.actions.values() for term in action.drivers]
    conditions = [action.when for action in theatre.actions.values()]
    conditions += [outcome.when for outcome in theatre.outcomes.values()] + list(theatre.conditions.values())
    for variable in theatre.variables.values():
        terms += [term for term in getattr(variable, "target", None) or {} if term != "base"]
        conditions += [getattr(variable, name, None) for name in ("set_when", "clear_when")]
    for actor in theatre.deciders.values():
        terms += [term for sponsor in actor.sponsors.values() for term in sponsor.control]
    seen: list[Quantity] = [factor.quantity for term in terms for factor in Term.parse(term).factors]
    seen += [quantity for when in conditions if isinstance(when, Condition) for quantity in quantities(when)]
    return {quantity.of[0] for quantity in seen if quantity.kind == "variable"}


def written_by(theatre: Theatre) -> set[str]:
    """Variables that some rule moves."""
    moved = {name for action in theatre.actions.values() for name in action.effects}
    for name, variable in theatre.variables.items():
        target = getattr(variable, "target", None) or {}
        flips = (getattr(variable, "set_when", None), getattr(variable, "clear_when", None))
        if set(target) - {"base"} or getattr(variable, "noise", None) or any(flips):
            moved.add(name)
    return moved


@pytest.mark.parametrize("path", SCENARIO_FILES, ids=lambda path: path.stem)
def test_a_shipped_scenario_is_valid_and_says_what_it_asks(path):
    scenario = sim.load(path)
    assert scenario.question
    assert scenario.notes
    assert all(entry.source and entry.story for entry in scenario.script.values())


@pytest.mark.parametrize("path", THEATRE_FILES, ids=lambda path: path.stem)
def test_a_shipped_theatre_is_valid_and_named_after_its_file(path):
    theatre = sim.load_theatre(path)
    assert theatre.theatre == path.stem
    assert theatre.notes


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("**/*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_file_tells_editors_its_schema(path):
    kind = "theatre" if path in THEATRE_FILES else path.stem if path.stem in ALONE else "scenario"
    folder = "../schemas" if path in THEATRE_FILES else "schemas"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={folder}/{kind}.schema.json"


@pytest.mark.parametrize("path", THEATRE_FILES, ids=lambda path: path.stem)
def test_every_number_has_unit_range_and_source(path):
    theatre = sim.load_theatre(path)
    rows = inventory(theatre, load_sources())
    assert len(rows) > 50
    for row in rows:
        assert row.unit in UNITS, f"{row.path} has no unit"
        assert row.source, f"{row.path} has no source, nor has its entry"
        if ".whose." in row.path:
            continue  # shares of the dead add up to 1, so none has a range of its own
        assert row.plausible is not None, f"{row.path} has no plausible range"
        low, high = row.plausible
        assert low <= row.value <= high, f"{row.path}: {row.value} is outside {low} to {high}"


@pytest.mark.parametrize("path", SCENARIO_FILES, ids=lambda path: path.stem)
def test_every_number_of_a_script_has_range_and_source(path):
    for each in written(sim.load(path).script, ("script",)):
        assert each.source, f"{each.path} has no source"
        assert each.number.plausible is not None, f"{each.path} has no plausible range"
        assert each.number.plausible[0] <= each.number.value <= each.number.plausible[1], each.path


@pytest.mark.parametrize("path", THEATRE_FILES, ids=lambda path: path.stem)
def test_no_variable_is_dead(path):
    theatre = sim.load_theatre(path)
    assert set(theatre.variables) - read_by(theatre) == set()
    assert set(theatre.variables) - written_by(theatre) == set()


@pytest.mark.parametrize("path", THEATRE_FILES, ids=lambda path: path.stem)
def test_every_decider_can_act_and_every_state_can_calm(path):
    theatre = sim.load_theatre(path)
    for name, actor in theatre.deciders.items():
        rungs = {action.rung for action_id, action in theatre.actions.items() if action_id.startswith(f"{name}.")}
        assert rungs, f"{name} has no action"
        assert actor.kind != "state" or 0 in rungs, f"{name} has no act on rung 0"


@pytest.mark.parametrize("path", THEATRE_FILES, ids=lambda path: path.stem)
def test_any_draw_from_the_plausible_ranges_is_legal(path):
    theatre = sim.load_theatre(path)
    severities = [entry.severity.plausible for _, entry in sorted(theatre.ladder.rungs.items())]
    assert all(below[1] < above[0] for below, above in pairwise(severities))
    for name, variable in theatre.variables.items():
        if (scale := getattr(variable, "scale", None)) is not None:
            assert scale[0].plausible[1] < scale[1].plausible[0], name
            low, high = variable.range
            assert low <= variable.start.plausible[0] <= variable.start.plausible[1] <= high, name


def test_the_gulf_has_the_cast_and_the_names_that_others_rely_on(gulf):
    for section, names in REQUIRED.items():
        assert set(names.split()) - set(getattr(gulf, section)) == set(), section
    assert gulf.variables["oil_price"].kind == "log"
    assert gulf.variables["oil_price"].unit == "USD/bbl"
    assert gulf.variables["oil_exports"].unit == "Mb/d"
    assert gulf.variables["us_troops_iraq"].unit == "persons"
    assert gulf.war is not None


def test_the_gulf_climbs_from_rung_0_to_rung_9_in_at_least_forty_actions(gulf):
    assert len(gulf.actions) >= 40
    assert {action.rung for action in gulf.actions.values()} == set(range(10))


def test_every_name_of_an_action_is_a_verb_and_an_object(gulf):
    assert all(re.fullmatch(r"[a-z_]+\.[a-z]+(_[a-z]+)+", name) for name in gulf.actions)
    labels = [action.label for action in gulf.actions.values() if action.label]
    assert all(label[0].isupper() and not label.endswith(".") for label in labels)
    told = [wording.text for action in gulf.actions.values() for wording in action.wordings]
    assert all(text.endswith(".") and len(text) < 160 for text in told)


def test_a_proxy_can_act_without_its_sponsor_and_control_falls_with_the_command(gulf):
    proxies = {name: actor for name, actor in gulf.deciders.items() if isinstance(actor, Actor) and actor.sponsors}
    assert {"kataib_hezbollah", "asaib_ahl_al_haq", "houthis"} <= set(proxies)
    for name, actor in proxies.items():
        control = actor.sponsors["iran"].control
        assert set(control) == {"axis_command"}, name
        assert 0 < control["axis_command"].value < 1, name
    assert gulf.actions["us.kill_commanders"].effects["axis_command"].value < 0


def test_the_rivals_of_the_first_lesson_are_alike():
    path = SCENARIOS / "theatres" / "two_rivals.yaml"
    swap = {"north": "south", "south": "north", "North": "South", "South": "North"}
    read = YAML(typ="safe", pure=True).load
    text = path.read_text(encoding="utf-8")
    swapped = read(re.sub("north|south|North|South", lambda match: swap[match[0]], text))
    given = read(text)
    for side in ("actors", "actions", "variables"):
        assert swapped[side] == given[side]
    assert {action.split(".")[1] for action in given["actions"]} == {"reassure", "threaten", "mobilise", "strike"}
