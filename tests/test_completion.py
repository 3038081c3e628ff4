"""What the shell offers when Tab is pressed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app


def offered(words: str, shell: str = "bash") -> list[str]:
    """What is offered for the last word, which is the one being written."""
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), "_TYPER_COMPLETE_ARGS": words}
    ended = CliRunner().invoke(app, prog_name="sim", env=asked | {"_SIM_COMPLETE": f"complete_{shell}"})
    return ended.stdout.split()


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_scenarios_by_name_and_files():
    Path("basis.yaml").touch()
    Path("notes.txt").touch()
    Path("cases").mkdir()
    Path("cases", "first.yaml").touch()
    assert offered("sim run ba") == ["baseline", "basis.yaml"]
    assert offered("sim run cases/") == ["cases/first.yaml"]
    everything = offered("sim run ")
    assert {"baseline", "first_lesson", "basis.yaml", "cases/"} <= set(everything)
    assert not {"sources", "history", "persian_gulf", "notes.txt"} & set(everything)
    assert "persian_gulf" in offered("sim describe pe")
    assert offered("sim new mine --extends two") == ["two_rivals"]
    assert offered("sim schema t") == ["theatre"]
    assert offered("sim sweep baseline --method mo") == ["morris"]
    Path("mine.session").touch()
    assert offered("sim play m") == ["mine.session", "moderates_in_tehran"]
    assert offered("sim play first_lesson --as s") == ["south"]


def test_results_where_they_can_be_told(tmp_path):
    sim.run("first_lesson", runs=2, progress=None, save=tmp_path / "results" / "mine")
    assert "results/mine" in offered("sim replay ")
    assert offered("sim compare results/m") == ["results/mine"]
    assert offered("sim explain results/mine --run 0 --actor ") == ["north", "south"]


def test_actors_of_the_scenario_named_before():
    assert offered("sim explain first_lesson --run 0 --actor s") == ["south"]
    assert offered("sim choices first_lesson --actor ") == ["north", "south"]
    assert offered("sim choices --actor ") == []
    assert offered("sim choices nothing --actor ") == []
    assert '"north":"North"' in offered("sim choices first_lesson --actor n", "zsh")[-1]


def test_it_can_be_installed_and_imports_little(tmp_path):
    """Counted in modules, as for help: a shell asks anew at every Tab."""
    helped = CliRunner().invoke(app, ["--help"]).stdout
    assert "--install-completion" in helped
    assert "--show-completion" in helped
    slow = {"numpy", "mesa", "numba", "pandas", "xarray", "zarr", "matplotlib", "pyarrow", "pydantic"}
    code = "import sys; from sim.cli import complete; print(len(complete.scenarios('ba')), *sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    found, *modules = done.stdout.split()
    assert found == "1"
    assert not slow & {name.split(".")[0] for name in modules}
