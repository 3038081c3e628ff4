"""An explanation is what the engine did: its parts give every rate, and its draw is the draw, bit for bit."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from sim.engine.explain import Observer, choice
from sim.engine.model import LockstepModel
from sim.replays.causes import heaviest_grievance
from sim.replays.explain import Explanation, OpenOption, Reading, explanation
from sim.replays.unavailable import reasons
from sim.theatre.compiled.arithmetic import exp
from sim.theatre.language.scenario import Scenario
from tests.oracle import ReferenceModel
from tests.oracle.actor import ActorAgent, dead_by_side
from tests.small_scenarios import START, action, actor, rich, rich_theatre, scenario, theatre
from tests.strategies import failing_theatres, run_numbers, seeds, small_scenarios

generated = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def explained(told: sim.Replay) -> list[Explanation]:
    """Every choice of every hand on every day of a run."""
    found: list[Explanation] = []
    model = LockstepModel(told.scenario, seed=told.seed, run_numbers=[told.run])

    def look(model):
        for name in model.program.actors:
            first = explanation(model, name, told.acts, told.course)
            found.extend((first, *first.others))

    Observer(model, look)
    while model.running and model.status.alive[0]:
        model.step()
    return found


def product(readings: Iterable[Reading]) -> float:
    result = 1.0
    for reading in readings:
        result = result * reading.value
    return result


def rate_of_parts(option: OpenOption) -> float:
    """The rate, from nothing but the parts that are told."""
    exponent = 0.0
    for place, driver in enumerate(option.drivers):
        assert driver.amount == driver.weight * product(driver.readings)
        assert driver.factor == exp(driver.amount)
        exponent = exponent + driver.amount if place else driver.amount
    assert option.exponent == exponent
    assert option.drive == (exp(exponent) if option.drivers else 1.0)
    assert (option.done is not None) == (option.rested < 1.0)
    reply = option.reply
    if reply is None:
        return option.drive * option.base * option.rested
    in_proportion = (reply.provoking_rung + reply.overshoot) + reply.redline * reply.blood
    assert reply.sought == in_proportion + reply.firmness * reply.defiance
    weight = reply.preference * reply.fit * reply.elsewhere * reply.otherwise
    assert reply.share == (weight / reply.together if reply.together > 0 else 0.0)
    assert reply.answer == (weight * (reply.rate * reply.provocation / reply.together) if reply.together > 0 else 0.0)
    return option.drive * (option.base + reply.answer) * option.rested


def assert_parts_give_the_draw(told: Explanation) -> None:
    draw, running, low = told.draw, 0.0, 0.0
    for option in told.options:
        assert option.rate == rate_of_parts(option), option.action
        running += option.rate
        assert option.running == running
        assert option.chance == option.rate / (1.0 + draw.total)
        assert (option.low, option.high) == (low, option.running / (1.0 + draw.total))
        low = option.high
    assert draw.total == running
    assert draw.threshold == draw.at * (1.0 + draw.total)
    assert draw.hold == 1.0 / (1.0 + draw.total)
    drawn = next((option.action for option in told.options if option.running > draw.threshold), None)
    assert draw.drawn == drawn


def assert_told_as_it_was(case: Scenario, seed: int, run: int) -> int:
    """Hold every explanation of a run to the reference model; return how many draws there were."""
    told = sim.replay(case, seed=seed, run=run)
    oracle, draws = ReferenceModel(case, seed=seed, run=run), 0
    by_day: dict[int, list[Explanation]] = {}
    for each in explained(told):
        by_day.setdefault(each.day, []).append(each)
    for day, choices in by_day.items():
        oracle.step()
        for each in choices:
            if each.failed is not None or each.hand not in oracle.draws:
                continue
            u, rates, drawn = oracle.draws[each.hand]
            if not rates:
                assert each.draw is None
                continue
            assert each.draw.at == u, day
            assert {option.action: option.rate for option in each.options} == {
                name: rate for name, rate in rates if name not in {closed.action for closed in each.closed}
            }
            assert all(rate == 0 for name, rate in rates if name in {closed.action for closed in each.closed})
            assert each.draw.drawn == drawn
            assert_parts_give_the_draw(each)
            draws += 1
        done = {oracle.hand_of(event.action): event.action for event in oracle.today if event.target}
        assert {each.hand: each.did.action for each in choices if each.did is not None} == done
    return draws


@pytest.mark.parametrize("run", [0, 1, 2**32 - 1])
def test_every_choice_of_a_scenario_that_uses_the_whole_language(run):
    assert assert_told_as_it_was(rich(), 7, run) > 150


def test_every_choice_of_the_shipped_scenario():
    case = sim.load("baseline")
    short = case.model_copy(update={"days": 40, "script": {}})
    assert assert_told_as_it_was(short, 7, 12) > 500


@settings(generated, max_examples=40)
@given(small_scenarios(), seeds, run_numbers)
def test_every_choice_in_generated_theatres(case, seed, run):
    assert_told_as_it_was(case, seed, run)


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")  # trajectories are kept in fewer digits
@settings(generated, max_examples=10)
@given(st.data(), seeds)
def test_choices_up_to_the_day_on_which_a_run_fails(data, seed):
    assert_told_as_it_was(data.draw(small_scenarios(failing_theatres())), seed, 1)


@settings(generated, max_examples=25)
@given(small_scenarios(), seeds)
def test_what_is_not_open_has_a_reason_and_what_is_open_has_none(case, seed):
    def look(model):
        for number in range(len(model.program.hands)):
            for weighed in choice(model, number).rates:
                assert weighed.able != bool(reasons(model, weighed.action)), model.program.actions[weighed.action]

    model = LockstepModel(case, seed=seed)
    Observer(model, look)
    while model.running:
        model.step()


@settings(generated, max_examples=25)
@given(small_scenarios(), seeds)
def test_what_is_told_as_the_cause_is_the_engines(case, seed):
    told = sim.replay(case, seed=seed)
    choices = {(each.day, each.hand): each for each in explained(told)}
    for act in told.acts:
        if act.imposed:
            assert act.cause is None
            continue
        made = choices[act.decided, case.theatre.hands[act.action]]
        option = made.option(act.action)
        driver = heaviest_grievance(option)
        if option.reply is not None and option.reply.answer > option.base:
            of = act.actor, act.target
        else:
            of = grievance_of(driver.term) if driver is not None else None
        assert act.cause == leading(case, told, act.decided, of)


def grievance_of(term: str) -> tuple[str, str]:
    """Whose grievance against whom a term reads first, unnegated."""
    first = next(factor for factor in term.split(" * ") if factor.startswith(("provocation(", "blood(")))
    observer, by = first.partition("(")[2].rstrip(")").split(", ")
    return observer, by


def leading(case, told, day, pair):
    """The event at the head of what a pair holds on a morning."""
    if pair is None:
        return None
    seen = told.explain(day, pair[0])
    act = next(grievance.leading for grievance in seen.saw if grievance.by == pair[1])
    return None if act is None else act.event


@settings(generated, max_examples=25)
@given(small_scenarios(), seeds)
def test_blame_is_laid_as_the_reference_model_lays_it(case, seed):
    told, oracle = sim.replay(case, seed=seed), ReferenceModel(case, seed=seed)
    observers = [agent for agent in oracle.agents if isinstance(agent, ActorAgent)]
    for _ in range(case.days):
        oracle.step()
        if oracle.failed is not None:
            return
        for event in oracle.today:
            expected = {}
            for observer in observers if event.target and (event.rung > 0 or event.deaths > 0) else []:
                weight = observer.weight(event)
                dead = dead_by_side(case.theatre.actions[event.action], event.deaths)
                blood = max(map(observer.blood_weight, dead))
                if observer.name == event.actor or (weight == 0 and not (event.deaths > 0 and blood > 0)):
                    continue
                for by in observer.pairs:
                    share = observer.share(event.actor, by)
                    if share is not None:
                        delta, sigma = event.deniability, observer.suspicion(by)
                        expected[observer.name, by] = (share, share * ((1 - delta) + delta * sigma), weight)
            found = told.acts[event.number].blame
            assert {(each.observer, each.by): (each.share, each.believed, each.weight) for each in found} == expected


# By hand

CERTAIN = action(0, "south", 100, drivers={"alarm": 40})
"""Of a chance that is short of 1 by a ten-millionth, as the alarm stands."""


def duel(script=None, forbid=None, days=12, **north):
    """North may talk or strike; the south has struck first, on the first day, and killed three."""
    acts = {
        "north.strike": action(5, "south", 0.5, reply=1, cooldown=4, when={"alarm": ">= 0.5", "hurt": True}),
        "north.talk": action(
            0, "south", 0.001, drivers={"alarm": -1, "alarm * ~provocation(north, south)": 2}, once=True
        ),
        "south.raid": action(4, "north", 0, deniability=0.75, casualties={"chance": 1, "deaths": 3}),
        **north,
    }
    world = theatre(
        {"north": actor({"suspicion": 0.4}), "south": actor()},
        acts,
        {"alarm": {"kind": "unit", "start": 0.3}},
        {"never": {"tension": ">= 100"}},
        conditions={"hurt": {"any": [{"deaths": ">= 3"}, {"rung": ">= 6", "for": 2}]}},
    )
    first = {"raid": {"on": START, "do": "south.raid", "deaths": 3}}
    return scenario(world, days, script=first | (script or {}), forbid=forbid or {})


def texts(told: Explanation, name: str) -> list[str]:
    return [reason.text for closed in told.closed if closed.action == name for reason in closed.reasons]


def test_reasons_say_what_a_clause_reads_and_what_it_needs():
    before = sim.replay(duel()).explain(0, "north")
    assert texts(before, "north.strike") == [
        "alarm is 0.3, needs >= 0.5",
        "hurt does not hold (none of: deaths is 0, needs >= 3; rung is 0, needs >= 6)",
    ]
    after = sim.replay(duel()).explain(START + timedelta(days=1), "north")
    assert texts(after, "north.strike") == ["alarm is 0.3, needs >= 0.5"]
    assert [option.action for option in after.options] == ["north.talk"]


def test_cooldown_and_once_and_the_war_are_reasons():
    script = {
        "hit": {"on": "2020-01-03", "do": "north.strike", "deaths": 0},
        "talk": {"on": "2020-01-05", "do": "north.talk"},
    }
    told = sim.replay(duel(script))
    assert "done on 3 January 2020; not again for 1 d" in texts(told.explain(5, "north"), "north.strike")
    assert texts(told.explain(6, "north"), "north.talk") == ["happens once; done on 5 January 2020"]
    assert "done on 3 January 2020" not in " ".join(texts(told.explain(6, "north"), "north.strike"))
    war = {"war": {"on": "2020-01-03", "effects": {"war": "set"}}}
    at_war = sim.replay(scenario(rich_theatre(), 10, script=war)).explain(3, "aran")
    kinds = {closed.action: {reason.kind for reason in closed.reasons} for closed in at_war.closed}
    assert {name for name, found in kinds.items() if "war" in found} == {
        "aran.kill_commander",
        "aran.sanction",
        "aran.strike_militia",
    }
    assert "part of the war that is on" in texts(at_war, "aran.strike_militia")
    assert "closed by the war that is on" in texts(at_war, "aran.sanction")


def test_what_was_seen_is_told_open_and_suspected_with_the_act_behind_it():
    (seen,) = sim.replay(duel()).explain(1, "north").saw
    assert (seen.by, seen.leading.event, seen.leading.deaths) == ("south", 0, 3)
    delta = 0.75 * 0.5  # what is left of its deniability, since it killed
    load = 4 + 4 * 2  # severity of rung 4, and lethality by two doublings
    assert (seen.believed, seen.suspected) == pytest.approx(((1 - delta) * load, delta * load))
    assert seen.suspicion == 0.4
    assert seen.provocation == pytest.approx(1 - 2.718281828459045 ** -((1 - delta + 0.4 * delta) * load / 10))


def test_a_forbidden_act_is_weighed_and_vetoed():
    certain = {"north.talk": CERTAIN}
    told = sim.replay(duel(forbid={"north.talk": "always"}, **certain)).explain(2, "north")
    assert told.option("north.talk").vetoed
    assert (told.draw.drawn, told.did, told.imposed) == ("north.talk", None, "veto")
    assert "The scenario forbids it, so the actor held." in " ".join(told.text().split())


def test_a_scripted_act_replaces_what_was_drawn():
    script = {"hit": {"on": "2020-01-03", "do": "north.strike", "deaths": 0}}
    told = sim.replay(duel(script, **{"north.talk": CERTAIN})).explain(2, "north")
    assert (told.draw.drawn, told.did.action, told.imposed) == ("north.talk", "north.strike", "script")
    assert "But the script has it do An act (north.strike, #" in " ".join(told.text().split())


def test_under_an_imposed_history_nobody_draws():
    told = sim.replay(rich(), seed=7).explain("2020-01-03", "cela")
    assert (told.draw, told.options, told.closed, told.imposed) == (None, (), (), "history")
    assert told.did.action == "cela.rocket"
    assert "nobody decides" in told.text()


def test_explaining_leaves_the_run_as_it_is():
    watched, alone = (LockstepModel(rich(), seed=3) for _ in range(2))
    Observer(watched, lambda model: [choice(model, number) for number in range(len(model.program.actors))])
    while alone.running:
        alone.step()
        watched.step()
        assert watched.digest() == alone.digest()


def test_a_choice_is_read_in_one_run_only():
    with pytest.raises(ValueError, match="2 runs"):
        choice(LockstepModel(rich(), runs=2), 0)


@pytest.mark.parametrize("width", [80, 100])
def test_an_explanation_fits_the_page_and_leaves_out_no_action(width):
    told = sim.replay("baseline", seed=7, run=12).explain(140, "us")
    text = told.text(width)
    assert max(map(len, text.splitlines())) <= width
    acts = {name for name in told.scenario.theatre.actions if name.startswith("us.")}
    assert all(f"{name} " in text for name in acts)
    hands = told, *told.others
    entries = [entry.action for hand in hands for entry in (*hand.options, *hand.closed)]
    assert sorted(entries) == sorted(acts), "each stands in one hand, as open or as not"
