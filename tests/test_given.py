"""Numbers of NumPy and pandas are numbers, what is no whole number is refused, and so is what cannot be afforded."""

import json
import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import typer

import sim
from sim.cli.console import answering
from sim.cli.run import interruptible
from sim.execution import afford, resources
from sim.execution.lookup import QueryError
from sim.execution.plan import PlanError
from sim.execution.source import ReplayError
from sim.execution.workers import n_workers, pool
from sim.experiments.sweep.design import DesignError, make
from sim.given import plain, seed_of, whole
from sim.results.design import Varied
from sim.theatre.compiled.compile import program_of

LESSON = sim.load("first_lesson")
RATE = "actions.north.strike.rate"
INTEGERS = [np.int64, np.uint32, np.int8, np.float32, float, np.array, lambda n: pd.Series([n]).iloc[0]]


@pytest.mark.parametrize("kind", INTEGERS)
def test_a_whole_number_of_any_library_is_one(kind):
    assert (whole(kind(7), "runs", 1, 9), seed_of(kind(7))) == (7, 7)
    assert {type(whole(kind(7), "runs", 1)), type(plain(np.int64(7)))} == {int}
    assert seed_of(np.uint64(2**64 - 1)) == 2**64 - 1


@pytest.mark.parametrize(
    "given", [2.5, np.float64(2.5), True, np.True_, "7", None, np.nan, np.inf, Fraction(7), [7], pd.NA]
)
def test_what_is_no_whole_number_is_refused_by_a_sentence(given):
    with pytest.raises(PlanError, match="runs must be a whole number, found "):
        whole(given, "runs", 1, error=PlanError)
    with pytest.raises(ValueError, match="a seed is a whole number from 0 to"):
        seed_of(given)


@pytest.mark.fault("14", "TypeError: int64 is not JSON serializable, once the result is saved")
def test_numbers_of_numpy_do_wherever_a_number_is_taken(tmp_path, record_property):
    n, seed = np.int64(20), next(iter(np.random.default_rng(1).integers(0, 9, 1)))
    kept = sim.run(LESSON, runs=n, seed=seed, save=tmp_path / "runs", progress=None)
    assert sim.open(tmp_path / "runs").events.equals(sim.run(LESSON, runs=20, seed=int(seed), progress=None).events)
    counts = sim.summarise(LESSON, tmp_path / "counts", n, seed, until=sim.Precision(np.float32(0.3)), progress=None)
    change = {RATE: np.float32(1)}
    futures = sim.branch(kept, run=np.int16(3), day=np.int64(9), runs=n, days=np.int8(30), overrides=change)
    into = {"save": tmp_path / "swept", "progress": None}
    swept = sim.sweep(LESSON, {RATE: np.array([0.01, 0.02])}, "lhs", np.int64(40), np.int8(2), seed, **into)
    told = [
        kept.seed,
        sim.replay(kept, run=np.uint8(3)).run,
        sim.choices(kept, run=np.int64(3), day=np.int64(20), actor="north", runs=n, days=np.int64(9)).run,
        sim.compare(LESSON, LESSON, n, seed).first.seed,
        swept.design.seed,
        swept.design.replicates,
        sim.response(LESSON, "deaths", [RATE], np.int64(2), seed).replicates,
    ]
    assert {type(each) for each in told} == {int}
    json.dumps([kept.info, counts.info, futures.info, swept.info, futures.scenario.model_dump(mode="json")])
    from sim.results.storage.write_runs import save_ensemble

    save_ensemble(futures, tmp_path / "futures")
    assert len(sim.CrisisModel(LESSON, np.int64(2), np.uint64(5)).runs.run) == 2
    record_property("now", "np.int64, np.uint8, np.float32 and the like are taken by all functions, saved or not")


