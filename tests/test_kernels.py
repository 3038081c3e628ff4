"""Compiled kernels are kept on the machine, never beside the package, and never used once what they compute changed."""

import ast
import gc
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine import kept
from sim.engine._numba import kernel, places
from sim.engine.branch import branched
from sim.engine.draw import drawn
from sim.engine.fingerprint import FOLLOWING, KERNELS, RULES, code_sha256, parsed_sha256
from sim.engine.model import LockstepModel
from sim.execution.records import record_of
from sim.experiments.record.likelihood import Likelihood
from sim.theatre.compiled.compile import compile_scenario
from sim.theatre.parameters.ranges import shaping
from sim.theatre.parameters.uncertain import uncertain_numbers

PACKAGE = Path(sim.__file__).parent
COMPILES = ("kernel", "part", "formula", "inline", "intrinsic", "njit")
"""Decorators by which a function is compiled."""

DRAW = """
import numpy as np
from sim.engine.dice import words
from sim.engine._numba import kernel
from sim.engine._numba.places import latest

@kernel
def draw(out):
    out[0], out[1] = words(np.uint64(7), 1, 0, 2, 1, 5)

out = np.zeros(2, np.uint64)
draw(out)
print(out[0], latest(), sum(draw.stats.cache_hits.values()))
"""

FADE = """
import numpy as np
from sim.engine.settle import price_of

out = np.zeros(1)
price_of(np.ones(1), out)
print(out[0], sum(price_of.stats.cache_hits.values()), price_of.py_func.__code__.co_firstlineno)
"""


