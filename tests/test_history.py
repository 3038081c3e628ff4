"""The recorded events: what the shipped history holds, how a scenario imposes it, and the path it makes by itself."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.model import LockstepModel
from sim.execution.records import RecordError
from sim.theatre.files.load import check
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import as_script
from tests.commands import sim as command
from tests.small import HISTORY, SCENARIO, changed, faults_of, marked, small

RECORD = """
18-05-08 2, 18-07-03 1, 18-07-04 1, 18-07-22 1, 18-08-07 2, 18-11-05 2, 18-12-04 1, 19-04-08 2, 19-04-08 1, 19-04-22 2,
19-05-02 2, 19-05-05 3, 19-05-08 2, 19-05-12 4, 19-05-14 4, 19-05-19 4, 19-05-24 3, 19-06-07 2, 19-06-12 0, 19-06-13 4,
19-06-17 4, 19-06-20 5, 19-06-20 4, 19-06-24 2, 19-07-01 2, 19-07-04 4, 19-07-08 2, 19-07-10 3, 19-07-14 4, 19-07-18 5,
19-07-19 4, 19-07-19 6, 19-07-19 3, 19-07-30 0, 19-07-31 2, 19-07-31 4, 19-08-12 6, 19-08-15 0, 19-08-20 6, 19-08-20 5,
19-08-25 0, 19-09-07 2, 19-09-10 0, 19-09-14 5, 19-09-20 2, 19-09-20 0, 19-09-23 0, 19-09-24 0, 19-09-26 3, 19-10-01 1,
19-10-08 1, 19-10-11 3, 19-10-11 4, 19-10-15 3, 19-10-28 4, 19-10-30 3, 19-11-06 2, 19-11-08 4, 19-11-15 1, 19-11-27 4,
19-11-29 0, 19-12-03 4, 19-12-06 2, 19-12-09 4, 19-12-13 1, 19-12-27 6, 19-12-29 7, 19-12-29 4, 19-12-31 6, 19-12-31 1,
20-01-02 1, 20-01-03 8, 20-01-03 0, 20-01-03 3, 20-01-03 1
"""
"""Day and rung of the events E01 to E75, as they were recorded."""

DEATHS = {32: 2, 37: 1, 50: 157, 59: (304, 1500), 66: 1, 67: 25, 72: 10, 106: 1, 110: (1, 6), 116: 328}
"""Fewest and most, if they differ; of all other events, none."""

NO_ACT = {11: "decided before", 53: "by nobody known", 73: "of a day with a graver act", 74: "of the same day"}
"""Events that no actor of the cast does on their day; they enter by their effects."""

OTHER_RUNG = {"iran.list_centcom": "the record counts a listing as law, and this one as words"}

WHOLE = """\
schema_version: 1
extends: persian_gulf
title: From the deal to the killing
start: 2018-05-08
days: 606
initial: {sanctions: 0, oil_exports: 2.6 Mb/d, economic_pain: 0.1}
"""

IMPOSED = SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n"


# The shipped record.


@pytest.fixture(scope="module")
def shipped() -> HistoryFile:
    found = check("history")
    assert isinstance(found, HistoryFile)
    return found


@pytest.fixture(scope="module")
def theatre():
    return sim.load_theatre("persian_gulf")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The record of the shipped crisis from its first day to its last."""
    path = tmp_path_factory.mktemp("whole") / "whole.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    return sim.recorded(path)


def number_of(name: str) -> int:
    return int(name[1:].split("_")[0])


def recorded_events() -> dict[int, tuple[date, int]]:
    lines = [entry.split() for entry in RECORD.replace("\n", " ").split(",")]
    return {at: (date.fromisoformat(f"20{day}"), int(rung)) for at, (day, rung) in enumerate(lines, 1)}


def test_every_event_stands_on_its_day_with_its_rung(shipped, theatre):
    events = recorded_events()
    assert len(events) == 75
    for at, (day, rung) in events.items():
        own = [entry for name, entry in shipped.events.items() if number_of(name) == at and entry.day == day]
        assert own, f"E{at:02} is missing on {day}"
        if at in NO_ACT:
            assert all(entry.do is None for entry in own), f"E{at:02}: {NO_ACT[at]}"
            continue
        done = {act: theatre.actions[act] for entry in own for act in entry.acts[:1]}
        deadly = {entry.acts[0] for entry in own if entry.deaths}
        rungs = {
            name: act.lethal_rung if name in deadly and act.lethal_rung is not None else act.rung
            for name, act in done.items()
        }
        assert rung in rungs.values() or rungs.keys() & OTHER_RUNG.keys(), f"E{at:02}: {rungs}, recorded {rung}"


