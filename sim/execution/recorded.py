"""The recorded events by themselves: one path to hold beside the runs of a scenario."""

from datetime import date
from pathlib import Path

from sim.analysis.floating import usual
from sim.results.ensemble import Ensemble
from sim.theatre.files.load import check, load
from sim.theatre.files.locate import Named
from sim.theatre.language.changes import still_to_set
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario, as_script, as_series
from sim.theatre.language.schema import Theatre

from .records import RecordError, record_of
from .run import run


@usual
def recorded(
    scenario: Scenario | Named,
    until: date | str | None = None,
    *,
    history: HistoryFile | Named | None = None,
    seed: int | None = None,
) -> Ensemble:
    """Follow the recorded events from a scenario's first day to the end of the record or of the scenario.

    Nobody decides, the scenario's own script is left out, and variables move without noise: tension, rungs and
    variables are what the model's rules make of the record alone, but for variables of which it has a series.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
        Where it begins: theatre, first day, and the values of that morning.
    until : date or text such as 2019-12-26, optional
        The last day, where that is earlier.
    history : HistoryFile, path or name of a shipped history, optional
        The record; one that is read already must be of this cast. Left out, the scenario's own, `history.yaml` beside
        its file or, of a shipped theatre, the shipped one.
    seed : int, optional
        Seed of the dice for deaths that the record leaves open; left out, the scenario's.

    Returns
    -------
    Ensemble of one run

    Raises
    ------
    sim.ScenarioError
        The scenario or the history has faults.
    RecordError
        There is no record, the file is not a history, or it has no event within these days.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    last = date.fromisoformat(until) if isinstance(until, str) else until
    ends = question.end if last is None else min(last, question.end)
    record = record_of(question) if history is None else _events(history)
    within = {name: event for name, event in record.events.items() if question.start <= event.day <= ends}
    if not within:
        days = sorted(event.day for event in record.events.values())
        covers = f"goes from {days[0]} to {days[-1]}" if days else "has no events"
        raise RecordError(f"nothing is recorded between {question.start} and {ends}; {_name(history)} {covers}")
    record = record if history is None else record_of(question, history)  # now it matters what the theatre knows
    ends = min(ends, record.last)
    theatre, script = _without_noise(question.theatre), as_script(record, question.theatre, question.start, ends)
    followed = Scenario(
        name=f"{question.name}_recorded",
        title=f"Recorded events, {question.start} to {ends}",
        start=question.start,
        days=(ends - question.start).days + 1,
        runs=1,
        seed=question.seed,
        theatre=theatre,
        script=script,
        changes=still_to_set(question.changes, theatre, script, ends),
        series=as_series(record, question.start, ends),
        history_until=ends,
        record=record,
    )
    return run(followed, seed=seed, progress=None)


def _events(history: HistoryFile | Named) -> HistoryFile:
    if isinstance(history, HistoryFile):
        return history
    found = check(history)
    if not isinstance(found, HistoryFile):
        raise RecordError(f"{_name(history)} is not a history; a history has dated 'events'")
    return found


def _name(history: HistoryFile | Named | None) -> str:
    return "the record" if history is None or isinstance(history, HistoryFile) else f"'{Path(history).name}'"


def _without_noise(theatre: Theatre) -> Theatre:
    still = {"noise": None}
    variables = {
        name: variable.model_copy(update=still) if getattr(variable, "noise", None) is not None else variable
        for name, variable in theatre.variables.items()
    }
    return theatre.model_copy(update={"variables": variables})
