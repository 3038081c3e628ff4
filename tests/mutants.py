"""How many small faults put into the code on purpose do the tests notice?

Cosmic Ray makes the faults, called mutants: one operator, number or branch of the code changed. Each is put into a copy
of the tree, and those tests are run that concern its folder and reach its line. A mutant that they let pass has
survived: either a test is missing, or the change makes no difference. (The other tool that is kept up, mutmut, leaves
out decorated functions and all that stands outside of functions: every kernel and every constant of the engine.)

`make mutants` tries all of them, which takes days; `make mutants FOLDER=sim/analysis SAMPLE=150` the same sample each
time, of different places.
"""

import argparse
import ast
import contextlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import pytest
from cosmic_ray.commands import init
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parents[1]
WORKERS = 2
"""Mutants tried at a time, each on a core of its own."""
SEED = 12


class Suite(NamedTuple):
    """What is known of the mutants of a folder."""

    tests: tuple[str, ...]
    """Files in tests/ that concern it."""
    compiled: bool = False
    """Whether it holds kernels: no trace shows which of their lines are reached, and every mutant is compiled."""


SUITES = {
    "sim/analysis": Suite(
        (
            "test_analysis", "test_paired", "test_moves", "test_confidence_sequence", "test_known_indices",
            "test_exact_figures", "test_base_rates", "test_summary", "test_choices", "test_tip", "test_sweep_methods",
            "test_sweep_pictures", "test_sweep_tools", "test_uncertain", "test_sweep", "test_compare",
            "test_scores", "test_rescaling",
        )
    ),
    "sim/results": Suite(
        (
            "test_summary", "test_store", "test_base_rates", "test_exact_figures", "test_known_indices", "test_sweep",
            "test_sweep_file", "test_sweep_methods", "test_sweep_tools", "test_ledger", "test_survival", "test_damage",
            "test_merge", "test_reproduce", "test_large", "test_branch", "test_uncertain", "test_compare",
            "test_report",
        )
    ),
    "sim/engine": Suite(
        (
            "test_dice", "test_arithmetic", "test_struct_pointer", "test_engine_equals_oracle", "test_boundaries",
            "test_single", "test_day", "test_branch_engine", "test_mesa", "test_thinning", "test_known_answers",
            "test_explain", "test_kernels", "test_promises", "test_summary", "test_uncertain",
        ),
        compiled=True,
    ),
}  # fmt: skip
"""By folder, with all that is in it."""

LEFT_OUT = re.compile("RemoveDecorator|VariableReplacer|VariableInserter|NoOp")
"""Operators: without its decorator a kernel is no kernel, and the others need names to be given."""

Trace = dict[str, dict[str, list[int]]]
"""By file of tests, by file of the folder: the lines that run."""


@dataclass
class Copy:
    """A copy of the tree, to be mutated; compiled kernels are kept in it."""

    root: Path
    kernels: frozenset[str] = frozenset()
    """Folders of kernels of the code as it is."""

    @property
    def environment(self) -> dict[str, str]:
        """What Python finds about itself in it."""
        return {
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",  # bytecode is known by its second, and mutants come faster
            "XDG_CACHE_HOME": str(self.root / ".cache"),
        }

    def python(self, *words: str) -> tuple[int, str]:
        """Run Python in it, and return its exit code and what it said."""
        asked, environment = [sys.executable, *words], {**os.environ, **self.environment}
        ended = subprocess.run(asked, cwd=self.root, env=environment, capture_output=True, text=True, errors="replace")
        return ended.returncode, ended.stdout + ended.stderr

    def passes(self, tests: list[str], timeout: float) -> bool | None:
        """Whether tests pass; None if they were ended for their time."""
        words = [*PYTEST, *(f"tests/{name}.py" for name in tests)]
        process = _FORK.Process(target=_become_pytest, args=(str(self.root), self.environment, words))
        process.start()
        _RUNNING.add(process)
        process.join(timeout)
        code = process.exitcode
        _end(process)
        _RUNNING.discard(process)
        return None if code is None else code == 0

    def forget_mutants(self) -> None:
        """Remove what was compiled of mutants."""
        for folder in self._compiled():
            if folder.name not in self.kernels:
                shutil.rmtree(folder, ignore_errors=True)

    def remember_kernels(self) -> None:
        """Keep what is compiled now."""
        self.kernels = frozenset(folder.name for folder in self._compiled())

    def _compiled(self) -> Iterator[Path]:
        return (self.root / ".cache" / "escalation-sim").glob("kernels-*")


