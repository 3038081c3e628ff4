"""The report begins with the crisis: its answer, its cast, its days as they really were, its fronts; in words."""

import re
from copy import deepcopy
from datetime import date

import numpy as np
import pytest

import sim
from sim.report import chronology, fronts, opening
from sim.report.actors import actors
from sim.report.pack import unpacked
from sim.theatre.language.terms import Condition
from tests.small_scenarios import RICH_FORBID, RICH_SCRIPT, rich, rich_theatre, scenario
from tests.test_report import Page, page_of
from tests.test_report_record import recorded
from tests.told import world


def mapped():
    """The rich scenario, whose theatre says what it is about, who its actors are, and where its places lie."""
    theatre = rich_theatre()
    theatre["about"] = "Two neighbours and a strait."
    theatre["places"] = {
        "capital": {"label": "The capital", "at": [0.2, 0.3]},
        "waters": {"label": "The waters", "at": [0.8, 0.7]},
    }
    theatre["actors"] = deepcopy(theatre["actors"])
    theatre["actors"]["aran"] |= {"about": "A kingdom.", "wants": "The strait for itself.", "home": "waters"}
    theatre["actors"]["aran"]["label"] = "Aran (King Bel)"
    return scenario(theatre, 60, script=RICH_SCRIPT, forbid=RICH_FORBID, history_until="2020-01-04")


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(mapped(), runs=60, seed=5, progress=None)


@pytest.fixture(scope="module")
def baseline():
    return sim.run("baseline", runs=40, seed=7, progress=None)


@pytest.fixture(scope="module")
def page(ensemble):
    return page_of(ensemble)


@pytest.fixture(scope="module")
def told(baseline):
    return chronology.chronology(baseline)


# The first screen.


def test_the_answer_names_shares_of_the_ensemble_and_their_intervals(baseline):
    rows = {row["outcome"]: row for row in baseline.shares().to_dict("records")}
    said = opening.opening(baseline)
    assert said["answer"].startswith("In 40 model runs, ")
    for name in said["told"]:
        label = baseline.scenario.theatre.outcomes[name].label
        assert re.search(f"{label[1:]}:? in {round(40 * rows[name]['share'])}[ ,;.]", said["answer"]), name
    assert "95 % Wilson intervals" in said["error"]
    of_many = [{"label": "An end", "share": share, "low": 0.0, "high": 1.0} for share in (0.547, 0.0003, 0.0)]
    many = opening.answer(_pretending(baseline, 1000), of_many)
    assert many == "Out of every 100 model runs, an end in 55, an end in <0.1 and an end in none."
    last = opening.answer(_pretending(baseline, 1000), [of_many[1] | {"label": "A blow"}, of_many[0]])
    assert last == "Out of every 100 model runs, a blow in <0.1; most often of all, an end: in 55."


def _pretending(ensemble, n):
    class Larger:
        n_completed = n
        scenario = ensemble.scenario

    return Larger()


def test_the_answer_names_what_weighs_most_the_war_and_the_commonest(baseline):
    theatre = baseline.scenario.theatre
    rung = {name: opening.least_rung(theatre, outcome.when) for name, outcome in theatre.outcomes.items()}
    assert rung["sustained_war"] == 9
    assert rung["leadership_killed"] == theatre.actions["us.kill_commanders"].rung == 8
    assert rung["us_force_on_iran"] == 8
    told = opening.opening(baseline)["told"]
    shares = baseline.shares().set_index("outcome")["share"]
    assert {"sustained_war", shares.idxmax()} <= set(told)
    assert len(told) == len(set(told)) <= 4


def test_the_least_rung_is_that_of_the_easiest_way_to_all_that_is_needed():
    theatre = mapped().theatre

    def rung(**clauses):
        return opening.least_rung(theatre, Condition.model_validate(clauses))

    assert rung(**{"rung": ">= 6", "tension": ">= 3"}) == 6
    assert rung(any=[{"rung": ">= 6"}, {"rung": ">= 4"}]) == 4
    assert rung(war=True) == 9
    assert rung(war=False) == 0
    assert rung(**{"days_since(aran.kill_commander)": "<= 0"}) == theatre.actions["aran.kill_commander"].rung


