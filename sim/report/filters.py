"""How the page writes numbers and dates."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from sim.text import capital, counted, listed, on, percent
from sim.text import number as plain


def figure(x: Any) -> str:
    """A number, or a dash where there is none."""
    return plain(float(x)) if x is not None and np.isfinite(float(x)) else "\N{EN DASH}"


def interval(low: float, high: float) -> str:
    """An interval of a share, in per cent."""
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def points(difference: float) -> str:
    """A difference of shares, in percentage points, with a proper minus sign."""
    if not np.isfinite(difference):
        return "\N{EN DASH}"
    text = f"{100 * difference:+.1f}".replace("-", "\N{MINUS SIGN}")
    return "0.0" if text[1:] == "0.0" else text


def tick_points(difference: float) -> str:
    """A round difference of shares, in percentage points, as an axis writes it."""
    return f"{100 * difference:+g}".replace("-", "\N{MINUS SIGN}").replace("+0", "0")


def nats(x: float) -> str:
    """A log likelihood to a tenth of a nat, with a proper minus sign."""
    return f"{x:,.1f}".replace("-", "\N{MINUS SIGN}")


def on_day(when: date) -> str:
    """A date as a sentence writes it."""
    return on(when)


def short(label: str) -> str:
    """An actor's label without who leads it."""
    return label.split(" (")[0]


def sparse(x: float) -> str:
    """A number in a table that is mostly empty: nothing for none, and no more digits than one looks at."""
    if x == 0:
        return ""
    return "<0.1" if x < 0.05 else f"{x:.1f}" if x < 9.95 else f"{x:.0f}"


def track(row: dict[str, Any]) -> dict[str, Any] | None:
    """Where a row of base rates is drawn, in per cent of its width; ranges by where they begin and how long they are.

    The scale goes from 0, or from the least of all if that is below, to a little more than the greatest. None where the
    rate could not be measured.
    """
    known = [float(row[name]) for name in ("expected_low", "expected_high", "low", "high", "value")]
    if not np.isfinite(known).all():
        return None
    least, most = min(*known, 0.0), max(known)
    scale = 97 / (most - least) if most > least else 0.0
    expected_low, expected_high, low, high, value = (round(scale * (each - least), 2) for each in known)
    return {
        "expected": (expected_low, round(expected_high - expected_low, 2)),
        "interval": (low, round(high - low, 2)),
        "value": value,
    }


FILTERS: dict[str, Callable[..., Any]] = {
    "capital": capital,
    "counted": counted,
    "date": on_day,
    "figure": figure,
    "interval": interval,
    "listed": listed,
    "nats": nats,
    "percent": percent,
    "plain": plain,
    "points": points,
    "short": short,
    "sparse": sparse,
    "tick_points": tick_points,
    "track": track,
}
