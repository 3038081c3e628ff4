"""Results and files in a few lines of text."""

from typing import TYPE_CHECKING

from rich.table import Table

from sim.theatre.scenario import HistoryFile, Scenario
from sim.theatre.schema import Theatre

from .answer import counted

if TYPE_CHECKING:
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


def describe_file(checked: Scenario | Theatre | HistoryFile) -> str:
    """What a valid file holds."""
    if isinstance(checked, HistoryFile):
        return f"valid history of {len(checked.events)} events"
    theatre = checked if isinstance(checked, Theatre) else checked.theatre
    parts = (theatre.deciders, "actor"), (theatre.actions, "action"), (theatre.variables, "variable")
    cast = ", ".join(counted(len(part), thing) for part, thing in parts)
    if isinstance(checked, Theatre):
        return f"valid theatre {theatre.theatre} with {cast}"
    return (
        f"valid scenario '{checked.title}', {checked.start} to {checked.end}, "
        f"in theatre {theatre.theatre} with {cast}; {checked.short_hash}"
    )
