"""What `sim run --uncertain` tells: every share with its two errors, beside what the numbers as written give."""

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from sim.text import counted
from sim.theatre.parameters.fitted import source_of

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble
    from sim.results.ensemble import Ensemble


def errors_table(ensemble: "AnyEnsemble", written: "Ensemble") -> Table:
    """Share of the runs with each outcome, sampling error and parameter error apart."""
    scenario = ensemble.scenario
    span = f"{scenario.days} days from {scenario.start}"
    title = f"{scenario.title} · {span} · {scenario.short_hash} · seed {ensemble.seed}"
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome", min_width=12)
    for column in ("share", "sampling\nerror", "parameter\nerror", "by the\nnumbers", "as\nwritten"):
        table.add_column(column, justify="right", no_wrap=True)
    beside = written.shares().set_index("outcome")["share"]
    for row in ensemble.errors().sort_values("share", ascending=False).itertuples(index=False):
        table.add_row(
            scenario.theatre.outcomes[row.outcome].label,
            f"{row.share:.1%}",
            _span(row.low, row.high),
            _spread(row),
            _by_numbers(row.numbers, row.numbers_low, row.numbers_high),
            f"{beside[row.outcome]:.1%}",
        )
    table.caption = (
        f"Of {counted(ensemble.n_completed, 'model run')}, in sets of four that share numbers drawn from "
        f"{source_of(ensemble.info['uncertain'])}. "
        "Sampling error: 95 % interval of the share over all numbers. Parameter error: the range that holds the "
        "shares of 95 % of the sets of numbers; in brackets, with the sampling error of its ends; unclear: the "
        "variance between sets cannot be told from chance. By the numbers: their part of the variance of a run; the "
        f"rest is dice. As written: {counted(written.n_completed, 'run')} with the numbers as written, on the same "
        "dice. Not a forecast."
    )
    return table


def _span(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {high:.1%}" if low == low else "too few runs"


def _spread(row: Any) -> str:
    if row.spread_low_least != row.spread_low_least:
        return "too few runs"
    within = f"({_span(row.spread_low_least, row.spread_high_most)})"
    return f"{_span(row.spread_low, row.spread_high)}\n{within}" if row.numbers == row.numbers else f"unclear\n{within}"


def _by_numbers(share: float, low: float, high: float) -> str:
    if low != low:
        return "too few runs"
    return f"{share:.0%} ({100 * low:.0f} to {100 * high:.0f})" if share == share else f"at most {high:.0%}"


def as_data(written: "Ensemble") -> dict[str, Any]:
    """What the numbers as written give, for `--json`."""
    return {"as_written": written.shares().to_dict("records")}
