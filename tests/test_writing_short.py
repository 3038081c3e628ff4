"""What files may write short: ranges in brackets, entries like others, acts of several actors, files over files."""

import pytest

import sim
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load_theatre
from sim.theatre.language.number import Number
from sim.theatre.language.terms import Limit
from tests.small import SCENARIO, THEATRE, changed, small

INSULT = """\
  insult:
    by: {north: south, south: north}
    label: "<actor.label> insults <target>"
    story: A speaker of {<actor>} insults {<target>}.
    source: "judgement: a test"
    rung: 1
    target: nobody
    rate: 0.01 (0.005..0.02)
    drivers: {"provocation(<actor>, <target>)": 2}
"""

ANSWER = """\
  south.answer:
    must: {days_since(north.demand): ">= 2"}
    hand: words
    label: Answer
    story: The south answers on the last day.
    source: "judgement: a test"
    rung: 0
    target: north
    once: true
  north.demand: {like: south.offer_talks, target: south, effects: null, calm: 0, rate: 0.2, label: Demand}
"""


def with_acts(text: str) -> str:
    return changed(THEATRE, "\noutcomes:", text + "\noutcomes:")


def acts(tmp_path, text: str):
    return sim.load(small(tmp_path, theatre=with_acts(text))).theatre.actions


def faults(tmp_path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        acts(tmp_path, text)
    return [str(each).replace("\n    ", " | ").partition("strait.yaml:")[2] for each in caught.value.faults]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0.3 (0.1..0.5)", {"value": 0.3, "plausible": [0.1, 0.5]}),
        ("45 d (30..60)", {"value": "45 d", "plausible": [30, 60]}),
        ("-1.5 % ( -2 .. .5 )", {"value": "-1.5 %", "plausible": [-2, 0.5]}),
        ("1e-3(1e-4..1e-2)", {"value": 0.001, "plausible": [0.0001, 0.01]}),
    ],
)
def test_a_range_may_stand_in_brackets_behind_its_number(short, long):
    assert Number.model_validate(short) == Number.model_validate(long)
    assert Number.model_validate({"value": short, "source": "E1"}) == Number.model_validate({**long, "source": "E1"})


def test_a_threshold_may_have_its_range_in_brackets_too():
    assert Limit.model_validate(">= 0.7 (0.6..0.8)") == Limit.model_validate(
        {"value": ">= 0.7", "plausible": [0.6, 0.8]}
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("0.3 (0.5..0.1)", "low end above its high end"),
        ("0.3 (0.1-0.5)", "unknown unit"),
        ({"value": "0.3 (0.1..0.5)", "plausible": [0, 1]}, "write it once"),
        ("(0.1..0.5)", "is not a number"),
    ],
)
def test_a_range_that_says_nothing_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        Number.model_validate(wrong)


def test_what_a_scenario_sets_keeps_or_replaces_a_range_in_brackets(tmp_path):
    theatre = changed(THEATRE, "rate: 0.001\n", "rate: 0.001 (0.0005..0.002)\n")
    for written, plausible, chosen in (
        ("0.003", (0.0005, 0.002), True),
        ("0.003 (0.001..0.004)", (0.001, 0.004), False),
        ("{value: 0.003, plausible: [0.002, 0.005]}", (0.002, 0.005), False),
    ):
        text = changed(SCENARIO, "overrides:\n", f"overrides:\n  actions.north.strike.rate: {written}\n")
        scenario = sim.load(small(tmp_path, theatre=theatre, scenario=text))
        rate = scenario.theatre.actions["north.strike"].rate
        assert (rate.value, rate.plausible) == (0.003, plausible)
        assert ("actions.north.strike.rate" in scenario.chosen) is chosen
    text = changed(SCENARIO, "overrides:\n", "overrides:\n  actions.north.strike.rate.plausible: [0.0001, 0.1]\n")
    rate = sim.load(small(tmp_path, theatre=theatre, scenario=text)).theatre.actions["north.strike"].rate
    assert (rate.value, rate.plausible) == (0.001, (0.0001, 0.1))


def test_an_act_of_several_actors_is_written_once(tmp_path):
    found = acts(tmp_path, INSULT)
    ours, theirs = found["north.insult"], found["south.insult"]
    assert "insult" not in found
    assert (ours.target, theirs.target) == ("south", "north")
    assert ours.label == "The northern state insults south"
    assert theirs.story == "A speaker of {south} insults {north}."
    assert list(ours.drivers) == ["provocation(north, south)"]
    assert theirs.rate.plausible == (0.005, 0.02)


def test_a_list_of_actors_shares_one_target(tmp_path):
    text = INSULT.replace("by: {north: south, south: north}", "by: [north]").replace("target: nobody", "target: south")
    assert acts(tmp_path, text)["north.insult"].target == "south"


