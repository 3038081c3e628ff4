"""The fronts: where acts happen, week by week, on a schematic map."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.plots.colours import sides
from sim.results.counted import AnyEnsemble
from sim.results.ensemble import SCRIPT
from sim.text import number
from sim.theatre.language.schema import Place, Theatre
from sim.theatre.parameters.in_words import bare

from .actors import MARKS
from .pack import stepped

WEEK = 7
RUNGS = 10


def fronts(ensemble: AnyEnsemble) -> dict[str, Any] | None:
    """Places with where they are drawn, who is at home there, and acts by week; None for a theatre without a map.

    Returns
    -------
    dict that JSON can hold: `places`; `weeks`, packed, shape (place * rung, week), acts in a run in the mean; and
    `of_action`, for each action of the ensemble the place of it among `places`, or -1
    """
    theatre = ensemble.scenario.theatre
    shown = {name: place for name, place in theatre.places.items() if place.at is not None}
    if not shown:
        return None
    ids, home = list(shown), at_home(theatre)
    of_action = _places_of_actions(ensemble, ids)
    counts = _by_week(ensemble, of_action, len(ids))
    total = counts.sum(axis=2)
    most = float(counts.sum(axis=1).max())
    weeks = max(counts.shape[2], 1)
    return {
        "places": [
            {
                "id": name,
                "label": place.label,
                "at": at,
                "home": home.get(name, []),
                "acts": _acts(mine),
                "size": round(float(np.sqrt(mine.sum() / weeks / most)), 3) if most else 0.0,
                "fill": shares(mine),
            }
            for (name, place), at, mine in zip(shown.items(), spread(shown.values()), total, strict=True)
        ],
        "weeks": stepped(counts.reshape(len(ids) * RUNGS, -1)),
        "most": most,
        "of_action": of_action,
    }


def spread(places: Iterable[Place]) -> list[list[float]]:
    """Where places lie on a map that they fill, from its left and from its top, 0 to 1."""
    at = np.array([place.at for place in places], np.float64)
    low, size = at.min(axis=0), np.ptp(at, axis=0)
    return np.where(size > 0, (at - low) / np.where(size > 0, size, 1.0), 0.5).round(3).tolist()  # type: ignore[no-any-return]


def at_home(theatre: Theatre) -> dict[str, list[dict[str, str]]]:
    """By place, who is at home there, with the colour and marker of its side."""
    found: dict[str, list[dict[str, str]]] = {}
    for name, side in sides(theatre).items():
        home = theatre.deciders[name].home
        if home is not None:
            told = {"label": bare(theatre.deciders[name].label), "colour": side.colour, "mark": MARKS[side.marker]}
            found.setdefault(home, []).append(told)
    return found


def _places_of_actions(ensemble: AnyEnsemble, ids: list[str]) -> list[int]:
    """By code of an action in the table of events, where it happens."""
    actions = ensemble.scenario.theatre.actions
    names = [str(name) for name in ensemble.kept.events["action"].cat.categories]
    where = [actions[name].place if name in actions else None for name in names]
    return [ids.index(place) if place in ids else -1 for place in where]


def _by_week(ensemble: AnyEnsemble, of_action: list[int], places: int) -> NDArray[np.float64]:
    """Acts from rung 1 up in a run in the mean, shape (place, rung, week)."""
    kept = ensemble.kept
    table = kept.events[(kept.events["actor"] != SCRIPT) & kept.events["run"].isin(kept.completed.index)]
    place = np.array([*of_action, -1])[table["action"].cat.codes.to_numpy()]
    weeks = -(-ensemble.scenario.days // WEEK)
    counts = np.zeros((places, RUNGS, weeks))
    rung, week = table["rung"].to_numpy(), table["day"].to_numpy() // WEEK
    known = (place >= 0) & (rung > 0)
    np.add.at(counts, (place[known], rung[known], week[known]), 1.0)
    return counts / max(kept.n_completed, 1)


def _acts(counts: NDArray[np.float64]) -> list[str]:
    """For reading: acts in a run from rung 1, from rung 4 and from rung 7 up."""
    return [number(float(counts[low:].sum()), 2) for low in (1, 4, 7)]


def shares(counts: NDArray[np.float64]) -> str:
    """A disc of its rungs as CSS draws it: each rung's colour over its share of the acts."""
    whole = float(counts.sum())
    if not whole:
        return "transparent"
    ends = np.concatenate([[0.0], np.cumsum(counts) / whole * 100])
    stops = [f"var(--rung-{rung}) {ends[rung]:.1f}% {ends[rung + 1]:.1f}%" for rung in range(RUNGS) if counts[rung] > 0]
    return f"conic-gradient({', '.join(stops)})"


__all__ = ["at_home", "fronts", "shares", "spread"]
