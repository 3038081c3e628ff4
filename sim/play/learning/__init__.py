"""Environments for learners: some seats learn, and everybody else follows the rules.

- `CrisisVectorEnv`: one seat in hundreds of worlds that advance in lockstep (`gymnasium.vector.VectorEnv`);
- `CrisisEnv`: one seat in one world (`gymnasium.Env`);
- `CrisisParallelEnv`: several seats in one world (`pettingzoo.ParallelEnv`).

No reward is built in, though actors have wants, and goals by which debriefs and tournaments score them: whoever trains
says what counts, as a function (`sim.play.learning.reward`). Gymnasium makes a world by its name too, as soon as this
room is imported: `gymnasium.make("sim/Crisis-v0", scenario="baseline", seat="iran")`, and many with `make_vec`.

An environment can be copied and pickled, as long as its reward can: the copy lives the same days over again.
`python -m sim.play.learning.example` trains a small policy in minutes. All of it needs the extra `learn`.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parallel import CrisisParallelEnv
    from .single import CrisisEnv
    from .vector import CrisisVectorEnv

__all__ = ["CrisisEnv", "CrisisParallelEnv", "CrisisVectorEnv"]


with suppress(ImportError):  # where it is missing, whoever asks for an environment is told
    from gymnasium import register, registry

    if "sim/Crisis-v0" not in registry:
        register(
            "sim/Crisis-v0", f"{__name__}.single:CrisisEnv", vector_entry_point=f"{__name__}.vector:CrisisVectorEnv"
        )


def __getattr__(name: str) -> Any:
    """Import an environment, and the library that it is built for, when it is asked for."""
    from importlib import import_module

    rooms = {"CrisisEnv": "single", "CrisisParallelEnv": "parallel", "CrisisVectorEnv": "vector"}
    if name not in rooms:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f".{rooms[name]}", __name__), name)
