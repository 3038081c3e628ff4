"""What must hold of the oracle in every theatre: whatever the order of its file, its names, and Mesa's version."""

import inspect
import math
import random
from collections import Counter
from datetime import timedelta

import mesa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.theatre.language.scenario import Scenario
from tests.oracle import ReferenceModel
from tests.oracle.cases import SILENT, after, on_day
from tests.small_scenarios import START, action, actor, rich, scenario, theatre
from tests.strategies import failing_theatres, run_numbers, small_scenarios

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def evening(model: ReferenceModel) -> str:
    """All that a run shows of a day; as text, so that NaN equals itself."""
    world = (model.values, model.logs, model.heat_stock, model.tension, model.rung, model.dyad_rung, model.outcome_day)
    people = (model.stocks, model.readings, model.draws, model.failed, model.events)
    return repr([sorted(part.items()) if isinstance(part, dict) else part for part in world + people])


def history(case: Scenario, **key: int) -> list[str]:
    model = ReferenceModel(case, **key)
    evenings = []
    while model.running:
        model.step()
        evenings.append(evening(model))
    return evenings


# Order and names


def shuffled(written: object, dice: random.Random) -> object:
    """The same file with the keys of every map, and the factors of every term, in another order."""
    if isinstance(written, list | tuple):
        return [shuffled(part, dice) for part in written]
    if not isinstance(written, dict):
        return written
    entries = {}
    for key in dice.sample(list(written), len(written)):
        is_path = "." in str(key).split("(")[0]
        factors = [str(key)] if is_path else str(key).split(" * ")
        name = " * ".join(dice.sample(factors, len(factors))) if isinstance(key, str) else key
        entries[name] = shuffled(written[key], dice)
    return entries


def rewritten(case: Scenario, dice: random.Random) -> Scenario:
    return Scenario.model_validate(shuffled(case.model_dump(by_alias=True), dice))


@few
@given(small_scenarios(), run_numbers, st.integers())
def test_the_order_of_a_file_never_matters(case, run, order):
    assert history(rewritten(case, random.Random(order)), run=run) == history(case, run=run)


@pytest.mark.parametrize("run", range(4))
def test_the_order_of_a_rich_file_never_matters(run):
    assert history(rewritten(rich(), random.Random(run)), run=run) == history(rich(), run=run)


def feud(x: str, y: str, z: str) -> ReferenceModel:
    """Twelve scripted days between three actors, x and y at odds and z the proxy of y, under any names."""
    actors = {
        x: actor({"memory": 7, "suspects": {y: 0.8}}, SILENT, protects={z: 0.3}, blames={y: {z: 0.6}}),
        y: actor({"lethality": 9}, SILENT | {"discharge": 0.7}, protects={z: 0.5}),
        z: actor(replies=SILENT, sponsors={y: {"control": {"hold": 0.8}}}),
    }
    actions = {
        f"{x}.strike": action(6, z, reply=1, harms={y: 0.4}, effects={"hold": -0.3}),
        f"{x}.sorry": action(0, y, calm=0.3, effects={"hold": 0.2}),
        f"{y}.answer": action(5, x, reply=1, deniability=0.6, effects={"hold": 0.4}),
        f"{y}.blame": action(1, x, attribute=0.5),
        f"{z}.shell": action(4, x, deniability=0.3, effects={"hold": -0.1}),
    }
    holders = [f"provocation({i}, {j})" for i in (x, y, z) for j in (x, y, z) if i != j]
    target = {"base": 0.1} | {f"{holder} * tension": 0.3 for holder in holders}
    deeds = [f"{x}.strike", f"{y}.answer", f"{z}.shell", f"{x}.sorry", f"{y}.blame"]
    script = {}
    for day in range(12):
        for index in (day % 5, (day + 1) % 5):
            script[f"entry_{2 * day + index}_{index}"] = on_day(day, deeds[index], deaths=day % 4 if index else 0)
    hold = {"kind": "unit", "start": 0.7, "half_life": 5, "target": target}
    return after(12, scenario(theatre(actors, actions, {"hold": hold}), 12, script=script))


def test_names_matter_to_nothing_but_the_dice():
    """With all acts scripted, names that sort the other way round give the same history but for the last digits."""
    names, others = ("aran", "bora", "cela"), ("yara", "xeno", "wadi")
    other_name = dict(zip(names, others, strict=True))
    one, other = feud(*names), feud(*others)
    assert len(one.stocks) == 6
    for (i, j), held in one.stocks.items():
        assert other.stocks[other_name[i], other_name[j]][:5] == pytest.approx(held[:5], rel=1e-12)
    for (i, j), read in one.readings.items():
        assert other.readings[other_name[i], other_name[j]] == pytest.approx(read, rel=1e-12)
    assert other.values == pytest.approx(one.values, rel=1e-12)
    assert other.tension == pytest.approx(one.tension, rel=1e-12)


# Any history


