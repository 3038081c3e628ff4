"""What each option of an actor brings, side by side."""

from datetime import timedelta

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from sim.experiments.branching.choices import HOLD, Choices
from sim.text import brief, percent

from .colours import COLOURS, tint
from .frame import given_or_new, head, percent_axis, plain_axes, signed
from .labels import SIZE, wrapped
from .settings import plain_text

TITLE = 44


@plain_text
def choices(choices: Choices, ax: Axes | None = None, outcome: str | None = None) -> Axes:
    """Share of the branches in which an outcome comes about, by the action taken, with 95 % Wilson intervals.

    The option that brings it most often is on top; the dotted line is to hold. Branches of all options have the same
    dice, so that small differences count: an option whose paired interval beside holding leaves out zero is drawn full.

    Parameters
    ----------
    outcome : str, optional
        The outcome; left out, the one whose share differs most between options.

    Raises
    ------
    ValueError
        No branch was finished under every option.
    """
    chosen = outcome or choices.telling
    table = choices.by(chosen)
    ax = given_or_new(ax, height=1.5 + 0.3 * len(table))
    if not len(choices):
        raise ValueError("no branch was finished under every option: nothing to draw")
    hold = float(table.loc[table["action"] == HOLD, "share"].iloc[0])
    ax.axvline(hold, color=COLOURS["quiet text"], linewidth=1, linestyle=(0, (1.5, 1.5)))
    for at, row in enumerate(table.itertuples(index=False)):
        apart = row.difference_low > 0 or row.difference_high < 0
        colour = COLOURS["quiet text"] if row.action == HOLD else COLOURS["outcome"]
        ax.hlines(-at, row.low, row.high, color=colour if apart else tint(colour, 0.5), linewidth=2)
        face = colour if apart or row.action == HOLD else "white"
        ax.plot(row.share, -at, "o", color=colour, markerfacecolor=face, markersize=5.5, clip_on=False)
    ax.set_xlim(0, min(1.05 * float(table["high"].max()), 1.0))
    _finish(ax, choices, table["action"].tolist())
    brought = choices.scenario.theatre.outcomes[chosen].label
    actor = choices.scenario.theatre.actors[choices.actor].label
    on = choices.scenario.start + timedelta(days=choices.day)
    head(
        ax,
        f"{wrapped(brought, TITLE, 1)}: by what {actor} does",
        f"Options on {brief(on)}, followed for {choices.days} days. Lines: 95 % Wilson intervals. Dotted: to "
        f"hold ({percent(hold)}). Full dots: apart from holding, by the paired interval of branches on the same dice.",
    )
    scenario, n = choices.scenario, len(choices)
    parts = [
        f"{scenario.name} {scenario.short_hash}",
        f"run {choices.run}, day {choices.day}",
        f"n = {n:,} branches each",
    ]
    if choices.failed:
        parts.append(f"{choices.failed:,} more failed, left out")
    signed(ax, *parts, f"seed {choices.seed}")
    return ax


def _finish(ax: Axes, choices: Choices, actions: list[str]) -> None:
    """Name the options over their lines, and lay out the axes."""
    for at, action in enumerate(actions):
        name = ax.text(0, 0.18 - at, choices.label(action), va="bottom", fontsize=SIZE, parse_math=False)
        name.set(color=COLOURS["text"], path_effects=[withStroke(linewidth=2, foreground="white")])
    ax.set_ylim(-len(actions) + 0.5, 0.9)
    ax.set_yticks([])
    ax.set_xlabel("Share of branches", loc="right")
    percent_axis(ax.xaxis)
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
