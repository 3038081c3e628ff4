"""Colours by meaning, in one place: rungs, sides, and what is drawn in neither.

Rungs darken as they rise and sides differ in lightness and marker, so that figures survive greyscale and every common
form of colour blindness.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.colors import to_hex, to_rgb

from sim.theatre.language.schema import Actor, Theatre

COLOURS = {
    "rung 0": "#eef3f7",
    "rung 1": "#f7dba0",
    "rung 2": "#f6c070",
    "rung 3": "#f3a158",
    "rung 4": "#e57a40",
    "rung 5": "#cf503a",
    "rung 6": "#ab3143",
    "rung 7": "#7f1d4b",
    "rung 8": "#4f1146",
    "rung 9": "#1d0a26",
    "us": "#0b3c8c",
    "other": "#565656",
    "iran": "#cc4125",
    "gulf": "#38a88a",
    "iraq": "#edb931",
    "outcome": "#0b3c8c",
    "first": "#8a5a00",
    "second": "#0f7b55",
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
"""Every colour that a figure uses, by what it stands for."""

PATH_STYLES = ("solid", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1.5, 1)))
"""Line styles of single paths, so that they are told apart without colour."""

# Actors of no known side take these in the order of their ids: dark and light in turn.
_UNKNOWN = ("#332288", "#cc6677", "#117733", "#88ccee", "#882255", "#b8a838")
_MARKERS = ("s", "o", "^", "D", "v")


@dataclass(frozen=True)
class Side:
    """Actors that a figure shows alike."""

    label: str
    colour: str
    marker: str


SIDES = {
    "us": Side("United States", COLOURS["us"], "s"),
    "iran": Side("Iran and its allies", COLOURS["iran"], "^"),
    "iraq": Side("Iraq", COLOURS["iraq"], "o"),
    "gulf": Side("Gulf states", COLOURS["gulf"], "D"),
    "other": Side("Others", COLOURS["other"], "v"),
}
"""The sides of the shipped crisis, in the order in which legends name them."""

_SIDE_OF = {
    "us": "us",
    **dict.fromkeys(
        ("iran", "kataib_hezbollah", "asaib_ahl_al_haq", "houthis", "hezbollah", "hamas", "syria", "iranian_public"),
        "iran",
    ),
    **dict.fromkeys(("iraq_government", "iraqi_protesters", "fatah", "sairoon"), "iraq"),
    **dict.fromkeys(("saudi_arabia", "uae", "gulf_mediators"), "gulf"),
    **dict.fromkeys(("japan", "israel", "france", "united_kingdom", "isis"), "other"),
}


def rung_colour(rung: int) -> str:
    """Colour of a rung, the darker the higher."""
    return COLOURS[f"rung {rung}"]


def path_colour(place: int) -> str:
    """Colour of one of a few single paths."""
    return COLOURS[f"path {place % len(PATH_STYLES) + 1}"]


def tint(colour: str, strength: float) -> str:
    """Mix a colour with white: 0 is white, 1 the colour itself."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(colour))
    return to_hex((red, green, blue))


def sides(theatre: Theatre) -> dict[str, Side]:
    """Return the side of every actor that decides.

    An actor that is not known by its id stands with its first sponsor; one without a sponsor is a side of its own,
    with a colour that depends on nothing but the theatre's ids.
    """
    deciders = theatre.deciders
    roots = {actor: _root(actor, deciders) for actor in deciders}
    unknown = sorted({root for root in roots.values() if root not in _SIDE_OF})
    own = {
        root: Side(deciders[root].label, _UNKNOWN[at % len(_UNKNOWN)], _MARKERS[at % len(_MARKERS)])
        for at, root in enumerate(unknown)
    }
    return {actor: own[root] if root in own else SIDES[_SIDE_OF[root]] for actor, root in roots.items()}


def _root(actor: str, deciders: Mapping[str, Actor]) -> str:
    """Follow sponsors up to one that is known by its id or has none of its own."""
    seen = {actor}
    while actor not in _SIDE_OF and deciders[actor].sponsors:
        sponsor = next(iter(deciders[actor].sponsors))
        if sponsor in seen:
            # Sponsors in a circle are one side, named after the first of them.
            return min(seen)
        seen.add(sponsor)
        actor = sponsor
    return actor
