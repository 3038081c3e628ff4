"""What is wrong in a file is said at its line and column, all of it at once, in words that help."""

import pytest

from sim.theatre.files import load
from sim.theatre.files.errors import Fault, ScenarioError
from tests.small import HISTORY, SCENARIO, THEATRE, changed, faults_of, marked, small


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


READS = "a rule reads variables, conditions, rungs, provocations and blood of this theatre; did you mean '{}'?"

RATE = "actions.south.mine_strait.rate: 0.004"

IN_THE_SCENARIO = {
    "a misspelt key": ("question:", "§qestion:", "unknown key 'qestion'", "did you mean 'question'?"),
    "a month that does not exist": (
        "start: 2019-05-01",
        "start: §2019-13-01",
        "start: '2019-13-01' is not a date",
        "dates are written 2019-05-31, in the years 0001 to 9999",
    ),
    "a date that is a number": (
        "start: 2019-05-01",
        "start: §20190501",
        "start: '20190501' is not a date",
        "dates are written 2019-05-31, in the years 0001 to 9999",
    ),
    "no version": ("schema_version: 1\n", "§", "missing 'schema_version'", None),
    "no day": ("days: 120", "days: §0", "days: expected at least 1, found '0'", None),
    "days that are no number": ("days: 120", "days: §true", "days: expected a whole number, found true", None),
    "a seed too large": (
        "seed: 7",
        "seed: §18446744073709551616",
        "seed: expected a number below 18446744073709551616, found '18446744073709551616'",
        None,
    ),
    "a script that goes on after the end": (
        "on: 2019-06-01",
        "on: §2020-06-01",
        "script.price_shock.on: 2020-06-01 is outside the run, 2019-05-01 to 2019-08-28",
        None,
    ),
    "two acts of one actor on a day": (
        "price_shock: {on: 2019-06-01, effects: {oil_price: +10 %}}",
        "price_shock: §{on: 2019-05-12, do: south.offer_talks}",
        "script.price_shock: 'first_mine' has south act on 2019-05-12 too",
        "one act a day",
    ),
    "an unknown action in the script": (
        "do: south.mine_strait",
        "do: §south.mine_strat",
        "unknown action 'south.mine_strat' in script.first_mine.do",
        "did you mean 'south.mine_strait'?",
    ),
    "an unknown action forbidden": (
        "north.strike:",
        "§north.strik:",
        "unknown action 'north.strik' in forbid",
        "did you mean 'north.strike'?",
    ),
    "a word that forbids nothing": (
        "{until: 2019-05-20}",
        "§sometimes",
        "forbid.north.strike: expected 'always' or 'never', found 'sometimes'",
        "or a map with from or until",
    ),
    "a window without ends": (
        "{until: 2019-05-20}",
        "§{}",
        "forbid.north.strike: give 'from', 'until' or both",
        "for all days write 'always'",
    ),
    "a misspelt end of a window": (
        "{until: 2019-05-20}",
        "{§untill: 2019-05-20}",
        "unknown key 'untill' in forbid.north.strike",
        "did you mean 'until'?",
    ),
    "an unknown variable": (
        "  pain: 0.5",
        "  §pian: 0.5",
        "unknown variable 'pian' in variables",
        "did you mean 'pain'?",
    ),
    "a value that is no number": (
        "  pain: 0.5",
        "  pain: §high",
        "initial.pain: 'high' is not a number, nor a number with a unit such as '45 d'",
        None,
    ),
    "a value out of range": (
        "  pain: 0.5",
        "  pain: §1.5",
        "variables.pain.start: 1.5 is out of range",
        "allowed is from 0 to 1",
    ),
    "an override in a wrong unit": (
        RATE,
        "actions.north.sanction.rate: §4 d",
        "actions.north.sanction.rate: the value is in 'd' but unit says '1/day'",
        None,
    ),
    "an override that is not a number": (
        RATE,
        "actions.south.mine_strait.rate: §.nan",
        "actions.south.mine_strait.rate: value must be a finite number, found nan",
        None,
    ),
    "an override of an unknown action": (
        RATE,
        "§actions.south.mine_strat.rate: 0.004",
        "unknown action 'south.mine_strat' in actions",
        "did you mean 'south.mine_strait'?",
    ),
    "an override that would add an action": (
        RATE,
        "§actions.north.invade: {rung: 9}",
        "unknown action 'north.invade' in actions",
        "did you mean 'north.strike'?",
    ),
    "an override of a misspelt key": (
        RATE,
        "§actions.south.mine_strait.rat: 0.004",
        "unknown key 'rat' in actions.south.mine_strait",
        "did you mean 'rate'?",
    ),
    "an override with a misspelt key on the way": (
        "actions.north.sanction.drivers.",
        "§actions.north.sanction.driver.",
        "there is no 'driver' in actions.north.sanction",
        "did you mean 'drivers'?",
    ),
    "an override that adds a misspelt driver": (
        "actions.north.sanction.drivers.~talks * pain",
        "§actions.north.sanction.drivers.~talks * pian",
        "unknown quantity 'pian' in actions.north.sanction.drivers",
        READS.format("pain"),
    ),
    "an override without its section": (
        RATE,
        "§pain.start: 0.4",
        "there is no 'pain' in the theatre",
        "did you mean 'variables.pain.start'?",
    ),
    "an override of what initial sets": (
        RATE,
        "§variables.pain.start: 0.1",
        "'variables.pain.start' sets what line 10 already sets",
        "write it once",
    ),
    "an override beyond a list": (
        RATE,
        "§variables.oil_price.scale.2: 0.1",
        "'2' goes on from variables.oil_price.scale, which is a list with entries 0 to 1",
        None,
    ),
    "an override within what is not there": (
        RATE,
        "§actions.north.strike.harms.south: 1",
        "there is no 'harms' in actions.north.strike",
        "it has casualties, drivers, effects, label, rate, reply, rung, source …; "
        "a new entry is written as a whole: 'actions.north.strike.harms: ...'",
    ),
}


