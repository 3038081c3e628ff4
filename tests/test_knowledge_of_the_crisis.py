"""Who knows what of the shipped crisis, and when: secrets are kept, friends are told, and the world hears late."""

from datetime import timedelta

import pytest

import sim
from sim.play.answers.public import public
from sim.play.knowledge.hidden import reads_hidden
from sim.play.seats import seat_of
from sim.play.sessions.entries import Settings
from sim.play.sessions.session import Session

SEATS = ("iran", "us", "uae", "kataib_hezbollah", "iraq_government")
QUIET = Settings(stop_rung=None, stop_outcomes=False, otherwise="hold")
SECRETS = ("us.send_swiss_message", "us.attack_networks", "iran.visit_baghdad", "iran.rein_in_militias")


@pytest.fixture(scope="module")
def crisis():
    """Every seat holds, and four secret things are done in the first three days."""
    session = Session("baseline", SEATS, seed=7, settings=QUIET, clock=lambda: None)
    start = session.scenario.start
    for at, act in enumerate(SECRETS):
        deed = {"act": act, "on": start + timedelta(days=at)}
        session.order(act.partition(".")[0], {"do": [deed], "otherwise": "hold"})
    session.order("iran", {"do": [{"act": "iran.sabotage_shipping", "on": start + timedelta(days=4)}]})
    session.advance(12)
    return session


def heard(items):
    """By act, by how many days later than the next morning somebody heard of it."""
    return {each.act: (each.learned - each.date).days - 1 for each in items if each.act is not None}


def test_the_world_hears_late_of_what_was_kept_from_it(crisis):
    told = public(crisis).items
    late = {each.text.split()[0]: (each.learned - each.date).days - 1 for each in told}
    known = heard(told)
    assert (known["us.send_swiss_message"], known["iran.visit_baghdad"]) == (7, 3)
    assert known["iran.rein_in_militias"] == 5
    assert late["Computers"] == 2  # nobody owns up to the attack on Iran's networks


def test_those_whom_a_secret_concerns_know_of_it_at_once(crisis):
    known = crisis.view("kataib_hezbollah").known
    open_to_it = [act for act in SECRETS if act != "us.attack_networks"]
    assert {act: heard(known)[act] for act in open_to_it} == dict.fromkeys(open_to_it, 0)
    attack = next(each for each in known if each.text.startswith("Computers"))
    assert ((attack.learned - attack.date).days, attack.actor) == (1, None)
    assert heard(crisis.view("us").known)["iran.visit_baghdad"] == 0
    assert heard(crisis.view("uae").known)["iran.visit_baghdad"] == 3
    assert heard(crisis.view("iraq_government").known)["us.send_swiss_message"] == 7


def test_who_knows_of_a_deniable_act_from_a_friend_reads_so_and_others_can_only_suspect(crisis):
    def of_the_tankers(items):
        return next(each for each in items if "tanker" in each.text)

    friend, world = of_the_tankers(crisis.view("kataib_hezbollah").known), of_the_tankers(public(crisis).items)
    assert friend.actor == "iran"
    assert friend.text.endswith("(You know from Iran itself; others can only suspect.)")
    assert (world.kind, world.actor) == ("deniable", None)
    assert "suspect" not in of_the_tankers(crisis.view("iran").known).text


def test_what_a_secret_order_moves_is_no_number_that_all_can_read():
    """Else it would be no secret."""
    theatre = sim.load("baseline").theatre
    order = theatre.actions["iran.order_militias"]
    assert order.news_after == 81
    for variable in ("campaign", "effort", "gulf_campaign"):
        assert theatre.variables[variable].known_to is not None, variable
    assert set(order.known_to) <= {*theatre.variables["campaign"].known_to}


def test_a_count_of_days_from_a_rung_on_reads_no_secret_below_that_rung(crisis):
    """Baghdad hears late of cyber attacks, on rung 4; whether an act on rung 5 was done of late, it can tell."""
    assert not reads_hidden(crisis.known("iraq_government"), "iraq_government.summon_ambassador")


def test_a_seat_is_called_by_its_actor_and_outlives_who_leads_it():
    theatre = sim.load("baseline").theatre
    assert seat_of(theatre, "kataib_hezbollah").label == "Kataib Hezbollah"
    assert seat_of(theatre, "us/soldiers").label == "United States (Soldiers)"
    assert not [name for name in theatre.deciders if "(" in seat_of(theatre, name).label]
