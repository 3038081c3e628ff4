"""Dates are right in the years 1 to 9999, in every table, file, figure and story; what ends later is refused."""

import json
import re
import time
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import sim
from sim.execution.lookup import QueryError, day_of
from sim.plots import figures
from sim.text import brief, date_from, on
from sim.theatre.files.errors import ScenarioError

from .every_verb import NOT_PRECISE, ask, asked_of

SPANS = {
    "the first day there is": ("0001-01-01", 40),
    "Prague, 1618": ("1618-05-23", 40),
    "a leap day": ("2024-02-20", 20),
    "over the last nanosecond": ("2262-03-25", 40),
    "the last day there is": ("9999-11-22", 40),
    "one day": ("2030-01-01", 1),
    "the last day alone": ("9999-12-31", 1),
}


def written(start, days, folder):
    text = f"schema_version: 1\nextends: first_lesson\ntitle: When\nstart: {start}\ndays: {days}\n"
    (folder / "when.yaml").write_text(f"{text}script: {{the_exercise: null}}\n", encoding="utf-8")
    return folder / "when.yaml"


@pytest.mark.fault("1", "1618 became 2202 in silence")
@pytest.mark.fault("1 2", "a run over the year 2262 ended in a traceback")
@pytest.mark.parametrize("span", SPANS)
def test_dates_are_right_wherever_they_stand(span, tmp_path, record_property):
    start, days = SPANS[span]
    first = date.fromisoformat(start)
    expected = [first + timedelta(days=n) for n in range(days)]
    made = sim.run(written(start, days, tmp_path), runs=40, save=tmp_path / "made", progress=None)
    opened = sim.open(tmp_path / "made")
    for ensemble in (made, opened):
        told = ensemble.trajectories["date"].to_numpy()
        assert told.astype("datetime64[D]").tolist() == expected
        assert told.dtype == "datetime64[s]"
        events = ensemble.events
        assert [each.date() for each in events["date"]] == [expected[day] for day in events["day"]]
    compared = sim.compare(made, opened).over_time("fear")["date"]
    assert pd.Series(compared).dt.date.tolist() == expected
    ticks = figures.standard(made)["fan_tension"]().get_xticklabels()
    assert any(str(first.year) in tick.get_text() for tick in ticks)
    story = sim.replay(tmp_path / "made", run=1).text()
    assert on(first) in story or str(first) in story or f"{first.year}" in story
    record_property("now", f"{span}: {expected[0]} to {expected[-1]}")


@pytest.mark.parametrize("span", ["the first day there is", "the last day alone"])
def test_every_verb_takes_every_span(span, tmp_path):
    for words, answered in asked_of(written(*SPANS[span], tmp_path), tmp_path, "--no-figures"):
        assert answered.code in (0, NOT_PRECISE), (words, answered)


@pytest.mark.fault("3", "a run beyond 9999: OverflowError")
@pytest.mark.parametrize(("start", "days"), [("9999-12-01", 60), ("9999-12-31", 2), ("9990-01-01", 20_000)])
def test_a_run_that_would_end_after_the_calendar_is_refused_where_it_begins(start, days, tmp_path, record_property):
    with pytest.raises(ScenarioError, match="the last day of the calendar\n    begin earlier") as refused:
        sim.load(written(start, days, tmp_path))
    (fault,) = refused.value.faults
    assert (fault.file, fault.line, fault.column) == (str(tmp_path / "when.yaml"), 4, 8)
    record_property("now", str(refused.value).splitlines()[0].split(": ", 1)[1])


@pytest.mark.parametrize("start", ["0000-01-01", "10000-01-01", "2023-02-29", "-0044-03-15"])
def test_a_date_that_no_calendar_has_is_refused(start, tmp_path):
    with pytest.raises(ScenarioError, match="not a date\n    dates are written 2019-05-31, in the years 0001 to 9999"):
        sim.load(written(start, 10, tmp_path))


