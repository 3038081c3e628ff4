"""What a paper is given: methods that are true of the result, every number with its source, and nobody invented."""

import csv
import json
import re
from dataclasses import replace
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml

import sim as package
from sim.report.cite import cite
from sim.report.latex import code, escaped, tables
from sim.results.storage.manifest import read_manifest

from .test_cli import sim


def cited(folder, *, cwd, **more):
    return json.loads(sim("cite", folder, "--json", cwd=cwd, **more).stdout)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with a result of each kind."""
    there = tmp_path_factory.mktemp("results")
    lesson = ("run", "first_lesson", "--seed", "7", "--no-figures")
    sim(*lesson, "--runs", "20", "--out", "runs", cwd=there)
    sim(*lesson, "--until-halfwidth", "0.2", "--outcome", "spiral", "--out", "until", cwd=there)
    sim(*lesson, "--runs", "40", "--uncertain", "--summary-only", "--out", "uncertain", cwd=there)
    sweep = ("sweep", "first_lesson", "--method", "morris", "--samples", "20", "--param", "actions.north.*.rate")
    sim(*sweep, "--out", "sweep", cwd=there)
    return there


def test_methods_say_what_was_run(results):
    lesson = package.load("first_lesson")
    told = cited("runs", cwd=results)["paragraph"]
    for said in (
        package.__version__,
        lesson.sha256,
        lesson.title,
        "20 runs under seed 7",
        "Wilson score",
        "Philox4x32-10",
    ):
        assert said in told
    manifest = json.loads((results / "runs/run.json").read_text())
    assert manifest["rules_sha256"] in told
    assert f"NumPy {manifest['versions']['numpy']}" in told
    assert f"Of the {len(list(cited('runs', cwd=results)['numbers']))} numbers" in told
    assert "North calls up two brigades" in told, "what the scenario sets"


def test_each_kind_of_result_says_how_it_came_about(results):
    until, uncertain, sweep = (cited(name, cwd=results)["paragraph"] for name in ("until", "uncertain", "sweep"))
    assert "half-width of the interval of the share of spiral was at most 0.2" in until
    assert "confidence sequences" in until
    assert re.search(r"\d+ uncertain numbers were drawn .* for every 4 runs", uncertain)
    assert "effective number of runs" in uncertain
    design = json.loads((results / "sweep/run.json").read_text())["design"]
    assert f"32 times at each of {design['points']} points, on the same dice" in sweep
    assert "by the method morris over the ranges of 4 numbers" in sweep
    assert "Wilson" not in sweep


def test_of_draws_by_other_rules_neither_their_number_nor_their_law_is_told(results):
    found = cite(results / "uncertain")
    older = replace(found.manifest, made={**found.manifest.made, "rules_sha256": "0" * 64})
    told = replace(found, manifest=older).paragraph
    assert "drawn from their plausible ranges by the law of the version that made them." in told
    assert "uncertain numbers were" not in told
    assert "percentile" in found.paragraph
    assert "percentile" not in told


def test_the_numbers_are_those_of_the_scenario_and_files_are_new(results, tmp_path):
    said = sim("cite", str(results / "runs"), "--out", str(tmp_path / "paper"), cwd=tmp_path)
    assert {file.name for file in (tmp_path / "paper").iterdir()} == {
        "methods.txt", "software.bib", "numbers.csv", "numbers.tex",
    }  # fmt: skip
    assert (tmp_path / "paper/methods.txt").read_text() == said.stdout
    rows = list(csv.DictReader((tmp_path / "paper/numbers.csv").read_text().splitlines()))
    numbers = dict(package.load("first_lesson").numbers())
    assert len(rows) == len(cited(str(results / "runs"), cwd=tmp_path)["numbers"]) > 50
    for row in rows:
        assert float(row["value"]) == numbers[row["path"]].value
        assert row["source"] or row["kind"] in ("scenario", "unsourced")
    latex = (tmp_path / "paper/numbers.tex").read_text()
    assert latex.count("\\\\") == len(rows) + latex.count(r"\begin{tabular}")
    assert latex.count("{") == latex.count("}")
    refused = sim("cite", str(results / "runs"), "--out", str(tmp_path / "paper"), cwd=tmp_path, code=2)
    assert "already exists" in refused.stderr
    one = sim("cite", str(results / "runs"), "--out", "one", "--format", "csv", cwd=tmp_path)
    assert "numbers.csv" in one.stderr
    assert not (tmp_path / "one/numbers.tex").exists()
    assert "--out says where" in sim("cite", str(results / "runs"), "--format", "csv", cwd=tmp_path, code=2).stderr


def test_an_unfinished_result_or_none_is_not_cited(results, tmp_path):
    assert "is not a result of sim" in sim("cite", "nothing", cwd=tmp_path, code=2).stderr
    (tmp_path / "half").mkdir()
    half = replace(read_manifest(results / "runs"), status="running")
    (tmp_path / "half/run.json").write_text(half.text())
    assert "is not finished" in sim("cite", "half", cwd=tmp_path, code=2).stderr


def test_what_it_extends_is_told_only_while_its_file_is_the_same(results, tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Mine\noverrides:\n  actions.north.strike.rate: 0.004\n"
    )
    sim("run", "mine.yaml", "--no-figures", "--runs", "4", "--out", "mine", cwd=tmp_path)
    told = cited("mine", cwd=tmp_path)["paragraph"]
    assert "It extends" in told
    assert "Strike a border post: daily odds by itself is now 0.004" in told
    (tmp_path / "mine.yaml").write_text("another")
    assert "not listed, because its file was not found unchanged" in cited("mine", cwd=tmp_path)["paragraph"]


def test_the_software_is_cited_as_the_package_says_with_no_doi(results):
    cff = yaml.safe_load((Path(__file__).parents[1] / "CITATION.cff").read_text())
    about = metadata("escalation-sim")
    assert cff["version"] == about["Version"]
    assert [author["name"] for author in cff["authors"]] == [about["Author"]]
    assert cff["title"] == f"escalation-sim: {about['Summary']}"
    assert cff["license"] == about["License-Expression"]
    entry = cited("runs", cwd=results)["bibtex"]
    assert f"author = {{{{{about['Author']}}}}}" in entry
    assert f"version {about['Version']}" in entry
    assert "doi" not in entry.lower()
    assert entry.count("{") == entry.count("}")


def test_text_of_files_is_no_command_of_latex():
    assert escaped(r"\input{x} 5 % of $x_1 & #2~^") == (
        r"\textbackslash{}input\{x\} 5 \% of \$x\_1 \& \#2\textasciitilde{}\textasciicircum{}"
    )
    assert escaped("a--b ''c'' [d] <e>\nf") == "a-{}-b '{}'c'{}' {[}d] $<$e$>$ f"
    assert escaped("≥ 3 \N{EN DASH} né, 市\x00") == r"$\geq$ 3 -- né, {[}U+5E02]{[}U+0000]"
    assert code("a.b_c") == r"\texttt{a.\allowbreak{}b\_\allowbreak{}c}"
    assert list(tables(("one",), [("1",), ("2",), ("3",)], "l", at_once=2)).count(r"\end{tabular}\par\bigskip") == 2
