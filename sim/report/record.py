"""The record as judge: how likely a scenario finds what really happened, and what of it least so."""

import hashlib
import math
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.execution.records import RecordError, record_of
from sim.text import called, counted, listed, month, number, on, percent
from sim.theatre.language.record import Coverage, HistoryFile
from sim.theatre.language.scenario import Scenario, as_series
from sim.theatre.parameters.in_words import worded

from .pack import stepped

if TYPE_CHECKING:
    from sim.experiments.record.filter import Filtered
    from sim.experiments.record.surprise import QuietStretch, Surprise, SurprisingAct
    from sim.results.ensemble import Ensemble

PARTICLES, REPLICATES = 256, 2
"""Runs that follow the record, and how often they do so on other dice: enough for an error of a nat."""
MOST_ACTS = 12
"""Possible acts that are told, the least probable first."""
MOST_STRETCHES = 8


def known(scenario: Scenario) -> HistoryFile | None:
    """The record that tells of a scenario's days: its own, or the shipped one if it fits; None where there is none."""
    try:
        record = record_of(scenario)
    except RecordError:
        return None
    return record if record.first <= scenario.end and record.last >= scenario.start else None


def followed(scenario: Scenario, record: HistoryFile) -> "Ensemble | None":
    """A run in which all happens that is recorded of a scenario's days, and nothing else; None where no act is."""
    from sim.execution.recorded import recorded

    try:
        return recorded(scenario, history=record)
    except RecordError:
        return None


