"""What a user has told numpy about floating-point errors neither breaks nor changes a result."""

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.floating import usually

QUESTION = sim.load("baseline")
LESSON = sim.load("first_lesson")


class InCallersThread:
    """An executor that computes where it is asked to, under whatever the caller has told numpy."""

    def submit(self, work, *args):
        from concurrent.futures import Future

        future = Future()
        future.set_result(work(*args))
        return future

    def map(self, work, *columns):
        return map(work, *columns)


def asked(executor) -> dict[str, object]:
    """What is computed of some runs, in all the ways in which it is asked."""
    runs = sim.run(QUESTION, 20, executor=executor, progress=None)
    drawn = sim.run(LESSON, 40, executor=executor, progress=None, uncertain=True)
    swept = sim.sweep(LESSON, ["actions.*.rate"], "morris", 90, 2, executor=executor, progress=None)
    both = sim.compare(LESSON, LESSON, 9, executor=executor)
    futures = sim.branch(LESSON, run=3, day=30, runs=4, days=20, executor=executor)
    model = sim.CrisisModel(QUESTION, seed=7)
    for _ in range(120):
        model.step()
    return {
        "events": runs.events,
        "rates": runs.base_rates,
        "shares": runs.shares(),
        "typical": pd.Series(runs.typical("tension", 3)[0]),
        "errors": drawn.errors(),
        "indices": swept.indices("first_blood"),
        "difference": both.difference(),
        "over_time": both.over_time(),
        "futures": futures.events,
        "choices": sim.choices(LESSON, run=3, day=30, actor="north", runs=4, days=9, executor=executor).table,
        "replay": sim.replay(QUESTION, run=2).events,
        "model": pd.Series(model.digest()),
    }


@pytest.mark.fault("18", "FloatingPointError: underflow encountered in cast, in the caller's thread")
def test_numpy_told_to_raise_changes_no_result(record_property):
    usual = asked(None)
    with np.errstate(all="raise"):
        strict = asked(InCallersThread())
        assert np.geterr() == {"divide": "raise", "over": "raise", "under": "raise", "invalid": "raise"}
    for name, table in usual.items():
        same = pd.testing.assert_frame_equal if isinstance(table, pd.DataFrame) else pd.testing.assert_series_equal
        same(strict[name], table)
    record_property("now", "the same tables, events and indices, to the bit; the user's settings stay")


def test_whatever_a_class_offers_is_computed_as_usual():
    @usually
    class Small:
        @property
        def one(self):
            return np.float32(np.float64(1e-300))

        def two(self, n):
            """Doc."""
            return np.float32(np.float64(1e-300)) * n

    with np.errstate(all="raise"):
        assert (Small().one, Small().two(2)) == (0, 0)
        with pytest.raises(FloatingPointError):
            np.array([1e-300]).astype(np.float32)
    assert Small.two.__doc__ == "Doc."
