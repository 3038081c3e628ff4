"""Arrays in few bytes of text, as the page unpacks them: whole numbers as they are, others in equal steps."""

import base64
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

WHOLE = {1: "<u1", 2: "<u2", 4: "<u4"}
Packed = dict[str, Any]


def whole(values: ArrayLike) -> Packed:
    """Pack numbers from 0 up, exactly, in as few bytes each as the largest needs.

    Raises
    ------
    ValueError
        One is negative, no whole number, or too large.
    """
    array = np.asarray(values)
    largest = array.max(initial=0)
    if array.size and (array.min() < 0 or largest >= 2**32 or not np.array_equal(array, np.floor(array))):
        raise ValueError("only whole numbers from 0 below 2**32 can be packed as they are")
    width = next(width for width in WHOLE if largest < 256**width)
    return {"bytes": width, "shape": list(array.shape), "data": _text(array.astype(WHOLE[width]))}


def stepped(values: ArrayLike, width: int = 2) -> Packed:
    """Pack numbers in equal steps between the least and the largest of them, in `width` bytes each.

    What is not finite is kept as missing: the highest code stands for it.
    """
    array = np.asarray(values, np.float64)
    known = np.isfinite(array)
    low, high = (float(array[known].min()), float(array[known].max())) if known.any() else (0.0, 0.0)
    missing = 256**width - 1
    step = (high - low) / (missing - 1) or 1.0
    codes = np.where(known, np.rint((np.where(known, array, low) - low) / step), missing)
    packed = {"bytes": width, "shape": list(array.shape), "data": _text(codes.astype(WHOLE[width]))}
    return packed | {"low": low, "step": step, "missing": missing}


def unpacked(packed: Packed) -> np.ndarray[Any, Any]:
    """Unpack an array, as the page does."""
    codes = np.frombuffer(base64.b64decode(packed["data"]), WHOLE[packed["bytes"]]).reshape(packed["shape"])
    if "step" not in packed:
        return codes.astype(np.int64)
    return np.where(codes == packed["missing"], np.nan, packed["low"] + packed["step"] * codes)


def _text(array: np.ndarray[Any, Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
