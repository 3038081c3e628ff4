"""Stories tell what matters, fold what is routine, and give reasons that a reader accepts."""

from dataclasses import dataclass, replace

import pytest

import sim
from sim.execution.source import find_origin
from sim.replays.accepted import bond
from sim.replays.entries import Entry, entries, lowest_told
from sim.replays.kind import kind_of
from sim.replays.matters import brought_about, made_possible
from tests.small_scenarios import action, rich
from tests.told import scripted, world


@dataclass
class Done:
    """An act, as much of it as the rule of reasons reads."""

    day: int
    action: str
    rung: int


def flat(text: str) -> str:
    return " ".join(text.split())


def acted(case: sim.Scenario) -> sim.Replay:
    """A run in which nothing happens but what the script has happen, told as if actors had chosen it."""
    told = sim.replay(case, seed=1)
    return replace(told, acts=tuple(replace(act, imposed=False) for act in told.acts))


def shown(told: sim.Replay, least: int = 4) -> list[tuple[str, str]]:
    return [(entry.kind, entry.text) for entry in entries(told, least)]


# Reasons


@pytest.mark.parametrize(
    ("act", "cause", "kind", "doubt"),
    [
        (("south.jets", 6, 10), ("hills.shell", 5, 8), "because", ""),  # one front
        (("south.jets", 6, 10), ("north.mine", 4, 8), "because", ""),  # its actor is the act's target
        (("hills.shell", 5, 10), ("south.jets", 6, 8), "because", ""),  # it struck the proxy's sponsor, in the hills
        (("north.mine", 4, 10), ("hills.shell", 5, 8), "because", ""),  # sponsor and proxy are one, against one
        (("south.film", 1, 10), ("north.mine", 4, 8), "because", ""),
        (("north.mine", 4, 10), ("south.film", 1, 8), "week", "it was no more than words"),
        (("north.mine", 4, 10), ("south.film", 1, 2), "far", "it was no more than words"),
        (("other.burn", 5, 10), ("north.mine", 4, 3), "week", "it happened elsewhere, between others"),
        (("other.burn", 5, 10), ("north.mine", 4, 2), "far", "it happened elsewhere, between others"),
        (("south.jets", 6, 40), ("north.mine", 4, 10), "because", ""),  # three half-lives of ten days
        (("south.jets", 6, 41), ("north.mine", 4, 10), "far", "it was long ago by then"),
        (("south.jets", 6, 10), ("script.flood", 0, 9), "week", "the scenario let it happen"),
    ],
)
def test_a_reason_is_on_one_front_or_between_the_same_two_and_neither_mere_words_nor_long_gone(act, cause, kind, doubt):
    built = world({"other.burn": action(5, "third", place="court")})
    built["actors"] |= {"other": built["actors"]["south"], "third": built["actors"]["south"]}
    (did, rung, day), (what, its_rung, its_day) = act, cause
    found = bond(scripted(built).theatre, Done(day, did, rung), Done(its_day, what, its_rung))
    assert (found.kind, found.doubt, found.accepted) == (kind, doubt, kind == "because")


def caused(case: sim.Scenario, *causes: int | None) -> sim.Replay:
    told = acted(case)
    led = {cause: tuple(at for at, each in enumerate(causes) if each == cause) for cause in causes}
    acts = zip(told.acts, causes, strict=True)
    return replace(told, acts=tuple(replace(act, cause=cause, led_to=led.get(act.event, ())) for act, cause in acts))


def test_what_only_weighed_in_is_named_by_its_week_or_not_at_all():
    case = scripted(world(), (1, "south.film"), (3, "north.mine"), (20, "north.mine"))
    told = caused(case, None, 0, 0)
    text = flat(told.text(least=0))
    assert "In the week of #0, 2 Jan: Show a film." in text
    assert text.count("#0, 2 Jan") == 1
    assert "Because of" not in text
    assert [entry.events for entry in entries(told, 4)] == [(1,), (2,)]  # words that led to force are no part of it


def test_a_chain_walks_all_that_weighed_most_and_says_what_only_weighed_in():
    case = scripted(world(), (1, "south.film"), (3, "north.mine"), (4, "south.jets"))
    told = caused(case, None, 0, 1)
    text = flat(told.why(2).text())
    assert "↑ because of #1" in text
    assert "↑ in the week of #0 weighed most of all that had happened, but only weighed in: it was no more than" in text
    assert [link["act"]["event"] for link in told.why(2).as_dict()["links"]] == [2, 1, 0]


# What matters


