"""Orders: what is decided on one day and done on a later one, seen and called off in between (ODD 7.5 and 7.8)."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

import sim
from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.engine.particles import Particles
from sim.execution.run import run
from sim.experiments.record.surprise import surprise
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import CompiledRecord, compile_record
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from tests.small_scenarios import START, Map, action, actor, scenario, theatre
from tests.test_exact_likelihood import assert_mean

CERTAIN = 100.0
LEAD = 3


def written(**acts: Map) -> Map:
    """Two sides, of which the north orders strikes three days before they are done."""
    strike = action(7, "south", CERTAIN, order={"lead": LEAD}, once=True, label="Strike", drivers={"ready": 0.0})
    own = {"north.strike": strike} | {name.replace("_", ".", 1): act for name, act in acts.items()}
    cast = {"north": actor(label="The North"), "south": actor(label="The South")}
    return theatre(cast, own, {"ready": {"kind": "unit", "start": 0.0}})


def acts_of(case: Scenario, seed: int = 1) -> list[tuple[int, str]]:
    """Day and action of each act of one run."""
    model = LockstepModel(case, seed=seed)
    while model.running:
        model.step()
    table = model.events[: int(model.n_events[0])]
    return [(int(event["day"]), model.program.actions[event["action"]]) for event in table if event["actor"] >= 0]


def test_what_is_ordered_is_done_when_its_lead_has_passed():
    case = scenario(written(), 10)
    told = sim.replay(case, seed=1)
    (act,) = told.acts
    assert act.day == act.ordered + LEAD
    assert "to be done on" in told.explain(act.ordered, "north").text()
    assert f"#{act.event}" in told.explain(act.day, "north").text()
    assert "Ordered on" in told.text(least=0)
    (link,) = told.why(act.event).links
    assert link.option.chance > 0.9  # on the day of the order: on that of the act nothing was open


def test_an_order_is_seen_until_it_is_done():
    seen = action(1, "north", CERTAIN, when={"ordered(north.strike)": True})
    found = acts_of(scenario(written(south_warn=seen), 12))
    (done,) = (day for day, name in found if name == "north.strike")
    warned = [day for day, name in found if name == "south.warn"]
    assert set(warned) <= set(range(done - LEAD + 1, done + 1))
    assert len(warned) >= LEAD - 1  # each of these days at odds of a hundred to one


def test_terms_read_an_order_as_conditions_do():
    driven = action(1, "north", 0.0001, drivers={"ordered(north.strike)": 20})
    found = acts_of(scenario(written(south_warn=driven), 12))
    (done,) = (day for day, name in found if name == "north.strike")
    assert {day for day, name in found if name == "south.warn"} == set(range(done - LEAD + 1, done + 1))


def test_an_order_is_called_off_by_another_hand_even_on_its_last_day():
    when = {"ordered(north.strike)": True, "for": LEAD}
    stop = action(0, "south", CERTAIN, hand="envoys", calls_off=["north.strike"], when=when)
    found = acts_of(scenario(written(north_relent=stop), 6))
    assert [name for _, name in found] == ["north.relent"]


def test_what_has_been_called_off_may_be_ordered_again():
    stop = action(0, "south", CERTAIN, hand="envoys", calls_off=["north.strike"], once=True)
    found = acts_of(scenario(written(north_relent=stop), 12))
    assert [name for _, name in found] == ["north.relent", "north.strike"]


def test_a_hand_has_one_order_at_a_time_and_does_other_things_meanwhile():
    raid = action(5, "south", CERTAIN, order={"lead": 2}, once=True)
    wave = action(0, "south", CERTAIN, when={"ordered(north.strike)": True})
    found = acts_of(scenario(written(north_raid=raid, north_wave=wave), 14))
    days = {name: day for day, name in found if name != "north.wave"}
    assert abs(days["north.strike"] - days["north.raid"]) >= 2
    assert any(days["north.strike"] - LEAD < day < days["north.strike"] for day, name in found if name == "north.wave")


def test_what_is_forbidden_on_its_day_is_dropped():
    case = scenario(written(), 10, forbid={"north.strike": {"from": "2020-01-03"}})
    done = acts_of(scenario(written(), 10))
    assert done[0][0] < LEAD + 3  # it is ordered on one of the first days
    assert acts_of(case) == []


def test_what_a_script_does_stands_and_needs_no_order():
    free = acts_of(scenario(written(), 10))[0][0]
    wave = {"other": {"on": str(START.replace(day=1 + free)), "do": "north.wave"}}
    case = scenario(written(north_wave=action(0, "south")), 10, script=wave)
    assert acts_of(case)[0] == (free, "north.wave")
    at_once = scenario(written(), 10, script={"first": {"on": "2020-01-01", "do": "north.strike"}})
    assert acts_of(at_once) == [(0, "north.strike")]


def test_a_branch_goes_on_with_the_orders_that_stand():
    trunk = LockstepModel(scenario(written(), 10), seed=1)
    done = acts_of(scenario(written(), 10))[0][0]
    while trunk.day < done:
        trunk.step()
    branch = branched(trunk, np.arange(5))
    branch.step()
    table = branch.events[: int(branch.n_events[0])]
    assert sorted(table["column"].tolist()) == [0, 1, 2, 3, 4]
    assert set(table["day"].tolist()) == {done}


def test_orders_and_runs_beside_one_another_keep_apart():
    rare = written()
    rare["actions"]["north.strike"]["rate"] = 0.2
    case = scenario(rare, 20)
    together = run(case, runs=30, seed=4).events
    alone = [acts_of(case, seed=4)[0][0]]
    assert together[together["run"] == 0]["day"].tolist() == alone


@pytest.mark.parametrize(
    ("acts", "fault"),
    [
        ({"south_warn": action(1, "north", calls_off=["north.strike"])}, "not an act of its actor that has an 'order'"),
        ({"north_wave": action(0, "south", order={"lead": 1})}, "an act on rung 0 is not ordered beforehand"),
        ({"north_err": action(2, "south", order={"lead": 1}, accident=True)}, "an accident is not ordered beforehand"),
        ({"north_raid": action(2, "south", order={"lead": 0})}, "lead"),
        (
            {"north_raid": action(2, "south"), "south_warn": action(1, "north", when={"ordered(north.raid)": True})},
            r"a rule reads ordered\(north.raid\)",
        ),
    ],
)
def test_what_an_order_cannot_be(acts, fault):
    with pytest.raises(ValidationError, match=fault):
        Theatre.model_validate(written(**acts))


# Records


def known(on: str) -> HistoryFile:
    """A record of a strike that killed five."""
    return HistoryFile.model_validate(
        {
            "schema_version": 1,
            "from": "2020-01-01",
            "until": "2020-01-12",
            "covers": [{"rungs": [1, 9]}],
            "events": {"strike": {"on": on, "do": "north.strike", "deaths": 5}},
        }
    )


def followed(on: str, days: int = 12, **acts: Map) -> tuple[Scenario, CompiledRecord]:
    """A scenario in which the north seldom strikes, and a record of a strike that killed five."""
    rules = written(**acts)
    rules["actions"]["north.strike"] |= {
        "rate": 0.1,
        "casualties": {"chance": 0.5, "deaths": 4},
        "order": {"lead": 2.5},
    }
    case = scenario(rules, days)
    return case, compile_record(case, program_of(case), known(on))


def test_a_recorded_act_is_followed_as_its_order():
    case, record = followed("2020-01-08")
    assert record.possible[["day", "done"]].tolist() == [(4, 7)]
    model, acts, deaths = Particles(case, record, 20, 1, dice=np.arange(400)), [], []
    while model.day < record.days:
        model.step()
        acts.append(model.evidence.sum(axis=0))
        deaths.append(model.deaths_evidence.sum())
    assert_mean(np.exp(np.sum(acts, axis=0)), 0.1 / 1.1**5)  # not ordered on the four days before
    told = [day for day, nats in enumerate(acts) if np.abs(nats).max() > 1e-9]
    assert told == [
        3,
        4,
        7,
    ]  # an order of day 0 or 1 would have been done on 3 or 4; one of 2 or 3 would stand
    assert [day for day, nats in enumerate(deaths) if abs(nats) > 1e-9] == [7]
    assert model.share[model.world.deaths[-1] != 5].max() < 1e-8


def test_an_act_that_was_ordered_before_the_first_day_weighs_nothing():
    case, record = followed("2020-01-02")
    assert record.possible[["day", "done"]].tolist() == [(1, 1)]
    model = Particles(case, record, 5, 1)
    model.step()
    before = float(model.evidence.sum())
    model.step()
    assert before == 0.0
    assert float(model.evidence.sum()) == pytest.approx(0.0, abs=1e-12)
    assert model.world.deaths[-1].tolist() == [5.0] * 5


def test_a_surprise_is_told_on_the_day_of_the_act_and_explained_by_that_of_its_order():
    case, _ = followed("2020-01-08")
    found = surprise(case, 2000, 1, record=known("2020-01-08"))
    (act,) = found.acts
    assert (act.date, act.ordered) == (date(2020, 1, 8), date(2020, 1, 5))
    assert act.chance == pytest.approx(0.1 / 1.1, rel=0.3)  # less where another order stood on that day
    assert "2020-01-08  Strike" in found.text()
    assert "ordered on 5 January 2020" in found.text()
    (row,) = found.filtered.parts[found.filtered.parts["event"].notna()].to_dict("records")
    assert (row["day"], row["ordered"], row["covered"]) == (7, 4, True)


def test_what_must_have_been_ordered_before_the_first_day_is_no_surprise():
    case, _ = followed("2020-01-02")
    found = surprise(case, 20, 1, record=known("2020-01-02"))
    assert not found.acts
    assert not found.filtered.impossible.size


def test_nothing_calls_off_what_the_record_has():
    stop = action(0, "south", CERTAIN, hand="envoys", calls_off=["north.strike"])
    case, record = followed("2020-01-08", north_relent=stop)
    model = Particles(case, record, 20, 1)
    while model.day < record.days:
        model.step()
    assert model.world.deaths[-1].tolist() == [5.0] * 20


def test_to_hold_on_the_day_on_which_an_order_falls_due_is_to_let_it_lapse():
    case = scenario(written(), 12)
    done = acts_of(case)[0][0]
    found = sim.choices(case, seed=1, run=0, day=done, actor="north", runs=3)
    assert [option.action for option in found.options] == ["hold"]  # it is ordered, so nothing else is open
    model = LockstepModel(case, seed=1)
    while model.running:
        if model.day == done:
            model.hold("north")
        model.step()
        assert model.day != done + 1 or (model.state.orders.due == -1).all()
    table = model.events[: int(model.n_events[0])]
    assert [int(day) for day in table["day"]] == [
        later for later in table["day"] if later > done
    ]  # it may be ordered again
    free = sim.branch(case, seed=1, run=0, day=done, runs=3).events
    assert set(free[free["action"] == "north.strike"]["day"]) == {done}
