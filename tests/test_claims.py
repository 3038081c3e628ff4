"""Every claim of the article is a mechanism of the theatre, and works in the direction that the article gives it."""

from collections.abc import Iterator

import numpy as np
import pytest

import sim
from sim.theatre.files.load import load_sources, resolve
from sim.theatre.files.overrides import find
from sim.theatre.files.yaml_tree import Node
from sim.theatre.language.sources import parse
from tests.claims.effects import Row, difference, effect, ensemble, less, more
from tests.claims.measures import acts, mean, reached, runs_with
from tests.claims.settings import DECEMBER, LETHAL, SUMMER
from tests.claims.table import ROWS
from tests.claims.worlds import Switch, never, sets
from tests.claims.write import line, written

CLAIMS = load_sources().claims
OPEN = {"A57"}
"""That what lies ahead is open is how every result is reported, and no mechanism."""

by_name = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "_"))


@by_name
def test_a_claim_shows_in_paired_runs_and_in_the_protocol(row: Row):
    found = effect(row)
    assert found.shows(row.then.sign), found
    assert not found.shows(-row.then.sign)
    assert line(row, found) in written(), "run: make odd"


def test_every_claim_has_its_rows_in_the_order_of_the_article():
    claims = [row.claim for row in ROWS]
    assert list(dict.fromkeys(claims)) == [claim for claim in CLAIMS if claim not in OPEN]
    assert claims == sorted(claims)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_protocol_has_these_rows_and_no_others():
    assert [row.split(" | ")[:2] for row in written()] == [[f"| {row.claim}", row.says] for row in ROWS]


def test_what_the_article_leaves_open_can_go_either_way():
    shown = {(row.claim, row.then.sign) for row in ROWS if row.may}
    unsure = {claim for claim, entry in CLAIMS.items() if entry.uncertain} - OPEN
    assert shown == {(claim, sign) for claim in unsure for sign in (1, -1)}
    assert all(row.may for row in ROWS if row.claim in unsure)


@pytest.mark.parametrize("row", [row for row in ROWS if row.may], ids=lambda row: row.name.replace(" ", "_"))
def test_either_way_lies_within_the_plausible_ranges(row: Row):
    numbers = dict(sim.load("baseline").numbers())
    assert row.given.overrides
    for path, value in row.given.overrides.items():
        low, high = numbers[path].plausible
        assert low <= value <= high, f"{path}: {value} is outside {low} to {high}"


# The mechanism of a row is the one that the theatre rests on the claim.


def sources_along(tree: Node, path: str) -> Iterator[str]:
    """What is named as the source of an entry, or of what it stands in."""
    node = tree
    for key in find(tree, path):
        assert key in node.content, f"the theatre has no {path}"
        node = node.content[key]
        if (source := node.get("source")) is not None:
            yield source.content


@pytest.fixture(scope="module")
def theatre() -> Node:
    return resolve("persian_gulf").theatre


@by_name
def test_a_mechanism_names_the_claim_as_its_source(row: Row, theatre: Node):
    named = {key for source in sources_along(theatre, row.via) for key in parse(source).keys}
    assert row.claim in named


# What a difference does not tell.


def test_without_both_blocs_the_premier_hardly_falls():
    october, falls = next(row.given for row in ROWS if row.claim == "A27"), reached("premier_resigns").of
    shares = {
        bloc: falls(ensemble(october | never(bloc), days=120)).mean()
        for bloc in ("fatah.drop_premier", "sairoon.seek_premiers_fall")
    }
    assert max(shares.values()) < 0.15, shares
    assert falls(ensemble(october, days=120)).mean() > 0.35


def test_most_threats_meet_a_counter_threat():
    threat = next(row for row in ROWS if row.claim == "A04")
    assert threat.then.of.of(ensemble(threat.given | threat.switch.on, threat.days, threat.runs)).mean() > 0.5


# Controls: rows and intervals can fail.


def test_a_switch_turned_round_does_not_show():
    turned = Switch("turned round", off=LETHAL.on, on=LETHAL.off)
    force = more(runs_with("us.strike_militia"))
    straight, back = (effect(Row("A35", "", DECEMBER, switch, force, "", 8, 100)) for switch in (LETHAL, turned))
    assert straight.shows(1)
    assert back == (-straight.value, -straight.high, -straight.low)
    assert not back.shows(1)


def test_a_change_that_moves_nothing_gives_exactly_nothing():
    relabelled = Switch("another label", on=sets({"actions.us.strike_iran.label": "Something else"}))
    for then in (more(mean("tension")), less(acts("us.threaten_iran"))):
        found = effect(Row("A02", "", SUMMER, relabelled, then, "", 30, 50))
        assert found == (0, 0, 0)
        assert not found.shows(1)
        assert not found.shows(-1)


@pytest.mark.parametrize("measure", [mean("tension"), acts("us.threaten_iran")], ids=lambda measure: measure.words)
def test_intervals_hold_zero_as_often_as_they_should_where_there_is_no_effect(measure):
    values = measure.of(ensemble(DECEMBER, days=30, runs=8000)).reshape(200, 2, 20)
    held = np.mean([not (found.shows(1) or found.shows(-1)) for found in map(difference, values[:, 0], values[:, 1])])
    assert 0.88 <= held <= 0.99  # of 200 tries with 20 pairs each, 93 % are expected to
