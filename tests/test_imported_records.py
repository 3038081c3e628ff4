"""Other people's tables of events become histories, and every row is accounted for."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest
from check_jsonschema import main
from click.testing import CliRunner

import sim
from sim.theatre.files.load import check
from sim.theatre.files.locate import shipped
from sim.theatre.files.yaml_tree import compose, plain
from sim.theatre.imported.history_text import history_data, history_text
from sim.theatre.imported.import_table import PRESETS, import_table
from sim.theatre.imported.presets import preset
from sim.theatre.language.map_file import MapFile

from .every_verb import ask

RECORDS = Path(__file__).parent / "data" / "records"
TABLES = {
    "acled": "acled.csv",
    "gdelt": "gdelt.tsv",
    "icews": "icews.tab",
    "polecat": "polecat.tsv",
    "ucdp_ged": "ucdp_ged.csv",
}

MAP = """\
schema_version: 1
map: two_rivals
columns: {date: day, actor: who, target: whom, type: what, deaths: dead, place: where, id: ref}
actors: {North*: north, South: south, (blank): [north, south]}
acts:
  - {type: threat, rung: 1}
  - {type: raid, do: [north.strike, south.strike]}
"""
HEAD = "ref,day,who,whom,what,dead,where\n"


@pytest.fixture
def made(tmp_path):
    """Reads rows by a map, both written to files."""

    def make(rows, mapped=MAP, head=HEAD, encoding="utf-8"):
        (tmp_path / "events.csv").write_bytes((head + rows).encode(encoding))
        (tmp_path / "map.yaml").write_text(mapped, encoding="utf-8")
        return import_table(tmp_path / "events.csv", tmp_path / "map.yaml")

    return make


def events(imported):
    return history_data(imported)["events"]


def faults(error):
    return [str(fault) for fault in error.value.faults]


@pytest.fixture(scope="module")
def samples():
    return {name: import_table(RECORDS / table, RECORDS / f"{name}.yaml") for name, table in TABLES.items()}


# --- samples of five sources ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_has_one_fate(samples, name):
    tally = samples[name].tally
    delimiter = "," if TABLES[name].endswith("csv") else "\t"
    with (RECORDS / TABLES[name]).open(encoding=samples[name].table.encoding, newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if name == "gdelt" else 0))
    assert tally.read == sum(tally.rows.values()) == len(rows) - (name != "gdelt")
    assert tally.rows["kept"] == len(samples[name].events)
    assert sum(event.merged for event in samples[name].events) == tally.rows["merged"]
    assert sum(tally.puzzles.values()) == tally.rows["no_act"]
    assert sum(tally.dates.values()) == tally.rows["undated"]


@pytest.mark.parametrize("name", TABLES)
def test_what_is_written_is_what_was_read(samples, name):
    text = history_text(samples[name], f"{name}.yaml")
    assert plain(compose("made.yaml", text)[0]) == history_data(samples[name])
    assert len(text.encode()) > 500


@pytest.mark.parametrize("name", TABLES)
def test_a_history_made_of_a_table_is_a_record(samples, name, tmp_path):
    (tmp_path / "made.yaml").write_text(history_text(samples[name], f"{name}.yaml"), encoding="utf-8")
    assert len(check(tmp_path / "made.yaml").events) == len(samples[name].events)


def test_a_battle_is_of_one_side_or_the_other_and_force_against_a_protest_of_the_second(samples):
    acled, ged = events(samples["acled"]), events(samples["ucdp_ged"])
    assert ged["event_900001"]["do"] == {"any_of": ["us.strike_militia", "kataib_hezbollah.fire_rockets"]}
    assert acled["irq0012"]["do"] == "iraq_government.crack_down"
    assert acled["irq0008"]["do"] == "us.strike_militia"


def test_dates_known_to_a_week_or_a_month_are_periods(samples):
    acled, ged = events(samples["acled"]), events(samples["ucdp_ged"])
    assert acled["irq0004"]["on"] == {"from": "2019-10-25", "until": "2019-10-31"}
    assert acled["irq0005"]["on"] == {"from": "2019-11-01", "until": "2019-11-30"}
    assert ged["event_900004"]["on"] == {"from": "2019-09-01", "until": "2019-09-30"}
    assert samples["ucdp_ged"].tally.swapped == 1
    assert samples["ucdp_ged"].tally.rows["vague"] == 1


def test_deaths_are_a_number_a_range_or_not_known(samples):
    acled, ged = events(samples["acled"]), events(samples["ucdp_ged"])
    assert ged["event_900012"]["deaths"] == [300, 1500]
    assert ged["event_900020"]["deaths"] == [10, 30]
    assert acled["irq0002"]["deaths"] == [0, 1]  # of two rows that tell of one event, one has a death
    assert acled["irq0008"]["deaths"] == 25
    assert "deaths" not in acled["irq0005"]
    assert samples["acled"].tally.deaths == Counter({"unknown": 1})


def test_names_that_nobody_knows_are_listed_the_most_frequent_first(samples):
    told = samples["acled"].tally.as_data()
    assert told["unknown_actors"] == [{"what": "Islamic State (Iraq)", "rows": 2}, {"what": "(blank)", "rows": 1}]
    assert told["unknown_types"][0] == {"what": "Grenade", "rows": 2}
    assert any("kataib_hezbollah has 2 acts on rung 6 against us" in each["what"] for each in told["ambiguous"])
    assert samples["acled"].idle == ("actors: 'Peshmerga*'",)


def test_an_event_that_the_news_tell_again_within_days_is_one(samples):
    kept = {event.id: event.merged for event in samples["gdelt"].events}
    assert kept == {"1003": 1, "1005": 0, "1006": 0, "1007": 0, "1009": 2, "1018": 0, "1019": 0}
    assert samples["gdelt"].tally.malformed == ["25"]


def test_letters_that_are_not_utf8_are_read_and_the_guess_is_told(samples):
    assert samples["icews"].table.encoding == "cp1252"
    assert "actors: 'France > Élysée*'" not in samples["icews"].idle  # the pattern met the palace
    said = ask("history", "from", RECORDS / "icews.tab", "--map", RECORDS / "icews.yaml")
    assert "20 rows, read as cp1252, since they are not UTF-8" in said.err


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_only_columns_that_its_source_has(name, samples):
    form = preset(name)
    columns = [each for each in form.columns.model_dump().values() if each is not None]
    named = {name for each in columns for name in (each if isinstance(each, tuple) else [each])}
    assert named <= set(samples[name].table.header)
    assert form.columns.story is None
    assert len(preset("gdelt").header) == len(set(preset("gdelt").header)) == 61


# --- what maps mean ---------------------------------------------------------------------------------------------------


def test_a_rung_means_the_one_act_on_it_against_that_target(made):
    found = made("a,2019-01-01,North,South,threat,0,x\nb,2019-01-02,South,north,threat,0,x\n")
    assert [event["do"] for event in events(found).values()] == ["north.threaten", "south.threaten"]


def test_an_empty_actor_may_be_any_of_several(made):
    found = made("a,2019-01-01,,South,raid,0,x\n")
    assert events(found)["a"]["do"] == {"any_of": ["north.strike", "south.strike"]}


def test_a_name_comes_before_patterns_whatever_its_capitals(made):
    mapped = MAP.replace("North*: north, South: south", '"*": north, SOUTH: south')
    assert events(made("a,2019-01-01,south,x,raid,,\n", mapped))["a"]["do"] == "south.strike"


def test_rules_hold_from_the_first_and_may_ask_for_place_and_deaths(made):
    mapped = MAP.replace(
        "acts:\n",
        'acts:\n  - {type: raid, place: "camp*", ignore: true}\n  - {type: raid, lethal: false, rung: 3}\n',
    )
    found = made(
        "a,2019-01-01,North,South,raid,2,Camp 1\nb,2019-01-02,North,South,raid,0,y\nc,2019-01-03,North,South,raid,2,y\n"
        "d,2019-01-04,North,South,raid,,y\n",
        mapped,
    )
    assert {name: event["do"] for name, event in events(found).items()} == {
        "b": "north.mobilise",
        "c": "north.strike",
        "d": "north.strike",
    }
    assert found.tally.rows["ignored"] == 1


@pytest.mark.parametrize(("apart", "kept"), [(1, 3), (2, 2), (0, 4)])
def test_duplicates_lie_within_days_of_the_first_and_not_of_one_another(made, apart, kept):
    mapped = MAP + f"duplicates: {{days: {apart}}}\n"
    days = ("2019-01-05", "2019-01-01", "2019-01-01", "2019-01-03", "2019-01-02")
    found = made("".join(f"r{n},{day},North,South,raid,{n},x\n" for n, day in enumerate(days)), mapped)
    assert found.tally.rows["kept"] == len(found.events) == kept
    assert found.tally.rows["merged"] == 5 - kept
    assert found.events[0].id == "r1"


def test_duplicates_may_be_told_apart_by_less_or_kept(made):
    rows = "a,2019-01-01,North,South,raid,0,x\nb,2019-01-01,North,South,raid,0,y\n"
    counts = ("kept", "merged", "joined")
    for table, mapped, told in (
        (rows, MAP, [1, 0, 1]),
        (rows, MAP + "duplicates: {same: [act]}\n", [1, 1, 0]),
        (rows + rows, MAP, [1, 2, 1]),
        (rows + rows, MAP + "duplicates: {keep: all}\n", [1, 0, 3]),
    ):
        assert [made(table, mapped).tally.rows[count] for count in counts] == told


def test_several_acts_of_a_kind_on_one_day_are_one_entry_with_the_deaths_of_all(made):
    rows = "a,2019-01-01,North,South,raid,2,x\nb,2019-01-01,North,South,raid,3,y\nc,2019-01-01,North,South,threat,,y\n"
    found = made(rows)
    assert events(found)["a"] == {
        "on": "2019-01-01", "do": "north.strike", "deaths": 5, "source": "events.csv a and 1 row more",
    }  # fmt: skip
    assert list(events(found)) == ["a", "c"]  # another act of its actor on that day is an entry of its own


def test_ids_are_names_and_no_two_alike(made):
    rows = "".join(f"{ref},2019-01-0{n},North,South,raid,0,x\n" for n, ref in enumerate(["IRQ-1", "irq 1", "7", ""], 1))
    assert list(events(made(rows))) == ["irq_1", "irq_1_2", "event_7", "line_5"]


def test_dates_before_and_after_are_counted_and_those_that_straddle_an_end_too(made):
    mapped = MAP.replace("{date: day,", "{date: day, until: ref,").replace(", id: ref", "") + "from: 2019-01-10\n"
    found = made("2019-01-05,2019-01-01,North,South,raid,0,x\n2019-01-12,2019-01-08,North,South,raid,0,x\n", mapped)
    assert (found.tally.rows["outside"], found.tally.straddling) == (2, 1)


def test_dates_are_read_by_the_form_that_the_map_gives(made):
    rows = "a,03/04/2019,North,South,raid,0,x\nb,31/12/2019,North,South,raid,0,x\nc,12/31/2019,North,South,raid,0,x\n"
    found = made(rows, MAP + 'date_format: "%d/%m/%Y"\n')
    assert [event["on"] for event in events(found).values()] == ["2019-04-03", "2019-12-31"]
    assert found.tally.dates == Counter({"12/31/2019": 1})


def test_what_a_map_writes_itself_comes_before_its_preset(tmp_path):
    text = (RECORDS / "acled.yaml").read_text(encoding="utf-8")
    (tmp_path / "map.yaml").write_text(text + "columns: {story: notes, deaths: null}\n", encoding="utf-8")
    told = events(import_table(RECORDS / "acled.csv", tmp_path / "map.yaml"))["irq0001"]
    assert told["story"].startswith('Invented: a rocket fell near the embassy, "close')
    assert "deaths" not in told


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("utf-8", "|")]
)
def test_tables_of_any_usual_encoding_and_separator_are_read(made, encoding, separator):
    rows = 'a,2019-01-01,Nörth,South,raid,0,"two\nlines"\n'.replace(",", separator)
    head = HEAD.replace(",", separator)
    assert list(events(made(rows, MAP.replace("North*", "Nörth"), head, encoding))) == ["a"]


def test_a_row_with_other_cells_than_there_are_columns_is_told_with_its_lines(made):
    found = made('a,2019-01-01,North,South,raid,0,x,,\nb,2019-01-02,North\n"c,2019-01-03,\nNorth,South,raid,0,x\n')
    assert found.tally.malformed == ["3", "4-5"]
    assert len(found.events) == 1


def test_rows_that_a_stray_quotation_mark_swallows_are_told(made, tmp_path):
    rows = ['a,2019-01-01,North,South,threat,0,"Basra', "b,2019-01-02,North,South,raid,0,Basra"]
    rows += ['c,2019-01-03,North,South,threat,0,"Basra" city', "d,2019-01-04,North,South,threat,0,x"]
    found = made("\n".join(rows) + "\n")
    assert (found.tally.read, found.tally.long, found.tally.long_at) == (2, 1, ["2-4"])
    said = ask("history", "from", tmp_path / "events.csv", "--map", tmp_path / "map.yaml").err
    assert "1 row takes up several lines, 2-4; is a quotation mark left open?" in said


@pytest.mark.parametrize("name", ["icews", "polecat"])
def test_in_a_table_separated_by_tabs_a_quotation_mark_is_a_letter(samples, name, tmp_path):
    written = (RECORDS / TABLES[name]).read_bytes().replace(b"\tTehran\t", b'\t"Tehran\t', 1)
    assert b'\t"Tehran\t' in written
    (tmp_path / TABLES[name]).write_bytes(written)
    found = import_table(tmp_path / TABLES[name], RECORDS / f"{name}.yaml")
    assert found.tally.read == samples[name].tally.read


def test_an_act_that_nobody_claims_is_the_same_whichever_side_is_named_first(made):
    rows = "a,2019-01-01,North,South,raid,3,x\nb,2019-01-01,South,North,raid,5,y\n"
    (told,) = events(made(rows, MAP + "direction: unknown\nduplicates: {same: [act]}\n")).values()
    assert told["deaths"] == [3, 5]


def test_many_rows_of_one_id_take_no_time_that_grows_with_their_square(made):
    rows = "".join(f"same,{date(2019, 1, 1) + timedelta(n)},North,South,raid,0,x\n" for n in range(20_000))
    begun = process_time()
    assert list(events(made(rows)))[-1] == "same_20000"
    assert process_time() - begun < 20


def test_a_target_that_nobody_knows_is_listed_though_its_row_is_kept(made):
    found = made("a,2019-01-01,North,Atlantis,raid,0,x\nb,2019-01-01,Lemuria,South,raid,0,x\n")
    assert found.tally.rows["kept"] == 1
    assert found.tally.as_data()["unknown_others"] == [{"what": "Atlantis", "rows": 1}]
    assert found.tally.as_data()["unknown_actors"] == [{"what": "Lemuria", "rows": 1}]


def test_the_acts_of_a_run_come_back_from_a_table_of_them(tmp_path):
    """Whatever a theatre's actors do can be told by a map of one rule for each of their acts."""
    done = sim.run("whole_crisis", runs=1, seed=11, progress=None)
    table = done.events[done.events["actor"] != "script"].drop_duplicates(["day", "action"])
    table.to_csv(tmp_path / "events.csv", index=False)
    actors = "".join(f"  {name}: {name}\n" for name in done.scenario.theatre.deciders)
    rules = "".join(f"  - {{type: {name}, do: {name}}}\n" for name in done.scenario.theatre.actions)
    columns = "{date: date, actor: actor, target: target, type: action, deaths: fatalities, id: event}"
    mapped = f"schema_version: 1\nmap: persian_gulf\ncolumns: {columns}\nactors:\n{actors}acts:\n{rules}"
    (tmp_path / "map.yaml").write_text(mapped, encoding="utf-8")
    found = import_table(tmp_path / "events.csv", tmp_path / "map.yaml")
    assert found.tally.rows["kept"] == found.tally.read == len(table) > 100
    told = [(event["on"], event["do"], event["deaths"]) for event in events(found).values()]
    expected = zip(table["date"].dt.strftime("%Y-%m-%d"), table["action"], table["fatalities"], strict=True)
    assert sorted(told) == sorted(expected)


