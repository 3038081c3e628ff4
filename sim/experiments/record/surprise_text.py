"""Surprise as text."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import checked_width, counted, number, on, paragraph, percent, printable

if TYPE_CHECKING:
    from .filter import Filtered
    from .surprise import QuietStretch, Surprise, SurprisingAct

_INDENT = 6
_MOST_STRETCHES = 8


def told(found: "Surprise", width: int, most: int) -> str:
    """Tell what surprised a scenario; see `Surprise.text`."""
    checked_width(width)
    lines = [*heading(found.filtered, width)]
    if found.impossible:
        lines += ["", "IMPOSSIBLE BY THE RULES"]
        for act in found.impossible:
            lines += _act(act, width)
    possible = [act for act in found.acts if not act.impossible][:most]
    if possible:
        lines += ["", f"THE GREATEST SURPRISES OF {len(found.acts)} COVERED ACTS, THE LEAST PROBABLE FIRST"]
        for act in possible:
            lines += _act(act, width)
    if found.quiet:
        lines += ["", "WHERE THE MODEL WAS NOISY AND THE RECORD QUIET"]
        for stretch in found.quiet[:_MOST_STRETCHES]:
            lines += paragraph(_quiet(stretch), width, 2, 2).splitlines()
    return printable("\n".join(lines)) + "\n"


def heading(found: "Filtered", width: int) -> Iterator[str]:
    """Say how likely the record is, and by what."""
    scenario, impossible = found.scenario, len(found.impossible)
    error = "" if math.isnan(found.error) else f" ± {found.error:.2f}"
    acts = len(found.acts)
    replicates = f"{counted(found.replicates, 'filter')} of {counted(found.particles, 'particle')}"
    yield f"{scenario.name} {scenario.short_hash} · {replicates} · seed {found.seed}"
    said = (
        f"Log likelihood of the record from {on(scenario.start)} to {on(found.followed.last)}: "
        f"{found.log_likelihood:.1f}{error} nats, of which {found.of_acts:.1f} by {counted(acts, 'covered act')} and "
        f"what was not seen, and {found.of_deaths:.1f} by how many died."
    )
    yield from paragraph(said, width).splitlines()
    if left_out := found.followed.compiled.left_out:
        said = f"Left out, since its actor has another act on the last day: {', '.join(left_out)}."
        yield from paragraph(said, width).splitlines()
    if impossible:
        said = (
            f"Impossible by the rules: {counted(impossible, 'act')}, each counted as one in a billion; in truth the "
            "log likelihood is minus infinity."
        )
        yield from paragraph(said, width).splitlines()


def _act(act: "SurprisingAct", width: int) -> Iterator[str]:
    chance = "no chance" if act.impossible else f"{one_in(act.chance)}, {act.nats:.1f} nats"
    yield f"{act.date}  {act.label} ({act.action}): {chance}"
    if not act.impossible:
        yield f"{'':{_INDENT}}at rest its odds are {number(act.rest)} a day"
    if act.ordered is not None:
        yield f"{'':{_INDENT}}ordered on {on(act.ordered)}; the rules are those of that day"
    for rule in act.rules:
        by = "" if math.isinf(rule.factor) else f"; at its best × {number(rule.factor, 2)}"
        yield from paragraph(f"{rule.said}{by}", width, _INDENT, 2).splitlines()
    if act.rules and act.at_best > act.chance:
        yield from paragraph(f"With all of this at its best, {one_in(act.at_best)}.", width, _INDENT, 2).splitlines()
    if act.place is not None:
        yield f"{'':{_INDENT}}{act.place}"


def one_in(chance: float) -> str:
    """A chance as one in so many; what is likelier than a third in per cent."""
    return "no chance" if chance == 0 else percent(chance) if chance > 1 / 3 else f"1 in {1 / chance:,.0f}"


def _quiet(stretch: "QuietStretch") -> str:
    return (
        f"{stretch.label} ({stretch.action}): from {on(stretch.first)} to {on(stretch.last)} "
        f"the model expects {number(stretch.expected, 2)} in the record, which has none."
    )
