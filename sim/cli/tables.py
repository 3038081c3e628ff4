"""Results and files in a few lines of text."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from sim.theatre.scenario import HistoryFile, Scenario
from sim.theatre.schema import Theatre
from sim.theatre.sources import Sources

from .answer import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.ensemble import Ensemble


def outcome_table(ensemble: "Ensemble") -> Table:
    """Share of runs with each outcome, its interval, and when it came."""
    from sim.results.ensemble import date_of

    shares = ensemble.shares().sort_values("share", ascending=False)
    scenario = ensemble.scenario
    table = Table(title=f"{scenario.title} · {scenario.short_hash} · seed {ensemble.seed}", title_justify="left")
    table.add_column("outcome")
    for column in ("share of runs", "95 % interval", "median date"):
        table.add_column(column, justify="right")
    for row in shares.itertuples(index=False):
        days = ensemble.sound[row.outcome].dropna()
        when = date_of(scenario, int(days.astype(float).median())) if len(days) else "never"
        label = scenario.theatre.outcomes[row.outcome].label
        table.add_row(label, f"{row.share:.1%}", f"{row.low:.1%} to {row.high:.1%}", when)
    table.caption = f"of {counted(len(ensemble.sound), 'model run')}; sampling error only; not a forecast"
    table.caption_justify = "left"
    return table


def card_table(card: "pd.DataFrame", title: str) -> Table:
    """What the runs did beside what is known of crises of their kind."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("base rate")
    for column in ("model", "95 % interval", "expected"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in card.itertuples(index=False):
        expected = f"{row.expected_low:.3g} to {row.expected_high:.3g}"
        table.add_row(row.label, f"{row.value:.2g}", f"{row.low:.3g} to {row.high:.3g}", expected, row.verdict)
    table.caption = "a verdict holds for the whole interval, else it stays open; sampling error only"
    table.caption_justify = "left"
    return table


def describe_file(checked: Scenario | Theatre | HistoryFile | Sources) -> str:
    """What a valid file holds."""
    if isinstance(checked, HistoryFile):
        return f"valid history of {len(checked.events)} events"
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
