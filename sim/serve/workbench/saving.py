"""What is moved as a scenario file, which gives the same bits from the command line."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
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
LONGEST, OF_A_STEM, MOST_TOLD, DIGITS = 40, 16, 2, 6
"""Letters of a file's name, of the scenario in it, things moved that it names, and digits that tell it from others."""


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
    name = _file_name(wanted, text)
    _refuse_another(_read(text, _own_file(wanted.rules.scenario)), moved, wanted.seed)
    return {"name": name, "text": text, "command": f"sim run {name} --runs {wanted.runs} --seed {wanted.seed}"}


def _file_name(wanted: Asked, text: str) -> str:
    """Name a file after what is moved, as far as there is room, and by digits that no other file of ours has."""
    rules = wanted.rules
    moved = [".".join(path.split(".")[-2:]) for path in wanted.all_numbers]
    moved += [f"without {entry}" for entry in rules.off]
    moved += [f"{verb} {act.split('.')[-1]}" for verb, acts in _verbs(wanted) for act in acts]
    words = [re.sub(r"[^a-z0-9]+", "_", each.lower()).strip("_") for each in moved] or ["as_written"]
    stem = Path(rules.scenario).stem[:OF_A_STEM].strip("_")
    room = LONGEST - len(stem) - DIGITS - 2
    name = "_".join(words[:MOST_TOLD])
    name = (name if len(name) <= room else words[0])[:room].strip("_")
    return f"{stem}_{name}_{sha256(text.encode()).hexdigest()[:DIGITS]}.yaml"


def _verbs(wanted: Asked) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("forbid", wanted.rules.forbid), ("allow", wanted.rules.allow)


def _lines(wanted: Asked, moved: Scenario) -> Iterator[str]:
    rules, base = wanted.rules, written(wanted.rules.scenario)
    before, numbers = dict(base.numbers()), wanted.all_numbers
    moves = len(numbers) + len(rules.off) + len(rules.forbid) + len(rules.allow)
    yield "schema_version: 1"
    own = _own_file(rules.scenario)
    if own is not None:
        yield f"# This file belongs beside {own.name}, which it extends."
    yield f"extends: {rules.scenario if own is None else _json(own.name)}"
    moved_so = f", with {counted(moves, 'thing')} moved" if moves else ""
    yield f"title: {_json(base.title + moved_so)}"
    if base.question:
        yield f"question: {_json(base.question)}"
    yield f"runs: {wanted.runs}"
    yield f"seed: {wanted.seed}"

    def told(path: str) -> str:
        return f"  # {printable(in_words(base, path))}; as written, {figure(before[path].value)}"

    of_script = [path for path in numbers if path.startswith("script.")]
    if len(of_script) < len(numbers):
        yield "overrides:"
    for path, value in numbers.items():
        if path not in of_script:
            yield told(path)
            yield f"  {_json(path)}: {_value(before[path], value)}"
    if of_script or rules.off:
        yield "script:"
    for entry in rules.off:
        yield f"  {entry}: null"
    for entry in sorted({path.split(".")[1] for path in of_script}):
        yield from (told(path) for path in of_script if path.split(".")[1] == entry)
        yield "  # A file gives an entry as a whole; all else in it is as written."
        yield f"  {entry}:"
        yield from (f"    {key}: {_json(part)}" for key, part in _entry(moved, entry).items())
    if rules.forbid or rules.allow:
        yield "forbid:"
    yield from (f"  {act}: always" for act in rules.forbid)
    yield from (f"  {act}: never" for act in rules.allow)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)


def _value(number: Number, value: float) -> str:
    """A value as files write it: a threshold with its side, per cent as such."""
    if isinstance(number, Limit):
        return _json(f"{number.op} {value!r}")
    return _json(f"{value!r} %") if number.unit == "%" else repr(value)


def _entry(scenario: Scenario, name: str) -> dict[str, Any]:
    """An entry of the script as a whole: that is how a file changes a number in it.

    An entry of `changes` would name the number alone, but leave the written one where it is: who moves that one in the
    saved file would see nothing move.
    """
    found: dict[str, Any] = scenario.script[name].model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return found


def _own_file(source: str) -> Path | None:
    """The owner's file that is moved; None if it is a shipped scenario, which a file extends by its name."""
    path = Path(source)
    return path if path.is_absolute() else None


def _read(text: str, beside: Path | None) -> Scenario:
    """Read what would be saved, for a moment where it would lie."""
    try:
        with TemporaryDirectory(prefix="sim-") as folder:
            home = Path(folder) if beside is None else beside.parent
            path = home / f"{Path(folder).name}.yaml"
            try:
                path.write_text(text, encoding="utf-8")
                return load(path)
            finally:
                path.unlink(missing_ok=True)
    except ScenarioError as error:
        said = "; ".join(fault.message for fault in error.faults[:3])
        raise Refused(f"This cannot be written as a scenario file: {said}.") from None
    except OSError:
        raise Refused("This cannot be tried beside the file that it extends, whose folder cannot be written.") from None


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
