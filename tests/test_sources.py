"""Where numbers are from: sources are read as meant, resolve, and nothing shipped is without source or without use."""

import json
import re
from datetime import timedelta

import pytest

import sim
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.inventory import citations, cited, faults, inventory
from sim.theatre.files.load import check, load_either, load_sources, sources_of
from sim.theatre.files.locate import shipped
from sim.theatre.files.resolve import resolve
from sim.theatre.language.number import Number, numbers, written
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Reference, Said, Sources, parse
from tests.commands import sim as command
from tests.small import SCENARIO, THEATRE, changed, marked, small

THEATRES = sorted(shipped().glob("theatres/*.yaml"))
SCENARIOS = [path for path in sorted(shipped().glob("*.yaml")) if path.stem not in ("sources", "history")]
HISTORY = shipped() / "history.yaml"

OWN = """\
schema_version: 1
claims:
  C1: {text: Whoever bars a tanker is paid back., place: page 3}
  A14: {text: Mines have no sender., place: page 4, uncertain: true}
events:
  E900: {date: 1987-07-24, text: A tanker hits a mine., references: [Smith1988]}
numbers:
  K1: {text: Tankers a month, value: "40", role: check, references: [Smith1988]}
references:
  Smith1988: {text: "Smith, The tanker war", address: "https://example.org/smith"}
  GUESS: {text: What we think, unchecked: true}
"""


@pytest.fixture(scope="module")
def known() -> Sources:
    return load_sources()


@pytest.fixture
def own(tmp_path) -> Sources:
    (tmp_path / "sources.yaml").write_text(OWN, encoding="utf-8")
    return load_sources(tmp_path / "sources.yaml")


# How a source is read.

READ = {
    "A12": Said(("A12",)),
    "A12, A19; E23: ordered once and stopped": Said(("A12", "A19", "E23")),
    "A36: 25; later strikes took fewer": Said(("A36",)),
    "S07b,MID": Said(("S07b", "MID")),
    "tuned: Q06, Q07": Said((), ("Q06", "Q07"), tuned=True),
    "tuned: 2 incidents in 140 days": Said((), (), tuned=True),
    "judgement: what sustained means; A12 says nothing": Said(judged=True),
    "A12; tuned: Q05b; judgement: a second red line": Said(("A12",), ("Q05b",), tuned=True, judged=True),
    "B2, B2: the table\nof days; B2": Said(("B2",)),
    "Smith 1988, page 40": Said(),
    "see A12": Said(),
}


@pytest.mark.parametrize("source", READ)
def test_a_source_is_read_as_keys_checks_and_reasons(source):
    assert parse(source) == READ[source]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (None, "unsourced"),
        ("C1", "judgement"),
        ("C1, A14: twice", "judgement"),
        ("C1; E900", "input"),
        ("E900: one mine", "input"),
        ("E900; judgement: mines drift", "judgement"),
        ("K1; tuned: K1", "tuned"),
        ("tuned: K1; judgement: and rounded", "tuned"),
        ("judgement: a guess", "judgement"),
        ("GUESS", "judgement"),
        ("GUESS, Smith1988", "input"),
        ("Smith 1988, page 40", "input"),
        ("UNKNOWN", "unsourced"),
    ],
)
def test_what_a_number_is_follows_from_its_source(own, source, kind):
    assert own.kind(source) == kind


def test_what_stands_for_all_numbers_of_an_entry_tells_the_value_of_none(own):
    assert own.kind("C1; E900", inherited=True) == "judgement"
    assert own.kind("E900, Smith1988", inherited=True) == "judgement"
    assert own.kind("tuned: K1", inherited=True) == "tuned"


@pytest.mark.parametrize(
    ("source", "value", "kind"),
    [
        ("B1: April 2019", 1.1, "input"),  # a block of figures says so
        ("B1", 0.58, "input"),
        ("B1", 0.27, "input"),
        ("B1", 0.1, "judgement"),
        ("B4", 5200, "input"),
        ("B2", 11.7, "input"),
        ("B2", -12, "input"),  # rounded, to two digits
        ("B2", 4, "judgement"),  # 4.1 is not 4
        ("Q11; A02", 0.75, "input"),
        ("Q10", 0.55, "judgement"),
        ("A02", 0.75, "judgement"),
        ("E31", 45, "judgement"),
        ("E31", 23, "input"),
        ("B2: 57 trading days are 80 days", 80, "input"),
        ("B8", 0.7, "judgement"),
        ("Smith 1988, page 40", 3, "input"),
    ],
)
def test_an_input_can_be_read_in_its_own_source(known, source, value, kind):
    assert known.kind(source, value=value) == kind


