"""The engine's particles and those over the plain reference model, written from one text, agree in every bit."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sim
from sim.engine.model import LockstepModel
from sim.engine.particles import Particles
from sim.execution.records import RecordError
from sim.experiments.record.following import Followed
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from tests.oracle.particles import Particle, ReferenceFilter
from tests.small_scenarios import START, rich
from tests.strategies import failing_theatres, records, seeds, small_scenarios
from tests.test_engine_equals_oracle import STOCKS, generated


def as_told(model: LockstepModel, column: int) -> dict[str, object]:
    """One particle of the engine, in the reference model's words."""
    p, world = model.program, model.world
    logs = [name for name, row in zip(p.variables, p.variable["logarithm"], strict=True) if row >= 0]
    table = model.events[: int(model.n_events[0])]
    return {
        "values": dict(zip(p.variables, world.x[:, column].tolist(), strict=True)),
        "logs": dict(zip(logs, world.logarithm[:, column].tolist(), strict=True)),
        "stocks": {
            pair: (*(model.stocks[stock, at, column] for stock in STOCKS), model.leading[at, column])
            for at, pair in enumerate(p.pairs)
        },
        "heat_stock": world.heat[0, column],
        "tension": world.tension[0, column],
        "rung": world.rung[-1, column],
        "dyad_rung": dict(zip(p.dyads, world.rung[:-1, column].tolist(), strict=True)),
        "outcome_day": dict(zip(p.outcomes, world.outcome_day[:, column].tolist(), strict=True)),
        "acts": [
            ((*p.actions, *p.injects)[e["action"]], int(e["rung"]), int(e["deaths"]), int(e["number"]), int(e["cause"]))
            for e in table[table["column"] == column]
        ],
    }


def told(oracle: Particle) -> dict[str, object]:
    names = "values", "logs", "stocks", "heat_stock", "tension", "rung", "dyad_rung", "outcome_day"
    acts = [(event.action, event.rung, event.deaths, event.number, event.cause) for event in oracle.today]
    return {name: getattr(oracle, name) for name in names} | {"acts": acts}


def assert_equal_set(engine: Particles, oracle: ReferenceFilter, k: int) -> None:
    """Hold a set of the engine beside the oracle's, in the evening of a day."""
    actors, actions = engine.program.actors, engine.program.actions
    here = slice(k * oracle.n, (k + 1) * oracle.n)
    assert engine.log_weight[here].tolist() == oracle.w
    assert engine.share[here].tolist() == oracle.share
    assert engine.effective[k] == oracle.effective
    assert engine.resampled[k] == oracle.resampled
    assert engine.evidence[:, k].tolist() == [oracle.evidence.get(actor, 0.0) for actor in (*actors, None)]
    assert engine.deaths_evidence[:-1, k].tolist() == [oracle.evidence_of_deaths.get(actor, 0.0) for actor in actors]
    assert engine.chance[:, k].tolist() == [oracle.chance[hand] for hand in engine.program.hands]
    if len(engine.expected):
        assert engine.expected.tolist() == [oracle.expected[action] for action in actions]
    for r, particle in enumerate(oracle.particles):
        assert engine.status.alive[k * oracle.n + r] == (particle.failed is None)
        if particle.failed is None:
            assert as_told(engine, k * oracle.n + r) == told(particle), f"day {oracle.day - 1}, particle {r}"


def assert_equal_filters(case: Scenario, record: HistoryFile | None, n: int, seed: int, days: int | None = None) -> int:
    """Step both side by side; return how often they resampled."""
    followed = Followed(case, record)
    record = followed.record
    engine, oracle = followed.particles(n, seed, expecting=True), ReferenceFilter(case, record, n, seed)
    assert oracle.record.days == followed.days
    resampled = 0
    for _ in range(followed.days if days is None else days):
        engine.step()
        oracle.step()
        assert_equal_set(engine, oracle, 0)
        resampled += oracle.resampled
    return resampled


def day(number: int) -> str:
    return str(START + timedelta(days=number))


RICH_RECORD = HistoryFile.model_validate({
    "schema_version": 1,
    "from": day(2),
    "until": day(50),
    "events": {
        "first": {"on": day(2), "do": "cela.rocket", "deaths": [0, 3]},
        "raid": {"on": day(6), "do": {"any_of": ["cela.rocket", "bora.mine_ships"]}},
        "spring": {"on": {"from": day(8), "until": day(13)}, "do": "aran.sanction"},
        "fall": {"on": {"from": day(10), "until": day(14)}, "do": {"any_of": ["aran.sanction", "dorn.rally"]}},
        "killing": {"on": day(20), "do": "aran.kill_commander", "deaths": 5},
        "ease": {"on": day(20), "do": "aran.ease"},
        "answer": {"on": day(22), "do": "bora.missiles", "deaths": [1, 9]},
        "shock": {"on": day(23), "effects": {"oil": "+9 %", "mood": -0.2}},
        "vow": {"on": day(25), "do": "cela.vow"},
        "march": {"on": {"from": day(30), "until": day(40)}, "do": "dorn.rally", "deaths": [0, 4]},
        "last": {"on": day(50), "do": "aran.strike_militia", "deaths": [2, 90]},
    },
    "covers": [
        {"rungs": [4, 9], "chance": 0.9},
        {"actors": ["aran"], "chance": 1},
        {"actions": ["dorn.rally"], "chance": 0.5},
        {"actions": ["cela.rocket"], "from": day(30), "until": day(40), "chance": 0},
    ],
})  # fmt: skip


