"""The first screen: the answer in a sentence, and the ladder on which runs climb day by day."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.counted import AnyEnsemble
from sim.text import counted, listed, on, percent
from sim.theatre.language.number import Number
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Condition, Limit, Quantity

from .pack import whole

SINGLE = 100
"""Single runs that climb the ladder: one in a hundred is one of them."""
POINTS = 80
"""Days at which the still picture is drawn."""
TELLING = 2
"""Outcomes that weigh most, which the sentence names first."""
_SMALL = ("A", "An", "The", "Fewer", "More", "No", "Some", "One", "Both", "Neither")
"""Words that a label begins with only because it begins."""


def opening(ensemble: AnyEnsemble) -> dict[str, Any]:
    """What the first screen says and draws, as JSON can hold it."""
    kept = ensemble.kept
    run: NDArray[np.int64] = np.sort(kept.completed.index.to_numpy(np.int64))[:SINGLE]
    rung = kept.trajectories["rung"].sel(run=run).to_numpy() if len(run) else np.zeros((0, ensemble.scenario.days))
    rows = telling(ensemble)
    return {
        "answer": answer(ensemble, rows),
        "error": _error(ensemble, rows),
        "told": [row["outcome"] for row in rows],
        "run": whole(run),
        "rung": whole(rung.astype(np.int64)),
    }


def telling(ensemble: AnyEnsemble) -> list[dict[str, Any]]:
    """Rows of the outcomes that the sentence names.

    They are those that weigh most (share of runs, times the severity of the least act that can bring it about), the
    gravest of all though it be rare, and last the commonest of those that no grave act is needed for.
    """
    rows = rows_of(ensemble, list(ensemble.scenario.theatre.outcomes))
    by_weight = sorted(rows, key=lambda row: -row["weight"])
    chosen = [row for row in by_weight if row["weight"] > 0][:TELLING]
    chosen.sort(key=lambda row: -row["share"])
    gravest = max(rows, key=lambda row: (row["rung"], row["share"]), default=None)
    commonest = max(rows, key=lambda row: row["share"], default=None)
    for also in (gravest, commonest):
        if also is not None and all(also is not row for row in chosen):
            chosen.append(also)
    return chosen


def rows_of(ensemble: AnyEnsemble, names: list[str]) -> list[dict[str, Any]]:
    """Shares of some outcomes of the theatre, each with its label, its least rung and its weight."""
    theatre = ensemble.scenario.theatre
    shares = {str(row["outcome"]): row for row in ensemble.shares().to_dict("records")}
    found = []
    for name in names:
        rung = least_rung(theatre, theatre.outcomes[name].when)
        weight = shares[name]["share"] * theatre.ladder.rungs[rung].severity.value
        found.append({**shares[name], "label": theatre.outcomes[name].label, "rung": rung, "weight": weight})
    return found


def answer(ensemble: AnyEnsemble, rows: list[dict[str, Any]]) -> str:
    """The answer in a sentence, from the shares of some outcomes, the last of them the commonest."""
    n = ensemble.n_completed
    if not rows:
        return f"The theatre names no outcome; what {counted(n, 'model run')} did is shown below."
    lead = "Out of every 100 model runs" if n >= SINGLE else f"In {counted(n, 'model run')}"
    if n == 1:
        came = [_inside(row["label"]) for row in rows if row["share"] > 0]
        return f"{lead}: {'; '.join(came)}." if came else f"{lead} none of the outcomes came about."
    parts = [f"{_inside(row['label'])} in {_so_many(row['share'], n)}" for row in rows]
    common = max(rows, key=lambda row: row["share"])
    if len(rows) > 1 and rows[-1] is common:
        last = f"most often of all, {_inside(common['label'])}: in {_so_many(common['share'], n)}"
        return f"{lead}, {listed(parts[:-1])}; {last}."
    return f"{lead}, {listed(parts)}."


def _so_many(share: float, n: int) -> str:
    """Runs out of a hundred, or of all where these are fewer."""
    if n < SINGLE:
        return f"{round(share * n)}"
    return "none" if share == 0 else percent(share).removesuffix(" %")


def _inside(label: str) -> str:
    """A label within a sentence: small where only its place made it large."""
    first, _, rest = label.partition(" ")
    return f"{first.lower()} {rest}" if first in _SMALL else label


def _error(ensemble: AnyEnsemble, rows: list[dict[str, Any]]) -> str:
    """Of how many runs the sentence is, and how far off its shares may be."""
    scenario = ensemble.scenario
    ends = [f"{percent(row['low']).removesuffix(' %')} to {percent(row['high'])}" for row in rows]
    name = ensemble.interval.name
    of = f"{counted(ensemble.n_completed, 'run')} from {on(scenario.start)} to {on(scenario.end)}"
    if not rows:
        return f"{of}."
    return f"{of}; 95 % {name} {'intervals' if len(rows) > 1 else 'interval'}, in this order: {'; '.join(ends)}."


def least_rung(theatre: Theatre, when: Condition) -> int:
    """The rung of the least act that can bring a condition about; 0 where none is needed, or that cannot be told."""
    found = _least(theatre, when, frozenset())
    return int(found) if math.isfinite(found) else 0


Open = frozenset[tuple[str, bool]]
"""What is looked for already: what two flags wait for in each other is no way to either."""


def _least(theatre: Theatre, when: Condition, open_: Open) -> float:
    """The same, infinite where nothing but what is looked for already would bring it about."""
    needed = [_of(theatre, Quantity.parse(text), limit, open_) for text, limit in when.clauses.items()]
    if (group := when.group) is not None and group.at_least:
        needed.append(sorted(_least(theatre, each, open_) for each in group.parts)[group.at_least - 1])
    return max(needed, default=0)


def _of(theatre: Theatre, quantity: Quantity, limit: Limit, open_: Open) -> float:
    rising = limit.op == ">="
    match quantity.kind, quantity.of:
        case ("days_since", (action,)) if not rising:
            return theatre.actions[action].rung
        case ("days_since", (_, rung)) if not rising:
            return int(rung)
        case ("rung", _) if rising:
            return min(math.ceil(limit.value), 9)
        case ("deaths", whose) if rising and limit.value > 0:
            return min(_deadly(theatre, whose), default=0)
        case ("variable" | "condition", (name,)):
            return _named(theatre, name, rising, open_)
        case _:
            return 0


def _named(theatre: Theatre, name: str, rising: bool, open_: Open) -> float:
    """The least act that makes a condition hold, turns a flag, or moves another variable."""
    if theatre.war is not None and name == theatre.war.flag and rising:
        return 9
    if name in theatre.conditions:
        return _least(theatre, theatre.conditions[name], open_) if rising else 0
    if (name, rising) in open_:
        return math.inf
    turn = "set" if rising else "clear"
    effects = (
        (action.rung, effect)
        for action in theatre.actions.values()
        for touched, effect in action.touched
        if touched == name
    )
    found: list[float] = [
        rung
        for rung, effect in effects
        if effect == turn or (isinstance(effect, Number) and (effect.value > 0) == rising and effect.value != 0)
    ]
    when = getattr(theatre.variables.get(name), f"{turn}_when", None)
    if when is not None:
        found.append(_least(theatre, when, open_ | {(name, rising)}))
    return min(found, default=0)


def _deadly(theatre: Theatre, whose: tuple[str, ...]) -> Iterator[int]:
    """Rungs of the acts of which people die, of these if any are named."""
    for action in theatre.actions.values():
        if action.casualties is not None and (not whose or set(whose) & set(action.sides_of_its_dead)):
            yield action.lethal_rung if action.lethal_rung is not None else action.rung


def still(ensemble: AnyEnsemble) -> list[tuple[int, str]]:
    """Layers of the picture that needs no script: by rung, the outline of its share of the runs, day after day.

    The picture is 100 high and as wide as there are days; shares stand on one another, the lowest rung at the bottom.
    """
    share = ensemble.standing()
    last = share.shape[1] - 1
    at = sorted({round(day) for day in np.linspace(0, last, min(POINTS, last + 1))})
    top = 100 - 100 * np.cumsum(share[:, at], axis=0)
    bottom = np.vstack([np.full(len(at), 100.0), top[:-1]])
    x = at if last else [0, 1]
    layers = []
    for rung in np.flatnonzero(share.any(axis=1)).tolist():
        over, under = (np.resize(edge[rung], len(x)).tolist() for edge in (top, bottom))
        points = [*zip(x, over, strict=True), *zip(reversed(x), reversed(under), strict=True)]
        layers.append((rung, " ".join(f"{day},{height:.1f}" for day, height in points)))
    return layers


__all__ = ["answer", "least_rung", "opening", "rows_of", "still", "telling"]
