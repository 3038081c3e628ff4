"""The events of a run with all there is to tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.single import dead_by_side, what_came, written_on
from sim.theatre.compiled.program import NONE, SCRIPT, Program
from sim.theatre.language.scenario import Scenario, ScriptEntry
from sim.theatre.language.schema import Action

from .blame import Blame, blames
from .lookup import Course
from .wording import sentence, wording_of


@dataclass(frozen=True)
class Act:
    """An event: what an actor did, or what the scenario let happen."""

    event: int
    day: int
    date: date
    actor: str
    """An actor, or `script`."""
    action: str
    label: str
    story: str
    target: str | None
    rung: int
    deaths: int
    whose: str | None
    """Whose people died; of several sides, the one with the most dead."""
    dead: dict[str, int]
    """How many of each side died; empty if nobody did."""
    deniable: float
    """The share of it that is only suspected."""
    claimed_by: str | None
    imposed: bool
    """Whether the script or the history had it happen."""
    blame: tuple[Blame, ...]
    cause: int | None
    """The event that weighed most in the decision."""
    led_to: tuple[int, ...]
    """The events in whose decisions it weighed most."""
    ordered: int | None = None
    """The day on which it was ordered; None of what was done as it was decided."""
    came: tuple[str, ...] = ()
    """What came of it by chance, of what may."""
    wording: int | None = None
    """Which of its action's wordings its story is; None where the scenario has a sentence of its own for it."""

    @property
    def decided(self) -> int:
        """The day on which its actor chose it."""
        return self.day if self.ordered is None else self.ordered


def acts(
    course: Course,
    program: Program,
    events: NDArray[Any],
    control: Sequence[NDArray[np.float64]],
    seed: int,
    run: int,
) -> tuple[Act, ...]:
    """Tell the events of one run.

    Parameters
    ----------
    course : the run, to be asked what held on the day of each
    events : records of the engine's table of events
    control : by day, sponsors' shares in what their proxies did that day
    seed, run : which run it is, on the trunk
    """
    scenario, led_to = course.scenario, dict[int, list[int]]()
    for event in events:
        if event["cause"] != NONE:
            led_to.setdefault(int(event["cause"]), []).append(int(event["number"]))
    script = _entries(scenario)
    rules_on, told = written_on(scenario), []
    for event in events:
        if event["actor"] == NONE:
            told.append(_imposed(scenario, program, event))
            continue
        deadly, loads = event["deaths"] > 0, event["rung"] > 0 or event["deaths"] > 0
        seen = (int(event["action"]), bool(deadly), float(event["deniability"]), control[event["day"]])
        rules, numbers = rules_on(event["day"])
        dead = dead_by_side(rules, int(event["action"]), int(event["deaths"]), numbers)
        came = what_came(rules, numbers, seed, run, (int(event["action"]), int(event["day"])))
        rules, numbers = rules_on(event["day"] + 1)  # it is taken in on the morning after
        blame = blames(rules, numbers, *seen) if loads else ()
        led = led_to.get(int(event["number"]), [])
        told.append(_act(course, program, event, script, dead, blame, came, led))
    return tuple(told)


def _entries(scenario: Scenario) -> Mapping[tuple[date, str], ScriptEntry]:
    """Acts that the script imposes, by date and hand."""
    hands = scenario.theatre.hands
    return {(entry.on, hands[entry.do]): entry for entry in scenario.script.values() if entry.do is not None}


def _consequences(action: Action, came: tuple[str, ...]) -> list[str]:
    """Sentences on what came of an act by chance."""
    return [story for each in came if (story := action.may[each].story) is not None]


def _imposed(scenario: Scenario, program: Program, event: np.void) -> Act:
    """Tell what the scenario let happen to variables."""
    name = program.injects[event["action"] - len(program.actions)]
    words = name.removeprefix("history_").replace("_", " ")
    return Act(
        event=int(event["number"]),
        day=int(event["day"]),
        date=scenario.script[name].on,
        actor=SCRIPT,
        action=f"{SCRIPT}.{name}",
        label=words[:1].upper() + words[1:],
        story=scenario.script[name].story or f"The scenario lets this happen: {words}.",
        target=None,
        rung=0,
        deaths=0,
        whose=None,
        dead={},
        deniable=0.0,
        claimed_by=None,
        imposed=True,
        blame=(),
        cause=None,
        led_to=(),
    )


def _act(
    course: Course,
    program: Program,
    event: np.void,
    script: Mapping[tuple[date, str], ScriptEntry],
    dead: dict[str, int],
    blame: tuple[Blame, ...],
    came: tuple[str, ...],
    led_to: Iterable[int],
) -> Act:
    scenario, deed = course.scenario, course.deeds[event["number"]]
    day, name = deed.day, deed.action
    action, when = scenario.theatre.actions[name], scenario.start + timedelta(days=day)
    entry = script.get((when, action.hand_of(name)))
    own = None if entry is None else entry.story
    wording = wording_of(course, deed) if own is None else None
    return Act(
        event=int(event["number"]),
        day=day,
        date=when,
        actor=program.actors[event["actor"]],
        action=name,
        label=action.label,
        story=" ".join([own or sentence(course, deed, wording), *_consequences(action, came)]),
        target=action.target,
        rung=int(event["rung"]),
        deaths=int(event["deaths"]),
        whose=max(dead, key=lambda side: dead[side], default=None),
        dead=dead,
        deniable=float(event["deniability"]),
        claimed_by=action.claimed_by,
        imposed=entry is not None,
        blame=blame,
        cause=None if event["cause"] == NONE else int(event["cause"]),
        led_to=tuple(led_to),
        ordered=None if event["ordered"] == NONE else int(event["ordered"]),
        wording=wording,
        came=came,
    )
