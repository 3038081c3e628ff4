"""In which pairs of runs an outcome came about under one of two scenarios only."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.experiments.pairs.compare import Comparison

from .colours import COLOURS, tint
from .difference import refuse_empty, signature
from .frame import given_or_new, head, plain_axes, signed
from .labels import SIZE, wrapped
from .settings import plain_text

LETTERS = 50


@plain_text
def flips(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Pairs of runs that an outcome parts: to the left under the first scenario only, to the right under the second.

    What came about in both runs of a pair, or in neither, is told in words. The outcome whose share differs most is on
    top; on the right stands how far the shares are apart, with the paired 95 % interval.
    """
    ax = given_or_new(ax)
    refuse_empty(comparison)
    labels = {name: outcome.label for name, outcome in comparison.first.scenario.theatre.outcomes.items()}
    table = comparison.flips().merge(comparison.difference(), on="outcome")
    table = table.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)
    widest = max(int(table[["first_only", "second_only"]].to_numpy().max(initial=0)), 1)
    for at, row in enumerate(table.itertuples(index=False)):
        low, high = -row.first_only, row.second_only
        for end, name in ((low, "first"), (high, "second")):
            ax.barh(-at, end, height=0.3, color=tint(COLOURS[name], 0.75))
            side = "right" if name == "first" else "left"
            ax.annotate(
                f"{abs(end):,}",
                (end, -at),
                xytext=(-4 if name == "first" else 4, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=SIZE,
                color=COLOURS["text"],
            )
        name = wrapped(labels[row.outcome], LETTERS, 1)
        ax.text(-1.3 * widest, 0.22 - at, name, va="bottom", fontsize=SIZE + 1, parse_math=False)
        rest = f"in both {row.both:,}, in neither {row.neither:,};  "
        told = f"{100 * row.difference:+.1f} points ({100 * row.low:+.1f} to {100 * row.high:+.1f})"
        ax.text(1.3 * widest, 0.22 - at, rest + told, va="bottom", ha="right", fontsize=SIZE, color=COLOURS["text"])
    ax.axvline(0, color=COLOURS["text"], linewidth=0.8)
    ax.set_xlim(-1.3 * widest, 1.3 * widest)
    ax.set_ylim(-len(table) + 0.5, 1.1)
    ax.set_yticks([])
    one, other = comparison.names
    for place, side, text in (
        (-1.3, "left", f"\N{LEFTWARDS ARROW} only {one}"),
        (1.3, "right", f"only {other} \N{RIGHTWARDS ARROW}"),
    ):
        colour = COLOURS["first" if side == "left" else "second"]
        ax.text(place * widest, 0.75, text, ha=side, va="bottom", fontsize=SIZE + 1, color=colour, parse_math=False)
    ax.set_xlabel("Pairs of runs", loc="right")
    ticks = [tick for tick in MaxNLocator(4, integer=True).tick_values(0, widest) if tick <= widest]
    ax.set_xticks([-tick for tick in ticks[:0:-1]] + ticks, [f"{tick:,.0f}" for tick in ticks[:0:-1] + ticks])
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
    meaning = (
        "Bars: pairs in which it came about under one only. Right: how its share changes, with the paired interval."
    )
    head(ax, "Which outcomes the change turns, and in how many runs", meaning)
    signed(ax, *signature(comparison))
    return ax