def assert_in_bounds(model: ReferenceModel) -> None:
    """Hold an evening to what no theatre may break."""
    for name, variable in model.theatre.variables.items():
        low, high = variable.range if variable.kind in ("level", "log") else (0, 1)
        slack = 1e-12 * high if variable.kind == "log" else 0  # a price at its limit is exp(log(limit))
        assert low - slack <= model.values[name] <= high + slack
        if variable.kind == "flag":
            assert model.values[name] in (0, 1)
    assert 0 <= model.tension <= 100
    assert {model.rung, *model.dyad_rung.values()} <= set(range(10))
    for stocks in model.stocks.values():
        assert min(stocks[:5]) > -1e-9  # a proxy's own share may fall short of 0 in the last digit
        assert stocks[5] < len(model.events)
    assert (
        max(
            Counter((event.day, model.hand_of(event.action)) for event in model.events if event.target).values(),
            default=0,
        )
        <= 1
    )


@few
@given(small_scenarios(), run_numbers)
def test_no_history_leaves_its_bounds(case, run):
    model = ReferenceModel(case, seed=case.seed, run=run)
    while model.running:
        model.step()
        assert_in_bounds(model)
    assert [event.number for event in model.events] == list(range(len(model.events)))
    assert all(-1 <= event.cause < event.number for event in model.events)
    assert all(event.day > model.events[event.cause].day for event in model.events if event.cause >= 0)


@few
@given(small_scenarios(failing_theatres()), run_numbers)
def test_a_run_that_fails_stays_as_it_was(case, run):
    model = ReferenceModel(case, run=run)
    while model.running:
        before, events = model.failed, len(model.events)
        model.step()
        assert all(math.isnan(x) == (model.failed is not None) for x in [*model.values.values(), model.tension])
        if before is not None:
            assert (model.failed, len(model.events)) == (before, events)
    assert model.day == case.days


# Promises of the dice


def test_the_past_is_kept_when_an_act_is_forbidden():
    free = Scenario.model_validate(rich().model_dump(by_alias=True) | {"forbid": {}})
    first = next(event.day for event in after(60, free).events if event.action == "cela.rocket" and event.day > 4)
    from_then_on = {"cela.rocket": {"from": START + timedelta(days=first)}}
    forbidden = Scenario.model_validate(free.model_dump(by_alias=True) | {"forbid": from_then_on})
    with_it, without = history(free), history(forbidden)
    assert with_it[:first] == without[:first]
    assert with_it[first] != without[first]


@pytest.mark.parametrize("key", [{"seed": 1}, {"run": 1}, {"branch": 1}])
def test_other_dice_give_another_history(key):
    assert history(rich(), **key)[4:] != history(rich())[4:]


# Mesa


def test_mesa_s_batch_runner_runs_it():
    # Up to Mesa 3.4 seeds are a parameter like others; from 3.5 they come in `rng`, and `iterations` warns.
    rng_taken = "rng" in inspect.signature(mesa.batch_run).parameters
    seeds = {"rng": [9], "iterations": None} if rng_taken else {}
    parameters = {"scenario": rich(), "run": [0, 1], "runs": 1} | ({} if rng_taken else {"seed": 9})
    rows = mesa.batch_run(ReferenceModel, parameters, display_progress=False, **seeds)
    assert [row["run"] for row in rows] == [0, 1]
    for row in rows:
        model = after(60, rich(), seed=9, run=row["run"])
        assert (row["day"], row["rung"], row["tension"]) == (60, model.rung, model.tension)
        assert {name: row[name] for name in model.values} == model.values
        assert row["first day of bloodshed"] == model.outcome_day["bloodshed"]


def test_it_runs_one_world_only():
    with pytest.raises(ValueError, match="one world, found runs=2"):
        ReferenceModel(rich(), runs=2)


def test_the_rich_scenario_shows_everything_the_language_has():
    """What the engine is held to by it must happen in it."""
    case = rich()
    seen: set[str] = set()
    for run in range(12):
        model = ReferenceModel(case, run=run)
        while model.running:
            model.step()
            seen |= what_happened(model)
        seen |= {name for name, day in model.outcome_day.items() if day >= 0}
    flags = {f"{name} {x}" for name in ("command", "talks", "war") for x in (0, 1)}
    marks = {"veto", "cause", "lethal rung"}
    wanted = {*case.theatre.actions, *case.theatre.conditions, *case.theatre.outcomes, *flags, *marks}
    wanted |= {name for name, entry in case.script.items() if entry.effects}
    assert wanted - seen == {"cela.vow"}  # always forbidden


def what_happened(model: ReferenceModel) -> set[str]:
    """The features of the language that a day has shown."""
    actors = {event.actor for event in model.today}
    happened = {event.action for event in model.today}
    happened |= {name for name, held in model.morning.held.items() if held}
    happened |= {f"{name} {model.values[name]:.0f}" for name in ("command", "talks", "war")}
    happened |= {"veto" for actor, (_, _, drawn) in model.draws.items() if drawn is not None and actor not in actors}
    happened |= {"cause" for event in model.today if event.cause >= 0}
    return happened | {"lethal rung" for event in model.today if event.action == "cela.rocket" and event.rung == 6}
