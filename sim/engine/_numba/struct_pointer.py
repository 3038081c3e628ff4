"""The state of a model handed to kernels as one pointer.

Numba takes a tenth of a microsecond to hand over an array, and the state has a hundred: more than a day of one run
costs. So the named tuple of all arrays is laid out once in memory, as compiled code itself would hold it, and a kernel
is given its address. That address becomes a pointer at one place, `struct_at`; every field, and every tuple within the
tuple, is reached from there by steps that the compiler can follow. It may then tell which memory a kernel touches, as
it could not if addresses were made anew of numbers in between.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, models, register_model
from numpy.typing import NDArray

_kinds: dict[type, Any] = {}
_known: set[Hashable] = set()
"""Of what tuples were made that have been packed."""
_orders: dict[Hashable, list[str]] = {}

MEMBERS = ("meminfo", "parent", "nitems", "itemsize", "data", "shape", "strides")
"""What numba holds of an array. In which order, it is asked; a member that it had besides would be an error here."""


def pack(parts: tuple[Any, ...]) -> NDArray[np.int64]:
    """Lay out a named tuple as compiled code holds it; `struct_at` reads it at the address of what is returned.

    It is made of arrays, whole numbers, floats and tuples of these. Both the tuple and what is returned must be kept
    as long as kernels read them.
    """
    made_of = type(parts), _made_of(parts)
    if made_of not in _known:
        kind = numba.typeof(parts)
        if _kinds.setdefault(type(parts), kind) != kind:
            raise TypeError(f"{type(parts).__name__} is not made of the same arrays as before")
        _known.add(made_of)
    return np.array(list(_words(parts)), np.int64)


def _made_of(part: Any) -> Any:
    """What the compiler's type of something depends on; to ask for the type itself of a hundred arrays takes long."""
    if isinstance(part, tuple):
        return type(part), tuple(map(_made_of, part))
    if isinstance(part, np.ndarray):
        flags = part.flags
        return part.dtype, part.ndim, flags.c_contiguous, flags.f_contiguous, flags.aligned, flags.writeable
    return type(part)


def _words(part: Any) -> Iterator[int]:
    """Words of eight bytes, one after another: so nothing lies between them."""
    if isinstance(part, tuple):
        for inner in part:
            yield from _words(inner)
    elif isinstance(part, np.ndarray):
        held = {
            "meminfo": (0,),  # nobody counts references: who packs keeps the arrays alive
            "parent": (0,),
            "nitems": (part.size,),
            "itemsize": (part.itemsize,),
            "data": (part.ctypes.data,),
            "shape": part.shape,
            "strides": part.strides,
        }
        for member in _order(part):
            yield from held[member]
    elif isinstance(part, float):
        yield int(np.float64(part).view(np.int64))
    else:
        yield part


def _order(part: NDArray[Any]) -> list[str]:
    """The names of what numba holds of such an array, in its order."""
    made_of = _made_of(part)
    if made_of not in _orders:
        _orders[made_of] = members(numba.typeof(part))
    return _orders[made_of]


@cache
def members(array: Any) -> list[str]:
    """The names of what numba holds of an array, in its order."""
    model = cpu_target.target_context.data_model_manager.lookup(array)
    if model.field_count != len(MEMBERS):
        raise TypeError(f"this version of numba holds {model.field_count} things of an array, known are {MEMBERS}")
    return sorted(MEMBERS, key=model.get_field_position)


class StructPointer(types.Type):
    """A pointer to a named tuple, whose fields are read when they are named."""

    def __init__(self, kind: Any) -> None:
        super().__init__(f"StructPointer({kind})")
        self.dtype = kind

    def field(self, name: str) -> Any:
        """Type of a field; of a named tuple, a pointer to where it stays."""
        inner = self.dtype[self.dtype.fields.index(name)]
        return StructPointer(inner) if isinstance(inner, types.BaseNamedTuple) else inner


register_model(StructPointer)(models.PointerModel)


@infer_getattr
class _Fields(AttributeTemplate):
    key = StructPointer

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]  # theirs is a placeholder
        return value.field(attr) if attr in value.dtype.fields else None


@lower_getattr_generic(StructPointer)
def _field(context: Any, builder: Any, pointer_type: Any, pointer: Any, name: str) -> Any:
    kind, at = pointer_type.dtype, pointer_type.dtype.fields.index(name)
    field = cgutils.gep_inbounds(builder, pointer, 0, at)
    if isinstance(pointer_type.field(name), StructPointer):
        return field
    return _unowned(context, builder, kind[at], context.unpack_value(builder, kind[at], field))


def _unowned(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Let the compiler know that no array in `value` has an owner to count."""
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo, array.parent = (cgutils.get_null_value(part.type) for part in (array.meminfo, array.parent))
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        inner: Any = kind
        parts = zip(inner, cgutils.unpack_tuple(builder, value, len(inner)), strict=True)
        return context.make_tuple(builder, kind, [_unowned(context, builder, *part) for part in parts])
    return value


@intrinsic
def _struct_at(typing_context: Any, cls: Any, address: Any) -> Any:
    """Point at the packed named tuple of class `cls` at an address."""
    pointer = StructPointer(_kinds[cls.instance_class])

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[1], context.get_value_type(pointer))

    return pointer(cls, types.int64), generate


struct_at: Callable[..., Any] = _struct_at