TALKS = {"north.talk": {"effects": {"mood": 0.4}}, "south.film": {"effects": {"mood": -0.3}}}
MOOD = {"mood": {"kind": "unit", "start": 0.1}}


def test_diplomacy_is_told_where_it_led_to_an_outcome_that_came_about():
    built = world(TALKS, MOOD, {"talking": {"mood": ">= 0.7"}})
    days = [(1, "north.talk"), (3, "south.film"), (5, "north.talk"), (7, "north.talk"), (9, "south.film")]
    told = acted(scripted(built, *days))
    assert shown(told) == [
        ("act", "The north talks."),
        ("act", "The north talks."),
        ("outcome", "talking: after #2 and #3"),
    ]
    assert [entry.events for entry in entries(told, 4)] == [(2,), (3,), (2, 3)]
    assert "7 Jan" not in flat(acted(scripted(built, *days[:3])).text(least=4))  # it came to nothing


def test_what_an_outcome_reads_is_found_through_conditions_flags_and_alternatives():
    built = world(
        {"north.mine": {"effects": {"shut": "set"}}, "south.film": {"effects": {"shut": "clear"}}},
        {"shut": {"kind": "flag", "start": False}, "war": {
            "kind": "flag", "start": False, "set_when": {"closed": True, "days_since(hills, 5)": "<= 5"}}},
        {"fought": {"any": [{"war": True}, {"tension": ">= 99"}, {"days_since(south.jets)": "<= 1"}]}},
        conditions={"closed": {"shut": True, "for": 2}},
    )  # fmt: skip
    told = acted(scripted(built, (1, "south.jets"), (20, "north.mine"), (22, "hills.shell"), (30, "south.film")))
    outcome = told.scenario.theatre.outcomes["fought"].when
    assert told.outcomes["fought"] == 1
    assert brought_about(told.course, outcome, 1) == (0,)
    assert brought_about(told.course, outcome, 22) == (1, 2)


@pytest.mark.parametrize(
    ("when", "after"),
    [
        ({"deaths": ">= 4"}, (3,)),  # the act with which so many had died
        ({"deaths(north)": ">= 1"}, ()),
        ({"rung(line)": ">= 5"}, (1, 3)),
        ({"rung": ">= 6"}, (4,)),
        ({"days_since(north.mine)": "<= 9"}, (0,)),
        ({"days_since(north.mine)": ">= 3"}, ()),
        ({"tension": ">= 1"}, ()),
    ],
)
def test_counts_of_deaths_rungs_and_days_are_traced_to_the_acts_that_made_them(when, after):
    built = world(outcomes={"it": when}, dyads={"line": {"label": "Line", "sides": [["hills"], ["south"]]}})
    days = [(1, "north.mine"), (3, "hills.shell", 3), (4, "south.film"), (5, "hills.shell", 2), (6, "south.jets")]
    told = acted(scripted(built, *days))
    assert brought_about(told.course, told.scenario.theatre.outcomes["it"].when, 8) == after


def test_what_made_an_act_possible_is_told_with_it():
    built = world(
        {"north.mine": {"effects": {"anger": 0.6}, "rung": 2}, "south.jets": {"when": {"anger": ">= 0.5"}}},
        {"anger": {"kind": "unit", "start": 0.0}},
        {"struck": {"days_since(south.jets)": "<= 0"}},
    )
    told = acted(scripted(built, (2, "north.mine"), (5, "south.jets")))
    assert made_possible(told.course, 1) == (0,)
    assert "Made possible by #0." in flat(told.text(least=5))
    assert shown(told, 5)[0] == ("act", "Mines hole a hull.")


def test_a_flag_that_turns_is_told_on_its_day_with_what_turned_it():
    flag = {"kind": "flag", "start": True, "told": {"clear": "{north} opens the strait.", "set": "It is shut."}}
    built = world({"north.talk": {"effects": {"shut": "clear"}}}, {"shut": flag})
    told = acted(scripted(built, (3, "north.talk"), (5, "north.talk")))
    assert shown(told) == [("act", "The north talks."), ("turn", "The Northern State opens the strait.")]
    assert entries(told, 4)[1] == Entry("turn", 3, "The Northern State opens the strait.", "", (0,))
    assert "4 Jan * The Northern State opens the strait." in flat(told.text(least=4))


def test_an_act_that_turns_a_flag_is_told_where_the_flag_itself_says_nothing():
    built = world({"north.talk": {"effects": {"shut": "clear"}}}, {"shut": {"kind": "flag", "start": True}})
    told = acted(scripted(built, (3, "north.talk"), (5, "north.talk")))
    assert shown(told) == [("act", "The north talks.")]


