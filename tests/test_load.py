"""A scenario is what its files say together: by name and path, child over parent, overrides by meaning."""

import json
import os
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from sim.theatre.files import load, locate, yaml_tree
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.inventory import unit_of
from sim.theatre.files.overrides import find, put
from sim.theatre.files.yaml_tree import plain
from sim.theatre.language import names
from sim.theatre.language.number import written
from sim.theatre.language.paths import meaning
from sim.theatre.language.schema import Theatre
from tests.small import HISTORY, SCENARIO, THEATRE, small

CHILD = "schema_version: 1\nextends: summer.yaml\n"


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def child(tmp_path: Path, text: str = "", **parent: str) -> Path:
    """A scenario that extends the small one."""
    small(tmp_path, **parent)
    path = tmp_path / "child.yaml"
    path.write_text(CHILD + text, encoding="utf-8")
    return path


def faults(path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load.load(path)
    return str(caught.value).splitlines()


def with_overrides(*lines: str) -> str:
    return SCENARIO.replace("overrides:\n", "overrides:\n" + "".join(f"  {line}\n" for line in lines))


def test_a_scenario_holds_what_its_files_say(tmp_path):
    scenario = load.load(small(tmp_path))
    assert (scenario.name, scenario.title) == ("summer", "A summer of tension")
    assert (scenario.start, scenario.end) == (date(2019, 5, 1), date(2019, 8, 28))
    assert (scenario.days, scenario.runs, scenario.seed) == (120, 200, 7)
    assert scenario.script["first_mine"].do == "south.mine_strait"
    assert scenario.forbid["north.strike"].until == date(2019, 5, 20)
    assert scenario.theatre.theatre == "strait"
    assert scenario.history_until is None


def test_initial_and_overrides_change_the_value_and_keep_what_is_known_of_it(tmp_path):
    theatre = load.load(small(tmp_path)).theatre
    start = theatre.variables["pain"].start
    assert (start.value, start.plausible, start.source) == (0.5, (0.1, 0.5), "A13")
    rate = theatre.actions["south.mine_strait"].rate
    assert (rate.value, rate.plausible, rate.source) == (0.004, (0.001, 0.01), "A14")
    assert theatre.actions["north.sanction"].drivers["pain * ~talks"].value == -0.5


@pytest.mark.parametrize(
    "overridden", ["0.004", "0.004 1/day", "{value: 0.004, source: A14, plausible: [0.001, 0.01]}"]
)
def test_a_number_may_be_overridden_bare_or_with_its_unit_or_whole(tmp_path, overridden):
    scenario = SCENARIO.replace("mine_strait.rate: 0.004", f"mine_strait.rate: {overridden}")
    assert load.load(small(tmp_path, scenario=scenario)).sha256 == load.load(small(tmp_path)).sha256


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("variables.oil_price.scale.1: 170", lambda t: t.variables["oil_price"].scale[1].value == 170),
        (
            "variables.oil_price.target.pain*~talks: 7 %",
            lambda t: t.variables["oil_price"].target["pain * ~talks"].value == 7,
        ),
        ("conditions.tense.tension: 50", lambda t: str(t.conditions["tense"].clauses["tension"].op) == ">="),
        ("conditions.tense.tension: 50", lambda t: t.conditions["tense"].clauses["tension"].value == 50),
        ("conditions.tense.tension: '<= 50'", lambda t: t.conditions["tense"].clauses["tension"].op == "<="),
        ("conditions.tense.any.1.days_since( north,4 ): 9", lambda t: _second_alternative(t).value == 9),
        ("actions.north.strike.rate.plausible: [0, 1]", lambda t: t.actions["north.strike"].rate.plausible == (0, 1)),
        ("actions.north.strike.rate.value: 0.5", lambda t: t.actions["north.strike"].rate.value == 0.5),
        ("actions.north.strike.drivers.pain: 2", lambda t: t.actions["north.strike"].drivers["pain"].value == 2),
        ("actions.north.strike.harms: {south: 1}", lambda t: t.actions["north.strike"].harms["south"].value == 1),
        ("variables.shipping.noise: 0.1", lambda t: t.variables["shipping"].noise.value == 0.1),
        ("ladder.rungs.3.severity: 7", lambda t: t.ladder.rungs[3].severity.value == 7),
        ("war.rungs: [6, 8]", lambda t: t.war.rungs == (6, 8)),
    ],
)
def test_an_override_reaches_its_place(tmp_path, line, value):
    before = load.load(small(tmp_path)).theatre
    after = load.load(small(tmp_path, scenario=with_overrides(line))).theatre
    assert value(after), line
    assert before != after


