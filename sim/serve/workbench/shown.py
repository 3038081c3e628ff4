"""What is shown as tables, and single runs as lines, of runs that are at hand."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.analysis.paths import quantiles
from sim.report.pack import stepped, whole

from .catalogue import Known
from .moves import REACHED, Some
from .summary import LEAST_DEAD, LEVELS, apart, summary

POINTS = 183
"""Days on which single runs are told, at most."""


def lines(found: Some, most: int) -> dict[str, Any]:
    """Paths of the first runs that did not fail, every few days: so that a click finds the nearest."""
    run = np.flatnonzero(~found.failed)[:most]
    step = -(-len(found.paths) // POINTS)
    return {"run": whole(run), "step": step, "values": stepped(found.paths[::step, run].T, 1)}


def line(found: Some, run: int) -> dict[str, Any]:
    """The path of one run, day by day, and the first days of its outcomes, -1 for never."""
    return {"run": run, "values": stepped(found.paths[:, run]), "outcomes": found.outcome_day[:, run].tolist()} | {
        "deaths": float(found.deaths[run]),
        "failed": bool(found.failed[run]),
    }


def table(of: str, start: date, still: Some, moved: Some, known: Known) -> str:
    """What a picture shows, as CSV: the moved runs, and those as written beside them."""
    parts = [("", moved)] if moved is still else [("", moved), (" as written", still)]
    rows = {"fan": _fan, "rungs": _rungs, "outcomes": _outcomes, "deaths": _deaths}[of]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows(start, parts, known))
    return text.getvalue()


def _days(start: date, n: int) -> list[tuple[int, str]]:
    return [(day, (start + timedelta(days=day)).isoformat()) for day in range(n)]


def _fan(start: date, parts: list[tuple[str, Some]], known: Known) -> Iterator[list[Any]]:
    yield ["day", "date", *(f"quantile {level:g}{name}" for name, _ in parts for level in LEVELS)]
    columns = np.concatenate([quantiles(found.paths.T[~found.failed], LEVELS) for _, found in parts])
    for (day, when), values in zip(_days(start, known.days), columns.T, strict=True):
        yield [day, when, *(f"{value:.6g}" for value in values)]


def _rungs(start: date, parts: list[tuple[str, Some]], known: Known) -> Iterator[list[Any]]:
    heads = [*(f"runs on rung {rung}" for rung in range(10)), *(f"runs that have reached rung {at}" for at in REACHED)]
    yield ["day", "date", *(f"{head}{name}" for name, _ in parts for head in heads)]
    columns = np.concatenate([rows for _, found in parts for rows in (found.standing, found.reached)])
    for (day, when), values in zip(_days(start, known.days), columns.T, strict=True):
        yield [day, when, *values.tolist()]


def _outcomes(_: date, parts: list[tuple[str, Some]], known: Known) -> Iterator[list[Any]]:
    heads = ["runs with it", "runs", "share", "low", "high"]
    differences = ["difference", "difference low", "difference high", "runs that gain it", "runs that lose it"]
    yield ["outcome", *(f"{head}{name}" for name, _ in parts for head in heads), *differences[: 5 * (len(parts) - 1)]]
    told = [summary(found, known.outcomes) for _, found in parts]
    rows = apart(parts[1][1], parts[0][1], known.outcomes)[0] if len(parts) > 1 else []
    for at, name in enumerate(known.outcomes):
        row: list[Any] = [name]
        for each in told:
            found = each["outcomes"][at]
            row += [found["runs"], each["runs"] - each["failed"], found["share"], found["low"], found["high"]]
        if rows:
            row += [rows[at][key] for key in ("difference", "low", "high", "to", "fro")]
        yield row


def _deaths(_: date, parts: list[tuple[str, Some]], known: Known) -> Iterator[list[Any]]:
    yield ["at least so many dead", *(f"{head}{name}" for name, _ in parts for head in ("runs with as many", "runs"))]
    for least in LEAST_DEAD:
        row: list[Any] = [least]
        for _name, found in parts:
            dead = found.deaths[~found.failed]
            row += [int((dead >= least).sum()), len(dead)]
        yield row
