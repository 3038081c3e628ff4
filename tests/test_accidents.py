"""Files after accidents of every sort: the answer is a scenario or a list of faults, never anything else."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.theatre.files import load, yaml_tree
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.yaml_tree import plain
from tests.small import HISTORY, SCENARIO, THEATRE, small

PIECES = [
    *("&a", "*a", "!t", "<<", "{", "}", "[", "]", ":", ": ", "- ", "? ", "#", "'", '"', "|", ">", "%", "@", "~", "*"),
    *("\n", "\t", "  ", "\r", "\x00", "\u2028", "\ufeff", "é", "🜨", "---\n", "...\n", "null", "true", ".nan", "-.inf"),
    *("1e999", "9" * 40, "-1", "0", "2019-02-30", "value", "kind", "any", "for", "base", "rung", "north", "clauses"),
]  # fmt: skip


def mutated(text: str, random: random.Random) -> str:
    """The text after a few accidents: cut, doubled, swapped or strange pieces, by lines or by letters."""
    for _ in range(random.randint(1, 4)):
        parts = text.splitlines(keepends=True) if random.random() < 0.4 else list(text)
        if not parts:
            return text
        i, j = sorted(random.randrange(len(parts)) for _ in range(2))
        j = min(j, i + 5)
        accident = random.randrange(5)
        if accident == 0:
            del parts[i : j + 1]
        elif accident == 1:
            parts[i:i] = parts[i : j + 1]
        elif accident == 2:
            parts[i], parts[j] = parts[j], parts[i]
        elif accident == 3:
            parts.insert(i, random.choice(PIECES))
        else:
            parts[i] = random.choice(PIECES)
        text = "".join(parts)
    return text


def assert_a_scenario_or_faults(path) -> None:
    try:
        found = load.load(path)
    except ScenarioError as error:
        found = error.faults
    assert found, "an error without a fault says nothing"
    if isinstance(found, tuple):
        assert all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), which=st.sampled_from(["scenario", "theatre", "history"]))
def test_any_accident_gives_a_scenario_or_faults(tmp_path, random, which):
    texts = {"scenario": SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n"}
    texts |= {"theatre": THEATRE, "history": HISTORY}
    texts[which] = mutated(texts[which], random)
    assert_a_scenario_or_faults(small(tmp_path, **texts))


ODD = [
    *(None, True, 0, -1, 1e308, 2**70, ".nan", "", "x", "a b", "pain", "north", "at_war", ">= 1", "5 d", "2019-05-01"),
    *([], {}, [[]], [1, 2], {"value": 1}, {"x": {}}, {"kind": "unit"}, {"kind": "market"}, {"any": [{}]}),
]  # fmt: skip
ODD_KEYS = ["", "x", "a b", "~pain", "pain", "north", "us.act", "at_war", "value", "kind", "5", "rung(shores)"]


def places(data) -> Iterator[tuple]:
    """Every map or list of the data with each of its keys."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


def warped(data, random: random.Random):
    """Data of which an entry or two are renamed, dropped, replaced by another or by something odd."""
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(list(places(data)))
        other, its_key = random.choice(list(places(data)))
        accident = random.randrange(5)
        if accident == 0 and isinstance(holder, dict):
            holder[random.choice(ODD_KEYS)] = holder.pop(key)
        elif accident == 1 and len(data) > 1:
            del holder[key]
        elif accident == 2:
            holder[key] = deepcopy(other[its_key])
        else:
            holder[key] = deepcopy(random.choice(ODD))
    return data


def written(data) -> str:
    """Data as YAML: JSON, in which only numbers that are none need another word."""
    return json.dumps(data, indent=1).replace('".nan"', ".nan")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), which=st.sampled_from(["scenario", "theatre", "history"]))
def test_any_shape_gives_a_scenario_or_faults(tmp_path, random, which):
    texts = {"scenario": SCENARIO + "history: {file: record.yaml, until: 2019-05-31}\n"}
    texts |= {"theatre": THEATRE, "history": HISTORY}
    texts[which] = written(warped(plain(yaml_tree.compose("x", texts[which])[0]), random))
    assert_a_scenario_or_faults(small(tmp_path, **texts))
