"""Hands that are told what to do: nothing else in their worlds is touched."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.engine.branch import branched
from sim.engine.explain import choice
from sim.engine.model import LockstepModel
from sim.engine.seated import AS_RULES, HOLD, SeatedModel
from sim.theatre.language.scenario import Scenario
from tests.oracle import ReferenceModel
from tests.oracle.actor import ActorAgent, Intent
from tests.small_scenarios import START, Map, action, actor, rich, scenario, theatre
from tests.strategies import run_numbers, seeds, small_scenarios
from tests.test_changes import SET, changed
from tests.test_engine_equals_oracle import events

# A failing theatre is not shrunk: each is a page long, and a step smaller takes a whole history.
few = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def digests(model: LockstepModel) -> list[list[int]]:
    found = []
    while model.running:
        model.step()
        found.append(model.digest().tolist())
    return found


def done(model: LockstepModel, run: int = 0) -> list[tuple[int, str]]:
    """Day and act of everything that was done in one of the runs."""
    actions = model.program.actions
    return [(day, action) for day, _, action, *_ in events(model, run) if action in actions]


def duel(**given: Map) -> Scenario:
    """Two sides; the north has two hands, one of which orders some of what it does."""
    raid = {"hand": "soldiers", "order": {"lead": 2}} | given.get("raid", {})
    acts = {
        "north.raid": action(4, "south", given.get("rate", 0), **raid),
        "north.stop": action(1, "south", 0, hand="soldiers", **given.get("stop", {})),
        "north.talk": action(1, "south", given.get("talks", 0)),
        "south.strike": action(3, "north", 0.3),
    }
    rest = {name: value for name, value in given.items() if name in ("script", "forbid", "history_until")}
    return scenario(theatre({"north": actor(), "south": actor()}, acts), 12, **rest)


@few
@given(case=small_scenarios(), seed=seeds, runs=st.lists(run_numbers, min_size=1, max_size=3))
def test_worlds_in_which_nobody_is_told_anything_are_those_of_the_rules(case, seed, runs):
    free = LockstepModel(case, seed=seed, run_numbers=runs)
    seated = SeatedModel(case, seed=seed, run_numbers=runs)
    for day, expected in enumerate(digests(free)):
        if day % 2:
            seated.morning()
            seated.able()
            seated.morning()
        seated.step()
        assert seated.digest().tolist() == expected
    assert [events(seated, at) for at in range(len(runs))] == [events(free, at) for at in range(len(runs))]


class ToldAgent(ActorAgent):
    """The reference model's actor, whose hands are told what to do by somebody who knows what they may."""

    def choose(self, hand: str) -> None:
        super().choose(hand)
        mine = [action for action, its in self.hand_of.items() if its == hand and not self.actions[action].accident]
        open_today = [action for action in mine if self.eligible(action) and not self.model.forbids(action)]
        told = self.model.tell([AS_RULES, HOLD, *open_today])
        self.model.asked[hand] = set(open_today), told
        if told != AS_RULES:
            self.intents.pop(hand, None)
        if isinstance(told, str):
            self.intents[hand] = Intent(told)


class ToldReference(ReferenceModel):
    actor_type = ToldAgent


@few
@given(case=small_scenarios(), seed=seeds, run=run_numbers, data=st.data())
def test_what_is_told_and_what_may_be_told_are_those_of_the_reference_model(case, seed, run, data):
    """Each day some hands are told to hold, and others some act that is open; the rest draw."""
    oracle, model = ToldReference(case, seed=seed, run=run), SeatedModel(case, seed=seed, run_numbers=[run])
    p, pick = model.program, data.draw(st.randoms(use_true_random=False))
    oracle.tell = pick.choice
    while model.running:
        oracle.asked = {}
        oracle.step()
        model.morning()
        able = {p.actions[at] for at in np.flatnonzero(model.able()[:, 0])}
        if oracle.failed is None:
            assert able == set().union(*(open_today for open_today, _ in oracle.asked.values()))
        for hand, (_, told) in oracle.asked.items():
            model.told[p.hands.index(hand)] = p.actions.index(told) if isinstance(told, str) else told
        model.step()
        assert model.status.alive[0] == (oracle.failed is None)
        assert events(model, 0) == [tuple(event) for event in oracle.events]
        if oracle.failed is None:
            assert dict(zip(p.variables, model.world.x[:, 0].tolist(), strict=True)) == oracle.values


@few
@given(case=small_scenarios(), seed=seeds, data=st.data())
def test_an_act_may_be_told_where_an_explanation_calls_it_able(case, seed, data):
    runs = data.draw(st.lists(run_numbers, min_size=1, max_size=300 if data.draw(st.booleans()) else 3))
    many, days = SeatedModel(case, seed=seed, run_numbers=runs), data.draw(st.integers(0, 12))
    one = SeatedModel(case, seed=seed, run_numbers=runs[-1:])
    for model in (many, one):
        for _ in range(days):
            model.step()
        model.morning()
    p, day = one.program, one.day
    forbidden = p.script.forbidden[day]
    expected = {
        rate.action
        for hand in range(len(p.hands))
        for rate in choice(one, hand).rates
        if rate.able and not forbidden[rate.action] and not p.action[rate.action]["accident"]
    }
    assert set(np.flatnonzero(one.able()[:, 0])) == expected
    assert np.array_equal(many.able()[:, -1], one.able()[:, 0])


