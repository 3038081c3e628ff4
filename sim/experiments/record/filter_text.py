"""What a filter found, as text and as data."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.text import checked_width, finite_or_none, json_rows, printable

from .rival_rates import beside
from .surprise_text import heading

if TYPE_CHECKING:
    from .filter import Filtered


def told(found: "Filtered", width: int) -> str:
    """Say how likely the record is under the scenario, and under what needs no model; in lines of at most `width`."""
    checked_width(width)
    lines = [*heading(found, width), "", f"{'log likelihood of the acts, in nats':<58}{'numbers':>8}{'nats':>10}"]
    for row in beside(found).itertuples(index=False):
        numbers = "" if pd.isna(row.numbers) else f"{row.numbers}"
        error = "" if not row.error or math.isnan(row.error) else f" ± {row.error:.2f}"
        lines.append(f"  {row.model:<56}{numbers:>8}{row.log_likelihood:10.1f}{error}")
    lines += ["", *_by_month(found)]
    return printable("\n".join(lines)) + "\n"


def _by_month(found: "Filtered") -> list[str]:
    """Nats and covered acts by month."""
    parts = found.parts
    month = parts["date"].dt.strftime("%Y-%m")
    table = parts.assign(month=month, act=parts["event"].where(parts["covered"]))
    sums = table.groupby("month").agg(nats=("nats", "sum"), acts=("act", "nunique"))
    return [
        f"{'month':<10}{'acts':>6}{'nats':>10}",
        *(f"{name:<10}{row.acts:>6}{row.nats:>10.1f}" for name, row in zip(sums.index, sums.itertuples(), strict=True)),
    ]


def as_data(found: "Filtered") -> dict[str, Any]:
    """The same for a reader that is a program."""
    return {
        "scenario": found.scenario.name,
        "scenario_sha256": found.scenario.sha256,
        "seed": found.seed,
        "particles": found.particles,
        "replicates": found.replicates,
        "first": str(found.scenario.start),
        "last": str(found.followed.last),
        "log_likelihood": found.log_likelihood,
        "error": finite_or_none(found.error),
        "of_acts": found.of_acts,
        "of_deaths": found.of_deaths,
        "log_likelihoods": found.log_likelihoods.tolist(),
        "impossible": found.impossible["event"].tolist(),
        "beside": json_rows(beside(found)),
        "moved": {name: str(day) for name, day in found.followed.compiled.moved.items()},
        "parts": json_rows(found.parts),
    }
