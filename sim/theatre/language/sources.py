"""What numbers rest on: the entries of sources.yaml, and the keys by which a source names them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, WithJsonSchema, model_validator

from sim.text import did_you_mean

from .base import Model, Text, fields, refuse
from .days import Day


def _like(pattern: str, what: str) -> Callable[[str], str]:
    """A validator of text that has a certain form; what has another is told what it should be."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"'{text}' is not {what}")
        return text

    return check


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_KEY = r"[A-Z][A-Za-z0-9_]{0,31}"
_ADDRESS = r"https?://\S{1,1000}"
_IS_KEY = _like(_KEY, "a key; a key is a word that begins with a capital, such as A12, S07b or MID")
_IS_ADDRESS = _like(_ADDRESS, "an address; addresses begin with http:// or https://")

SourceKey = Annotated[str, AfterValidator(_IS_KEY), _schema(_KEY)]
Keys = tuple[SourceKey, ...]
Address = Annotated[str, AfterValidator(_IS_ADDRESS), _schema(_ADDRESS)]

SourceKind = Literal["input", "tuned", "judgement", "unsourced"]
"""What a number is: taken from outside the model, set so that a check holds, a guess, or nobody says."""


class Claim(Model):
    """Something the article argues; each claim is a mechanism of the theatre."""

    text: Text
    place: Text
    """The paragraph of the article that makes it."""
    uncertain: bool = False
    """True where the direction is open: the article says 'may', or both signs can be argued."""


class RecordedEvent(Model):
    """Something that happened."""

    date: Day
    until: Day | None = None
    """Its last day, if it took more than one."""
    text: Text
    references: Keys = ()
    """What it rests on: keys of this file."""


class Figures(Model):
    """Something measured: a block of numbers, a prior for one of the model's numbers, or a check on what it does."""

    text: Text
    """What is measured, over what, by whom."""
    value: Text | None = None
    role: Literal["record", "prior", "check"] = "record"
    """A check judges the model: numbers may be tuned to it and never taken from it."""
    references: Keys = ()
    """What it rests on: keys of this file."""


class Reference(Model):
    """Something to look up."""

    text: Text
    address: Address | None = None
    also: Address | None = None
    """A second page that says so."""
    date: Day | None = None
    unchecked: bool = False
    """True where nothing was looked up: what rests on it alone is a judgement."""


Entry = Claim | RecordedEvent | Figures | Reference


