"""Colours by meaning, in one place: rungs, and what is drawn in none; those of sides are the theatre's own.

Rungs darken as they rise and sides should differ in lightness and marker, so that figures survive greyscale and every
common form of colour blindness.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.colors import to_hex, to_rgb

from sim.theatre.language.schema import Actor, Theatre

COLOURS = {
    "rung 0": "#eef3f7",
    "rung 1": "#f7dba0",
    "rung 2": "#f5c26f",
    "rung 3": "#f3a158",
    "rung 4": "#e57a40",
    "rung 5": "#cf503a",
    "rung 6": "#b0303c",
    "rung 7": "#741f6c",
    "rung 8": "#2c1a5e",
    "rung 9": "#000000",
    "outcome": "#0b3c8c",
    "first": "#6b4200",
    "second": "#2a9d78",
    "band": "#3f6f9f",
    "path 1": "#111111",
    "path 2": "#c43c1e",
    "path 3": "#5b2a86",
    "path 4": "#0f7b55",
    "record": "#c400e6",
    "tension": "#8a8f98",
    "blood": "#000000",
    "text": "#222222",
    "quiet text": "#5c5c5c",
    "guide": "#d9d9d9",
    "row": "#f5f5f5",
}
"""Every colour that figures of all theatres use, by what it stands for."""

PATH_STYLES = ("solid", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1.5, 1)))
"""Line styles of single paths, so that they are told apart without colour."""

# Actors that their theatre puts on no side take these in the order of their ids: dark and light in turn.
_UNKNOWN = ("#332288", "#cc6677", "#117733", "#88ccee", "#882255", "#b8a838")
_MARKERS = {"square": "s", "circle": "o", "triangle": "^", "diamond": "D", "inverted_triangle": "v"}
_IN_TURN = tuple(_MARKERS.values())


@dataclass(frozen=True)
class Side:
    """Actors that a figure shows alike."""

    label: str
    colour: str
    marker: str
    place: int
    """Where legends name it; by label among those of one place."""


def rung_colour(rung: int) -> str:
    """Colour of a rung, the darker the higher."""
    return COLOURS[f"rung {rung}"]


def path_colour(place: int) -> str:
    """Colour of one of a few single paths."""
    return COLOURS[f"path {place % len(PATH_STYLES) + 1}"]


def band_colour(place: int, of: int) -> str:
    """Colour of one of a few bands within each other, the widest first and lightest."""
    return tint(COLOURS["band"], 0.18 + 0.62 * place / max(of - 1, 1))


def tint(colour: str, strength: float) -> str:
    """Mix a colour with white: 0 is white, 1 the colour itself."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(colour))
    return to_hex((red, green, blue))


def sides(theatre: Theatre) -> dict[str, Side]:
    """Return the side of every actor that decides, as the theatre says.

    An actor of which it says none stands with its first sponsor; one without a sponsor is a side of its own, with a
    colour that depends on nothing but the theatre's ids.
    """
    deciders = theatre.deciders
    known = {
        name: Side(side.label, side.colour, _MARKERS[side.marker] if side.marker else _in_turn(_IN_TURN, at), at)
        for at, (name, side) in enumerate(theatre.sides.items())
    }
    roots = {actor: _root(actor, deciders) for actor in deciders}
    alone = sorted({root for root in roots.values() if deciders[root].side is None})
    own = {
        root: Side(deciders[root].label, _in_turn(_UNKNOWN, at), _in_turn(_IN_TURN, at), len(known))
        for at, root in enumerate(alone)
    }
    return {actor: own[root] if root in own else known[deciders[root].side or ""] for actor, root in roots.items()}


def _in_turn(all_: tuple[str, ...], at: int) -> str:
    return all_[at % len(all_)]


def _root(actor: str, deciders: Mapping[str, Actor]) -> str:
    """Follow sponsors up to one that has a side, or no sponsor of its own."""
    seen = {actor}
    while deciders[actor].side is None and deciders[actor].sponsors:
        sponsor = next(iter(deciders[actor].sponsors))
        if sponsor in seen:
            # Sponsors in a circle are one side, named after the first of them.
            return min(seen)
        seen.add(sponsor)
        actor = sponsor
    return actor