def test_the_dead_are_those_recorded_and_none_are_left_to_dice(shipped):
    dead: dict[int, tuple[int, int]] = {}
    for name, entry in shipped.events.items():
        assert (entry.deaths is None) == (entry.do is None), name
        fewest, most = dead.get(number_of(name), (0, 0))
        low, high = entry.death_range or (0, 0)
        dead[number_of(name)] = fewest + low, most + high
    told = {at: low if low == high else (low, high) for at, (low, high) in dead.items() if high}
    assert told == DEATHS


def test_every_entry_is_told_sourced_and_in_the_order_of_days(shipped):
    days = [entry.day for entry in shipped.events.values()]
    assert days == sorted(days)
    assert (shipped.first, shipped.last) == (days[0], days[-1])
    assert (days[0], days[-1]) == (date(2018, 5, 8), date(2020, 1, 3))
    for name, entry in shipped.events.items():
        assert entry.story.endswith("."), name
        assert entry.source.split(";")[0] == name.split("_")[0].upper(), name
        for effect in entry.effects.values():
            low, high = effect.plausible
            assert effect.source, name
            assert low <= effect.value <= high, name


def test_a_lesser_act_stands_no_more_than_a_week_from_its_event(shipped):
    """An act that belongs to an event stands near it; only a report on Fujairah and a count of the dead came later."""
    events = recorded_events()
    own = {name: events[at] for name in shipped.events if (at := number_of(name)) in events}
    late = {name for name, (day, _) in own.items() if abs((shipped.events[name].day - day).days) > 7}
    assert late == {"e14_state_actor", "e50_first_wave"}


def test_exports_meet_what_was_measured(whole):
    exports = whole.trajectories["oil_exports"].isel(run=0)
    months = exports.assign_coords(day=whole.trajectories["date"].to_numpy()).resample(day="MS").mean()
    measured = {  # numbers B1: lowest and highest estimate, with a tenth to spare
        "2018-05": (2.4, 2.8),
        "2018-10": (1.52, 1.86),
        "2019-03": (1.1, 1.5),
        "2019-04": (1.0, 1.3),
        "2019-06": (0.1, 0.5),
        "2019-08": (0.1, 0.4),
        "2019-12": (0.1, 0.4),
    }
    for month, (low, high) in measured.items():
        assert low <= float(months.sel(day=f"{month}-01")) <= high, month


def test_the_record_ends_with_the_killing(whole):
    first = whole.outcomes.loc[0]
    assert first["leadership_killed"] == 605
    assert first["premier_resigns"] == (date(2019, 11, 29) - date(2018, 5, 8)).days
    assert first["american_killed"] == (date(2019, 12, 27) - date(2018, 5, 8)).days
    assert first[["us_force_on_iran", "sustained_war", "talks_open", "hormuz_closed"]].isna().all()
    assert whole.trajectories["rung"].to_numpy()[0, -1] == 8
    assert int(whole.trajectories["tension"].argmax("day")[0]) == 605
    middles = {59: 676, 110: 3}
    assert whole.events["fatalities"].sum() == sum(middles.get(at, dead) for at, dead in DEATHS.items())


def test_the_protests_of_october_move_iraq(whole):
    protest = whole.trajectories["protest"].isel(run=0)
    before, after = (int((date.fromisoformat(day) - date(2018, 5, 8)).days) for day in ("2019-09-30", "2019-10-01"))
    assert protest[after] > protest[before] + 0.3


# History imposed on a scenario.


def untold(text: str) -> str:
    """The small scenario without a script of its own and without noise, so that only history moves it."""
    head, rest = text.split("script:\n")
    still = "  variables.pain.noise: 0\n  variables.oil_price.noise: 0 %\n"
    return head + still + rest[rest.index("forbid:") :]


