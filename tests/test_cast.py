"""How the shipped theatres introduce themselves: who is who, where they are, what they are called by then."""

from itertools import combinations
from math import dist
from pathlib import Path

import pytest

import sim
from sim.theatre.language.schema import Market
from sim.theatre.language.telling import BLANK, since
from sim.theatre.language.terms import quantities

SCENARIOS = Path(__file__).parent.parent / "scenarios"
THEATRE_FILES = sorted((SCENARIOS / "theatres").glob("*.yaml"))


@pytest.fixture(params=THEATRE_FILES, ids=lambda path: path.stem)
def theatre(request):
    return sim.load_theatre(request.param)


@pytest.fixture(scope="module")
def gulf():
    return sim.load_theatre(SCENARIOS / "theatres" / "persian_gulf.yaml")


def test_a_theatre_says_what_it_is_about_and_each_actor_who_it_is_and_what_it_wants(theatre):
    assert 50 <= len(theatre.about.split()) <= 100
    for name, actor in theatre.deciders.items():
        assert actor.about.endswith("."), name
        assert actor.wants.endswith("."), name
        assert max(len(actor.about), len(actor.wants)) <= 280, f"{name}: a sentence, not a page"


def test_the_places_of_the_gulf_lie_apart_on_the_map_and_in_their_order(gulf):
    at = {name: place.at for name, place in gulf.places.items()}
    assert all(dist(one, other) >= 0.2 for one, other in combinations(at.values(), 2))
    assert at["levant"][0] < at["iraq"][0] < at["gulf"][0] < at["iran"][0], "from west to east"
    assert at["iran"][1] < at["gulf"][1] < at["yemen"][1], "from north to south"


def test_a_name_in_a_label_goes_when_its_bearer_does(gulf):
    heads = {"kataib_hezbollah": ("commanders_alive", "al-Muhandis"), "iraq_government": ("caretaker", "caretaker")}
    for name, (flag, word) in heads.items():
        (named,) = gulf.actors[name].known_as
        assert set(named.when.clauses) == {flag}, name
        assert (word in gulf.actors[name].label) != (word in named.label), name


def test_a_time_since_an_act_is_told_only_where_the_act_was(theatre):
    for name, action in theatre.actions.items():
        for wording in action.wordings:
            read = set() if wording.when is None else {each.of for each in quantities(wording.when)}
            for act in filter(None, map(since, BLANK.findall(wording.text))):
                was = (wording.again is True and act == name) or (act,) in read
                assert was, f"{name}: nothing says that {act} was: {wording.text}"


def test_a_market_is_introduced_as_well(gulf):
    assert [actor.note is not None for actor in gulf.actors.values() if isinstance(actor, Market)] == [True]
