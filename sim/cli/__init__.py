"""The command line, `sim`: one verb a function.

In come words and names of files; each verb calls one function of the rooms below, prints its answer to standard output
and all else to standard error. `app` lists the verbs, `console` says how errors become sentences and exit codes.
What a verb needs is imported when it is called, so that `sim --help` answers at once.
"""


def main() -> None:
    """Run the command line."""
    from . import interrupts

    interrupts.end_at_once()
    import gc
    import os

    from .streams import speaking

    # What is imported and read makes hundreds of thousands of objects that all stay. To look for garbage among them, on
    # the way and several times more when the interpreter ends, would take a third of the time of a short verb.
    gc.set_threshold(500_000)
    # Figures are drawn into files. What a notebook or a shell hands down may be a backend that is not installed here.
    os.environ["MPLBACKEND"] = "agg"
    from .app import app

    try:
        with speaking():
            app(prog_name="sim")
    finally:
        interrupts.ignore_from_now_on()
        gc.freeze()