def measured(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What the record's series hold, by variable: a value for each day, or none, and where it is from."""
    record = known(scenario)
    if record is None:
        return {}
    days = pd.date_range(scenario.start, periods=scenario.days).date
    return {
        name: {"values": stepped([by_day.get(day, math.nan) for day in days]), "source": record.series[name].source}
        for name, by_day in as_series(record, scenario.start, scenario.end).items()
    }


def judged(scenario: Scenario) -> dict[str, Any] | None:
    """How likely a scenario, by its numbers as written, finds the record of its days; None where nothing is recorded.

    Returns
    -------
    dict that JSON can hold: likelihood, rivals, days, months, acts, quiet stretches, residuals, coverage, and how it
    was done
    """
    record = known(scenario)
    if record is None:
        return None
    asked = hashlib.sha256(f"{scenario.model_dump_json()}\n{record.model_dump_json()}".encode()).hexdigest()
    if asked not in _judged:
        while len(_judged) >= _MOST_JUDGED:
            del _judged[next(iter(_judged))]
        _judged[asked] = _judged_anew(scenario, record)
    return deepcopy(_judged[asked])


_judged: dict[str, dict[str, Any] | None] = {}
"""What was judged lately: a server, or two scenarios on a page, ask for the same again, and it takes seconds."""
_MOST_JUDGED = 8


def _judged_anew(scenario: Scenario, record: HistoryFile) -> dict[str, Any] | None:
    from sim.experiments.record.surprise import surprise

    try:
        found = surprise(scenario, PARTICLES, record=record, replicates=REPLICATES, explained=MOST_ACTS)
    except RecordError:
        return None  # none of its acts fell into these days
    filtered = found.filtered
    if not math.isfinite(filtered.log_likelihood):
        return None  # every particle met a value that is not finite, and the ensemble says so itself
    days = _days(filtered)
    shown = [*found.impossible, *[act for act in found.acts if not act.impossible][:MOST_ACTS]]
    return {
        "particles": PARTICLES,
        "replicates": REPLICATES,
        "seed": str(filtered.seed),
        "first": on(scenario.start),
        "last": on(filtered.followed.last),
        "log_likelihood": filtered.log_likelihood,
        "error": filtered.error,
        "of_deaths": filtered.of_deaths,
        "covered": len(found.acts),
        "rivals": _rivals(filtered),
        "days": days,
        "months": _months(filtered),
        "alt": _alt(found, days["nats"]),
        "impossible": [_act(act, scenario) for act in shown if act.impossible],
        "acts": [_act(act, scenario) for act in shown if not act.impossible],
        "quiet": [_quiet(stretch) for stretch in found.quiet[:MOST_STRETCHES]],
        "residuals": _residuals(filtered),
        "covers": [_covers(entry, scenario) for entry in record.covers],
    }


def _rivals(filtered: "Filtered") -> list[dict[str, Any]]:
    from sim.experiments.record.rival_rates import beside

    return [
        {
            "model": row["model"] if at else "this scenario",
            "numbers": None if pd.isna(row["numbers"]) else int(row["numbers"]),
            "nats": float(row["log_likelihood"]),
            "error": float(row["error"]) or None,
        }
        for at, row in enumerate(beside(filtered).to_dict("records"))
    ]


def _days(filtered: "Filtered") -> dict[str, Any]:
    """Nats of every day, what weighed most of it, and the days on which something impossible was done."""
    parts = filtered.parts
    nats = np.zeros(filtered.followed.days)
    np.add.at(nats, parts["day"].to_numpy(), -parts["nats"].to_numpy())
    acts = parts[parts["covered"] & parts["action"].notna()].sort_values("nats", kind="stable")
    labels = filtered.scenario.theatre.actions
    told: dict[int, list[str]] = {}
    for day, action in zip(acts["day"].tolist(), acts["action"].tolist(), strict=True):
        told.setdefault(day, []).append(labels[action].label)
    return {
        "nats": [round(max(each, 0.0), 2) for each in nats.tolist()],
        "told": {str(day): "; ".join(dict.fromkeys(texts)) for day, texts in sorted(told.items())},
        "impossible": sorted(set(filtered.impossible["day"].tolist())),
    }


def _months(filtered: "Filtered") -> list[dict[str, Any]]:
    """Acts and nats by month, and the day that surprised most."""
    parts = filtered.parts
    rows = []
    for period, mine in parts.groupby(parts["date"].dt.to_period("M")):
        by_day = -mine.groupby("date")["nats"].sum()
        worst = by_day.idxmax()
        rows.append(
            {
                "month": f"{month(period.start_time.date())} {period.year}",
                "acts": int(mine.loc[mine["covered"], "event"].nunique()),
                "nats": float(by_day.sum()),
                "worst": on(worst.date(), year=False),
                "of_worst": float(by_day.max()),
            }
        )
    return rows


def _alt(found: "Surprise", nats: list[float]) -> str:
    """What the calendar shows, in a sentence."""
    followed, act = found.filtered.followed, found.acts[0]
    worst = int(np.argmax(nats))
    chance = "impossible by the rules" if act.impossible else f"at {number(act.nats, 2)} nats"
    return (
        f"A calendar of {counted(len(nats), 'day')}, a row for each month, darker where what is recorded of the day "
        f"surprised the model more. {number(float(np.sum(nats)))} nats in all; most on {on(followed.date_of(worst))}, "
        f"{number(nats[worst])}. The least probable act: {act.label}, {on(act.date)}, {chance}."
    )


def _act(act: "SurprisingAct", scenario: Scenario) -> dict[str, Any]:
    from sim.experiments.record.surprise_text import one_in

    return {
        "date": on(act.date),
        "label": act.label,
        "action": act.action,
        "chance": None if act.impossible else one_in(act.chance),
        "nats": None if act.impossible else act.nats,
        "rules": [
            {
                "said": worded(scenario.theatre, rule.said),
                "path": rule.path,
                "factor": None if math.isinf(rule.factor) else rule.factor,
            }
            for rule in act.rules
        ],
        "rest": act.rest,
        "at_best": one_in(act.at_best) if act.rules and act.at_best > act.chance else None,
    }


def _quiet(stretch: "QuietStretch") -> dict[str, Any]:
    return {
        "label": stretch.label,
        "action": stretch.action,
        "first": on(stretch.first),
        "last": on(stretch.last),
        "expected": stretch.expected,
        "chance": stretch.chance,
    }


def _residuals(filtered: "Filtered") -> dict[str, Any] | None:
    """How often acts of each class were expected and recorded, and where the model ran hot or cold."""
    from sim.experiments.record.residuals import residuals

    if not len(filtered.expected.columns):
        return None
    found = residuals(filtered)
    rows = found.table()[["label", "expected", "recorded", "distance", "p_value"]].to_dict("records")
    return {"classes": rows, "sentences": found.sentences()} if rows else None


def _covers(entry: Coverage, scenario: Scenario) -> dict[str, str]:
    """What the record would not have missed, in words."""
    return {
        "what": "; ".join(_covered(entry, scenario)),
        "when": _when(entry),
        "chance": percent(entry.chance) if entry.chance else "not covered",
    }


def _covered(entry: Coverage, scenario: Scenario) -> Iterator[str]:
    theatre = scenario.theatre
    if entry.actions is not None:
        actors = {name: called(theatre.actors[name.split(".")[0]].label) for name in entry.actions}
        yield listed([f"{theatre.actions[name].label} ({actors[name]})" for name in entry.actions])
    if entry.rungs is not None:
        low, high = entry.rungs
        yield f"acts on rung {low}" if low == high else f"acts on rungs {low} to {high}"
    if entry.actors is not None:
        yield f"of {listed([called(theatre.actors[name].label) for name in entry.actors])}"


def _when(entry: Coverage) -> str:
    if entry.from_ is None and entry.until is None:
        return "all days"
    begun = "" if entry.from_ is None else f"from {on(entry.from_)} "
    return (begun + ("" if entry.until is None else f"until {on(entry.until)}")).strip()


__all__ = ["judged", "known", "measured"]