@pytest.mark.parametrize("bad", [0, -1, np.int64(-5), 2.5, True, "x", 2**40, 99_999_999_999, np.inf])
def test_a_number_of_runs_that_cannot_be_is_refused_by_every_function(bad, tmp_path):
    asked = [
        lambda: sim.run(LESSON, bad),
        lambda: sim.run(LESSON, bad, save=tmp_path / "new"),
        lambda: sim.summarise(LESSON, tmp_path / "new", bad),
        lambda: sim.compare(LESSON, LESSON, bad),
        lambda: sim.branch(LESSON, run=1, day=3, runs=bad),
        lambda: sim.choices(LESSON, run=1, day=20, actor="north", runs=bad),
        lambda: sim.tip(LESSON, "first_blood > 0.9", runs=bad),
        lambda: sim.lint("first_lesson", runs=bad),
        lambda: sim.sweep(LESSON, method="lhs", samples=bad),
        lambda: sim.sweep(LESSON, method="lhs", replicates=bad),
        lambda: sim.response(LESSON, "deaths", replicates=bad),
    ]
    for ask in asked:
        with pytest.raises((PlanError, QueryError), match=r"must be (a whole number|at least|at most)"):
            ask()
    with pytest.raises(ValueError, match="runs must be"):
        sim.CrisisModel(LESSON, bad)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("bad", [-1, 2**32, 1.5, True, "x", np.int64(-1)])
def test_a_run_that_cannot_be_is_refused_by_every_function(bad):
    asked = [
        lambda: sim.replay(LESSON, run=bad),
        lambda: sim.branch(LESSON, run=bad, day=3),
        lambda: sim.choices(LESSON, run=bad, day=20, actor="north"),
        lambda: sim.compare(LESSON, LESSON, 2).why(bad),
    ]
    for ask in asked:
        with pytest.raises(ReplayError, match=r"no (pair of )?runs? "):
            ask()


@pytest.mark.parametrize("bad", [-1, 2**64, 1.5, True, "x", np.int64(-1)])
def test_a_seed_that_cannot_be_is_refused_by_every_function(bad):
    asked = [
        lambda: sim.run(LESSON, 2, bad),
        lambda: sim.compare(LESSON, LESSON, 2, bad),
        lambda: sim.replay(LESSON, seed=bad),
        lambda: sim.branch(LESSON, run=1, day=3, seed=bad),
        lambda: sim.tip(LESSON, "first_blood > 0.9", seed=bad),
        lambda: sim.lint("first_lesson", seed=bad),
        lambda: sim.sweep(LESSON, method="lhs", seed=bad),
        lambda: sim.response(LESSON, "deaths", seed=bad),
        lambda: sim.CrisisModel(LESSON, 1, bad),
    ]
    for ask in asked:
        with pytest.raises(ValueError, match="a seed is a whole number from 0 to"):
            ask()


def test_run_numbers_that_are_none_are_not_rounded():
    for numbers in ([0.5], [-1], [], [2**32], [True]):
        with pytest.raises(ValueError, match="runs are numbered from 0 below"):
            sim.CrisisModel(LESSON, run_numbers=numbers)


