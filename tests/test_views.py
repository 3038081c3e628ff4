"""What a seat is given to see holds nothing that its actor would not know."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim.play.messages.view import View, schema
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.session import Session
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from tests.small_scenarios import START, action, actor, scenario, theatre
from tests.strategies import seeds, small_scenarios

DAYS = 25


def session_of(case: Scenario, seats: list[str], **rest: object) -> Session:
    return Session(case, seats, clock=lambda: None, **rest)


def with_secrets(case: Scenario, draw: st.DataObject) -> Scenario:
    """The same scenario in which some variables and acts are known to some, or late."""
    content = case.model_dump(mode="json", by_alias=True) | {"changes": {}}
    cast = sorted(case.theatre.deciders)
    some = st.lists(st.sampled_from(cast), unique=True, max_size=2)
    for name, variable in content["theatre"]["variables"].items():
        if draw.draw(st.booleans(), label=f"{name} is secret"):
            variable["known_to"] = draw.draw(some)
            variable["news_after"] = draw.draw(st.sampled_from([None, 1, 4]))
    for name, entry in content["theatre"]["actions"].items():
        if draw.draw(st.sampled_from([True, True, True, False]), label=f"{name} is secret"):
            felt = case.theatre._who_feel(case.theatre.actions[name]) & set(cast)
            entry["known_to"] = sorted(felt)
            entry["news_after"] = draw.draw(st.sampled_from([None, 2, 5]))
            entry |= {"rate": {"value": 1.0, "unit": "1/day"}, "when": None, "once": False}  # often done
    return Scenario.model_validate(content)


def hidden_days(known_to: tuple[str, ...] | None, news_after: int | None, who: str) -> float:
    """For how many days somebody does not hear of something, told anew from the language; infinite if never."""
    if known_to is None and news_after is None:
        return 0
    return 0 if who in (known_to or ()) else np.inf if news_after is None else news_after


def unheard(case: Scenario, who: str) -> int:
    """How many acts there are of which somebody hears late or never."""
    acts = case.theatre.actions.items()
    return sum(name[:4] != who and hidden_days(act.known_to, act.news_after, who) > 0 for name, act in acts)


def disturb(session: Session, seat: str, noise: np.random.Generator) -> int:
    """Change all that a seat cannot know, in place; return how many things that were."""
    world, who = session.world, session.seat(seat).actor
    model, program, acts = world.model, world.program, session.scenario.theatre.actions
    touched, today = 0, world.day
    for at, name in enumerate(program.variables):
        variable = session.scenario.theatre.variables[name]
        late = hidden_days(variable.known_to, variable.news_after, who)
        unseen = [day for day in range(today) if day + late >= today]
        model.trajectories.values[unseen, at, 0] += noise.random(len(unseen)).astype(np.float32)
        model.world.x[at, 0] += noise.random() if unseen else 0.0
        touched += len(unseen)
    late = {name: hidden_days(act.known_to, act.news_after, who) for name, act in acts.items() if name[:4] != who}
    for event in model.events[: int(model.n_events[0])]:
        name = (*program.actions, *program.injects)[event["action"]]
        if late.get(name, 0) + event["day"] >= today:
            told = [each for each, by in late.items() if by + event["day"] >= today]
            event["action"] = program.actions.index(told[noise.integers(len(told))])
            act = acts[program.actions[int(event["action"])]]
            event["deaths"] = noise.integers(50) if act.casualties else 0
            event["rung"] = act.rung
            touched += 1
    others = [pair for pair, (observer, _) in enumerate(program.pairs) if observer != who]
    model.stocks[:, others, 0] += noise.random()
    secret_orders = [at for at, act in enumerate(program.orders) if program.actions[act].split(".")[0] != who]
    model.state.orders.due[secret_orders, 0] = today + 1
    session._forget()
    world._morning = None
    return touched + len(others) + len(secret_orders)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(small_scenarios(), seeds, st.data())
def test_worlds_that_differ_in_what_a_seat_cannot_know_give_it_the_same_view(
    case: Scenario, seed: int, data: st.DataObject
) -> None:
    case = with_secrets(case, data)
    acting = sorted({name.split(".")[0] for name, each in case.theatre.actions.items() if not each.accident})
    if not acting:
        return
    seat = data.draw(st.sampled_from(sorted(acting, key=lambda who: -unheard(case, who))[:1]))
    session = session_of(case, [seat], seed=seed, settings=Settings(stop_rung=None, stop_outcomes=False))
    session.advance(min(DAYS, case.days - 1) or 1)
    if session.over:
        return
    before = session.view(seat).model_dump(mode="json"), session.briefing(seat)
    disturb(session, seat, np.random.default_rng(seed % 2**32))
    after = session.view(seat).model_dump(mode="json"), session.briefing(seat)
    different = [name for name in before[0] if json.dumps(before[0][name]) != json.dumps(after[0][name])]
    assert different == []
    assert after == before


def secret_case() -> Scenario:
    """Aran builds in secret and strikes deniably; Bora sees neither; Cela hears late."""
    actors = {name: actor(label=name.title()) for name in ("aran", "bora", "cela")}
    acts = {
        "aran.build": action(2, "cela", 3, effects={"stock": "+0.2"}, known_to=["cela"]),
        "aran.strike": action(4, "bora", 1, deniability=0.8, unclaimed="A depot of Bora's burns."),
        "cela.strike": action(4, "bora", 1, deniability=0.8, unclaimed="A depot of Bora's burns."),
        "aran.parade": action(1, "cela", 3, known_to=["cela"], news_after=3),
        "bora.protest": action(1, "aran", 0.5, reply=1),
        "bora.accuse": action(1, "cela", 0.5, reply=1),
    }
    stock = {"kind": "unit", "start": 0.1, "known_to": ["aran"]}
    trade = {
        "kind": "unit",
        "start": 0.5,
        "known_to": ["aran"],
        "news_after": 2,
        "half_life": 5,
        "target": {"base": 0.1},
    }
    return scenario(theatre(actors, acts, {"stock": stock, "trade": trade}), days=30)


def test_a_secret_act_is_seen_by_its_actor_and_by_those_it_is_known_to_alone() -> None:
    session = session_of(secret_case(), ["aran", "bora", "cela"], seed=3)
    session.advance(20)
    acts = {seat: {item.act for item in session.view(seat).known} for seat in session.seats}
    assert "aran.build" in acts["aran"]
    assert "aran.build" in acts["cela"]
    assert "aran.build" not in acts["bora"]


def test_news_comes_late_to_those_who_hear_of_it_late() -> None:
    session = session_of(secret_case(), ["bora", "cela"], seed=3, settings=Settings(stop_rung=None))
    session.advance(20)
    late = [item for item in session.view("bora").known if item.act == "aran.parade"]
    at_once = [item for item in session.view("cela").known if item.act == "aran.parade"]
    assert late
    assert {(item.learned - item.date).days for item in late} == {4}
    assert {(item.learned - item.date).days for item in at_once} == {1}
    assert len(late) < len(at_once) or max(i.date for i in late) <= max(i.date for i in at_once)


def test_a_deniable_act_names_nobody_and_says_whom_the_seat_holds_responsible() -> None:
    session = session_of(secret_case(), ["bora"], seed=3, settings=Settings(stop_rung=None))
    session.advance(20)
    struck = [item for item in session.view("bora").known if item.kind == "deniable"]
    assert struck
    for item in struck:
        assert item.act is item.actor is None
        assert item.text == "A depot of Bora's burns."
        # The open part and half of what is suspected, of each of two acts that it may have been.
        assert [each.share for each in item.responsible] == 2 * [pytest.approx((0.2 + 0.8 * 0.5) / 2)]
    known = session.known("bora")
    events = [deed.event for deed in known.deeds if deed.action.endswith("strike")]
    assert {known.may_have_been[event] for event in events} == {("aran.strike", "cela.strike")}


def test_what_may_have_been_several_acts_is_told_alike_whichever_it_was() -> None:
    """Aran's strike and Cela's look the same to Bora, though they belong to exchanges of their own."""
    content = secret_case().theatre.model_dump(mode="json", by_alias=True)
    content["dyads"] = {
        "north": {"label": "Aran and Bora", "sides": [["aran"], ["bora"]]},
        "south": {"label": "Cela and Bora", "sides": [["cela"], ["bora"]]},
    }
    for name in ("aran.build", "aran.parade", "bora.protest", "bora.accuse", "aran.strike", "cela.strike"):
        content["actions"][name]["rate"]["value"] = 0.0
    content["actions"]["bora.mourn"] = action(1, "cela", 0, when={"days_since(aran.strike)": "<= 30"})
    content["outcomes"] = {"struck": {"label": "struck", "when": {"days_since(aran.strike)": "<= 5"}}}
    views, options = [], []
    for act in ("aran.strike", "cela.strike"):
        session = session_of(scenario(content, days=30), ["bora"], seed=3, settings=Settings(stop_rung=None))
        session.order("bora", {"otherwise": "hold"})
        session.inject(act)
        session.advance(3)
        view = session.view("bora").model_dump(mode="json")
        assert view["grievances"]  # what its own people hold, it feels: that is its suspicion
        del view["grievances"]
        views.append(view)
        (mourn,) = [each for each in session.options("bora").options if each.act == "bora.mourn"]
        options.append((mourn.why_not[:1] == ("something that you do not know of stands in the way",), mourn.chance))
        assert session.known("bora").outcomes == {}
    assert views[0] == views[1]
    assert [rung["rung"] for rung in views[0]["rungs"]] == [0, 0, 4]
    assert options == [(False, None), (True, None)]  # whether it can act, its own people tell it


def test_those_who_stand_behind_a_doer_know_who_did_it() -> None:
    content = secret_case().theatre.model_dump(mode="json", by_alias=True)
    content["actors"]["cela"]["sponsors"] = {"aran": {"control": {"tension": 0.5}}}
    session = session_of(scenario(content, days=30), ["cela", "bora"], seed=3, settings=Settings(stop_rung=None))
    session.order("cela", {"otherwise": "hold"})
    session.inject("aran.strike")
    session.advance(20)
    told = {seat: {item.act for item in session.view(seat).known if item.rung == 4} for seat in session.seats}
    assert "aran.strike" in told["cela"]
    assert told["bora"] == {None}


def test_own_acts_say_whether_they_were_ordered() -> None:
    session = session_of(secret_case(), ["aran"], seed=3, settings=Settings(stop_rung=None))
    session.order("aran", {"do": ["aran.strike"]})
    session.advance(9)
    mine = [item for item in session.view("aran").known if item.kind == "own"]
    assert [item.ordered for item in mine if item.date == START and item.act == "aran.strike"] == [True]
    assert {item.ordered for item in mine if item.date != START} == {False}


def test_a_variable_known_to_others_is_none_and_one_with_late_news_is_old() -> None:
    session = session_of(secret_case(), ["aran", "bora"], seed=3, settings=Settings(stop_rung=None))
    session.advance(10)
    mine, theirs = ({each.name: each for each in session.view(seat).variables} for seat in ("aran", "bora"))
    assert theirs["stock"].value is theirs["stock"].start is theirs["stock"].as_of is None
    assert mine["stock"].value is not None
    assert theirs["trade"].as_of == START + timedelta(days=7)
    assert mine["trade"].as_of == START + timedelta(days=9)
    assert theirs["trade"].value != mine["trade"].value


def test_what_is_felt_cannot_be_secret() -> None:
    content = secret_case().theatre.model_dump(mode="json", by_alias=True)
    content["actions"]["aran.strike"]["known_to"] = []
    with pytest.raises(ValueError, match="bora feels this act by the rules and would not know of it"):
        Theatre.model_validate(content)


def test_a_view_reads_back_from_its_json_and_fits_its_schema() -> None:
    session = session_of(secret_case(), ["bora"], seed=3)
    session.advance(9)
    view = session.view("bora")
    assert View.model_validate_json(view.model_dump_json()) == view
    assert set(json.loads(view.model_dump_json())) == set(schema()["properties"])


def test_tension_and_rungs_are_the_engines_where_everything_is_public() -> None:
    import sim

    session = session_of(sim.load("first_lesson"), ["north"], seed=7, settings=Settings(stop_rung=None))
    session.advance(100)
    known, kept = session.known("north"), session.world.model.trajectories
    assert np.array_equal(known.rungs, kept.rung[: session.day, :, 0])
    np.testing.assert_allclose(known.tension, kept.values[: session.day, -1, 0], rtol=1e-6)


def test_a_seat_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(PlayError, match="did you mean 'bora'"):
        session_of(secret_case(), ["boar"])
