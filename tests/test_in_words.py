"""Numbers by their paths, told in the words of their theatre."""

import re

import pytest

import sim
from sim.theatre.parameters.in_words import in_words, quantity_in_words, term_in_words

CODE = re.compile(r"\b[a-z]+_[a-z_]+|\b[a-z_]+\.[a-z_]+|[()~*]")
"""What only files write: names with underscores, dotted paths, signs of terms."""


@pytest.mark.parametrize("name", ["baseline", "whole_crisis", "first_lesson"])
def test_no_path_of_a_shipped_scenario_shows_a_name_of_its_files(name):
    scenario = sim.load(name)
    labels = [
        each.label
        for part in ("actors", "actions", "variables", "outcomes", "dyads")
        for each in getattr(scenario.theatre, part).values()
    ]
    labels += [rung.label for rung in scenario.theatre.ladder.rungs.values()]
    for path, _ in scenario.numbers():
        told = in_words(scenario, path)
        for label in sorted(labels, key=len, reverse=True):
            told = told.replace(label, "").replace(label.split(" (")[0], "")
        assert not CODE.search(told), (path, in_words(scenario, path))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("actors.iran.replies.rate", "Iran: readiness to answer"),
        ("actors.us.protects.saudi_arabia", "United States: how far harm to Saudi Arabia counts as its own"),
        ("ladder.rung_memory", "Ladder: days for which an act keeps its rung"),
        ("script.waivers_end.effects.sanctions", "Waivers end: effect on 'US economic pressure on Iran'"),
        ("war.severity", "War: weight of a day of it"),
    ],
)
def test_a_number_is_told_by_whose_it_is_and_what_it_is_there(path, told):
    assert in_words(sim.load("baseline"), path) == told


def test_what_a_rule_reads_is_told_by_labels():
    theatre = sim.load("baseline").theatre
    assert quantity_in_words(theatre, "blood(us, iran)") == "the dead that the United States holds against Iran"
    assert quantity_in_words(theatre, "days_since(us, 7)") == (
        "days since an act of the United States on rung 7 or above"
    )
    exports, talks = theatre.variables["oil_exports"].label, theatre.variables["talks"].label
    assert term_in_words(theatre, "oil_exports * ~talks") == f"'{exports}' and the lack of '{talks}'"
