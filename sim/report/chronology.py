"""What really happened, what the scenario imposes, and what the runs did instead, on the same days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sim.results.counted import AnyEnsemble
from sim.results.ensemble import SCRIPT, Ensemble
from sim.text import on, percent, period
from sim.theatre.language.record import HistoryFile, RecordedEvent
from sim.theatre.language.scenario import Scenario

from .pack import whole
from .record import followed, known

HEADLINES = 24
"""Recorded events that the page shows at once; the graver go first."""
BEFORE = 8
"""Events before the first day that are told, the gravest."""
_TIMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
Row = dict[str, Any]


def chronology(ensemble: AnyEnsemble) -> dict[str, Any] | None:
    """The days of a scenario as they were and as they are imposed; None where nothing of either is known.

    Returns
    -------
    dict that JSON can hold: `rows` by day, the graver marked as headlines; what came `before`; the `outcomes`, in the
    runs and really; up to when the record tells; and the rung that it stands on by day, packed
    """
    scenario = ensemble.scenario
    record = known(scenario)
    rows = sorted(_rows(ensemble, record), key=lambda row: row["day"])
    if not rows:
        return None
    really = followed(scenario, record) if record is not None else None
    _mark_headlines(rows, set() if really is None else set(really.outcomes.iloc[0].dropna().astype(int)))
    return {
        "recorded": record is not None,
        "last": on(min(record.last, scenario.end)) if record is not None else None,
        "ends_early": record is not None and record.last < scenario.end,
        "rows": rows,
        "before": _before(scenario, record) if record is not None else [],
        "outcomes": _outcomes(ensemble, really),
        "really": whole(_rungs_of(really)) if really is not None else None,
    }


def _rows(ensemble: AnyEnsemble, record: HistoryFile | None) -> Iterator[Row]:
    """A row for each event of the record, and for each that only the script knows."""
    scenario = ensemble.scenario
    events = record.events if record is not None else {}
    imposed = {(entry.on, entry.source, entry.do) for entry in scenario.script.values()}
    seen: set[tuple[date, str | None, str | None]] = set()
    times: dict[tuple[str, ...], int] = {}
    tally = _Tally(ensemble)
    for event in sorted(events.values(), key=lambda each: each.days):
        if not scenario.start <= event.day <= scenario.end or event.story is None:
            continue
        same = {(event.day, event.source, act) for act in event.acts or (None,)}
        seen |= same
        given = not imposed.isdisjoint(same)
        nth = times[event.acts] = times.get(event.acts, 0) + 1
        row = _recorded(scenario, event)
        yield row | {"really": True, "imposed": given, "runs": None if given else tally.told(event, nth)}
    for entry in scenario.script.values():
        if (entry.on, entry.source, entry.do) in seen:
            continue
        acts = () if entry.do is None else (entry.do,)
        said = entry.story or (_called(scenario, acts) if acts else None)
        if said is not None:
            dead = None if entry.deaths is None else (entry.deaths, entry.deaths)
            row = _row(scenario, entry.on, said, acts, dead)
            yield row | {"really": False, "imposed": True, "runs": None}


def _row(scenario: Scenario, day: date, text: str, acts: tuple[str, ...], deaths: tuple[int, int] | None) -> Row:
    dead = max(deaths) if deaths else 0
    at = (day - scenario.start).days
    return {"day": at, "date": on(day), "text": text, "rung": _rung(scenario, acts, dead > 0), "dead": dead}


def _recorded(scenario: Scenario, event: RecordedEvent) -> Row:
    """A row for an event of the record, with the first and the last day of a period."""
    row = _row(scenario, event.day, event.story or "", event.acts, event.death_range)
    return row | {"date": period(event.days[0], event.days[-1])}


def _rung(scenario: Scenario, acts: tuple[str, ...], deadly: bool) -> int | None:
    """On which rung an act stands, if it killed that of a deadly one; None for what came from outside the cast."""
    found = []
    for act in acts:
        action = scenario.theatre.actions[act]
        found.append(action.lethal_rung if deadly and action.lethal_rung is not None else action.rung)
    return max(found, default=None)


def _called(scenario: Scenario, acts: tuple[str, ...]) -> str:
    return " or ".join(dict.fromkeys(scenario.theatre.actions[act].label for act in acts))


class _Tally:
    """In how many runs acts were done, and when."""

    def __init__(self, ensemble: AnyEnsemble) -> None:
        kept = ensemble.kept
        table = kept.events[(kept.events["actor"] != SCRIPT) & kept.events["run"].isin(kept.completed.index)]
        self.scenario, self.n = ensemble.scenario, kept.n_completed
        self.days = {str(name): part for name, part in table.groupby("action", observed=True)[["run", "day"]]}
        self.none = table[["run", "day"]].head(0)
        self.numbered: dict[tuple[str, ...], tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}

    def told(self, event: RecordedEvent, nth: int) -> str | None:
        """How many runs have such an act, or have it for the second time, and on which day half of them had it."""
        if not event.acts or not self.n:
            return None
        what, day = _called(self.scenario, event.acts), self.nth_days(event.acts, nth)
        again = "" if nth == 1 else f", for the {_TIMES[nth - 1] if nth <= len(_TIMES) else f'{nth}th'} time"
        if not len(day):
            return f"{what}{again}: in none of the runs"
        median = self.scenario.start + timedelta(days=int(np.median(day)))
        return f"{what}{again}: in {percent(len(day) / self.n)} of the runs, median {on(median)}"

    def nth_days(self, acts: tuple[str, ...], nth: int) -> np.ndarray[Any, Any]:
        """The day on which each run did one of some acts for the nth time, of the runs that did."""
        if acts not in self.numbered:
            parts = [self.days[act] for act in acts if act in self.days]
            both = pd.concat([*parts, self.none]).sort_values(["run", "day"], kind="stable")
            self.numbered[acts] = both["day"].to_numpy(), both.groupby("run").cumcount().to_numpy()
        days, before = self.numbered[acts]
        found: np.ndarray[Any, Any] = days[before == nth - 1]
        return found


def _mark_headlines(rows: list[Row], turning: set[int]) -> None:
    """Mark what is imposed, the gravest of the days on which an outcome came about, and the gravest of all."""
    graver = sorted(rows, key=lambda row: (-(row["rung"] or 0), -row["dead"], row["day"]))
    turns = {day: next(row for row in graver if row["day"] == day) for day in turning & {row["day"] for row in rows}}
    ranked = [*(row for row in rows if row["imposed"]), *turns.values(), *graver]
    shown = {id(row) for row in list({id(row): row for row in ranked}.values())[:HEADLINES]}
    for row in rows:
        row["headline"] = id(row) in shown


def _before(scenario: Scenario, record: HistoryFile) -> list[Row]:
    """How it came to this: the gravest that is recorded before the first day, in the order of time."""
    earlier = [each for each in record.events.values() if each.day < scenario.start and each.story and each.acts]
    rows = [_recorded(scenario, each) for each in earlier]
    chosen = sorted(rows, key=lambda row: (-(row["rung"] or 0), -row["day"]))[:BEFORE]
    return sorted(chosen, key=lambda row: row["day"])


def _outcomes(ensemble: AnyEnsemble, followed: Ensemble | None) -> list[Row]:
    """Each outcome in the runs and, by the same condition, in the record."""
    scenario = ensemble.scenario
    rows = []
    for row in ensemble.shares().sort_values("share", ascending=False, kind="stable").to_dict("records"):
        name = str(row["outcome"])
        median = ensemble.median_day(name)
        when = scenario.start + timedelta(days=median) if median is not None else None
        rows.append(
            {
                "label": scenario.theatre.outcomes[name].label,
                "share": row["share"],
                "median": on(when) if when is not None else None,
                "really": _really(scenario, followed, name) if followed is not None else None,
            }
        )
    return rows


def _rungs_of(followed: Ensemble) -> np.ndarray[Any, Any]:
    """On which rung the record stands, day by day."""
    rungs: np.ndarray[Any, Any] = followed.trajectories["rung"].to_numpy()[0].astype(np.int64)
    return rungs


def _really(scenario: Scenario, followed: Ensemble, outcome: str) -> str:
    """When an outcome held, as the recorded acts have it."""
    day = followed.outcomes[outcome].iloc[0]
    if not pd.isna(day):
        return on(scenario.start + timedelta(days=int(day)))
    return f"not by {on(followed.scenario.end)}"


__all__ = ["chronology"]
