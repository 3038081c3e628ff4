"""Environments for learners: some seats learn, and everybody else follows the rules.

- `CrisisVectorEnv`: one seat in hundreds of worlds that advance in lockstep (`gymnasium.vector.VectorEnv`);
- `CrisisEnv`: one seat in one world (`gymnasium.Env`);
- `CrisisParallelEnv`: several seats in one world (`pettingzoo.ParallelEnv`).

No reward is built in: nobody in this model wants anything. Whoever trains says what counts, as a function
(`sim.play.learning.reward`). `python -m sim.play.learning.example` trains a small policy in minutes. All of it needs
the extra `learn`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parallel import CrisisParallelEnv
    from .single import CrisisEnv
    from .vector import CrisisVectorEnv

__all__ = ["CrisisEnv", "CrisisParallelEnv", "CrisisVectorEnv"]


def __getattr__(name: str) -> Any:
    """Import an environment, and the library that it is built for, when it is asked for."""
    from importlib import import_module

    rooms = {"CrisisEnv": "single", "CrisisParallelEnv": "parallel", "CrisisVectorEnv": "vector"}
    if name not in rooms:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f".{rooms[name]}", __name__), name)
