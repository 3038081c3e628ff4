"""The record that a scenario is held to: one that is named, its own, one beside its file, or the shipped one."""

from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load_history
from sim.theatre.files.locate import Named, is_shipped
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

SHIPPED = "history"


class RecordError(ValueError):
    """A record does not fit a scenario, or there is none; the message says why."""


def record_of(scenario: Scenario, record: HistoryFile | Named | None = None) -> HistoryFile:
    """Return a record whose acts are those of the scenario's cast.

    Parameters
    ----------
    scenario : Scenario
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, `history.yaml` beside its file, or, of a shipped theatre, the
        shipped one.

    Raises
    ------
    sim.ScenarioError
        The file is no history, or has faults, such as an act that the theatre does not have.
    RecordError
        None is named, and there is none that tells of the scenario's theatre.
    """
    if isinstance(record, HistoryFile):
        return record
    if record is not None:
        return load_history(record, scenario.theatre)
    if scenario.record is not None:
        return scenario.record
    if scenario.history_beside is not None:
        return load_history(scenario.history_beside, scenario.theatre)
    if not is_shipped(scenario.theatre.theatre):
        raise RecordError(
            f"{scenario.name} has no record: write 'history: {{file: FILE, until: DATE}}' into it, put a history.yaml "
            "beside it, or name one"
        )
    try:
        return load_history(SHIPPED, scenario.theatre)
    except ScenarioError:
        raise RecordError(f"nothing is recorded of {scenario.theatre.title}; name a record to follow") from None
