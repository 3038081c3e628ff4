"""A briefing tells the gravest first, in names that people say, and what nobody owns up to without who did it."""

import re

import pytest

import sim
from sim.play.answers.briefing import briefing, grudge, told
from sim.play.knowledge.hidden import hides, read_for, reads_hidden
from sim.play.messages.view import Grievance, Held, Item, Reading
from sim.play.sessions.entries import Settings
from sim.play.sessions.session import Session
from sim.play.terminal.pages import cast_page, who_page
from sim.text import called
from sim.theatre.language.schema import Theatre

SEATS = ("iran", "us", "kataib_hezbollah", "saudi_arabia")
CODE = re.compile(r"\b[a-z]+_[a-z_]+|\b[a-z]{3,}\.[a-z]{3,}")
"""What only files write: names with underscores, and dotted ones."""


@pytest.fixture(scope="module")
def lived() -> Session:
    session = Session("baseline", SEATS, seed=11, settings=Settings(turn=14, stop_rung=None, stop_outcomes=False))
    session.order("iran", {"never": ["iran.open_war"], "stance": {"actions.iran.sabotage_shipping.rate": 0.002}})
    session.order("us", {"do": [{"act": "us.kill_commanders", "on": "2019-12-01"}]})
    session.fast_forward("2019-12-15")
    return session


def news(**changes: object) -> Item:
    """Rockets on a base, by Kataib Hezbollah if one knew."""
    held = (Held(party="iran", label="Iran", share=0.24),)
    known = {"number": 0, "date": "2019-10-30", "learned": "2019-10-31", "kind": "deniable", "rung": 4, "target": "us",
             "text": "Rockets fall on a base.", "responsible": held}  # fmt: skip
    return Item.model_validate(known | changes)


@pytest.mark.parametrize("seat", SEATS)
@pytest.mark.parametrize("width", [80, 96])
def test_no_briefing_shows_a_name_of_the_files_or_a_line_too_long(lived, seat, width):
    text = briefing(lived.view(seat), lived.scenario, width)
    assert not CODE.findall(text)
    assert max(map(len, text.splitlines())) <= width
    assert text.startswith(called(lived.seats[seat].label).upper().removeprefix("THE ")[:5])


def test_of_much_news_the_gravest_and_what_concerns_the_seat_is_told(lived):
    view = lived.view("us")
    much = tuple(news(number=at, rung=at % 3, text=f"Thing {at}.", kind="open", target=None) for at in range(30))
    dead, mine = news(number=30, deaths=3, text="A depot burns."), news(number=31, text="Rockets hit the embassy.")
    text = briefing(view.model_copy(update={"news": (*much, dead, mine)}), lived.scenario)
    assert "A depot burns. 3 people died." in text
    assert "Rockets hit the embassy." in text
    assert [int(at) for at in re.findall(r"Thing (\d+)\.", text)] == [2, 5, 8, 11, 14, 17, 20, 23]
    assert "And 22 smaller pieces of news." in text


def test_what_has_come_about_and_what_stands_is_told_by_its_label(lived):
    view, theatre = lived.view("iran"), lived.scenario.theatre
    text = " ".join(briefing(view, lived.scenario).split())
    assert "leadership_killed" in view.outcomes
    for name in view.outcomes:
        assert theatre.outcomes[name].label in text
    assert "Never: Open war on American forces" in text
    assert "Stance: Sabotage tankers, readier (2.2 times the usual)" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Rockets fall on a base. You hold Iran 24 % responsible. (Rung 4.)"),
        ({"responsible": ()}, "Rockets fall on a base. You hold nobody responsible. (Rung 4.)"),
        (
            {
                "responsible": (
                    Held(party="iran", label="Iran", share=0.8),
                    Held(party="hamas", label="Hamas", share=0.57),
                )
            },
            "Rockets fall on a base. You hold Iran 80 % and Hamas 57 % responsible. (Each is held by itself; "
            "whoever is taken for one with the doer answers besides, so it is over 100 %.) (Rung 4.)",
        ),
        ({"deaths": 1, "kind": "open"}, "Rockets fall on a base. 1 person died. (Rung 4.)"),
        ({"deaths": 2, "text": "Rockets kill two.", "kind": "open"}, "Rockets kill two. (Rung 4.)"),
        ({"deaths": 1, "text": "An American is killed.", "kind": "open"}, "An American is killed. (Rung 4.)"),
        (
            {"claimed_by": "houthis", "rung": 3, "kind": "open"},
            "Rockets fall on a base. The Houthi movement claims it.",
        ),
        ({"claimed_by": "houthis", "text": "The Houthis fire.", "rung": 3, "kind": "open"}, "The Houthis fire."),
        (
            {"learned": "2019-11-05", "rung": 3, "kind": "open"},
            "Rockets fall on a base. (You hear of it on 5 Nov.)",
        ),
    ],
)
def test_a_piece_of_news_says_each_thing_once(changes, sentence):
    assert told(news(**changes), sim.load("baseline").theatre) == sentence


