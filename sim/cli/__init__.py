"""The command line, `sim`."""


def main() -> None:
    """Run the command line."""
    from .app import app

    app(prog_name="sim")
