"""Compiled kernels are kept on the machine, never beside the package, and never used once their text has changed."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
SOURCES = [*sorted((PACKAGE / "engine").glob("*.py")), PACKAGE / "theatre" / "arithmetic.py"]

DRAW = """
import numpy as np
from sim.engine.dice import words
from sim.engine.kernel import cache_folder, kernel

@kernel
def draw(out):
    out[0], out[1] = words(np.uint64(7), 1, 0, 2, 1, 5)

out = np.zeros(2, np.uint64)
draw(out)
print(out[0], cache_folder())
"""


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package that may be edited."""
    shutil.copytree(PACKAGE, tmp_path / "here" / "sim", ignore=shutil.ignore_patterns("__pycache__", "scenarios"))
    (tmp_path / "here" / "draw.py").write_text(DRAW, encoding="utf-8")
    return tmp_path / "here"


def told(copy: Path, code: str, cache: Path) -> list[str]:
    """What a process of its own prints that keeps its kernels in `cache`."""
    lies = {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    outside = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, *code.split()], cwd=copy, env=outside | lies, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_kernel_is_compiled_anew_when_what_it_calls_in_another_file_was_edited(copy, tmp_path):
    before, place = told(copy, "draw.py", tmp_path / "cache")
    assert told(copy, "draw.py", tmp_path / "cache") == [before, place]
    dice = copy / "sim" / "engine" / "dice.py"
    dice.write_text(dice.read_text(encoding="utf-8").replace("0xD2511F53", "0xD2511F55"), encoding="utf-8")
    after, elsewhere = told(copy, "draw.py", tmp_path / "cache")
    assert after != before
    assert elsewhere != place


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_an_edit_to_any_source_of_kernels_gives_them_another_place(source, copy, tmp_path, monkeypatch):
    from sim.engine import kernel

    monkeypatch.setattr(kernel, "__file__", str(copy / "sim" / "engine" / "kernel.py"))
    monkeypatch.setattr(kernel.sim.theatre, "__file__", str(copy / "sim" / "theatre" / "__init__.py"))
    monkeypatch.setattr(kernel.platformdirs, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    before = kernel.cache_folder.__wrapped__()
    with (copy / source.relative_to(PACKAGE.parent)).open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert kernel.cache_folder.__wrapped__() != before


def test_nothing_is_written_beside_the_package_and_a_home_that_cannot_be_written_to_does_not_matter(copy):
    before = sorted(copy.rglob("*"))
    _, place = told(copy, "draw.py", Path("/dev/null/cache"))
    assert Path(place).is_relative_to(copy.parent)
    assert sorted(copy.rglob("*")) == before


def test_kernels_that_nobody_used_for_months_are_removed(tmp_path):
    from sim.engine import kernel

    old, new = tmp_path / "kernels-old", tmp_path / "kernels-new"
    for folder in (old, new):
        folder.mkdir()
    months_ago = time.time() - kernel.UNUSED - 60
    os.utime(old, (months_ago, months_ago))
    kernel._forget_unused(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kernels-new"]
