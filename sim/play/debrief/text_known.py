"""What each seat could have known, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import called, capital, counted, in_words, listed, number, on, percent

if TYPE_CHECKING:
    from .unseen import Hearsay, Secret, Suspected, Unseen, Value
    from .whole import Debrief

_MOST = 3
"""Of each kind that is hidden, those that are told; and decisions of each seat."""


def known_section(found: "Debrief") -> Iterator[str]:
    """Seat by seat, how it learned of things, and what it could not know at its decisions that mattered."""
    foremost = [each.decision.number for each in found.foremost]
    for heard in found.hearsay:
        yield _heard(found, heard)
        mine = [each for each in found.unseen if each.seat == heard.seat]
        mine.sort(key=lambda each: (each.decision not in foremost, each.decision))
        told = sorted({each.on: each for each in reversed(mine[:_MOST])}.values(), key=lambda each: each.on)
        for each in told:
            yield from _at(found, each)


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
        acts = "one nobody" if heard.deniable == 1 else f"{in_words(heard.deniable)} nobody"
        parts.append(f"To {acts} owned up; it held those who had done it {percent(heard.held)} responsible on average.")
    return " ".join(parts)


def _at(found: "Debrief", unseen: "Unseen") -> Iterator[str]:
    decision = next(each.decision for each in found.judged if each.decision.number == unseen.decision)
    what = f"“{decision.what}”" if decision.act else "what it refuses" if decision.kind == "refusal" else "its levers"
    if not unseen.anything:
        yield f"· When it decided on {what}, on {on(unseen.on)}, nothing was hidden from it."
        return
    yield f"· When it decided on {what}, on {on(unseen.on)}:"
    for value in unseen.values[:_MOST]:
        yield f"  – {_value(value)}"
    if len(unseen.values) > _MOST:
        yield f"  – {in_words(len(unseen.values) - _MOST)} more values were hidden from it."
    for secret in unseen.secrets[:_MOST]:
        yield f"  – It had not heard: {_secret(secret)}"
    if len(unseen.secrets) > _MOST:
        yield f"  – Of {in_words(len(unseen.secrets) - _MOST)} more acts it had not heard."
    for suspected in unseen.suspected[:_MOST]:
        yield f"  – {_suspected(suspected)}"
    for who, orders in unseen.ordered:
        yield f"  – {capital(who)} had ordered, seen by nobody else: {orders}."


def _value(value: "Value") -> str:
    truth = _amount(value.truth, value.unit)
    if value.known is None:
        return f"{value.label} was {truth}; it could not see it."
    return f"{value.label} was {truth}; it knew {_amount(value.known, value.unit)}, as of {on(value.as_of)}." if value.as_of else ""


def _amount(value: float, unit: str) -> str:
    if unit == "1":
        return percent(value)
    return f"{number(value)} {unit}" if unit else ("yes" if value >= 0.5 else "no")


def _secret(secret: "Secret") -> str:
    learned = f"It heard on {on(secret.learned)}." if secret.learned else "It had not heard by the end."
    dead = f" {counted(secret.deaths, 'death')}." if secret.deaths else ""
    return f"on {on(secret.on)}, {secret.text}{dead} {learned}"


def _suspected(each: "Suspected") -> str:
    others = [f"{name} {percent(share)}" for name, share in each.others[:2]]
    also = f", and {listed(others)}" if others else ""
    return (
        f"{on(each.on)}, owned up to by nobody: {each.text} It was {each.doer}. The seat held {each.doer} "
        f"{percent(each.held)} responsible{also}."
    )