def test_what_began_a_thing_did_not_make_possible_the_act_that_ends_it():
    built = world(
        {
            "north.mine": {"effects": {"war": "set"}},
            "hills.shell": {"effects": {"offer": 0.6}, "casualties": None},
            "north.talk": {"effects": {"war": "clear"}, "when": {"war": True, "offer": ">= 0.5"}},
        },
        {"war": {"kind": "flag", "start": False}, "offer": {"kind": "unit", "start": 0.0}},
    )
    del built["actions"]["hills.shell"]["casualties"]
    told = acted(scripted(built, (1, "north.mine"), (3, "hills.shell"), (5, "north.talk")))
    assert made_possible(told.course, 2) == (1,)
    assert "Made possible by #1." in flat(told.text(least=4))


@pytest.mark.parametrize(("quantity", "after"), [("rung", (0,)), ("deaths", (0,)), ("tension", ())])
def test_what_stands_for_the_whole_world_is_a_condition_as_any_other(quantity, after):
    case = scripted(world({"south.jets": {"when": {quantity: ">= 1"}}}), (1, "hills.shell", 2), (4, "south.jets"))
    assert made_possible(acted(case).course, 1) == after


def test_a_quiet_history_is_told_from_a_lower_rung():
    days = [(day, "south.film") for day in range(2, 30, 4)] + [(day, "north.talk") for day in range(3, 30, 5)]
    quiet = acted(scripted(world(), (1, "north.mine"), *days))
    assert lowest_told(quiet) == 1
    assert "The south shows a film." in quiet.text()
    assert "The south shows a film." not in quiet.text(least=4)
    loud = acted(
        scripted(world({"hills.shell": {"rung": 7}}), *((day, "hills.shell", day) for day in range(1, 12)), *days)
    )
    assert lowest_told(loud) == 4


# Routine


def test_routine_is_told_once_and_then_in_a_sentence_at_its_first_place():
    built = world({"hills.shell": {"casualties": {"chance": 0, "deaths": 2}}})
    told = acted(scripted(built, (1, "hills.shell"), (3, "hills.shell"), (9, "north.mine"), (10, "hills.shell")))
    assert shown(told) == [
        ("act", "Shells fall."),
        ("fold", "Two more shellings, none deadly, in the next week."),
        ("act", "Mines hole a hull."),
    ]
    assert "4 Jan 5 #1 +1 Two more shellings" in flat(told.text(least=4))
    assert shown(told, 0) == [("act", "Shells fall.")] * 2 + [("act", "Mines hole a hull."), ("act", "Shells fall.")]


def test_a_number_that_begins_a_sentence_is_a_word():
    built = world({"hills.shell": {"casualties": {"chance": 0, "deaths": 2}}})
    told = acted(scripted(built, *((day, "hills.shell") for day in range(1, 16))))
    assert shown(told)[1] == ("fold", "Fourteen more shellings, none deadly, in the next two weeks.")


@pytest.mark.parametrize(
    ("last", "span"),
    [(12, "eleven days"), (15, "two weeks"), (17, "three weeks"), (58, "nine weeks")],
)
def test_all_that_a_fold_tells_lies_within_the_time_that_it_names(last, span):
    built = world({"hills.shell": {"casualties": {"chance": 0, "deaths": 2}}})
    days = [(day, "hills.shell") for day in (0, 1, last)]
    told = acted(scripted(built, *days))
    assert shown(told)[1] == ("fold", f"Two more shellings, none deadly, in the next {span}.")


def test_a_fold_without_a_noun_of_its_own_names_the_actor_and_the_act():
    built = world({"north.mine": {"many": None}})
    del built["actions"]["north.mine"]["many"]
    told = acted(scripted(built, *((day, "north.mine") for day in (1, 5, 6))))
    assert shown(told)[1] == ("fold", "Two more times within two days, by the Northern State: Mine.")


def test_deadly_routine_is_folded_after_a_few_and_says_how_many_died():
    told = acted(scripted(world(), *((day, "hills.shell", 2) for day in (1, 3, 5, 20, 30, 48))))
    assert shown(told) == [
        ("act", "Shells fall."),
        ("outcome", "killed: after #0"),
        ("act", "Shells fall."),
        ("act", "Shells fall."),
        ("fold", "Three more shellings in the next four weeks; 6 dead."),
    ]


