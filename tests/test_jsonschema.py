"""The JSON Schemas accept what loads, refuse what is misspelt, and are the ones that editors are given."""

import json
from pathlib import Path

import pytest
from check_jsonschema import main
from click.testing import CliRunner, Result

from sim.theatre.files.jsonschema import schema, text
from sim.theatre.files.locate import shipped, shipped_files
from tests.small import HISTORY, SCENARIO, THEATRE, small

KINDS = ("scenario", "theatre", "history", "sources", "sweep", "map")
SOURCES = "schema_version: 1\nreferences: {S1: {text: A book, date: 2019-05-12}}\n"
SCHEMAS = Path(__file__).parent.parent / "scenarios" / "schemas"


def checked(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def against(kind: str, *files: Path) -> Result:
    return checked("--schemafile", SCHEMAS / f"{kind}.schema.json", *files)


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_those_of_the_language_as_it_is(kind):
    rewrite = "python -c \"from sim.theatre.files.jsonschema import *; write(Path('scenarios/schemas'))\""
    assert (SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8") == text(kind), f"stale; run {rewrite}"


def test_the_schemas_are_schemas():
    files = [SCHEMAS / f"{kind}.schema.json" for kind in KINDS]
    assert checked("--check-metaschema", *files).exit_code == 0
    assert {json.loads(file.read_text())["$schema"] for file in files} == {
        "https://json-schema.org/draft/2020-12/schema"
    }


def test_what_loads_passes(tmp_path):
    small(tmp_path, history=HISTORY, scenario=SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "sweep.yaml").write_text("schema_version: 1\nsweep: summer.yaml\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("schema_version: 1\nmap: strait.yaml\n", encoding="utf-8")
    files = ("summer.yaml", "strait.yaml", "record.yaml", "sources.yaml", "sweep.yaml", "map.yaml")
    for kind, name in zip(KINDS, files, strict=True):
        result = against(kind, tmp_path / name)
        assert result.exit_code == 0, result.output


def test_what_is_shipped_passes():
    theatres = [path for path in shipped_files() if path.parent.name == "theatres"]
    alone = {kind: shipped() / f"{kind}.yaml" for kind in ("history", "sources")}
    scenarios = [path for path in shipped_files() if path.parent == shipped() and path not in alone.values()]
    for kind, paths in {"theatre": theatres, "scenario": scenarios, **{kind: [alone[kind]] for kind in alone}}.items():
        result = against(kind, *paths)
        assert result.exit_code == 0, result.output


MISTAKES = {
    "a misspelt key": ("cooldown:", "coldown:", "'coldown' was unexpected"),
    "a number for a comparison": ('{tension: "<= 20"}', "{tension: 20}", "tension: 20 is not"),
    "a rung above the ladder": ("    9: {label", "    10: {label", "'10' does not match"),
    "a rung without severity": ("{label: words, severity: 1}", "{label: words}", "'severity' is a required property"),
    "a unit that does not exist": ("memory: 45 d,", "memory: 45 days,", "45 days"),
    "a name in capitals": ("  dear_oil:", "  Dear_Oil:", "'Dear_Oil' does not match"),
    "a target without a base": ("{base: 0.1, shipping: 0.4}", "{shipping: 0.4}", "'base' is a required property"),
    "a noise of an action": ("    once: true", "    once: true\n    noise: 1", "'noise' was unexpected"),
    "a sides too many": ("[[north], [south]]", "[[north], [south], [east]]", "is too long"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_fails(tmp_path, case):
    old, new, said = MISTAKES[case]
    assert THEATRE.count(old) == 1
    small(tmp_path, theatre=THEATRE.replace(old, new))
    result = against("theatre", tmp_path / "strait.yaml")
    assert result.exit_code == 1
    assert said in result.output


def test_a_mistake_in_sources_fails(tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES.replace("S1", "s1").replace("2019-05-12", "May 2019"), encoding="utf-8")
    result = against("sources", path)
    assert result.exit_code == 1
    assert "'s1' does not match" in result.output


def test_a_mistake_in_a_scenario_fails(tmp_path):
    path = small(tmp_path, scenario=SCENARIO.replace("days:", "dayz:").replace("2019-05-12", "2019-15-12"))
    result = against("scenario", path)
    assert result.exit_code == 1
    assert "'dayz' was unexpected" in result.output
    assert "'2019-15-12' is not a 'date'" in result.output


def test_an_editor_finds_a_description_for_what_needs_one():
    definitions = schema("theatre")["$defs"]
    assert definitions["Action"]["properties"]["calm"]["description"].startswith("Share of its target's grievance")
    assert definitions["Condition"]["additionalProperties"] == {"$ref": "#/$defs/Limit"}
    assert set(definitions["Condition"]["properties"]) == {"any", "of", "at_least", "at_most", "for", "on"}
    assert "title" in schema("theatre")["properties"], "a field may be called like a word of JSON Schema"


def test_nothing_generated_clutters_an_editor():
    for kind in KINDS:
        # a script and changes leave out what they inherit
        sections = 11  # whose entries a file that extends another may leave out
        may_be_left_out = {"scenario": 2 + sections, "theatre": sections}
        assert text(kind).count('"null"') == may_be_left_out.get(kind, 0)
        assert "discriminator" not in text(kind)


def test_what_is_written_short_passes_and_what_it_leaves_out_does_not(tmp_path):
    from tests.test_writing_short import INSULT, MORE, with_acts

    acts = INSULT + "  north.strike_hard: {like: north.strike, harms: null}\n  curse: {like: insult, by: [north]}\n"
    small(tmp_path, theatre=with_acts(acts))
    (tmp_path / "wide.yaml").write_text(f"schema_version: 1\n{MORE}", encoding="utf-8")
    both = "schema_version: 1\nextends: [a, b]\ntitle: Both\n" + MORE.partition("title: Three shores\n")[2]
    (tmp_path / "both.yaml").write_text(both, encoding="utf-8")
    for kind, name in (("theatre", "strait.yaml"), ("theatre", "wide.yaml"), ("scenario", "both.yaml")):
        assert against(kind, tmp_path / name).exit_code == 0, against(kind, tmp_path / name).output
    (tmp_path / "wide.yaml").write_text(f"schema_version: 1\n{MORE.replace('extends: strait.yaml', '')}")
    assert "'ladder' is a required property" in against("theatre", tmp_path / "wide.yaml").output
    small(tmp_path, theatre=with_acts(INSULT.replace("    rung: 1\n", "")))
    assert against("theatre", tmp_path / "strait.yaml").exit_code == 1