@pytest.mark.parametrize("case", IN_THE_SCENARIO)
def test_a_fault_of_the_scenario_is_said_at_its_place(tmp_path, case):
    old, new, said, hint = IN_THE_SCENARIO[case]
    scenario, place = marked(SCENARIO, old, new)
    assert faults_of(tmp_path, scenario=scenario) == [
        f"summer.yaml:{place}: {said}",
        *([f"    {hint}"] if hint else []),
    ]


@pytest.mark.parametrize("key", ["title", "start", "days"])
def test_what_no_file_says_is_missing_from_the_one_asked_for(tmp_path, key):
    scenario = "".join(line for line in SCENARIO.splitlines(True) if not line.startswith(f"{key}: "))
    assert faults_of(tmp_path, scenario=scenario) == [
        f"summer.yaml:1:1: missing '{key}'",
        "    neither this file nor what it extends gives it",
    ]


def test_a_fault_of_history_is_said_in_its_own_file(tmp_path):
    scenario = SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n"
    history = changed(changed(HISTORY, "deaths: 1", "deaths: few"), "do: north.strike", "do: north.strik")
    assert faults_of(tmp_path, scenario=scenario, history=history) == [
        "record.yaml:5:58: events.mines.deaths: expected a whole number, found 'few'",
        "record.yaml:6:31: unknown action 'north.strik' in events.later.do",
        "    did you mean 'north.strike'?",
    ]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("§record.yaml", "history: expected a map, found 'record.yaml'"),
        ("{file: §strait.yaml, until: 2019-05-31}", "'strait.yaml' is a theatre, not a history"),
        ("{file: §summer.yaml, until: 2019-05-31}", "'summer.yaml' is a scenario, not a history"),
        ("{file: §records.yaml, until: 2019-05-31}", "there is no file 'records.yaml'"),
        ("{file: §/etc/hostname, until: 2019-05-31}", "'/etc/hostname' leads outside the scenario's folder"),
        ("{file: record.yaml, until: §2019-04-31}", "history.until: '2019-04-31' is not a date"),
        (
            "{file: record.yaml, until: §2019-04-30}",
            "history.until: history ends on 2019-04-30, before the first day, 2019-05-01",
        ),
    ],
)
def test_a_history_that_cannot_be_imposed_is_a_fault_of_the_scenario(tmp_path, history, said):
    scenario, place = marked(SCENARIO, "script:\n", f"history: {history}\nscript:\n")
    assert faults_of(tmp_path, scenario=scenario, history=HISTORY)[0] == f"summer.yaml:{place}: {said}"


