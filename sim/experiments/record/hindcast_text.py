"""A hindcast in words and as data."""

from collections.abc import Iterator
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.text import brief, checked_width, counted, json_rows, number, paragraph

from .rival_forecasts import RIVALS

if TYPE_CHECKING:
    from .hindcast import Hindcast

CLEAR = 2.0
"""Standard deviations from which on a stretch of origins counts as hot or cold."""
COLUMN, SKILL = 8, 21
"""Letters that a number takes in the table, and a skill with its interval."""
LABEL = 34
MOST = 10.0
"""Skills further below zero than this are told as that."""


def hindcast_text(found: "Hindcast", width: int) -> str:
    """Tell it, in lines of at most `width` letters."""
    checked_width(width)
    return "\n".join(_lines(found, width)) + "\n"


def _lines(found: "Hindcast", width: int) -> Iterator[str]:
    scenario, origins = found.scenario, found.origins
    yield f"{scenario.name} {scenario.short_hash} · {found.particles:,} particles · seed {found.seed}"
    yield ""
    apart = f"{counted(len(origins), 'origin')}, {counted(found.every, 'day')} apart"
    asked = (
        f"{apart}, from {brief(origins[0])} to {brief(origins[-1])}: what runs that had followed the record up to "
        f"each origin forecast for the next {counted(found.days, 'day')}, and what happened."
    )
    yield from paragraph(asked, width).splitlines()
    yield ""
    yield from _table(found, width)
    yield ""
    sentences = found.hot_and_cold()
    for sentence in sentences:
        yield from paragraph(sentence, width, 0, 2).splitlines()
    if not sentences:
        yield "At no time does the model expect more or less than happened, beyond chance."
    yield ""
    for name, why in found.unanswered.items():
        yield from paragraph(f"Not judged: {scenario.theatre.questions[name].label}; {why}.", width).splitlines()
    yield from paragraph(_meaning(found), width).splitlines()