def source(module: str, package: Path = PACKAGE) -> Path:
    return package.joinpath(*module.split(".")[1:]).with_suffix(".py")


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package that may be edited."""
    shutil.copytree(PACKAGE, tmp_path / "here" / "sim", ignore=shutil.ignore_patterns("__pycache__", "scenarios"))
    (tmp_path / "here" / "draw.py").write_text(DRAW, encoding="utf-8")
    (tmp_path / "here" / "fade.py").write_text(FADE, encoding="utf-8")
    return tmp_path / "here"


@pytest.fixture(autouse=True)
def nothing_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "home", lambda: tmp_path / "remembered")


def told(copy: Path, code: str, cache: Path) -> list[str]:
    """What a process of its own prints that keeps its kernels in `cache`."""
    lies = {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    outside = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, *code.split()], cwd=copy, env=outside | lies, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_kernel_is_compiled_anew_when_what_it_calls_in_another_file_was_edited(copy, tmp_path):
    before, place, _ = told(copy, "draw.py", tmp_path / "cache")
    assert told(copy, "draw.py", tmp_path / "cache") == [before, place, "1"]
    edited(copy / "sim" / "engine" / "dice.py", "0xD2511F53", "0xD2511F55")
    after, elsewhere, hits = told(copy, "draw.py", tmp_path / "cache")
    assert after != before
    assert elsewhere != place
    assert hits == "0"


def test_a_kernel_is_not_compiled_anew_when_only_a_sentence_was_mended_or_the_package_was_moved(copy, tmp_path):
    number, hits, line = told(copy, "fade.py", tmp_path / "cache")
    assert hits == "0"
    edited(copy / "sim" / "engine" / "settle.py", '"""Phase 4', '"""In the evening.\n\nPhase 4')
    edited(copy / "sim" / "engine" / "settle.py", "def price_of", "# Mended.\ndef price_of")
    moved = copy.rename(copy.parent / "there")
    assert told(moved, "fade.py", tmp_path / "cache") == [number, "1", str(int(line) + 2)]


def test_a_kernel_of_somebody_else_is_compiled_anew_when_its_own_file_was_edited(copy, tmp_path):
    before, place, _ = told(copy, "draw.py", tmp_path / "cache")
    edited(copy / "draw.py", "2, 1, 5", "3, 1, 5")
    after, same, _ = told(copy, "draw.py", tmp_path / "cache")
    assert same == place
    assert after != before


@pytest.mark.parametrize("module", RULES)
def test_a_mended_sentence_leaves_the_hash_of_the_code_and_a_changed_constant_or_operator_does_not(module, tmp_path):
    package = tmp_path / "sim"
    path = source(module, package)
    path.parent.mkdir(parents=True)
    shutil.copy(source(module), path)

    def found() -> str:
        return code_sha256.__wrapped__((module,), package)

    before, text = found(), path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n\n# A comment.\n"""And a text."""\n'.replace('"""', '"""Mended: ', 1), encoding="utf-8")
    assert found() == before
    path.write_text(f"{text}\nADDED = 1\n", encoding="utf-8")
    assert found() != before
    for old, new in ((r"\b0\b", "7"), (r" \+ ", " - "), (r" < ", " <= ")):
        if (changed := _once(text, old, new)) is not None:
            path.write_text(changed, encoding="utf-8")
            assert found() != before, f"{old} -> {new}"


def _once(text: str, old: str, new: str) -> str | None:
    """The source with one such change in its code, not in a text; None if there is nowhere to make one."""
    texts = [
        (node.lineno, node.end_lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    lines = text.splitlines()
    for at, line in enumerate(lines):
        code = line.split("#")[0]
        if not any(first <= at + 1 <= last for first, last in texts) and '"' not in code and re.search(old, code):
            return "\n".join([*lines[:at], re.sub(old, new, code, count=1), *lines[at + 1 :]])
    return None


def test_the_hash_of_code_does_not_depend_on_what_is_remembered(tmp_path):
    anew = code_sha256.__wrapped__(RULES)
    assert (tmp_path / "remembered" / "parsed").exists()
    assert code_sha256.__wrapped__(RULES) == anew
    (tmp_path / "remembered" / "parsed").write_text("{ damaged", encoding="utf-8")
    assert code_sha256.__wrapped__(RULES) == anew
    assert code_sha256.__wrapped__(KERNELS) != anew


def test_a_text_that_is_used_is_code():
    assert parsed_sha256(b"a = 'x'") != parsed_sha256(b"a = 'y'")
    assert parsed_sha256(b"f('x')") != parsed_sha256(b"f('y')")
    assert parsed_sha256(b"def f():\n    'x'") == parsed_sha256(b"def f():\n    'y'") != parsed_sha256(b"def g(): 'x'")


@cache
def _compiled_modules() -> set[str]:
    """Every module of the package in which something is compiled."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            decorators = getattr(node, "decorator_list", [])
            called = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)] if decorators else []
            if any(isinstance(each, ast.Name) and each.id in COMPILES for each in decorators) or (
                "njit" in called and path.parent.name == "_numba"
            ):
                found.add(".".join(("sim", *path.relative_to(PACKAGE).with_suffix("").parts)))
    return found


def test_every_module_with_a_kernel_is_hashed():
    assert _compiled_modules() >= {"sim.engine.perceive", "sim.engine.count", "sim.engine._numba.bits"}
    assert _compiled_modules() <= set(KERNELS)
    assert list(KERNELS) == sorted(set(KERNELS))


def test_every_module_that_kernels_take_constants_and_functions_from_is_hashed():
    for module in KERNELS:
        for value in vars(importlib.import_module(module)).values():
            function = getattr(value, "py_func", value)
            where = getattr(function, "__module__", None) or ""
            if where.startswith("sim.") and where not in KERNELS:
                assert where == "sim.engine._numba.compile_cache", f"{module} takes {value!r} from {where}"
        tree = ast.parse(source(module).read_bytes())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("sim")):
                base = module.rsplit(".", node.level)[0] if node.level else ""
                whole = ".".join(filter(None, (base, node.module)))
                names = {whole, *(f"{whole}.{alias.name}" for alias in node.names)}
                assert names & {*KERNELS, "sim.engine._numba", "sim.engine._numba.compile_cache"}, f"{module}: {whole}"