# --- what is wrong with files -----------------------------------------------------------------------------------------

FAULTS = {
    "South: south": ("South: suoth", "4:32: unknown actor 'suoth' in actors.South\n    did you mean 'south'?"),
    "north.strike,": ("north.strik,", "7:23: unknown action 'north.strik' in acts.1.do.0\n    did you mean 'north."),
    "rung: 1": ("rnug: 1", "6:20: unknown key 'rnug' in acts.0\n    did you mean 'rung'?"),
    "two_rivals": ("two_rival", "2:6: nothing here and nothing shipped is called 'two_rival'\n    did you mean"),
    "type: threat,": ("type: threat, do: north.strike,", "6:5: acts.0: a rule says one of 'do'"),
    "type: raid,": ("type: raid, actor: south,", "7:5: acts.1: 'north.strike' is not an act of south"),
    "rung: 1}": ("rung: 11}", "6:26: acts.0.rung: expected at most 9"),
    "type: raid": ("type: 19", "7:12: acts.1.type: expected text, found '19'\n    put it in quotes"),
    "[north, south]}": ("[north, ignore]}", "4:48: actors.(blank): 'ignore' must stand alone"),
    "columns:": ("encoding: base64\ncolumns:", "3:11: encoding: 'base64' is not an encoding of text\n    write utf-8"),
    "map: two": ("encoding: undefined\nmap: two", "2:11: encoding: 'undefined' is not an encoding of text"),
    "acts:": ("date_format: '%d.%m'\nacts:", "5:14: date_format: '%d.%m' does not give a day\n    write the parts"),
    "schema_version: 1\n": ("date_format: '%Q'\nschema_version: 1\n", "1:14: date_format: '%Q' does not give a day"),
    "actors:": ("date_format: '%d%d'\nactors:", "4:14: date_format: '%d%d' does not give a day"),
    "actor: who": ("actor: []", "3:29: columns.actor: the list is empty\n    write at least one"),
}  # fmt: skip


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_of_a_map_is_told_once_where_it_stands(made, written):
    wrong, said = FAULTS[written]
    with pytest.raises(sim.ScenarioError) as error:
        made("", MAP.replace(written, wrong, 1))
    (told,) = faults(error)
    assert f"map.yaml:{said}" in told