def test_the_least_rung_of_flags_that_wait_for_each_other_is_that_of_the_act_that_sets_one():
    waits = {
        "alarm": {"kind": "flag", "start": False, "set_when": {"siren": True, "tension": ">= 1"}},
        "siren": {"kind": "flag", "start": False, "set_when": {"alarm": True}},
    }
    theatre = scenario(world({"south.jets": {"effects": {"siren": "set"}}}, waits)).theatre
    idle = scenario(world({}, waits)).theatre
    assert theatre.actions["south.jets"].rung == 6
    for flag in ("alarm", "siren"):
        assert opening.least_rung(theatre, Condition.model_validate({flag: True})) == 6
        assert opening.least_rung(idle, Condition.model_validate({flag: True})) == 0, "no act leads there"


def test_single_runs_climb_by_their_own_rungs(ensemble, page):
    data = page.data["opening"]
    run, rung = unpacked(data["run"]), unpacked(data["rung"])
    np.testing.assert_array_equal(rung, ensemble.trajectories["rung"].sel(run=run).to_numpy())
    assert len(run) == 60


def test_the_still_picture_holds_every_rung_by_its_share(ensemble):
    standing = ensemble.standing()
    layers = dict(opening.still(ensemble))
    assert list(layers) == np.flatnonzero(standing.any(axis=1)).tolist()
    points = [tuple(map(float, point.split(","))) for point in layers[0].split()]
    first_day_top = points[0][1]
    assert first_day_top == pytest.approx(100 - 100 * standing[0, 0], abs=0.05)


def test_what_the_crisis_is_stands_before_the_answer_and_the_statistics_after(page):
    assert page.text.index("Two neighbours and a strait.") < page.text.index("In 60 model runs")
    order = [attributes["id"] for tag, attributes in page.tags if tag == "section" and "id" in attributes]
    assert order[:5] == ["classroom", "opening", "actors", "chronology", "fronts"]


# The cast.


def test_an_actor_is_told_by_its_theatre_or_else_by_its_kind_and_what_it_does(ensemble):
    by_id = {actor["id"]: actor for side in actors(ensemble) for actor in side["actors"]}
    assert set(by_id) == set(ensemble.scenario.theatre.deciders)
    assert (by_id["aran"]["about"], by_id["aran"]["wants"]) == ("A kingdom.", "The strait for itself.")
    assert by_id["aran"]["home"] == "The waters"
    own = ensemble.events[(ensemble.events["actor"] == "bora")]
    assert by_id["bora"]["acts"] == pytest.approx(len(own) / 60)
    assert by_id["bora"]["wants"] is None
    assert by_id["bora"]["about"] == "A state."


# What really happened.


def test_what_really_happened_is_told_by_the_record_and_outcomes_by_its_own_days(baseline, told):
    assert told["recorded"]
    assert told["ends_early"]
    assert told["last"] == "3 January 2020"
    by_label = {row["label"]: row["really"] for row in told["outcomes"]}
    really = {name: by_label[outcome.label] for name, outcome in baseline.scenario.theatre.outcomes.items()}
    assert really["leadership_killed"] == "3 January 2020"
    assert really["american_killed"] == "27 December 2019"
    assert really["sustained_war"] == "not by 3 January 2020"
    days = [row["day"] for row in told["rows"]]
    assert days == sorted(days)
    stories = {event.story for event in chronology.known(sim.load("baseline")).events.values()}
    assert {row["text"] for row in told["rows"] if row["really"]} <= stories


def test_what_the_scenario_imposes_is_told_once_and_marked(told):
    waivers = [row for row in told["rows"] if "waivers" in row["text"]]
    assert [(row["date"], row["imposed"], row["runs"]) for row in waivers] == [("2 May 2019", True, None)]
    assert all(row["headline"] for row in told["rows"] if row["imposed"])


def test_beside_each_recorded_act_stands_how_many_runs_had_it_so_often(baseline, told):
    drone = next(row for row in told["rows"] if "Global Hawk" in row["text"])
    events = baseline.events[baseline.events["action"] == "iran.shoot_down_drone"]
    first = events.groupby("run")["day"].min()
    label = {name: action.label for name, action in baseline.scenario.theatre.actions.items()}
    assert drone["runs"].startswith(
        f"{label['iran.shoot_down_drone']}: in {sim.text.percent(len(first) / 40)} of the runs"
    )
    depots = [row["runs"] for row in told["rows"] if (row["runs"] or "").startswith(label["israel.strike_depots"])]
    assert ["for the second time" in each for each in depots[:2]] == [False, True]
    days = baseline.events[baseline.events["action"] == "israel.strike_depots"].groupby("run")["day"]
    twice = (days.count() >= 2).sum()
    assert f"in {sim.text.percent(twice / 40)} of the runs" in depots[1] or (not twice and "in none" in depots[1])


