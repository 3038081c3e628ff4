"""The record that a scenario is held to: its own, one that is named, or the shipped one."""

from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load_history
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .recorded import RecordError

SHIPPED = "history"


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
        The file is no history, or has faults, such as an act that the theatre does not have.
    RecordError
        None is named, and the shipped one belongs to another theatre.
    """
    if isinstance(record, HistoryFile):
        return record
    if record is None and scenario.record is not None:
        return scenario.record
    if record is not None:
        return load_history(record, scenario.theatre)
    try:
        return load_history(SHIPPED, scenario.theatre)
    except ScenarioError:
        raise RecordError(
            f"{scenario.name} has no record, and the shipped one belongs to another theatre; name one, or write "
            "'history: {file: FILE, until: DATE}' into the scenario"
        ) from None


__all__ = ["SHIPPED", "RecordError", "record_of"]
