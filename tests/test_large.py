"""However many runs: counts in place of runs, runs until they are enough, and what is seen meanwhile."""

import io
import json
import re
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from sim.analysis.confidence_sequence import confidence_sequence, runs_needed
from sim.execution import run as running
from sim.execution.plan import PlanError
from sim.execution.progress import Tally, bar


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 64)


def test_counts_say_what_the_runs_say(small_blocks, tmp_path):
    counts = sim.summarise("first_lesson", tmp_path / "counts", 700, 2)
    runs = sim.run("first_lesson", 700, 2)
    for found in (counts, sim.open(tmp_path / "counts")):
        assert isinstance(found, sim.CountedEnsemble)
        assert len(found) == 700
        assert found.shares().equals(runs.shares())
        assert int(found.event_counts["events"].sum()) == len(runs.events)
        assert found.median_day("first_blood") == runs.median_day("first_blood")
        np.testing.assert_allclose(
            found.quantiles("tension", [0.1, 0.9]), runs.quantiles("tension", [0.1, 0.9]), atol=0.2
        )
        assert found.kept.outcomes.equals(runs.outcomes.iloc[:512])
        assert found.kept.events.equals(runs.events[runs.events["run"] < 512])


def test_counts_of_an_outcome_that_never_was_have_no_day(tmp_path):
    path = tmp_path / "calm.yaml"
    path.write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Calm\nforbid: {north.strike: always, south.strike: always}\n"
    )
    counts, runs = sim.summarise(path, tmp_path / "counts", 20, 2), sim.run(path, 20, 2)
    assert counts.median_day("first_blood") is None
    assert runs.median_day("first_blood") is None


def test_memory_does_not_grow_with_the_runs(small_blocks, tmp_path):
    sim.summarise("first_lesson", tmp_path / "warm", 64, 2)

    def peak(runs: int) -> int:
        tracemalloc.start()
        sim.summarise("first_lesson", tmp_path / str(runs), runs, 2)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few = peak(320)
    assert peak(2240) < 1.2 * few


@pytest.mark.parametrize("outcome", [None, "first_blood"])
def test_runs_end_when_shares_are_precise(small_blocks, outcome, tmp_path):
    until = sim.Precision(0.04, outcome)
    ended = sim.run("first_lesson", 6000, 2, until=until)
    held = sim.run("first_lesson", len(ended), 2).outcomes.notna()
    names = [outcome] if outcome else list(held)

    def width(runs: int) -> float:
        low, high = confidence_sequence(held[names].iloc[:runs].sum(), runs, narrowest=min(runs_needed(0.04), 6000))
        return float((high - low).max() / 2)

    assert len(ended) % 64 == 0
    assert width(len(ended)) <= 0.04 < width(len(ended) - 64), "the first look at which it is so"
    with ThreadPoolExecutor(3) as three:
        assert len(sim.run("first_lesson", 6000, 2, until=until, executor=three)) == len(ended)
    written = sim.run("first_lesson", 6000, 2, until=until, save=tmp_path / "kept")
    assert written.events.equals(ended.events)
    assert written.trajectories.identical(sim.run("first_lesson", len(ended), 2).trajectories)
    assert len(sim.summarise("first_lesson", tmp_path / "counts", 6000, 2, until=until)) == len(ended)
    summary = json.loads((tmp_path / "kept/summary.json").read_text())
    assert summary["interval"].startswith("95 % confidence sequence")


def test_a_precision_is_gone_on_with(small_blocks, tmp_path):
    until = sim.Precision(0.04)
    whole = sim.run("first_lesson", 6000, 2, until=until)

    def progress(tally):
        if tally.done == 320:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.run("first_lesson", 6000, 2, until=until, progress=progress, save=tmp_path)
    ended = sim.run("first_lesson", save=tmp_path, resume=True)
    assert ended.outcomes.equals(whole.outcomes)
    assert ended.info["until"] == {
        "halfwidth": 0.04,
        "outcome": None,
        "narrowest": min(runs_needed(0.04), 6000),
        "relative": False,
    }


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"runs": 0}, "at least 1, found 0"),
        ({"dtype": "int8"}, "float32 or float64, found 'int8'"),
        ({"until": sim.Precision(0.6)}, "between 0 and 0.5, found 0.6"),
        ({"until": sim.Precision(float("nan"))}, "between 0 and 0.5, found nan"),
        ({"until": sim.Precision(0.1, "spirl")}, "unknown outcome 'spirl'; did you mean 'spiral'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked, reason):
    with pytest.raises(PlanError, match=reason):
        sim.run("first_lesson", **asked)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def tally(done: int, held: list[int]) -> Tally:
    far = Tally(4000, ("calm", "crisis", "thaw", "war"))
    far.add(done, 0, held)
    return far


def test_a_terminal_shows_how_far_it_is_and_what_comes_of_it(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("TERM", "xterm")
    with bar(4000) as progress:
        progress(tally(1000, [500, 100, 0, 12]))
        progress(tally(3000, [1500, 300, 0, 36]))
    said = re.sub(r"\x1b\[[0-9?;]*[a-zA-Z]", "", shown.getvalue())
    assert "3000/4000 runs" in said
    assert "calm 50.0% (47.2% to 52.8%)   crisis 10.0% (8.4% to 11.7%)   war 1.2%" in said
    assert "thaw" not in said


def test_a_notebook_shows_a_bar_of_text(monkeypatch):
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    with bar(4000) as progress:
        progress(tally(1000, [500, 100, 0, 12]))
    assert "1000/4000" in shown.getvalue()
    assert "calm 50.0%" in shown.getvalue()


def test_elsewhere_nothing_is_shown(monkeypatch, capfd):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    sim.run("first_lesson", 10, 1)
    assert capfd.readouterr() == ("", "")


def test_who_asks_is_told_how_far_it_is(small_blocks):
    seen = []
    ensemble = sim.run(
        "first_lesson", 300, 1, progress=lambda far: seen.append((far.done, far.runs, far.held.tolist()))
    )
    assert [runs for _, runs, _ in seen] == [300] * 5
    assert seen[-1] == (300, 300, ensemble.outcomes.notna().sum().tolist())