def test_an_entry_like_another_says_what_differs(tmp_path):
    found = acts(
        tmp_path,
        "  north.strike_hard: {like: north.strike, rung: 7, rate: 0.0001, when: null, casualties: {deaths: 60}}\n"
        "  north.strike_harder: {like: north.strike_hard, label: Harder}\n",
    )
    one, hard, harder = (found[f"north.{name}"] for name in ("strike", "strike_hard", "strike_harder"))
    assert (hard.rung, hard.rate.value, hard.when) == (7, 0.0001, None)
    assert (hard.casualties.chance, hard.casualties.deaths.value) == (one.casualties.chance, 60)
    assert harder == hard.model_copy(update={"label": "Harder"})


def test_terms_of_an_entry_like_another_match_by_meaning(tmp_path):
    drivers = "drivers: {pain * ~talks: 3}"
    found = acts(tmp_path, f"  north.bar: {{like: north.sanction, rate: 0.05, {drivers}}}\n")["north.bar"]
    assert {term: weight.value for term, weight in found.drivers.items()} == {"pain * ~talks": 3}
    assert found.rate.plausible == (0.01, 0.04)


def test_an_entry_may_be_like_what_several_actors_do(tmp_path):
    found = acts(tmp_path, INSULT + "  south.curse: {like: south.insult, rung: 2}\n")
    assert found["south.curse"].target == "north"
    assert found["south.curse"].rung == 2
    found = acts(tmp_path, INSULT + "  curse: {like: insult, by: {south: north}, rung: 2}\n")
    assert found["south.curse"].label == "The southern state insults north"


def test_every_section_knows_like(tmp_path):
    theatre = changed(THEATRE, "\nconditions:", "  grief: {like: pain, label: Grief, start: 0.1}\n\nconditions:")
    theatre = changed(theatre, "  exchange:", "  west: {like: north, label: West, protects: null}\n  exchange:")
    theatre = changed(theatre, "  dear_oil:", "  dearer: {like: dear_oil, when: {oil_price: 150}}\n  dear_oil:")
    found = sim.load(small(tmp_path, theatre=theatre)).theatre
    assert found.variables["grief"].half_life.value == 30
    assert found.actors["west"].perception == found.actors["north"].perception
    assert found.actors["west"].protects == {}
    assert found.outcomes["dearer"].when.clauses["oil_price"].value == 150


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  north.a: {like: north.strik}\n", "no 'north.strik' in actions to be like | did you mean 'north.strike'?"),
        ("  north.a: {like: north.b}\n  north.b: {like: north.a}\n", "in a circle: north.a -> north.b -> north.a"),
        ("  north.a: {like: north.strike, harms: null}\n", "there is no inherited 'harms' to leave out"),
        (INSULT.replace("by: {north: south, south: north}", "by: north"), "'by' says who does it | write 'by: {actor:"),
        (INSULT.replace("  insult:", "  north.insult:"), "'north.insult' names its actor, and 'by' names others"),
        (INSULT + "  north.insult: {like: north.strike}\n", "'north.insult' is also made by 'insult' on line"),
        (INSULT.replace("{north: south, ", "{norht: south, "), "unknown actor 'norht'"),
        (ANSWER.replace("    rung: 0", "    rate: 0\n    rung: 0"), "what must be done has odds above 0"),
    ],
)  # fmt: skip
def test_short_writing_that_leads_nowhere_is_told_at_its_line(tmp_path, text, said):
    assert any(said in each for each in faults(tmp_path, text)), faults(tmp_path, text)


def test_a_fault_in_what_several_do_is_told_where_it_is_written(tmp_path):
    line = with_acts(INSULT).split("\n").index("    rung: 1") + 1
    (found,) = faults(tmp_path, INSULT.replace("rung: 1", "rung: 12"))
    assert found.startswith(f"{line}:11: ")


def test_what_must_be_done_is_done_on_the_day(tmp_path):
    theatre = with_acts(ANSWER.replace('">= 2"', '">= 2", days_since(north.demand) - days_since(start): "<= 0"'))
    found = sim.run(sim.load(small(tmp_path, theatre=theatre)), runs=300, seed=1, progress=None)
    days = found.events.pivot_table(index="run", columns="action", values="day", aggfunc="first")
    demanded = days["north.demand"].dropna()
    last = found.scenario.days - 1
    assert (days["south.answer"][demanded[demanded <= last - 2].index] == demanded[demanded <= last - 2] + 2).all()
    assert days["south.answer"].reindex(days.index.difference(demanded.index)).isna().all()


