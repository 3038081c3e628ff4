"""Every number that the README states is one that something computes."""

import re
from pathlib import Path

import pytest

import sim

from .stated import SENTENCES, blocks, unheld
from .stated.__main__ import table

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
TABLE = (Path(__file__).parent / "stated" / "NUMBERS.md").read_text(encoding="utf-8")
QUICK = 5.0
"""Seconds; what takes longer is left to `make numbers`."""


def plain(text: str) -> str:
    return " ".join(text.split())


def test_no_number_in_the_readme_is_without_a_sentence_that_computes_it():
    assert list(unheld(README)) == []


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: each.values.__name__.strip("_"))
def test_the_table_of_numbers_says_what_the_readme_says(sentence):
    assert sentence.row(sentence.found(README).groupdict()) in TABLE


def test_the_table_of_numbers_is_of_the_lessons_and_the_report_as_they_are():
    assert table([]).partition("\n## Lessons")[2] == TABLE.partition("\n## Lessons")[2]


@pytest.mark.parametrize(
    "sentence",
    [each for each in SENTENCES if each.seconds <= QUICK],
    ids=lambda each: each.values.__name__.strip("_"),
)
def test_the_readme_says_what_the_model_gives(sentence):
    assert sentence.found(README).groupdict() == sentence.computed()


def test_a_number_that_is_no_longer_true_is_found_and_written_anew():
    sentence = next(each for each in SENTENCES if "war_with" in each.words)
    false = sentence.written(README, {"war_with": "77"})
    assert sentence.found(false)["war_with"] == "77"
    assert sentence.written(false, {"war_with": sentence.found(README)["war_with"]}) == README
    assert [each for each in unheld(README + "\nWar comes in 31 % of runs.\n") if "31" in each]


def test_the_outcome_table_of_the_readme_is_the_one_that_is_printed():
    assert blocks.OUTCOMES.findall(README) == [blocks.outcomes()]


def test_the_chain_of_the_readme_is_what_why_tells():
    block = re.search(r"shortened\):\s*```\n(.*?)```", README, re.S)
    assert block is not None
    told = plain(sim.replay("baseline", run=182, seed=7).why(int(block[1][1:].split()[0])).text())
    at = 0
    for link in re.split(r"↑ because of", block[1]):
        heading, below = link.strip().split("\n", 1)
        for said in (heading, *re.split(r"…|(?<=\.) (?=[A-Z])", plain(below))):
            at = told.find(plain(said), at)
            assert at >= 0, said
