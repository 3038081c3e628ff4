"""What the rules make impossible of what happened: recorded acts that nobody could have done on their day."""

from collections.abc import Iterator

from sim.execution.records import RecordError, record_of
from sim.experiments.record.surprise import SurprisingAct, surprise
from sim.text import on
from sim.theatre.files.resolve import Resolved
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .findings import Finding, Places

PARTICLES = 64
"""Runs that follow the record: what none of them could do is called impossible."""


def record_held_to(scenario: Scenario, resolved: Resolved) -> HistoryFile | None:
    """The record that tells of a scenario's world: its own, or the shipped one if it asks about no other world.

    A scenario without a record of its own asks about another world if it changes a rule, forbids something, or has acts
    in its script that are not recorded; so do scenarios of theatres and of days that the shipped record does not know.
    """
    if scenario.record is not None:
        return scenario.record
    rules = any(keys[0] != "variables" or keys[2:3] != ("start",) for keys in resolved.changes)
    if rules or scenario.changes or scenario.forbid:
        return None
    try:
        record = record_of(scenario)
    except RecordError:
        return None
    done = {(day, act) for event in record.events.values() for day in event.days for act in event.acts}
    imposed = {(entry.on, entry.do) for entry in scenario.script.values() if entry.do is not None}
    return record if imposed <= done and record.first <= scenario.end and record.last >= scenario.start else None


def impossible(scenario: Scenario, record: HistoryFile, seed: int, places: Places) -> Iterator[Finding]:
    """Rules by which acts of a record could not be done on their day; what the scenario itself forbids is no finding.

    Each is found at the line of the rule, and explained at its path, or at that of the action.
    """
    try:
        found = surprise(scenario, PARTICLES, seed, record=record, replicates=1, explained=0)
    except RecordError:
        return  # nothing is recorded of its days
    acts: dict[str, list[SurprisingAct]] = {}
    for act in found.impossible:
        path = act.rules[0].path if act.rules else f"actions.{act.action}"
        if not path.startswith("forbid."):
            acts.setdefault(path if path.startswith("actions.") else f"actions.{act.action}", []).append(act)
    for path, barred in acts.items():
        barred.sort(key=lambda act: act.day)
        days = ", nor on ".join(f"{on(act.date)} ({_why(act)})" for act in barred)
        yield places.finding("impossible", path, f"{barred[0].action} could not be done on {days}, but was")


def _why(act: SurprisingAct) -> str:
    return "; ".join(rule.said for rule in act.rules) or "its rate is 0"
