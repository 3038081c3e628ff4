"""Of an act's wordings the first that fits is told, with its blanks filled by what was so that morning."""

import pytest

import sim
from sim.replays.wording import without_premise
from sim.text import duration, in_words, ordinal
from tests.told import scripted, world

FILM = [
    {"text": "The mine, {since(north.mine)} ago.", "when": {"days_since(north.mine)": "<= 40"}, "again": False},
    {"text": "Once more, for the {nth} time.", "again": True},
    {"text": "The south shows what it has."},
]


def told(case: sim.Scenario, action: str) -> list[tuple[str, int | None]]:
    return [(act.story, act.wording) for act in sim.replay(case, seed=1).acts if act.action == action]


def test_the_first_wording_that_fits_is_told_and_else_the_last():
    films = world({"south.film": {"story": FILM}})
    assert told(scripted(films, (3, "south.film"), (5, "south.film")), "south.film") == [
        ("The south shows what it has.", 2),
        ("Once more, for the second time.", 1),
    ]
    assert told(scripted(films, (2, "north.mine"), (5, "south.film")), "south.film") == [
        ("The mine, three days ago.", 0)
    ]


def test_a_wording_reads_the_morning_and_not_what_else_is_done_that_day():
    films = world({"south.film": {"story": FILM}})
    assert told(scripted(films, (5, "north.mine"), (5, "south.film")), "south.film")[0][1] == 2


def test_the_dead_choose_a_wording_and_are_counted_in_words():
    shells = [{"text": "{dead} die under shells.", "killed": True}, {"text": "Shells fall on nobody."}]
    case = scripted(world({"hills.shell": {"story": shells}}), (1, "hills.shell", 4), (2, "hills.shell", 0))
    assert [text for text, _ in told(case, "hills.shell")] == ["Four die under shells.", "Shells fall on nobody."]
    case = scripted(world({"hills.shell": {"story": shells}}), (1, "hills.shell", 31))
    assert told(case, "hills.shell")[0][0] == "31 die under shells."


def test_an_answer_is_worded_as_one_only_where_its_cause_is_one_of_those():
    jets = [{"text": "Jets answer the mine.", "answers": ["north.mine"]}, {"text": "Jets fly."}]
    ready = {"rate": 3, "discharge": 1}

    def case(first):
        built = world({"south.jets": {"story": jets, "reply": 1, "once": True}, "north.mine": {"rung": 6}})
        built["actors"]["south"]["replies"] |= ready
        return scripted(built, (1, first))

    answered = [act for act in sim.replay(case("north.mine"), seed=3).acts if act.action == "south.jets"]
    assert [(act.story, act.cause) for act in answered] == [("Jets answer the mine.", 0)]
    assert not [act for act in sim.replay(case("north.talk"), seed=3).acts if act.action == "south.jets"]


def test_blanks_are_filled_with_values_and_with_the_names_of_that_day():
    built = world(
        {"south.film": {"story": [{"text": "{north} at {oil}, grip {grip}, {sea_shut}.", "when": {"grip": ">= 0"}},
                                  {"text": "-"}]},
         "north.talk": {"effects": {"oil": 6, "gone": "set"}}},
        {"oil": {"kind": "level", "unit": "USD/bbl", "range": [20, 200], "scale": [50, 120], "start": 60},
         "gone": {"kind": "flag", "start": False}, "sea_shut": {"kind": "flag", "start": True}},
    )  # fmt: skip
    built["actors"]["north"]["known_as"] = [{"when": {"gone": True}, "label": "The Northern State (another)"}]
    built["actors"]["north"]["known_as"] += [{"when": {"gone": True}, "label": "Never told"}]
    case = scripted(built, (1, "south.film"), (2, "north.talk"), (3, "south.film"))
    assert [text for text, _ in told(case, "south.film")] == [
        "The Northern State at 60 dollars a barrel, grip 50 %, yes.",
        "The Northern State at 66 dollars a barrel, grip 50 %, yes.",
    ]
    course = sim.replay(case, seed=1).course
    assert [course.name("north", day) for day in (0, 2, 3)] == [
        *["The Northern State (a president)"] * 2, "The Northern State (another)",
    ]  # fmt: skip


def test_a_sentence_of_the_script_stands_before_all_wordings():
    case = scripted(
        world({"south.film": {"story": FILM}}),
        script={"own": {"on": "2020-01-05", "do": "south.film", "story": "A film of its own."}},
    )
    assert told(case, "south.film") == [("A film of its own.", None)]


def test_who_knows_only_the_action_is_told_what_fits_any_run():
    theatre = sim.load("baseline").theatre
    for name, action in theatre.actions.items():
        assert "{" not in without_premise(theatre, name), action.story
    case = scripted(world({"south.film": {"story": [*FILM[:2], {"text": "{north} watches."}]}}))
    assert without_premise(case.theatre, "south.film") == "The Northern State watches."
    assert without_premise(scripted(world({"south.film": {"story": "{dead} dead."}})).theatre, "south.film") == (
        "Show a film."
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "a day"), (2, "two days"), (7, "a week"), (8, "eight days"), (12, "twelve days"), (13, "two weeks"),
     (38, "five weeks"), (59, "eight weeks"), (60, "two months"), (340, "11 months"), (365, "twelve months"),
     (699, "23 months"), (700, "two years")],
)  # fmt: skip
def test_time_is_told_in_the_unit_that_a_person_would_use(days, words):
    assert duration(days).replace("eleven", "11") == words


def test_numbers_are_words_up_to_twelve():
    assert [in_words(n) for n in (0, 1, 12, 13, 1500)] == ["no", "one", "twelve", "13", "1,500"]
    assert [ordinal(n) for n in (1, 12, 13, 21, 22, 111, 1002)] == [
        *("first", "twelfth", "13th", "21st", "22nd", "111th", "1,002nd"),
    ]  # fmt: skip
