"""How verbs answer: data to standard output, notes to standard error, faults as sentences with an exit code."""

import functools
import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from sim.text import UNPRINTABLE, printable

from . import interrupts

FAILED, WRONG_USAGE, INVALID_SCENARIO, SOME_FAILED, NOT_PRECISE = 1, 2, 3, 4, 5
INTERRUPTED = interrupts.INTERRUPTED

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]

P = ParamSpec("P")


class PlainConsole(Console):
    """A console on which text is text, whoever wrote it: no markup, no codes of signs, nothing that steers a terminal.

    All that is printed comes through here, cells of tables and their titles too.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as Rich does, with signs in place of what is none."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


console = PlainConsole()
notes = PlainConsole(stderr=True, highlight=False, soft_wrap=True)


def print_json(content: Any, indent: int = 1) -> None:
    """Write JSON to standard output, one document; in ASCII where the output has not all letters."""
    unicode = console.encoding.startswith("utf")
    text = json.dumps(content, indent=indent, ensure_ascii=not unicode, default=str)
    print_as_it_is(UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text))


def print_as_it_is(line: str) -> None:
    """Write a line to standard output, neither wrapped nor with tabs made blanks."""
    print(printable(line), file=console.file)


def typed(**options: object) -> list[str]:
    """Options as they are typed, those left out apart: `boxes="a > 1"` is `--boxes`, `a > 1`."""
    words: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list) else [value]:
            words += [option] if each is True else [] if each is None or each is False else [option, str(each)]
    return words


def answering(verb: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors a user can mend into sentences and exit codes."""

    @functools.wraps(verb)
    def answer(*args: P.args, **kwargs: P.kwargs) -> None:
        interrupts.raise_from_now_on()
        try:
            verb(*args, **kwargs)
        except KeyboardInterrupt:
            notes.print("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except typer.BadParameter as error:
            error.message = printable(error.message)
            raise
        except Exception as error:
            if interrupts.was_interrupted() and not isinstance(error, typer.Exit):  # whoever took it for an error
                notes.print("Interrupted.")
                raise typer.Exit(INTERRUPTED) from None
            code = _code(error)
            if code is None:
                raise
            notes.print(_told(error))
            raise typer.Exit(code) from None

    return answer


def _told(error: Exception) -> str:
    """What an error says to its reader."""
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    if isinstance(error, OSError) and _code(error) == FAILED and error.filename is not None:
        return f"cannot use {error.filename}: {error.strerror or error}"
    return str(error)


def _code(error: Exception) -> int | None:
    """The exit code of an error that a user can mend; None for one of ours."""
    if type(error).__module__ == "builtins" and isinstance(error, OSError):  # of a file, by its name; not of a stream
        return FAILED if error.filename is not None else None
    kinds = {type_.__name__ for type_ in type(error).__mro__}  # by name: what never was imported was never raised
    return next((code for name, code in _CODES.items() if name in kinds), None)


_CODES = {
    "ScenarioError": INVALID_SCENARIO,
    "DiskError": FAILED,
    "ClusterError": FAILED,
    "LostWorkersError": FAILED,
    "StoreError": WRONG_USAGE,
    "PlanError": WRONG_USAGE,
    "PlayError": WRONG_USAGE,
    "RecordError": WRONG_USAGE,
    "ReplayError": WRONG_USAGE,
    "ReportError": WRONG_USAGE,
    "ServeError": WRONG_USAGE,
    "ForecastError": WRONG_USAGE,
    "MeasureError": WRONG_USAGE,
    "MissingExtraError": FAILED,
    "MemoryError": FAILED,
}
_NO_MEMORY = "There is not enough memory for this; ask for fewer runs or days, or give the container more memory."