@pytest.mark.parametrize("path", THEATRES + SCENARIOS, ids=lambda path: path.stem)
def test_weights_ties_and_cooldowns_are_no_inputs(path):
    model, resolved = load_either(path)
    inputs = [row.path for row in inventory(model, sources_of(resolved), resolved) if row.kind == "input"]
    no_source = ("drivers", "cooldown", "deniability", "calm", "blames", "protects", "control", "harms")
    assert not [each for each in inputs if any(part in no_source for part in each.split("."))]
    assert len(inputs) < 20


def test_a_key_that_leads_nowhere_is_told_with_the_nearest(known, own):
    assert own.faults("C1; Smith1987: page 3") == ["no such source 'Smith1987'; did you mean 'Smith1988'?"]
    assert known.faults("A77")[0].startswith("no such source 'A77'; did you mean 'A")
    assert known.faults("A12; E23: ordered once; tuned: Q06; judgement: XYZ") == []


def test_a_check_is_tuned_to_and_never_taken(known):
    assert known.faults("Q06") == [
        "'Q06' is what the model is judged by, so it cannot go into the model; write 'tuned: Q06'"
    ]
    assert known.faults("Q06", judging=True) == known.faults("tuned: Q06") == known.faults("Q05b, Q08") == []


# A file of sources.

