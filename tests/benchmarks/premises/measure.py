"""Counts of sentences told, and of those whose premise is absent, by kind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from sim.results.ensemble import Ensemble

from .kinds import KINDS, NAMES, REASONS, Kind
from .telling import Stories, Telling, tellings

BEFORE = Path(__file__).parent / "before.yaml"


@dataclass
class Count:
    """How often a kind of premise was presupposed, and how often it was absent."""

    told: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Telling] = field(default_factory=dict)
    """The first sentence of each kind whose premise is absent."""


def stories_before() -> Stories:
    """The sentences that the acts had before they had wordings."""
    told: dict[str, str] = yaml.safe_load(BEFORE.read_text(encoding="utf-8"))
    return told


def counted(ensemble: Ensemble, stories: Stories | None = None) -> Count:
    """Every kind over all runs, as acts are told now or by the sentences that they had."""
    count = Count()
    for told in tellings(ensemble, stories):
        _count(count, told, _kinds_in(told.deed.action, told.template))
        _count(count, told, _kinds_of_name(told.name))
        _count(count, told, REASONS if told.reason is not None else ())
    return count


def _count(count: Count, told: Telling, kinds: Sequence[Kind]) -> None:
    for kind in kinds:
        count.told[kind.name] += 1
        if not kind.holds(told):
            count.absent[kind.name] += 1
            count.examples.setdefault(kind.name, told)


@cache
def _kinds_in(action: str, text: str) -> tuple[Kind, ...]:
    return _read(KINDS, action, text)


@cache
def _kinds_of_name(name: str) -> tuple[Kind, ...]:
    return _read(NAMES, "", name)


def _read(kinds: Iterable[Kind], action: str, text: str) -> tuple[Kind, ...]:
    return tuple(kind for kind in kinds if kind.read_in(action, text))


def repeated(ensemble: Ensemble, stories: Stories | None = None) -> float:
    """The share of sentences that repeat, word for word, one told before in the same run."""
    told, again = set[tuple[int, str, str]](), 0
    n = 0
    for each in tellings(ensemble, stories, stories_before()):
        key = (each.run, each.deed.action, each.sentence)
        again += key in told
        told.add(key)
        n += 1
    return again / n