@pytest.mark.fault("26", "8 GB in 20 s, then a traceback; without a limit, the machine")
def test_runs_that_nobody_can_hold_are_refused_before_they_cost_anything(tmp_path, record_property):
    many = 300_000_000
    asked = {
        "would take about .* of memory, and there are .*choose fewer runs": [
            lambda: sim.run(LESSON, many),
            lambda: sim.lint("first_lesson", runs=many),
            lambda: sim.compare(LESSON, LESSON, many),
            lambda: sim.tip(LESSON, "first_blood > 0.9", runs=7_000_000),
        ],
        "would take about .* of memory, and there are .*choose fewer": [
            lambda: sim.branch(LESSON, run=1, day=3, runs=many),
            lambda: sim.choices(LESSON, run=1, day=20, actor="north", runs=many),
            lambda: sim.sweep(LESSON, [RATE], "lhs", 1000, many // 1000 * 9, save=tmp_path / "new"),
        ],
        "would take about .* choose fewer --runs": [lambda: sim.run(LESSON, many, save=tmp_path / "new")],
        "more than one result can hold": [
            lambda: sim.summarise(LESSON, tmp_path / "new", 2**31),
        ],
        "too many to hold in memory": [lambda: sim.sweep(LESSON, method="lhs", samples=many)],
    }
    for said, asks in asked.items():
        for ask in asks:
            with pytest.raises(Exception, match=said):
                ask()
    assert not (tmp_path / "new").exists()
    record_property("now", "refused at once, with what it would take, what there is, and what to do")


def test_a_hundred_million_runs_may_be_counted(tmp_path):
    told = []

    def progress(tally):
        told.append(tally.runs)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.summarise(LESSON, tmp_path / "many", runs=100_000_000, progress=progress)
    assert told == [100_000_000]


def test_estimates_are_of_the_size_of_what_runs_take():
    for name in ("first_lesson", "baseline"):
        kept = sim.run(name, 100, progress=None)
        tables = kept.events.memory_usage().sum() + kept.outcomes.memory_usage().sum()
        whole_run = afford.bytes_in_memory(kept.scenario) * 100
        assert (kept.trajectories.nbytes + tables) * 0.7 < whole_run < (kept.trajectories.nbytes + 4 * tables) * 2
        assert afford.events_bytes(kept.scenario) > 0
        assert afford.bytes_in_engine(program_of(kept.scenario)) < 200_000


def test_as_many_steps_are_taken_as_fit_into_the_points_that_are_allowed():
    varied = (Varied("a", 0.0, 1.0, 0.5), Varied("b", 0.0, 1.0, 0.5))
    for method, samples, points in (("lhs", 77, 77), ("oat", 10**6, 5), ("grid", 30, 25), ("sobol", 1000, 512)):
        assert len(make(varied, method, samples)) == points, method
    with pytest.raises(DesignError, match="too few"):
        make(varied, "grid", 3)


@pytest.mark.skipif(sys.platform != "linux", reason="limits are asked of Linux")
def test_memory_that_runs_short_is_told_with_what_was_kept(tmp_path, capsys):
    sim.run(LESSON, 200, save=tmp_path / "whole", progress=None)
    for folder, said in ((tmp_path / "whole", "200 of 200 runs are kept in"), (tmp_path / "none", "no block of runs")):
        with pytest.raises(typer.Exit) as ended, interruptible(folder, "sim run first_lesson --resume"):
            np.empty(2**58)
        assert ended.value.exit_code == 1
        told = capsys.readouterr().err
        assert "Memory ran out" in told
        assert said in told.replace("\n", " ")


def test_a_command_without_memory_says_so(capsys):
    @answering
    def verb():
        raise MemoryError

    with pytest.raises(typer.Exit) as ended:
        verb()
    assert ended.value.exit_code == 1
    assert "There is not enough memory for this" in capsys.readouterr().err


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine's files, to be written by a test."""
    monkeypatch.setattr(resources, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(resources, "PROC", tmp_path / "proc")
    monkeypatch.setattr(os, "process_cpu_count", lambda: 64, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)

    def at(path, content):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")

    return at


@pytest.mark.fault("17", "four times the memory and twice the time, by the host's count of processors")
def test_cores_are_those_that_the_process_may_use(machine, monkeypatch, record_property):
    assert resources.cores() == 16, "the affinity"
    machine("proc/self/cgroup", "0::/job/step\n")
    machine("cgroup/job/step/cpu.max", "max 100000\n")
    assert resources.cores() == 16
    machine("cgroup/job/cpu.max", "250000 100000\n")
    assert resources.cores() == 3, "the quota of a group around it"
    machine("proc/self/cgroup", "4:cpu,cpuacct:/job\n1:name=systemd:/\n")
    machine("cgroup/cpu/job/cpu.cfs_period_us", "100000\n")
    machine("cgroup/cpu/job/cpu.cfs_quota_us", "-1\n")
    assert resources.cores() == 16
    machine("cgroup/cpu/job/cpu.cfs_quota_us", "50000\n")
    assert resources.cores() == 1, "the older version"
    with pool(None) as threads:
        assert n_workers(threads) == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    machine("proc/self/cgroup", "")
    assert resources.cores() == 64
    record_property("now", "threads and memory by affinity and quota: 1 core allowed, 1 worker")


def test_memory_is_what_the_process_may_still_use(machine):
    assert resources.memory() in (None, resources.memory())
    machine("proc/meminfo", "MemTotal: 99 kB\nMemAvailable: 8000000 kB\n")
    assert resources.memory() == 8.192e9
    machine("proc/self/cgroup", "0::/\n")
    machine("cgroup/memory.max", "4000000000\n")
    machine("cgroup/memory.current", "3000000000\n")
    machine("cgroup/memory.stat", "anon 5\ninactive_file 500000000\n")
    assert resources.memory() == 1.5e9
    machine("proc/self/cgroup", "9:memory:/job\n")
    machine("cgroup/memory/job/memory.limit_in_bytes", "2000000000\n")
    machine("cgroup/memory/job/memory.usage_in_bytes", "1999999999\n")
    assert resources.memory() == 1.0


def test_a_limit_of_the_process_counts(tmp_path):
    code = (
        "import resource; from sim.execution.resources import memory;"
        "resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000,) * 2); print(memory())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1e9 < float(ended.stdout) < 3e9
