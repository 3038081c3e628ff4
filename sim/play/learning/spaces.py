"""The spaces of a seat: numbers from 0 to 1 with a mask of its actions, and the actions."""

from typing import Any

import numpy as np

from sim.analysis.extras import extra

from .worlds import Worlds

spaces = extra("gymnasium.spaces", "Gymnasium", "learn")


def observation_space(worlds: Worlds, seat: str) -> Any:
    """A map of `observation`, one number for each of the features, and `action_mask`, 1 for each action it has."""
    features, actions = len(worlds.features[seat].names), len(worlds.seats[seat].actions)
    return spaces.Dict(
        {
            "observation": spaces.Box(0.0, 1.0, (features,), np.float32),
            "action_mask": spaces.Box(0, 1, (actions,), np.int8),
        }
    )


def action_space(worlds: Worlds, seat: str) -> Any:
    """One of the seat's actions."""
    return spaces.Discrete(len(worlds.seats[seat].actions))
