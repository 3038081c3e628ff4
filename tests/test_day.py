"""The list of a day's phases is what a model steps by, and what the specification and the command tell."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine import agents
from sim.engine.day import PHASES, DayPhases
from sim.engine.model import LockstepModel

from .commands import command

ODD = Path(sim.__file__).parent / "ODD.md"


def history(kind: type[LockstepModel], days: int = 30) -> np.ndarray:
    model = kind(sim.load("baseline"), runs=8, seed=3)
    for _ in range(days):
        model.step()
    return model.digest()


def test_the_phases_are_the_sections_of_the_odd_in_its_order():
    headings = re.findall(r"^### (7\.\d) (\w+)$", ODD.read_text(encoding="utf-8"), re.MULTILINE)
    order = [(section, name.lower()) for section, name in headings]
    first = order.index((PHASES[0].section, PHASES[0].name))
    assert [(phase.section, phase.name) for phase in PHASES] == order[first : first + len(PHASES)]
    assert order[first + len(PHASES) :] == [("7.7", "conditions")], "what follows belongs to several phases"


def test_every_phase_is_a_method_of_agents_with_a_sentence_and_some_agent_does_something_in_it():
    methods = [name for name, value in vars(DayPhases).items() if callable(value)]
    assert [phase.name for phase in PHASES] == methods
    for phase in PHASES:
        assert phase.does.endswith(".")
        assert len(phase.does) > 20
        does_something = [
            kind
            for kind in (agents.Actor, agents.Market, agents.World)
            if getattr(kind, phase.name) is not getattr(DayPhases, phase.name)
        ]
        assert does_something, phase.name


def test_a_model_steps_by_the_list_and_by_nothing_else():
    seen = []

    class Watched(LockstepModel):
        def enact(self, phase):
            seen.append(phase)
            super().enact(phase)

    whole = history(Watched, days=2)
    assert seen == [*PHASES, *PHASES]
    assert (whole == history(LockstepModel, days=2)).all()


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_day_without_one_of_its_phases_is_another_history(phase):
    class Without(LockstepModel):
        phases = tuple(each for each in PHASES if each is not phase)

    assert (history(Without) != history(LockstepModel)).any()


@pytest.mark.parametrize("first", range(len(PHASES) - 1), ids=lambda at: PHASES[at].name)
def test_two_phases_in_the_other_order_are_another_history(first):
    class Swapped(LockstepModel):
        phases = (*PHASES[:first], PHASES[first + 1], PHASES[first], *PHASES[first + 2 :])

    assert (history(Swapped) != history(LockstepModel)).any()


def test_of_many_runs_an_actor_tells_what_it_did_in_the_first():
    model = LockstepModel(sim.load("first_lesson"), runs=8, seed=3)
    told = []
    while model.running:
        model.step()
        told += [
            (model.day - 1, each.action) for each in model.agents if isinstance(each, agents.Actor) and each.action
        ]
    of = {column: model.block().events[column] for column in ("run", "day", "action")}
    first = of["run"] == 0
    assert told == [
        (day, model.program.actions[action]) for day, action in zip(of["day"][first], of["action"][first], strict=True)
    ]
    assert len(told) > 5


@pytest.mark.parametrize("name", ["baseline", "first_lesson"])
def test_describe_tells_the_day_and_who_acts_in_it_as_the_model_has_it(name, tmp_path):
    told = json.loads(command("sim", "describe", name, "--day", "--json", cwd=tmp_path).stdout)
    assert told["phases"] == [{"name": each.name, "does": each.does, "odd": each.section} for each in PHASES]
    assert told["agents"] == [agent.name for agent in LockstepModel(sim.load(name), seed=1).agents]
    lines = command("sim", "describe", name, "--day", cwd=tmp_path).stdout.splitlines()
    assert [line.split("\t") for line in lines[: len(PHASES)]] == [
        [str(at), each.name, each.section, each.does] for at, each in enumerate(PHASES, 1)
    ]
    assert lines[-1] == f"In each phase, in this order: {', '.join(told['agents'])}"


def test_the_day_of_a_theatre_can_be_told_and_numbers_are_no_part_of_it(tmp_path):
    assert command("sim", "describe", "persian_gulf", "--day", cwd=tmp_path).stdout.startswith("1\tperceive\t7.3\t")
    refused = command("sim", "describe", "baseline", "--day", "--numbers", "ladder", cwd=tmp_path)
    assert refused.returncode == 2
    assert "leave out --numbers and --sources" in refused.stderr
