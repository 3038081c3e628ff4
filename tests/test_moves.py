"""Moves between rungs and orders of outcomes, counted by hand."""

import numpy as np
import pytest

from sim.analysis.moves import moves, sequences, stepwise

RUNGS = np.array([[0, 0, 3, 3, 9, 9, 1], [2, 2, 2, 5, 2, 2, 2]], np.uint8)


def test_moves_are_counted_from_row_to_column():
    counts = moves(RUNGS[:, 0], RUNGS[:, 3])
    assert counts[0, 3] == counts[2, 5] == 1
    assert counts.sum() == 2


def test_stretches_lie_end_to_end():
    counts = stepwise(RUNGS, 2)  # days 0, 2, 4, 6
    assert counts[0, 3] == counts[3, 9] == counts[9, 1] == 1
    assert counts[2, 2] == 3
    assert counts.sum() == 6
    assert stepwise(RUNGS, 1).sum() == 12
    assert stepwise(RUNGS, 7).sum() == 0
    with pytest.raises(ValueError, match="at least one day"):
        stepwise(RUNGS, 0)


def test_sequences_go_by_day_and_then_by_name():
    nan = np.nan
    days = np.array([[5, 2, nan], [4, 4, 1], [nan, nan, nan], [5, 2, nan]])
    found = sequences(days, ["war", "vote", "talks"], 2)
    assert found == {("vote", "war"): 2, ("talks", "vote"): 1, (): 1}
