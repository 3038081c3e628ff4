"""What each seat could have known, in words."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from sim.text import called, capital, counted, in_words, listed, number, on, percent

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
        already: set[tuple[str, date]] = set()
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
    label = capital(called(found.seats[heard.seat]))
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


def _at(found: "Debrief", unseen: "Unseen", already: set[tuple[str, date]]) -> list[str]:
    """What was hidden at a decision; of acts that were misread, those that are not among the ones told `already`."""
    decision = next(each.decision for each in found.judged if each.decision.number == unseen.decision)
    what = f"“{decision.what}”" if decision.act else "what to refuse" if decision.kind == "refusal" else "its levers"
    misread = [each for each in unseen.suspected if each.held < _MISREAD and (each.act, each.on) not in already]
    lines = [_value(value) for value in unseen.values[:_MOST]]
    if len(unseen.values) > _MOST:
        lines.append(f"{capital(in_words(len(unseen.values) - _MOST))} more values were hidden from it.")
    lines += [f"It had not heard: {_secret(secret)}" for secret in unseen.secrets[:_MOST]]
    if len(unseen.secrets) > _MOST:
        lines.append(f"Of {in_words(len(unseen.secrets) - _MOST)} more acts it had not heard.")
    already |= {(each.act, each.on) for each in misread[:_MOST]}
    lines += [_suspected(each) for each in misread[:_MOST]]
    lines += [f"{capital(who)} had ordered, seen by nobody else: {orders}." for who, orders in unseen.ordered]
    head = f"· When it decided on {what}, on {on(unseen.on)}"
    if not lines:
        return [f"{head}: nothing more that this page can name."]
    return [f"{head}:", *(f"  · {line}" for line in lines)]


def _value(value: "Value") -> str:
    truth = _amount(value.truth, value.unit)
    if value.known is None:
        return f"{value.label} was {truth}; it could not see it."
    as_of = f", as of {on(value.as_of)}" if value.as_of else ""
    return f"{value.label} was {truth}; it knew {_amount(value.known, value.unit)}{as_of}."


def _amount(value: float, unit: str) -> str:
    if unit == "1":
        return percent(value)
    return f"{number(value)} {unit}" if unit else ("yes" if value >= 0.5 else "no")


def _secret(secret: "Secret") -> str:
    learned = f"It heard on {on(secret.learned)}." if secret.learned else "It had not heard by the end."
    dead = f" {counted(secret.deaths, 'death')}." if secret.deaths else ""
    return f"{on(secret.on)}. {secret.text}{dead} {learned}"


def _suspected(each: "Suspected") -> str:
    held = [f"{name} {percent(share)}" for name, share in [(each.doer, each.held), *each.others[:2]]]
    return (
        f"{on(each.on)}: {each.text} That was {each.doer}; the seat could only suspect who it was, and held "
        f"{listed(held)} responsible."
    )
