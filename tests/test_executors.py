"""Where blocks are computed changes nothing in a result, and a worker that dies loses nothing but time."""

import os
import signal
import socket
import sys
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest
from distributed import LocalCluster

import sim
from sim.execution import run as running
from sim.execution.dask import ClusterError, cluster
from sim.execution.summarise import summarise
from sim.execution.workers import LostWorkersError, computed

from . import mortal
from .commands import sim as command
from .test_survival import same

RUNS, BLOCK = 70, 16


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A cluster of two workers, processes of their own; its ports are free ones, whatever else this machine does."""
    free = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    place = tmp_path_factory.mktemp("dask")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Creating scratch directories is taking")  # so it does on a busy disk
        workers = LocalCluster(n_workers=2, threads_per_worker=1, local_directory=place, **free)
    with workers:
        yield workers


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Results that one thread made, of runs and of counts."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as one:
        patch.setattr(running, "RUNS_PER_BLOCK", BLOCK)
        return made(folder, one)


def made(folder: Path, executor) -> Path:
    sim.run("first_lesson", RUNS, 4, executor=executor, save=folder / "runs")
    summarise("first_lesson", folder / "counts", RUNS, 4, executor=executor)
    return folder


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", BLOCK)


def test_threads_and_processes_write_the_same_files(alone, tmp_path):
    same(made(tmp_path / "default", None), alone)
    with ThreadPoolExecutor(3) as threads:
        same(made(tmp_path / "threads", threads), alone)
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        same(made(tmp_path / "processes", processes), alone)


def test_blocks_of_another_size_hold_the_same_runs(alone, monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 9)
    other, first = sim.run("first_lesson", RUNS, 4), sim.open(alone / "runs")
    pd.testing.assert_frame_equal(other.events, first.events)
    assert other.trajectories.identical(first.trajectories.load())


def test_a_dask_cluster_writes_the_same_files(dask, alone, tmp_path):
    with cluster(dask.scheduler_address) as executor:
        same(made(tmp_path, executor), alone)


def test_a_dask_worker_that_dies_loses_nothing_but_time(dask, alone, tmp_path):
    killed = []

    def progress(tally):
        if not killed:
            workers = dask.scheduler_info["workers"]
            killed.append(next(iter(workers)))
            with cluster(dask.scheduler_address) as other:
                os.kill(other._client.run(os.getpid, workers=killed)[killed[0]], signal.SIGKILL)

    with cluster(dask.scheduler_address) as executor:
        sim.run("first_lesson", RUNS, 4, executor=executor, progress=progress, save=tmp_path)
    assert killed
    same(tmp_path, alone / "runs")


def test_the_command_takes_the_address_of_a_cluster(dask, alone, tmp_path):
    words = ("run", "first_lesson", "--runs", "70", "--seed", "4", "--no-figures")
    command(*words, "--dask", dask.scheduler_address, cwd=tmp_path)
    here, there = sim.open(alone / "runs"), sim.open(tmp_path / "results/first_lesson")
    pd.testing.assert_frame_equal(here.events, there.events)
    assert here.trajectories.identical(there.trajectories)


def test_a_cluster_that_cannot_be_used_is_refused_with_a_reason(dask, monkeypatch):
    with (
        pytest.raises(ClusterError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"),
        cluster("tcp://127.0.0.1:9", timeout=1),
    ):
        pass
    monkeypatch.setattr("sim.execution.dask.rules_sha256", partial(mortal.rules, os.getpid()))
    with pytest.raises(ClusterError, match="another version of sim"), cluster(dask.scheduler_address):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"install it with: pip install 'escalation-sim\[dask\]'"), cluster("x"):
        pass


@pytest.mark.fault("34", "an address that does not answer: TimeoutError after 30 s; no workers: waits for ever")
def test_a_cluster_that_does_not_answer_or_has_no_workers_is_told_of_in_seconds(tmp_path, record_property):
    command("run", "first_lesson", "--dask", "nowhere", cwd=tmp_path, code=1)
    free = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    with (
        LocalCluster(n_workers=0, local_directory=tmp_path / "dask", **free) as empty,
        pytest.raises(ClusterError, match=r"has had no worker for 0\.2 s"),
        cluster(empty.scheduler_address, 0.2),
    ):
        pass
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes calls and says nothing
        address = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(ClusterError, match="no Dask scheduler answers"), cluster(address, 0.5):
            pass
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "dask"])
    record_property("now", "a sentence that says what to do, after at most 5 s each")


def test_a_broken_pool_is_replaced(tmp_path, caplog):
    spans = [(first, first + 1) for first in range(7)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = dict(computed(partial(mortal.once, tmp_path / "died"), spans, pool))
    assert found == {span: span[0] for span in spans}
    assert "continuing with threads on this machine" in caplog.text


class Unlucky(ThreadPoolExecutor):
    """An executor whose workers die on one block."""

    tried = 0

    def submit(self, work, first, last):
        if first != 3:
            return super().submit(work, first, last)
        self.tried += 1
        return super().submit(self.die)

    def die(self):
        raise KilledWorker


class KilledWorker(Exception):  # noqa: N818 (as Dask calls it)
    pass


def test_a_block_that_kills_its_workers_is_named():
    with Unlucky(2) as pool, pytest.raises(LostWorkersError, match="runs 3 to 3 have lost their worker 3 times"):
        list(computed(lambda first, last: first, [(first, first + 1) for first in range(6)], pool))
    assert pool.tried == 3


def test_an_error_of_the_work_itself_is_not_tried_again():
    def fail(first, last):
        raise ZeroDivisionError(first)

    with pytest.raises(ZeroDivisionError):
        list(computed(fail, [(0, 1)]))


def test_blocks_come_in_order_if_they_must():
    def late(first, last):
        time.sleep(0.03 * (first % 3 == 0))
        return first

    spans = [(first, first + 1) for first in range(12)]
    with ThreadPoolExecutor(4) as pool:
        assert [span for span, _ in computed(late, spans, pool, in_order=True)] == spans
        assert sorted(span for span, _ in computed(late, spans, pool)) == spans


def test_no_more_is_computed_than_can_be_taken_in():
    begun = threading.Semaphore(0)

    def count(first, last):
        begun.release()
        return first

    with ThreadPoolExecutor(2) as pool:
        blocks = computed(count, [(first, first + 1) for first in range(100)], pool)
        next(blocks)
        time.sleep(0.1)
        assert begun._value <= 6
        blocks.close()
        time.sleep(0.1)
        assert begun._value <= 6, "what is not begun is dropped"
