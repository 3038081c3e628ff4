"""What is dice and what is not knowing: runs that draw their numbers, beside runs with the numbers as written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.paths import edges
from sim.text import percent
from sim.theatre.parameters.fitted import source_of

from .colours import COLOURS, tint
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_new,
    head,
    labelled,
    plain_axes,
    refuse_empty,
    share_axis,
    with_unit,
)
from .labels import SIZE
from .settings import PLAIN, plain_text
from .standard import Plate, Shown, standard

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble


@plain_text
def uncertainty(
    ensemble: "AnyEnsemble",
    written: "AnyEnsemble",
    ax: Axes | None = None,
    variable: str = "tension",
    band: float = 0.9,
) -> Axes:
    """Fan of one variable over the days: the band that dice alone make, within the band of dice and uncertain numbers.

    Parameters
    ----------
    ensemble : Ensemble
        Runs that draw their numbers.
    written : Ensemble
        Runs with the numbers as they are written: what is left is the dice.
    variable : str
        A variable, `tension`, or a rung.
    band : float
        Share of the runs within each band, day by day.
    """
    ax = given_or_new(ax)
    refuse_certain(ensemble)
    refuse_empty(ensemble)
    refuse_empty(written)
    dates, shown = dates_of(ensemble), labelled(ensemble, variable)
    levels = sorted({*edges([band]), 0.5})
    both, dice = (runs.quantiles(variable, levels) for runs in (ensemble, written))
    wide, narrow = tint(COLOURS["band"], 0.2), tint(COLOURS["band"], 0.55)
    ax.fill_between(dates, both[0], both[-1], color=wide, linewidth=0, label="dice and uncertain numbers")
    ax.fill_between(dates, dice[0], dice[-1], color=narrow, linewidth=0, alpha=0.75, label="dice alone")
    ax.plot(dates, both[1], color=COLOURS["text"], linewidth=1.5)
    ax.plot(dates, dice[1], color=COLOURS["text"], linewidth=1.5, linestyle=(0, (2, 1.5)))
    bottom, top = ax.get_ylim()
    ax.set_ylim(max(bottom, 0.0) if ax.dataLim.y0 >= 0 else bottom, top + 0.09 * (top - bottom))
    ax.set_ylabel(with_unit(shown), **PLAIN)
    plain_axes(ax)
    texts = ["median of\nall runs", "median as\nwritten"]
    date_axis(ax, ensemble, column_for(texts))
    end_labels(ax, dates[-1], [float(both[1, -1]), float(dice[1, -1])], texts, [COLOURS["text"]] * 2)
    ax.legend(loc="upper left", fontsize=SIZE, frameon=False, ncols=2, borderaxespad=0)
    head(
        ax,
        f"{shown.attrs.get('long_name', variable)}: what is dice, and what is not knowing the numbers",
        f"Bands: the middle {100 * band:g} % of the runs on each day; dark, with the {len(written):,} runs whose "
        f"numbers are as written; light, with numbers drawn from {source_of(ensemble.info['uncertain'])}.",
    )
    foot(ax, ensemble)
    return ax


@standard
def _uncertainty(shown: Shown) -> Iterator[Plate]:
    """Of tension, and of the first price, where runs draw their numbers."""
    ensemble, written, price = shown.ensemble, shown.written, shown.price
    if written is not None:
        yield Plate("uncertainty_tension", lambda ax: uncertainty(ensemble, written, ax))
        if price is not None:
            yield Plate(f"uncertainty_{price}", lambda ax: uncertainty(ensemble, written, ax, price))


@plain_text
def errors(ensemble: "AnyEnsemble", written: "AnyEnsemble", ax: Axes | None = None) -> Axes:
    """Share of the runs in which each outcome came about, with its sampling error and its parameter error.

    Parameters
    ----------
    ensemble : Ensemble
        Runs that draw their numbers.
    written : Ensemble
        Runs with the numbers as they are written.
    """
    ax = given_or_new(ax)
    refuse_certain(ensemble)
    refuse_empty(ensemble)
    labels = {name: outcome.label for name, outcome in ensemble.scenario.theatre.outcomes.items()}
    table = ensemble.errors().sort_values("share", ascending=False, kind="stable", ignore_index=True)
    as_written = written.shares().set_index("outcome")["share"]
    colour, rows = COLOURS["outcome"], -np.arange(len(table), dtype=float)
    ax.hlines(rows, table["spread_low_least"], table["spread_high_most"], color=tint(colour, 0.35), linewidth=0.8)
    ax.hlines(rows, table["spread_low"], table["spread_high"], color=tint(colour, 0.35), linewidth=2.4)
    ax.hlines(rows, table["low"], table["high"], color=colour, linewidth=4.5)
    ax.plot(table["share"], rows, "o", color=colour, markersize=6, markeredgecolor="white", clip_on=False)
    written_at = [float(as_written[name]) for name in table["outcome"]]
    ax.plot(written_at, rows, "D", color=COLOURS["second"], markerfacecolor="white", markersize=5, clip_on=False)
    for row, line in zip(rows, table.to_dict("records"), strict=True):
        label = labels[line["outcome"]]
        ax.text(0, row + 0.2, label, va="bottom", fontsize=SIZE + 1, color=COLOURS["text"], parse_math=False)
        told = line["numbers"] == line["numbers"]
        part = percent(line["numbers"]) if told else f"at most {percent(line['numbers_high'])}"
        numbers = f"{percent(line['share'])}; {part} of its variance by the numbers"
        ax.text(1, row + 0.2, numbers, va="bottom", ha="right", fontsize=SIZE + 1, color=COLOURS["text"])
    share_axis(ax, rows)
    head(
        ax,
        "What came about: sampling error and parameter error",
        "Dots: share over all plausible numbers. Thick: its 95 % interval, sampling error. Thin: between these lie the "
        "shares that 95 % of the sets of numbers would give; hairline: with the error of these ends. Diamonds: with "
        "the numbers as written.",
    )
    foot(ax, ensemble)
    return ax


@standard
def _errors(shown: Shown) -> Iterator[Plate]:
    written = shown.written
    if written is not None:
        yield Plate("errors", lambda ax: errors(shown.ensemble, written, ax), 4.8)


def refuse_certain(ensemble: "AnyEnsemble") -> None:
    """Refuse an ensemble whose numbers are as written.

    Raises
    ------
    ValueError
        They are.
    """
    if not ensemble.info.get("uncertain"):
        raise ValueError(f"the numbers of {ensemble.scenario.name} are as written; run it with uncertain=True")