class Sources(Model):
    """Everything that the sources of a theatre, its scenarios and its history name."""

    schema_version: Literal[1]
    claims: dict[SourceKey, Claim] = {}
    events: dict[SourceKey, RecordedEvent] = {}
    numbers: dict[SourceKey, Figures] = {}
    references: dict[SourceKey, Reference] = {}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        section_of: dict[str, str] = {}
        for section, key, entry in self._listed():
            if key in section_of:
                faults.append(
                    ((section, key), f"'{key}' stands in {section_of[key]} too; a key can mean one thing only")
                )
            section_of.setdefault(key, section)
            if isinstance(entry, RecordedEvent) and entry.until is not None and entry.until <= entry.date:
                faults.append(((section, key, "until"), f"{entry.until} is not after {entry.date}; leave it out"))
        known = tuple(section_of)
        for section, key, entry in self._listed():
            for place, named in enumerate(getattr(entry, "references", ())):
                if named not in section_of:
                    text = f"no such source '{named}'{did_you_mean(named, known) or '; write it into references'}"
                    faults.append(((section, key, "references", place), text))
        refuse(faults)
        return self

    def _listed(self) -> Iterator[tuple[str, str, Entry]]:
        for section, entries in fields(self):
            for key, entry in entries.items() if isinstance(entries, Mapping) else ():
                yield section, key, entry

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by its key, in the order of the file."""
        return {key: entry for _, key, entry in self._listed()}

    def over(self, other: "Sources") -> "Sources":
        """Return these entries and, of `other`, those whose keys are not taken."""
        sections: dict[str, Any] = {}
        for section, entries in fields(other):
            if isinstance(entries, Mapping):
                kept = {key: entry for key, entry in entries.items() if key not in self.entries}
                sections[section] = kept | getattr(self, section)
        return Sources.model_construct(schema_version=1, **sections)

    def faults(self, source: str, judging: bool = False) -> list[str]:
        """Say what is wrong with the keys that a source names; nothing, if all can be looked up.

        What judges an ensemble (`judging`) may rest on checks; numbers of the model may not.
        """
        said, found = parse(source), []
        for key in (*said.keys, *said.checks):
            entry = self.entries.get(key)
            if entry is None:
                found.append(f"no such source '{key}'{did_you_mean(key, tuple(self.entries))}")
            elif not judging and key in said.keys and isinstance(entry, Figures) and entry.role == "check":
                found.append(
                    f"'{key}' is what the model is judged by, so it cannot go into the model; write 'tuned: {key}'"
                )
        return found

    def kind(self, source: str | None, inherited: bool = False, value: float | None = None) -> SourceKind:
        """Return what a number with this source is; `inherited` if the source is its entry's and not its own.

        An input can be read in its own source. What stands for all numbers of an entry tells of none; a claim says in
        which direction something works, and not how strongly; and an event or a block of figures gives those numbers
        that its text says, or the remark beside its key. All else is a judgement after it. Without the value, nothing
        is looked for.
        """
        if source is None:
            return "unsourced"
        said = parse(source)
        if said.tuned:
            return "tuned"
        if said.judged or inherited:
            return "judgement"
        if said.keys and not self.entries.keys() & {*said.keys}:
            return "unsourced"
        remark = source.partition(":")[2]
        given = any(self._gives(key, value, remark) for key in said.keys)
        return "input" if given or not said.keys else "judgement"

    def _gives(self, key: str, value: float | None, remark: str) -> bool:
        """Whether a number can have been read in an entry; of a page that is only named, nobody here can tell."""
        entry = self.entries.get(key)
        if isinstance(entry, Claim) or (isinstance(entry, Reference) and entry.unchecked):
            return False
        if value is None or not isinstance(entry, RecordedEvent | Figures):
            return True
        return any(says(text, value) for text in (entry.text, getattr(entry, "value", None) or "", remark))


_FIGURE = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,])\d+(?:\.\d+)?(?!\w)")


def says(text: str, value: float) -> bool:
    """Whether a text has a number in figures, or one that rounds to it where it has two digits or more."""
    digits = Decimal(f"{abs(value):.10g}").normalize()
    written = [Decimal(figure.replace(",", "")) for figure in _FIGURE.findall(text)]
    if digits in written:
        return True
    places = -int(digits.as_tuple().exponent)
    return len(digits.as_tuple().digits) > 1 and places >= 0 and any(round(each, places) == digits for each in written)


@dataclass(frozen=True)
class Said:
    """What a source says."""

    keys: tuple[str, ...] = ()
    """The entries it names as grounds."""
    checks: tuple[str, ...] = ()
    """The entries it is tuned to."""
    tuned: bool = False
    judged: bool = False


_KEYS = re.compile(rf"({_KEY}(?:\s*,\s*{_KEY})*)\s*(?::.*)?$", re.DOTALL)


def parse(source: str) -> Said:
    """Read a source such as `A12, A19; E23: ordered once; tuned: Q05b; judgement: a second red line`.

    Its parts end with semicolons. A part is `judgement: why`, `tuned: keys`, or keys with or without a remark after a
    colon; any other part goes on with the remark before it.
    """
    keys: list[str] = []
    checks: list[str] = []
    tuned = judged = False
    for part in (part.strip() for part in source.split(";")):
        if part.startswith("judgement:"):
            judged = True
        elif part.startswith("tuned:"):
            tuned = True
            checks += _keys(part.removeprefix("tuned:").strip())
        else:
            keys += _keys(part)
    return Said(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(checks)), tuned, judged)


def _keys(part: str) -> list[str]:
    found = _KEYS.fullmatch(part)
    return re.split(r"\s*,\s*", found[1]) if found else []