def test_a_missing_column_is_told_with_those_that_there_are(made):
    with pytest.raises(sim.ScenarioError) as error:
        made("", MAP.replace("actor: who", "actor: hwo").replace("deaths: dead", "deaths: killed"))
    told = faults(error)
    assert len(told) == 2
    assert "map.yaml:3:29: " in told[0]
    assert "has no column 'hwo'\n    did you mean 'who'? its columns are ref, day, who, whom, what" in told[0]


def test_a_column_that_a_preset_looks_for_is_told_at_the_table(made):
    with pytest.raises(sim.ScenarioError) as error:
        made("", MAP.replace("columns:", "preset: acled\n#"))
    assert any("events.csv:1:1: " in told and "where the preset looks for 'date'" in told for told in faults(error))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "events.csv:1:1: the file is empty"),
        (b"ref,day\n\0\0\0", "events.csv:2:1: not a text file: it holds the byte 0x00"),
        (HEAD.encode("utf-16-le"), "events.csv:1:1: not a text file: it holds the byte 0x00"),
        (b"ref,day\na\x81b\n", "events.csv:2:1: not utf-8 text: byte 0x81"),
        (HEAD.encode() + b'a,"' + b"x" * 140_000, "events.csv:2:1: a cell of more than 131,072 letters begins here"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, content, said):
    (tmp_path / "events.csv").write_bytes(content)
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as error:
        import_table(tmp_path / "events.csv", tmp_path / "map.yaml")
    assert said in faults(error)[0]


