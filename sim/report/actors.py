"""The cast: who each actor is and what it wants, side by side with those it stands with."""

from typing import Any

from sim.plots.colours import Side, sides
from sim.results.counted import AnyEnsemble
from sim.theatre.language.schema import Actor
from sim.theatre.parameters.in_words import bare

from .cast import acts_by_action

MARKS = {
    "s": "M1.5 1.5h9v9h-9Z",
    "o": "M6 1a5 5 0 1 0 .01 0Z",
    "^": "M6 1l5.2 9.5h-10.4Z",
    "D": "M6 .5l5.5 5.5-5.5 5.5-5.5-5.5Z",
    "v": "M6 11l5.2-9.5h-10.4Z",
}
"""Outlines of the markers of sides, in a square of 12."""
_KINDS = {"state": "A state.", "faction": "An armed or political group.", "public": "People in the streets."}
"""Who an actor is where its theatre does not say."""


def actors(ensemble: AnyEnsemble) -> list[dict[str, Any]]:
    """The sides in the order of their theatre, each with its actors, those that act most first."""
    theatre = ensemble.scenario.theatre
    deeds = _deeds(ensemble)
    found: dict[Side, list[dict[str, Any]]] = {}
    for name, side in sides(theatre).items():
        actor = theatre.deciders[name]
        found.setdefault(side, []).append(_told(name, actor, deeds.get(name, []), ensemble))
    return [
        {
            "label": bare(side.label),
            "colour": side.colour,
            "mark": MARKS[side.marker],
            "actors": sorted(mine, key=lambda each: (-each["acts"], each["label"])),
        }
        for side, mine in sorted(found.items(), key=lambda pair: (pair[0].place, pair[0].label))
    ]


def _told(name: str, actor: Actor, deeds: list[tuple[float, str]], ensemble: AnyEnsemble) -> dict[str, Any]:
    """An actor in the words of its theatre, or else by its kind and what it does most."""
    place = ensemble.scenario.theatre.places.get(actor.home or "")
    return {
        "id": name,
        "label": actor.label,
        "about": actor.about or _KINDS[actor.kind],
        "wants": actor.wants,
        "often": deeds[0][1] if deeds else None,
        "acts": sum(acts for acts, _ in deeds),
        "home": place.label if place is not None else None,
    }


def _deeds(ensemble: AnyEnsemble) -> dict[str, list[tuple[float, str]]]:
    """By actor, how often it does each of its acts in a run, and what they are called; the most frequent first."""
    theatre, n = ensemble.scenario.theatre, max(ensemble.n_completed, 1)
    found: dict[str, list[tuple[float, str]]] = {}
    for name, (done, _) in acts_by_action(ensemble).items():
        if name in theatre.actions and done:
            found.setdefault(name.split(".")[0], []).append((done / n, theatre.actions[name].label))
    return {name: sorted(deeds, key=lambda deed: -deed[0]) for name, deeds in found.items()}
