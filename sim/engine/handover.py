"""How a model's arrays reach the kernels: written down once, then read at an address.

Handing over an array takes numba a tenth of a microsecond, and there are a hundred: more than a day of one run costs.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, models, register_model
from numpy.typing import NDArray

_kinds: dict[type, Any] = {}


def written(parts: tuple[Any, ...]) -> NDArray[np.int64]:
    """Write a named tuple down as compiled code holds it; `opened` reads it at the address of what is returned.

    Both the tuple and what is returned must be kept as long as kernels read them.
    """
    kind = numba.typeof(parts)
    if _kinds.setdefault(type(parts), kind) != kind:
        raise TypeError(f"{type(parts).__name__} is not made of the same arrays as before")
    return np.array(list(_words(parts)), np.int64)


def _words(part: Any) -> Iterator[int]:
    """Numbers as they are; an array as owner and parent (none: the model keeps it alive), sizes, place and shape."""
    if isinstance(part, tuple):
        for inner in part:
            yield from _words(inner)
    elif isinstance(part, np.ndarray):
        yield from (0, 0, part.size, part.itemsize, part.ctypes.data, *part.shape, *part.strides)
    elif isinstance(part, float):
        yield int(np.float64(part).view(np.int64))
    else:
        yield part


class Opened(types.Type):
    """A named tuple at an address; its fields are read when they are named."""

    def __init__(self, kind: Any) -> None:
        super().__init__(f"Opened({kind})")
        self.kind = kind

    def field(self, name: str) -> Any:
        """Type of a field: a named tuple stays where it is."""
        inner = self.kind[self.kind.fields.index(name)]
        return Opened(inner) if isinstance(inner, types.BaseNamedTuple) else inner


@register_model(Opened)
class _OpenedModel(models.PrimitiveModel):
    def __init__(self, manager: Any, opened_type: Any) -> None:
        super().__init__(manager, opened_type, ir.IntType(64))


@infer_getattr
class _OpenedFields(AttributeTemplate):
    key = Opened

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]  # theirs is a placeholder
        return value.field(attr) if attr in value.kind.fields else None


@lower_getattr_generic(Opened)
def _field(context: Any, builder: Any, opened_type: Any, place: Any, name: str) -> Any:
    kind, at = opened_type.kind, opened_type.kind.fields.index(name)
    whole = builder.inttoptr(place, context.get_value_type(kind).as_pointer())
    part = builder.gep(whole, [ir.Constant(ir.IntType(32), step) for step in (0, at)])
    if isinstance(opened_type.field(name), Opened):
        return builder.ptrtoint(part, ir.IntType(64))
    return _unowned(builder, kind[at], builder.load(part), ())


def _unowned(builder: Any, kind: Any, value: Any, path: tuple[int, ...]) -> Any:
    """Let the compiler know that no array in `value` has an owner to count."""
    if isinstance(kind, types.Array):
        nobody = ir.Constant(ir.IntType(8).as_pointer(), None)
        at_top = builder.insert_value(value, nobody, (*path, 0))
        return builder.insert_value(at_top, nobody, (*path, 1))
    if isinstance(kind, types.BaseTuple):
        parts: Any = kind
        for at, inner in enumerate(parts):
            value = _unowned(builder, inner, value, (*path, at))
    return value


@intrinsic
def _opened(typing_context: Any, cls: Any, place: Any) -> Any:
    """Open the named tuple of class `cls` at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arguments[1]

    return Opened(_kinds[cls.instance_class])(cls, types.int64), generate


opened: Callable[..., Any] = _opened
