"""The promises of the engine: what fixes a run, what leaves it alone, and what keeps the past."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.model import LockstepModel
from sim.execution import run as running
from sim.theatre.compiled.compile import key
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import Map, action, actor, rich, rich_theatre, scenario
from tests.strategies import run_numbers, small_scenarios

few = settings(max_examples=15, suppress_health_check=list(HealthCheck))


def digests(case: Scenario, column: int = 0, days: int | None = None, **key: object) -> list[int]:
    """The digest of one column on every day."""
    model = LockstepModel(case, **key)
    found = []
    for _ in range(case.days if days is None else days):
        model.step()
        found.append(int(model.digest()[column]))
    return found


# 1 and 2: same dice, same history; more runs, same runs


@few
@given(case=small_scenarios(), run=run_numbers, others=st.integers(1, 40), data=st.data())
def test_a_run_does_not_notice_its_neighbours(case, run, others, data):
    place = data.draw(st.integers(0, others))
    numbers = [(run + 1 + other) % 2**32 for other in range(others)]
    numbers.insert(place, run)
    assert digests(case, 0, run_numbers=[run], seed=3) == digests(case, place, run_numbers=numbers, seed=3)


def test_a_smaller_ensemble_is_the_beginning_of_a_larger_one():
    larger, smaller = (running.run(rich(), runs=runs, seed=5) for runs in (37, 20))
    assert larger.trajectories.isel(run=slice(20)).identical(smaller.trajectories)
    assert larger.outcomes.iloc[:20].equals(smaller.outcomes)
    same = larger.events[larger.events["run"] < 20]
    pd.testing.assert_frame_equal(same.reset_index(drop=True), smaller.events)


def test_blocks_and_workers_change_nothing(monkeypatch):
    whole = running.run(rich(), runs=50, seed=5)
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 7)
    with ThreadPoolExecutor(3) as threads, ProcessPoolExecutor(1, get_context("spawn")) as processes:
        for executor in (threads, processes):
            split = running.run(rich(), runs=50, seed=5, executor=executor)
            assert split.trajectories.identical(whole.trajectories)
            pd.testing.assert_frame_equal(split.events, whole.events)
            pd.testing.assert_frame_equal(split.outcomes, whole.outcomes)


def test_another_seed_is_another_history():
    assert digests(rich(), seed=1) != digests(rich(), seed=2)
    assert digests(rich(), seed=0) != digests(rich(), seed=2**32)  # both halves of the key count


# 3: common dice


def stranger(theatre: Map, name: str) -> Map:
    """The theatre with one more actor, who talks to itself as it were: its acts touch nobody."""
    grown = deepcopy(theatre)
    grown["actors"] |= {name: actor(), f"{name}_too": actor()}
    grown["actions"] |= {f"{name}.wave": action(0, f"{name}_too", rate=0.3)}
    return grown


@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_a_new_actor_leaves_the_others_dice_and_histories_alone(name):
    plain, grown = (
        LockstepModel(scenario(t, 60), seed=4, runs=5) for t in (rich_theatre(), stranger(rich_theatre(), name))
    )
    waves = 0
    while plain.running:
        plain.step()
        grown.step()
        np.testing.assert_array_equal(plain.world.x, grown.world.x)
        before, after = ({agent.name: agent for agent in m.agents} for m in (plain, grown))
        for actor_name in plain.program.actors:
            for column in range(plain.n):
                assert before[actor_name].action_in(column) == after[actor_name].action_in(column)
        waves += int((after[name].chosen >= 0).sum())
    assert waves > 20


def test_a_new_action_that_is_never_taken_changes_nothing():
    grown = rich_theatre()
    who, whom = sorted(grown["actors"])[:2]
    grown["actions"][f"{who}.aaa_dream"] = action(4, whom, rate=0)
    plain, more = (LockstepModel(scenario(t, 60), seed=4, runs=5) for t in (rich_theatre(), grown))
    while plain.running:
        plain.step()
        more.step()
        np.testing.assert_array_equal(plain.world.x, more.world.x)


def test_ids_that_share_a_hash_are_refused():
    one, other = _twins()
    with pytest.raises(ValueError, match="share a hash"):
        key([one, "between", other])


def _twins() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for number in range(10**6):
        name = f"x{number}"
        (found,) = key([name])
        if found in seen:
            return seen[found], name
        seen[found] = name
    raise AssertionError("a million names without a collision in 32 bits")


def test_the_order_of_a_file_never_matters():
    theatre = rich_theatre()
    turned = {name: dict(reversed(part.items())) if isinstance(part, dict) else part for name, part in theatre.items()}
    assert digests(scenario(turned, 60), seed=4) == digests(scenario(theatre, 60), seed=4)


# 4: the past is kept


@few
@given(case=small_scenarios(), day=st.integers(1, 27), data=st.data())
def test_a_change_leaves_the_days_before_alone(case, day, data):
    day = min(day, case.days - 1)
    name = data.draw(st.sampled_from(sorted(case.theatre.variables)))
    kind = case.theatre.variables[name].kind
    effect = {"flag": "set", "log": "+5 %"}.get(kind, 0.3)
    script = {"change": {"on": case.start + timedelta(days=day), "effects": {name: effect}}}
    changed = _with(case, script=case.model_dump(by_alias=True)["script"] | script)
    assert digests(case, days=day, seed=2) == digests(changed, days=day, seed=2)


@few
@given(case=small_scenarios(), seed=st.integers(0, 99), data=st.data())
def test_forbidding_an_action_changes_nothing_until_it_would_have_been_drawn(case, seed, data):
    case = _with(case, forbid={}, script={})
    forbidden = data.draw(st.sampled_from(sorted(case.theatre.actions)))
    model = LockstepModel(case, seed=seed)
    program, orders = model.program, model.state.orders
    action, until = program.actions.index(forbidden), case.days
    while model.running and until == case.days:
        model.step()
        last = model.events[int(model.n_events[1]) : int(model.n_events[2])]
        order = program.action[action]["order"]
        if action in last["action"] or (order >= 0 and orders.due[order, 0] >= 0):
            until = model.day - 1
    vetoed = _with(case, forbid={forbidden: "always"})
    assert digests(case, days=until, seed=seed) == digests(vetoed, days=until, seed=seed)
    other = LockstepModel(vetoed, seed=seed)
    while other.running:
        other.step()
    done = other.events[: int(other.n_events[0])]["action"]
    assert action not in done


def _with(case: Scenario, **changes: object) -> Scenario:
    return Scenario.model_validate(case.model_dump(by_alias=True) | changes)


# A sweep varies numbers run by run


def test_a_number_varied_by_run_gives_the_run_of_a_scenario_with_that_number():
    case = rich()
    ranged = [path for path, _ in case.numbers() if not path.startswith("script.")]
    values = {path: number.value for path, number in case.numbers()}
    paths = [path for path in ranged if values[path] not in (0.0, 1.0) and "rung_memory" not in path][::7]
    design = {path: np.array([values[path], values[path] * 0.9, values[path]]) for path in paths}
    swept = LockstepModel(case, run_numbers=[3, 3, 8], seed=6, design=design)
    plain = LockstepModel(case, run_numbers=[3, 3, 8], seed=6)
    while swept.running:
        swept.step()
        plain.step()
        assert swept.digest()[0] == plain.digest()[0]
        assert swept.digest()[2] == plain.digest()[2]
    assert swept.digest()[1] != plain.digest()[1]
    assert len(paths) > 20


def test_an_unknown_number_cannot_be_varied():
    with pytest.raises(KeyError, match="nothing"):
        LockstepModel(rich(), design={"nothing.here": np.array([1.0])})
