"""The worked examples of CONTRIBUTING.md run as they stand there: one of each thing that can be added in one place."""

import re
from pathlib import Path

import pytest

from sim.analysis.methods import METHODS
from sim.play.players.registry import KINDS as PLAYERS
from sim.plots.standard import STANDARD
from sim.report.sections import SECTIONS
from sim.theatre.language.base_rates import KINDS

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
_, _, SECTION = TEXT.partition("\n## Extending, by example\n")
EXAMPLES = dict(re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", re.split(r"^## ", SECTION, flags=re.M)[0], re.M | re.S))
REGISTRIES = METHODS, KINDS, STANDARD, SECTIONS, PLAYERS


@pytest.fixture
def registries():
    """They are put back as they were, or an example would be in every later test."""
    before = [registry.copy() for registry in REGISTRIES]
    yield REGISTRIES
    for registry, content in zip(REGISTRIES, before, strict=True):
        registry.clear()
        registry.update(content) if isinstance(registry, dict) else registry.extend(content)


def test_there_is_an_example_of_every_extension_point():
    assert list(EXAMPLES) == ["A method of sweeps", "A base rate", "A figure", "A section of the report", "A player"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_it_says(name, registries, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    example, test = re.findall(r"^```python\n(.*?)^```$", EXAMPLES[name], re.M | re.S)
    scope = {"__name__": "an_example"}
    sizes = [len(registry) for registry in registries]
    exec(compile(example, f"CONTRIBUTING.md, {name}", "exec"), scope)
    assert sum(map(len, registries)) == sum(sizes) + 1
    exec(compile(test, f"CONTRIBUTING.md, the test of {name}", "exec"), scope)
    (its_test,) = [each for title, each in scope.items() if title.startswith("test_")]
    its_test()