def test_acts_are_told_column_by_column():
    model = SeatedModel(duel(talks=100.0), runs=4, seed=1)
    north, talk = model.program.hands.index("north"), model.program.actions.index("north.talk")
    model.told[north] = [HOLD, talk, AS_RULES, HOLD]
    model.step()
    assert [done(model, run) for run in range(4)] == [[], [(0, "north.talk")], [(0, "north.talk")], []]
    assert (model.told == AS_RULES).all()
    model.step()
    assert all((1, "north.talk") in done(model, run) for run in range(4))


def ordering(*told: int | str, **given: Map) -> list[tuple[int, str]]:
    """What the north's soldiers do who are told something on each of the first days, and then hold."""
    model = SeatedModel(duel(**given), runs=1, seed=1)
    soldiers, north = (model.program.hands.index(hand) for hand in ("north/soldiers", "north"))
    for day in range(8):
        each = told[day] if day < len(told) else HOLD
        model.told[soldiers] = model.program.actions.index(each) if isinstance(each, str) else each
        model.told[north] = HOLD
        model.step()
    return [act for act in done(model) if act[1].startswith("north")]


def test_an_act_that_is_told_is_ordered_and_done_when_it_is_due():
    assert ordering("north.raid") == [(2, "north.raid")]


def test_a_hand_that_holds_does_what_it_ordered_and_one_that_calls_it_off_does_not():
    assert ordering("north.raid", HOLD, HOLD) == [(2, "north.raid")]
    assert ordering("north.raid", "north.stop") == [(1, "north.stop"), (2, "north.raid")]
    assert ordering("north.raid", "north.stop", stop={"calls_off": ["north.raid"]}) == [(1, "north.stop")]


def test_a_veto_a_script_and_history_come_before_what_is_told():
    assert ordering("north.raid", forbid={"north.raid": "always"}) == []
    scripted = {"talks": {"on": START, "do": "north.stop"}}
    assert ordering("north.raid", script=scripted) == [(0, "north.stop")]  # and nothing was ordered
    assert ordering(*3 * ["north.stop"], history_until="2020-01-02") == [(2, "north.stop")]


def test_an_order_or_an_act_that_cools_down_keeps_an_act_from_being_told():
    model = SeatedModel(duel(stop={"cooldown": 3}), runs=2, seed=1)
    p = model.program
    soldiers, raid, stop = p.hands.index("north/soldiers"), *map(p.actions.index, ("north.raid", "north.stop"))
    model.told[soldiers] = raid, stop
    model.step()
    model.morning()
    assert model.able()[[raid, stop]].tolist() == [[0, 1], [1, 0]]


def test_acts_of_another_hand_are_refused_before_the_day_is_lived():
    model = SeatedModel(duel(), runs=2, seed=1)
    soldiers, talk = model.program.hands.index("north/soldiers"), model.program.actions.index("north.talk")
    model.told[soldiers, 1] = talk
    with pytest.raises(
        ValueError, match=r"hand 'north/soldiers' cannot do 'north.talk', in column 1; it does north.raid"
    ):
        model.step()
    assert model.day == 0
    for nothing in (-3, 99):
        model.told[soldiers, 1] = nothing
        with pytest.raises(ValueError, match="which is no action"):
            model.step()
    model.told[soldiers, 1] = HOLD
    model.step()
    assert model.day == 1


def test_a_morning_is_asked_after_it_has_come_and_branches_part_before():
    model = SeatedModel(duel(), runs=1, seed=1)
    with pytest.raises(RuntimeError, match="call morning"):
        model.able()
    model.morning()
    assert model.awake
    with pytest.raises(ValueError, match="this day has begun"):
        branched(model, np.zeros(1, np.int64))
    model.step()
    assert not model.awake
    branched(model, np.zeros(1, np.int64))
    while model.running:
        model.step()
    with pytest.raises(RuntimeError, match="there is no day after it"):
        model.morning()


def test_numbers_that_change_on_a_date_hold_from_its_morning_on():
    case = changed((10, SET), (11, {"actions.cela.rocket.cooldown": 0.0}))
    seated, free = SeatedModel(case, runs=5, seed=2), LockstepModel(case, runs=5, seed=2)
    while free.running:
        seated.morning()
        seated.able()
        for model in (seated, free):
            model.step()
        assert seated.digest().tolist() == free.digest().tolist()
    seated = SeatedModel(rich(), runs=1, seed=2)
    seated.morning()
    with pytest.raises(ValueError, match="this day has begun: change them first"):
        seated.change(SET)
    seated.step()
    seated.change(SET)


def test_a_world_of_orders_and_answers_goes_on_alike_while_nobody_is_told_anything():
    assert digests(SeatedModel(rich(), runs=5, seed=2)) == digests(LockstepModel(rich(), runs=5, seed=2))
