"""What a record has taught about some numbers: prior against posterior, number by number."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.results.posterior import learned
from sim.results.storage.atomic import replacing
from sim.text import counted, number

from .colours import COLOURS, tint
from .figures import DPI, canvas
from .frame import given_or_new, head, plain_axes, signed
from .labels import SIZE
from .settings import own_settings, plain_text

if TYPE_CHECKING:
    from sim.results.posterior import Posterior as Fit

_TALL, _WIDE = 0.62, 3.2
"""Height of a curve, in rows; and how far from the middle z is shown, in standard deviations of the prior."""


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
    z = dict(zip(posterior.prior.names, posterior.prior.normal(posterior.draws.to_numpy(np.float64)).T, strict=True))
    grid = np.linspace(-_WIDE, _WIDE, 401)
    before = np.exp(-0.5 * grid**2)
    for at, row in enumerate(table.to_dict("records")):
        own = z[row["path"]]
        after = np.exp(-0.5 * ((grid - own.mean()) / 1e-3) ** 2) if np.ptp(own) == 0 else gaussian_kde(own)(grid)
        highest = max(1.0, float(after.max()) * np.sqrt(2 * np.pi))
        colour = COLOURS["outcome"] if row["learned"] else COLOURS["quiet text"]
        ax.fill_between(grid, -at, -at + _TALL * before / highest, color=tint(COLOURS["band"], 0.25), linewidth=0)
        curve = -at + _TALL * after * np.sqrt(2 * np.pi) / highest
        ax.fill_between(grid, -at, curve, color=tint(colour, 0.3), alpha=0.7, linewidth=0)
        ax.plot(grid, curve, color=colour, linewidth=1.3)
        ends = np.clip(np.quantile(own, [0.05, 0.95]), -_WIDE, _WIDE)
        ax.hlines(-at, *ends, color=colour, linewidth=3)
        ax.plot(float(np.clip(np.median(own), -_WIDE, _WIDE)), -at, "o", color=colour, markersize=5)
        values = f"{number(row['prior_median'])} → {number(row['median'])}"
        told = learned(row)
        told = f"contraction {told}" if told.endswith("%") else told
        ax.text(-_WIDE, -at + 0.68, row["path"], fontsize=SIZE, color=COLOURS["text"], parse_math=False)
        ax.text(_WIDE, -at + 0.68, f"{values}; {told}", fontsize=SIZE, color=colour, ha="right", parse_math=False)
    ax.set_xlim(-_WIDE, _WIDE)
    ax.set_ylim(-len(table) + 0.75, 0.95)
    ax.set_yticks([])
    ax.set_xticks([-1.645, 0, 1.645], ["5th percentile before", "median before", "95th percentile before"])
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
    head(
        ax,
        "What the record has taught",
        "Light: what was plausible of each number. Curve: what is, given the record, with its median and the middle "
        "90 %; grey if it cannot be told from before.",
    )
    info = posterior.info
    name = " ".join([str(info.get("scenario", "")), str(info.get("scenario_sha256", ""))[:8]]).strip()
    parts = [name, f"record to {info['to']}" if "to" in info else "", f"n = {counted(len(posterior), 'draw')}"]
    signed(ax, *(part for part in [*parts, f"seed {info['seed']}" if "seed" in info else ""] if part))
    return ax


def write(posterior_: "Fit", path: Path) -> Path:
    """Draw prior against posterior into a PNG, which says what it was drawn from."""
    info = posterior_.info
    said = {"Title": "What the record has taught", "Scenario": str(info.get("scenario")), "Seed": str(info.get("seed"))}
    said |= {"Scenario-SHA256": str(info.get("scenario_sha256")), "Posterior-SHA256": posterior_.fitted().sha256}
    with own_settings(), replacing(path, path.parent, lasting=False) as file:
        ax = posterior(posterior_, canvas(height=_height(len(posterior_.prior.names))))
        ax.figure.figure.savefig(file, dpi=DPI, format="png", metadata=said)
    return path


def _height(rows: int) -> float:
    return 1.6 + 0.5 * rows