def _terms(theatre: Theatre, variable: str):
    return theatre.variables[variable].target


def _second_alternative(theatre: Theatre):
    return theatre.conditions["tense"].any[1].clauses["days_since(north, 4)"]


def test_of_two_readings_of_a_path_the_longest_first_key_counts(tmp_path):
    tree = yaml_tree.read(small(tmp_path, scenario="a: {b: {c: 1}}\na.b: {c: 2, d: 3}\n"))[0]
    assert find(tree, "a.b.c") == ("a.b", "c")
    changed = put(tree, find(tree, "a.b.c"), tree.content["a"])
    assert plain(changed) == {"a": {"b": {"c": 1}}, "a.b": {"c": {"b": {"c": 1}}, "d": 3}}
    assert plain(tree)["a.b"]["c"] == 2, "the tree itself must not change"


def test_a_longer_key_that_leads_nowhere_gives_way_to_a_shorter_one(tmp_path):
    tree = yaml_tree.read(small(tmp_path, scenario="a: {b: {c: {e: 1}}}\na.b: {x: {y: 1}}\n"))[0]
    assert find(tree, "a.b.c.e") == ("a", "b", "c", "e")


def test_the_meaning_of_a_path_does_not_depend_on_the_theatre_being_checked():
    with names.naming(names.Names()):
        assert meaning("~b_of_no_theatre*a") == "a * ~b_of_no_theatre"
    assert meaning("days_since( us.act )") == "days_since(us.act)"
    assert meaning("us.act") == "us.act"


def test_a_child_has_the_last_word_and_keeps_the_rest(tmp_path):
    text = """\
title: A shorter summer
days: 60
initial: {pain: 0.2}
overrides:
  actions.south.mine_strait.rate: 0.006
script:
  first_mine: {on: 2019-05-20, do: south.mine_strait}
  second: {on: 2019-05-21, do: south.offer_talks}
forbid: {north.strike: never, north.sanction: always}
"""
    scenario = load.load(child(tmp_path, text))
    assert (scenario.name, scenario.title, scenario.days) == ("child", "A shorter summer", 60)
    assert (scenario.start, scenario.seed) == (date(2019, 5, 1), 7)
    assert scenario.question == "How often does the summer end in war?"
    assert set(scenario.script) == {"first_mine", "price_shock", "second"}
    assert scenario.script["first_mine"].deaths is None, "an entry of the script is replaced as a whole"
    assert scenario.forbid == {"north.strike": "never", "north.sanction": "always"}
    assert scenario.theatre.variables["pain"].start.value == 0.2
    assert scenario.theatre.actions["south.mine_strait"].rate.value == 0.006
    assert scenario.theatre.actions["north.sanction"].drivers["pain * ~talks"].value == -0.5


def test_the_order_of_keys_in_files_changes_nothing(tmp_path):
    before = load.load(small(tmp_path))
    lines = THEATRE.split("\nactors:\n")
    actors, rest = lines[1].split("\nactions:\n")
    theatre = f"actions:\n{rest}\nactors:\n{actors}\n{lines[0]}"
    head, script = SCENARIO.split("script:\n")
    scenario = "script:\n" + script + head
    after = load.load(small(tmp_path, scenario=scenario, theatre=theatre))
    assert list(after.script) == list(before.script)
    assert after.sha256 == before.sha256


def test_history_enters_the_script_from_the_first_day_to_its_end(tmp_path):
    text = "history: {file: record.yaml, until: 2019-05-31}\n"
    scenario = load.load(child(tmp_path, text, history=HISTORY))
    assert scenario.history_until == date(2019, 5, 31)
    assert set(scenario.script) == {"price_shock", "history_sanctions", "history_mines"}
    assert scenario.script["history_mines"].deaths == 1


def test_history_takes_the_place_of_an_inherited_script_up_to_its_end_and_of_nothing_else(tmp_path):
    text = "history: {file: record.yaml, until: 2019-05-31}\nscript: {strike: {on: 2019-05-20, do: north.strike}}\n"
    inherited, after = load.load(child(tmp_path, history=HISTORY)).script, date(2019, 5, 31)
    script = load.load(child(tmp_path, text, history=HISTORY)).script
    assert {name for name, entry in inherited.items() if entry.on <= after} == {"first_mine"}
    assert set(script) == {"price_shock", "strike", "history_sanctions", "history_mines"}


def test_history_is_imposed_no_further_than_it_reaches(tmp_path):
    found = faults(child(tmp_path, "history: {file: record.yaml, until: 2019-08-20}\n", history=HISTORY))
    assert found[0] == "child.yaml:3:37: the history ends on 2019-06-20, before 2019-08-20"


