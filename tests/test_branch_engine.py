"""A branch is, bit for bit, the run that would have taken the same change on that day."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.engine.options import options
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from tests.oracle import ReferenceModel
from tests.oracle.dice import Dice
from tests.small_scenarios import rich
from tests.strategies import changeable, run_numbers, small_scenarios
from tests.test_engine_equals_oracle import evening, events, mornings

few = settings(max_examples=20, suppress_health_check=list(HealthCheck))
days = st.integers(0, 19)
branch_numbers = st.integers(0, 2**32 - 1)


def stepped_to(case: Scenario, seed: int, runs: list[int], day: int) -> LockstepModel:
    model = LockstepModel(case, seed=seed, run_numbers=runs, keep=np.float64)
    for _ in range(day):
        model.step()
    return model


def digests(model: LockstepModel) -> list[list[int]]:
    found = []
    while model.running:
        model.step()
        found.append(model.digest().tolist())
    return found


def with_(case: Scenario, **changes: object) -> Scenario:
    return Scenario.model_validate(case.model_dump(by_alias=True) | changes)


@few
@given(case=small_scenarios(), run=run_numbers, day=days, data=st.data())
def test_a_branch_is_the_run_whose_dice_were_changed_on_that_day(case, run, day, data):
    """The slow way: each branch by itself, from the first day, with other dice from the day on."""
    branches = data.draw(st.lists(branch_numbers, min_size=1, max_size=4))
    others = data.draw(st.lists(run_numbers, max_size=2))
    column = data.draw(st.integers(0, len(others)))
    trunk = stepped_to(case, 3, [*others[:column], run, *others[column:]], day)
    fast = branched(trunk, np.array(branches), column=column, keep=np.float64)
    found = digests(fast)
    for at, branch in enumerate(branches):
        slow = stepped_to(case, 3, [run], day)
        slow.runs.branch[:] = branch
        assert [digest[at] for digest in found] == [digest[0] for digest in digests(slow)]
        assert events(fast, at) == events(slow, 0)
        assert np.array_equal(fast.trajectories.values[:, :, at], slow.trajectories.values[:, :, 0], equal_nan=True)
        assert np.array_equal(fast.trajectories.rung[:, :, at], slow.trajectories.rung[:, :, 0])
        assert np.array_equal(fast.world.outcome_day[:, at], slow.world.outcome_day[:, 0])
        assert (fast.status.failed_day[at], fast.status.failed_what[at]) == (
            slow.status.failed_day[0],
            slow.status.failed_what[0],
        )


def under(oracle: ReferenceModel, case: Scenario, branch: int) -> ReferenceModel:
    """The reference model from this day on by the rules of `case` and other dice; what it remembers stays."""
    oracle.dice, oracle.case = Dice(oracle.dice.seed, oracle.dice.run, branch), case
    oracle.go_by(case.as_of(oracle.day))
    return oracle


@few
@given(case=small_scenarios(), run=run_numbers, day=days, branch=branch_numbers, data=st.data())
def test_a_branch_under_a_change_is_that_of_the_reference_model(case, run, day, branch, data):
    """Other dice, other numbers, an act done on the day and one forbidden from it on, all at once."""
    oracle = ReferenceModel(case, seed=4, run=run)
    for _ in range(day):
        oracle.step()
    trunk = stepped_to(case, 4, [run], day)
    on = case.start + timedelta(days=day)
    paths = data.draw(st.lists(st.sampled_from(changeable(case)), unique=True, max_size=6))
    values = dict(case.numbers())
    changed = with_numbers(case, {path: values[path].value * 0.9 for path in paths})
    done, forbidden = (data.draw(st.sampled_from(sorted(case.theatre.actions))) for _ in range(2))
    acts = case.theatre.actions

    def takes_its_turn(entry) -> bool:
        return entry["on"] == on and entry["do"] is not None and hand(entry["do"]) == hand(done)

    def hand(act: str) -> str:
        return acts[act].hand_of(act)

    script = {
        name: entry for name, entry in changed.model_dump(by_alias=True)["script"].items() if not takes_its_turn(entry)
    }
    told = with_(
        changed,
        script=script | {"branch": {"on": on, "do": done}},
        forbid=changed.model_dump(by_alias=True)["forbid"] | {forbidden: {"from": on}},
    )
    if forbidden in case.forbid:
        told = with_(told, forbid=dict(case.forbid))
    engine = branched(trunk, np.array([branch, branch ^ 1]), scenario=changed)
    engine.impose(done)
    if forbidden not in case.forbid:
        engine.forbid(forbidden)
    assert_same_future(engine, under(oracle, told, branch))


def assert_same_future(engine: LockstepModel, oracle: ReferenceModel) -> None:
    seen = mornings(engine)
    while engine.running and oracle.failed is None:
        engine.step()
        oracle.step()
        if oracle.failed is None:
            found = evening(engine, seen[-1], 0)
            assert found == {name: getattr(oracle, name) for name in found}, f"day {oracle.day - 1}"
            assert events(engine, 0) == [tuple(event) for event in oracle.events]
    assert bool(engine.status.alive[0]) == (oracle.failed is None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("actors.cela.sponsors.dorn.control.mood", 0.9),
        ("actions.cela.rocket.cooldown", 9),
        ("conditions.tense.for", 6),
        ("ladder.rungs.4.severity", 5),
        ("variables.oil.half_life", 3),
    ],
)
def test_a_number_changed_on_a_day_counts_from_that_morning_on(path, value):
    """On every morning after a rocket: it is blamed, waited for and remembered by the numbers of the new day."""
    case = rich()
    changed = with_numbers(case, {path: value})
    trunk, oracle = stepped_to(case, 6, [11], 0), ReferenceModel(case, seed=6, run=11)
    tried = 0
    while trunk.day < 40:
        trunk.step()
        oracle.step()
        if oracle.today and oracle.today[-1].actor == "cela" and tried < 3:
            tried += 1
            again = ReferenceModel(case, seed=6, run=11)
            for _ in range(trunk.day):
                again.step()
            assert_same_future(branched(trunk, np.array([5]), scenario=changed), under(again, changed, 5))
    assert tried == 3


def test_a_branch_on_the_dice_of_its_trunk_is_the_trunk():
    whole = stepped_to(rich(), 6, [11], 0)
    trunk = stepped_to(rich(), 6, [11], 17)
    expected = digests(whole)[17:]
    assert digests(branched(trunk, np.zeros(1, np.int64))) == expected
    assert digests(trunk) == expected  # and to branch from it left it as it was


def test_to_impose_and_forbid_touches_no_other_model():
    trunk = stepped_to(rich(), 6, [11], 17)
    script = trunk.program.script
    before = script.act.copy(), script.forbidden.copy()
    model = branched(trunk, np.zeros(1, np.int64))
    model.impose("aran.deploy")
    model.forbid("bora.missiles")
    model.hold("dorn")
    np.testing.assert_array_equal(script.act, before[0])
    np.testing.assert_array_equal(script.forbidden, before[1])
    first = int(model.n_events[0])
    model.step()
    done = {model.program.actions[event["action"]] for event in model.events[first : int(model.n_events[0])]}
    assert "aran.deploy" in done
    assert not any(action.startswith("dorn.") for action in done)


def test_a_run_cannot_go_on_under_rules_that_remember_other_things():
    case = rich()
    trunk = stepped_to(case, 6, [11], 17)
    other = with_numbers(case, {"ladder.rung_memory": 3})
    with pytest.raises(ValueError, match="other days for which a rung is kept"):
        branched(trunk, np.zeros(1, np.int64), scenario=other)


def test_options_are_what_the_actor_may_draw_and_how_likely_that_is():
    """Over the branches of a morning, each open action is drawn as often as its chance says, and no other is."""
    trunk = stepped_to(rich(), 6, [11], 17)
    for actor in ("aran", "cela"):
        found = {option.action: option for option in options(trunk, actor)}
        model = branched(trunk, np.arange(1, 8001))
        model.step()
        chosen = model.state.chosen[model.program.actors.index(actor)]
        drawn = {
            model.program.actions[action]: int((chosen == action).sum()) for action in np.unique(chosen[chosen >= 0])
        }
        assert drawn.keys() <= {action for action, option in found.items() if not option.vetoed}
        assert len(found) > 2
        for action, option in found.items():
            expected = 0.0 if option.vetoed else 8000 * option.chance
            assert abs(drawn.get(action, 0) - expected) <= 4 * np.sqrt(expected) + 1e-9


def test_while_history_is_imposed_there_are_no_options():
    assert options(stepped_to(rich(), 6, [11], 2), "aran") == []
