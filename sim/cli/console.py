"""How verbs answer: data to standard output, notes to standard error, faults as sentences with an exit code."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console

from . import interrupts

FAILED, WRONG_USAGE, INVALID_SCENARIO, SOME_FAILED, NOT_PRECISE = 1, 2, 3, 4, 5
INTERRUPTED = interrupts.INTERRUPTED

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]

P = ParamSpec("P")

console = Console()
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(content: Any) -> None:
    """Write JSON to standard output, one document."""
    json.dump(content, sys.stdout, indent=1, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


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
        except Exception as error:
            if interrupts.was_interrupted() and not isinstance(error, typer.Exit):  # whoever took it for an error
                notes.print("Interrupted.")
                raise typer.Exit(INTERRUPTED) from None
            code = _code(error)
            if code is None:
                raise
            notes.print(_NO_MEMORY if isinstance(error, MemoryError) else str(error), markup=False)
            raise typer.Exit(code) from None

    return answer


def _code(error: Exception) -> int | None:
    """The exit code of an error that a user can mend; None for one of ours."""
    kinds = {type_.__name__ for type_ in type(error).__mro__}  # by name: what never was imported was never raised
    return next((code for name, code in _CODES.items() if name in kinds), None)


_CODES = {
    "ScenarioError": INVALID_SCENARIO,
    "DiskError": FAILED,
    "ClusterError": FAILED,
    "LostWorkersError": FAILED,
    "StoreError": WRONG_USAGE,
    "PlanError": WRONG_USAGE,
    "ReplayError": WRONG_USAGE,
    "ReportError": WRONG_USAGE,
    "MeasureError": WRONG_USAGE,
    "MissingExtraError": FAILED,
    "MemoryError": FAILED,
}
_NO_MEMORY = "There is not enough memory for this; ask for fewer runs or days, or of a container for more memory."
