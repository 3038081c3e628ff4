"""What kernels read by one pointer is what was packed: arrays, numbers and tuples, and tuples within tuples."""

from typing import NamedTuple

import numba
import numpy as np
import pytest
from numba import types
from numba.core.registry import cpu_target

from sim.engine._numba import kernel, pack, struct_at
from sim.engine._numba.struct_pointer import MEMBERS, _words, members

ROW = np.dtype([("a", np.int32), ("b", np.float64)])


class Inner(NamedTuple):
    row: np.ndarray
    whole: int
    pair: tuple[np.ndarray, np.ndarray]


class Outer(NamedTuple):
    number: float
    inner: Inner
    table: np.ndarray
    pages: np.ndarray
    halves: np.ndarray
    whole: int
    numbers: tuple[float, ...]
    inners: tuple[Inner, Inner]


def made() -> Outer:
    rng = np.random.default_rng(3)

    def inner(n: int) -> Inner:
        return Inner(rng.random(n), -n, (rng.random((2, n)), np.arange(n, dtype=np.int32)))

    table = np.zeros(3, ROW)
    table["a"], table["b"] = (4, 5, 6), (0.25, 0.5, 0.75)
    return Outer(
        number=-0.1,
        inner=inner(4),
        table=table,
        pages=rng.random((2, 3, 5)),
        halves=np.asarray(rng.random((6, 4)))[::2],
        whole=2**40 + 1,
        numbers=(1.5, -2.5, 3.5),
        inners=(inner(2), inner(3)),
    )


@kernel
def read(address, found):
    outer = struct_at(Outer, address)
    inner = outer.inner
    found[0], found[1], found[2] = outer.number, float(outer.whole), float(inner.whole)
    found[3], found[4] = outer.numbers[0] + 10.0 * outer.numbers[2], float(len(outer.numbers))
    found[5], found[6] = inner.row[3], inner.pair[0][1, 2]
    found[7], found[8] = float(inner.pair[1][3]), outer.table[2].b + outer.table[1].a
    found[9], found[10] = outer.pages[1, 2, 4], float(outer.pages.shape[1])
    found[11], found[12] = outer.halves[2, 1], float(outer.halves.shape[0])
    found[13], found[14] = outer.inners[1].row[2], float(outer.inners[0].whole)


@kernel
def write(address):
    outer = struct_at(Outer, address)
    outer.inner.row[1] = 7.0
    outer.pages[0, 1, 2] = 8.0
    outer.halves[1, 3] = 9.0
    outer.table[1].a = 11
    outer.inners[1].pair[1][0] = 12


def test_a_kernel_reads_arrays_of_one_to_three_dimensions_numbers_and_tuples_within_tuples():
    outer, found = made(), np.zeros(15)
    packed = pack(outer)
    read(packed.ctypes.data, found)
    assert found.tolist() == [
        -0.1, float(2**40 + 1), -4.0,
        1.5 + 35.0, 3.0,
        outer.inner.row[3], outer.inner.pair[0][1, 2],
        3.0, 0.75 + 5.0,
        outer.pages[1, 2, 4], 3.0,
        outer.halves[2, 1], 3.0,
        outer.inners[1].row[2], -2.0,
    ]  # fmt: skip


def test_what_a_kernel_writes_lands_in_the_arrays_and_nowhere_else():
    outer = made()
    packed = pack(outer)
    before = packed.copy()
    write(packed.ctypes.data)
    expected = made()
    expected.inner.row[1], expected.pages[0, 1, 2], expected.halves[1, 3] = 7.0, 8.0, 9.0
    expected.table["a"][1], expected.inners[1].pair[1][0] = 11, 12
    assert np.array_equal(packed, before)
    for name in ("table", "pages", "halves"):
        assert np.array_equal(getattr(outer, name), getattr(expected, name)), name
    for mine, other in zip((outer.inner, *outer.inners), (expected.inner, *expected.inners), strict=True):
        assert np.array_equal(mine.row, other.row)
        assert np.array_equal(mine.pair[0], other.pair[0])
        assert np.array_equal(mine.pair[1], other.pair[1])


@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, np.uint8, ROW])
def test_numba_holds_of_an_array_what_is_packed_in_this_order(dtype, dimensions):
    array = np.zeros((2, 3, 4)[:dimensions], dtype)
    model = cpu_target.target_context.data_model_manager.lookup(numba.typeof(array))
    assert [model.get_type(model.get_field_position(name)) for name in ("nitems", "itemsize")] == [types.intp] * 2
    for name in ("shape", "strides"):
        assert model.get_type(model.get_field_position(name)) == types.UniTuple(types.intp, dimensions)
    assert members(numba.typeof(array)) == list(MEMBERS)
    assert list(_words((array, 1.5))) == [
        0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides,
        int(np.float64(1.5).view(np.int64)),
    ]  # fmt: skip


def test_what_is_packed_is_as_long_as_what_compiled_code_holds():
    outer = made()
    context = cpu_target.target_context
    held = context.get_data_type(numba.typeof(outer))
    assert context.get_abi_sizeof(held) == pack(outer).nbytes


def test_another_tuple_of_the_same_class_must_be_made_of_the_same_kinds():
    pack(made())
    with pytest.raises(TypeError, match="Outer is not made of the same arrays as before"):
        pack(made()._replace(pages=np.zeros((2, 3))))


def test_a_field_that_does_not_exist_is_refused_when_it_is_compiled():
    pack(made())

    @kernel
    def wrong(address):
        return struct_at(Outer, address).nothing

    with pytest.raises(numba.TypingError, match="nothing"):
        wrong(0)


def test_an_unknown_version_of_numba_that_holds_more_of_an_array_is_refused(monkeypatch):
    from sim.engine._numba import struct_pointer

    monkeypatch.setattr(struct_pointer, "MEMBERS", MEMBERS[:-1])
    with pytest.raises(TypeError, match="holds 7 things of an array"):
        members.__wrapped__(numba.typeof(np.zeros(3)))