MISTAKES = {
    "a key in small letters": ("C1:", "§c1:", "'c1' is not a key; a key is a word that begins with a capital"),
    "a key twice": (
        "  GUESS: {", "  C1: §{", "references.C1: 'C1' stands in claims too; a key can mean one thing only"
    ),
    "a reference that is not there": ("C1: {text", "C1: {§txt", "unknown key 'txt' in claims.C1"),
    "an unknown ground": (
        "mine., references: [Smith1988]", "mine., references: [§Smith1989]",
        "no such source 'Smith1989'; did you mean 'Smith1988'?",
    ),
    "no address": ('"https://example.org/smith"', "§example.org", "'example.org' is not an address"),
    "an end before the beginning": ("1987-07-24,", "1987-07-24, until: §1987-07-24,", "1987-07-24 is not after"),
    "an unknown role": ("role: check", "role: §judge", "expected 'record', 'prior' or 'check'"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_file_of_sources_is_told_where_it_is(tmp_path, case):
    old, new, said = MISTAKES[case]
    text, place = marked(OWN, old, new)
    path = tmp_path / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        check(path)
    lines = " ".join(" ".join(str(fault).split()) for fault in caught.value.faults)
    assert f"sources.yaml:{place}:" in lines
    assert said.replace("; ", " ") in lines.replace("; ", " ")


def test_sources_are_neither_run_nor_extended(tmp_path):
    path = small(tmp_path, scenario=changed(SCENARIO, "strait.yaml", "sources.yaml"))
    (tmp_path / "sources.yaml").write_text(OWN, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"'sources.yaml' is a file of sources"):
        sim.load(path)
    with pytest.raises(ScenarioError, match=r"'sources.yaml' is a file of sources, not a scenario"):
        sim.load(tmp_path / "sources.yaml")
    with pytest.raises(ScenarioError, match=r"'strait.yaml' is a theatre, not a file of sources"):
        load_sources(tmp_path / "strait.yaml")
    path = small(tmp_path, scenario=SCENARIO + "history: {file: sources.yaml, until: 2019-05-31}\n")
    with pytest.raises(ScenarioError, match=r"'sources.yaml' is a file of sources, not a history"):
        sim.load(path)


def test_the_own_sources_of_a_theatre_have_the_last_word(tmp_path, known):
    path = small(tmp_path)
    assert sources_of(resolve(path)).entries == {}  # the shipped ones speak of another crisis
    (tmp_path / "sources.yaml").write_text(OWN, encoding="utf-8")
    assert len(sources_of(resolve(path)).entries) == 6
    (tmp_path / "gulf.yaml").write_text("schema_version: 1\nextends: baseline\n", encoding="utf-8")
    found = sources_of(resolve(tmp_path / "gulf.yaml"))
    assert found.entries["C1"].text == "Whoever bars a tanker is paid back."
    assert found.entries["A14"].text == "Mines have no sender."
    assert found.entries["A13"] == known.entries["A13"]
    assert len(found.entries) == len(known.entries) + 5


def test_sources_may_lie_one_folder_above_the_theatre_or_beside_the_scenario(tmp_path):
    folder = tmp_path / "study" / "theatres"
    folder.mkdir(parents=True)
    small(folder)
    (folder.parent / "sources.yaml").write_text(OWN, encoding="utf-8")
    assert "C1" in sources_of(resolve(folder / "strait.yaml")).entries
    scenario = changed(SCENARIO, "extends: strait.yaml", "extends: study/theatres/strait.yaml")
    (tmp_path / "summer.yaml").write_text(scenario, encoding="utf-8")
    beside = "schema_version: 1\nreferences: {C1: {text: Of the scenario}}\n"
    (tmp_path / "sources.yaml").write_text(beside, encoding="utf-8")
    found = sources_of(resolve(tmp_path / "summer.yaml")).entries
    assert found["C1"] == Reference(text="Of the scenario")
    assert "Smith1988" in found


def test_a_key_means_one_thing_across_files(known, own):
    taken = Sources(schema_version=1, references={"C1": Reference(text="Another thing")}).over(own.over(known))
    assert taken.entries["C1"] == Reference(text="Another thing")
    assert "C1" not in taken.claims


# Numbers as files write them.


def test_what_is_written_are_the_numbers_without_the_defaults(tmp_path):
    theatre = sim.load_theatre(small(tmp_path).with_name("strait.yaml"))
    paths = [each.path for each in written(theatre)]
    every = dict(numbers(theatre))
    assert paths == [path for path in every if path in set(paths)], "in the order of numbers()"
    assert "actions.north.sanction.cooldown" in paths
    assert "actions.north.strike.cooldown" not in paths
    assert every["actions.north.strike.cooldown"] == Number(value=0, unit="d")
    assert "conditions.tense.tension" in paths
    assert "conditions.tense.any.1.days_since(north, 4)" in paths


def test_a_number_without_a_source_has_that_of_its_entry(tmp_path):
    theatre = sim.load_theatre(small(tmp_path).with_name("strait.yaml"))
    found = {each.path: (each.source, each.cited_at) for each in written(theatre)}
    assert found["variables.pain.start"] == ("A13", "variables.pain.start")
    assert found["variables.pain.half_life"] == ("judgement: a test", "variables.pain")
    assert found["actions.south.mine_strait.harms.north"] == ("A14", "actions.south.mine_strait")
    assert found["actors.north.perception.memory"] == (None, None)
    assert found["ladder.rungs.3.severity"] == ("judgement: ten rungs for a test", "ladder")


def test_the_table_of_numbers_knows_units_kinds_and_what_a_scenario_sets(tmp_path):
    model, resolved = load_either(small(tmp_path))
    rows = {row.path: row for row in inventory(model, load_sources(), resolved)}
    units = {
        "variables.pain.start": "1", "variables.shipping.start": "Mb/d", "variables.oil_price.start": "USD/bbl",
        "variables.oil_price.noise": "%", "variables.pain.half_life": "d", "variables.shipping.scale.1": "Mb/d",
        "variables.oil_price.target.pain * ~talks": "%", "variables.pain.target.shipping": "1",
        "actions.south.mine_strait.effects.shipping": "Mb/d", "actions.south.mine_strait.effects.oil_price": "%",
        "actions.north.strike.casualties.deaths": "deaths", "actions.north.sanction.drivers.pain * ~talks": "1",
        "conditions.tense.tension": "points", "conditions.tense.any.1.days_since(north, 4)": "d",
        "outcomes.dear_oil.when.oil_price": "USD/bbl", "variables.at_war.set_when.rung": "rung",
        "variables.at_war.set_when.for": "d", "actors.north.replies.redline": "rung",
        "script.price_shock.effects.oil_price": "%",
    }  # fmt: skip
    assert {path: rows[path].unit for path in units} == units
    kinds = {
        "variables.pain.start": "scenario", "actions.south.mine_strait.rate": "scenario",
        "actions.north.sanction.drivers.pain * ~talks": "scenario", "actions.north.sanction.rate": "judgement",
        "actors.north.perception.memory": "unsourced", "script.price_shock.effects.oil_price": "unsourced",
    }  # fmt: skip
    assert {path: rows[path].kind for path in kinds} == kinds
    assert {path: row.set_at and row.set_at.rpartition("/")[2] for path, row in rows.items() if row.set_at} == {
        "variables.pain.start": "summer.yaml:10",
        "actions.south.mine_strait.rate": "summer.yaml:13",
        "actions.north.sanction.drivers.pain * ~talks": "summer.yaml:14",
    }
    assert rows["conditions.tense.tension"].side == ">="
    assert not {"conditions.tense.any.0.talks", "actions.north.strike.when.tense", "outcomes.war.when.at_war"} & set(
        rows
    )
    assert set(rows) <= set(dict(model.numbers()))
    assert rows["actions.north.sanction.rate"].entry == "actions.north.sanction"
    assert rows["actions.north.sanction.rate"].name == "rate"


def test_a_scenario_may_give_what_it_sets_a_source(tmp_path):
    given = "  actions.south.mine_strait.rate: {value: 0.004, plausible: [0, 0.1], source: S12}\n"
    given += "  actions.north.sanction.drivers: {pain: {value: -2, source: 'judgement: x'}, talks: 1}\n"
    scenario = re.sub(r"(?s)(overrides:\n).*?(script:)", rf"\1{given}\2", SCENARIO)
    model, resolved = load_either(small(tmp_path, scenario=scenario))
    rows = {row.path: row for row in inventory(model, load_sources(), resolved) if row.set_at}
    assert {path.removeprefix("actions."): row.kind for path, row in rows.items()} == {
        "south.mine_strait.rate": "input",
        "north.sanction.drivers.pain": "judgement",
        "north.sanction.drivers.talks": "scenario",
        "variables.pain.start": "scenario",
    }


def test_citations_lead_to_their_grounds(tmp_path, own):
    theatre = changed(THEATRE, "source: A14\n    rung: 4", 'source: "E900; NOWHERE"\n    rung: 4')
    found = {each.key: each for each in cited(citations(sim.load(small(tmp_path, theatre=theatre))), own)}
    assert found["E900"].cited_at == ("actions.south.mine_strait",)
    assert found["Smith1988"].cited_by == ("E900",)
    assert found["Smith1988"].cited_at == ()
    assert found["NOWHERE"].entry is None
    assert found["A14"].cited_at == ("actions.south.mine_strait.rate", "script.first_mine")
    assert "K1" not in found


# What is shipped.


def shipped_citations() -> dict[str, list[str]]:
    """Every source that a shipped file writes, with the places."""
    found: dict[str, list[str]] = {}
    for path in THEATRES + SCENARIOS:
        for place, source in citations(load_either(path)[0]):
            found.setdefault(source, []).append(f"{path.stem}: {place}")
    history = check(HISTORY)
    assert isinstance(history, HistoryFile)
    for name, entry in history.events.items():
        assert entry.source, f"history: {name} has no source"
        found.setdefault(entry.source, []).append(f"history: {name}")
    return found


@pytest.fixture(scope="module")
def every_citation() -> dict[str, list[str]]:
    return shipped_citations()


@pytest.fixture(scope="module")
def gulf() -> Theatre:
    return sim.load_theatre("persian_gulf")


def keys_in(text: str | None) -> set[str]:
    """Keys that prose names, such as the notes of a theatre."""
    return set(re.findall(r"\b[ABEQ]\d+b?\b", text or ""))


def test_the_shipped_sources_are_complete(known):
    assert list(known.claims) == [f"A{n:02}" for n in range(1, 58)]
    assert set(known.events) == {f"E{n:02}" for n in (*range(1, 76), *range(101, 117))}
    priors = [f"Q{n:02}" for n in range(1, 19)]
    assert list(known.numbers) == [f"B{n}" for n in range(9)] + priors[:5] + ["Q05b"] + priors[5:]
    assert {key for key, entry in known.numbers.items() if entry.role == "check"} == {
        "Q01", "Q02", "Q03", "Q04", "Q05", "Q06", "Q07", "Q17", "Q18",
    }  # fmt: skip
    assert {key for key, entry in known.claims.items() if entry.uncertain} == {"A15", "A32", "A56", "A57"}
    assert [entry.date for entry in known.events.values()] == sorted(entry.date for entry in known.events.values())
    assert {key for key, entry in known.references.items() if entry.address is None} == {"ART", "OWN", "S95"}
    assert {key for key, entry in known.references.items() if entry.unchecked} == {"OWN"}


def test_the_shipped_sources_are_sentences_and_rest_on_something(known):
    for key, entry in known.entries.items():
        assert key in known.references or entry.text.endswith("."), key
        assert key in known.references or key in known.claims or entry.references, f"{key} rests on nothing"


@pytest.mark.parametrize("path", THEATRES + SCENARIOS, ids=lambda path: path.stem)
def test_every_key_of_a_shipped_file_resolves_and_no_check_is_an_input(path, known):
    assert faults(load_either(path)[0], known) == {}


def test_every_key_of_the_history_resolves(known):
    history = check(HISTORY)
    entries = [*history.events.values(), *history.covers, *history.series.values()]
    assert [fault for entry in entries for fault in known.faults(entry.source)] == []


def test_every_shipped_source_says_something_and_hides_no_key_in_a_remark(every_citation):
    for source, places in every_citation.items():
        said = parse(source)
        assert said.keys or said.tuned or said.judged, f"'{source}' names nothing, at {places[0]}"
        hidden = keys_in(re.sub(r"judgement:.*", "", source)) - {*said.keys, *said.checks}
        assert not hidden, f"'{source}' at {places[0]}: put {hidden} before the remark"


def test_every_claim_is_a_mechanism(gulf, known):
    cited_by_entries = {key for _, source in citations(gulf) for key in parse(source).keys}
    assert set(known.claims) - cited_by_entries == {"A57"}, "each claim but the last is the source of some mechanism"
    assert "A57" in keys_in(gulf.notes), "that the future is open is said in the notes of the theatre"


def test_no_source_is_without_a_use(gulf, known, every_citation):
    named = {key for source in every_citation for said in [parse(source)] for key in (*said.keys, *said.checks)}
    named |= keys_in(gulf.notes)
    grounds = {ground for entry in known.entries.values() for ground in getattr(entry, "references", ())}
    assert {*known.claims, *known.events, *known.numbers} - named == set()
    assert set(known.references) - named - grounds == set()


def test_recorded_events_stand_on_their_days(known):
    history = check(HISTORY)
    days: dict[str, list] = {}
    for name, entry in history.events.items():
        own = name.split("_")[0].upper()
        assert own in parse(entry.source).keys, name
        days.setdefault(own, []).extend(entry.days)
    assert set(days) == set(known.events)
    for key, when in days.items():
        event = known.events[key]
        assert event.date in when, f"{key} is of {event.date}"
        last = event.until or event.date
        assert all(event.date - timedelta(7) <= day <= last + timedelta(31) for day in when), key


def test_most_numbers_say_what_they_are(known):
    """The count that `sim describe` prints: no number of a shipped file is without a source."""
    for path in THEATRES + SCENARIOS:
        model, resolved = load_either(path)
        kinds = [row.kind for row in inventory(model, known, resolved)]
        assert len(kinds) > 50
        assert "unsourced" not in kinds, path.stem
        assert isinstance(model, Scenario) or "scenario" not in kinds


def test_what_was_tuned_is_counted_by_a_numbers_own_source_or_by_that_of_its_entry(tmp_path, monkeypatch):
    """The lesson counts by `sim.describe`, and so does the command."""
    told = sim.describe("baseline")
    printed = json.loads(command("describe", "baseline", "--json", cwd=tmp_path).stdout)
    assert printed["kinds"]["tuned"] == told.kinds()["tuned"] == sum(row.kind == "tuned" for row in told.rows)
    assert printed["tuned_to"] == told.tuned_to()
    assert printed["base_rates"] == {
        "rows": len(told.theatre.base_rates),
        "aimed_at": told.aimed_at(),
        "cannot_fail": told.cannot_fail(),
    }
    inherited = "actors.iran.replies.width"  # it has no source of its own
    assert inherited in told.tuned_to()["Q02"]
    assert "replies_up" in told.aimed_at()
    assert "mourning" not in told.aimed_at()
    lines = command("describe", "baseline", cwd=tmp_path).stdout
    assert f"to {', '.join(told.tuned_to())}" in lines
    assert f"{len(told.aimed_at()):>6,} rest on what numbers were tuned to: {', '.join(told.aimed_at())}" in lines


def test_numbers_that_name_what_came_after_a_day_are_found():
    told = sim.describe("baseline")
    later = told.naming_what_came_after("2019-09-30")
    assert "actions.us.kill_commanders.drivers.american_died_of_late * embassy_stormed" in later
    assert "actions.us.kill_commanders.rate" not in later
    assert set(told.naming_what_came_after("2020-01-02")) < set(later)
    assert told.naming_what_came_after("2030-01-01") == []
