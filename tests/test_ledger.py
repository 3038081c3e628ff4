"""The ledger of arguable numbers, and the comments that tell each number's influence where it is written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.experiments.sweep.ledger import WEAKNESS, ledger
from sim.results.errors import StoreError
from sim.theatre.files.comments import with_comments
from sim.theatre.files.locate import shipped
from sim.theatre.files.yaml_tree import compose, plain, read

MEASURE = "mobilised"


@pytest.fixture(scope="module")
def swept():
    return sim.sweep("first_lesson", ["actors.*", "variables.*"], "oat", None, 8, 3, progress=None)


def test_what_matters_and_rests_on_little_comes_first_with_its_line(swept):
    found, indices = sim.ledger(swept, MEASURE), swept.indices(MEASURE).set_index("parameter")
    assert found["argument"].is_monotonic_decreasing
    lines = (shipped() / "theatres" / "two_rivals.yaml").read_text(encoding="utf-8").splitlines()
    for row in found.itertuples(index=False):
        assert row.argument == pytest.approx(indices.loc[row.parameter, "swing"] * WEAKNESS[row.kind])
        assert Path(row.file).name == "two_rivals.yaml"
        assert row.parameter.rpartition(".")[2] in lines[row.line - 1]
        assert f"{row.value:g}" in lines[row.line - 1]
    assert set(found["kind"]) <= set(WEAKNESS)


def test_weights_are_the_users_to_choose(swept):
    found = ledger(swept, MEASURE, weakness=dict.fromkeys(WEAKNESS, 2.0))
    assert (found["argument"] == 2 * found["influence"]).all()


def test_a_number_that_the_scenario_sets_is_told_with_the_scenarios_line(tmp_path):
    text = "schema_version: 1\nextends: first_lesson\noverrides:\n  actors.north.replies.rate: 0.3\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    swept = sim.sweep(tmp_path / "mine.yaml", ["actors.*.replies.rate"], "oat", None, 4, 3, progress=None)
    found = sim.ledger(swept, MEASURE, tmp_path / "mine.yaml").set_index("parameter")
    own = found.loc["actors.north.replies.rate"]
    assert (Path(own["file"]).name, own["line"], own["kind"]) == ("mine.yaml", 4, "scenario")
    assert Path(found.loc["actors.south.replies.rate", "file"]).name == "two_rivals.yaml"
    assert sim.ledger(swept, MEASURE)["file"].isna().all()  # nothing of that name is to be found from here
    with pytest.raises(StoreError, match="not found, or have changed"):
        sim.annotated(swept, MEASURE)
    with pytest.raises(StoreError, match="is not the scenario that was swept"):
        sim.ledger(swept, MEASURE, "first_lesson")
    assert sim.annotated(swept, MEASURE, tmp_path / "mine.yaml").count("# mobilised: swing") == 1


def test_an_annotated_theatre_says_the_same_and_tells_each_influence(swept, tmp_path):
    made = tmp_path / "two_rivals.yaml"
    made.write_text(sim.annotated(swept, MEASURE), encoding="utf-8")
    before = shipped() / "theatres" / "two_rivals.yaml"
    assert plain(read(made)[0]) == plain(read(before)[0])
    found = sim.ledger(swept, MEASURE)
    lines = made.read_text(encoding="utf-8").splitlines()
    assert sum("# mobilised: swing" in line for line in lines) == found["line"].nunique()
    row = found.iloc[0]
    assert f"# mobilised: swing {row['influence']:.2g}" in lines[row["line"] - 1]


TEXTS = """\
bare: 1
noted: 2  # said already
hash: "a # in quotes"
quoted: {value: 3, source: "a text that goes on
  over a line"}
plain: a text that
  goes on too
flow: {a: 1, b: 2,
  c: 3}
block: |
  one
  two
folded: >-
  three # no comment
  four
last: 5
"""


@pytest.mark.parametrize("line", range(1, len(TEXTS.splitlines()) + 1))
def test_a_comment_never_changes_what_a_file_says(line):
    made = with_comments(TEXTS, {line: "SAID"})
    assert plain(compose("made", made)[0]) == plain(compose("before", TEXTS)[0])
    assert made.count("SAID") == 1
    assert len(made.splitlines()) == len(TEXTS.splitlines())


def test_comments_stand_where_they_belong_or_where_the_text_ends():
    made = with_comments(TEXTS, {1: "one", 2: "two", 3: "three", 4: "four", 16: "last"}).splitlines()
    assert made[0].startswith("bare: 1 ")
    assert made[0].endswith("  # one")
    assert made[1] == "noted: 2  # said already; two"
    assert made[2].endswith('"a # in quotes"' + " " * (60 - 21) + "  # three")
    assert made[4].endswith("  # four")
    assert made[15].endswith("  # last")


def test_the_command_tells_and_writes_it(tmp_path):
    folder, noted = str(tmp_path / "made"), tmp_path / "noted.yaml"
    asked = ["sweep", "first_lesson", "--method", "oat", "--param", "actors.*.replies.*", "--replicates", "4"]
    told = CliRunner().invoke(
        app, [*asked, "--outcome", MEASURE, "--ledger", "--annotate", str(noted), "--json", "--out", folder]
    )
    found = json.loads(told.stdout)["ledger"][f"outcome.{MEASURE}"]
    assert found[0]["argument"] >= found[-1]["argument"]
    assert "# mobilised: swing" in noted.read_text(encoding="utf-8")
    again = CliRunner().invoke(app, ["sweep", folder, "--outcome", MEASURE, "--ledger"])
    assert "worth arguing about" in again.stdout
    assert "two_rivals.yaml:" in again.stdout
    refused = CliRunner().invoke(app, ["sweep", folder, "--annotate", str(noted)])
    assert refused.exit_code == 2
    assert "already exists" in refused.output