def test_what_led_to_something_that_is_told_is_not_folded():
    built = world({"hills.shell": {"casualties": {"chance": 0, "deaths": 2}}})
    days = [(1, "hills.shell"), (3, "hills.shell"), (4, "hills.shell"), (5, "hills.shell"), (6, "south.jets")]
    told = caused(scripted(built, *days), None, None, None, None, 2)
    assert [(entry.kind, entry.events) for entry in entries(told, 4)] == [
        ("act", (0,)),
        ("act", (1,)),  # alone, between two that are told
        ("act", (2,)),
        ("act", (3,)),
        ("act", (4,)),
    ]


def test_a_fold_covers_a_season_at_most():
    built = world({"hills.shell": {"casualties": {"chance": 0, "deaths": 2}}})
    told = acted(scripted(built, *((day, "hills.shell") for day in range(1, 59, 4)), days=60))
    assert [len(entry.events) for entry in entries(told, 4)] == [1, 14]


def test_who_and_whom_is_said_the_first_time_and_where_it_changes():
    built = world(
        {"hills.shell": {"deniability": 0.5, "claimed_by": "hills"}, "north.talk": {"effects": {"gone": "set"}}},
        {"gone": {"kind": "flag", "start": False}},
    )
    built["actors"]["hills"]["known_as"] = [{"when": {"gone": True}, "label": "Mountain guard"}]
    days = [(1, "hills.shell", 1), (3, "hills.shell", 1), (4, "north.talk"), (6, "hills.shell", 1)]
    told = sim.replay(scripted(built, *days), seed=1)
    first, second, _, third = (entry.below for entry in entries(told, 4) if entry.rung is not None)
    assert first.startswith("The Hill militia against the Southern State, and claimed it.")
    assert "25 % of the blame rested on suspicion alone." in first
    assert second == "The Hill militia claimed it. Imposed by the scenario. 1 dead on the side of the Southern State."
    assert third.startswith("The Mountain guard against the Southern State, and claimed it.")


# Names


def test_stories_explanations_and_chains_call_actors_by_the_name_of_the_day():
    built = world({"south.jets": {"reply": 1}, "north.mine": {"rung": 6, "effects": {"gone": "set"}}},
                  {"gone": {"kind": "flag", "start": False}})  # fmt: skip
    built["actors"]["south"]["replies"] |= {"rate": 3, "discharge": 1}
    built["actors"]["north"]["known_as"] = [{"when": {"gone": True}, "label": "Northern Council (a general)"}]
    told = sim.replay(scripted(built, (1, "north.mine")), seed=3)
    jets = next(act for act in told.acts if act.action == "south.jets")
    assert "The Northern State against the Southern State." in told.text(least=0)
    assert "The Southern State against Northern Council." in flat(told.text(least=0))
    assert "in reply to Northern Council" in flat(told.why(jets.event).text())
    sheet = flat(told.explain(jets.day, "south").text())
    assert "Northern Council " in sheet
    assert "Northern State" not in sheet
    assert "reply to Northern Council" in sheet


# The opening


def test_a_history_is_held_beside_the_runs_of_its_result():
    ensemble = sim.run(rich(), runs=40, seed=11, progress=None)
    told, origin = sim.replay(ensemble, run=17), find_origin(ensemble)
    kind = kind_of(told, origin)
    held = ensemble.outcomes.notna()
    assert kind.alike == kind.others + 1 == int((held == held.loc[17]).all(axis=1).sum())
    assert kind.runs == 40
    assert set(kind.came) == {rich().theatre.outcomes[name].label for name in held if held.loc[17, name]}
    assert f"of the 40 runs of the ensemble of {rich().name}" in kind.text()


def test_a_scenario_without_a_result_is_held_beside_its_first_runs():
    case = scripted(world(), (1, "hills.shell", 2))
    kind = kind_of(sim.replay(case, seed=1), find_origin(case, 1))
    assert kind.text() == (
        "The only outcome came about in this history (run 0): killed. 100 % of the first 400 runs of this scenario end "
        "with this outcome alone; it comes about in 100 %."
    )
    quiet = kind_of(sim.replay(scripted(world()), seed=1), find_origin(scripted(world()), 1))
    assert quiet.text().startswith("None of the theatre's one outcome came about in this history (run 0), as in")


