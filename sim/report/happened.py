"""Which outcomes came about in the record, for a page that holds them beside its runs."""

from datetime import timedelta
from typing import Any

from sim.text import on
from sim.theatre.language.scenario import Scenario

from .record import followed, known


def happened(scenario: Scenario) -> dict[str, Any] | None:
    """By outcome, what the record says of it; None where nothing is recorded of the scenario's days.

    Returns
    -------
    `until`, the last day that is recorded, and `told`: by outcome whether it `came`, and the words for it
    """
    record = known(scenario)
    if record is None:
        return None
    if (really := followed(scenario, record)) is None:
        return None
    until = on(really.scenario.end)
    days = really.outcomes.iloc[0].dropna()
    told = {}
    for name in scenario.theatre.outcomes:
        day = days.get(name)
        came = day is not None
        when = f"happened on {on(scenario.start + timedelta(days=int(day)))}" if came else f"had not by {until}"
        told[name] = {"came": came, "text": when}
    return {"until": until, "told": told}
