"""The README's examples run as they stand; what it states in numbers, `test_stated` holds."""

import io
import re
import shlex
import sys
from pathlib import Path

import pytest

import sim

from .every_verb import ask

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


FEWER = {"runs": 60, "samples": 256, "replicates": 8}
"""How the README's Python is made short; what its numbers come to, `test_stated` holds."""


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.S))
def test_python_in_the_readme_runs_as_it_stands_but_for_fewer_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiet = re.search(r"```yaml\n(.*?)```", README, re.S)
    assert quiet is not None
    (tmp_path / "quiet.yaml").write_text(quiet[1], encoding="utf-8")
    for option, few in FEWER.items():
        block = re.sub(rf"\b{option}=\d+", f"{option}={few}", block)
    exec(compile(block, "README.md", "exec"), {})


def test_every_shipped_scenario_stands_in_the_table_of_questions():
    listed = re.findall(r"^\| \[(\w+)\]\(scenarios/\1\.yaml\) \|", README, re.M)
    shipped = {path.stem for path in (Path(__file__).parent.parent / "scenarios").glob("*.yaml")}
    assert set(listed) == shipped - {"history", "sources"}


def test_contributing_names_every_room_of_the_house_in_a_sentence():
    tree = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    told, above = set(), []
    for line in tree.splitlines():
        if match := re.match(r"^( *)([\w.]+/|\w+\.py)  +(\S.*)$", line):
            depth = len(match[1]) // 2
            above = [*above[:depth], match[2].rstrip("/")]
            told.add("/".join(above))
    package = Path(sim.__file__).parent
    rooms = {path.parent for path in package.rglob("*.py") if "starts" not in path.parts}
    assert {"/".join(("sim", *room.relative_to(package).parts)) for room in rooms} == {
        each for each in told if each.startswith("sim") and not each.endswith(".py")
    }


EXTRAS = ("SALib", "ema_workbench", "distributed", "jupyterlab", "ipywidgets")
"""What `make demo` does not install."""
SMALL = {"--runs": "20", "--samples": "128", "--replicates": "2", "--run": "7", "--event": "5", "--particles": "32"}
TAKES = {"--runs": ("run", "compare", "branch", "choices"), "--samples": ("sweep",)}
TAKES |= {"--replicates": ("sweep", "filter", "surprise"), "--particles": ("filter", "surprise", "hindcast")}
TAKES |= {"--run": (), "--event": ()}
"""How a command is made short, whatever its numbers, and which verbs take that."""


def commands_of(page: str) -> list[list[str]]:
    """Every command that stands in a block of the page, and every whole one in its text, in their order."""
    found = []
    for block, inline in re.findall(r"^(?:\.venv/bin/)((?:sim|pip) [^\n#]+)|`(sim [^`]+)`", page, re.M):
        words = shlex.split(block or inline.replace("\n", " "))
        elsewhere = (
            words[1] in ("tip", "lint", "merge", "fit", "serve", "tournament") or "--pool" in words
        )  # typed in tests of their own
        if len(words) > 2 and not elsewhere and not re.search(r"[A-Z]{3}|…|install-completion", " ".join(words[:4])):
            found += [words] if words not in found else []
    return found


@pytest.mark.fault("readme", "three commands did not work as printed after make demo")
def test_every_command_of_the_readme_works_as_printed_after_make_demo(tmp_path, monkeypatch, record_property):
    quiet = re.search(r"```yaml\n(.*?)```", README, re.S)
    assert quiet is not None
    (tmp_path / "quiet.yaml").write_text(quiet[1], encoding="utf-8")
    sim.run("baseline", runs=20, seed=7, save=tmp_path / "results" / "baseline", progress=None)
    monkeypatch.chdir(tmp_path)
    for name in EXTRAS:
        monkeypatch.setitem(sys.modules, name, None)
    ran = 0
    for words in commands_of(README.split("## How it is built")[0]):
        if words[0] == "pip":
            assert words[-1] == ".[sweep]"
            for name in EXTRAS[:2]:
                monkeypatch.delitem(sys.modules, name)
            continue
        fewer = {option: value for option, value in SMALL.items() if option not in words and words[1] in TAKES[option]}
        asked = [SMALL.get(before, word) for before, word in zip(["", *words], words, strict=False)]
        asked += [part for option in fewer.items() for part in option]
        asked += ["--no-figures"] if words[1] == "run" and "--record" not in words else []
        monkeypatch.setattr("sys.stdin", io.StringIO("go\nquit\n"))  # of whoever sits at the table
        answered = ask(*asked[1:])
        assert answered.code == 0, (words, answered.err)
        ran += 1
    assert ran >= 20
    record_property("now", f"{ran} commands run as printed")
