"""Everything that stands on the page: data for its charts, and words and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.execution.lookup import QueryError
from sim.execution.source import ReplayError
from sim.plots.frame import rung_name
from sim.results.counted import AnyEnsemble
from sim.results.sweep import Sweep
from sim.text import percent

from . import alt_text, series
from .cast import Matrix, matrix
from .forecasts import page_key
from .number_tables import NumberTables, number_tables
from .opening import answer, least_rung, rows_of, still
from .pack import unpacked
from .pair import Pair, pair
from .ranking import Ranking, rankings
from .sections import SECTIONS
from .shelf import called_apart
from .stories import chosen, stories

ACTS_OF_A_RUN = 2
"""Acts of a run, in the mean, that the raster shows at first: more are noise."""
DEADLY_OF_A_RUN = 2
"""Deadly acts of a run, in the mean, that the raster shows at first."""
TOLLS = (1, 5, 10, 20, 50, 100, 200, 500)
"""Dead from which deadly acts may be shown."""
DEADLIEST = 15
"""Deadly acts that are listed."""
SEEN = 0.02
"""Share of the runs below which an outcome is too rare to sort them by."""


@dataclass(frozen=True)
class Contents:
    """What a page is made of."""

    ensembles: tuple[AnyEnsemble, ...]
    data: dict[str, Any]
    """What the charts are drawn from; the same ensembles give the same data."""
    written: tuple[NumberTables, ...]
    untold: str | None
    """Why no run could be told; None where some are."""
    matrix: Matrix
    pair: Pair | None
    alt: dict[str, str]
    """By chart, what it shows."""
    rankings: list[Ranking]
    """Which numbers matter most to some outcomes, if a sweep tells."""
    tables: dict[str, Any]
    """The numbers of the charts over time, for reading."""

    @property
    def first(self) -> AnyEnsemble:
        """The ensemble that the page is about; with two, the one that the other is compared with."""
        return self.ensembles[0]

    @property
    def interval(self) -> str:
        """What intervals of shares are called."""
        return self.first.interval.name

    @property
    def still(self) -> list[tuple[int, str]]:
        """The picture of the first screen that needs no script."""
        return still(self.first)

    @property
    def answer_of_second(self) -> str:
        """What the sentence of the first screen says of the second ensemble."""
        said = answer(self.ensembles[1], rows_of(self.ensembles[1], self.data["opening"]["told"]))
        return said[:1].lower() + said[1:]

    @property
    def unreached(self) -> list[str]:
        """The rungs of the first passage that no run has reached."""
        reached = self.data["rungs"]["reached"]
        runs = unpacked(reached["runs"])[:, -1]
        return [f"rung {rung}" for rung, n in zip(reached["rungs"], runs, strict=True) if not n]

    @property
    def tolls(self) -> list[int]:
        """Dead from which the raster may show deadly acts: up to the deadliest there is."""
        most = int(unpacked(self.data["acts"]["dead"]).max(initial=0))
        return [toll for toll in TOLLS if toll <= most or toll == self.data["acts"]["toll"]]

    def day(self, at: int) -> str:
        """The date of a day."""
        return alt_text.day(self.first.scenario, at)


def contents(ensembles: Sequence[AnyEnsemble], names: Sequence[str], sweep: Sweep | None = None) -> Contents:
    """Gather what a page about one ensemble, or about two, is made of.

    Parameters
    ----------
    names : sequence of str
        What the user calls each.
    sweep : Sweep, optional
        What tells which numbers of the first matter.

    Raises
    ------
    QueryError
        The two cannot be compared, one is made of branches, or the sweep is of another scenario.
    """
    for ensemble, name in zip(ensembles, names, strict=True):
        _refuse_branches(ensemble, name)
    first = ensembles[0]
    compared = (
        pair(first, ensembles[1]) if len(ensembles) > 1 and all(each.kept.n_completed for each in ensembles) else None
    )
    ranked = rankings(sweep, first.scenario) if sweep is not None else []
    asked = {number.path for each in ranked for number in each.numbers}
    told = tuple(number_tables(each.scenario, asked) for each in ensembles)
    data: dict[str, Any] = {"head": _head(first), "ladder": _ladder(first)}
    if not first.n_completed:
        empty = Matrix([], [], np.zeros((0, 0)), np.zeros((0, 0)))
        return Contents(tuple(ensembles), data, told, None, empty, compared, {}, ranked, {})
    own = {section.name: section.data(first) for section in SECTIONS}
    data |= {name: found for name, found in own.items() if found is not None}
    data["rungs"] = series.rungs(first)
    untold = _add_runs(data, first, names[0])
    if compared is not None:
        data["pair"] = {"names": list(compared.names), "variables": compared.variables}
    who = matrix(first)
    return Contents(
        tuple(ensembles),
        data,
        told,
        untold,
        who,
        compared,
        _alt(first, data, who, compared),
        ranked,
        _tables(first, data),
    )


def _refuse_branches(ensemble: AnyEnsemble, name: str) -> None:
    if "branch" in ensemble.info:
        raise QueryError(f"{name} holds branches of one run, and a report tells of runs; take a result of 'sim run'")


def _head(ensemble: AnyEnsemble) -> dict[str, Any]:
    scenario = ensemble.scenario
    return {
        "name": scenario.name,
        "title": scenario.title,
        "key": page_key(ensemble),
        "sha256": scenario.sha256,
        "seed": str(ensemble.seed),  # a seed may be larger than a number of JavaScript
        "start": scenario.start.isoformat(),
        "days": scenario.days,
        "runs": len(ensemble),
        "sound": ensemble.n_completed,
        "levels": list(series.LEVELS),
    }


def head_of_locked(ensemble: AnyEnsemble) -> dict[str, Any]:
    """The part of it that gives no answer away, nor the command that would."""
    head = _head(ensemble)
    return {part: head[part] for part in ("title", "key", "start", "days")}


def asked(ensemble: AnyEnsemble) -> list[dict[str, Any]]:
    """The outcomes of which a forecast is asked, in an order that tells nothing: that of their names."""
    outcomes = ensemble.scenario.theatre.outcomes
    return [{"id": name, "label": outcomes[name].label, "note": outcomes[name].note} for name in sorted(outcomes)]


def _ladder(ensemble: AnyEnsemble) -> list[str]:
    return [rung_name(ensemble.scenario.theatre, rung) for rung in range(10)]


def _add_runs(data: dict[str, Any], ensemble: AnyEnsemble, name: str) -> str | None:
    """Add what single runs did; return why none can be told, if that is so."""
    kept, untold = ensemble.kept, None
    reasons = chosen(kept) if kept.n_completed else {}
    try:
        data["stories"] = stories(ensemble, name, reasons)
    except ReplayError as error:
        data["stories"], untold = {"least": 0, "texts": [], "runs": []}, str(error)
    told = [story["run"] for story in data["stories"]["runs"]]
    for number, line in called_apart(kept, {run: reasons[run] for run in told}).items():
        data["stories"]["runs"][told.index(number)]["called"] = line
    data["variables"] = series.variables(ensemble, told)
    if not kept.n_completed:
        return "none of the runs kept whole was finished"
    held, least = series.rows_held(kept)
    data["paths"] = series.single_paths(kept, held)
    data["lines"] = series.lines(kept, held, [variable["id"] for variable in data["variables"]])
    data["first_days"] = series.first_days(kept, held)
    data["acts"] = series.acts(kept, held, least)
    data["blood"] = {
        "rungs": series.deaths_by_rung(kept),
        "deadliest": series.deadliest(kept, held, DEADLIEST),
    }
    return untold


def _alt(ensemble: AnyEnsemble, data: dict[str, Any], who: Matrix, compared: Pair | None) -> dict[str, str]:
    reached = data["rungs"]["reached"]
    alt = {
        "fan": alt_text.fan(ensemble, data["variables"][0]),
        "standing": alt_text.standing(ensemble, unpacked(data["rungs"]["standing"])),
        "passage": alt_text.passage(ensemble, reached["rungs"], unpacked(reached["runs"])),
        "cast": alt_text.cast(who),
    }
    if "acts" in data:
        days = {name: unpacked(packed) for name, packed in data["first_days"].items()}
        n = len(unpacked(data["paths"]["run"]))
        sort_by = _gravest(ensemble, {name: int(np.count_nonzero(came)) for name, came in days.items()}, n)
        if sort_by is not None:
            data["acts"]["sort_by"] = sort_by
            label = ensemble.scenario.theatre.outcomes[sort_by].label
            rung = unpacked(data["acts"]["rung"])
            data["acts"]["shown"] = least = _lowest_drawn(rung, n)
            data["acts"]["toll"] = _least_toll(unpacked(data["acts"]["dead"]), n)
            came = int(np.count_nonzero(days[sort_by]))
            alt["raster"] = alt_text.raster(int((rung >= least).sum()), n, least, label, came)
    if compared is not None and compared.variables:
        alt["difference"] = alt_text.difference(ensemble.scenario, compared, compared.variables[0])
    return alt


def _gravest(ensemble: AnyEnsemble, runs: dict[str, int], n: int) -> str | None:
    """The outcome that takes the gravest act, of those that came about in enough runs to be seen."""
    theatre, enough = ensemble.scenario.theatre, max(n * SEEN, 1)

    def weight(name: str) -> tuple[bool, int, int]:
        return runs[name] >= enough, least_rung(theatre, theatre.outcomes[name].when), runs[name]

    return max(runs, key=weight, default=None)


def _least_toll(dead: np.ndarray[Any, Any], runs: int) -> int:
    """From how many dead acts are so few that they can be told apart."""
    return next((toll for toll in TOLLS if (dead >= toll).sum() <= DEADLY_OF_A_RUN * runs), TOLLS[-1])


def _lowest_drawn(rung: np.ndarray[Any, Any], runs: int) -> int:
    """The lowest rung from which acts are so few that their pattern shows."""
    lowest = int(rung.min(initial=9))
    return next((least for least in range(lowest, 9) if (rung >= least).sum() <= ACTS_OF_A_RUN * runs), 9)


def _tables(ensemble: AnyEnsemble, data: dict[str, Any]) -> dict[str, Any]:
    """Rungs and first passage on some days, to be read."""
    days = sorted({round(at) for at in np.linspace(0, ensemble.scenario.days - 1, 7)})
    n = ensemble.n_completed
    standing, reached = unpacked(data["rungs"]["standing"]), unpacked(data["rungs"]["reached"]["runs"])
    steps = data["rungs"]["reached"]["rungs"]
    return {
        "days": [alt_text.day(ensemble.scenario, at) for at in days],
        "standing": [(data["ladder"][rung], [percent(standing[rung, at] / n) for at in days]) for rung in range(10)],
        "passage": [
            (data["ladder"][rung], [percent(row[at] / n) for at in days])
            for rung, row in zip(steps, reached, strict=True)
        ],
    }
