"""What a record says of itself, and every way in which it may contradict itself, its series or its theatre."""

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import sim
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import check, load_history
from sim.theatre.files.locate import shipped
from sim.theatre.language.record import HistoryFile, Series, placed
from tests.commands import sim as command
from tests.small import HISTORY, SCENARIO, changed, faults_of, marked, small

IMPOSED = SCENARIO.split("script:\n")[0] + "history: {file: record.yaml, until: 2019-05-31}\n"
BRENT = "".join(
    f"2019-05-{day:02},{60 + day / 8}\n" for day in range(1, 32) if day not in (4, 5, 11, 12, 18, 19, 25, 26)
)


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(tmp_path, events: str = "", *, rest: str = "", csv: str | None = None) -> Path:
    """A scenario that imposes the small history with these events, entries and series."""
    if csv is not None:
        (tmp_path / "brent.csv").write_text(csv, encoding="utf-8")
        rest += "series: {oil_price: brent.csv}\n"
    return small(tmp_path, scenario=IMPOSED, history=HISTORY + events + rest)


def record_of(tmp_path, events: str = "", *, rest: str = "", csv: str | None = None) -> HistoryFile:
    record = sim.load(written(tmp_path, events, rest=rest, csv=csv)).record
    assert record is not None
    return record


# What it does not cover, and what it does.


def test_of_two_entries_on_an_act_the_later_has_the_last_word(tmp_path):
    covers = "covers:\n  - {rungs: [2, 9], chance: 0.9}\n  - {actions: [north.strike], from: 2019-06-01, chance: 0.5}\n"
    record = record_of(tmp_path, rest=covers)
    assert record.chance("north.strike", 6, date(2019, 5, 31)) == 0.9
    assert record.chance("north.strike", 6, date(2019, 6, 1)) == 0.5
    assert record.chance("south.offer_talks", 0, date(2019, 6, 1)) == 0
    assert record.chances("north.strike", 6, date(2019, 5, 30), 4) == [0.9, 0.9, 0.5, 0.5]


def test_a_coverage_begins_and_ends_on_its_days(tmp_path):
    covers = "covers: [{rungs: [2, 9]}, {rungs: [4, 9], from: 2019-05-10, until: 2019-05-11, chance: 0.5}]\n"
    record = record_of(tmp_path, rest=covers)
    days = [date(2019, 5, day) for day in range(8, 17)]
    told_by_day = [1, 1, 0.5, 0.5, 1, 1, 1, 1, 1]
    assert [record.chance("north.strike", 6, day) for day in days] == told_by_day
    for begin in range(9):
        for length in range(10 - begin):
            told = record.chances("north.strike", 6, days[0] + (days[1] - days[0]) * begin, length)
            assert told == told_by_day[begin : begin + length]
    for day in days:
        at = record.deciding("north.strike", 6, day)
        assert record.chance("north.strike", 6, day) == record.covers[at].chance


def test_without_a_word_on_it_all_from_rung_four_is_covered(tmp_path):
    record = record_of(tmp_path)
    assert [record.chance("north.some_act", rung, date(2019, 5, 5)) for rung in (3, 4, 9)] == [0, 1, 1]


# Faults of its own, with or without a theatre.