@pytest.mark.parametrize(("n", "seed"), [(1, 3), (4, 7), (7, 2**64 - 1)])
def test_a_record_that_uses_the_whole_language(n, seed):
    resampled = assert_equal_filters(rich(), RICH_RECORD, n, seed)
    assert resampled > 3 or n == 1


def test_the_shipped_record():
    """From late November 2019 on: the siege and the road to the killing."""
    late = sim.load("baseline").model_copy(update={"start": date(2019, 12, 10)})
    assert assert_equal_filters(late, None, 12, 9, 24) > 0


def fits(case: Scenario, record: HistoryFile) -> bool:
    """Whether a generated record can be held beside its scenario."""
    try:
        Followed(case, record)
    except RecordError:
        return False
    return True


@settings(generated, max_examples=15)
@given(st.data(), seeds, st.integers(1, 6))
def test_generated_theatres_and_records(data, seed, n):
    case = data.draw(small_scenarios())
    record = data.draw(records(case))
    assume(fits(case, record))
    assert_equal_filters(case, record, n, seed)


@settings(generated, max_examples=5)
@given(st.data(), seeds)
def test_particles_that_fail(data, seed):
    case = data.draw(small_scenarios(failing_theatres()))
    record = data.draw(records(case))
    assume(fits(case, record))
    assert_equal_filters(case, record, 5, seed)


NUMBERS = {
    "actions.cela.rocket.rate": np.array([0.3, 0.05, 0.9]),
    "actions.dorn.rally.rate": np.array([0.15, 0.3, 0.0]),
    "actors.aran.perception.scale": np.array([10.0, 4.0, 30.0]),
}


def test_sets_side_by_side_are_the_sets_by_themselves_and_those_of_the_oracle():
    """Each on dice of its own, under numbers of its own."""
    followed, dice = Followed(rich(), RICH_RECORD), np.array([0, 9, 2])
    together = followed.particles(6, 5, design=NUMBERS, dice=dice)
    turned = followed.particles(6, 5, design={path: each[::-1] for path, each in NUMBERS.items()}, dice=dice[::-1])
    alone = [
        followed.particles(6, 5, design={path: each[[k]] for path, each in NUMBERS.items()}, dice=dice[[k]])
        for k in range(3)
    ]
    oracles = [
        ReferenceFilter(with_numbers(rich(), {path: each[k] for path, each in NUMBERS.items()}), RICH_RECORD, 6, 5, k=d)
        for k, d in enumerate(dice.tolist())
    ]
    for _ in range(followed.days):
        for model in (together, turned, *alone):
            model.step()
        for k, model in enumerate(alone):
            here = slice(6 * k, 6 * (k + 1))
            assert np.array_equal(model.digest(), together.digest()[here])
            assert np.array_equal(model.digest(), turned.digest()[6 * (2 - k) : 6 * (3 - k)])
            assert np.array_equal(model.log_weight, together.log_weight[here])
            assert np.array_equal(model.evidence[:, 0], turned.evidence[:, 2 - k])
            oracles[k].step()
            assert_equal_set(together, oracles[k], k)


def test_runs_that_are_forked_go_on_as_those_of_the_oracle():
    case, followed = rich(), Followed(rich(), RICH_RECORD)
    engine, oracle = followed.particles(5, 3), ReferenceFilter(case, RICH_RECORD, 5, 3)
    for number in range(30):
        engine.step()
        oracle.step()
        if number in (0, 11, 29):
            free = followed.free(number + 15)
            runs, particles = engine.fork(free, 4, 8), oracle.fork(8, 4, free)
            for _ in range(12):
                runs.step()
                for particle in particles:
                    particle.step()
            for column, particle in enumerate(particles):
                assert_goes_on_alike(runs, column, particle, number)


def assert_goes_on_alike(runs: LockstepModel, column: int, particle: Particle, day_of_fork: int) -> None:
    mine, its = as_told(runs, column), told(particle)
    assert len(mine.pop("acts")) == len([event for event in particle.events if event.day >= day_of_fork])
    its.pop("acts")
    assert mine == its