# Imports are half of what it costs to try a mutant: one process has done them, and forks for each.
_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(
    [
        "pytest", "hypothesis", "pandas", "xarray", "zarr", "pyarrow.parquet", "matplotlib.figure", "mesa", "numba",
        "scipy.stats", "pydantic", "ruamel.yaml", "rich.table", "typer", "duckdb", "SALib", "cosmic_ray.mutating",
    ]
)  # fmt: skip
_RUNNING: set[BaseProcess] = set()

PYTEST = (
    "-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "timeout=0",
    "--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


def _become_pytest(root: str, environment: dict[str, str], words: list[str]) -> None:
    """Be pytest in a copy of the tree, and end with its code."""
    os.setsid()  # whatever it begins can be ended with it
    os.chdir(root)
    os.environ.update(environment)
    sys.dont_write_bytecode = True
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "sim")]:
        del sys.modules[name]  # those of the tree itself
    sys.path[:] = [root, *(path for path in sys.path if path not in ("", str(ROOT)))]
    os._exit(int(pytest.main(words)))


def _end(process: BaseProcess) -> None:
    """End a process and all that it has begun."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.kill()
    process.join()


def traced(copy: Copy, folder: str, tests: tuple[str, ...]) -> tuple[Trace, dict[str, float]]:
    """Run the tests on the code as it is: which lines of the folder does each file of them run, in how many seconds?"""
    trace: Trace = {}
    seconds = {}
    for name in tests:
        began, data = time.perf_counter(), copy.root / f".coverage-{name}"
        coverage = ("-m", "coverage", "run", f"--data-file={data}", f"--source={folder}", "--concurrency=thread")
        code, said = copy.python(*coverage, "-m", "pytest", *PYTEST, f"tests/{name}.py")
        if code != 0:
            raise SystemExit(f"tests/{name}.py must pass before there are mutants:\n{said}")
        seconds[name] = time.perf_counter() - began
        copy.python("-m", "coverage", "json", "-q", f"--data-file={data}", f"-o{data}.json")
        files = json.loads(Path(f"{data}.json").read_text())["files"]
        trace[name] = {path: found["executed_lines"] for path, found in files.items()}
    return trace, seconds


def mutants(copy: Copy, folder: str) -> list[MutationSpec]:
    """All mutants of a folder, in an order that is the same each time."""
    paths = sorted(path.relative_to(copy.root) for path in (copy.root / folder).rglob("*.py"))
    with contextlib.chdir(copy.root), use_db(copy.root / "mutants.sqlite") as found:
        init(paths, found, {})
        made = [mutation for item in found.work_items for mutation in item.mutations]
    types = {path: _annotations(copy.root / path) for path in paths}
    kept = [
        each
        for each in made
        if not LEFT_OUT.search(each.operator_name)
        and not any(first <= each.start_pos < last for first, last in types[each.module_path])
    ]
    return sorted(kept, key=lambda each: (str(each.module_path), each.start_pos, each.operator_name, each.occurrence))


def _annotations(path: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where types are told, which say nothing of what is computed."""
    told: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.arg | ast.AnnAssign):
            told.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            told.append(node.returns)
    return [((each.lineno, each.col_offset), (each.end_lineno or 0, each.end_col_offset or 0)) for each in told if each]


def sampled(made: list[MutationSpec], size: int, seed: int) -> list[MutationSpec]:
    """Some of the mutants, no two of the same place as long as there are places."""
    dice, places = random.Random(seed), dict[tuple[str, tuple[int, int]], list[MutationSpec]]()
    for each in made:
        places.setdefault((str(each.module_path), each.start_pos), []).append(each)
    rows = [dice.sample(row, len(row)) for row in dice.sample(list(places.values()), len(places))]
    deepest = max(map(len, rows), default=0)
    return [row[depth] for depth in range(deepest) for row in rows if depth < len(row)][:size]


def tried(copy: Copy, mutant: MutationSpec, suite: Suite, trace: Trace, seconds: dict[str, float]) -> tuple[str, str]:
    """What becomes of a mutant ("killed", "survived", "timed out" or "not reached"), and its change."""
    path, last = str(mutant.module_path), mutant.end_pos[0]
    first = _statement(copy.root / path, mutant.start_pos[0])
    reaching = [name for name, files in trace.items() if any(first <= line <= last for line in files.get(path, ()))]
    names = reaching or (list(trace) if suite.compiled else [])
    operator = get_operator(mutant.operator_name)(**mutant.operator_args)
    with use_mutation(copy.root / path, operator, mutant.occurrence) as (before, after):
        change = _changed(before, after or before)
        if not names:
            return "not reached", change
        usual = sum(seconds[name] for name in names)
        tests = names if suite.compiled else sorted(names, key=seconds.__getitem__)
        passed = copy.passes(tests, 30 + 2 * usual + 90 * suite.compiled)
    if suite.compiled:
        copy.forget_mutants()
    return {None: "timed out", True: "survived", False: "killed"}[passed], change


