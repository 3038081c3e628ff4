"""The command line, `sim`."""


def main() -> None:
    """Run the command line."""
    import gc

    # What is imported and read makes hundreds of thousands of objects that all stay; to look for garbage among them
    # again and again would take a sixth of the time of a short verb.
    gc.set_threshold(500_000)
    from .app import app

    app(prog_name="sim")
