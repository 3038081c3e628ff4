"""Results and files in a few lines of text."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from sim.text import counted
from sim.theatre.language.map_file import MapFile
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Sources
from sim.theatre.language.sweep_file import SweepFile

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.counted import AnyEnsemble


def outcome_table(ensemble: "AnyEnsemble") -> Table:
    """Share of runs with each outcome, its interval, and when it came."""
    shares = ensemble.shares().sort_values("share", ascending=False)
    scenario = ensemble.scenario
    span = f"{scenario.days} days from {scenario.start}"
    title = f"{scenario.title} · {span} · {scenario.short_hash} · seed {ensemble.seed}"
    table = Table(title=title, title_justify="left")
    table.add_column("outcome")
    for column in ("share of runs", "95 % interval", "median date"):
        table.add_column(column, justify="right")
    for row in shares.itertuples(index=False):
        day = ensemble.median_day(row.outcome)
        when = "never" if day is None else scenario.date_of(day)
        label = scenario.theatre.outcomes[row.outcome].label
        table.add_row(label, f"{row.share:.1%}", f"{row.low:.1%} to {row.high:.1%}", when)
    table.caption = f"of {counted(ensemble.n_completed, 'model run')}; sampling error only; not a forecast"
    if "until" in ensemble.info:
        table.caption += f"\nintervals of a {ensemble.interval.name}, valid however often you look"
    elif ensemble.interval.name != "Wilson":
        table.caption += f"\nintervals: {ensemble.interval.name}"
    table.caption_justify = "left"
    return table


def base_rate_table(rates: "pd.DataFrame", title: str) -> Table:
    """What the runs did beside what is known of crises of their kind."""
    from sim.results.base_rates import verdict_counts

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("base rate")
    for column in ("model", "95 % interval", "expected"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in rates.itertuples(index=False):
        expected = f"{row.expected_low:.3g} to {row.expected_high:.3g}"
        table.add_row(row.label, f"{row.value:.2g}", f"{row.low:.3g} to {row.high:.3g}", expected, row.verdict)
    table.caption = (
        f"{verdict_counts(rates)}\na verdict must hold for the whole interval, or it stays open; sampling error only"
    )
    table.caption_justify = "left"
    return table


def describe_file(checked: Scenario | Theatre | HistoryFile | Sources | SweepFile | MapFile) -> str:
    """What a valid file holds."""
    if isinstance(checked, SweepFile):
        over = counted(len(checked.parameters), "pattern") if checked.parameters else "every plausible range"
        return f"valid sweep of {checked.sweep} by {checked.method} over {over}"
    if isinstance(checked, MapFile):
        told = counted(len(checked.actors), "name"), counted(len(checked.acts), "rule")
        return f"valid map to {checked.map} with {' and '.join(told)}"
    if isinstance(checked, HistoryFile):
        days = f", {checked.first} to {checked.last}" if checked.events else ""
        series = f", with series of {', '.join(checked.series)}" if checked.series else ""
        return f"valid history of {counted(len(checked.events), 'event')}{days}{series}"
    if isinstance(checked, Sources):
        sections = (checked.claims, "claim"), (checked.events, "event"), (checked.references, "reference")
        listed = ", ".join(counted(len(entries), thing) for entries, thing in sections)
        return f"valid sources with {listed} and numbers under {counted(len(checked.numbers), 'key')}"
    theatre = checked if isinstance(checked, Theatre) else checked.theatre
    parts = (theatre.deciders, "actor"), (theatre.actions, "action"), (theatre.variables, "variable")
    cast = ", ".join(counted(len(part), thing) for part, thing in parts)
    if isinstance(checked, Theatre):
        return f"valid theatre {theatre.theatre} with {cast}"
    return (
        f"valid scenario '{checked.title}', {checked.start} to {checked.end}, "
        f"in theatre {theatre.theatre} with {cast}; {checked.short_hash}"
    )
