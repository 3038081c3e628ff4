"""What a user sees before anything moves."""

from .console import notes


def announced_compilation() -> None:
    """Say that the first start takes longer, if it is the first."""
    from sim.engine._numba import is_compiled, is_lasting

    if not is_compiled():
        once = ", once on this machine" if is_lasting() else ""
        notes.print(f"Compiling the engine{once}; this takes about half a minute …")
