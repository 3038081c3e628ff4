"""A hindcast: what the model would have said on each of many days of the record, from what was known by then.

On each origin runs that have followed the record so far go on freely, and the theatre's questions are put to them. The
record answers, rivals that need no model are put the same questions, and proper scores tell who was how near.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.analysis.arrays import Floats, Ints
from sim.analysis.floating import usual
from sim.analysis.scores import (
    BLOCK,
    Level,
    brier,
    crps,
    level,
    log_score,
    reliability,
    skill,
    skill_interval,
)
from sim.engine.model import LockstepModel
from sim.engine.particles import MOST_PARTICLES
from sim.execution.lookup import QueryError
from sim.given import whole, whole_or_none
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named
from sim.theatre.language.number import split_unit
from sim.theatre.language.questions import Question
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario, as_series

from .following import Following
from .hindcast_text import as_dict, hindcast_text, hot_and_cold
from .questions import Asked, CompiledRecord, Forecast, asked, by_day
from .rival_forecasts import rival_forecasts

MODEL = "model"
ALL = "all"
"""In tables of scores: all questions of a yes or no together."""
LONGEST = 20_000
"""Days of a window, and between two, as many as a scenario may have."""
PERIODS = 6
"""Into how many parts the origins are split, to tell where the model runs hot or cold."""

FORECASTS = [
    *("origin", "day", "question", "kind", "forecaster", "forecast", "sd", "low", "high", "happened", "score"),
    "log_score",
]


class Follower(Protocol):
    """Runs that follow a record, and can be asked to go on freely."""

    @property
    def day(self) -> int:
        """How many days are done."""

    def step(self) -> None:
        """Follow the record for a day."""

    def fork(self, days: int, branch: int) -> LockstepModel:
        """Make equally likely runs that go on from this morning, for so many days at least."""


@dataclass(frozen=True)
class Hindcast:
    """Forecasts of the questions of a theatre on many days, beside what happened and what rivals say."""

    scenario: Scenario
    seed: int
    particles: int
    every: int
    """Days from one origin to the next."""
    days: int
    """Days of a window."""
    questions: dict[str, Question]
    """Those that the record answers."""
    unanswered: dict[str, str]
    """Those that it does not, and why."""
    forecasts: pd.DataFrame
    """One row for each origin, question and forecaster: origin (date), day (of the scenario), question, kind,
    forecaster; forecast, its mean (of a yes or no the chance of yes), sd, low and high (its middle 90 %); happened;
    score, Brier's of a yes or no, else the ranked probability score; log_score, in nats, of a yes or no."""

    def __repr__(self) -> str:
        asked_for = f"{len(self.questions)} questions on {len(self.origins)} days"
        return f"<Hindcast {self.scenario.name} {self.scenario.short_hash}: {asked_for}, {self.particles:,} particles>"

    @property
    def origins(self) -> list[date]:
        """First days of the windows."""
        return [each.date() for each in pd.DatetimeIndex(self.forecasts["origin"].unique())]

    @property
    def least(self) -> float:
        """The chance that the log score puts in place of a smaller one: half a run of all."""
        return 1.0 / (2 * self.particles)

    def of(self, question: str, forecaster: str = MODEL) -> pd.DataFrame:
        """The forecasts of one question by one forecaster, in the order of the origins."""
        table = self.forecasts
        rows: pd.DataFrame = table[(table["question"] == question) & (table["forecaster"] == forecaster)]
        return rows

    def scores(self) -> pd.DataFrame:
        """Mean scores; lower is better.

        Returns
        -------
        DataFrame with question (`all` for every yes or no together), kind, forecaster, n; happened and forecast, their
        means; score (Brier's, or the ranked probability score); log_score
        """
        rows = []
        for question, kind, table in self._parts():
            for forecaster, of_it in table.groupby("forecaster", sort=False):
                means = (float(of_it[name].mean()) for name in ("happened", "forecast", "score", "log_score"))
                rows.append([question, kind, forecaster, len(of_it), *means])
        columns = ["question", "kind", "forecaster", "n", "happened", "forecast", "score", "log_score"]
        return pd.DataFrame(rows, columns=columns)

    def skill(self, interval: float = 0.95, block: int = BLOCK) -> pd.DataFrame:
        """How much of each rival's score the model saves, with an interval by circular blocks of origins.

        Parameters
        ----------
        interval : float
            Coverage.
        block : int
            Origins in a block.

        Returns
        -------
        DataFrame with question (`all` for every yes or no together), kind, rival, measure (brier, log or crps), skill,
        low, high
        """
        if not 0 < interval < 1:
            raise QueryError(f"an interval covers a share between 0 and 1, such as 0.95, found {interval!r}")
        size = whole(block, "a block", 1, error=QueryError)
        rows = []
        for question, kind, table in self._parts():
            for rival in [name for name in table["forecaster"].unique() if name != MODEL]:
                for measure, column in _measures(kind):
                    mine, its = (_by_origin(table, name, column) for name in (MODEL, rival))
                    ends = skill_interval(mine, its, level=interval, block=size)
                    rows.append([question, kind, rival, measure, skill(mine, its), *ends])
        return pd.DataFrame(rows, columns=["question", "kind", "rival", "measure", "skill", "low", "high"])

    def _parts(self) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Each question with its forecasts, then all of a yes or no."""
        for question, table in self.forecasts.groupby("question", sort=False):
            yield str(question), str(table["kind"].iloc[0]), table
        yes_or_no = self.forecasts[self.forecasts["kind"] == "any"]
        if yes_or_no["question"].nunique() > 1:
            yield ALL, "any", yes_or_no

    def reliability(self, question: str | None = None, forecaster: str = MODEL) -> pd.DataFrame:
        """How often what was given a chance came true, in bins of that chance.

        Parameters
        ----------
        question : str, optional
            Left out, every yes or no together.

        Returns
        -------
        DataFrame with low and high, the ends of the bin; n; forecast, the mean chance; happened, the share that came
        true; bar_low and bar_high, between which that share lies in 95 of 100 cases if the chances are right and the
        windows tell of different things
        """
        if forecaster not in (told := self.forecasts["forecaster"].unique().tolist()):
            raise QueryError(f"there is no forecaster {forecaster!r}; there are {', '.join(told)}")
        table = self.forecasts[(self.forecasts["kind"] == "any") & (self.forecasts["forecaster"] == forecaster)]
        if question is not None:
            self._refuse_unknown(question, table)
            table = table[table["question"] == question]
        found = reliability(table["forecast"].to_numpy(), table["happened"].to_numpy() > 0)
        return pd.DataFrame(found._asdict())

    def _refuse_unknown(self, question: str, table: pd.DataFrame) -> None:
        known = table["question"].unique().tolist()
        if question not in known:
            raise QueryError(f"there is no yes-or-no question '{question}'; there are {', '.join(known) or 'none'}")

    def levels(self, periods: int = PERIODS) -> pd.DataFrame:
        """What the model expected beside what came, by period.

        Parameters
        ----------
        periods : int
            Into how many parts, each of about as many origins.

        Returns
        -------
        DataFrame with question, kind, first and last (origins), n, expected, happened (windows with a yes, or acts a
        week added up), variance (of what was expected, greater where windows overlap), deviation (in its roots)
        """
        parts, rows = whole(periods, "periods", 1, error=QueryError), []
        for question, asked_for in self.questions.items():
            if asked_for.kind == "change":
                continue
            table = self.of(question)
            for part in np.array_split(np.arange(len(table)), min(parts, len(table))):
                mine = table.iloc[part]
                mean, sd, came = (mine[name].to_numpy() for name in ("forecast", "sd", "happened"))
                found = level(mean, sd, came, self.days / self.every)
                rows.append([question, asked_for.kind, *mine["origin"].iloc[[0, -1]].tolist(), *found])
        return pd.DataFrame(rows, columns=["question", "kind", "first", "last", *Level._fields])

    def hot_and_cold(self, periods: int = PERIODS) -> list[str]:
        """Where the model expects more than came, or less, in sentences; where chance alone would do it, none."""
        return hot_and_cold(self, periods)

    def text(self, width: int = 96) -> str:
        """Tell it, in lines of at most `width` letters."""
        return hindcast_text(self, width)

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return as_dict(self)


def _measures(kind: str) -> tuple[tuple[str, str], ...]:
    """Names of the scores of a kind, and the columns that hold them."""
    return (("brier", "score"), ("log", "log_score")) if kind == "any" else (("crps", "score"),)


def _by_origin(table: pd.DataFrame, forecaster: str, column: str) -> Floats:
    """Scores of one forecaster: those of all questions on an origin added up; shape (origin,)."""
    mine = table[table["forecaster"] == forecaster]
    found: Floats = mine.groupby("day", sort=True)[column].sum().to_numpy(float)
    return found


def whole_days(given: int | str, what: str) -> int:
    """Read a span such as 14, "14d" or "14 d".

    Raises
    ------
    QueryError
        It is none.
    """
    try:
        value, unit = split_unit(given) if isinstance(given, str) else (given, None)
    except ValueError:
        value, unit = None, None
    days = whole_or_none(value) if unit in (None, "d") else None
    if days is None or not 1 <= days <= LONGEST:
        raise QueryError(f"{what} is a whole number of days such as 14 or '14d', found {given!r}")
    return days


@usual
def hindcast(
    scenario: Scenario | Named,
    every: int | str = "14d",
    days: int | str = 30,
    particles: int = 1024,
    seed: int | None = None,
    *,
    record: HistoryFile | Named | None = None,
    to: date | str | None = None,
    progress: Callable[[date], None] | None = None,
) -> Hindcast:
    """Put a theatre's questions to runs that have followed the record, every so many days, and score what they say.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
        Where it begins, and by which rules; its own script is left out, and nothing is imposed on the days foretold.
    every, days : int, or text such as "14d"
        From one origin to the next, and how far each looks ahead. The first origin is the day before which so many days
        of the record lie, the last the one whose window it still covers.
    particles : int
        Runs that follow the record, and as many that go on from each origin.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, the shipped one.
    to : date or text such as 2019-09-30, optional
        The last day of the record that counts.
    progress : callable, optional
        Called with each origin.

    Returns
    -------
    Hindcast

    Raises
    ------
    sim.ScenarioError
        The scenario or the record has faults.
    sim.RecordError
        Nothing is recorded of the scenario's days, or the record does not fit.
    QueryError
        The theatre asks nothing, the record answers nothing, or it is too short.
    """
    step, span = whole_days(every, "every"), whole_days(days, "days")
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    following = Following(question, record, whole(particles, "particles", 1, MOST_PARTICLES), seed, to=to)
    followed = following.followed
    before = question.start - timedelta(days=int(question.start > date.min))
    series = as_series(followed.record, before, followed.last)
    found = _Asking(question, followed.compiled, series, step, span, particles)
    return found.of(following, following.seed, progress)


class _Asking:
    """The questions of a theatre, ready to be put to runs on each origin."""

    def __init__(
        self,
        scenario: Scenario,
        record: CompiledRecord,
        series: dict[str, dict[date, float]],
        every: int,
        days: int,
        particles: int,
    ) -> None:
        self.scenario, self.record, self.every, self.days, self.particles = scenario, record, every, days, particles
        self.begun = int(np.argmax(record.seen.any(axis=1))) if record.days else 0
        self.origins = np.arange(self.begun + days, record.days - days + 1, every)
        _refuse_short(scenario, record, self.origins, days)
        questions = asked(scenario.theatre, program_of(scenario).actions)
        self.paths, self.unanswered = _paths(questions, scenario, record, series, self.origins, days)
        self.questions = [each for each in questions if each.name in self.paths]
        if not self.questions:
            why = "; ".join(f"{name}: {text}" for name, text in self.unanswered.items())
            raise QueryError(f"the record answers none of the questions of {scenario.theatre.theatre}: {why}")

    def of(self, following: Follower, seed: int, progress: Callable[[date], None] | None = None) -> Hindcast:
        """Ask runs that follow the record, from its first morning on."""
        said: dict[str, list[Forecast]] = {each.name: [] for each in self.questions}
        for at, origin in enumerate(self.origins.tolist(), 1):
            if progress is not None:
                progress(self._date(origin))
            while following.day < origin:
                following.step()
            for name, forecast in self._foretold(following.fork(self.days, at)):
                said[name].append(forecast)
        rows = [row for each in self.questions for row in self._rows(each, said[each.name])]
        table = pd.DataFrame(rows, columns=FORECASTS).sort_values("day", kind="stable", ignore_index=True)
        table["origin"] = pd.to_datetime(table["origin"])
        questions = {each.name: each.question for each in self.questions}
        return Hindcast(self.scenario, seed, self.particles, self.every, self.days, questions, self.unanswered, table)

    def _date(self, day: int) -> date:
        return self.scenario.start + timedelta(days=day)

    def _foretold(self, model: LockstepModel) -> Iterator[tuple[str, Forecast]]:
        """Let runs go on freely to the end of a window, and ask them."""
        first = model.day
        before = {
            each.name: model.value(each.question.change).copy() for each in self.questions if each.question.change
        }
        for _ in range(self.days):
            model.step()
        for each in self.questions:
            yield each.name, each.foretold(model, first, self.record.seen, before.get(each.name))
        model.close()

    def _rows(self, each: Asked, said: list[Forecast]) -> Iterator[list[Any]]:
        """Every forecast of a question with its scores."""
        known = self.paths[each.name][self.begun :]  # silence before the record begins tells rivals nothing
        happened, forecasts = rival_forecasts(each, known, self.origins - self.begun, self.days)
        for forecaster, told in ({MODEL: said} | forecasts).items():
            for origin, forecast, came in zip(self.origins.tolist(), told, happened.tolist(), strict=True):
                row = [self._date(origin), origin, each.name, each.kind, forecaster]
                yield [*row, *self._scored(each, forecast, came)]

    def _scored(self, each: Asked, forecast: Forecast, came: float) -> list[float]:
        """What a forecast says, what came, and its scores."""
        mean = forecast.mean
        told = [mean, forecast.variance**0.5, forecast.quantile(0.05), forecast.quantile(0.95), came]
        if each.kind == "any":
            return [*told, float(brier(mean, came)), float(log_score(mean, came > 0, 1.0 / (2 * self.particles)))]
        return [*told, crps(forecast.values, came, forecast.chances), np.nan]


def _refuse_short(scenario: Scenario, record: CompiledRecord, origins: Ints, span: int) -> None:
    if not scenario.theatre.questions:
        raise QueryError(
            f"theatre {scenario.theatre.theatre} has no questions; write 'questions:' into it, such as "
            "'strike: {label: A strike, any: {rungs: [6, 9]}}'"
        )
    if len(origins) < 2 or origins[-1] - origins[0] < span:
        raise QueryError(
            f"the record covers {record.days} days of {scenario.name}, too few for windows of {span} days: it takes "
            "days before the first window, and two windows that do not overlap; choose fewer days"
        )


def _paths(
    questions: Sequence[Asked],
    scenario: Scenario,
    record: CompiledRecord,
    series: dict[str, dict[date, float]],
    origins: Ints,
    span: int,
) -> tuple[dict[str, Floats], dict[str, str]]:
    """What the record has of each question, day by day; and why it has nothing of the others."""
    paths: dict[str, Floats] = {}
    unanswered: dict[str, str] = {}
    for each in questions:
        if each.question.change is not None:
            values = by_day(series.get(each.question.change, {}), scenario.start, record.days)
            if each.question.change not in series:
                unanswered[each.name] = f"the record has no series of {each.question.change}"
            elif (lacking := np.flatnonzero(np.isnan(values[: origins[-1] + span + 1]))).size:
                day = scenario.start + timedelta(days=int(lacking[-1]) - 1)
                unanswered[each.name] = f"the record's series of {each.question.change} has no value on {day}"
            else:
                paths[each.name] = values
        elif each.covered(record.seen[origins[0] : origins[-1] + span]):
            paths[each.name] = each.recorded(record)
        else:
            unanswered[each.name] = "the record covers none of these acts"
    return paths, unanswered


__all__ = ["Hindcast", "hindcast"]
