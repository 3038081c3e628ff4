"""Branch a run on a day: the same past, and what could still come of it."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.engine.block import Block
from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.execution.afford import bytes_in_memory, refuse_memory
from sim.execution.lookup import DayLike, QueryError, action_of, dated, day_of, origin_of, run_of
from sim.execution.resources import cores
from sim.execution.source import Origin, RunSource
from sim.execution.workers import pool
from sim.given import MOST_RUNS, plain, whole
from sim.results.ensemble import Ensemble, dataset, event_table, outcome_table
from sim.results.storage.manifest import provenance
from sim.theatre.language.changes import still_to_set, too_late
from sim.theatre.language.days import Spell, Window, windows_of
from sim.theatre.language.record import called_hand
from sim.theatre.language.scenario import Scenario, ScriptEntry
from sim.theatre.parameters.change import ChangeError, number_path, with_numbers, without_changes

from .trunk import trunk

COLUMNS = 1024
"""Branches in lockstep."""


@dataclass(frozen=True)
class Intervention:
    """What is different from a day on."""

    numbers: Mapping[str, float | str]
    """Values of numbers, by path, from the morning of the day on."""
    actions: tuple[str, ...]
    """Actions done on the day, each in place of its actor's choice."""
    forbidden: tuple[str, ...]
    """Actions vetoed from the day on."""