FIRST, LAST = "schema_version: 1\n", "  later: {on: 2019-06-20, do: north.strike}\n"
ALONE = {
    "an act before its first day": (
        "events:\n  before: {on: 2019-04-01", "from: 2019-04-05\nevents:\n  before: {on: §2019-04-01",
        "2019-04-01 is outside the record, which goes from 2019-04-05 to 2019-06-20",
    ),
    "an act after its last day": (
        LAST, "  later: {on: §2019-06-20, do: north.strike}\nuntil: 2019-06-19\n", "2019-06-20 is outside the record",
    ),
    "an end before its begin": (FIRST, "schema_version: 1\nfrom: 2019-07-01\nuntil: §2019-05-01\n", "the record ends"),
    "the same act twice on a day": (
        LAST, LAST + "  x: §{on: 2019-05-02, do: north.sanction}\n",
        "'sanctions' has north.sanction on 2019-05-02 too; write one entry for both",
    ),
    "a period that goes backwards": ("2019-06-20", "§{from: 2019-06-02, until: 2019-06-01}", "the period ends"),
    "a period of a year": (
        "{on: 2019-06-20", "§{on: {from: 2019-01-02, until: 2019-12-01}", "a period of 334 days says too little",
    ),
    "one act in question": ("north.strike", "{any_of: §[north.strike]}", "expected at least 2 entries, found 1"),
    "an act in question twice": ("north.strike", "{any_of: §[north.strike, north.strike]}", "act twice"),
    "deaths the wrong way round": ("{on: 2019-06-20,", "§{on: 2019-06-20, deaths: [9, 3],", "their low end above"),
    "a chance beyond one": (LAST, LAST + "covers: [{rungs: [4, 9], chance: §1.5}]\n", "expected at most 1"),
    "a chance that is no number": (LAST, LAST + "covers: [{rungs: [4, 9], chance: §true}]\n", "expected a number"),
    "a coverage of nothing in particular": (LAST, LAST + "covers: [§{chance: 1}]\n", "say what is covered"),
    "rungs the wrong way round": (LAST, LAST + "covers: [§{rungs: [9, 4]}]\n", "their low end above their high end"),
    "a coverage of later days": (
        LAST, LAST + "covers: [{rungs: [4, 9], from: §2019-07-01}]\n",
        "2019-07-01 is after the record, which ends on 2019-06-20",
    ),
    "values in the record": (
        LAST, LAST + "series: {oil_price: {file: x.csv, §values: {}}}\n", "unknown key 'values'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ALONE)
def test_a_fault_of_a_record_is_told_where_it_is_alone_and_in_a_scenario(tmp_path, case):
    old, new, said = ALONE[case]
    history, place = marked(HISTORY, old, new)
    scenario = small(tmp_path, scenario=IMPOSED, history=history)
    for file in (tmp_path / "record.yaml", scenario):
        with pytest.raises(ScenarioError) as caught:
            check(file)
        told = [str(fault) for fault in caught.value.faults if said in f"{fault.message}; {fault.hint}"]
        assert [fault.split(": ")[0] for fault in told] == [f"record.yaml:{place}"], str(caught.value)


def test_a_period_ends_the_record_on_its_last_day(tmp_path):
    record = record_of(tmp_path, "  march: {on: {from: 2019-06-18, until: 2019-06-30}, do: north.sanction}\n")
    assert (record.first, record.last) == (date(2019, 4, 1), date(2019, 6, 30))


# Faults that a theatre makes.

HELD = {
    "an unknown action": ("north.strike", "§north.strik", "unknown action 'north.strik'"),
    "an unknown action among some": ("north.strike", "{any_of: [north.strike, §north.p]}", "unknown action 'north.p'"),
    "an unknown actor": (LAST, LAST + "covers: [{actors: [§norht]}]\n", "unknown actor 'norht'"),
    "an unknown variable": (LAST, LAST + "series: {§oil_prise: x.csv}\n", "unknown variable 'oil_prise'"),
    "an act that happens once": (
        LAST, LAST.replace("north.strike", "south.offer_talks") + "  x: {on: 2019-06-25, do: §south.offer_talks}\n",
        "south.offer_talks happens only once, and 'later' already has it on 2019-06-20",
    ),
    "a coverage of no action": (LAST, LAST + "covers: [§{actors: [south], rungs: [7, 9]}]\n", "this covers nothing"),
    "acts in question of which one is covered": (
        "{on: 2019-06-20, do: north.strike}", "§{on: 2019-06-20, do: {any_of: [north.strike, north.sanction]}}",
        "'covers' includes north.strike on 2019-06-20 but not north.sanction on 2019-06-20",
    ),
    "a flag as a series": (LAST, LAST + "series: {talks: §x.csv}\n", "'talks' is a flag"),
}  # fmt: skip


@pytest.mark.parametrize("case", HELD)
def test_a_record_that_does_not_fit_its_theatre_is_told_where(tmp_path, case):
    old, new, said = HELD[case]
    (tmp_path / "x.csv").write_text("date,x\n2019-05-01,1\n", encoding="utf-8")
    history, place = marked(HISTORY, old, new)
    (told, *_) = (
        line for line in faults_of(tmp_path, scenario=IMPOSED, history=history) if line.startswith("record.yaml:")
    )
    assert told.startswith(f"record.yaml:{place}: ")
    assert said in told
    with pytest.raises(ScenarioError) as caught:
        load_history("record.yaml", sim.load_theatre("strait.yaml"))
    assert str(caught.value).splitlines()[0] == told


def test_a_coverage_that_denies_an_act_is_told_at_both_lines(tmp_path):
    history = HISTORY + "covers:\n  - {rungs: [2, 9]}\n  - {actions: [north.strike], chance: 0}\n"
    told = [line for line in faults_of(tmp_path, scenario=IMPOSED, history=history) if line.startswith("record")]
    assert told == [
        "record.yaml:6:10: events.later: entry 2 of 'covers' says that the record could not hold north.strike, "
        "but here it is",
        "record.yaml:9:5: covers.1: chance 0 says that the record could not hold north.strike, but 'later' has it",
    ]


# Series.


def test_a_series_is_imposed_on_each_day_of_history_and_on_no_other(tmp_path):
    path = written(tmp_path, csv='# from a terminal\ndate,usd,"v, k"\n' + BRENT.replace("\n", ',"1,0"\n'))
    question = sim.load(path)
    told = question.series["oil_price"]
    assert list(told) == [date(2019, 5, day) for day in range(1, 32)]
    assert (told[date(2019, 5, 3)], told[date(2019, 5, 5)], told[date(2019, 5, 6)]) == (60.375, 60.375, 60.75)
    prices = sim.run(path, runs=6).trajectories["oil_price"].to_numpy()
    np.testing.assert_allclose(prices[:, :31], np.tile(list(told.values()), (6, 1)), rtol=1e-6)
    assert len(set(prices[:, 31])) == 6


def test_a_branch_within_imposed_history_keeps_the_series_to_its_own_last_day(tmp_path):
    path = written(tmp_path, csv="date,usd\n" + BRENT)
    change = {"variables.pain.half_life": "5 d"}
    branch = sim.branch(path, run=0, day="2019-05-10", runs=3, days=12, overrides=change)
    assert max(branch.scenario.series["oil_price"]) == branch.scenario.end == date(2019, 5, 21)
    np.testing.assert_allclose(branch.trajectories["oil_price"].isel(day=-1), 62.625, rtol=1e-6)


def test_the_command_says_what_a_record_holds(tmp_path):
    written(tmp_path, csv="date,usd\n" + BRENT)
    said = command("validate", "record.yaml", cwd=tmp_path).stdout
    assert "valid history of 4 events, 2019-04-01 to 2019-06-20, with series of oil_price" in " ".join(said.split())


def test_a_series_that_ends_early_is_held_for_a_week(tmp_path):
    question = sim.load(written(tmp_path, csv="date,usd\n2019-05-03,70\n2019-05-08,71\n"))
    assert list(question.series["oil_price"]) == [date(2019, 5, day) for day in range(3, 15)]


def test_records_reach_to_the_last_day_of_the_calendar_and_no_further():
    days = [date.max - timedelta(2), date.max]
    series = Series(file="x.csv", values=dict.fromkeys(days, 70.0))
    assert list(series.by_day(date.min, date.max)) == [days[0], date.max - timedelta(1), date.max]
    with pytest.raises(ValidationError, match="north acts once a day"):
        placed([("a", date.max, "north", 6), ("b", date.max, "north", 4)])


def test_a_scenario_of_no_days_is_told_so_with_a_history_too(tmp_path):
    scenario = re.sub("days: [0-9]+", "days: 0", re.sub("start: .*", "start: 0001-01-01", IMPOSED))
    assert "days: expected at least 1" in "".join(faults_of(tmp_path, scenario=scenario, history=HISTORY))


def test_a_scenario_with_a_series_is_another_and_one_without_keeps_its_hash(tmp_path):
    bare, priced = sim.load(written(tmp_path)), sim.load(written(tmp_path, csv="date,usd\n" + BRENT))
    assert bare.sha256 != priced.sha256
    assert priced.model_copy(update={"series": {}}).sha256 == bare.sha256
    assert type(priced).model_validate_json(priced.model_dump_json(by_alias=True)) == priced


def test_a_series_may_be_a_shipped_file(tmp_path):
    record = record_of(tmp_path, rest="series: {oil_price: {file: brent_daily.csv, source: EIA}}\n")
    assert record.series["oil_price"].values[date(2018, 1, 2)] == 66.65
    assert (shipped() / "brent_daily.csv").is_file()


SERIES = {
    "no header": ("2019-05-01,70\n", "1:1: expected a header 'date,value', found '2019-05-01,70'"),
    "one column": ("date\n2019-05-01\n", "1:1: expected a header 'date,value', found 'date'"),
    "an empty file": ("", "1:1: expected a header 'date,value', the file is empty"),
    "comments alone": ("# nothing\n", "1:1: expected a header 'date,value', the file is empty"),
    "a header alone": ("date,usd\n", "1:1: the file has no values below its header"),
    "no date": ("date,usd\n2019-05-01,70\n3 May,71\n", "3:1: '3 May' is not a date"),
    "an indented date": ("date,usd\n  2019-13-01,70\n", "2:3: '2019-13-01' is not a date"),
    "no number": ("date,usd\n2019-05-01,70\n2019-05-02, n/a\n", "3:13: 'n/a' is not a number"),
    "thousands": ('date,usd\n"2019-05-01", "1,077.5"\n', "2:15: '1,077.5' is not a number"),
    "a decimal comma": ("date,usd\n2019-05-01,70,5\n", "2:1: found 3 cells, the header has 2"),
    "a row cut short": ("date,usd,volume\n2019-05-01,70\n", "2:1: found 2 cells, the header has 3"),
    "a number as Python has it": ("date,usd\n2019-05-01,7_1\n", "2:12: '7_1' is not a number"),
    "a quotation mark left open": ('date,usd\n2019-05-01,"70\n', "2:12: '\"70' is not a number"),
    "a day of a week": ("date,usd\n2019-W01-1,70\n", "2:1: '2019-W01-1' is not a date"),
    "a date without strokes": ("date,usd\n20190501,70\n", "2:1: '20190501' is not a date"),
    "no finite number": ("date,usd\n2019-05-01,inf\n", "2:12: expected a finite number, found inf"),
    "a missing number": ("date,usd\n2019-05-01,\n", "2:1: 2019-05-01 has no value"),
    "dates out of order": ("date,usd\n2019-05-02,70\n2019-05-01,71\n", "3:1: 2019-05-01 comes after 2019-05-02"),
    "a date twice": ("date,usd\n2019-05-02,70\n2019-05-02,71\n", "3:1: 2019-05-02 is already on line 2"),
    "a gap": ("date,usd\n2019-05-02,70\n2019-05-10,71\n", "3:1: series.oil_price.values: 2019-05-10 comes 8 days"),
    "a value out of range": ("date,usd\n2019-05-02,7e3\n", "2:12: series.oil_price.values.2019-05-02: 7000 is outside"),
    "no UTF-8": ("date,usd\n2019-05-02,70 \xa3\n".encode("latin-1"), "2:15: not UTF-8 text: byte 0xa3"),
}  # fmt: skip


@pytest.mark.parametrize("case", SERIES)
def test_a_fault_of_a_series_is_told_at_its_line_and_column(tmp_path, case):
    text, said = SERIES[case]
    (tmp_path / "brent.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    history = HISTORY + "series: {oil_price: brent.csv}\n"
    told = faults_of(tmp_path, scenario=IMPOSED, history=history)
    assert told[0].startswith(f"brent.csv:{said}"), told


def test_a_series_that_is_not_there_is_told_where_it_is_named(tmp_path):
    (tmp_path / "brent.csv").write_text("date,usd\n", encoding="utf-8")
    history, place = marked(HISTORY + "series: {oil_price: brent.csv}\n", "brent.csv", "§brend.csv")
    told = faults_of(tmp_path, scenario=IMPOSED, history=history)
    assert told[:2] == [f"record.yaml:{place}: there is no file 'brend.csv'", "    did you mean 'brent.csv'?"]


def test_a_series_may_not_lead_out_of_the_folder(tmp_path):
    history = changed(HISTORY + "series: {oil_price: x}\n", "oil_price: x", "oil_price: ../../etc/passwd")
    assert "leads outside the scenario's folder" in faults_of(tmp_path, scenario=IMPOSED, history=history)[0]