def test_two_outcomes_of_one_label_keep_a_share_each():
    twins = world(outcomes={"never": {"deaths": ">= 9"}})
    twins["outcomes"] = {name: each | {"label": "Deaths"} for name, each in twins["outcomes"].items()}
    case = scripted(twins, (1, "hills.shell", 2))
    kind = kind_of(sim.replay(case, seed=1), find_origin(case, 1))
    assert kind.as_dict()["shares"] == {"killed": 1.0, "never": 0.0}
    assert "One of two outcomes came about in this history (run 0): Deaths." in kind.text()
    assert kind.text().endswith("it comes about in 100 %.")


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")  # trajectories are kept in fewer digits
def test_a_history_that_failed_is_held_beside_no_other_and_none_that_failed_beside_it():
    wild = {"kind": "level", "unit": "1", "start": 0, "scale": [0, 1], "range": [-1e300, 1e300], "noise": 8e307}
    case = scripted(world(variables={"wild": wild}), (1, "hills.shell", 2), days=30)
    runs = [sim.replay(case, run=run, seed=1) for run in range(20)]
    failed = next(run for run in runs if run.failure is not None and run.failure[0] > 1)
    sound = next(run for run in runs if run.failure is None)
    said = kind_of(failed, find_origin(case, 1)).text()
    assert said == (
        f"This history (run {failed.run}) failed before its end, so it is not compared with others. "
        "Until then came about: killed."
    )
    kind = kind_of(sound, find_origin(case, 1))
    assert f"100 % of the {kind.runs} of the first 400 runs of this scenario that did not fail end" in kind.text()
    assert 0 < kind.runs < 400


def test_a_theatre_without_outcomes_is_told_without_any():
    bare = scripted(world() | {"outcomes": {}}, (1, "hills.shell", 2))
    told, origin = sim.replay(bare, seed=1), find_origin(bare, 1)
    kind = kind_of(told, origin)
    assert kind.text() == "The theatre names no outcome by which this history (run 0) could be compared with others."
    assert sim.turning_points(bare, run=0, seed=1) == ()


def fuse() -> sim.Scenario:
    """A spark in the middle, by choice of one day, after which the south almost surely strikes, and else never."""
    built = world(
        {"north.mine": {"effects": {"lit": "set"}, "rate": 0.02, "once": True, "rung": 5},
         "south.jets": {"when": {"lit": True}, "rate": 0.4, "reply": 0, "once": True}},
        {"lit": {"kind": "flag", "start": False}},
        {"struck": {"days_since(south.jets)": "<= 0"}},
    )  # fmt: skip
    return scripted(built, days=40)


def test_the_turning_point_is_the_act_after_which_an_outcome_is_all_but_certain():
    case = fuse()
    run = next(run for run in range(50) if len(sim.replay(case, seed=3, run=run).acts) == 2)
    told = sim.replay(case, seed=3, run=run)
    mine = told.acts[0]
    (point,) = sim.turning_points(case, run=run, seed=3)
    assert (point.day, point.act.event) == (mine.day, 0)
    (shift,) = point.shifts
    assert shift.outcome == "struck"
    assert shift.after > shift.before + 0.2
    assert shift.low > 0
    assert "#0: Mine. From then on “struck” came about in" in point.text()
    assert point.as_dict()["futures"] == 100


def test_a_day_that_moved_nothing_is_no_turning_point():
    case = scripted(world({"north.mine": {"rate": 0.3}}), days=30)
    assert sim.turning_points(case, run=0, seed=3) == ()


def test_nothing_that_came_about_on_the_day_itself_is_said_to_have_become_likelier():
    built = world({"north.mine": {"rate": 0.03, "once": True}}, outcomes={"mined": {"days_since(north.mine)": "<= 0"}})
    case = scripted(built, days=30)
    run = next(run for run in range(50) if sim.replay(case, seed=3, run=run).acts)
    assert sim.turning_points(case, run=run, seed=3) == ()


# The tool


def test_a_story_counts_the_acts_that_its_picture_draws():
    script = {"flood": {"on": "2020-01-02", "effects": {"grip": 0.0}}}
    told = sim.replay(scripted(world(), (1, "north.mine"), (3, "hills.shell", 2), script=script), seed=1)
    assert "2 acts, 1 of them deadly" in told.text()
    drawn = told.events[told.events["actor"] != "script"]
    assert len(told.deeds) == len(drawn) == 2


def test_choices_offer_no_accident_and_nothing_to_call_off_where_nothing_is_ordered():
    theatre = sim.load("baseline").theatre
    never = {name for name, each in theatre.actions.items() if each.accident or each.calls_off}
    assert never
    for day in (60, 240):
        for actor in ("us", "iran"):
            found = sim.choices("baseline", run=182, day=day, actor=actor, runs=1, days=1, seed=7)
            assert not never & {option.action for option in found.options}
