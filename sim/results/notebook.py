"""An ensemble in a notebook: what it is, how many runs, shares with intervals, and a small fan."""

from collections.abc import Iterable, Iterator
from html import escape

import numpy as np
from numpy.typing import NDArray

from sim.text import counted, on, percent, printable

from .counted import AnyEnsemble

WIDE, TALL = 560, 150
LEFT, BELOW = 30, 18
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
BANDS = ((0, 6, 0.12), (1, 5, 0.16), (2, 4, 0.2))
"""Places of the edges of each band, and how strongly it is drawn."""
MOST_POINTS = 280
MOST_OUTCOMES = 20


def as_html(ensemble: AnyEnsemble) -> str:
    """Return what a notebook shows of an ensemble; by day and by night, since it takes the notebook's own ink."""
    scenario = ensemble.scenario
    failed = f", {ensemble.n_failed:,} failed" if ensemble.n_failed else ""
    told = (
        f"{scenario.name} {scenario.short_hash} · {counted(len(ensemble), 'run')}{failed} · "
        f"{scenario.days:,} days from {on(scenario.start)} · seed {ensemble.seed}"
    )
    parts = [
        "<div class='tex2jax_ignore mathjax_ignore'>",  # a notebook would set what stands between dollar signs
        f"<p style='margin:0;font-weight:bold'>{escape(printable(scenario.title))}</p>",
        f"<p style='margin:0 0 .5em;opacity:.75'>{escape(told)}</p>",
        *(_shares(ensemble) if ensemble.n_completed else ["<p>No run was finished.</p>"]),
        *(_fan(ensemble) if ensemble.n_completed else []),
        "</div>",
    ]
    return "\n".join(parts)


def _shares(ensemble: AnyEnsemble) -> Iterator[str]:
    table = ensemble.shares().sort_values("share", ascending=False, kind="stable")
    labels = ensemble.scenario.theatre.outcomes
    left, right = "text-align:left", "text-align:right"
    heads = ("outcome", left), ("share of runs", right), (f"95 %, {ensemble.interval.name}", right)
    yield "<table style='color:inherit'><thead><tr>"
    yield "".join(f"<th style='{side}'>{escape(text)}</th>" for text, side in heads)
    yield "</tr></thead><tbody>"
    for row in table.head(MOST_OUTCOMES).to_dict("records"):
        label = escape(printable(labels[row["outcome"]].label))
        low_high = f"{percent(row['low']).removesuffix(' %')} to {percent(row['high'])}"
        yield (
            f"<tr><td style='{left}'>{label}</td><td style='{right}'>{escape(percent(row['share']))}</td>"
            f"<td style='{right}'>{escape(low_high)}</td></tr>"
        )
    yield "</tbody></table>"
    left_out = len(table) - MOST_OUTCOMES
    more = f"{counted(left_out, 'more outcome')} left out; " if left_out > 0 else ""
    yield f"<p style='margin:0;opacity:.75'>{more}sampling error only; not a forecast</p>"


def _fan(ensemble: AnyEnsemble) -> Iterator[str]:
    """Bands of tension with one run that stands for many."""
    days = np.unique(np.linspace(0, ensemble.scenario.days - 1, MOST_POINTS).astype(int))
    rows = ensemble.quantiles("tension", LEVELS)[:, days]
    top = max(float(rows.max()), 1.0)
    x = LEFT + (WIDE - LEFT - 4) * days / max(int(days[-1]), 1)

    def y(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return 6 + (TALL - BELOW - 6) * (1 - values / top)

    median = rows[3]
    said = (
        f"Tension: the median is {median[0]:.0f} on the first day, {median.max():.0f} at its highest and "
        f"{median[-1]:.0f} on the last day; 95 % of the runs then lie from {rows[0, -1]:.0f} to {rows[6, -1]:.0f}."
    )
    yield (
        f"<svg viewBox='0 0 {WIDE} {TALL}' width='{WIDE}' style='max-width:100%;height:auto;font:10px sans-serif' "
        f"role='img' aria-label='{escape(said, quote=True)}'>"
    )
    for low, high, strength in BANDS:
        edge = [*zip(x, y(rows[high]), strict=True), *zip(x[::-1], y(rows[low][::-1]), strict=True)]
        yield f"<path d='{_path(edge)}Z' fill='currentColor' fill-opacity='{strength}'/>"
    dotted = "fill='none' stroke='currentColor' stroke-dasharray='2 2'"
    yield f"<path d='{_path(zip(x, y(median), strict=True))}' {dotted}/>"
    kept = ensemble.kept
    if kept.n_completed:
        typical = kept.paths("tension")[kept.typical("tension", 1).position[0], days].astype(float)
        line = _path(zip(x, np.clip(y(typical), 0, None), strict=True))
        yield f"<path d='{line}' fill='none' stroke='#c43c1e' stroke-width='1.4'/>"
    yield f"<text x='0' y='14' fill='currentColor'>{top:.0f}</text>"
    yield f"<text x='0' y='{TALL - BELOW}' fill='currentColor'>0</text>"
    ends = (LEFT, "start", ensemble.scenario.date_of(0)), (WIDE - 4, "end", ensemble.scenario.end.isoformat())
    for at, anchor, text in ends:
        yield f"<text x='{at}' y='{TALL - 4}' text-anchor='{anchor}' fill='currentColor'>{text}</text>"
    yield "</svg>"
    yield (
        "<p style='margin:0;opacity:.75'>Tension: the middle 50, 80 and 95 % of the runs on each day, their median "
        "(dotted), and a single run (red).</p>"
    )


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
