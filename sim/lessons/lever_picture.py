"""The picture below levers: two fans, as it was and as it is moved, and a line for each outcome with both shares.

It is drawn as SVG and not by Matplotlib, which takes longer to draw a figure than the engine to make a thousand runs.
"""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paths import quantiles
from sim.text import capital, number, percent, printable
from sim.theatre.language.scenario import Scenario

from .prose import signed

if TYPE_CHECKING:
    from .moving import Levers

WIDE, TALL = 760, 250
LEFT, RIGHT, ABOVE, BELOW = 52, 12, 12, 26
ROW, NAMES = 34, 330
LEVELS = (0.1, 0.5, 0.9)
WAS, IS = "#6b7280", "#c2410c"
"""As it was: grey and dashed; as it is moved: dark orange and drawn through."""


def picture(levers: "Levers") -> str:
    """Draw levers as they stand, with what they changed in words below."""
    return "".join(
        (
            "<div class='tex2jax_ignore mathjax_ignore' style='max-width:780px'>",
            *_fan(levers),
            *_shares(levers),
            f"<p style='margin:.4em 0;line-height:1.45'>{escape(printable(levers.sentence))}</p>",
            f"<p style='margin:0;opacity:.75'>{escape(_foot(levers))}</p></div>",
        )
    )


def _foot(levers: "Levers") -> str:
    return (
        f"Share of {levers.runs:,} runs of {levers.scenario.name}, seed {levers.seed}, and the same runs with the "
        "levers moved. Lines through the dots: 95 % intervals. Differences: in pairs on the same dice."
    )


def _svg(tall: float, said: str) -> str:
    return (
        f"<svg viewBox='0 0 {WIDE} {tall}' width='{WIDE}' role='img' aria-label='{escape(said, quote=True)}' "
        "style='max-width:100%;height:auto;font:13px sans-serif'>"
    )


def _fan(levers: "Levers") -> Iterator[str]:
    days = np.unique(np.linspace(0, levers.scenario.days - 1, 240).astype(int))
    was, moved = (quantiles(each.paths, LEVELS)[:, days] for each in (levers.still, levers.moved))
    top = levers.reach("top", max(float(was.max()), float(moved.max()), 1e-9))
    bottom = -levers.reach("bottom", -min(float(was.min()), float(moved.min()), 0.0))
    x = LEFT + (WIDE - LEFT - RIGHT) * days / max(int(days[-1]), 1)

    def y(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return ABOVE + (TALL - ABOVE - BELOW) * (top - values) / (top - bottom)

    name = _name(levers.scenario, levers.variable)
    yield _svg(TALL, f"{name} day by day: the middle 80 % of the runs and their median, as it was and as it is moved.")
    for rows, colour, dashed in ((was, WAS, " stroke-dasharray='6 4'"), (moved, IS, "")):
        edge = [*zip(x, y(rows[2]), strict=True), *zip(x[::-1], y(rows[0][::-1]), strict=True)]
        yield f"<path d='{_path(edge)}Z' fill='{colour}' fill-opacity='.22' stroke='{colour}' stroke-opacity='.5'/>"
        line = _path([*zip(x, y(rows[1]), strict=True)])
        yield f"<path d='{line}' fill='none' stroke='{colour}' stroke-width='2.5'{dashed}/>"
    for value in (bottom, top):
        at = float(y(np.array(value)))
        yield f"<text x='{LEFT - 6}' y='{at + 4:.0f}' text-anchor='end' fill='currentColor'>{number(value, 2)}</text>"
    yield f"<text x='{LEFT + 6}' y='{ABOVE + 10}' fill='currentColor'>{escape(name)}</text>"
    yield from _key()
    ends = ((LEFT, "start", levers.scenario.start), (WIDE - RIGHT, "end", levers.scenario.end))
    for at, anchor, day in ends:
        yield f"<text x='{at}' y='{TALL - 6}' text-anchor='{anchor}' fill='currentColor'>{day.isoformat()}</text>"
    yield "</svg>"


def _key() -> Iterator[str]:
    """Which of the two is which."""
    for at, (said, colour, dashed) in enumerate((("as it was", WAS, " stroke-dasharray='6 4'"), ("moved", IS, ""))):
        x = WIDE - 210 + 115 * at
        yield (
            f"<path d='M{x} {ABOVE + 6}h24' stroke='{colour}' stroke-width='3'{dashed}/>"
            f"<text x='{x + 30}' y='{ABOVE + 10}' fill='currentColor'>{said}</text>"
        )


def _shares(levers: "Levers") -> Iterator[str]:
    """A line for each outcome: where its share was and where it is, and the difference at the end."""
    shares, apart = levers.shares, levers.apart
    furthest = max(max(shares[name].high, apart[name].first) for name in levers.outcomes)
    top = levers.reach("share", min(1.0, 1.05 * max(0.1, furthest)))
    right = WIDE - 190
    tall = ROW * len(levers.outcomes) + 26

    def x(share: float) -> float:
        return NAMES + (right - NAMES) * share / top

    said = [
        f"{levers.scenario.theatre.outcomes[name].label}: {percent(apart[name].first)}, then {percent(found.share)}"
        for name, found in shares.items()
    ]
    yield _svg(tall, "; ".join(map(printable, said)))
    for row, (name, found) in enumerate(shares.items()):
        y = ROW * row + ROW / 2
        label = printable(levers.scenario.theatre.outcomes[name].label)
        difference = apart[name]
        yield f"<path d='M{NAMES} {y}H{right}' stroke='currentColor' stroke-opacity='.2'/>"
        yield from _label(label, y)
        yield f"<circle cx='{x(difference.first):.1f}' cy='{y}' r='6' fill='none' stroke='{WAS}' stroke-width='2.5'/>"
        yield f"<path d='M{x(found.low):.1f} {y}H{x(found.high):.1f}' stroke='{IS}' stroke-width='2.5'/>"
        yield f"<circle cx='{x(found.share):.1f}' cy='{y}' r='4.5' fill='{IS}'/>"
        told = f"{percent(found.share)}, {signed(difference.difference)} points"
        ends = f"({signed(difference.low)} to {signed(difference.high)})"
        yield f"<text x='{right + 12}' y='{y - 2:.0f}' fill='currentColor'>{told}</text>"
        yield f"<text x='{right + 12}' y='{y + 13:.0f}' fill='currentColor'>{ends}</text>"
    for share, anchor in ((0.0, "start"), (top, "end")):
        yield f"<text x='{x(share):.0f}' y='{tall - 4}' text-anchor='{anchor}' fill='currentColor'>"
        yield f"{100 * share:.0f} % of the runs</text>" if share else "0</text>"
    yield "</svg>"


def _label(label: str, y: float) -> Iterator[str]:
    """An outcome's name at the left, on two lines if it is long."""
    words, lines = label.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 44 and len(lines) == 1:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    for at, line in enumerate(lines):
        shift = 4 if len(lines) == 1 else 15 * at - 3
        yield f"<text x='0' y='{y + shift:.0f}' fill='currentColor'>{escape(line)}</text>"


def _name(scenario: Scenario, variable: str) -> str:
    from sim.results.ensemble import label

    told = label(scenario, variable)
    unit = "" if told["units"] == "1" else f" ({told['units']})"
    return f"{capital(printable(told['long_name']))}{unit}"


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