def test_a_side_is_told_first_what_its_own_people_did_unasked_and_on_its_order(lived):
    """A message may say of an own act whether the seat had ordered it."""
    theatre, open_ = sim.load("baseline").theatre, {"actor": "us", "act": "us.strike_militia", "kind": "own", "rung": 3}
    for ordered, words in ((True, "(On your order.)"), (False, "(Your own people, without an order.)")):
        item = news(**open_).model_copy(update={"ordered": ordered})
        assert told(item, theatre) == f"Rockets fall on a base. {words}"
    view = lived.view("us").model_copy(update={"news": (news(number=0, text="They fire."), news(number=1, **open_))})
    text = briefing(view, lived.scenario)
    assert text.index("YOUR SIDE") < text.index("Rockets fall") < text.index("WHAT IS NEW") < text.index("They fire.")


def test_much_graver_news_of_others_leaves_room_for_the_own_side(lived):
    grave = tuple(news(number=at, rung=7, deaths=9, text=f"Thing {at}.") for at in range(20))
    mine = news(number=20, kind="own", rung=1, text="We speak.")
    text = briefing(lived.view("us").model_copy(update={"news": (*grave, mine)}), lived.scenario)
    assert "YOUR SIDE\n30 Oct: We speak." in text
    assert "And ten smaller pieces of news." in text


def test_the_first_briefing_says_how_the_world_stands_in_what_the_seat_cares_for():
    session = Session("baseline", ["iran"], seed=7)
    text = session.briefing("iran")
    assert "HOW THINGS STAND\nIranian oil exports: 1.1 million barrels a day\n" in text
    session.order("iran", {"otherwise": "hold"})
    session.advance(1)
    assert "HOW THINGS STAND" not in session.briefing("iran")


def test_what_has_moved_is_told_with_its_unit_once(lived):
    view, one = lived.view("iran"), {"name": "oil_price", "label": "Brent crude", "unit": "USD/bbl", "start": 70.0}
    moved = Reading.model_validate(one | {"value": 60.0, "a_week_ago": 70.0, "as_of": view.date})
    text = briefing(view.model_copy(update={"variables": (moved,)}), lived.scenario)
    assert "Brent crude: from 70 to 60 dollars a barrel\n" in text


def test_an_actor_is_called_by_what_it_is_today_and_not_by_who_led_it(lived):
    view = lived.view("iran")
    assert view.names["kataib_hezbollah"] == "Kataib Hezbollah"
    theatre = lived.scenario.theatre
    for page in (cast_page(view, theatre, 80), who_page(view, theatre, "kataib_hezbollah", 80).partition("Wants")[0]):
        assert "(Abu Mahdi" not in page
        assert "(ABU MAHDI" not in page
    before = Session("baseline", ["iran"], seed=11).view("iran")
    assert before.names["kataib_hezbollah"] == "Kataib Hezbollah (Abu Mahdi al-Muhandis)"


def test_what_has_moved_counts_the_ladder_and_tension(lived):
    view = lived.view("iran")
    whole = view.rungs[-1].model_copy(update={"rung": 8, "a_week_ago": 0})
    climbed = {"variables": (), "tension": 86.2, "tension_a_week_ago": 0.0, "rungs": (*view.rungs[:-1], whole)}
    text = briefing(view.model_copy(update=climbed), lived.scenario)
    assert (
        "WHAT MOVED SINCE A WEEK AGO\n"
        "The ladder: from rung 0, quiet or cooperation, to rung 8, overt strike on a state\n"
        "Tension: from 0 to 86 of 100\n"
    ) in text


def test_after_a_week_all_is_held_beside_the_first_morning_and_before_it_beside_nothing():
    session = Session("baseline", ["us"], seed=7, settings=Settings(stop_rung=None, stop_outcomes=False))
    session.advance(6)
    view = session.view("us")
    assert {each.a_week_ago for each in (*view.variables, *view.rungs)} == {None}
    session.advance(1)
    view = session.view("us")
    seen = [each for each in view.variables if each.as_of is not None]
    assert [each.a_week_ago for each in seen] == [each.start for each in seen]
    assert ({each.a_week_ago for each in view.rungs}, view.tension_a_week_ago) == ({0}, 0.0)
    session.advance(5)
    known, view = session.known("us"), session.view("us")
    assert view.rungs[-1].a_week_ago == known.rungs[4, -1]
    assert view.tension_a_week_ago == pytest.approx(known.tension[4], abs=1e-6)


