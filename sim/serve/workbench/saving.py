"""What is moved as a scenario file, which gives the same bits from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.text import counted, printable
from sim.text import number as figure
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.terms import Limit
from sim.theatre.parameters.in_words import in_words

from .asked import Asked
from .messages import Refused
from .moves import Stopped, written
from .questions import scenario_of

CHECKED = 4
"""Runs that must be the same, bit for bit, before a file is given away."""


def scenario_file(_: Stopped, wanted: Asked) -> dict[str, str]:
    """Write a scenario with what is moved.

    Returns
    -------
    `name` of the file, its `text`, and the `command` that gives the same runs

    Raises
    ------
    Refused
        What is moved cannot be written as a file: said, rather than a file that gives other runs.
    """
    moved = scenario_of(wanted)
    text = "".join(f"{line}\n" for line in _lines(wanted, moved))
    name = f"{wanted.rules.scenario}_moved.yaml"
    _refuse_another(_read(text), moved, wanted.seed)
    return {"name": name, "text": text, "command": f"sim run {name} --runs {wanted.runs} --seed {wanted.seed}"}


def _lines(wanted: Asked, moved: Scenario) -> Iterator[str]:
    rules, base = wanted.rules, written(wanted.rules.scenario)
    before, numbers = dict(base.numbers()), wanted.all_numbers
    moves = counted(len(numbers) + len(rules.off) + len(rules.forbid) + len(rules.allow), "thing")
    yield "schema_version: 1"
    yield f"extends: {rules.scenario}"
    yield f"title: {_text(f'{base.title}, with {moves} moved')}"
    if base.question:
        yield f"question: {_text(base.question)}"
    yield f"runs: {wanted.runs}"
    yield f"seed: {wanted.seed}"
    of_theatre = {path: value for path, value in numbers.items() if not path.startswith("script.")}
    if of_theatre:
        yield "overrides:"
    for path, value in of_theatre.items():
        yield f"  # {printable(in_words(base, path))}; as written, {figure(before[path].value)}"
        yield f"  {_text(path)}: {_value(before[path], value)}"
    entries = sorted({path.split(".")[1] for path in numbers if path.startswith("script.")})
    if entries or rules.off:
        yield "script:"
    for entry in rules.off:
        yield f"  {entry}: null"
    for entry in entries:
        yield f"  {entry}: {json.dumps(_entry(moved, entry), ensure_ascii=False)}"
    if rules.forbid or rules.allow:
        yield "forbid:"
    yield from (f"  {act}: always" for act in rules.forbid)
    yield from (f"  {act}: never" for act in rules.allow)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(number: Number, value: float) -> str:
    """A value as files write it: a threshold with its side, per cent as such."""
    if isinstance(number, Limit):
        return _text(f"{number.op} {value!r}")
    return _text(f"{value!r} %") if number.unit == "%" else repr(value)


def _entry(scenario: Scenario, name: str) -> Any:
    """An entry of the script as a whole: that is how a file changes a number in it."""
    return scenario.script[name].model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _read(text: str) -> Scenario:
    with TemporaryDirectory(prefix="sim-") as folder:
        path = Path(folder) / "moved.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return load(path)
        except ScenarioError as error:
            said = "; ".join(fault.message for fault in error.faults[:3])
            raise Refused(f"This cannot be written as a scenario file: {said}.") from None


def _refuse_another(found: Scenario, moved: Scenario, seed: int) -> None:
    """Hold what a file says to what is moved: every number, and some runs to the last bit."""
    from sim.engine.model import LockstepModel

    numbers = [{path: number.value for path, number in each.numbers()} for each in (found, moved)]
    same = numbers[0] == numbers[1]
    if same:
        digests = []
        for scenario in (found, moved):
            model = LockstepModel(scenario, runs=CHECKED, seed=seed)
            while model.running:
                model.step()
            digests.append(model.digest())
            model.close()
        same = bool((digests[0] == digests[1]).all())
    if not same:
        raise Refused("What is moved cannot be written as a scenario file that gives the same runs.")
