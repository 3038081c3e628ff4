"""The record that a scenario is held to: its own, one that is named, or the shipped one."""

from pathlib import Path

from pydantic import ValidationError

from sim.theatre.files.load import check
from sim.theatre.files.locate import Named
from sim.theatre.language import names
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

SHIPPED = "history"


class RecordError(ValueError):
    """A record cannot be held beside a scenario; the message says why."""


def record_of(scenario: Scenario, record: HistoryFile | Named | None = None) -> HistoryFile:
    """Return a record whose acts are those of the scenario's cast.

    Parameters
    ----------
    scenario : Scenario
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, the shipped one.

    Raises
    ------
    sim.ScenarioError
        The file has faults.
    RecordError
        The file is no history, or names what the theatre does not have.
    """
    if isinstance(record, HistoryFile):
        return record
    own: HistoryFile | None = getattr(scenario, "record", None)
    if record is None and own is not None:
        return own
    named = SHIPPED if record is None else record
    with names.naming(names.Names.of(scenario.theatre)):
        try:
            found = check(named)
        except ValidationError as error:
            raise RecordError(f"'{Path(named).name}': {error.errors()[0]['msg']}") from None
    if not isinstance(found, HistoryFile):
        raise RecordError(f"'{Path(named).name}' is no history: that has dated 'events'")
    return found