def test_a_record_of_a_scenario_of_its_own_is_followed(tmp_path):
    found = chronology.chronology(recorded(tmp_path))
    assert found["recorded"]
    assert len(unpacked(found["really"])) > 0


def test_without_a_record_it_is_said_that_there_is_none(page):
    assert page.data["chronology"]["recorded"] is False
    assert "There is no record of what happened on these days" in page.text
    assert all(row["imposed"] for row in page.data["chronology"]["rows"])
    assert not any(row["really"] for row in page.data["chronology"]["outcomes"])
    later = sim.load("baseline").model_copy(update={"start": date(2031, 5, 1), "script": {}})
    assert chronology.chronology(sim.run(later, runs=2, progress=None)) is None


# The fronts.


def test_every_act_of_a_place_from_rung_1_up_is_counted_on_its_front_and_in_its_week(ensemble):
    found = fronts.fronts(ensemble)
    weeks = unpacked(found["weeks"]).reshape(2, 10, -1)
    theatre = ensemble.scenario.theatre
    events = ensemble.events[(ensemble.events["actor"] != "script") & (ensemble.events["rung"] > 0)]
    place = events["action"].map({name: action.place for name, action in theatre.actions.items()})
    assert [each["id"] for each in found["places"]] == ["capital", "waters"]
    for at, name in enumerate(("capital", "waters")):
        mine = events[place == name]
        assert len(mine)
        assert weeks[at].sum() * 60 == pytest.approx(len(mine), rel=0.001)
        first_week = (mine["day"] < 7).sum() / 60
        assert weeks[at][:, 0].sum() == pytest.approx(first_week, abs=0.001)
    categories = [str(name) for name in ensemble.events["action"].cat.categories]
    for name, at in zip(categories, found["of_action"], strict=True):
        assert (at == -1) == (name not in theatre.actions or theatre.actions[name].place is None)


def test_places_fill_the_map_and_who_is_at_home_there_is_named(ensemble, page):
    capital, waters = fronts.fronts(ensemble)["places"]
    assert (capital["at"], waters["at"]) == ([0, 0], [1, 1])
    assert [each["label"] for each in waters["home"]] == ["Aran"]
    assert "At home here: Aran." in page.text
    assert "Table: acts by front" in str(page.tags)


def test_a_theatre_that_says_of_no_place_where_it_is_has_no_map_and_no_heading():
    page = page_of(sim.run(rich(), runs=5, seed=5, progress=None))
    assert "fronts" not in page.data
    assert "The fronts" not in page.text


# Words.


class Visible(Page):
    """What a reader sees, but for small paths and commands."""

    def __init__(self, text):
        self.code = 0
        super().__init__(text)

    def handle_starttag(self, tag, attrs):
        self.code += tag in ("code", "style")
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        self.code -= tag in ("code", "style")
        super().handle_endtag(tag)

    def handle_data(self, data):
        if not self.code:
            super().handle_data(data)


def test_no_name_of_a_file_stands_in_the_text_that_a_reader_sees(baseline):
    other = sim.run("no_killing", runs=40, seed=7, progress=None)
    page = Visible(sim.report.html(baseline, other, names=["as it is", "no killing"]))
    theatre = baseline.scenario.theatre
    names = [*theatre.actions, *theatre.variables, *theatre.conditions, *theatre.actors, *theatre.outcomes]
    names = [name for name in names if "." in name or "_" in name]
    assert "What tipped it" in page.text
    drawn = [
        *page.data["stories"]["texts"],
        *page.data["acts"]["actions"],
        *page.data["record"]["days"]["told"].values(),
    ]
    for text in (page.text, *drawn):
        found = [name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text)]
        assert not found, (found, text[:200] if text is not page.text else "the page")
    assert not re.search(r"\b(actions|variables|actors|conditions|provocation|blood|days_since)[.(]\w", page.text)


def test_what_took_some_days_is_dated_by_its_first_and_its_last(baseline):
    rows = {row["text"]: row["date"] for row in chronology.chronology(baseline)["rows"]}
    assert rows["The protests resume, and by the end of October 250 people are dead."] == "25 to 31 October 2019"
    assert rows["The last waivers for buyers of Iranian oil expire."] == "2 May 2019"