def test_a_folder_is_no_table_and_is_named_as_it_was_given(made, tmp_path):
    made("")
    assert "'.' is not a file" in ask("history", "from", ".", "--map", tmp_path / "map.yaml").err


def test_an_encoding_that_lacks_its_mark_is_told(made):
    with pytest.raises(sim.ScenarioError) as error:
        made("", MAP + "encoding: utf-16\n", encoding="utf-8")
    assert "events.csv:1:1: not utf-16 text: " in faults(error)[0]


def test_a_map_without_columns_asks_for_them_or_for_a_preset(made):
    with pytest.raises(sim.ScenarioError) as error:
        made("", "schema_version: 1\nmap: two_rivals\n")
    assert "'columns' names no column for 'date'\n    name the column; or give a preset" in faults(error)[1]


def test_a_map_is_checked_and_named_for_what_it_is(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    assert isinstance(check(tmp_path / "map.yaml"), MapFile)
    assert "valid map to two_rivals with 3 names and 2 rules" in ask("validate", tmp_path / "map.yaml").out
    with pytest.raises(sim.ScenarioError, match="is a map of a table, not a scenario"):
        sim.load(tmp_path / "map.yaml")


def test_the_schema_accepts_the_maps_and_refuses_what_is_misspelt(tmp_path):
    schema = str(shipped() / "schemas" / "map.schema.json")
    maps = [str(path) for path in RECORDS.glob("*.yaml")]
    assert CliRunner().invoke(main, ["--schemafile", schema, *maps]).exit_code == 0
    (tmp_path / "map.yaml").write_text(MAP.replace("columns", "colums"), encoding="utf-8")
    assert CliRunner().invoke(main, ["--schemafile", schema, str(tmp_path / "map.yaml")]).exit_code == 1


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_history_and_tells_of_every_row(tmp_path):
    out = tmp_path / "made.yaml"
    asked = ("history", "from", RECORDS / "gdelt.tsv", "--map", RECORDS / "gdelt.yaml", "--out", out)
    said = ask(*asked)
    assert said.code == 0
    assert "gdelt.tsv: 25 rows" in said.out
    assert "3 merged into these as duplicates" in said.out
    assert "Actors that the map does not know:" in said.out
    assert "is a history of 7 events" in said.err
    again = ask(*asked)
    assert (again.code, "already exists" in again.err) == (2, True)
    onto = ask(*asked[:-1], RECORDS / "gdelt.tsv", "--overwrite")
    assert (onto.code, "is one of the files to read" in onto.err) == (2, True)
    assert json.loads(ask(*asked, "--overwrite", "--json").out)["rows"]["kept"] == 7


def test_without_a_file_the_history_itself_is_the_answer():
    asked = ("history", "from", RECORDS / "gdelt.tsv", "--map", RECORDS / "gdelt.yaml")
    said = ask(*asked)
    assert len(plain(compose("out", said.out)[0])["events"]) == 7
    assert "3 merged into these as duplicates" in said.err
    dash = ask(*asked, "--out", "-")
    assert (dash.code, dash.out, Path("-").exists()) == (0, said.out, False)
    assert set(json.loads(ask(*asked, "--json").out)["history"]["events"]) == set(
        plain(compose("out", said.out)[0])["events"]
    )


def test_a_preset_may_be_given_with_the_command(tmp_path):
    text = (RECORDS / "ucdp_ged.yaml").read_text(encoding="utf-8").replace("preset: ucdp_ged\n", "")
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    asked = ("history", "from", RECORDS / "ucdp_ged.csv", "--map", tmp_path / "map.yaml", "--json")
    assert json.loads(ask(*asked, "--preset", "ucdp_ged").out)["events"] == 11
    assert json.loads(ask(*asked).out)["faults"][0]["message"].startswith("'columns' names no column for")
    assert "there are acled, gdelt" in ask(*asked, "--preset", "ged").err


def test_what_the_theatre_cannot_take_is_told(tmp_path):
    head = "ref,day,who,whom,what\n"
    rows = "a,2018-05-08,US,Iran,listing\nb,2019-04-08,US,Iran,listing\n"
    (tmp_path / "events.csv").write_text(head + rows, encoding="utf-8")
    mapped = """\
schema_version: 1
map: persian_gulf
columns: {date: day, actor: who, target: whom, type: what, id: ref}
actors: {US: us, Iran: iran}
acts: [{type: listing, do: us.list_guards}]
covers: [{actions: [us.list_guard], chance: 0}]
"""
    (tmp_path / "map.yaml").write_text(mapped, encoding="utf-8")
    asked = ("history", "from", tmp_path / "events.csv", "--map", tmp_path / "map.yaml")
    wrong = ask(*asked)
    assert (wrong.code, "map.yaml:6:21: unknown action 'us.list_guard'" in wrong.err) == (3, True)
    (tmp_path / "map.yaml").write_text(mapped.replace("us.list_guard]", "us.list_guards]"), encoding="utf-8")
    told = ask(*asked)
    assert "the theatre cannot take it as it stands: events.a: entry 1 of 'covers' says that" in told.err
    assert "covers:\n  - {actions: [us.list_guards], chance: 0.0}\n" in told.out


def test_a_table_of_which_nothing_is_kept_writes_nothing_and_says_so(tmp_path):
    (tmp_path / "events.csv").write_text(HEAD + "a,2019-01-01,East,South,raid,0,x\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    said = ask("history", "from", tmp_path / "events.csv", "--map", tmp_path / "map.yaml", "--out", tmp_path / "o.yaml")
    assert (said.code, (tmp_path / "o.yaml").exists()) == (1, False)
    assert "1 East" in said.out
    assert "no row became an event" in said.err
