"""Whatever `sim validate` takes, every verb takes; what no verb could take is refused where it stands."""

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings

from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load

from .every_verb import NOT_PRECISE, SOME_FAILED, ask, asked_of
from .small_scenarios import action, actor, theatre
from .strategies import Map, small_theatres

THEATRES = 2
"""Generated ones that every verb is asked of, each in two seconds."""

FAIR = ("nothing to compare the options by", "reverse the comparison", "none of the", "failed on day")
"""What a verb may say instead of an answer: where there is none to the question."""

NORTH = {"kind": "state", "label": "North"}
FEAR = {"fear": {"kind": "unit", "start": {"value": 0.2, "plausible": [0.1, 0.3]}}}
WARN = {"north.warn": action(1, "south", {"value": 0.2, "plausible": [0.1, 0.4]})}
PANIC = {"panic": {"fear": ">= 0.5"}}
TWO = {"north": actor(), "south": actor()}

EMPTY: dict[str, Map] = {
    "one actor": theatre({"north": actor()}, {}, FEAR, PANIC),
    "no actions": theatre(TWO, {}, FEAR, PANIC),
    "no outcomes": theatre(TWO, WARN, FEAR),
    "no variables": theatre(TWO, WARN),
    "nobody but a market": theatre({"exchange": {"kind": "market", "label": "Exchange", "prices": []}}, {}),
}


def written(its_theatre: Map, folder: Path, **rest: object) -> Path:
    """A theatre and a scenario of it, as files."""
    content = {"schema_version": 1, "extends": "small.yaml", "title": "Asked", "start": "2020-01-01", "days": 20} | rest
    for name, entry in (("small", its_theatre), ("asked", content)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(_plain(entry), sort_keys=False), encoding="utf-8")
    return folder / "asked.yaml"


def _plain(entry):
    """Tuples as lists, which YAML has."""
    if isinstance(entry, dict):
        return {key: _plain(value) for key, value in entry.items()}
    return [_plain(value) for value in entry] if isinstance(entry, list | tuple) else entry


def take_all(file: Path, folder: Path, *options: str) -> int:
    """Ask every verb; how many answered."""
    verbs = 0
    for words, answered in asked_of(file, folder, *options):
        refused = answered.code == 2 and any(reason in answered.err for reason in FAIR)
        assert refused or answered.code in (0, SOME_FAILED, NOT_PRECISE), (words, answered)
        verbs += 1
    return verbs


@settings(max_examples=THEATRES, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(its_theatre=small_theatres())
def test_every_verb_takes_what_is_valid(its_theatre):
    for variable in its_theatre["variables"].values():
        if variable["kind"] == "unit":
            variable["start"] = {"value": variable["start"], "plausible": [0, 1]}
    with tempfile.TemporaryDirectory() as folder:
        take_all(written(its_theatre, Path(folder)), Path(folder))


@pytest.mark.fault("10", "sim new --extends of a theatre without actions: a traceback")
@pytest.mark.fault("10 11", "a report without outcomes: a traceback")
@pytest.mark.parametrize("missing", EMPTY)
def test_every_verb_takes_a_theatre_that_lacks_something(missing, tmp_path, record_property, monkeypatch):
    file = written(EMPTY[missing], tmp_path)
    verbs = take_all(file, tmp_path, *(["--no-figures"] if missing in ("one actor", "no actions") else []))
    monkeypatch.chdir(tmp_path)
    assert ask("new", "mine", "--extends", "asked.yaml").code == 0
    assert ask("new", "other", "--extends", "small.yaml").code == 0
    assert ask("validate", "mine.yaml", "other.yaml").code == 0
    assert ask("run", "other.yaml", "--runs", 3, "--no-figures").code == 0
    record_property("now", f"{missing}: {verbs + 4} verbs answer")


@pytest.mark.fault("12", "why A B where an actor has no actions in B: a traceback")
def test_why_takes_two_theatres_of_which_one_lets_an_actor_do_nothing(tmp_path, record_property):
    for name, its_theatre in (("one", theatre(TWO, WARN, FEAR, PANIC)), ("other", theatre(TWO, {}, FEAR, PANIC))):
        (tmp_path / name).mkdir()
        written(its_theatre, tmp_path / name)
    one, other = (tmp_path / name / "asked.yaml" for name in ("one", "other"))
    for words in (
        ("why", one, other, "--run", 1),
        ("why", other, one, "--run", 1),
        ("compare", one, other, "--runs", 5),
    ):
        answered = ask(*words)
        assert answered.code == 0, answered
    record_property("now", answered.out.splitlines()[0].strip()[:60])


@pytest.mark.parametrize(
    ("section", "name"),
    [
        *(
            ("variables", name)
            for name in ("run", "day", "date", "seed", "iteration", "con", "lpt1", "tension", "true")
        ),
        ("variables", "rung_rivals"),
        *(("outcomes", name) for name in ("run", "deaths", "rung_3", "null")),
        *(("actors", name) for name in ("script", "world", "any", "false")),
        *(("conditions", name) for name in ("tension", "fear")),
        ("dyads", "true"),
    ],
)
@pytest.mark.fault("8", "accepted by validate, a crash in the run")
@pytest.mark.fault("8b", "one series replaced the other")
@pytest.mark.fault("8 8b 9", "an actor named script: a traceback")
def test_an_id_that_something_of_ours_bears_is_refused_where_it_stands(section, name, tmp_path, record_property):
    entries = {
        "variables": {"kind": "unit", "start": 0.1, "label": "Taken"},
        "outcomes": {"label": "Taken", "when": {"fear": ">= 0.5"}},
        "actors": NORTH,
        "conditions": {"fear": ">= 0.5"},
        "dyads": {"label": "Taken", "sides": [["north"], ["south"]]},
    }
    dyads = {"rivals": {"label": "Rivals", "sides": [["north"], ["south"]]}}
    whole = theatre(TWO, WARN, FEAR, PANIC, dyads=dyads, conditions={})
    whole[section] = {**whole[section], name: entries[section]}
    file = written(whole, tmp_path)
    with pytest.raises(ScenarioError) as refused:
        load(file)
    (fault,) = refused.value.faults
    lines = (tmp_path / "small.yaml").read_text(encoding="utf-8").splitlines()
    assert any(name in line for line in lines[fault.line - 2 : fault.line]), fault
    assert f"how about 'the_{name}'" in str(refused.value)
    record_property("now", f"{section}.{name}: {fault.message[:50]}")
