"""Where two runs part, told in words."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from sim.text import beside, capital, counted, number, on, paragraph, percent, printable

from .divergence import Divergence, RatePart, RateShift

_NAMED = 3
"""Imposed acts named; more are counted."""
_SLIGHT = 0.005
"""Factors of a rate that differ by a smaller share are left out where others differ more."""
_VARIABLES = 6
"""Variables named, of those that were apart already."""


def divergence_text(parting: Divergence, width: int) -> str:
    """Tell a parting in lines of at most `width` letters."""
    lines = [paragraph(_head(parting), width), ""]
    for at, name in enumerate(parting.names):
        lines.append(paragraph(f"{name}: {_decision(parting, at)}", width, indent=2, hang=4))
    lines += ["", *_tipping(parting, width)]
    return printable("\n".join(lines)) + "\n"


def _head(parting: Divergence) -> str:
    one, other = parting.names
    return (
        f"Run {parting.run} takes the same course under {one} and under {other} until a decision on "
        f"{on(parting.date)}, day {parting.day}: {parting.label}. The draw is {number(parting.draw, 6)} under "
        f"both.{_before(parting)}"
    )


def _before(parting: Divergence) -> str:
    """What was imposed under one of the two before, counted where it is much."""
    if not parting.imposed:
        return ""
    if len(parting.imposed) > _NAMED:
        counts = Counter(each.under for each in parting.imposed)
        told = " and ".join(f"{counted(n, 'act')} under {name}" for name, n in counts.items())
        return f" Before that day, {told} had been imposed that the other does not have."
    days = [on(parting.date - timedelta(days=parting.day - each.day)) for each in parting.imposed]
    told = ", ".join(f"{each.action} on {day}" for each, day in zip(parting.imposed, days, strict=True))
    under = " and ".join(dict.fromkeys(each.under for each in parting.imposed))
    return f" Before that day, {under} had imposed {told}."


def _decision(parting: Divergence, at: int) -> str:
    drawn, did, (low, high) = parting.drawn[at], parting.did[at], parting.bounds[at]
    within = f"a draw from {beside(low, high)} to {beside(high, low)}"
    if drawn is None:
        return f"hold, on {within}"
    if (due := parting.due[at]) is not None:
        stopped = ", when it is forbidden" if did is None else ""
        return f"{drawn}, ordered for {on(parting.date + timedelta(days=due - parting.day))}{stopped}, on {within}"
    return f"hold: {drawn} is forbidden, on {within}" if did is None else f"{did}, on {within}"


def _tipping(parting: Divergence, width: int) -> Iterator[str]:
    if parting.how == "veto":
        yield paragraph("What tipped it: the same action was drawn under both, but one of them forbids it.", width)
        return
    what = "this rate alone" if len(parting.tipped) == 1 else f"these {len(parting.tipped)} rates together"
    yield paragraph(
        f"What tipped it: {what}, per day, first under {parting.names[0]}, then under {parting.names[1]}.", width
    )
    for shift in parting.tipped:
        yield from _shift(shift, parting.names, width)
    if parting.others:
        yield paragraph(f"{capital(counted(parting.others, 'other rate'))} of the actor differed too.", width)
    if parting.world:
        since = parting.date - timedelta(days=parting.day - (parting.since or 0))
        apart = [f"{name} {beside(a, b)} against {beside(b, a)}" for name, a, b in parting.world[:_VARIABLES]]
        more = len(parting.world) - len(apart)
        rest = f", and {counted(more, 'other variable')}" if more > 0 else ""
        yield ""
        yield paragraph(
            f"The two worlds had differed since {on(since)}. The evening before: {'; '.join(apart)}{rest}.", width
        )


def _shift(shift: RateShift, names: tuple[str, str], width: int) -> Iterator[str]:
    rates = f"{beside(shift.first, shift.second)} against {beside(shift.second, shift.first)}"
    yield paragraph(f"{shift.action} ({shift.label}): {rates}", width, indent=2, hang=4)
    telling = [part for part in shift.parts if not _slight(part)] or shift.parts[:1]
    for part in telling:
        yield paragraph(_part(part, names), width, indent=6, hang=4)


def _slight(part: RatePart) -> bool:
    """Whether a factor is the same under both but for half a per cent."""
    factor = part.what not in ("open", "base", "reply")
    return factor and abs(part.second - part.first) < _SLIGHT * max(part.first, part.second)


def _part(part: RatePart, names: tuple[str, str]) -> str:
    if part.what == "open":
        closed = names[0] if part.first == 0 else names[1]
        return f"not open under {closed}: {'; '.join(part.reasons)}"
    against = f"{beside(part.first, part.second)} against {beside(part.second, part.first)}"
    if part.what == "recovered":
        return f"recovered to {percent(part.first)} against {percent(part.second)}"
    if part.what in ("base", "reply"):
        called = "its own rate" if part.what == "base" else "in answer to its target"
        return f"{called}: {against}"
    read = [f"{name} {beside(a, b)} against {beside(b, a)}" for name, a, b in part.readings if a != b]
    return f"{part.what}: times {against}" + (f" ({', '.join(read)})" if read else " (another weight)")