HARMLESS = {
    "sim.engine._numba.compile_cache",  # where kernels lie
    "sim.given",  # only refuses what is no number of runs, or no seed
    "sim.theatre.language.base_rates",  # only checked while ranges are tried
    "sim.theatre.language.base_rates.base",  # likewise
    "sim.theatre.language.questions",  # likewise
    "sim.theatre.language.names",  # only refuses names that nobody has
    "sim.theatre.language.taken",  # only refuses names that something of ours has
    "sim.theatre.language.telling",  # only how runs are told, and checked while ranges are tried
}


@contextmanager
def noting() -> Iterator[set[str]]:
    """Note every module of the package of which a line is run here; whole once the block has ended."""
    seen: set[str] = set()
    files: set[str] = set()
    sys.setprofile(lambda frame, event, _: files.add(frame.f_code.co_filename))
    try:
        yield seen
    finally:
        sys.setprofile(None)
        for path in map(Path, files):
            if path.is_relative_to(PACKAGE):
                seen.add(".".join(("sim", *path.relative_to(PACKAGE).with_suffix("").parts)))


def test_every_module_that_has_a_part_in_a_run_is_hashed():
    scenario, lesson = sim.load("baseline"), sim.load("first_lesson")
    LockstepModel(scenario, runs=2, seed=1).step()  # what is compiled once is no part of it
    with noting() as seen:
        compile_scenario(scenario)
        shaping(lesson, {each.path: (each.low, each.high) for each in uncertain_numbers(lesson)[:1]})
        numbers = uncertain_numbers(scenario)[:3]
        model = LockstepModel(scenario, seed=1, run_numbers=[0, 4], keep=np.float32, design=drawn(numbers, 7, [0, 4]))
        model.step()
        branched(model, np.zeros(2, np.int64)).step()
        model.block()
    assert {"sim.engine.model", "sim.theatre.compiled.compile_rules", "sim.engine.draw"} <= seen
    assert seen - set(RULES) <= HARMLESS


def test_every_module_that_has_a_part_in_following_a_record_is_hashed():
    scenario, record = sim.load("baseline"), record_of(sim.load("baseline"))

    def follow() -> None:
        asked = Likelihood(scenario, record, [], 4)
        model = asked.followed.particles(4, 1)
        for _ in range(30):
            model.step()
        model.fork(asked.followed.free(60), 1).step()

    follow()  # what is compiled once is no part of it
    gc.collect()  # nor what is left of reading files, whenever it is let go
    with noting() as seen:
        follow()
    assert {"sim.engine.particles", "sim.theatre.compiled.compile_record"} <= seen
    harmless = HARMLESS | {"sim.execution.records", "sim.text"}  # which find a record, and read its dates
    assert seen - set(FOLLOWING) <= harmless


def test_nothing_is_written_beside_the_package_and_a_home_that_cannot_be_written_to_does_not_matter(copy):
    before = sorted(copy.rglob("*"))
    _, place, _ = told(copy, "draw.py", Path("/dev/null/cache"))
    assert Path(place).is_relative_to(copy.parent)
    assert sorted(copy.rglob("*")) == before


def test_kernels_that_nobody_used_for_months_are_removed(tmp_path):
    old, new = tmp_path / "kernels-old", tmp_path / "kernels-new"
    for folder in (old, new):
        folder.mkdir()
    months_ago = time.time() - places.UNUSED - 60
    os.utime(old, (months_ago, months_ago))
    places.forget(tmp_path, "kernels-*", places.UNUSED)
    assert [path.name for path in tmp_path.iterdir()] == ["kernels-new"]


def test_kernels_of_one_name_in_several_files_do_not_meet_in_the_cache():
    @kernel
    def doubled(out):
        out[0] = 2.0 * out[0]

    first = doubled

    @kernel
    def doubled(out):
        out[0] = 3.0 * out[0]

    out = np.ones(1)
    first(out)
    doubled(out)
    assert out[0] == 6.0
