"""What is wrong in a theatre is said at its line and column, in words that help."""

import pytest

from sim.theatre.language import number
from tests.small import THEATRE, faults_of, marked

READS = "a rule reads variables, conditions, rungs, provocations and blood of this theatre; did you mean '{}'?"
NAME = "a name has lower-case letters, digits and underscores, and begins with a letter"
UNITS = f"the units are {', '.join(number.UNITS)}"

IN_THE_THEATRE = {
    "a misspelt driver": (
        "      pain: 2\n",
        "      §pian: 2\n",
        "unknown quantity 'pian' in actions.south.mine_strait.drivers",
        READS.format("pain"),
    ),
    "a misspelt name in an alternative": (
        "- {talks: false}",
        "- {§talk: false}",
        "unknown quantity 'talk' in conditions.tense.any.0",
        READS.format("talks"),
    ),
    "a unit of another kind": (
        "cooldown: 10 d",
        "cooldown: §10 rung",
        "wrong unit 'rung' in actions.north.sanction.cooldown",
        "this number is in 'd'",
    ),
    "a unit that does not exist": (
        "cooldown: 10 d",
        "cooldown: §10 days",
        "unknown unit 'days' in actions.north.sanction.cooldown",
        UNITS,
    ),
    "an action without a source": (
        "south.offer_talks:\n    label: Offer talks\n    story: The south proposes talks through a third state.\n"
        "    source: A40\n",
        "§south.offer_talks:\n    label: Offer talks\n    story: The south proposes talks through a third state.\n",
        "missing 'source' in actions.south.offer_talks",
        "Where the act is from; stands for every number of the entry that names no source of its own.",
    ),
    "not a number": (
        "rate: 0.001",
        "rate: §.nan",
        "actions.north.strike.rate: value must be a finite number, found nan",
        None,
    ),
    "a number beyond all numbers": (
        "rate: 0.001",
        "rate: §1e999",
        "actions.north.strike.rate: value must be a finite number, found inf",
        None,
    ),
    "an infinite range": (
        "{value: 0.02, plausible: [0.01, 0.04],",
        "§{value: 0.02, plausible: [0.01, .inf],",
        "actions.north.sanction.rate: plausible must be a finite number, found inf",
        None,
    ),
    "a number out of range": (
        "rate: 0.001",
        "rate: §-1",
        "actions.north.strike.rate: -1 is out of range",
        "allowed is from 0 to 100",
    ),
    "nothing where a number should stand": (
        "    rate: 0.001",
        "    §rate:",
        "actions.north.strike.rate: expected a number or a map with 'value', found nothing",
        None,
    ),
    "half a rung": (
        "rung: 4\n",
        "rung: §4.5\n",
        "actions.south.mine_strait.rung: expected a whole number, found '4.5'",
        None,
    ),
    "a misspelt key": (
        "    once: true",
        "    §onse: true",
        "unknown key 'onse' in actions.south.offer_talks",
        "did you mean 'once'?",
    ),
    "a misspelt key of a number": (
        "plausible: [0.1, 0.5], source",
        "plausible: [0.1, 0.5], §sauce",
        "unknown key 'sauce' in variables.pain.start",
        "did you mean 'source'?",
    ),
    "a key that belongs to another kind": (
        "    kind: unit\n",
        "    kind: unit\n    §unit: 1\n",
        "unknown key 'unit' in variables.pain",
        "allowed are label, source, note, known_to, news_after, half_life, target, noise, kind, start",
    ),
    "a duplicate key": (
        "    kind: unit\n",
        "    kind: unit\n    §kind: unit\n",
        "duplicate key 'kind'; first on line 28",
        None,
    ),
    "a kind that does not exist": (
        "kind: unit",
        "kind: §uint",
        "unknown kind 'uint' in variables.pain",
        "allowed are unit, level, log, flag",
    ),
    "no kind": (
        "  pain:\n    kind: unit\n",
        "  §pain:\n",
        "missing 'kind' in variables.pain",
        "it says what sort of entry this is",
    ),
    "an unknown actor": (
        "[[north], [south]]",
        "[[north], [§sooth]]",
        "unknown actor 'sooth' in dyads.shores.sides.1.0",
        "did you mean 'south'?",
    ),
    "an unknown variable": (
        "prices: [oil_price]",
        "prices: [§oil_prise]",
        "unknown variable 'oil_prise' in actors.exchange.prices.0",
        "did you mean 'oil_price'?",
    ),
    "a number for a comparison": (
        '{tension: "<= 20"}',
        "{tension: §20}",
        "variables.at_war.clear_when.tension: a comparison is written '>= x' or '<= x', found '20'",
        None,
    ),
    "an effect on a price without per cent": (
        "{oil_price: +4 %}",
        "{oil_price: §4}",
        "actions.north.strike.effects.oil_price: oil_price is a price: write its effect in per cent, above -100, "
        "such as '+1.5 %'",
        None,
    ),
    "an effect that is neither number nor word": (
        "{talks: set}",
        "{talks: §sett}",
        "actions.south.offer_talks.effects.talks: 'sett' is not a number, nor a number with a unit such as '45 d'",
        None,
    ),
    "a scale that falls": (
        "scale: [40, 160]",
        "scale: §[160, 40]",
        "variables.oil_price.scale: the scale must rise",
        None,
    ),
    "a number for text": (
        "label: Strike\n",
        "label: §5\n",
        "actions.north.strike.label: expected text, found '5'",
        "put it in quotes",
    ),
    "a list too short": (
        "range: [0, 4]",
        "range: §[0]",
        "missing entry 2 of the list in variables.shipping.range",
        None,
    ),
    "a list too long": (
        "scale: [0, 4]",
        "scale: §[0, 2, 4]",
        "variables.shipping.scale: expected 2 entries, found 3",
        None,
    ),
    "a list for a map": (
        "protects: {south: 0.1}",
        "protects: §[south]",
        "actors.north.protects: expected a map, found a list",
        None,
    ),
    "an action's name": (
        "  south.offer_talks:",
        "  §south:",
        "actions: 'south' is not a name",
        "an action is called actor.verb_object",
    ),
    "any other name": ("  dear_oil:", "  §Dear Oil:", "outcomes: 'Dear Oil' is not a name", NAME),
    "a version to come": ("schema_version: 1", "schema_version: §2", "schema_version: expected 1, found '2'", None),
    "a reply on rung 0": (
        "  south.offer_talks:\n",
        "  §south.offer_talks:\n    reply: 1\n",
        "actions.south.offer_talks: a rung-0 act answers no provocation",
        "leave out 'reply'",
    ),
    "two spellings of one term": (
        "{base: 65, pain * ~talks: +5 %}",
        "§{base: 65, pain * ~talks: +5 %, ~talks*pain: 1 %}",
        "variables.oil_price.target: '~talks*pain' and 'pain * ~talks' are the same",
        "write it once",
    ),
    "a target without a base": (
        "{base: 0.1, shipping: 0.4}",
        "§{shipping: 0.4}",
        "variables.pain.target: a target needs a 'base', where the variable rests when every term reads 0",
        None,
    ),
    "a misspelt side": (
        "actors:\n  north:\n    kind: state\n",
        "sides:\n  coast: {label: Coast, colour: '#112233'}\nactors:\n  north:\n    kind: state\n    side: §coats\n",
        "unknown side 'coats' in actors.north.side",
        "did you mean 'coast'?",
    ),
    "a side of a theatre that has none": (
        "  north:\n    kind: state\n",
        "  north:\n    kind: state\n    side: §coast\n",
        "unknown side 'coast' in actors.north.side",
        "this theatre defines no side",
    ),
    "a colour by its name": (
        "actors:\n",
        "sides:\n  coast: {label: Coast, colour: §red}\nactors:\n",
        "sides.coast.colour: expected a colour such as '#cc4125', in quotes, found 'red'",
        None,
    ),
    "a colour that is a comment": (
        "actors:\n",
        "sides:\n  coast:\n    label: Coast\n    §colour: #cc4125\nactors:\n",
        "sides.coast.colour: expected a colour such as '#cc4125', in quotes, found nothing",
        None,
    ),
    "a marker that there is none of": (
        "actors:\n",
        "sides:\n  coast: {label: Coast, colour: '#cc4125', marker: §star}\nactors:\n",
        "sides.coast.marker: expected 'square', 'circle', 'triangle', 'diamond' or 'inverted_triangle', found 'star'",
        None,
    ),
}


@pytest.mark.parametrize("case", IN_THE_THEATRE)
def test_a_fault_of_the_theatre_is_said_at_its_place(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    old, new, said, hint = IN_THE_THEATRE[case]
    theatre, place = marked(THEATRE, old, new)
    lines = faults_of(tmp_path, theatre=theatre)
    assert lines == [f"strait.yaml:{place}: {said}", *([f"    {hint}"] if hint else [])]
