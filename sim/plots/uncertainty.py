"""What is dice and what is not knowing: runs that draw their numbers, beside runs with the numbers as written."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from sim.analysis.paths import edges
from sim.text import brief, number, percent
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
    key,
    key_rows,
    labelled,
    left_out,
    plain_axes,
    points,
    refuse_empty,
    with_unit,
)
from .labels import name_size, size, width_of
from .rows import rows_with_room, share_axis
from .settings import PLAIN, current, plain_text
from .shares import in_how_many
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
    widths = [float(each[-1, -1] - each[0, -1]) for each in (dice, both)]
    name = shown.attrs.get("long_name", variable)
    unit = "" if shown.attrs.get("units", "1") == "1" else f" {shown.attrs['units']}"
    keys = ["dice and uncertain numbers", "dice alone"]
    head(
        ax,
        f"{name}, {brief(ensemble.scenario.end)}: {100 * band:g} % of the runs span {number(widths[0], 2)}{unit} by "
        f"dice alone, {number(widths[1], 2)} with uncertain numbers",
        f"Bands: the middle {100 * band:g} % of the runs on each day. Grey, hatched: the {len(written):,} runs whose "
        f"numbers are as written; blue: with numbers drawn from {source_of(ensemble.info['uncertain'])}.",
        key_rows(ax, keys),
    )
    light = tint(COLOURS["band"], 0.3)
    ax.fill_between(dates, both[0], both[-1], color=light, linewidth=0, label=keys[0])
    # An outline with hatches lets the other band be seen through it: there are no shades that the legend lacks.
    ax.fill_between(
        dates,
        dice[0],
        dice[-1],
        facecolor="none",
        edgecolor=COLOURS["quiet text"],
        hatch="////",
        linewidth=0.8,
        label=keys[1],
    )
    ax.plot(dates, both[1], color=COLOURS["text"], linewidth=1.5)
    ax.plot(dates, dice[1], color=COLOURS["text"], linewidth=1.5, linestyle=(0, (2, 1.5)))
    bottom, top = ax.get_ylim()
    ax.set_ylim(max(bottom, 0.0) if ax.dataLim.y0 >= 0 else bottom, top)
    ax.set_ylabel(with_unit(shown), **PLAIN)
    plain_axes(ax)
    foot(ax, ensemble)
    texts = ["median of\nall runs", "median as\nwritten"]
    date_axis(ax, ensemble, column_for(texts))
    end_labels(ax, dates[-1], [float(both[1, -1]), float(dice[1, -1])], texts, [COLOURS["text"]] * 2)
    key(ax)
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
    head(
        ax,
        in_how_many(table, labels),
        "Dots: share over all plausible numbers. Thick: its 95 % interval, sampling error. Thin: between these lie the "
        "shares that 95 % of the sets of numbers would give; hairline: with the error of these ends. Diamonds: with "
        "the numbers as written. Right: how much of the difference between runs the numbers explain; the rest is dice.",
        bare=True,
    )
    ax.set_xlabel("Share of runs", loc="right")
    foot(ax, ensemble)
    told = [_explained(line) for line in table.to_dict("records")]
    room = points(ax)[0] - max(map(width_of, told)) * name_size() / size() - 12
    rows, names = rows_with_room(ax, [labels[name] for name in table["outcome"]], room)
    colour, shown = COLOURS["outcome"], table.head(len(rows))
    ax.hlines(rows, shown["spread_low_least"], shown["spread_high_most"], color=tint(colour, 0.35), linewidth=0.8)
    ax.hlines(rows, shown["spread_low"], shown["spread_high"], color=tint(colour, 0.35), linewidth=2.4)
    ax.hlines(rows, shown["low"], shown["high"], color=colour, linewidth=4.5)
    ax.plot(shown["share"], rows, "o", color=colour, markersize=6, markeredgecolor="white", clip_on=False)
    written_at = [float(as_written[name]) for name in shown["outcome"]]
    ax.plot(written_at, rows, "D", color=COLOURS["second"], markerfacecolor="white", markersize=5, clip_on=False)
    for row, label, numbers in zip(rows, names, told, strict=False):
        ax.text(0, row + 0.2, label, va="bottom", fontsize=name_size(), color=COLOURS["text"], parse_math=False)
        ax.text(1, row + 0.2, numbers, va="bottom", ha="right", fontsize=name_size(), color=COLOURS["text"])
    share_axis(ax, rows, names)
    if len(rows) < len(table):
        left_out(ax, f"{len(table) - len(rows)} rarer not drawn")
    return ax


def _explained(line: Mapping[Any, Any]) -> str:
    """A share, and how much of what differs from run to run is due to the numbers."""
    told = line["numbers"] == line["numbers"]
    part = percent(line["numbers"]) if told else f"at most {percent(line['numbers_high'])}"
    return percent(line["share"]) if current().far else f"{percent(line['share'])}; numbers explain {part}"


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
