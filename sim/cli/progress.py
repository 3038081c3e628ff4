"""What a user sees before anything moves."""

from .console import notes


def announced_compilation() -> None:
    """Say that the first start takes longer, if it is the first."""
    from sim.engine._numba import is_compiled

    if not is_compiled():
        notes.print("Compiling the engine, once on this machine; this takes about half a minute …")