@usual
def branch(
    scenario: RunSource | Origin,
    *,
    run: int,
    day: DayLike,
    runs: int = 500,
    seed: int | None = None,
    days: int | None = None,
    overrides: Mapping[str, float | str] | None = None,
    actions: Sequence[str] = (),
    forbid: Sequence[str] = (),
    same_dice: bool = False,
    executor: Executor | None = None,
) -> Ensemble:
    """Continue the past of one run into many futures.

    Parameters
    ----------
    scenario : Scenario, Ensemble, path or name
        Whose run: a scenario, a result, or a folder with one.
    run : int
        The run; up to the day all branches are that run, bit for bit.
    day : int or date
        The day from whose morning on the branches go their own ways.
    runs : int
        How many branches; each has its own dice from the day on, the same whatever is changed.
    seed : int, optional
        Seed of the run, for a scenario; left out, the scenario's.
    days : int, optional
        How many days to follow, that day included; left out, to the scenario's last.
    overrides : mapping, optional
        Other values for numbers of the theatre, by path, from the morning of that day on.
    actions : sequence of str
        Actions done on that day, each in place of what its actor would choose.
    forbid : sequence of str
        Actions vetoed from that day on; they stay in the draw.
    same_dice : bool
        Keep the dice of the run: then there is one branch, the future that the change alone makes.
    executor : concurrent.futures.Executor, optional
        Where to compute, in threads; left out, on all cores.

    Returns
    -------
    Ensemble of the branches, numbered from 0, with all days from the scenario's first; `info["branch"]` says of what
    they are branches

    Raises
    ------
    QueryError
        There is no such run, day, action or number, or a change cannot be made halfway through a run.
    """
    origin = origin_of(scenario, seed)
    run, runs = run_of(origin, run), whole(runs, "branches", 1, MOST_RUNS - 1, QueryError)
    first = day_of(origin.scenario, day)
    last = _last_day(origin.scenario, first, days)
    needed = 2.0 * runs * bytes_in_memory(origin.scenario)  # parts, and then the whole
    refuse_memory(needed, f"{runs:,} branches", "choose fewer", QueryError)
    change = _checked(origin.scenario, first, overrides or {}, actions, forbid)
    stem = trunk(origin, run, first, keep=True)
    rules = _under(stem.scenario, change.numbers, origin.scenario.start + timedelta(days=first))
    numbers = np.zeros(1, np.int64) if same_dice else np.arange(1, runs + 1)

    def futures(part: NDArray[np.int64]) -> Block:
        return _followed(_begun(stem, part, rules, change), last)

    parts = np.array_split(numbers, max(-(-len(numbers) // COLUMNS), min(cores(), len(numbers))))
    with pool(executor) as threads:
        blocks = list(threads.map(futures, parts))
    return _ensemble(origin, run, first, last, rules, change, stem, blocks)


def _last_day(scenario: Scenario, first: int, days: int | None) -> int:
    left = scenario.days - first
    if days is None:
        return scenario.days - 1
    days = whole(days, "days to follow", 1, error=QueryError)
    if days > left:
        raise QueryError(f"from {dated(scenario, first)} on there are {left} days to follow, found {days}")
    return first + days - 1


def _checked(
    scenario: Scenario, day: int, numbers: Mapping[str, float | str], actions: Sequence[str], forbid: Sequence[str]
) -> Intervention:
    """Hold a change to what the scenario has, and to what can change on a day."""
    values = dict(scenario.numbers())
    try:
        paths = {number_path(path, values): plain(value) for path, value in numbers.items()}
    except ChangeError as error:
        raise QueryError(str(error)) from None
    for path in paths:
        _refuse_past(scenario, path, day)
    done, hands = tuple(action_of(scenario, action) for action in actions), scenario.theatre.hands
    for action in done:
        if twin := next((other for other in done if other != action and hands[other] == hands[action]), None):
            who = called_hand(hands[action]) if "/" in hands[action] else "an actor"
            raise QueryError(f"{action} and {twin} cannot both be done on one day; {who} acts once a day")
    return Intervention(paths, done, tuple(action_of(scenario, action) for action in forbid))


def _refuse_past(scenario: Scenario, path: str, day: int) -> None:
    """Refuse to change what only counts before the day."""
    past = too_late(path, scenario.script, scenario.start + timedelta(days=day), dated(scenario, day))
    if past is not None:
        advice = "" if path.startswith("script.") else "; write it into a scenario, and compare the two scenarios"
        raise QueryError(f"{past}{advice}")


def _under(scenario: Scenario, numbers: Mapping[str, float | str], on: date) -> Scenario:
    """The rules from a date on: what the scenario has changed by then is changed back to what is asked for."""
    if not numbers:
        return scenario
    try:
        return with_numbers(without_changes(scenario, numbers.keys(), on), numbers)
    except ChangeError as error:
        raise QueryError(str(error)) from None


def _begun(stem: LockstepModel, numbers: NDArray[np.int64], rules: Scenario, change: Intervention) -> LockstepModel:
    """Let branches part from the stem, and change what is different from then on."""
    try:
        model = branched(stem, numbers, scenario=rules, keep=np.float32)
    except ValueError as error:
        advice = "write it into a scenario, where it holds from the first day, and compare the two scenarios"
        raise QueryError(f"{', '.join(change.numbers)}: {error}; {advice}") from None
    for action in change.actions:
        model.impose(action)
    for action in change.forbidden:
        model.forbid(action)
    return model


def _followed(model: LockstepModel, last: int) -> Block:
    """Step to the evening of the last day, and gather the results by the numbers of the branches."""
    while model.day <= last:
        model.step()
    assert model.trajectories is not None
    model.trajectories.values = model.trajectories.values[: last + 1]
    model.trajectories.rung = model.trajectories.rung[: last + 1]
    block, number = model.block(), np.maximum(model.runs.branch - 1, 0)
    failed = np.flatnonzero(model.status.failed_day >= 0)
    counts = model.state.event_number
    model.close()
    return replace(
        block,
        run=number,
        events=block.events | {"run": np.repeat(number, counts)},
        failures=[(int(number[at]), day, what) for at, (_, day, what) in zip(failed, block.failures, strict=True)],
    )


def _ensemble(
    origin: Origin,
    run: int,
    day: int,
    last: int,
    rules: Scenario,
    change: Intervention,
    stem: LockstepModel,
    blocks: Sequence[Block],
) -> Ensemble:
    """Join the blocks, which come in order."""
    scenario = _told(origin.scenario, rules, run, day, last, change)
    program = replace(stem.program, days=last + 1)
    number = np.concatenate([block.run for block in blocks])
    names = blocks[0].values | blocks[0].rungs
    values = {name: np.concatenate([(block.values | block.rungs)[name] for block in blocks]) for name in names}
    failures = [failure for block in blocks for failure in block.failures]
    return Ensemble(
        scenario=scenario,
        seed=origin.seed,
        trajectories=dataset(scenario, program, number, values),
        events=pd.concat([event_table(block, program) for block in blocks], ignore_index=True),
        outcomes=outcome_table(program.outcomes, number, np.concatenate([block.outcome_day for block in blocks])),
        failures=pd.DataFrame(failures, columns=["run", "day", "what"]),
        info={**provenance(), "branch": _origin_told(origin, run, day, change)},
    )


def _origin_told(origin: Origin, run: int, day: int, change: Intervention) -> dict[str, Any]:
    """Of what an ensemble's runs are branches."""
    return {
        "scenario": origin.scenario.name,
        "scenario_sha256": origin.scenario.sha256,
        "run": run,
        "day": day,
        "set": dict(change.numbers),
        "do": list(change.actions),
        "forbid": list(change.forbidden),
    }


def _told(scenario: Scenario, rules: Scenario, run: int, day: int, last: int, change: Intervention) -> Scenario:
    """The scenario as it reads once the branches have parted, down to the last day that is followed."""
    on, end = (scenario.start + timedelta(days=at) for at in (day, last))
    hands = scenario.theatre.hands
    busy = {hands[action] for action in change.actions}
    script = {
        name: entry
        for name, entry in rules.script.items()
        if entry.on <= end and not (entry.on == on and entry.do is not None and hands[entry.do] in busy)
    }
    for action in change.actions:
        script[f"branch_{action.replace('.', '_')}"] = ScriptEntry(on=on, do=action)
    forbid = dict(scenario.forbid) | {name: _until_end(scenario.forbid.get(name), on) for name in change.forbidden}
    series = {
        name: {day: value for day, value in values.items() if day <= end} for name, values in rules.series.items()
    }
    return Scenario.model_validate(
        {name: getattr(rules, name) for name in Scenario.model_fields}
        | {
            "name": f"{scenario.name}_run{run}_day{day}",
            "title": f"{scenario.title}: run {run} from {on} on",
            "days": last + 1,
            "script": script,
            "changes": still_to_set(rules.changes, rules.theatre, script, end),
            "series": series,
            "forbid": forbid,
        }
    )


def _until_end(spell: Spell | None, on: date) -> Spell:
    """When an action is vetoed that is so from a day on, besides when it was already."""
    if spell == "always":
        return spell
    windows = windows_of(spell or "never")
    begun = [window.from_ for window in windows if window.holds(on)]
    if None in begun:
        return "always"
    over = [window for window in windows if window.until is not None and window.until < on]
    from_then_on = Window.model_validate({"from": min((day for day in begun if day is not None), default=on)})
    return (*over, from_then_on) if over else from_then_on


def changes_in(changes: Iterable[str]) -> dict[str, str]:
    """Read changes written `path=value`.

    Raises
    ------
    QueryError
        One has no `=`.
    """
    found: dict[str, str] = {}
    for text in changes:
        path, equals, value = text.rpartition("=")
        if not equals or not path.strip() or not value.strip():
            raise QueryError(f"'{text}' is not a change; write path=value, such as actions.us.strike_iran.rate=0.01")
        found[path.strip()] = value.strip()
    return found