def test_a_script_cannot_take_the_name_of_an_event_of_history(tmp_path):
    scenario = changed(SCENARIO, "first_mine", "history_mines") + "history: {file: record.yaml, until: 2019-05-31}\n"
    said = "summer.yaml:16:3: 'history_mines' is the name of an entry of the history"
    assert faults_of(tmp_path, scenario=scenario, history=HISTORY)[0] == said


def test_all_faults_of_all_files_come_at_once(tmp_path):
    parent = changed(SCENARIO, "days: 120", "days: many")
    theatre = changed(changed(THEATRE, "rung: 6", "rung: 12"), "    once: true\n", "    once: true\n    once: false\n")
    small(tmp_path, scenario=parent, theatre=theatre, history="schema_version: 1\nevents: {x: {on: never, do: us.x}}\n")
    child = tmp_path / "child.yaml"
    child.write_text(
        "schema_version: 1\nextends: summer.yaml\ntitel: Misspelt\n"
        "overrides: {actions.north.strke.rate: 1}\nhistory: {file: record.yaml, until: 2019-05-31}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load.load(child)
    assert [(fault.file, fault.line, fault.column) for fault in caught.value.faults] == [
        ("child.yaml", 3, 1),
        ("child.yaml", 4, 13),
        ("record.yaml", 2, 18),
        ("record.yaml", 2, 29),
        ("strait.yaml", 97, 11),
        ("strait.yaml", 127, 5),
        ("summer.yaml", 6, 7),
    ]


def test_beside_a_faulty_theatre_the_dates_of_the_scenario_are_still_checked(tmp_path):
    lines = faults_of(
        tmp_path,
        theatre=changed(THEATRE, "rung: 6", "rung: 12"),
        scenario=changed(SCENARIO, "on: 2019-06-01", "on: 2029-06-01"),
    )
    assert [line.split(": ")[0] for line in lines] == ["strait.yaml:97:11", "summer.yaml:17:21"]


def test_what_an_override_breaks_is_said_where_the_override_is_written(tmp_path):
    scenario = changed(SCENARIO, "mine_strait.rate: 0.004", "mine_strait.casualties: {chance: 2, deaths: 0, who: us}")
    assert faults_of(tmp_path, scenario=scenario) == [
        "summer.yaml:13:50: actions.south.mine_strait.casualties.chance: 2 is out of range",
        "    allowed is from 0 to 1",
        "summer.yaml:13:61: actions.south.mine_strait.casualties.deaths: 0 is out of range",
        "    allowed is from 1 to 1e+06",
        "summer.yaml:13:64: unknown key 'who' in actions.south.mine_strait.casualties",
        "    did you mean 'whose'?",
    ]


def test_an_inherited_override_is_blamed_on_the_file_that_wrote_it(tmp_path):
    small(tmp_path, scenario=changed(SCENARIO, "rate: 0.004", "rate: -4"))
    (tmp_path / "child.yaml").write_text("schema_version: 1\nextends: summer.yaml\n")
    with pytest.raises(ScenarioError) as caught:
        load.load("child.yaml")
    assert str(caught.value).startswith("summer.yaml:13:35: actions.south.mine_strait.rate: -4 is out of range")


def test_files_are_named_from_the_current_folder_or_as_given(tmp_path, monkeypatch):
    path = small(tmp_path, scenario=SCENARIO + "x: 1\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    for given in (path, "../summer.yaml"):
        with pytest.raises(ScenarioError) as caught:
            load.load(given)
        assert caught.value.faults[0].file == str(given)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load.load(path)
    assert caught.value.faults[0].file == "summer.yaml"


def test_faults_are_sorted_said_once_and_survive_the_way_between_processes():
    import pickle

    late, early = Fault("b.yaml", 2, 1, "late"), Fault("a.yaml", 10, 1, "early", "do this")
    error = pickle.loads(pickle.dumps(ScenarioError([late, early, late])))
    assert error.faults == (early, late)
    assert str(error) == "a.yaml:10:1: early\n    do this\nb.yaml:2:1: late"
