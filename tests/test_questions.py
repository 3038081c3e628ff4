"""Questions of a theatre: what they ask for, and what no act of it could answer."""

import pytest

import sim
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.load import load
from tests.small import THEATRE, changed, faults_of, small


def asking(entry: str) -> str:
    return f"{THEATRE}\nquestions:\n  odd: {{label: Odd, {entry}}}\n"


LINE = len(THEATRE.splitlines()) + 3


def asked(folder, entry):
    """The small theatre with one question, and the question."""
    theatre = load(small(folder, theatre=asking(entry))).theatre
    return theatre, theatre.questions["odd"]


def fitting(folder, entry):
    """By action: whether an act fits that kills nobody, and one that kills."""
    theatre, question = asked(folder, entry)
    return {name: question.acts.fits(name, action, theatre) for name, action in theatre.actions.items()}


def test_questions_change_neither_a_run_nor_its_hash(tmp_path):
    with_ = load(small(tmp_path, theatre=asking("any: {rungs: [4, 9]}")))
    without = load(small(tmp_path))
    assert with_.sha256 == without.sha256
    assert program_of(with_) is program_of(without)
    assert list(with_.numbers()) == list(without.numbers())
    assert with_ != without


def test_an_act_fits_as_it_turned_out(tmp_path):
    found = fitting(tmp_path, "any: {rungs: [4, 9], overt: true}")
    assert found["south.mine_strait"] == (False, False)  # 0.7 of it is only suspected, and it cannot kill
    assert found["north.strike"] == (True, True)
    assert found["north.sanction"] == found["south.offer_talks"] == (False, False)


def test_who_dies_is_the_target_unless_the_action_says_otherwise(tmp_path):
    assert fitting(tmp_path, "any: {killed: south}")["north.strike"] == (False, True)
    moved = changed(
        THEATRE, "casualties: {chance: 0.5, deaths: 6}", "casualties: {chance: 0.5, deaths: 6, whose: north}"
    )
    theatre = load(small(tmp_path, theatre=moved + "\nquestions: {odd: {label: Odd, any: {killed: north}}}\n")).theatre
    question = theatre.questions["odd"]
    assert question.acts.fits("north.strike", theatre.actions["north.strike"], theatre) == (False, True)


def test_an_act_that_kills_stands_on_its_lethal_rung_and_is_half_as_deniable(tmp_path):
    mine = changed(
        THEATRE,
        "    deniability: 0.7\n",
        "    deniability: 0.7\n    lethal_rung: 6\n    casualties: {chance: 0.1, deaths: 2}\n",
    )
    asked_for = "\nquestions: {six: {label: Six, any: {rungs: [6, 9], overt: true, actors: [south]}}}\n"
    theatre = load(small(tmp_path, theatre=mine + asked_for)).theatre
    acts = theatre.questions["six"].acts
    assert acts.fits("south.mine_strait", theatre.actions["south.mine_strait"], theatre) == (False, True)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("any: {actions: [north.strick]}", "unknown action 'north.strick'"),
        ("any: {killed: nrth}", "unknown actor 'nrth'"),
        ("change: oil", "unknown variable 'oil'"),
        ("change: talks", "talks is a flag"),
        ("any: {}", "this would match every act"),
        ("any: {rungs: [9, 4]}", "has its low end above its high end"),
        ("any: {rungs: [4, 9]}, count: {rungs: [4, 9]}", "a question asks one thing"),
        ("note: Nothing.", "a question asks one thing"),
        ("any: {rungs: [7, 9]}", "no action of this theatre fits all of this"),
        ("count: {killed: north}", "no action of this theatre fits all of this"),
        ("any: {actors: [south], rungs: [4, 9], overt: true}", "no action of this theatre fits all of this"),
        ("any: {rungs: [4, 9], hidden: true}", "unknown key 'hidden'"),
    ],
)
def test_faults_in_questions_are_found_at_their_line(tmp_path, entry, said):
    lines = faults_of(tmp_path, theatre=asking(entry))
    assert any(said in line and f"strait.yaml:{LINE}:" in line for line in lines), lines


def test_a_scenario_comes_back_from_its_json_with_its_questions(tmp_path):
    loaded = load(small(tmp_path, theatre=asking("count: {actors: [south], rungs: [0, 4]}")))
    again = sim.Scenario.model_validate_json(loaded.model_dump_json(by_alias=True))
    assert again.theatre.questions == loaded.theatre.questions
    assert again.sha256 == loaded.sha256


@pytest.mark.parametrize("name", ["persian_gulf", "two_rivals"])
def test_shipped_theatres_ask_all_three_kinds(name):
    assert {question.kind for question in sim.load_theatre(name).questions.values()} == {"any", "count", "change"}
