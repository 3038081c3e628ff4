"""A debrief: what each decision moved, in futures that are the run that was lived but for that decision."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.engine.branch import branched
from sim.engine.explain import Observer, choice, draw
from sim.engine.model import LockstepModel
from sim.play.debrief import Debrief, debrief
from sim.play.debrief.chains import answered
from sim.play.debrief.decisions import Decision, course_of
from sim.play.debrief.effects import effect
from sim.play.debrief.measures import Measures, placed
from sim.play.debrief.plans import Futures, Plan, Then, live, lived, plans_of
from sim.play.debrief.text import _how_rare
from sim.play.debrief.text_usual import _placed
from sim.play.debrief.wording import MINUS
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.export import export
from sim.play.sessions.session import Session
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START, action, actor, scenario, theatre

QUIET = Settings(stop_rung=None, stop_outcomes=False)


def case() -> Scenario:
    """Aran may raid, strike, and talk; Bora answers in kind, and builds in secret; a mourner looks on."""
    actors = {name: actor(label=name.title()) for name in ("bora", "cela")}
    actors["aran"] = actor(label="Aran", goals={"blow": -2.0, "glory": 1.0})
    talk = {"value": 0.2, "plausible": [0.1, 0.5], "source": "judgement: x"}
    acts = {
        "aran.raid": action(4, "bora", 0.05, cooldown=5, hand="soldiers", casualties={"chance": 1, "deaths": 3}),
        "aran.strike": action(6, "bora", 0.005, order={"lead": 2}, hand="soldiers"),
        "aran.talk": action(0, "bora", talk, lever=True, effects={"glory": "+0.01"}),
        "aran.found": action(1, "bora", 0.01, once=True),
        "aran.whisper": action(0, "cela", 0.01),
        "bora.answer": action(5, "aran", 0.002, reply=1, drivers={"provocation(bora, aran)": 3}),
        "bora.build": action(2, "cela", 3, known_to=["bora"], news_after=4, effects={"stock": "+0.05"}),
        "bora.plant": action(3, "aran", 0.5, deniability=0.6, hand="covert"),
        "cela.mourn": action(1, "aran", 0.05),
    }
    acts = {name: each | {"label": name.split(".")[1]} for name, each in acts.items()}
    glory = {"kind": "unit", "start": 0.1}
    stock = {"kind": "unit", "start": 0.1, "known_to": ["bora"]}
    blow = {"blow": {"days_since(aran.strike)": "<= 0"}, "answered": {"days_since(bora.answer)": "<= 0"}}
    return scenario(theatre(actors, acts, {"glory": glory, "stock": stock}, blow), days=40)


def session_of(*orders: tuple[int, dict[str, object]], seats: tuple[str, ...] = ("aran",), end: int = 40) -> Session:
    """A session in which orders are given on days."""
    session = Session(case(), list(seats), seed=5, settings=QUIET, clock=lambda: None)
    for day, order in orders:
        session.fast_forward(day)
        session.order("aran", order)
    while session.day < end:
        session.advance(min(7, end - session.day))
    return session


def of(session: Session, kind: str) -> Decision:
    (found,) = (each for each in course_of(session).decisions if each.kind == kind)
    return found


@cache
def raid() -> tuple[Session, Debrief]:
    order = {"do": [{"act": "aran.raid", "on": START + timedelta(days=9)}], "why": "They raided first."}
    session = session_of((7, order), (14, {"do": ["aran.whisper"]}))
    return session, debrief(session, 200, 20, beside=40)


def judged(found: Debrief, act: str):
    return next(each for each in found.judged if each.decision.act == act and each.decision.kind == "deed")


def digest_after(session: Session, decision: Decision, plan: Plan, days: int) -> int:
    """The state that a plan leads to on the dice of the run itself."""
    stem = LockstepModel(session.scenario, seed=session.seed, run_numbers=[session.run])
    for day in range(decision.day):
        live(stem, lived(session, day))
    model, orders = branched(stem, np.zeros(1, np.int64)), dict(plan)
    while model.day < decision.day + days:
        live(model, orders.get(model.day))
    return int(model.digest()[0])


# What a decision moved.


def test_a_raid_that_is_answered_moves_futures_and_a_whisper_moves_none() -> None:
    _, found = raid()
    mattered, idle = judged(found, "aran.raid"), judged(found, "aran.whisper")
    assert mattered.mattered
    assert mattered in found.foremost
    assert idle not in found.foremost
    assert mattered.effect.share > 0.1
    answered = next(each for each in mattered.effect.outcomes if each.name == "answered")
    assert answered.sure
    assert 0 < answered.low < answered.difference < answered.high
    assert answered.difference == pytest.approx(answered.with_it - answered.without)
    # Without the raid its hand draws by the rules, and seldom finds it; with it three die on that day at least.
    assert 1.5 < mattered.effect.deaths.difference <= 3.0
    assert not idle.mattered
    assert idle.effect.differ == 0
    assert idle.effect.deaths.difference == 0
    assert idle.effect.rung.difference == 0


@pytest.mark.parametrize("then", ["rules", "orders"])
def test_futures_are_what_was_lived_before_the_day_and_the_rules_or_the_orders_after_it(then: Then) -> None:
    session = session_of((7, {"do": ["aran.raid"]}), (14, {"do": ["aran.whisper"]}), (21, {"otherwise": "hold"}))
    decision = next(each for each in course_of(session).decisions if each.act == "aran.raid")
    with_it, without = plans_of(session, decision, 33, then)
    rules = LockstepModel(case(), seed=5, run_numbers=[0])
    for day in range(40):
        if then == "orders" and day != 7:
            live(rules, lived(session, day))
        else:
            live(rules, None)
    assert digest_after(session, decision, without, 33) == int(rules.digest()[0])
    as_lived = f"{digest_after(session, decision, with_it, 33):016x}"
    assert (as_lived == session.world.digest()) == (then == "orders")
    assert as_lived != f"{int(rules.digest()[0]):016x}"


def test_a_refusal_is_lifted_in_one_future_on_the_day_on_which_it_was() -> None:
    session = session_of((7, {"otherwise": "hold"}), (21, {"otherwise": "rules"}))
    held, free = course_of(session).decisions
    assert (held.kind, held.day, held.until, free.day, free.until) == ("refusal", 7, 21, 21, None)
    one, other = plans_of(session, held, 30, "rules")
    mine = frozenset(session.seats["aran"].acts)
    assert [day for day, today in one if today.refused == mine] == list(range(7, 21))
    assert not other
    assert f"{digest_after(session, held, one, 33):016x}" == session.world.digest()
    # To let the rules decide again is a decision as well: without it nothing would have been done to the end.
    one, other = plans_of(session, free, 10, "rules")
    assert not one
    assert [day for day, today in other if today.refused == mine] == list(range(21, 31))


def test_a_stance_is_set_back_in_both_futures_when_it_was_lifted() -> None:
    lever = "actions.aran.talk.rate"
    session = session_of((7, {"stance": {lever: 0.5}}), (21, {"stance": {}}))
    stance, back = course_of(session).decisions
    assert stance.what == "makes its people readier for “talk” (0.5 a day, not 0.2)"
    assert back.what == "leaves its people as ready as the scenario has them"
    one, other = plans_of(session, stance, 33, "rules")
    assert [(day, today.numbers) for day, today in one] == [(7, ((lever, 0.5),)), (21, ((lever, 0.2),))]
    assert not other
    assert f"{digest_after(session, stance, one, 33):016x}" == session.world.digest()
    rules = LockstepModel(case(), seed=5, run_numbers=[0])
    while rules.running:
        rules.step()
    assert digest_after(session, stance, other, 33) == int(rules.digest()[0])


def test_an_act_that_is_an_outcome_by_itself_is_not_counted_as_having_moved_it() -> None:
    found = debrief(session_of((7, {"do": ["aran.strike"]})), 60, 10, beside=8)
    struck = judged(found, "aran.strike")
    assert [each.name for each in struck.effect.itself] == ["blow"]
    assert "blow" not in [each.name for each in struck.effect.outcomes]
    assert (struck.decision.decided, struck.decision.day) == (7, 9)
    assert "By itself it is “blow”, which comes about in" in " ".join(found.text().split())


def test_what_the_umpire_does_and_what_lapses_are_decisions_as_well() -> None:
    session = Session(case(), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("aran", {"do": [{"act": "aran.found", "on": START + timedelta(days=day)} for day in (2, 4)]})
    session.inject("cela.mourn", 3, by="Uma")
    session.advance(7)
    session.hand_over("aran", by="Uma")
    session.advance(7)
    found = debrief(session, 20, 5, beside=8)
    kinds = [(each.decision.kind, each.decision.day, each.effect is None) for each in found.judged]
    assert kinds == [("deed", 2, False), ("inject", 3, False), ("lapsed", 4, True)]
    assert found.judged[1].decision.by == ("Uma",)
    assert "what Aran had ordered could not be done." in found.text()


def test_a_table_that_holds_its_seats_from_the_first_morning_is_a_decision_of_nobody_at_it() -> None:
    settings = Settings(stop_rung=None, stop_outcomes=False, otherwise="hold")
    session = Session(case(), ["aran"], seed=5, settings=settings, clock=lambda: None)
    session.advance(10)
    held = of(session, "refusal")
    assert held.day == 0
    assert held.by == ("the table's settings",)
    assert held.before.refused == frozenset()


def test_what_was_taken_back_is_no_decision() -> None:
    session = session_of((7, {"do": ["aran.raid"]}), end=14)
    session.take_back()
    session.advance(7)
    found = debrief(session, 4, 4, beside=4)
    assert not found.judged
    assert found.taken_back == 1
    assert "turns were taken back once" in found.text()
    assert "Nothing was decided" in found.text()


# By hand.


def futures(came: list[list[int]], deaths: list[float], failed: list[int] | None = None) -> Futures:
    held = np.array(came, bool)
    n = held.shape[1]
    none = np.zeros(n, bool)
    return Futures(held, held & False, np.array(deaths), np.zeros(n), np.array(failed or [0] * n, bool), none)


def test_shares_and_differences_are_those_counted_by_hand() -> None:
    one = futures([[1, 1, 0, 1], [0, 0, 0, 1]], [4.0, 0.0, 0.0, 9.0], [0, 0, 0, 1])
    other = futures([[0, 1, 0, 0], [0, 1, 0, 0]], [1.0, 0.0, 0.0, 0.0])
    found = effect(("a", "b"), str.upper, one, other, 30)
    # The fourth pair has failed on one side; of the other three the first differs in a, the second in b.
    assert (found.futures, found.differ) == (3, 2)
    a, b = sorted(found.outcomes, key=lambda each: each.name)
    assert (a.label, a.with_it, a.without, a.difference) == ("A", 2 / 3, 1 / 3, pytest.approx(1 / 3))
    assert (b.with_it, b.without, b.difference) == (0.0, 1 / 3, pytest.approx(-1 / 3))
    assert found.deaths.difference == pytest.approx(1.0)
    assert found.deaths.without == pytest.approx(1 / 3)
    assert not found.mattered


def test_an_outcome_that_had_come_about_before_has_no_row() -> None:
    one = futures([[1, 0], [1, 1]], [0.0, 0.0])
    found = effect(("", "b"), str, one, futures([[1, 0], [0, 0]], [0.0, 0.0]), 30)
    assert [each.name for each in found.outcomes] == ["b"]
    assert found.differ == 2


def test_a_mean_is_not_trusted_where_few_futures_differ() -> None:
    still = [[0] * 40]
    few, many = [1.0] * 9 + [0.0] * 31, [1.0] * 30 + [0.0] * 10
    none = futures(still, [0.0] * 40)
    assert not effect(("a",), str, futures(still, few), none, 5).deaths.sure
    assert effect(("a",), str, futures(still, many), none, 5).deaths.sure


# How one thing led to another.


@cache
def spiral() -> tuple[Session, Debrief]:
    """Aran raids every six days on order; what else it does, and all that Bora does, nobody orders."""
    orders = [(day, {"do": ["aran.raid"]}) for day in (2, 8, 14, 20, 26, 32)]
    session = session_of(*orders, seats=("aran", "bora"))
    return session, debrief(session, 60, 20, beside=8)


def test_a_chain_tells_what_was_ordered_from_what_was_left_to_ones_people() -> None:
    session, found = spiral()
    events, program = session.world.past.events, session.world.program
    lived_by = {(link.act, link.how) for chain in found.chains for link in chain}
    assert ("aran.raid", "order") in lived_by
    assert ("bora.answer", "unasked") in lived_by
    for chain in found.chains:
        for before, link in pairwise(chain):
            assert link.after == before.event
            if link.how == "unasked":
                assert events[link.event]["cause"] == before.event
            assert program.actions[events[link.event]["action"]] == link.act
    assert "Bora, its own people, unasked: “answer”" in " ".join(found.text().split())


def test_what_is_ordered_comes_after_what_was_held_most_against_the_other_side() -> None:
    session = Session("first_lesson", ["north", "south"], seed=1, settings=QUIET, clock=lambda: None)
    session.order("south", {"do": ["south.strike"]})
    session.advance(1)
    session.order("north", {"do": ["north.strike"]})
    session.advance(1)
    found = debrief(session, 20, 10, beside=4)
    events, program = session.world.past.events, session.world.program
    (blow,) = events["number"][events["action"] == program.actions.index("south.strike")]
    assert answered(session, course_of(session).decisions) == {(1, "north.strike"): blow}
    (chain,) = found.chains
    assert [(link.act, link.how) for link in chain] == [("south.strike", "order"), ("north.strike", "order")]
    assert "two acts, from 1 January 2030 to 2 January 2030: both on order." in " ".join(found.text().split())


def test_what_would_have_followed_is_counted_in_futures_in_which_the_hand_held() -> None:
    session, found = spiral()
    link = next(link for chain in found.chains for link in chain if link.held is not None and link.how == "unasked")
    assert link.held is not None
    stem = LockstepModel(session.scenario, seed=session.seed, run_numbers=[session.run])
    for day in range(link.day):
        live(stem, lived(session, day))
    hands = session.scenario.theatre.hands
    watched = [
        stem.program.actions.index(act)
        for act in ("aran.raid", "aran.strike", "bora.answer")
        if session.scenario.theatre.actions[act].rung >= link.held.rung
    ]
    counts = []
    for held in (False, True):
        model = branched(stem, np.arange(1, 61))
        for act in hands:
            if held and hands[act] == hands[link.act]:
                model.forbid(act, days=1)
        if not held:
            model.impose(link.act)
        model.step()
        went_on = np.zeros(60, bool)
        while model.day < min(link.day + 20, 40):
            model.step()
            went_on |= (model.world.last_day[watched] == model.day - 1).any(axis=0)
        counts.append(int(went_on.sum()))
    assert (link.held.went_on, link.held.went_on_without) == tuple(counts)
    assert counts[0] > 0


def test_a_day_left_to_ones_people_is_a_decision_where_holding_would_have_mattered() -> None:
    _, found = spiral()
    mattered = {
        (link.day, link.act)
        for chain in found.chains
        for link in chain
        if link.how == "unasked" and link.held is not None and link.held.mattered
    }
    left = [each for each in found.judged if each.decision.kind == "left"]
    assert mattered
    assert {(each.decision.day, each.decision.act) for each in left} == mattered
    assert all(each.mattered for each in left)
    assert [each.decision.number for each in found.judged] == list(range(len(found.judged)))


def test_a_long_chain_is_told_by_its_turns() -> None:
    _, found = spiral()
    link = replace(found.chains[0][0], held=None, rung=5)
    chain = tuple(replace(link, event=at, rung=6 if at == 9 else 5) for at in range(20))
    text = " ".join(replace(found, chains=(chain,)).text().split())
    assert text.count("(rung 6") == 1
    assert "→ Seven more on rung 5" in text
    assert "→ Eight more on rung 5" in text


def test_where_nothing_led_to_another_that_is_said() -> None:
    found = debrief(session_of(end=7), 4, 4, beside=4)
    assert found.chains == ()
    assert "No act on rung 4 or above, by a seat or against one, led to another." in " ".join(found.text().split())


# The rules.


def test_where_orders_parted_from_the_rules_is_where_the_draw_fell_on_something_else() -> None:
    session = session_of((7, {"do": ["aran.raid"]}), (14, {"never": ["aran.talk"]}), (28, {"never": []}))
    (found,) = debrief(session, 4, 4, beside=4).partings
    rules: dict[int, object] = {}
    stem = LockstepModel(case(), seed=5, run_numbers=[0])
    hands = [stem.program.hands.index(hand) for hand in ("aran", "aran/soldiers")]
    Observer(stem, lambda model: rules.update({model.day: [choice(model, hand) for hand in hands]}))
    for day in range(40):
        live(stem, lived(session, day))
    names = [*stem.program.actions, None]
    assert [each.day for each in found.ruled if each.did] == [7]
    soldiers, others = rules[7][1], [rules[day][0] for day in range(14, 28)]
    likely = {names[each.action]: each.rate / (1 + soldiers.total) for each in soldiers.rates}
    assert found.ruled[0].chance == pytest.approx(likely["aran.raid"])
    assert found.ruled[0].parted == (names[soldiers.drawn] != "aran.raid")
    drawn = [made.day for made in others if names[made.drawn] == "aran.talk"]
    assert [each.day for each in found.quiet if each.parted] == drawn
    assert drawn
    talk = [next(each.rate for each in made.rates if names[each.action] == "aran.talk") for made in others]
    alone = np.prod([1 - rate / (1 + made.total) for rate, made in zip(talk, others, strict=True)])
    assert found.chance_of_quiet == pytest.approx(float(alone))
    assert found.drawn_in_vain == {"aran.talk": len(drawn)}


def test_the_quick_draw_is_the_one_that_is_explained() -> None:
    stem = LockstepModel(case(), seed=3, run_numbers=[4])
    seen = []

    def look(model: LockstepModel) -> None:
        for hand in range(len(model.program.hands)):
            quick, whole = draw(model, hand), choice(model, hand)
            rates = {each.action: each.rate / (1 + whole.total) for each in whole.rates if each.rate > 0}
            assert quick.drawn == whole.drawn
            assert quick.chances == pytest.approx(rates)
            seen.append(quick.drawn)

    Observer(stem, look)
    for _ in range(20):
        stem.step()
    assert len(set(seen)) > 3


# What could be known.


def test_what_was_hidden_is_told_beside_what_was_believed() -> None:
    session, found = raid()
    number = judged(found, "aran.raid").decision.number
    (unseen,) = (each for each in found.unseen if each.decision == number)
    past = session.world.past
    assert unseen.on == START + timedelta(days=7)  # when it was ordered, not when it was done
    (stock,) = unseen.values
    assert stock.name == "stock"
    assert stock.known is None
    assert stock.truth == float(past.values[6, past.program.variables.index("stock")]) > 0.1
    built = [each for each in unseen.secrets if each.act == "bora.build"]
    # Acts of the days 0 to 6 are learned of four days after the morning after, so those of days 0 to 2 were known.
    days = past.events["day"][past.events["action"] == past.program.actions.index("bora.build")]
    assert sorted((each.on - START).days for each in built) == [day for day in days.tolist() if 3 <= day <= 6]
    assert built
    assert all(each.learned == each.on + timedelta(days=5) for each in built)
    planted = [each for each in unseen.suspected if each.act == "bora.plant"]
    assert planted
    assert all(each.held == pytest.approx(0.4 + 0.6 * 0.5) for each in planted)  # what is open, and half of the rest


def test_what_another_seat_had_ordered_is_told_and_its_own_orders_are_not() -> None:
    session = Session(case(), ["aran", "bora"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("bora", {"never": ["bora.answer"]})
    session.advance(7)
    session.order("aran", {"otherwise": "hold"})
    session.advance(7)
    from sim.play.debrief.unseen import unseen_by

    course = course_of(session)
    of_aran = next(each for each in course.decisions if each.seat == "aran")
    assert unseen_by(session, course, of_aran).ordered == (("Bora", "never “answer”"),)


# How usual it was.


def test_the_history_is_held_to_runs_by_the_rules_over_the_days_that_were_lived() -> None:
    session = session_of((7, {"do": ["aran.raid"]}), end=21)
    found = debrief(session, 4, 4, beside=30).usual
    others = LockstepModel(case(), seed=5, runs=30)
    measured = Measures(case(), others)
    for _ in range(21):
        others.step()
        measured.take()
    came = measured.came
    mine = np.array([each.on is not None for each in sorted(found.outcomes, key=lambda each: each.name)])
    names = sorted(others.program.outcomes)
    rows = [others.program.outcomes.index(name) for name in names]
    assert found.alike == int((came[rows] == mine[:, None]).all(axis=0).sum())
    assert [each.runs for each in sorted(found.outcomes, key=lambda each: each.name)] == came[rows].sum(axis=1).tolist()
    dead = next(each for each in found.measures if each.name == "Deaths")
    assert dead.value == session.world.model.world.deaths[-1, 0]
    assert dead.below == int((others.world.deaths[-1] < dead.value).sum())
    assert found.twin.measures["Deaths"] == others.world.deaths[-1, 0]  # run 0 is the session's own, by the rules
    assert found.twin.parted == START + timedelta(days=7)


def test_a_session_without_orders_is_its_run_by_the_rules() -> None:
    found = debrief(session_of(), 4, 4, beside=6)
    assert found.usual.twin.parted is None
    assert found.usual.twin.measures == {each.name: each.value for each in found.usual.measures}
    assert "is the same history" in found.text()


def test_a_score_weighs_outcomes_and_the_means_of_variables_and_has_its_place() -> None:
    session = session_of((7, {"do": ["aran.strike"]}))
    found = debrief(session, 4, 4, beside=30)
    (score,) = found.usual.scores
    past = session.world.past
    glory = float(past.values[:, past.program.variables.index("glory")].mean())
    assert score.parts == {"blow": -2.0, "glory": pytest.approx(glory, rel=1e-5)}
    assert score.place.value == pytest.approx(glory - 2.0, rel=1e-5)
    others = LockstepModel(case(), seed=5, runs=30)
    measured = Measures(case(), others)
    for _ in range(40):
        others.step()
        measured.take()
    scores = measured.scores({"blow": -2.0, "glory": 1.0})
    assert score.place.below == int((scores < score.place.value).sum())
    assert score.by_rules == scores[0]
    section = " ".join(found.text().split("SCORES")[1].split())
    assert f"Aran has two goals; what counted here is “blow” {MINUS}2 and “glory” +" in section
    assert section.index("glory") < section.index(f"Together that makes {MINUS}1.")


def test_outcomes_that_came_about_nowhere_are_told_together() -> None:
    text = " ".join(debrief(session_of(end=1), 4, 4, beside=4).text().split())
    assert "· Did not come about: the two outcomes, of which none does in any of the runs: 0 % (0 to 49 %)." in text


def test_who_has_no_goals_has_no_score() -> None:
    session = Session(case(), ["bora"], seed=5, settings=QUIET, clock=lambda: None)
    session.advance(7)
    found = debrief(session, 4, 4, beside=4)
    assert found.usual.scores == ()
    assert "SCORES" not in found.text()


def test_the_place_of_a_number_counts_what_lies_below_it_and_what_is_the_same() -> None:
    place = placed("x", 2.0, np.array([0.0, 1.0, 2.0, 2.0, 5.0]))
    assert (place.below, place.same, place.runs, place.middle) == (2, 2, 5, 2.0)


def test_of_the_dead_and_of_rungs_there_is_no_half() -> None:
    place = replace(placed("Deaths", 1.0, np.arange(9.0)), low=0.4, middle=2.4, high=32.3)
    assert "median is 2, and nine in ten lie from 0 to 33" in _placed(place)
    assert "median is 2.4" in _placed(replace(place, name="Mean tension"))


# As a whole.


def test_a_debrief_leaves_the_session_as_it_is_and_says_the_same_twice() -> None:
    session = session_of((7, {"do": ["aran.raid"]}), end=21)
    before = session.world.digest(), len(session.entries)
    found = session.debrief(30, 20)
    assert (session.world.digest(), len(session.entries)) == before
    assert session.debrief(30, 20) == found
    session.advance()
    assert session.day == 28


def test_orders_are_quoted_with_who_gave_them_and_why() -> None:
    session = Session(case(), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.sit("aran", ["Ada", "Ben"])
    session.order("aran", {"do": ["aran.raid"], "why": "To be heard."}, by="Ada")
    session.advance(7)
    text = " ".join(debrief(session, 10, 10, beside=8).text().split())
    assert "Aran (Ada and Ben)" in text
    assert "Aran (Ada) does as ordered: “raid”. In their words: “To be heard.”" in text


def test_a_note_without_an_order_is_kept_for_the_debrief() -> None:
    session = Session(case(), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("aran", {"why": '"we mean no harm"'}, by="Ada")
    session.advance(7)
    session.order("aran", {"do": ["aran.raid"], "why": "To be heard."})
    session.advance(7)
    found = debrief(session, 4, 4, beside=4)
    assert [(each.seat, each.date, each.by) for each in found.notes] == [("aran", START, "Ada")]
    text = " ".join(found.text().split())
    assert "WHAT THEY NOTED · 1 January 2020, Aran (Ada): “we mean no harm”." in text
    assert text.count("To be heard.") == 1


def test_no_decision_is_told_twice() -> None:
    _, found = spiral()
    decisions = found.text().split("THE DECISIONS THAT MATTERED MOST")[1].split("WHERE ORDERS PARTED")[0]
    assert " ".join(decisions.split()).count("Aran does as ordered: “raid”") == 6


def test_before_a_day_was_lived_there_is_nothing_to_look_back_on() -> None:
    with pytest.raises(PlayError, match="no day was lived"):
        Session(case(), ["aran"], clock=lambda: None).debrief()
    with pytest.raises(PlayError, match="found 'chance'"):
        debrief(session_of(end=7), then="chance")  # type: ignore[arg-type]


def test_the_verb_prints_what_the_function_finds(tmp_path: Path) -> None:
    file = tmp_path / "class.session"
    session = Session("first_lesson", ["north"], seed=3, path=file, clock=lambda: None)
    session.order("north", {"do": ["north.mobilise"], "why": "We want to be seen."})
    session.advance(20)
    expected = session.debrief(20, 15)
    session.close()
    told = CliRunner().invoke(app, ["debrief", str(file), "--runs", "20", "--days", "15", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == json.loads(json.dumps(expected.as_dict(), default=str))
    words = CliRunner().invoke(app, ["debrief", str(file), "--runs", "20", "--days", "15"])
    assert words.exit_code == 0
    assert "THE ESSENTIALS" in words.stdout
    assert "We want to be seen." in words.stdout


def test_a_debrief_fits_its_page() -> None:
    text = raid()[1].text(width=80)
    assert max(map(len, text.splitlines())) <= 80


# Its export.


def test_the_export_of_a_session_that_is_not_over_has_no_entry_of_the_script_after_its_end(tmp_path: Path) -> None:
    session = Session("first_lesson", ["north"], seed=7, clock=lambda: None)
    session.fast_forward(5)
    loaded = sim.load(export(session, tmp_path / "played.yaml"))
    assert (loaded.days, loaded.script) == (5, {})
    session.fast_forward(20)
    assert list(sim.load(export(session, tmp_path / "later.yaml")).script) == ["the_exercise"]


def test_a_replay_of_a_session_says_in_whose_seat_an_act_was_ordered(tmp_path: Path) -> None:
    session = Session("first_lesson", ["north"], seed=7, clock=lambda: None)
    session.order("north", {"do": ["north.mobilise"], "never": ["north.strike"]})
    session.inject("south.mobilise", session.scenario.start + timedelta(days=3))
    session.fast_forward(20)
    path = export(session, tmp_path / "played.yaml")
    text = " ".join(sim.replay(path, seed=7, run=0).text().split())
    assert "Ordered in the seat of North." in text
    assert "Done by the umpire." in text
    assert text.count("Imposed by the scenario.") == 1  # the exercise, which the scenario has
    noted = CliRunner().invoke(app, ["validate", str(path)])
    assert "changed against the shipped first_lesson: as played: 2 orders, 1 act held back, days" in " ".join(
        noted.output.split()
    )


def test_a_history_like_no_other_is_said_to_be_one_and_how_rare_it_may_be() -> None:
    assert _how_rare(0, 200) == (
        "In none of 200 runs without seats had just these outcomes come about by then; their share may be up to 1.9 %."
    )
    assert _how_rare(50, 200).startswith("Just these outcomes, and no others, have come about by then in 25 % (20 to")