def test_a_history_is_imposed_up_to_the_last_day_there_is(tmp_path):
    (tmp_path / "past.yaml").write_text(
        "schema_version: 1\nevents:\n  it: {on: 9999-12-30, effects: {fear: 0.1}}\n", encoding="utf-8"
    )
    file = written("9999-12-20", 12, tmp_path)
    file.write_text(re.sub("script.*\n", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    with file.open("a", encoding="utf-8") as opened:
        opened.write("history: {file: past.yaml, until: 9999-12-30}\n")
    assert "history_it" in sim.load(file).script


def test_ten_years_are_a_horizon_like_another(tmp_path):
    made = sim.run(written("2019-01-01", 3653, tmp_path), runs=4, progress=None)
    assert str(made.trajectories["date"].to_numpy()[-1]) == "2028-12-31T00:00:00"
    labels = [tick.get_text() for tick in figures.standard(made)["fan_tension"]().get_xticklabels()]
    assert labels == ["2019", "2021", "2023", "2025", "2027"]
    assert "<svg" in made._repr_html_()


DAY = date(2030, 1, 13)


@pytest.mark.fault("15", "dates of the product's own tables were refused by branch and explain")
@pytest.mark.parametrize(
    "day",
    [
        12, 12.0, "12", " 12 ", np.int64(12), np.int32(12), np.uint8(12), np.array(12), np.float64(12),
        DAY, datetime(2030, 1, 13, 23, 59), pd.Timestamp(DAY), pd.Timestamp(DAY, tz="Asia/Tehran"),
        np.datetime64(DAY), np.datetime64(DAY, "ns"), np.datetime64(DAY, "s"),
        "2030-01-13", "2030-01-13 00:00:00", "2030-01-13T00:00:00", str(np.datetime64(DAY, "ms")),
        on(DAY), brief(DAY),
    ],
    ids=lambda day: f"{type(day).__name__} {day}",
)  # fmt: skip
def test_a_day_is_taken_however_it_is_held(day):
    assert day_of(sim.load("first_lesson"), day) == 12
    assert sim.replay("first_lesson", run=3).day(day) == 12


@pytest.mark.parametrize(
    "day", [True, 1.5, None, pd.NaT, np.datetime64("NaT", "s"), float("nan"), "tomorrow", [1], pd.NA, "12.5"]
)
def test_what_is_no_day_is_refused_with_what_would_be(day):
    with pytest.raises(QueryError, match="is not a day; give its number or its date"):
        day_of(sim.load("first_lesson"), day)


@pytest.mark.parametrize("day", ["2029-12-31", "31 December 2029", 180, -1, pd.Timestamp("1618-01-01")])
def test_a_day_outside_the_run_is_refused_with_its_days(day):
    with pytest.raises(QueryError, match=r"is outside the run; first_lesson goes from day 0 \(2030-01-01\)"):
        day_of(sim.load("first_lesson"), day)


def test_days_of_the_product_s_own_tables_can_be_asked_for(tmp_path, record_property):
    made = sim.run("first_lesson", runs=20, seed=1, progress=None)
    event = made.events.iloc[5]
    days = {
        "events.date": event["date"],
        "events.day": event["day"],
        "trajectories.date": made.trajectories["date"][int(event["day"])],
        "a cell of trajectories": made.trajectories["day"][int(event["day"])],
        "parquet as text": str(event["date"]),
    }
    replayed = sim.replay("first_lesson", run=int(event["run"]), seed=1)
    for name, day in days.items():
        assert replayed.explain(day, event["actor"]).day == event["day"], name
        branched = sim.branch("first_lesson", run=int(event["run"]), seed=1, day=day, runs=3)
        assert branched.info["branch"]["day"] == event["day"]
        assert sim.choices("first_lesson", run=3, seed=1, day=day, actor="north", runs=2, days=2).day == event["day"]
    record_property("now", f"branch, choices and explain take {', '.join(days)}")


def test_scripts_given_from_python_take_dates_of_numpy_and_pandas():
    base = sim.load("first_lesson").model_dump(by_alias=True)
    for day in (pd.Timestamp(DAY), np.datetime64(DAY, "ns"), datetime(2030, 1, 13), DAY, "2030-01-13"):
        script = {
            "it": {"on": day, "do": "north.warn" if "north.warn" in base["theatre"]["actions"] else "north.strike"}
        }
        scenario = sim.Scenario.model_validate(base | {"start": pd.Timestamp("2030-01-01"), "script": script})
        assert scenario.script["it"].on == DAY
    with pytest.raises(ValueError, match="is not a date"):
        sim.Scenario.model_validate(base | {"start": 5})


def test_words_and_dates_are_told_in_english_in_any_locale_of_the_process(monkeypatch):
    import locale

    before = locale.setlocale(locale.LC_ALL)
    german = next((name for name in ("de_DE.UTF-8", "de_DE.utf8", "C.UTF-8") if _set(locale, name)), None)
    try:
        assert on(date(2019, 3, 4)) == "4 March 2019"
        assert brief(date(2019, 10, 4)) == "4 Oct 2019"
        assert re.search(r"\bMay\b", sim.replay("baseline", run=1).text())
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert german is None or time.strftime("%B")


def _set(locale, name):
    try:
        return locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return None


def test_dates_in_json_are_iso_8601_in_any_year(tmp_path):
    answered = ask("replay", written("0044-03-15", 30, tmp_path), "--run", 1, "--json")
    told = json.loads(answered.out)
    assert all(date_from(each["date"]).year == 44 for each in told["events"])
