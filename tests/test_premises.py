"""No sentence is told whose premise is absent; a wording asks for what its words presuppose."""

from datetime import date

import pytest

import sim
from sim.results.ensemble import Ensemble
from sim.theatre.language.schema import Theatre
from sim.theatre.language.telling import Wording
from tests.benchmarks.premises.kinds import KINDS, NAMES, REASONS
from tests.benchmarks.premises.measure import Count, counted, repeated, stories_before
from tests.benchmarks.premises.wordings import faults
from tests.told import scripted, world


@pytest.fixture(scope="module")
def runs() -> Ensemble:
    return sim.run("baseline", runs=100, seed=7, progress=None)


def shown(count: Count) -> list[str]:
    return [
        f"{kind}: run {told.run}, day {told.deed.day}, {told.deed.action}: {told.sentence}"
        for kind, told in count.examples.items()
    ]


def test_no_premise_of_a_sentence_a_name_or_a_reason_is_absent(runs):
    now = counted(runs)
    assert not shown(now)
    assert now.told.total() > 20_000


def test_the_measure_sees_the_premises_that_were_absent_before(runs):
    was = counted(runs, stories_before())
    for kind in ("one more raid before a second", "a ship let go that nobody holds", "somebody killed, and yet no dead",
                 "two named people dead, and one dead counted", "a second time: HMS Montrose between",
                 "called by a man who is dead", "because of what happened elsewhere, to others"):  # fmt: skip
        assert was.absent[kind] > 0, kind


def test_every_premise_is_one_that_a_sentence_of_today_or_before_presupposes():
    texts = {name: [each.text for each in action.wordings] for name, action in gulf().actions.items()}
    for name, text in stories_before().items():
        texts[name].append(text)
    spoken = {kind.name for kind in KINDS for name, told in texts.items() for text in told if kind.read_in(name, text)}
    assert {kind.name for kind in KINDS} - spoken <= {"a second time: the USS Boxer"}
    assert len({kind.name for kind in (*KINDS, *NAMES, *REASONS)}) == len((*KINDS, *NAMES, *REASONS))


def test_fewer_than_half_as_many_sentences_repeat_one_told_before_in_the_run(runs):
    assert repeated(runs) < repeated(runs, stories_before()) / 2


@pytest.mark.parametrize("scenario", ["baseline", "first_lesson"])
def test_every_wording_asks_for_what_its_words_presuppose(scenario):
    assert not list(faults(sim.load(scenario).theatre))


@pytest.mark.parametrize(
    ("wordings", "missing"),
    [
        ([{"text": "Mines again."}], "again: true, or"),
        ([{"text": "Mines for the {nth} time.", "again": False}, {"text": "Mines."}], "again: true, or"),
        ([{"text": "Mines, {since(us.send_swiss_message)} later."}], "a bound on the days since us.send_swiss_message"),
        ([{"text": "After the raid, mines."}], "what it is an answer to"),
        ([{"text": "Mines, but nobody dies.", "again": False}, {"text": "Mines."}], "killed: false"),
        ([{"text": "Mines kill {dead}."}], "killed: true"),
        ([{"text": "A.", "again": True}, {"text": "B.", "again": False}, {"text": "C."}], "a run in which it is told"),
    ],
)
def test_a_wording_that_does_not_ask_is_found_whatever_the_act(wordings, missing):
    mines = gulf().actions["iran.sabotage_shipping"]
    theatre = gulf(mines.model_copy(update={"story": tuple(Wording(**each) for each in wordings)}))
    assert [what for _, _, what in faults(theatre) if what.startswith(missing)]


def test_a_wording_may_ask_how_many_died_at_least():
    shells = [{"text": "Two generals die.", "killed": 2}, {"text": "A general dies.", "killed": True}, {"text": "-"}]
    case = scripted(world({"hills.shell": {"story": shells}}), *((day, "hills.shell", day) for day in (1, 2, 5)))
    assert told(case)[:3] == ["A general dies.", "Two generals die.", "Two generals die."]
    case = scripted(world({"hills.shell": {"story": shells}}), (1, "hills.shell", 0))
    assert told(case)[0] == "-"


def told(case: sim.Scenario) -> list[str]:
    return [act.story for act in sim.replay(case, seed=1).acts if act.action == "hills.shell"]


def gulf(mines: object = None) -> Theatre:
    theatre = sim.load("baseline").theatre
    changed = {} if mines is None else {"iran.sabotage_shipping": mines}
    return theatre.model_copy(update={"actions": {**theatre.actions, **changed}})


def test_no_premier_is_named_who_was_not_yet_in_office():
    for run in range(12):
        acts = sim.replay("whole_crisis", seed=7, run=run).acts
        early = [act.story for act in acts if act.date < date(2018, 10, 25) and "Abdul-Mahdi" in act.story]
        assert not early
