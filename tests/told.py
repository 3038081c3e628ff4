"""Small theatres whose acts and actors are told in several ways, and runs of them that are asked."""

from typing import Any

import numpy as np

from sim.engine.model import LockstepModel
from sim.replays.lookup import Course, deeds_of, evenings_of
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.telling import READABLE
from sim.theatre.language.terms import Condition, quantities
from tests.small_scenarios import Map, action, actor, scenario, theatre


def world(actions: Map | None = None, variables: Map | None = None, outcomes: Map | None = None, **rest: Any) -> Map:
    """Two states and a militia of the first; nobody does anything but by script."""
    acts = {
        "north.mine": action(4, "south", label="Mine", story="Mines hole a hull.", many="minings", place="sea"),
        "north.talk": action(0, "south", label="Talk", story="The north talks.", place="court"),
        "south.film": action(1, "north", label="Show a film", story="The south shows a film.", place="court"),
        "south.jets": action(6, "north", label="Jets", story="Jets answer.", place="hills"),
        "hills.shell": action(
            5, "south", label="Shelling", story="Shells fall.", many="shellings", place="hills",
            casualties={"chance": 1, "deaths": 2},
        ),
    }  # fmt: skip
    cast = {
        "north": actor(label="The Northern State (a president)"),
        "south": actor(label="The Southern State"),
        "hills": actor(label="Hill militia", kind="faction", sponsors={"north": {"control": {"grip": 0.5}}}),
    }
    return theatre(
        cast,
        {name: entry | (actions or {}).get(name, {}) for name, entry in acts.items()}
        | {name: entry for name, entry in (actions or {}).items() if name not in acts},
        {"grip": {"kind": "unit", "start": 0.5}} | (variables or {}),
        {"killed": {"deaths": ">= 1"}} | (outcomes or {}),
        places={name: {"label": name} for name in ("sea", "court", "hills")},
        **rest,
    )


def scripted(its_world: Map, *acts: tuple[int, str] | tuple[int, str, int], days: int = 60, **rest: Any) -> Scenario:
    """A scenario in which acts are done by script, by day and action, and dead where a third says how many."""
    script = {
        f"act_{at}": {"on": f"2020-{1 + day // 31:02d}-{1 + day % 31:02d}", "do": what}
        | ({"deaths": dead[0]} if dead else {})
        for at, (day, what, *dead) in enumerate(acts)
    }
    return scenario(its_world, days, script=script | rest.pop("script", {}), **rest)


def watched(case: Scenario, seed: int) -> tuple[Course, dict[str, list[bool]]]:
    """A run, ready to be asked, and what the engine made of each action's `when` on each morning, in full precision."""
    model = LockstepModel(case, seed=seed, keep=np.float64)
    asked = {name: when for name, each in case.theatre.actions.items() if (when := each.when) and readable(case, when)}
    held: dict[str, list[bool]] = {name: [] for name in asked}
    while model.running:
        model.step()
        for name in asked:
            node = model.program.action[model.program.actions.index(name)]["when"]
            held[name].append(bool(model.held[0].holds[node, 0]))
    course = Course(case, deeds_of(model.program, model.events[: int(model.n_events[0])]), evenings_of(model.block()))
    model.close()
    return course, held


def readable(case: Scenario, condition: Condition) -> bool:
    """Whether a finished run can be asked a condition, and those that it names."""
    named = case.theatre.conditions
    return all(
        readable(case, named[each.of[0]]) if each.of and each.of[0] in named else each.kind in READABLE
        for each in quantities(condition)
    )
