"""Numbers that change on a date: the past stays bit for bit, and the rest is the branch in which they were changed."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import sim
import sim.execution.run as running
from sim.engine.branch import branched
from sim.engine.mesa_model import CrisisModel
from sim.engine.model import LockstepModel
from sim.engine.options import options
from sim.engine.particles import Particles
from sim.experiments.record.following import Following
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import compile_record
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, with_change, with_numbers
from tests.oracle.particles import Record as ReferenceRecord
from tests.small import small
from tests.small_scenarios import START, rich, rich_theatre, scenario
from tests.test_branch_engine import digests, stepped_to, with_
from tests.test_engine_equals_oracle import assert_equal_histories
from tests.test_orders import written as ordering
from tests.test_particles_equal_oracle import RICH_RECORD

ROCKET, RALLY, TENSE = "actions.cela.rocket.rate", "actions.dorn.rally.rate", "conditions.tense.tension"
SET = {
    ROCKET: 0.9,
    "actions.cela.rocket.cooldown": 5.0,
    "actors.aran.perception.memory": 3.0,
    "actors.cela.sponsors.dorn.control.mood": 0.6,
    "ladder.rungs.4.severity": 6.0,
    "variables.oil.half_life": 4.0,
    TENSE: 75.0,
}
DAY = 23


def on(day: int) -> str:
    return str(START + timedelta(days=day))


def changed(*entries: tuple[int, dict[str, float]], case: Scenario | None = None) -> Scenario:
    changes = {f"change_{at}": {"on": on(day), "set": values} for at, (day, values) in enumerate(entries)}
    return with_(rich() if case is None else case, changes=changes)


def whole(case: Scenario, runs: int = 5, seed: int = 6) -> list[list[int]]:
    return digests(LockstepModel(case, runs=runs, seed=seed))


@pytest.mark.parametrize("day", [0, 2, DAY, 59])
def test_a_run_under_a_change_is_the_run_until_then_and_its_branch_under_other_numbers_from_then_on(day):
    trunk = stepped_to(rich(), 6, [0, 1, 2, 3, 4], day)
    branch = branched(trunk, np.zeros(5, np.int64), scenario=with_numbers(rich(), SET), column=np.arange(5))
    assert whole(changed((day, SET))) == whole(rich())[:day] + digests(branch)


@pytest.mark.parametrize("day", [13, DAY, 24])
def test_the_reference_model_goes_by_the_same_numbers_on_the_same_days(day):
    """Rates rise and fall, acts are waited for and blamed otherwise, on days after a rocket and on others."""
    said = changed((day, SET), (day + 3, {ROCKET: 0.1, "actions.cela.rocket.cooldown": 1}), (day + 9, SET))
    assert assert_equal_histories(said, 6, [0, 1, 2, 3, 4, 5]) > 100


def test_what_is_made_of_the_rules_is_made_anew():
    said = changed((DAY, SET | {"actions.cela.vow.rate": 1e-35, "actions.aran.kill_commander.drivers.tense": 9}))
    model, fresh = stepped_to(said, 6, [0, 1], DAY + 1), LockstepModel(said.as_of(DAY), runs=2, seed=6)
    mine, its = model.state, fresh.state
    assert np.isinf(mine.bound.least[model.program.hands.index("cela")])  # no bound holds of a number so odd
    for one, other in ((mine.bound.least, its.bound.least), (mine.bound.slack, its.bound.slack)):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(mine.severity, its.severity)
    np.testing.assert_array_equal(model.numbers.shared, fresh.numbers.shared)


def test_every_kind_of_number_that_is_changed_here_makes_another_future():
    plain = whole(rich())
    for path, value in SET.items():
        found = whole(changed((DAY, {path: value})))
        assert found[:DAY] == plain[:DAY]
        assert found[-1] != plain[-1], path


def test_what_is_changed_while_a_model_runs_is_as_if_the_scenario_had_said_so():
    model = LockstepModel(rich(), runs=5, seed=6)
    found = []
    while model.running:
        if model.day == 9:
            model.change({RALLY: 0.4})
        if model.day == DAY:
            model.change({ROCKET: 0.2, TENSE: "15"})
            model.change({ROCKET: 0.9})
        model.step()
        found.append(model.digest().tolist())
    assert found == whole(changed((9, {RALLY: 0.4}), (DAY, {ROCKET: 0.9, TENSE: 15})))
    assert found == whole(model.rules)
    assert model.scenario.changes == {}
    assert whole(rich()) != found  # it was changed in that model alone


def test_a_change_before_the_first_day_holds_from_it():
    model = LockstepModel(rich(), runs=5, seed=6)
    model.change({ROCKET: 0.9})
    assert digests(model) == whole(changed((0, {ROCKET: 0.9})))


def test_a_change_made_while_a_model_runs_adds_to_what_the_scenario_says():
    said = changed((9, {RALLY: 0.4, ROCKET: 0.5}), (DAY, {ROCKET: 0.05, TENSE: 20}))
    model = LockstepModel(said, runs=5, seed=6)
    found = []
    while model.running:
        if model.day == DAY:
            model.change({ROCKET: 0.9})
        model.step()
        found.append(model.digest().tolist())
    assert found == whole(changed((9, {RALLY: 0.4, ROCKET: 0.5}), (DAY, {ROCKET: 0.9, TENSE: 20})))


def test_a_change_that_is_refused_changes_nothing():
    model, plain = LockstepModel(rich(), runs=2, seed=6), whole(rich(), 2)
    for _ in range(DAY):
        model.step()
    for numbers, said in (
        ({RALLY: 0.4, "actions.dorn.rally.rat": 1}, "did you mean 'actions.dorn.rally.rate'"),
        ({RALLY: -1}, "-1 is out of range"),
        ({"variables.mood.start": 0.5}, "matters on the first morning only"),
        ({"script.b_drop.effects.mood": 0.1}, "happens on 2020-01-03, before 2020-01-24"),
        ({"ladder.rung_memory": 3}, "'ladder.rung_memory' cannot change within a run"),
        ({}, "at least 1"),
    ):
        with pytest.raises(ChangeError, match=said):
            model.change(numbers)
    assert digests(model) == plain[DAY:]


def test_what_was_imposed_forbidden_and_held_before_a_change_stays_so():
    ordered, forbidden = "aran.deploy", "cela.rocket"
    model = LockstepModel(changed((DAY, SET)), runs=40, seed=6)
    shared = model.program.script.act.copy()
    for _ in range(DAY - 1):
        model.step()
    model.forbid(forbidden)
    model.step()
    model.change({RALLY: 0.9})
    model.impose(ordered)
    model.step()
    model.step()
    acts = model.events[: int(model.n_events[0])]
    late = acts[acts["day"] >= DAY - 1]
    done = [model.program.actions[act] for act in late["action"]]
    assert forbidden not in done
    assert done.count(ordered) >= 40
    np.testing.assert_array_equal(model.program.script.act, shared)  # that of the program, which others use


def test_branches_of_a_model_go_on_under_what_was_changed_and_ordered_in_it():
    model = LockstepModel(changed((9, {RALLY: 0.4}), (40, {ROCKET: 0.01})), runs=3, seed=6)
    for _ in range(DAY):
        model.step()
    model.change({ROCKET: 0.9})
    model.forbid("dorn.rally")
    branch = branched(model, np.zeros(3, np.int64), column=np.arange(3))
    assert digests(branch) == digests(model)


def test_changes_add_up_and_a_later_one_wins():
    said = changed((9, {RALLY: 0.4, ROCKET: 0.9}), (DAY, {ROCKET: 0.1, TENSE: 12}))
    trunk = stepped_to(changed((9, {RALLY: 0.4, ROCKET: 0.9})), 6, [0, 1], DAY)
    rules = with_numbers(rich(), {RALLY: 0.4, ROCKET: 0.1, TENSE: 12})
    assert whole(said, 2)[DAY:] == digests(branched(trunk, np.zeros(2, np.int64), scenario=rules, column=np.arange(2)))


def test_a_design_counts_until_its_number_is_changed_for_all():
    values, kept = np.linspace(0.05, 0.5, 4), np.linspace(0.1, 0.9, 4)
    said = changed((9, {TENSE: 20}), (DAY, {ROCKET: dict(rich().numbers())[ROCKET].value}))  # for all as it is written
    together = digests(LockstepModel(said, runs=4, seed=6, design={ROCKET: values, RALLY: kept}))
    for run, (value, own) in enumerate(zip(values, kept, strict=True)):
        alone = LockstepModel(with_numbers(said, {ROCKET: value, RALLY: own}), run_numbers=[run], seed=6)
        assert [day[run] for day in together] == [day[0] for day in digests(alone)]


def test_an_ensemble_does_not_depend_on_how_it_is_cut(monkeypatch):
    case = changed((DAY, SET))
    found = sim.run(case, runs=12, seed=6, progress=None)
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 5)
    cut = sim.run(case, runs=12, seed=6, progress=None)
    assert found.trajectories.identical(cut.trajectories)
    pd.testing.assert_frame_equal(found.events, cut.events)


@pytest.mark.parametrize("day", [0, DAY])
def test_a_run_of_a_scenario_with_a_change_is_a_branch_on_the_same_dice(day):
    found = sim.run(changed((day, SET)), runs=8, seed=6, progress=None)
    branch = sim.branch(rich(), seed=6, run=7, day=day, overrides=SET, same_dice=True)
    mine, its = found.trajectories.sel(run=7).drop_vars("run"), branch.trajectories.isel(run=0).drop_vars("run")
    assert mine.drop_attrs().identical(its.drop_attrs())
    mine, its = (e.events[e.events["run"] == run].drop(columns="run") for e, run in ((found, 7), (branch, 0)))
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), its.reset_index(drop=True))


def test_a_branch_after_a_change_is_under_the_changed_rules():
    said = changed((9, {ROCKET: 0.9}), (40, {TENSE: 20}))
    plain = sim.branch(said, seed=6, run=3, day=DAY, same_dice=True)
    run = sim.replay(said, seed=6, run=3)
    np.testing.assert_array_equal(plain.trajectories["tension"][0], run.tension)
    over = sim.branch(said, seed=6, run=3, day=DAY, same_dice=True, overrides={ROCKET: 0.01, RALLY: 0.9})
    meant = changed((9, {ROCKET: 0.9}), (DAY, {ROCKET: 0.01, RALLY: 0.9}), (40, {TENSE: 20}))
    np.testing.assert_array_equal(over.trajectories["tension"][0], sim.replay(meant, seed=6, run=3).tension)
    assert over.scenario.changes["change_1"].set == {TENSE: 20}
    short = sim.branch(said, seed=6, run=3, day=DAY, days=5, runs=2)
    assert list(short.scenario.changes) == ["change_0"]


def test_choices_and_explanations_read_the_numbers_of_their_day():
    said = changed((DAY, {"actions.aran.sanction.rate": 0.7}))
    for day, rate in ((DAY - 1, 0.1), (DAY, 0.7)):
        told = next(r for r in range(9) if _open(sim.replay(said, seed=6, run=r).explain(day, "aran")))
        assert sim.replay(said, seed=6, run=told).explain(day, "aran").option("aran.sanction").base == rate
    trunk = stepped_to(said, 6, [told], DAY)
    chances = {
        option.action: option.chance
        for option in sim.choices(said, seed=6, run=told, day=DAY, actor="aran", runs=2, days=2).options
        if option.action != "hold"
    }
    trunk.change({RALLY: 0.15})  # as it is: what is asked is asked under the rules of the day all the same
    assert chances == {option.action: option.chance for option in options(trunk, "aran") if not option.vetoed}


def _open(told) -> bool:
    return any(option.action == "aran.sanction" for option in told.options)


def test_blame_is_laid_by_the_numbers_of_the_morning_after():
    path = "actors.aran.perception.suspects.bora"
    said = changed((20, {path: 0.1}), case=with_(rich(), script={}, forbid={}))
    acts = [act for run in range(6) for act in sim.replay(said, seed=6, run=run).deeds if act.action == "cela.rocket"]
    believed = {
        late: {
            round(each.believed / each.share, 6)
            for act in acts
            if (act.day >= 19) == late
            for each in act.blame
            if (each.observer, each.by) == ("aran", "bora") and each.share
        }
        for late in (False, True)
    }
    # half of it is deniable, and a quarter where it killed; of that as much is believed as is suspected
    assert believed == {
        late: {round((1 - share) + share * suspected, 6) for share in (0.5, 0.25)}
        for late, suspected in ((False, 0.8), (True, 0.1))
    }


def test_a_finished_run_is_asked_by_the_thresholds_of_each_day():
    said = changed((DAY, {"conditions.dear_oil.oil": 20.0}), (40, {"conditions.dear_oil.oil": 199.0}))
    told = sim.replay(said, seed=6, run=1)
    held = told.course.holds(told.scenario.theatre.conditions["dear_oil"])
    mornings = np.concatenate([[65.0], np.asarray(told.block.values["oil"][0][:-1], np.float64)])
    assert held.tolist() == [*(mornings[:DAY] >= 66), *[True] * (40 - DAY), *[False] * 20]


def test_particles_follow_a_record_under_changed_rules():
    free = scenario(rich_theatre(), 60)
    silent = {"schema_version": 1, "from": START, "until": on(59), "events": {}, "covers": []}
    said = changed((DAY, SET), case=free)
    record = compile_record(said, program_of(said), HistoryFile.model_validate(silent))
    assert digests(Particles(said, record, 5, 6)) == whole(said)
    told = HistoryFile.model_validate(RICH_RECORD)
    plain, other = (Following(case, told, particles=64, seed=6) for case in (free, changed((12, SET), case=free)))
    for day in range(20):
        plain.step()
        other.step()
        assert np.array_equal(plain.model.digest(), other.model.digest()) == (day < 12)
    fork = other.fork(10, 3)
    assert {path: fork.program.base[path] for path in SET} == SET


@pytest.mark.parametrize(
    ("changes_on", "lead", "done", "ordered"), [(4, 2, 5, 0), (4, 2, 6, 4), (4, 2, 9, 7), (2, 9, 7, 7), (2, 9, 11, 2)]
)
def test_a_record_has_an_act_ordered_on_the_last_day_whose_lead_ends_on_its_day(changes_on, lead, done, ordered):
    """The lead is five days until it changes; an act for which no day fits was not ordered."""
    case = changed((changes_on, {"actions.north.strike.order.lead": lead}), case=with_lead(5))
    act = {"on": on(done), "do": "north.strike"}
    told = HistoryFile.model_validate({"schema_version": 1, "events": {"strike": act}})
    (way,) = compile_record(case, program_of(case), told).of(0)
    assert (int(way["day"]), int(way["done"])) == (ordered, done)
    assert ReferenceRecord(case, told).acts[0].ways[0].day == ordered


def with_lead(days: int) -> Scenario:
    world = ordering()
    world["actions"]["north.strike"]["order"]["lead"] = days
    return scenario(world, 20)


def test_a_record_is_held_to_the_rules_as_they_change_but_for_noise_and_scripts_of_ones_own():
    said = changed(
        (9, {"variables.oil.noise": 3.0, "script.e_talks.effects.sanctions": -0.2, "variables.oil.half_life": 2})
    )
    record = HistoryFile.model_validate(RICH_RECORD)
    told, plain = (sim.recorded(case, history=record) for case in (said, rich()))
    assert told.scenario.changes["change_0"].set == {"variables.oil.half_life": 2.0}
    apart = (told.trajectories["oil"] != plain.trajectories["oil"])[0].to_numpy()
    assert not apart[:9].any()
    assert apart[9:].any()


def test_a_mesa_model_changes_too():
    model = CrisisModel(changed((DAY, SET)), runs=5, seed=6)
    assert digests(model) == whole(changed((DAY, SET)))


def test_paths_are_kept_as_they_are_called_and_values_as_numbers_read_them():
    paths = {
        "actions.cela.rocket.drivers.~talks * provocation(cela,aran) * sanctions": 3,
        "actors.aran.perception.memory": "5 d",
    }
    said = changed((DAY, paths))
    assert said.changes["change_0"].set == {
        "actions.cela.rocket.drivers.provocation(cela, aran) * sanctions * ~talks": 3.0,
        "actors.aran.perception.memory": 5.0,
    }
    assert Scenario.model_validate_json(said.model_dump_json(by_alias=True)).sha256 == said.sha256


def test_a_scenario_without_changes_has_the_hash_that_it_had():
    assert with_(rich(), changes={}).sha256 == rich().sha256
    assert rich().sha256 == "4c703b5fd65b762be653437cf4168c78165fe18b81b19e28728d1026f4739236"
    apart = [changed((DAY, {ROCKET: 0.9})), changed((DAY + 1, {ROCKET: 0.9})), changed((DAY, {ROCKET: 0.8})), rich()]
    assert len({each.sha256 for each in apart}) == 4


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([(60, {ROCKET: 1})], "2020-03-01 is outside the run, 2020-01-01 to 2020-02-29"),
        ([(9, {"actions.cela.rocket.rat": 1})], "did you mean 'actions.cela.rocket.rate'"),
        ([(9, {"actions.cela.rocket": 1})], "inside it there are"),
        ([(9, {ROCKET: -1})], "-1 is out of range"),
        ([(9, {ROCKET: "2 d"})], "the value is in 'd' but unit says '1/day'"),
        ([(9, {ROCKET: True})], "expected a number, alone or with its unit"),
        ([(9, {ROCKET: {"value": 1}})], "found a map"),
        ([(9, {"variables.oil.start": 1})], "'variables.oil.start' matters on the first morning only"),
        ([(9, {"script.b_drop.effects.mood": 1})], "b_drop happens on 2020-01-03, before 2020-01-10"),
        ([(9, {ROCKET: 1}), (9, {ROCKET: 2})], "'change_0' sets actions.cela.rocket.rate on 2020-01-10 too"),
        ([(9, {})], "at least 1"),
    ],
)
def test_what_cannot_change_is_refused(entries, said):
    with pytest.raises(ValidationError, match=said):
        changed(*entries)


def test_what_a_run_would_have_to_remember_otherwise_is_refused_by_its_path():
    for path in ("ladder.rung_memory", "actions.cela.rocket.reply"):
        said = changed((9, {RALLY: 0.2, path: 3 if path.startswith("ladder") else 0}))
        if path.startswith("ladder"):
            with pytest.raises(ChangeError, match=rf"'{path}' cannot change within a run"):
                LockstepModel(said)


def test_numbers_of_the_script_change_before_their_day():
    said = changed((9, {"script.e_talks.effects.sanctions": -0.3}))
    trunk = stepped_to(rich(), 6, [0, 1], 9)
    rules = with_numbers(rich(), {"script.e_talks.effects.sanctions": -0.3})
    assert whole(said, 2)[9:] == digests(branched(trunk, np.zeros(2, np.int64), scenario=rules, column=np.arange(2)))


def test_a_change_can_be_laid_over_a_scenario_from_a_date_on():
    said = with_change(changed((9, {RALLY: 0.4, ROCKET: 0.5})), START + timedelta(days=9), {ROCKET: 0.9})
    assert {name: each.set for name, each in said.changes.items()} == {
        "change_0": {RALLY: 0.4},
        "from_2020_01_10": {ROCKET: 0.9},
    }


FILE = """schema_version: 1
extends: {extends}
title: A change
start: 2019-05-01
days: 100
seed: 1
changes:
{changes}
"""


def written(folder, *lines: str, name: str = "child", extends: str = "summer") -> str:
    small(folder)
    path = folder / f"{name}.yaml"
    path.write_text(FILE.format(extends=f"{extends}.yaml", changes="\n".join(f"  {line}" for line in lines)))
    return str(path)


def test_a_file_inherits_changes_and_leaves_out_those_that_it_sets_to_null(tmp_path):
    rate = "actions.north.strike.rate"
    first = f"more: {{on: 2019-06-01, set: {{{rate}: 0.2}}, story: More strikes, source: 'judgement: a test'}}"
    written(tmp_path, first, f"less: {{on: 2019-07-01, set: {{{rate}: 0.1 odds/day}}}}", name="parent")
    kept = sim.load(written(tmp_path, "less: null", f"most: {{on: 2019-07-02, set: {{{rate}: 1}}}}", extends="parent"))
    assert {name: (str(each.on), each.set) for name, each in kept.changes.items()} == {
        "more": ("2019-06-01", {rate: 0.2}),
        "most": ("2019-07-02", {rate: 1.0}),
    }
    assert kept.changes["more"].story == "More strikes"
    with pytest.raises(sim.ScenarioError, match="there is no inherited 'mor' to leave out"):
        sim.load(written(tmp_path, "mor: null", extends="parent"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "a: {on: 2019-06-01, set: {actions.north.strik.rate: 1}}",
            "a.set.actions.north.strik.rate: this scenario has no",
        ),
        (
            "a: {on: 2019-06-01, set: {actions.north.strike.rate: -1}}",
            "changes.a.set.actions.north.strike.rate: -1 is out",
        ),
        ("a: {on: 2018-06-01, set: {actions.north.strike.rate: 1}}", "changes.a.on: 2018-06-01 is outside the run"),
        ("a: {on: 2019-06-01, set: {variables.pain.start: 1}}", "matters on the first morning only"),
        ("a: {on: 2019-06-01, set: {ladder.rung_memory: 3}}", "changes.a: 'ladder.rung_memory' cannot change within a"),
        (
            "a: {on: 2019-06-01, set: {actions.north.strike.rate: [1]}}",
            "expected a number, alone or with its unit such as",
        ),
        ("a: {on: 2019-06-01, set: {}}", "changes.a.set: expected 1 or more entries, found 0"),
        ("a: {on: 2019-06-01}", "missing 'set' in changes.a"),
        ("a: {on: 2019-06-01, sets: {x: 1}}", "unknown key 'sets' in changes.a"),
    ],
)
def test_a_fault_in_a_file_is_told_with_its_line(tmp_path, monkeypatch, line, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load(written(tmp_path, line))
    found = [each for each in str(caught.value).splitlines() if said in each]
    assert len(found) == 1, str(caught.value)
    assert found[0].startswith("child.yaml:8:")


def test_a_change_goes_through_the_theatres_of_earlier_ones_without_making_them_once_more():
    one = changed((DAY, {ROCKET: 0.9}))
    both = with_change(one, START + timedelta(days=DAY + 5), {TENSE: 75.0})
    assert [each.theatre for each in both.epochs[:2]] == [each.theatre for each in one.epochs]
    assert both.epochs[1].theatre is one.epochs[1].theatre
    # Other values, or another theatre, are never taken for these.
    other = with_change(rich(), START + timedelta(days=DAY), {ROCKET: 0.8})
    assert [dict(each.epochs[1].theatre.actions)["cela.rocket"].rate.value for each in (one, other)] == [0.9, 0.8]