def _meaning(found: "Hindcast") -> str:
    used = [name for name in RIVALS if name in set(found.forecasts["forecaster"])]
    told = "; ".join(f"{_spaced(name)}, {RIVALS[name]}" for name in used)
    return (
        "Scores: the Brier score for a yes-or-no question, else the ranked probability score; lower is better. "
        "Skill: how much lower the model's score is than a rival's, as a share of it, 1 at best, with a 95 % "
        "interval by blocks of four origins. Forecasts are of what would be recorded; in log scores, a smaller chance "
        f"than 1 in {round(1 / found.least):,} counts as that one. Rivals: {told}. Whoever wrote the numbers of the "
        "model may have known the record."
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _table(found: "Hindcast", width: int) -> Iterator[str]:
    """A line for each question: how often, how well, and how much better than as many rivals as there is room for."""
    scores, skills = found.scores(), found.skill()
    labels = {name: _label(found, name) for name in found.questions} | {"all": "All yes-or-no questions"}
    wide = max(len(label) for label in labels.values())
    rivals = ("base_rate", "recency", "persistence", "constant_hazard")[: (width - wide - 3 * COLUMN) // SKILL]
    yield " " * wide + _row(["record", "model", "score"], [f"v. {_spaced(name)}" for name in rivals])
    for row in scores[scores["forecaster"] == "model"].itertuples(index=False):
        sizes = [_size(row.happened), _size(row.forecast), number(row.score, 2)]
        yield f"{labels[row.question]:<{wide}}" + _row(sizes, [_skill(skills, row.question, name) for name in rivals])


def _row(numbers: list[str], skills: list[str]) -> str:
    return ("".join(f"{cell:>{COLUMN}}" for cell in numbers) + "".join(f"{cell:>{SKILL}}" for cell in skills)).rstrip()


def _label(found: "Hindcast", name: str) -> str:
    """What a question asks, with the unit of its answer."""
    question = found.questions[name]
    unit = ", a week" if question.kind == "count" else ""
    if question.change is not None:
        variable = found.scenario.theatre.variables[question.change]
        own = getattr(variable, "unit", "1")
        unit = ", %" if variable.kind == "log" else f", {own}" if own != "1" else ""
    return shorten(question.label, LABEL - len(unit), placeholder="…") + unit


def _size(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}"


def _skill(skills: pd.DataFrame, question: str, rival: str) -> str:
    """The skill beside a rival, by Brier's or the ranked probability score."""
    these = (skills["question"] == question) & (skills["rival"] == rival) & skills["measure"].isin(["brier", "crps"])
    if not these.any():
        return ""
    value, low, high = (_signed(skills.loc[these, name].iloc[0]) for name in ("skill", "low", "high"))
    return f"{value} [{low}, {high}]"


def _signed(value: float) -> str:
    return f"{value:+.2f}" if value > 0.005 - MOST else f"<-{MOST:.0f}"


def hot_and_cold(found: "Hindcast", periods: int) -> list[str]:
    """Stretches of origins in which the model expects more than came, or less, beyond chance: the clearest first.

    Of each question those of periods on end are taken that deviate most, as long as none overlaps another.
    """
    rows: list[dict[str, Any]] = []
    for question, table in found.levels(periods).groupby("question", sort=False):
        parts = table.to_dict("records")
        spans = [_together(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)]
        kept: list[dict[str, Any]] = []
        for span in sorted(spans, key=lambda one: -abs(one["deviation"])):
            apart = all(span["last"] < other["first"] or span["first"] > other["last"] for other in kept)
            if abs(span["deviation"]) >= CLEAR and apart:
                kept.append(span)
        rows += [span | {"question": question} for span in kept]
    return [_sentence(found, row) for row in sorted(rows, key=lambda one: -abs(one["deviation"]))]


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Periods on end as one."""
    n, expected, happened = (sum(part[name] for part in parts) for name in ("n", "expected", "happened"))
    spread = sum(part["variance"] for part in parts)
    gap = happened - expected
    return {
        **{"first": parts[0]["first"], "last": parts[-1]["last"], "kind": parts[0]["kind"]},
        **{"n": n, "expected": expected, "happened": happened},
        "deviation": gap / spread**0.5 if spread > 0 else 0.0 if gap == 0 else np.copysign(np.inf, gap),
    }


def _sentence(found: "Hindcast", row: dict[str, Any]) -> str:
    hot, n, expected, happened = row["deviation"] < 0, row["n"], row["expected"], row["happened"]
    when = f"origins from {brief(row['first'])} to {brief(row['last'])}"
    if row["kind"] == "any":
        what = f"the model expects it in {number(expected, 2)} of {n} windows, the record has it in {number(happened)}"
    else:
        what = f"the model expects {number(expected / n, 2)} a week, the record has {number(happened / n, 2)}"
    more, less = (expected, happened) if hot else (happened, expected)
    factor = f" ({number(more / less, 2)} times as much)" if less > 0 else ""
    label = found.questions[row["question"]].label
    return f"{'Hot' if hot else 'Cold'}. {label}: {when}, {what}{factor}."


def as_dict(found: "Hindcast") -> dict[str, Any]:
    """The same as data."""
    return {
        "scenario": found.scenario.name,
        "scenario_sha256": found.scenario.sha256,
        "seed": found.seed,
        "particles": found.particles,
        "every": found.every,
        "days": found.days,
        "origins": len(found.origins),
        "least_chance": found.least,
        "questions": {name: {"label": each.label, "kind": each.kind} for name, each in found.questions.items()},
        "unanswered": found.unanswered,
        "rivals": {name: text for name, text in RIVALS.items() if name in set(found.forecasts["forecaster"])},
        "scores": json_rows(found.scores()),
        "skill": json_rows(found.skill()),
        "reliability": json_rows(found.reliability()),
        "levels": json_rows(_dated(found.levels(), "first", "last")),
        "hot_and_cold": found.hot_and_cold(),
        "forecasts": json_rows(_dated(found.forecasts, "origin")),
    }


def _dated(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A table with days in place of moments."""
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in columns})
