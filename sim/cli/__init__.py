"""The command line, `sim`."""


def main() -> None:
    """Run the command line."""
    import gc

    # What is imported and read makes hundreds of thousands of objects that all stay. To look for garbage among them, on
    # the way and several times more when the interpreter ends, would take a third of the time of a short verb.
    gc.set_threshold(500_000)
    from .app import app

    try:
        app(prog_name="sim")
    finally:
        gc.freeze()
