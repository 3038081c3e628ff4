"""What particles promise: ordinary runs where nothing is covered, the same bits however they are computed, an end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import isnan, log

import numpy as np
import pytest

import sim
from sim.engine.model import LockstepModel
from sim.engine.particles import Particles
from sim.execution.records import RecordError
from sim.experiments.record import likelihood as likelihood_module
from sim.experiments.record.filter import filter as filtered
from sim.experiments.record.following import Followed, Following
from sim.experiments.record.likelihood import Likelihood
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import compile_record
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START, Map, action, actor, rich_theatre, scenario, theatre
from tests.test_particles_equal_oracle import RICH_RECORD

SILENT = {"schema_version": 1, "from": START, "until": START + timedelta(days=59), "events": {}, "covers": []}
UNSCRIPTED = scenario(rich_theatre(), 60)
IMPOSSIBLE = log(1e-9)


def particles(case: Scenario, record: Map, n: int = 4, seed: int = 3) -> Particles:
    """Particles that follow a record, though it may tell of nothing."""
    return Particles(case, compile_record(case, program_of(case), HistoryFile.model_validate(record)), n, seed)


def on(day: int) -> str:
    return str(START + timedelta(days=day))


def record(*acts: Map, **rest: object) -> HistoryFile:
    events = {f"event_{at}": act for at, act in enumerate(acts)}
    return HistoryFile.model_validate({"schema_version": 1, "events": events} | rest)


def test_where_nothing_is_covered_particles_are_the_ordinary_runs():
    follows, free = particles(UNSCRIPTED, SILENT, 6), LockstepModel(UNSCRIPTED, runs=6, seed=3)
    while free.running:
        follows.step()
        free.step()
        assert np.array_equal(follows.digest(), free.digest())
        assert not follows.evidence.any()


def test_a_fork_of_what_was_not_resampled_is_the_run_whose_dice_were_changed():
    follows, free = particles(UNSCRIPTED, SILENT, 6), LockstepModel(UNSCRIPTED, runs=6, seed=3)
    for _ in range(20):
        follows.step()
        free.step()
    forks = follows.fork(UNSCRIPTED, 8)
    free.runs.branch[:] = 8
    while free.running:
        forks.step()
        free.step()
        assert np.array_equal(forks.digest(), free.digest())


def test_particles_are_the_first_of_more_until_they_are_resampled():
    few, more = Following(UNSCRIPTED, RICH_RECORD, 5, 3), Following(UNSCRIPTED, RICH_RECORD, 9, 3)
    while few.day < few.days and not (few.model.resampled[0] or more.model.resampled[0]):
        assert np.array_equal(few.model.digest(), more.model.digest()[:5])
        few.step()
        more.step()
    assert 0 < few.day < few.days
    assert not np.array_equal(few.model.digest(), more.model.digest()[:5])


def test_no_bit_depends_on_blocks_threads_or_the_order_of_sets(monkeypatch):
    asked = Likelihood(UNSCRIPTED, RICH_RECORD, ["actions.cela.rocket.rate"], 8, 5)
    rates, dice = np.linspace(0.05, 0.9, 7)[:, None], np.array([0, 0, 3, 1, 2, 2, 9])
    found = asked.many(rates, dice)
    assert np.array_equal(asked.many(rates[::-1], dice[::-1]), found[::-1])
    for columns in (1, 20, 10_000):
        monkeypatch.setattr(likelihood_module, "COLUMNS", columns)
        assert np.array_equal(asked.many(rates, dice), found)
        with ThreadPoolExecutor(3) as threads:
            assert np.array_equal(asked.many(rates, dice, threads), found)
    whole = filtered(UNSCRIPTED, 8, 5, record=RICH_RECORD, replicates=3)
    with ThreadPoolExecutor(3) as threads:
        assert filtered(UNSCRIPTED, 8, 5, record=RICH_RECORD, replicates=3, executor=threads).parts.equals(whole.parts)


def test_hundreds_of_sets_are_each_as_if_alone():
    followed = Followed(UNSCRIPTED, RICH_RECORD)
    together, alone = followed.particles(3, 5, dice=np.arange(300)), followed.particles(3, 5, dice=np.array([211]))
    for _ in range(followed.days):
        together.step()
        alone.step()
    assert np.array_equal(together.digest()[633:636], alone.digest())
    assert np.array_equal(together.log_weight[633:636], alone.log_weight)


def test_events_of_yesterday_are_kept_and_no_others():
    follows = Following(sim.load("whole_crisis"), particles=64, seed=1)
    room = len(follows.model.events)
    for _ in range(120):
        follows.step()
        kept = follows.model.events[: int(follows.model.n_events[0])]
        assert (kept["day"] == follows.day - 1).all()
    assert len(follows.model.events) == room


# What cannot be, or hardly


def lone(rate: float = 0.5, days: int = 6, **rest: object) -> Scenario:
    """One actor that raids another, which can do nothing; war absorbs the raid, and a rival act begins the war."""
    return scenario(
        theatre(
            {"aran": actor(), "bora": actor()},
            {
                "aran.raid": action(5, "bora", rate, cooldown=3),
                "aran.war": action(9, "bora", 0.2, effects={"war": "set"}),
            },
            {"war": {"kind": "flag", "start": False}},
            war={"flag": "war", "rungs": [5, 8], "severity": 7, "source": "judgement: a test"},
        ),
        days,
        **rest,
    )


@pytest.mark.parametrize(
    ("case", "acts"),
    [
        (lone(forbid={"aran.raid": "always"}), [(2, "aran.raid")]),
        (lone(rate=0), [(2, "aran.raid")]),
        (lone(), [(2, "aran.raid"), (4, "aran.raid")]),  # the cooldown
        (lone(), [(2, "aran.war"), (4, "aran.raid")]),  # war absorbs it
    ],
)
def test_what_rules_forbid_is_done_all_the_same_and_counts_as_next_to_impossible(case, acts):
    found = filtered(case, 3, 1, record=record(*({"on": on(day), "do": act} for day, act in acts)), replicates=2)
    assert found.impossible[["day", "action"]].to_numpy().tolist() == [[acts[-1][0], "aran.raid"]] * 1
    assert found.parts["nats"].iloc[-1] == pytest.approx(IMPOSSIBLE)
    follows = Following(case, found.record, 3, 1)
    for _ in range(follows.days):
        follows.step()
    done = follows.model.world.last_day[follows.model.program.actions.index("aran.raid")]
    assert done.tolist() == [acts[-1][0]] * 3


def test_what_is_forbidden_was_not_seen_whatever_its_rate():
    """A vetoed act is drawn and not done, so that its silence tells nothing."""
    acts = {"on": on(5), "do": "aran.war"}
    quiet = filtered(lone(forbid={"aran.raid": "always"}), 1, 1, record=record(acts, **{"from": on(0)}), replicates=1)
    assert quiet.log_likelihood == pytest.approx(5 * log(1.5 / 1.7) + log(0.2 / 1.7), abs=1e-12)
    assert quiet.expected["aran.raid"].tolist() == [0.0] * 6


def test_deaths_that_an_act_cannot_bring_are_given_and_count_as_next_to_impossible():
    found = filtered(lone(), 2, 1, record=record({"on": on(1), "do": "aran.raid", "deaths": [3, 5]}), replicates=1)
    assert found.of_deaths == pytest.approx(IMPOSSIBLE)
    follows = Following(lone(), found.record, 2, 1)
    for _ in range(follows.days):
        follows.step()
    assert follows.model.world.deaths[-1].tolist() == [3.0, 3.0]


def test_one_day_one_particle_and_an_act_on_it():
    found = filtered(lone(days=1), 1, 1, record=record({"on": on(0), "do": "aran.raid"}), replicates=1)
    assert found.log_likelihood == pytest.approx(log(0.5 / 1.7), abs=1e-12)
    assert isnan(found.error)
    assert found.trajectories.sizes == {"draw": 1, "day": 1}


def test_a_record_may_begin_before_a_scenario_and_end_after_it():
    acts = [{"on": on(day), "do": "aran.raid"} for day in (-4, 2, 9)]
    found = filtered(lone(), 1, 1, record=record(*acts), replicates=1)
    assert (found.followed.days, found.parts["event"].dropna().tolist()) == (6, ["event_1"])
    held = 2 * log(1 / 1.7) + log(0.5 / 1.7) + 2 * log(1 / 1.2) + log(1 / 1.7)
    assert found.log_likelihood == pytest.approx(held, abs=1e-12)


def test_days_before_a_record_begins_tell_nothing():
    found = filtered(lone(days=6), 1, 1, record=record({"on": on(4), "do": "aran.raid"}), replicates=1)
    assert found.parts["day"].tolist() == [4]
    assert found.followed.days == 5


def wild(noise: float) -> Scenario:
    """A variable whose noise overflows: on nearly every day, or on one in some."""
    level = {"kind": "level", "unit": "1", "start": 0, "scale": [0, 1], "range": [-1e300, 1e300], "noise": noise}
    acts = {"aran.raid": action(5, "bora", 0.5), "bora.raid": action(5, "aran", 0.1)}
    return scenario(theatre({"aran": actor(), "bora": actor()}, acts, {"wild": level}), 12)


def test_when_all_particles_have_failed_the_record_is_impossible():
    acts = [{"on": on(day), "do": "aran.raid"} for day in (0, 11)]
    found = filtered(wild(1e308), 4, 1, record=record(*acts), replicates=2)
    assert found.log_likelihood == -np.inf
    assert isnan(found.error)
    follows = Following(wild(1e308), record(*acts), 4, 1)
    for _ in range(follows.days):
        follows.step()
    assert not follows.model.share.any()
    assert not follows.model.resampled.any()
    forks = follows.fork(1, 1)
    assert not forks.status.alive.any()


def test_particles_that_fail_count_no_longer_and_are_replaced():
    acts = [{"on": on(day), "do": "aran.raid"} for day in (0, 11)]
    follows, failed = Following(wild(7e307), record(*acts), 200, 1), 0
    for _ in range(follows.days):
        follows.step()
        model = follows.model
        failed += int((model.status.alive == 0).sum())
        assert not model.share[model.status.alive == 0].any()
        assert model.share.sum() == pytest.approx(1)
        assert np.isfinite(model.expected).all()
    assert failed > 20


def test_two_acts_of_an_actor_never_share_a_day():
    week = {"from": on(1), "until": on(3)}
    acts = [{"on": week, "do": "aran.war"}, {"on": week, "do": "aran.raid"}, {"on": on(2), "do": "aran.raid"}]
    follows = Following(lone(), record(*acts), 60, 1)
    for _ in range(follows.days):
        follows.step()
    model = follows.model
    assert (model.state.event_number == 3).all()
    assert (np.diff(np.sort(model.world.last_day, axis=0), axis=0) != 0).all()


def test_an_act_that_has_no_day_left_is_refused():
    acts = [{"on": on(day), "do": "aran.raid"} for day in (1, 2, 3)]
    week = {"on": {"from": on(1), "until": on(3)}, "do": "aran.war"}
    with pytest.raises(RecordError, match=r"events.event_3: .* acts once a day"):
        Followed(lone(), record(*acts, week))


def test_deaths_that_are_recorded_belong_to_one_act_of_one_day():
    """Not to one that the record misses, the day after or on a day on which another particle has a recorded act."""
    acts = {
        "aran.raid": action(5, "bora", 2, casualties={"chance": 1, "deaths": 1}),
        "aran.threat": action(1, "bora", 0.3),
    }
    case = scenario(theatre({"aran": actor(), "bora": actor()}, acts), 8)
    known = {"on": on(1), "do": "aran.raid", "deaths": 7}
    unsure = {"on": {"from": on(4), "until": on(6)}, "do": "aran.threat"}
    told = record(known, unsure, covers=[{"actions": ["aran.threat"]}], **{"from": on(0)})
    follows = Following(case, told, 50, 1)
    for _ in range(follows.days):
        follows.step()
    model = follows.model
    assert (model.world.deaths[-1] == 7 + (model.state.event_number - 2)).all()
    assert model.state.event_number.max() > 4
