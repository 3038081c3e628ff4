"""What is wrong in how a theatre is told is said at its line and column."""

import pytest

from tests.small import THEATRE, changed, faults_of, marked

AT = "actions.north.sanction.story"
STORY = "    story: The north bars the south's tankers from its ports.\n"
NORTH = "    label: The northern state\n"
TALKS = "  talks: {kind: flag, label: Talks are open, start: false}\n"
LAST = "the last wording is used where no other fits: leave out when, again, killed and answers"
READS = "it reads variables, conditions, rungs and days_since"


def several(first: str, last: str = "{text: Two.}") -> str:
    return f"    story:\n      - {first}\n      - {last}\n"


def meaning(told: str) -> str:
    return TALKS.replace("false}", f"false, told: {told}}}")


IN_A_STORY = {
    "a last wording that presupposes something": (
        STORY,
        several("{text: One., again: false}", "{text: Two., again: true}").replace("    story:", "    §story:"),
        f"{AT}: {LAST}",
        None,
    ),
    "a wording behind one that always fits": (
        STORY,
        several("§{text: One.}"),
        f"{AT}.0: this wording always fits, so none after it would ever be used",
        None,
    ),
    "no wording": (STORY, "    story: §[]\n", f"{AT}: {LAST}", None),
    "a blank that nothing fills": (
        STORY,
        '    story: §"The {pian} grows."\n',
        f"unknown variable or actor 'pian' in {AT}",
        "did you mean 'pain'?",
    ),
    "days since an act that there is not": (
        STORY,
        '    story: §"For {since(north.strik)}."\n',
        f"unknown action 'north.strik' in {AT}",
        "did you mean 'north.strike'?",
    ),
    "a brace that stays open": (
        STORY,
        '    story: §"The {dead die."\n',
        f"{AT}: a brace that is not closed",
        "places to fill are written {dead}, {nth} or {since(ACTION)}",
    ),
    "a premise that no finished run can be asked": (
        STORY,
        several('{text: One., when: §{"provocation(north, south)": ">= 0.5"}}'),
        f"{AT}.0.when: a story cannot look up provocation(north, south)",
        READS,
    ),
    "an answer to an act that there is not": (
        STORY,
        several("{text: One., answers: [§north.strik]}"),
        f"unknown action 'north.strik' in {AT}.0.answers.0",
        "did you mean 'north.strike'?",
    ),
    "a name while an order stands": (
        NORTH,
        NORTH + '    known_as: [{when: §{"ordered(north.strike)": true}, label: Another}]\n',
        "actors.north.known_as.0.when: a story cannot look up ordered(north.strike)",
        READS,
    ),
    "a blank that nothing fills in what a flag means": (
        TALKS,
        meaning('{set: §"{nobody} talks."}'),
        "unknown variable or actor 'nobody' in variables.talks.told.set",
        "this theatre has at_war, north, oil_price, pain, shipping, south, talks",
    ),
    "the dead of a flag": (
        TALKS,
        meaning('{set: §"{dead} die and they talk."}'),
        "variables.talks.told.set: {dead} is filled by an act, and a flag turns without one",
        None,
    ),
    "the time for which a flag is set": (
        TALKS,
        meaning('{clear: §"For the {nth} time they part."}'),
        "variables.talks.told.clear: {nth} is filled by an act, and a flag turns without one",
        None,
    ),
    "a turn that there is none of": (
        TALKS,
        meaning("{§sets: They talk.}"),
        "unknown key 'sets' in variables.talks.told",
        "did you mean 'set'?",
    ),
}


@pytest.mark.parametrize("case", IN_A_STORY)
def test_a_fault_of_a_story_is_said_at_its_place(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    old, new, said, hint = IN_A_STORY[case]
    theatre, place = marked(THEATRE, old, new)
    assert faults_of(tmp_path, theatre=theatre) == [f"strait.yaml:{place}: {said}", *([f"    {hint}"] if hint else [])]


def test_a_condition_that_a_story_reads_must_not_read_blood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grim = "conditions:\n  grim: §{tense: true}\n  tense:\n    blood(north, south): '>= 0.1'\n"
    theatre, place = marked(THEATRE, "conditions:\n  tense:\n", grim)
    told = several("{text: One., when: {grim: true}}")
    assert faults_of(tmp_path, theatre=changed(theatre, STORY, told)) == [
        f"strait.yaml:{place}: conditions.grim: a story reads this condition and cannot look up blood(north, south)"
    ]
