"""What each seat could have known, in words."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.play.answers.briefing import BEYOND_ALL, beyond_all
from sim.text import capital, counted, in_words, listed, number, on, percent

if TYPE_CHECKING:
    from .unseen import Hearsay, Secret, Suspected, Unseen, Value
    from .whole import Debrief

_MISREAD = 0.5
"""Deniable acts are told if the seat held whoever did them less responsible than this."""
_MOST = 3
"""Of each kind that is hidden, those that are told; and decisions of each seat."""


def known_section(found: "Debrief") -> Iterator[str]:
    """Seat by seat, how it learned of things, and what it could not know at its decisions that mattered."""
    foremost = [each.decision.number for each in found.foremost]
    for heard in found.hearsay:
        yield _heard(found, heard)
        already: set[str] = set()
        mine = [each for each in found.unseen if each.seat == heard.seat]
        mine.sort(key=lambda each: (each.decision not in foremost, each.decision))
        told = sorted({each.on: each for each in reversed(mine[:_MOST])}.values(), key=lambda each: each.on)
        lines = [_at(found, each, already) for each in told]
        if told and not any(rest for _, *rest in lines):
            yield "· When it took its decisions that mattered, nothing was hidden from it that this page can name."
            continue
        for each in lines:
            yield from each


def _heard(found: "Debrief", heard: "Hearsay") -> str:
    label = capital(found.called(heard.seat))
    if not heard.acts:
        return f"{label}: nobody else did anything that could be heard of."
    parts = [f"{label}: the others did {counted(heard.acts, 'act')}."]
    if heard.never:
        parts.append(f"Of {in_words(heard.never)} it had not heard by the end.")
    if heard.late:
        parts.append(f"Of {in_words(heard.late)} it heard later than on the morning after.")
    if not heard.never and not heard.late:
        parts.append("It heard of each on the morning after.")
    if heard.deniable:
        whom = "whoever did it" if heard.deniable == 1 else "those who did, on average,"
        suspected = f"Of {in_words(heard.deniable)} it could only suspect whose act it was"
        parts.append(f"{suspected}; it held {whom} {percent(heard.held)} responsible.")
    return " ".join(parts)


def _at(found: "Debrief", unseen: "Unseen", already: set[str]) -> list[str]:
    """What was hidden at a decision; of acts that were misread, those that are not among the ones told `already`."""
    decision = next(each.decision for each in found.judged if each.decision.number == unseen.decision)
    what = f"“{decision.what}”" if decision.act else "what to refuse" if decision.kind == "refusal" else "its levers"
    misread = {
        each.act: each for each in reversed(unseen.suspected) if each.held < _MISREAD and each.act not in already
    }
    told = sorted(misread.values(), key=lambda each: (-each.rung, each.on))[:_MOST]
    already |= {each.act for each in told}
    lines = [*_values(unseen.values), *_secrets(unseen.secrets), *map(_suspected, told)]
    lines += [f"{capital(who)} had ordered, seen by nobody else: {orders}." for who, orders in unseen.ordered]
    decided = f"left the day to its people, who did {what}" if decision.kind == "left" else f"decided on {what}"
    head = f"· When it {decided}, on {on(unseen.on)}"
    if not lines:
        return [f"{head}: nothing more that this page can name."]
    return [f"{head}:", *(f"  · {line}" for line in lines)]


def _values(values: Sequence["Value"]) -> Iterator[str]:
    """What was not known at all in a sentence, and what was known too late in one each."""
    blind = [f"{value.label} ({_amount(value.truth, value.unit)})" for value in values if value.known is None]
    if blind:
        yield f"It could not see: {'; '.join(blind)}."
    for value in values:
        if value.known is not None and value.as_of is not None:
            known = f"it knew {_amount(value.known, value.unit)}, as of {on(value.as_of)}"
            yield f"{value.label} was {_amount(value.truth, value.unit)}; {known}."


def _amount(value: float, unit: str) -> str:
    if unit == "1":
        return percent(value)
    return f"{number(value)} {unit}" if unit else ("yes" if value >= 0.5 else "no")


def _secrets(secrets: Sequence["Secret"]) -> Iterator[str]:
    """The gravest of the acts of which it had not heard, one of each kind."""
    kinds = {each.act: each for each in reversed(secrets)}
    told = [each for each in secrets if kinds[each.act] is each][:_MOST]
    for each in told:
        learned = f"It heard on {on(each.learned)}." if each.learned else "It had not heard by the end."
        dead = f" {capital(counted(each.deaths, 'death'))}." if each.deaths else ""
        yield f"It had not heard of {on(each.on)}: {each.text}{dead} {learned}"
    if len(secrets) > len(told):
        yield f"Nor of {counted(len(secrets) - len(told), 'other act')}."


def _suspected(each: "Suspected") -> str:
    held = [f"{name} {percent(share)}" for name, share in [(each.doer, each.held), *each.others[:2]]]
    why = f" {BEYOND_ALL}" if beyond_all([each.held, *(share for _, share in each.others[:2])]) else ""
    return (
        f"{on(each.on)}: {each.text} That was {each.doer}; the seat could only suspect who it was, and held "
        f"{listed(held)} responsible.{why}"
    )