def test_history_after_the_last_day_is_left_out(tmp_path):
    text = "history: {file: record.yaml, until: 2019-05-31}\n" + SCENARIO.replace("days: 120", "days: 10")
    text = text.replace("2019-05-12", "2019-05-03").replace("2019-06-01", "2019-05-04")
    scenario = load.load(small(tmp_path, scenario=text, history=HISTORY))
    assert set(scenario.script) == {"first_mine", "price_shock", "history_sanctions"}


def test_a_child_replaces_history_as_a_whole(tmp_path):
    parent = SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n"
    path = child(tmp_path, "history: {file: record.yaml}\n", scenario=parent, history=HISTORY)
    assert faults(path)[0] == "child.yaml:3:1: missing 'until' in history"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder that stands in for the shipped scenarios."""
    folder = tmp_path / "installed" / "scenarios"
    (folder / "theatres").mkdir(parents=True)
    (folder / "theatres" / "strait.yaml").write_text(THEATRE, encoding="utf-8")
    (folder / "summer.yaml").write_text(SCENARIO.replace("strait.yaml", "strait"), encoding="utf-8")
    monkeypatch.setattr(locate, "shipped", lambda: folder)
    return folder


def test_shipped_files_are_found_by_name_from_anywhere(tmp_path, shipped, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load.load("summer").name == "summer"
    assert load.load_theatre("strait").theatre == "strait"
    (elsewhere / "mine.yaml").write_text("schema_version: 1\nextends: summer\nseed: 3\n")
    assert load.load("mine.yaml").seed == 3
    (elsewhere / "other.yaml").write_text("schema_version: 1\nextends: sumer\n")
    assert faults("other.yaml") == [
        "other.yaml:2:10: nothing here and nothing shipped is called 'sumer'",
        "    did you mean 'summer'?",
    ]
    assert faults("sumer") == ["sumer:1:1: there is no file 'sumer'", "    did you mean 'summer'?"]


def test_a_path_may_lead_into_the_shipped_scenarios(tmp_path, shipped):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "mine.yaml").write_text("schema_version: 1\nextends: ../installed/scenarios/summer.yaml\n")
    assert load.load(mine / "mine.yaml").seed == 7


def test_the_shipped_folder_is_inside_the_package_or_beside_it(tmp_path, monkeypatch):
    assert locate.shipped().is_dir()
    monkeypatch.setattr(locate, "__file__", str(tmp_path / "sim" / "theatre" / "files" / "locate.py"))
    assert locate.shipped() == tmp_path / "scenarios"
    (tmp_path / "sim" / "scenarios").mkdir(parents=True)
    assert locate.shipped() == tmp_path / "sim" / "scenarios"


def test_marks_and_line_ends_of_other_systems_change_nothing(tmp_path):
    before = load.load(small(tmp_path))
    path = tmp_path / "summer.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").encode())
    assert load.load(path) == before
    path.write_bytes(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").replace("days: 120", "days: x").encode())
    assert faults(path) == ["summer.yaml:6:7: days: expected a whole number, found 'x'"]


def test_check_takes_scenarios_theatres_and_histories(tmp_path):
    path = small(tmp_path, history=HISTORY)
    assert load.check(path) == load.load(path)
    assert load.check("strait.yaml") == load.load_theatre("strait.yaml")
    assert set(load.check("record.yaml").events) == {"before", "sanctions", "mines", "later"}


def test_a_theatre_is_no_scenario_and_the_message_says_what_to_do(tmp_path):
    small(tmp_path, history=HISTORY)
    assert faults("strait.yaml") == [
        "strait.yaml:2:1: 'strait.yaml' is a theatre, not a scenario",
        "    write a scenario that extends it: 'extends: strait.yaml'",
    ]
    assert faults("record.yaml")[0] == "record.yaml:2:1: 'record.yaml' is a history, not a scenario"
    with pytest.raises(ScenarioError, match=r"summer.yaml:2:1: 'summer.yaml' is a scenario, not a theatre"):
        load.load_theatre("summer.yaml")


def test_every_value_knows_the_line_that_set_it(tmp_path):
    resolved = load.resolve(child(tmp_path, "days: 60\ninitial: {pain: 0.2}\n"))
    assert [Path(file.path).name for file in resolved.files] == ["child.yaml", "summer.yaml", "strait.yaml"]
    assert resolved.scenario.get("days").at[1:] == (3, 7)
    assert Path(resolved.scenario.get("seed").at.file).name == "summer.yaml"
    start = resolved.theatre.get("variables").get("pain").get("start")
    assert (Path(start.at.file).name, *start.at[1:]) == ("child.yaml", 4, 17)
    assert Path(start.get("source").at.file).name == "strait.yaml"
    assert ("variables", "pain", "start") in resolved.changes


def test_files_may_be_named_by_any_kind_of_path(tmp_path):
    path = small(tmp_path)
    assert load.load(str(path)) == load.load(path) == load.load(os.path.relpath(path))


def test_null_leaves_out_an_inherited_entry_of_the_script(tmp_path):
    inherited = load.load(child(tmp_path)).script
    assert "first_mine" in inherited
    without = load.load(child(tmp_path, "script: {first_mine: null}\n")).script
    assert without == {name: entry for name, entry in inherited.items() if name != "first_mine"}


def test_null_for_what_is_not_inherited_is_a_fault_that_suggests(tmp_path):
    found = faults(child(tmp_path, "script: {first_mime: null}\n"))
    assert "there is no inherited 'first_mime' to leave out" in found[0]
    assert "did you mean 'first_mine'?" in found[1]


def test_a_changed_copy_has_a_hash_of_its_own(tmp_path):
    scenario = load.load(small(tmp_path))
    assert scenario.model_copy(update={"days": 30}).sha256 != scenario.sha256
    assert scenario.model_copy(update={"runs": 30}).sha256 == scenario.sha256


TELLING = {
    "actors": ("known_as", "about", "wants", "home"),
    "actions": ("many",),
    "places": ("at",),
    "variables": ("told",),
}
"""Fields that only tell a theatre, by its sections."""
SEATS = {
    "actors": ("goals",),
    "actions": ("known_to", "news_after", "unclaimed", "may"),
    "variables": ("known_to", "news_after"),
}
"""Fields that only players in seats are told."""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("kind: state\n", "kind: state\n    about: A state.\n"),
        ("kind: state\n", "kind: state\n    wants: Peace.\n"),
        ("    rung: ", "    many: acts of this kind\n    rung: "),
        ("actors:\n", "about: A quarrel.\nactors:\n"),
    ],
)
def test_how_a_theatre_is_told_enters_the_hash(tmp_path, before, after):
    (tmp_path / "told").mkdir()
    assert before in THEATRE
    told = load.load(small(tmp_path / "told", theatre=THEATRE.replace(before, after, 1)))
    assert told.sha256 != load.load(small(tmp_path)).sha256


SIDES = "sides:\n  coast: {label: Coast, colour: '#112233'}\n"


def test_sides_enter_the_hash_as_labels_do_and_a_theatre_without_any_keeps_the_hash_of_older_versions(tmp_path):
    without = load.load(small(tmp_path))
    later = {"record", "series", "levers_drawn", "changes"}
    content = without.model_dump(mode="json", by_alias=True, exclude={"name", "runs", "seed", "chosen", *later})
    for later in ("sides", "base_rates", "questions", "lint"):
        del content["theatre"][later]
    for actor in content["theatre"]["actors"].values():
        actor.pop("side", None)
    assert without.sha256 != sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    for section, later in SEATS.items():
        for entry in content["theatre"][section].values():
            for field in later:
                entry.pop(field, None)
    del content["theatre"]["about"]
    for section, later in TELLING.items():
        for entry in content["theatre"][section].values():
            for field in later:
                entry.pop(field, None)
    assert without.sha256 == sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    side = THEATRE.replace("actors:\n", f"{SIDES}actors:\n").replace(
        "kind: state\n", "kind: state\n    side: coast\n", 1
    )
    with_ = load.load(small(tmp_path, theatre=side))
    assert with_.theatre.actors["north"].side == "coast"
    other = load.load(small(tmp_path, theatre=side.replace("#112233", "#112234")))
    assert len({without.sha256, with_.sha256, other.sha256}) == 3


@pytest.mark.fault("A10", "the unit of a rate, 1/day, hides that a rate of 1 is a chance of one half")
def test_a_rate_is_odds_a_day_and_says_so_whatever_the_file_calls_it(tmp_path, record_property):
    text = THEATRE.replace("unit: 1/day", "unit: odds/day")
    assert text != THEATRE
    (tmp_path / "new").mkdir()
    old, new = load.load(small(tmp_path)), load.load(small(tmp_path / "new", theatre=text))
    assert old.sha256 == new.sha256, "what is kept stays what it was"
    units = {unit_of(old.theatre, each) for each in written(old.theatre) if each.path.endswith(".rate")}
    assert units == {"odds/day"}
    with pytest.raises(ScenarioError, match="this number is in 'odds/day'"):
        load.load(small(tmp_path, theatre=THEATRE.replace("unit: 1/day", "unit: d")))
    record_property("now", f"{units.pop()}, and each rate's description says that 1 is a chance of 50 %")