def acts(ensemble, run, until):
    events = ensemble.events[(ensemble.events["run"] == run) & (ensemble.events["day"] <= until)]
    return list(zip(events["day"], events["action"], events["fatalities"], strict=True))


def test_until_its_day_history_alone_acts_and_then_runs_part(tmp_path):
    ensemble = sim.run(small(tmp_path, scenario=untold(IMPOSED), history=HISTORY), runs=12)
    for run in range(12):
        assert acts(ensemble, run, 30) == [(1, "north.sanction", 0), (13, "south.mine_strait", 1)]
    later = [tuple(acts(ensemble, run, 119)) for run in range(12)]
    assert len(set(later)) > 6
    assert min(day for told in later for day, *_ in told[2:]) > 30


def test_the_imposed_days_are_the_same_in_every_run_bit_for_bit(tmp_path):
    question = sim.load(small(tmp_path, scenario=untold(IMPOSED), history=HISTORY))
    model = LockstepModel(question, runs=8, seed=3)
    alike = []
    while model.running:
        model.step()
        alike.append(len(set(model.digest().tolist())) == 1)
    assert all(alike[:31])
    assert not alike[-1]


def test_history_is_inherited_with_the_path_of_the_file_that_names_it(tmp_path):
    parent = tmp_path / "crises"
    parent.mkdir()
    small(parent, scenario=IMPOSED, history=HISTORY)
    child = tmp_path / "child.yaml"
    child.write_text("schema_version: 1\nextends: crises/summer.yaml\ntitle: The same\n", encoding="utf-8")
    scenario = sim.load(child)
    assert scenario.history_until == date(2019, 5, 31)
    assert {"history_sanctions", "history_mines", "first_mine"} <= scenario.script.keys()
    child.write_text(
        "schema_version: 1\nextends: crises/summer.yaml\nhistory: {file: crises/record.yaml, until: 2019-06-20}\n"
    )
    assert "history_later" in sim.load(child).script


@pytest.mark.parametrize(
    ("start", "days", "imposed"),
    [
        ("2019-05-01", 120, {"history_sanctions", "history_mines"}),
        ("2019-05-03", 120, {"history_mines"}),
        ("2019-05-14", 120, {"history_mines"}),
        ("2019-05-15", 120, set()),
        ("2019-04-01", 120, {"history_before", "history_sanctions", "history_mines"}),
        ("2019-05-01", 13, {"history_sanctions"}),
    ],
)
def test_only_events_within_the_days_of_the_run_are_imposed(tmp_path, start, days, imposed):
    text = changed(changed(untold(IMPOSED), "start: 2019-05-01", f"start: {start}"), "days: 120", f"days: {days}")
    assert sim.load(small(tmp_path, scenario=text, history=HISTORY)).script.keys() == imposed


def test_a_fault_of_an_event_beyond_the_imposed_days_is_told_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    history, place = marked(HISTORY, "do: north.strike", "do: §north.parley")
    said = faults_of(tmp_path, scenario=IMPOSED, history=history)
    assert said[0] == f"record.yaml:{place}: unknown action 'north.parley' in events.later.do"


def script_of(tmp_path, events: str, scenario: str = "", **options):
    """What the small history imposes with these events added: the day and act of each by its name."""
    text = (scenario or untold(IMPOSED)).replace("until: 2019-05-31", "until: 2019-06-20")
    question = sim.load(small(tmp_path, scenario=text, history=HISTORY + events, **options))
    return {name.removeprefix("history_"): entry for name, entry in question.script.items()}


def test_of_two_acts_of_an_actor_on_a_day_the_graver_keeps_it_and_the_other_waits(tmp_path):
    script = script_of(tmp_path, "  twice: {on: 2019-05-02, do: north.strike}\n")
    assert (script["twice"].on, script["sanctions"].on) == (date(2019, 5, 2), date(2019, 5, 3))


def test_an_act_waits_past_days_on_which_its_actor_acts_already_but_not_past_the_last(tmp_path):
    events = (
        "  one: {on: 2019-06-17, do: north.strike}\n  two: {on: 2019-06-18, do: north.strike}\n"
        "  waits: {on: 2019-06-17, do: north.sanction}\n  lost: {on: 2019-06-20, do: north.sanction}\n"
    )
    script = script_of(tmp_path, events)
    assert script["waits"].on == date(2019, 6, 19)
    assert "lost" not in script, "the next day is past the last on which history is imposed"


