"""What a record has taught about some numbers: draws from their posterior, beside what was plausible before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from sim.text import counted, json_rows, percent
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from sim.theatre.parameters.fitted import Fitted, refuse_misfit
from sim.theatre.parameters.prior import Prior

LEVEL = 0.99
"""Of the intervals by which it is judged whether a number has learned anything."""
ENDS = (0.05, 0.5, 0.95)
"""Quantiles that tables show, of the prior and of the posterior."""


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior of some numbers, given a record."""

    draws: pd.DataFrame
    """One row for each draw, one column for each number, by its path, in the theatre's unit; all are equally likely."""
    prior: Prior
    """What was held likely before."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """How it was made: scenario, record, days, particles, sets, seed, log evidence, steps of the sampler."""
    folder: Path | None = None

    def __len__(self) -> int:
        return len(self.draws)

    @property
    def log_evidence(self) -> float:
        """Logarithm of the likelihood of the record, on average over the prior."""
        return float(self.info["log_evidence"])

    @property
    def stuck(self) -> bool:
        """Whether the sets hardly moved in the end, so that the draws are not to be relied on."""
        steps: Sequence[Mapping[str, float]] = self.info.get("steps", ())
        return bool(steps) and steps[-1]["correlation"] > 0.5

    def fitted(self, others: bool = False) -> Fitted:
        """As what runs draw from."""
        draws = tuple(tuple(row) for row in self.draws.to_numpy(np.float64).tolist())
        return Fitted(tuple(map(str, self.draws.columns)), draws, others)

    def scenario(self, base: Scenario | str | Path) -> Scenario:
        """Return a scenario with the median of each number written in.

        Parameters
        ----------
        base : Scenario, path or name
            Of the same theatre.

        Raises
        ------
        sim.theatre.parameters.change.ChangeError
            It does not have these numbers, or their medians cannot stand together.
        """
        question = base if isinstance(base, Scenario) else load(base)
        refuse_misfit(question, self.fitted())
        return with_numbers(question, {str(path): float(value) for path, value in self.draws.median().items()})

    @cached_property
    def _table(self) -> pd.DataFrame:
        before = self.prior.quantiles(ENDS)
        after = self.draws.quantile(list(ENDS)).to_numpy()
        z = self.prior.normal(self.draws.to_numpy(np.float64))
        n = len(np.unique(z, axis=0))  # a set that was drawn twice and never moved is one
        quantile = norm.ppf(0.5 + LEVEL / 2)
        variance = z.var(axis=0, ddof=1)
        fourth = ((z - z.mean(axis=0)) ** 4).mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(np.maximum(fourth / variance**2 - 1, 0) / n)
        shift, error = z.mean(axis=0), np.sqrt(variance / n)
        low, high = 1 - variance * np.exp(quantile * spread), 1 - variance * np.exp(-quantile * spread)
        return pd.DataFrame(
            {
                "path": self.prior.names,
                "written": [each.value for each in self.prior.numbers],
                **dict(zip(("prior_low", "prior_median", "prior_high"), before, strict=True)),
                **dict(zip(("low", "median", "high"), after, strict=True)),
                "contraction": 1 - variance,
                "contraction_low": low,
                "contraction_high": high,
                "shift": shift,
                "shift_low": shift - quantile * error,
                "shift_high": shift + quantile * error,
                "learned": (low > 0) | (high < 0) | (np.abs(shift) > quantile * error),
            }
        )

    def table(self) -> pd.DataFrame:
        """Show each number before and after.

        Returns
        -------
        DataFrame with columns path, written, prior_low, prior_median, prior_high, low, median, high (5th, 50th and 95th
        percentile before and after), contraction (1 - the variance after over that before, in the coordinate in which
        the prior is standard normal), shift (how far the mean moved there, in standard deviations of the prior), each
        with the ends of its 99 % interval, and learned: whether one of these intervals leaves out 0
        """
        return self._table.copy()

    @property
    def learned_nothing(self) -> list[str]:
        """The numbers of which no more is known than before, as far as so many draws can tell."""
        found: list[str] = self._table.loc[~self._table["learned"], "path"].tolist()
        return found

    def text(self) -> str:
        """What was learned, in sentences and a table of one line for each number."""
        info, table = self.info, self._table.sort_values("contraction", ascending=False, kind="stable")
        lines = [
            f"{counted(len(table), 'number')} of {info['scenario']} ({info['scenario_sha256'][:8]}), fitted to the "
            f"record to {info['to']}: {counted(len(self), 'draw')} from {counted(info['likelihoods'], 'likelihood')} "
            f"by filters of {counted(info['particles'], 'particle')}, seed {info['seed']}.",
            f"Log evidence {self.log_evidence:.1f} nats.",
            "",
        ]
        wide = max(map(len, table["path"]))
        lines += [f"{'number':<{wide}}  {'before (5 to 95 %)':^28}  {'after (5 to 95 %)':^28}  contraction"]
        for row in table.to_dict("records"):
            ends = (
                f"{row[f'{of}median']:.3g} ({row[f'{of}low']:.3g} to {row[f'{of}high']:.3g})" for of in ("prior_", "")
            )
            lines.append(f"{row['path']:<{wide}}  {next(ends):^28}  {next(ends):^28}  {learned(row)}")
        if nothing := self.learned_nothing:
            lines += ["", f"The record says nothing about {counted(len(nothing), 'number')}: {', '.join(nothing)}."]
        if self.stuck:
            lines += [
                "",
                "The sets hardly moved in the end; do not rely on their spread, and use more particles.",
            ]
        return "\n".join(lines) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """All of it but the draws, as plain data."""
        return {
            **self.info,
            "draws": len(self),
            "numbers": json_rows(self._table),
            "learned_nothing": self.learned_nothing,
            "stuck": self.stuck,
            **({} if self.folder is None else {"folder": str(self.folder)}),
        }

    def __repr__(self) -> str:
        return f"<Posterior of {counted(len(self.prior.names), 'number')}: {counted(len(self), 'draw')}>"


def learned(row: Mapping[str, Any]) -> str:
    """What a number has learned, in few words: of a row of `Posterior.table`."""
    if not row["learned"]:
        return "learned nothing"
    if row["contraction_low"] <= 0 <= row["contraction_high"]:
        return "moved, no narrower"
    return percent(row["contraction"]) if row["contraction"] > 0 else "moved, and wider"
