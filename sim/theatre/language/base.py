"""What every model of the language shares: frozen, closed to unknown keys, described by its docstrings."""

from collections.abc import Iterable, Iterator
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
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        validate_default=True,
    )

    # Mesa's batch_run spreads whatever can be iterated over; a scenario is one value, not a list of fields.
    __iter__ = None  # type: ignore[assignment]

    def transparent(self) -> frozenset[str]:
        """Fields that exist in Python only: the file writes their content one level up."""
        return frozenset()


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
