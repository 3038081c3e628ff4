"""The fronts of a crisis as a schematic map, drawn as SVG: a pure function of places."""

from collections.abc import Sequence
from html import escape
from itertools import combinations
from textwrap import wrap

from sim.text import counted

from .facts import Front

WIDTH, HEIGHT = 520.0, 236.0
"""Size of the drawing; at the width of a printed page a unit is about a point."""
_WIDE = 118.0
"""Of a box."""
_MARGIN = 6.0
_GAP = 7.0
"""Between boxes."""
_ROUNDS = 40
"""In which boxes that lie over one another are moved apart."""
Extent = tuple[float, float, float, float]


def fronts_svg(fronts: Sequence[Front], *, actors: bool = True, size: float = 8.0) -> str:
    """Draw a box for each front, at its place, with its name and how much of the record happened there.

    Shades are those of grey paper: the more acts, the wider the frame.

    Parameters
    ----------
    actors : bool
        Whether to name in each box who is at home there.
    size : float
        Of the letters.

    Returns
    -------
    str, an SVG element that says in words what it shows
    """
    most = max((front.acts for front in fronts), default=0)
    said = "Acts of the record. " + "; ".join(f"{front.label}: {_counted(front.acts)}" for front in fronts)
    places = extents(fronts, actors=actors, size=size)
    boxes = "".join(_box(*each, most, actors, size) for each in zip(fronts, places, strict=True))
    return (
        f'<svg class="fronts" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(said)}" '
        f'font-family="inherit" font-size="{size:g}">{boxes}</svg>'
    )


def extents(fronts: Sequence[Front], *, actors: bool = True, size: float = 8.0) -> list[Extent]:
    """Left, top, width and height of each box: about its place, inside the drawing, and none over another."""
    found = [_about_its_place(front, actors, size) for front in fronts]
    for _ in range(_ROUNDS):
        for one, other in combinations(range(len(found)), 2):
            found[one], found[other] = _apart(found[one], found[other])
    return found


def _about_its_place(front: Front, actors: bool, size: float) -> Extent:
    wide = _wide(size)
    tall = (len(_title(front, size)) + 1 + (len(_named(front, size)) if actors else 0)) * 1.25 * size + 1.1 * size
    return _inside(front.at[0] * WIDTH - wide / 2, front.at[1] * HEIGHT - tall / 2, wide, tall)


def _inside(left: float, top: float, wide: float, tall: float) -> Extent:
    return min(max(left, 2), WIDTH - wide - 2), min(max(top, 2), HEIGHT - tall - 2), wide, tall


def _apart(one: Extent, other: Extent) -> tuple[Extent, Extent]:
    """Two boxes, moved up and down, or to the sides if that is shorter, until there is a gap between them."""
    across = (one[2] + other[2]) / 2 + _GAP - abs(one[0] + one[2] / 2 - other[0] - other[2] / 2)
    along = (one[3] + other[3]) / 2 + _GAP - abs(one[1] + one[3] / 2 - other[1] - other[3] / 2)
    if across <= 0 or along <= 0:
        return one, other
    axis, step = (0, across / 2) if across < along else (1, along / 2)
    way = -step if one[axis] + one[axis + 2] / 2 <= other[axis] + other[axis + 2] / 2 else step
    moved = [list(one), list(other)]
    moved[0][axis] += way
    moved[1][axis] -= way
    first, second = (_inside(*each) for each in moved)
    return first, second


def _box(front: Front, place: Extent, most: int, actors: bool, size: float) -> str:
    left, top, wide, tall = place
    stroke = 0.8 + 2.4 * front.acts / most if most else 0.8
    lines = [(text, 'font-weight="bold"') for text in _title(front, size)]
    lines.append((_counted(front.acts), 'font-style="italic"'))
    if actors:
        lines += [(text, "") for text in _named(front, size)]
    texts = "".join(
        f'<text x="{left + _MARGIN:.1f}" y="{top + 0.4 * size + 1.25 * size * (at + 0.9):.1f}" {style}>'
        f"{escape(text)}</text>"
        for at, (text, style) in enumerate(lines)
    )
    frame = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="5" fill="#f4f4f4" '
        f'stroke="#333" stroke-width="{stroke:.1f}"/>'
    )
    return f"<g>{frame}{texts}</g>"


def _wide(size: float) -> float:
    return max(_WIDE, 11.2 * size)


def _letters(size: float) -> int:
    """How many letters a line of a box holds."""
    return int((_wide(size) - 2 * _MARGIN) / (0.54 * size))


def _title(front: Front, size: float) -> list[str]:
    return wrap(front.label, _letters(size * 1.08))


def _named(front: Front, size: float) -> list[str]:
    """Who is at home there, one a line."""
    return [line for name in front.actors for line in wrap(name, _letters(size), subsequent_indent="\u2002")]


def _counted(acts: int) -> str:
    return counted(acts, "act") if acts else "no act"
