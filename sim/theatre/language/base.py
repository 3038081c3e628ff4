"""What every model of the language shares: frozen, closed to unknown keys, described by its docstrings."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from inspect import cleandoc, getsource
from itertools import zip_longest
from sys import modules
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A name: lower-case letters, digits and underscores."""

ActionId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=128)]
"""An action's name: its actor's id, a dot, a verb and an object."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]

Source = Text
"""Where something comes from: a key of sources.yaml, `tuned: Qxx`, or `judgement: why`."""


class Model(BaseModel):
    """A frozen, closed record of the language."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
    )

    # Mesa's batch_run spreads whatever can be iterated over; a scenario is one value, not a list of fields.
    __iter__ = None  # type: ignore[assignment]

    def transparent(self) -> frozenset[str]:
        """Fields that exist in Python only: the file writes their content one level up."""
        return frozenset()


class Told(Model):
    """Part of how a crisis is told: no rule reads it, and a number in it is none of the model's."""


@cache
def described(record: type[Model]) -> dict[str, str]:
    """What the docstring below each field says, by the field's name.

    Read when a message or a schema asks for it: pydantic would read the sources whenever a record is defined, which
    takes a quarter of the time until a file can be checked.
    """
    found: dict[str, str | None] = {}
    for kind in reversed(record.__mro__):
        if issubclass(kind, Model):
            found |= _docstrings(kind.__module__).get(kind.__name__, {})
    return {name: text for name, text in found.items() if text is not None and name in record.model_fields}


@cache
def _docstrings(module: str) -> dict[str, dict[str, str | None]]:
    """The docstrings below fields, None where there is none, by class and name, of all classes of a module."""
    found: dict[str, dict[str, str | None]] = {}
    for node in ast.parse(getsource(modules[module])).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                field.target.id: _text_of(below)
                for field, below in zip_longest(node.body, node.body[1:])
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            }
    return found


def _text_of(statement: ast.stmt | None) -> str | None:
    """What a statement says that is nothing but text."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return cleandoc(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def fields(model: Model) -> Iterator[tuple[str, Any]]:
    """Name and value of each field, as written in a file."""
    for name, info in type(model).model_fields.items():
        yield info.alias or name, getattr(model, name)


def refuse(faults: Iterable[tuple[tuple[str | int, ...], str]]) -> None:
    """Report every fault at its own place below the part being checked; do nothing if there are none.

    Raises
    ------
    pydantic.ValidationError
        With one line for each fault.
    """
    lines = [
        InitErrorDetails(type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=place, input=None)
        for place, text in faults
    ]
    if lines:
        raise ValidationError.from_exception_data("theatre", lines)