def test_an_actor_with_more_acts_than_days_within_reach_is_a_fault_in_the_history(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    more = "".join(f"  n{at}: {{on: 2019-06-1{at}, do: north.strike}}\n" for at in range(4))
    history, place = marked(HISTORY + more, "later:", "too_many: §{on: 2019-06-10, do: north.sanction}\n  later:")
    (said,) = faults_of(tmp_path, scenario=untold(IMPOSED).replace("2019-05-31", "2019-06-20"), history=history)
    assert said.startswith(
        f"record.yaml:{place}: events.too_many: north acts once a day, and acts already on 2019-06-10"
    )


def test_a_scenarios_own_act_on_the_day_of_an_imposed_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = "script:\n  mine: {on: 2019-05-02, do: north.strike}\n"
    (said, *_) = faults_of(tmp_path, scenario=untold(IMPOSED) + own, history=HISTORY)
    assert "has north act on 2019-05-02 too" in said


def test_what_is_known_only_roughly_is_imposed_as_its_middle(tmp_path):
    script = script_of(
        tmp_path,
        "  rough:\n    on: {from: 2019-05-20, until: 2019-05-26}\n"
        "    do: {any_of: [south.mine_strait, north.strike]}\n    deaths: [300, 1500]\n",
    )
    assert (script["rough"].on, script["rough"].do) == (date(2019, 5, 23), "south.mine_strait")
    assert script["rough"].deaths == 671


def test_files_and_python_impose_the_same(tmp_path):
    events = (
        "  rough: {on: {from: 2019-05-20, until: 2019-05-27}, do: {any_of: [north.strike, south.mine_strait]}}\n"
        "  same_day: {on: 2019-05-02, do: north.strike, deaths: [1, 3]}\n"
        "  outside: {on: 2019-05-03, effects: {pain: 0.1}}\n"
    )
    text = untold(IMPOSED).replace("until: 2019-05-31", "until: 2019-06-20")
    question = sim.load(small(tmp_path, scenario=text, history=HISTORY + events))
    assert as_script(question.record, question.theatre, question.start, date(2019, 6, 20)) == question.script


def test_a_scenario_keeps_the_whole_record_and_its_hash_does_not_depend_on_it(tmp_path):
    question = sim.load(small(tmp_path, scenario=untold(IMPOSED), history=HISTORY))
    assert {"before", "later"} <= question.record.events.keys() - question.script.keys()
    covered = HISTORY + "covers: [{actors: [north], chance: 0.5}]\n"
    again = sim.load(small(tmp_path, scenario=untold(IMPOSED), history=covered))
    assert again.record != question.record
    assert again.sha256 == question.sha256 == question.model_copy(update={"record": None}).sha256
    assert sim.load(small(tmp_path, scenario=untold(SCENARIO))).record is None


# The record by itself.


def beside(tmp_path: Path, scenario: str = SCENARIO, history: str = HISTORY, **options):
    path = small(tmp_path, scenario=scenario, history=history)
    return sim.recorded(path, history=tmp_path / "record.yaml", **options)


def test_the_record_is_one_run_in_which_nothing_else_acts(tmp_path):
    record = beside(tmp_path)
    assert len(record) == 1
    assert record.scenario.start == date(2019, 5, 1)
    assert record.scenario.end == date(2019, 6, 20), "it ends with the last event"
    told = [(1, "north.sanction", 0), (13, "south.mine_strait", 1)]
    assert acts(record, 0, 49) == told, "neither the script nor any actor adds to it"
    assert acts(record, 0, 50)[2][:2] == (50, "north.strike")


@pytest.mark.parametrize("until", ["2019-05-20", date(2019, 5, 20)])
def test_the_record_may_be_cut(tmp_path, until):
    record = beside(tmp_path, until=until)
    assert record.scenario.end == date(2019, 5, 20)
    whole = beside(tmp_path).trajectories.isel(day=slice(20))
    for name in ("tension", "rung", "pain", "oil_price"):
        np.testing.assert_array_equal(record.trajectories[name], whole[name])


def test_the_record_ends_no_later_than_the_scenario(tmp_path):
    short = changed(changed(untold(SCENARIO), "days: 120", "days: 30"), "runs: 200", "runs: 20")
    assert beside(tmp_path, scenario=short).scenario.end == date(2019, 5, 30)


def test_a_run_that_imposes_the_record_follows_its_path(tmp_path):
    record = beside(tmp_path)
    ensemble = sim.run(small(tmp_path, scenario=untold(IMPOSED), history=HISTORY), runs=4)
    for name in record.trajectories.data_vars:
        np.testing.assert_array_equal(
            ensemble.trajectories[name][:, :31], np.repeat(record.trajectories[name][:, :31], 4, axis=0), err_msg=name
        )


def test_the_record_has_no_noise_and_takes_the_values_of_the_scenario(tmp_path):
    once, again = beside(tmp_path, seed=1), beside(tmp_path, seed=2)
    np.testing.assert_array_equal(once.trajectories["oil_price"], again.trajectories["oil_price"])
    assert sim.load(small(tmp_path)).theatre.variables["oil_price"].noise is not None
    dear = beside(tmp_path, scenario=changed(SCENARIO, "  pain: 0.5\n", "  pain: 0.5\n  oil_price: 90\n"))
    assert (dear.trajectories["oil_price"] > once.trajectories["oil_price"]).all()


def test_deaths_that_the_record_leaves_open_come_from_the_dice(tmp_path):
    killed = [int(beside(tmp_path, seed=seed).events["fatalities"].iloc[-1]) for seed in range(12)]
    assert len(set(killed)) > 2
    assert killed[3] == int(beside(tmp_path, seed=3).events["fatalities"].iloc[-1])


def test_a_scenario_outside_the_record_is_told_which_days_it_covers(tmp_path):
    with pytest.raises(RecordError) as caught:
        sim.recorded("first_lesson")
    assert str(caught.value) == "nothing is recorded of Two rivals; name a record to follow"
    with pytest.raises(RecordError) as caught:
        sim.recorded(sim.load("baseline").model_copy(update={"start": date(2030, 1, 1)}))
    assert str(caught.value) == (
        "nothing is recorded between 2030-01-01 and 2030-12-31; the record goes from 2018-05-08 to 2020-01-03"
    )
    with pytest.raises(RecordError, match=r"nothing is recorded between 2019-05-01 and 2019-05-01; 'record.yaml' goes"):
        beside(tmp_path, until="2019-05-01")
    with pytest.raises(RecordError, match=r"'record.yaml' has no events"):
        beside(tmp_path, history="schema_version: 1\nevents: {}\n")


def test_what_is_no_record_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"'summer.yaml' is not a history"):
        sim.recorded(small(tmp_path), history=tmp_path / "summer.yaml")
    with pytest.raises(sim.ScenarioError, match=r"'sanctions' has north\.sanction on 2019-05-02 too"):
        beside(tmp_path, history=HISTORY + "  twice: {on: 2019-05-02, do: north.sanction}\n")
    with pytest.raises(sim.ScenarioError) as caught:
        beside(tmp_path, history=changed(HISTORY, "do: north.strike", "do: north.strik"))
    (fault,) = caught.value.faults
    assert (Path(fault.file).name, fault.line) == ("record.yaml", 6)
    assert "unknown action 'north.strik' in events.later.do" in fault.message


# On the command line.


def test_the_command_draws_the_record_over_its_figures(tmp_path):
    for out, words in (("plain", ()), ("overlaid", ("--record",))):
        command("run", "baseline", "--runs", "8", "--out", out, *words, cwd=tmp_path)
    for name in ("fan_tension", "fan_oil_price", "rungs", "first_passage", "outcomes", "strip"):
        plain, overlaid = ((tmp_path / out / "figures" / f"{name}.png").read_bytes() for out in ("plain", "overlaid"))
        assert (plain == overlaid) == (name == "strip"), name


def test_the_command_says_at_once_when_there_is_nothing_to_draw(tmp_path):
    said = command("run", "first_lesson", "--runs", "5", "--record", cwd=tmp_path, code=2)
    assert "nothing is recorded of Two rivals" in said.stderr
    assert "--record" in said.stderr
    said = command("run", "baseline", "--record", "--no-figures", cwd=tmp_path, code=2)
    assert "the record is drawn over figures" in said.stderr
    assert not (tmp_path / "results").exists()