def _statement(path: Path, line: int) -> int:
    """The line on which the statement of a line begins: of those that go on, a trace tells no more."""
    statements = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.stmt))
    return max((each.lineno for each in statements if each.lineno <= line <= (each.end_lineno or 0)), default=line)


def _changed(before: str, after: str) -> str:
    """The lines that differ."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{old.strip()}  ->  {new.strip()}" for old, new in pairs if old != new), "")


def score(folder: str, sample: int | None, seed: int, copies: list[Copy]) -> Counter[str]:
    """Try mutants of a folder, and tell of those that nobody killed."""
    suite = SUITES[folder]
    made = mutants(copies[0], folder)
    chosen = made if sample is None else sampled(made, sample, seed)
    print(f"{folder}: {len(chosen):,} of {len(made):,} mutants", flush=True)
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)
    with ThreadPoolExecutor(len(copies)) as pool:
        others = [pool.submit(copy.passes, ["test_mesa"], 600) for copy in copies[1:]]  # which compiles
        trace, seconds = traced(copies[0], folder, suite.tests)
        if not all(other.result() for other in others):
            raise SystemExit("tests/test_mesa.py must pass before there are mutants")
    for copy in copies:
        copy.remember_kernels()

    def one(mutant: MutationSpec) -> tuple[str, str]:
        if _STOPPED.is_set():
            return "not tried", ""
        copy = free.get()
        try:
            return tried(copy, mutant, suite, trace, seconds)
        finally:
            free.put(copy)

    became: Counter[str] = Counter()
    with ThreadPoolExecutor(len(copies)) as pool:
        futures = {pool.submit(one, mutant): mutant for mutant in chosen}
        try:
            for future in as_completed(futures):
                mutant, (what, change) = futures[future], future.result()
                became[what] += 1
                if what != "killed":
                    operator = mutant.operator_name.removeprefix("core/")
                    print(f"{what}: {mutant.module_path}:{mutant.start_pos[0]} {operator}\n    {change}", flush=True)
                if became.total() % 25 == 0:
                    print(_so_far(became, len(chosen)), flush=True)
        except KeyboardInterrupt:
            _STOPPED.set()
            print(_so_far(became, len(chosen)), flush=True)
            for process in list(_RUNNING):
                _end(process)
            raise
    return became


def _so_far(became: Counter[str], of: int) -> str:
    return f"… {became.total()} of {of}: {dict(became)}"


_STOPPED = threading.Event()


def main() -> None:
    """Try mutants, and print the score of each folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", default=list(SUITES), metavar="FOLDER", help="; ".join(SUITES))
    parser.add_argument("--sample", type=int, help="so many mutants of each folder, in place of all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample")
    asked = parser.parse_args()
    if unknown := [folder for folder in asked.folders if folder.rstrip("/") not in SUITES]:
        parser.error(f"no tests are named for {', '.join(unknown)}; there are {', '.join(SUITES)}")
    for ended in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ended, signal.default_int_handler)  # so that copies are removed
    if hasattr(os, "sched_setaffinity"):  # what is begun from here has no more cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:WORKERS])
    lines = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        copies = [Copy(Path(place, f"{at}").resolve()) for at in range(WORKERS)]
        for copy in copies:
            left = shutil.ignore_patterns(".git", ".*_cache", ".venv", ".hypothesis", "__pycache__")
            shutil.copytree(ROOT, copy.root, ignore=left)
        for folder in (each.rstrip("/") for each in asked.folders):
            became = score(folder, asked.sample, asked.seed, copies)
            noticed = became["killed"] + became["timed out"]
            lines.append(
                f"{folder}: {became.total()} mutants; {became['killed']} killed, {became['timed out']} timed out, "
                f"{became['survived']} survived, {became['not reached']} reached by no test: "
                f"{noticed / max(became.total(), 1):.0%} noticed"
            )
            print(lines[-1], flush=True)
    print("\n".join(("", *lines)))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