def test_what_must_be_done_may_name_its_condition_and_its_own_odds(tmp_path):
    found = acts(tmp_path, ANSWER.replace('{days_since(north.demand): ">= 2"}', "tense") + "")["south.answer"]
    assert found.drivers["tense"].value == 50
    assert found.rate.value == 1e-9
    found = acts(tmp_path, ANSWER.replace("    rung: 0", "    rate: 0.01\n    rung: 0"))["south.answer"]
    assert found.rate.value == 0.01
    assert found.drivers["south_answer_must"].value == 50


def write(tmp_path, **files: str) -> None:
    small(tmp_path)
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(f"schema_version: 1\n{text}", encoding="utf-8")


MORE = """\
extends: strait.yaml
theatre: wide_strait
title: Three shores
sides: {far: {label: Far away, colour: "#335577"}}
actors:
  east: {like: south, label: The eastern state, side: far}
actions:
  east.protest: {like: south.offer_talks, rung: 1, calm: 0, label: Protest, effects: null}
overrides: {actors.north.replies.rate: 0.3}
"""


def test_a_theatre_may_extend_another_and_add_to_it(tmp_path):
    write(tmp_path, wide=MORE, calm="extends: wide.yaml\ntitle: Calm\nstart: 2019-05-01\ndays: 30\n")
    wide, base = load_theatre(tmp_path / "wide.yaml"), load_theatre(tmp_path / "strait.yaml")
    assert (wide.theatre, wide.title) == ("wide_strait", "Three shores")
    assert wide.actors.keys() == base.actors.keys() | {"east"}
    assert wide.actors["north"].replies.rate.value == 0.3
    assert wide.ladder == base.ladder
    assert sim.load(tmp_path / "calm.yaml").theatre == wide


def test_a_theatre_does_not_change_what_it_extends_by_accident(tmp_path):
    write(tmp_path, wide=MORE.replace("  east: {like: south", "  north: {like: south"))
    with pytest.raises(ScenarioError, match=r"has a 'north' in actors already, on line \d+ of strait.yaml"):
        load_theatre(tmp_path / "wide.yaml")


def test_a_scenario_may_add_actors_and_acts_and_leave_others_out(tmp_path):
    adds = "extends: summer.yaml\ntitle: With friends\n" + MORE.partition("title: Three shores\n")[2]
    write(tmp_path, friends=adds.replace("actions:\n", "actions:\n  south.mine_strait: null\n"))
    (tmp_path / "summer.yaml").write_text(
        "schema_version: 1\nextends: strait.yaml\ntitle: Summer\nstart: 2019-05-01\ndays: 30\n"
    )
    found = sim.load(tmp_path / "friends.yaml").theatre
    assert "east.protest" in found.actions
    assert "south.mine_strait" not in found.actions
    assert len(sim.run(tmp_path / "friends.yaml", runs=20, progress=None).shares()) == 2


CALM = "extends: summer.yaml\ntitle: Calm\noverrides: {actions.north.strike.rate: 0.0005}\n"
FAST = "extends: summer.yaml\ntitle: Fast\noverrides: {actors.north.replies.rate: 0.5}\n"


def test_scenarios_may_be_laid_over_one_another(tmp_path):
    write(tmp_path, calm=CALM, fast=FAST, both="extends: [calm, fast]\ntitle: Both\n")
    both = sim.load(tmp_path / "both.yaml")
    assert both.theatre.actions["north.strike"].rate.value == 0.0005
    assert both.theatre.actors["north"].replies.rate.value == 0.5
    assert both.script == sim.load(tmp_path / "summer.yaml").script


def test_what_two_of_them_set_differently_is_told_until_somebody_decides(tmp_path):
    other = CALM.replace("0.0005", "0.002").replace("Calm", "Wild")
    write(tmp_path, calm=CALM, wild=other, both="extends: [calm, wild]\ntitle: Both\n")
    with pytest.raises(ScenarioError) as caught:
        sim.load(tmp_path / "both.yaml")
    (only,) = caught.value.faults
    assert "'actions.north.strike.rate' is set here, and differently in calm.yaml on line 4" in str(only)
    assert only.file.endswith("wild.yaml")
    decided = "extends: [calm, wild]\ntitle: Both\noverrides: {actions.north.strike.rate: 0.001}\n"
    write(tmp_path, both=decided)
    assert sim.load(tmp_path / "both.yaml").theatre.actions["north.strike"].rate.value == 0.001


def test_a_bare_name_is_the_file_beside_it_first(tmp_path, monkeypatch):
    write(tmp_path, baseline=CALM, mine="extends: baseline\ntitle: Mine\n")
    assert sim.load(tmp_path / "mine.yaml").theatre.theatre == "strait"
    monkeypatch.chdir(tmp_path)
    assert sim.load("baseline").theatre.theatre == "strait"
    write(tmp_path, baseline="extends: baseline\ntitle: On the shipped one\n")
    assert sim.load("baseline").theatre.theatre == "persian_gulf"
