"""What a record has taught about some numbers: prior against posterior, number by number."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.results.posterior import learned
from sim.results.storage.atomic import replacing
from sim.text import counted, number
from sim.theatre.parameters.in_words import in_words

from .colours import COLOURS, tint
from .figures import canvas
from .frame import given_or_new, head, plain_axes, points, signed
from .labels import broken, line, size, width_of
from .rows import write_name
from .settings import current, own_settings, plain_text

if TYPE_CHECKING:
    from sim.results.posterior import Posterior as Fit

_WIDE = 3.2
"""How far from the middle z is shown, in standard deviations of the prior."""


@plain_text
def posterior(posterior: "Fit", ax: Axes | None = None) -> Axes:
    """Each number's posterior beside its prior, those that learned most above.

    Parameters
    ----------
    posterior : Posterior
        What `sim.fit` returns.
    """
    from scipy.stats import gaussian_kde  # takes a while to import

    table = posterior.table().sort_values("contraction", ascending=False, kind="stable", ignore_index=True)
    ax = given_or_new(ax, _height(len(table)))
    _tell(ax, posterior, table)
    told = [_told(row) for row in table.to_dict("records")]
    room = points(ax)[0] - max(map(width_of, told), default=0.0) - 12
    names = [(broken(words, room), path) for words, path in _names(posterior, table)]
    lines = max(words.count("\n") + 1 for words, _ in names)
    row = (2 + 1.15 * lines) * line()
    names = names[: max(int(points(ax)[1] / row), 1)]
    rise = 2 * line() / row
    table = table.head(len(names))
    z = dict(zip(posterior.prior.names, posterior.prior.normal(posterior.draws.to_numpy(np.float64)).T, strict=True))
    grid = np.linspace(-_WIDE, _WIDE, 401)
    before = np.exp(-0.5 * grid**2)
    for at, row in enumerate(table.to_dict("records")):
        own = z[row["path"]]
        after = np.exp(-0.5 * ((grid - own.mean()) / 1e-3) ** 2) if np.ptp(own) == 0 else gaussian_kde(own)(grid)
        highest = max(1.0, float(after.max()) * np.sqrt(2 * np.pi))
        colour = COLOURS["outcome"] if row["learned"] else COLOURS["quiet text"]
        ax.fill_between(grid, -at, -at + rise * before / highest, color=tint(COLOURS["band"], 0.25), linewidth=0)
        curve = -at + rise * after * np.sqrt(2 * np.pi) / highest
        ax.fill_between(grid, -at, curve, color=tint(colour, 0.3), alpha=0.7, linewidth=0)
        ax.plot(grid, curve, color=colour, linewidth=1.3)
        ends = np.clip(np.quantile(own, [0.05, 0.95]), -_WIDE, _WIDE)
        ax.hlines(-at, *ends, color=colour, linewidth=3)
        ax.plot(float(np.clip(np.median(own), -_WIDE, _WIDE)), -at, "o", color=colour, markersize=5)
        write_name(ax, -_WIDE, -at + rise, *names[at], room)
        ax.text(_WIDE, -at + rise, told[at], fontsize=size(), color=colour, ha="right", va="bottom", parse_math=False)
    ax.set_xlim(-_WIDE, _WIDE)
    ax.set_ylim(-len(table) + 0.85, 1.0)
    ax.set_yticks([])
    ends = ["5 %", "median", "95 %"] if current().far else ["5th percentile", "median", "95th percentile"]
    ax.set_xticks([-1.645, 0, 1.645], [f"{end} before" for end in ends])
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
    return ax


def _names(posterior: "Fit", table: pd.DataFrame) -> list[tuple[str, str]]:
    """Every number in words, if its scenario is at hand, and by its path."""
    from sim.theatre.files.errors import ScenarioError
    from sim.theatre.files.load import load

    paths = [str(path) for path in table["path"]]
    try:
        scenario = load(str(posterior.info["scenario"]))
    except (KeyError, OSError, ScenarioError):
        return [(path, "") for path in paths]
    return [(in_words(scenario, path), path) for path in paths]


def _told(row: Mapping[Any, Any]) -> str:
    """The median before and after, and how much was learned."""
    told = learned(row)
    told = f"contraction {told}" if told.endswith("%") else told
    return f"{number(row['prior_median'])} → {number(row['median'])}" + ("" if current().far else f"; {told}")


def _tell(ax: Axes, posterior: "Fit", table: pd.DataFrame) -> None:
    """Say what is shown, and of whom."""
    head(
        ax,
        f"The record has taught something of {int(table['learned'].sum())} of {counted(len(table), 'number')}",
        "Light: what was plausible of each number. Curve: what is, given the record, with its median and the middle "
        "90 %; grey if it cannot be told from before.",
        bare=True,
    )
    info = posterior.info
    name = " ".join([str(info.get("scenario", "")), str(info.get("scenario_sha256", ""))[:8]]).strip()
    parts = [f"record to {info['to']}" if "to" in info else "", f"n = {counted(len(posterior), 'draw')}"]
    signed(ax, *(part for part in [*parts, f"seed {info['seed']}" if "seed" in info else "", name] if part))


def write(posterior_: "Fit", path: Path) -> Path:
    """Draw prior against posterior into a PNG, which says what it was drawn from."""
    info = posterior_.info
    said = {"Title": "What the record has taught", "Scenario": str(info.get("scenario")), "Seed": str(info.get("seed"))}
    said |= {"Scenario-SHA256": str(info.get("scenario_sha256")), "Posterior-SHA256": posterior_.fitted().sha256}
    with own_settings(), replacing(path, path.parent, lasting=False) as file:
        ax = posterior(posterior_, canvas(height=current().height(_height(len(posterior_.prior.names)))))
        ax.figure.figure.savefig(file, dpi=current().dpi, format="png", metadata=said)
    return path


def _height(rows: int) -> float:
    return 1.6 + 0.5 * rows
