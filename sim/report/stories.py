"""Runs whose stories the page holds: a few that stand for all, and some in which each outcome came about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from sim.analysis.paths import medoids
from sim.execution.source import Origin
from sim.replays.entries import Entry, entries
from sim.replays.replay import Replay, replayed
from sim.results.counted import AnyEnsemble
from sim.results.ensemble import Ensemble
from sim.text import counted, on, percent

TYPICAL = 4
"""Runs that stand for all the others."""
OF_AN_OUTCOME = 2
"""Runs told for each outcome."""
MOST = 24
HIGHEST_LEAST = 5
"""Acts from this rung up are always told; lower ones where those are few."""
OUTCOME, TURN = -1, -2
"""What stands in place of a rung where no act is told."""
FEW = 8
"""Acts of a run, in the mean, that make no story."""


def chosen(kept: Ensemble) -> dict[int, list[str]]:
    """Choose runs to tell, by their numbers, each with the reasons for it.

    A run is typical of others if its tension is like theirs (`sim.analysis.paths.medoids`).
    """
    paths, run = kept.paths("tension"), kept.completed.index.to_numpy()
    reasons: dict[int, list[str]] = {}
    like = "runs" if len(run) > 1 else "the only run"
    for place, share in zip(*kept.typical("tension", TYPICAL), strict=True):
        said = f"stands for {percent(share)} of the {like}" if len(run) > 1 else like
        reasons.setdefault(int(run[place]), []).append(said)
    came = kept.completed.notna()
    outcomes = came.sum().sort_values(ascending=False, kind="stable")
    each = max(1, min(OF_AN_OUTCOME, (MOST - TYPICAL) // max(int((outcomes > 0).sum()), 1)))
    for outcome, n in outcomes[outcomes > 0].items():
        label, among = kept.scenario.theatre.outcomes[str(outcome)].label, np.flatnonzero(came[outcome].to_numpy())
        for place in medoids(paths[among], each).position:
            number = int(run[among[place]])
            if number in reasons or len(reasons) < MOST:
                said = f"typical of the {n:,} with: {label}" if n > 1 else f"the only one with: {label}"
                reasons.setdefault(number, []).append(said)
    return reasons


def stories(ensemble: AnyEnsemble, name: str, reasons: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    """Tell runs as lists of texts, each text once.

    Returns
    -------
    `texts`, and by run: its number, the reasons for telling it, a summary, and entries in the order of time, each with
    its day, its rung (-1 for an outcome, -2 for a flag that turns), its number, and the places of its two texts;
    and, as `outside`, the numbers of what the scenario itself lets happen, which stands on no rung

    Raises
    ------
    ReplayError
        This version no longer gives the history that the result holds.
    """
    texts: dict[str, int] = {}
    kept = ensemble.kept
    least = _lowest_told(kept)
    source = Origin(ensemble.scenario, ensemble.seed, len(kept), name, None, kept, _made_by(ensemble))
    runs = []
    for number, why in reasons.items():
        replay = replayed(source, number)
        told = entries(replay, least)
        places = [
            [*_numbers(entry), *(texts.setdefault(text, len(texts)) for text in (entry.text, entry.below))]
            for entry in told
        ]
        left_out = len(replay.acts) - sum(len(entry.events) for entry in told if entry.rung is not None)
        outside = [act.event for act in replay.acts if act.target is None]
        runs.append(
            {"run": number, "why": list(why), "summary": _summary(replay), "entries": places, "left_out": left_out}
            | {"outside": outside}
        )
    return {"least": least, "texts": list(texts), "runs": runs}


def _made_by(ensemble: AnyEnsemble) -> str | None:
    return (ensemble.info.get("versions") or {}).get("escalation-sim")


def _lowest_told(kept: Ensemble) -> int:
    """The lowest rung told by itself: the highest from which a run has some acts to tell."""
    rungs, runs = kept.events["rung"], max(len(kept), 1)
    some = (least for least in range(HIGHEST_LEAST, 0, -1) if (rungs >= least).sum() >= FEW * runs)
    return next(some, 1)


def _numbers(entry: Entry) -> tuple[int, int, int]:
    """The day of an entry, its rung and the number of its first act; of what is no act, less than 0."""
    if entry.rung is None:
        return (entry.day, OUTCOME if entry.kind == "outcome" else TURN, -1)
    return (entry.day, entry.rung, entry.events[0])


def _summary(replay: Replay) -> str:
    """The run in two sentences."""
    deadly = [act for act in replay.deeds if act.deaths]
    dead = sum(act.deaths for act in deadly)
    toll = f"{len(deadly):,} of them deadly, {dead:,} dead" if deadly else "none of them deadly"
    said = f"{counted(len(replay.deeds), 'act')}, {toll}. "
    tension = replay.ensemble.trajectories["tension"].to_numpy()[0]
    peak = int(tension.argmax())
    if replay.deeds:
        highest = max(replay.deeds, key=lambda act: (act.rung, -act.event))
        label = replay.scenario.theatre.ladder.rungs[highest.rung].label
        said += f"The highest rung was {highest.rung} ({label}), first on {on(highest.date)}. "
    when = date.fromordinal(replay.scenario.start.toordinal() + peak)
    return f"{said}Tension peaked at {tension[peak]:.0f} on {on(when)}."