def test_a_grudge_is_told_in_words_that_can_be_said_aloud():
    theatre = sim.load("baseline").theatre
    held = Grievance(against="us", label="United States", provocation=0.085, blood=0.0, strongest=2.2, suspected=0.7)
    assert grudge(held, theatre) == (
        "Against the United States: a small grudge, most of it on suspicion. "
        "The worst of it weighs by now like rung 2, "
        "sanctions, law and nuclear steps."
    )
    deep = held.model_copy(update={"provocation": 0.7, "blood": 0.3, "suspected": 0.0, "strongest": 0.2})
    assert grudge(deep, theatre) == "Against the United States: the deepest grudge, with blood in it."


def test_a_seat_is_told_what_stopped_the_clock_and_on_which_day():
    session = Session("first_lesson", ["north", "south"], seed=7)
    session.order("south", {"do": ["south.strike"]})
    session.advance()
    assert (session.view("north").stopped or "").startswith("On 1 January: ")
    assert "The clock stopped early. On 1 January: " in session.briefing("north")
    assert "“One side has struck” has come about." in session.view("south").stopped


def deniable(theatre: Theatre) -> dict[str, str | None]:
    return {name: each.unclaimed for name, each in theatre.actions.items() if each.deniability.value > 0}


def test_every_deniable_act_of_the_shipped_theatre_is_told_without_its_doer():
    theatre = sim.load("baseline").theatre
    acts = deniable(theatre)
    assert len(acts) == 22
    for name, text in acts.items():
        assert text is not None, name
        doer, target = name.split(".")[0], theatre.actors[theatre.actions[name].target].label
        words = {word for word in re.findall(r"\w{4,}", theatre.actors[doer].label) if word not in target}
        assert not [word for word in words - {"United", "States"} if word in text], (name, text)
        assert "{" not in text
        assert text.endswith(".")


def test_acts_that_look_alike_are_told_alike():
    acts = deniable(sim.load("baseline").theatre)
    assert acts["houthis.hit_pipeline"] == acts["kataib_hezbollah.fly_drones_south"]


def test_a_claim_is_told_whether_or_not_it_is_true():
    """Else a seat would know a false one by its being told."""
    theatre = sim.load("baseline").theatre
    claimed = {name for name, each in theatre.actions.items() if each.claimed_by}
    true = {name for name in claimed if name.startswith(f"{theatre.actions[name].claimed_by}.")}
    assert true < claimed
    session = Session("baseline", ["us", "houthis"], seed=11, settings=Settings(stop_rung=None, stop_outcomes=False))
    session.order("houthis", {"do": [{"act": "houthis.raid_airport", "on": "2019-05-02"}], "otherwise": "hold"})
    session.advance(3)
    (told_of,) = [item for item in session.view("us").news if "airport" in item.text]
    assert (told_of.kind, told_of.actor, told_of.claimed_by) == ("deniable", None, "houthis")


def test_every_seat_of_the_shipped_theatre_is_told_what_its_own_people_would_do():
    """What is known to some hides nothing that an actor's own rules read."""
    theatre = sim.load("baseline").theatre
    seats = [name for name in theatre.deciders if any(act.startswith(f"{name}.") for act in theatre.actions)]
    session = Session("baseline", seats, seed=7)
    for seat in seats:
        known = session.known(seat)
        for option in session.options(seat).options:
            mine = [each for each in known.seat.acts if theatre.hands[each] == option.hand]
            assert (option.chance is None) == any(reads_hidden(known, each) for each in mine), option.act
        read = (each for act in known.seat.acts for each in read_for(theatre.actions[act]))
        doubtful = {str(each) for each in read if hides(known, each)}
        # Whether the Houthis or the militias of Iraq hit the pipeline, neither Riyadh nor Washington can tell.
        assert doubtful <= {"days_since(houthis.hit_pipeline)", "attack_to_explain", "attack_just_made"}, seat


def test_what_is_one_sides_own_is_hidden_from_the_others(lived):
    for seat, sees in (("iran", True), ("us", False)):
        values = {each.name: each.value for each in lived.view(seat).variables}
        assert (values["effort"] is not None) == sees
        assert values["depot_campaign"] is None
