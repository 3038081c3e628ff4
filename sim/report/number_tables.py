"""What a scenario changes in the one it extends, and the numbers to doubt first, with ranges and sources."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from sim.text import called, on
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.inventory import Row, inventory
from sim.theatre.files.load import load_either, sources_of, sources_without_files
from sim.theatre.files.resolve import Resolved, changes
from sim.theatre.files.yaml_tree import plain
from sim.theatre.language.days import Spell, Window, windows_of
from sim.theatre.language.names import EVERY_ACT
from sim.theatre.language.scenario import Scenario, ScenarioFile
from sim.theatre.language.sources import Sources, parse
from sim.theatre.parameters.in_words import action_in_words, in_words


@dataclass(frozen=True)
class NumberRow:
    """A number of the model, for a reader."""

    name: str
    """What it belongs to, in words."""
    path: str
    value: str
    plausible: str
    source: str
    set_here: bool
    """Whether the scenario sets it; else it is tuned."""


@dataclass(frozen=True)
class NumberTables:
    """What can be told of how a scenario is written."""

    found: bool
    """Whether the file that it was made from is at hand, unchanged."""
    extends: str | None = None
    """What it extends, by title."""
    changes: list[str] = field(default_factory=list)
    numbers: list[NumberRow] = field(default_factory=list)
    """Those that are its own, and those that are tuned."""
    others: dict[str, NumberRow] = field(default_factory=dict)
    """Those that were asked for, by path."""
    sources: dict[str, str] = field(default_factory=dict)
    """By key, what the sources of these numbers say."""


def number_tables(scenario: Scenario, also: Collection[str] = ()) -> NumberTables:
    """Tell what a scenario changes, and its numbers that are its own or tuned, or at one of the paths in `also`.

    A result holds the scenario whole, but not what it extends: that stands in its file, if it is still the same.
    """
    found = _file_of(scenario)
    if found is None:
        return _told(_bare(scenario), None, sources_without_files(scenario.theatre), also)
    model, resolved = found
    return _told(model, resolved, sources_of(resolved), also)


def every_number(scenario: Scenario) -> tuple[list[Row], NumberTables]:
    """Every number that a scenario and its theatre write, and what the scenario changes in the one it extends."""
    found = _file_of(scenario)
    model, resolved = found if found is not None else (_bare(scenario), None)
    sources = sources_of(resolved) if resolved is not None else sources_without_files(scenario.theatre)
    return inventory(model, sources, resolved), _told(model, resolved, sources, ())


def _bare(scenario: Scenario) -> Scenario:
    """A scenario without what a result writes down of defaults, so that what is left is what a file has written."""
    return Scenario.model_validate(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def _file_of(scenario: Scenario) -> tuple[Scenario, Resolved] | None:
    """The files of a scenario, shipped or in this folder, if they still say the same."""
    beside = Path(f"{scenario.name}.yaml")
    for named in (beside, scenario.name):
        if named is beside and not beside.is_file():
            continue
        try:
            model, resolved = load_either(named)
        except ScenarioError:
            continue
        if isinstance(model, Scenario) and model.sha256 == scenario.sha256:
            return model, resolved
    return None


def _told(scenario: Scenario, resolved: Resolved | None, sources: Sources, also: Collection[str]) -> NumberTables:
    every = inventory(scenario, sources, resolved)
    rows = [row for row in every if _chosen(row)]
    numbers = [_number(row, scenario) for row in sorted(rows, key=lambda row: not _own(row))]
    others = {row.path: _number(row, scenario) for row in every if row.path in also}
    cited = [row for row in every if _chosen(row) or row.path in also]
    named = [key for row in cited for said in [parse(row.source or "")] for key in (*said.keys, *said.checks)]
    texts = {key: _text(sources, key) for key in dict.fromkeys(named) if key in sources.entries}
    if resolved is None:
        return NumberTables(False, numbers=numbers, others=others, sources=texts)
    parent = resolved.files[1] if len(resolved.files) > 1 else None
    title = parent.tree.get("title") if parent is not None else None
    extends = str(title.content) if title is not None else parent.path.stem if parent is not None else None
    return NumberTables(True, extends, list(_changes(scenario, resolved)), numbers, others, texts)


def _own(row: Row) -> bool:
    return row.set_at is not None or row.path.startswith("script.")


def _chosen(row: Row) -> bool:
    return _own(row) or row.kind == "tuned"


def _number(row: Row, scenario: Scenario) -> NumberRow:
    unit = "" if row.unit == "1" else f" {row.unit}"
    low_high = "no range given"
    if row.plausible is not None:
        low_high = f"{_figure(row.plausible[0])} to {_figure(row.plausible[1])}{unit}"
    value = f"{row.side or ''} {_figure(row.value)}{unit}".strip()
    return NumberRow(
        in_words(scenario, row.path), row.path, value, low_high, row.source or "no source given", _own(row)
    )


def _figure(value: float) -> str:
    """A number as files write it, never as a power of ten."""
    return f"{Decimal(f'{value:.6g}'):f}"


def _label(entry: str, scenario: Scenario) -> str:
    """An entry in words: who does what, the variable, or the entry of the script."""
    section, _, name = entry.partition(".")
    theatre = scenario.theatre
    if section == "actions" and name in theatre.actions:
        return action_in_words(theatre, name)
    if section == "script":
        return name.replace("_", " ").capitalize()
    found = getattr(theatre, section, {})
    labelled = found.get(name) if isinstance(found, dict) else None
    return getattr(labelled, "label", entry.replace("_", " "))


def _text(sources: Sources, key: str) -> str:
    entry = sources.entries[key]
    value = getattr(entry, "value", None)
    return f"{entry.text} ({value})" if value else entry.text


def _changes(scenario: Scenario, resolved: Resolved) -> Iterator[str]:
    """What the file asked for sets in what it extends, in sentences."""
    for path in changes(resolved.first):
        section, _, rest = path.partition(".")
        if path == "start":
            yield f"It begins on {on(scenario.start)}."
        elif path == "days":
            yield f"It goes on for {scenario.days:,} days."
        elif path == "history" and scenario.history_until is not None:
            yield f"Up to {on(scenario.history_until)} the recorded events are imposed, and nobody decides."
        elif section == "forbid":
            written = ScenarioFile.model_validate(plain(resolved.first.tree)).forbid
            yield _forbidden(rest, scenario, written)
        elif section == "script":
            yield _scripted(rest, scenario)
        elif section == "changes":
            yield from _changed_later(rest, scenario)
        elif section == "initial":
            yield f"On the first morning, another value: {_label(f'variables.{rest}', scenario)}."
        else:
            numbers = dict(scenario.numbers())
            value = f" is now {numbers[path].value:g}" if path in numbers else " is another"
            yield f"{in_words(scenario, path)}{value}."


def _forbidden(action: str, scenario: Scenario, written: Mapping[str, Spell]) -> str:
    actor = action.removesuffix(EVERY_ACT)
    if actor == action:
        label, when = _label(f"actions.{action}", scenario), scenario.forbid.get(action)
    else:
        label = f"all that {called(scenario.theatre.actors[actor].label)} would choose to do, unless an act is named"
        when = written[action]
    if when is None or when == "never":
        return f"Not forbidden any more: {label}."
    if when == "always":
        return f"Forbidden on all days: {label}."
    return f"Forbidden {', and '.join(map(_window, windows_of(when)))}: {label}."


def _window(window: Window) -> str:
    ends = ("from", window.from_), ("until", window.until)
    return " ".join(f"{word} {on(day)}" for word, day in ends if day is not None)


def _changed_later(name: str, scenario: Scenario) -> Iterator[str]:
    change = scenario.changes.get(name)
    if change is None:
        yield f"Left out: what it inherits as {name.replace('_', ' ')}."
        return
    if change.story:
        yield f"From {on(change.on)}, in every run: {change.story.rstrip('.')}."
    for path, value in change.set.items():
        yield f"From {on(change.on)}, {in_words(scenario, path)} is {value:g}."


def _scripted(name: str, scenario: Scenario) -> str:
    entry = scenario.script.get(name)
    if entry is None:
        return f"Left out: what it inherits as {name.replace('_', ' ')}."
    said = entry.story or (_label(f"actions.{entry.do}", scenario) if entry.do else name.replace("_", " "))
    return f"On {on(entry.on)}, in every run: {said.rstrip('.')}."
