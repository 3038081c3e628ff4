"""Why an act is closed, in words that a player would say: what stands in the way, and what it would take."""

import re

from sim.text import counted, percent
from sim.text import number as figure
from sim.theatre.language.paths import meaning
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Quantity
from sim.theatre.language.variables import FlagVariable, UnitVariable
from sim.theatre.parameters.in_words import action_in_words, quantity_in_words, worded

_NAME = r"(?P<name>[a-z][\w.]*(?:\([^()]*\))?)"
_READ = re.compile(rf"{_NAME} is (?P<value>never|[-\d.,e]+), needs (?P<side>[<>]=) (?P<needs>[\d.,e-]+)")
_FLAG = re.compile(rf"{_NAME} is (?P<state>not set|set, and must not be)")
_HELD = re.compile(rf"{_NAME} holds, and must not")
_INNER = re.compile(r"\b[a-z]\w* does not hold \(")
_REST = re.compile(r"not again for (\d+) d\b")
_LASTING = re.compile(r"so for (\S+) d, needs (\S+) d on end")


def in_plain_words(theatre: Theatre, reason: str) -> str:
    """Say a reason for which an act is closed, as `Option.why_not` has it, without names that only files write.

    >>> import sim
    >>> in_plain_words(sim.load("baseline").theatre, "sanctions is 0.58, needs >= 0.62")
    'US economic pressure on Iran is 58 % (it takes at least 62 %)'
    """
    text = _without_names_of_conditions(reason)
    text = _READ.sub(lambda found: _unmet(theatre, found), text)
    text = _FLAG.sub(lambda found: _flag(theatre, found), text)
    text = _HELD.sub(lambda found: f"it must not be so that {found['name'].replace('_', ' ')}", text)
    text = _LASTING.sub(r"it has been so for \1 days (it takes \2 on end)", text)
    text = _REST.sub(lambda found: f"it cannot be done again for {counted(int(found[1]), 'day')}", text)
    if "none of: " in text:
        before, _, ways = text.partition("none of: ")
        text = f"{before}it takes one of these: {ways.replace('; ', '; or ')}"
    return worded(theatre, text)


def _without_names_of_conditions(reason: str) -> str:
    """What a condition wants, in the place of its name."""
    while (found := _INNER.search(reason)) is not None:
        depth, at = 1, found.end()
        while depth and at < len(reason):
            depth += {"(": 1, ")": -1}.get(reason[at], 0)
            at += 1
        reason = reason[: found.start()] + reason[found.end() : at - 1] + reason[at:]
    return reason


def _unmet(theatre: Theatre, found: re.Match[str]) -> str:
    name, value, side, needs = found["name"], found["value"], found["side"], found["needs"]
    bound = "at least" if side == ">=" else "at most"
    if name.startswith("days_since("):
        return _days(theatre, name, value, side, needs)
    variable = theatre.variables.get(name)
    if variable is None:
        return f"{quantity_in_words(theatre, name)} is {value} (it takes {bound} {needs})"
    read = (
        percent(float(each.replace(",", ""))) if isinstance(variable, UnitVariable) else each for each in (value, needs)
    )
    now, wanted = read
    unit = "" if isinstance(variable, UnitVariable | FlagVariable) else f" {variable.unit}"
    return f"{variable.label} is {now}{unit} (it takes {bound} {wanted}{unit})"


def _days(theatre: Theatre, name: str, value: str, side: str, needs: str) -> str:
    """What happened too long ago, too recently or never."""
    of = Quantity.parse(meaning(name)).of
    if len(of) > 1:
        who = quantity_in_words(theatre, name).removeprefix("days since ")
    else:
        who = f"“{action_in_words(theatre, of[0])}”"
    if value == "never":
        return f"{who} has not happened (it must lie at most {needs} days back)"
    wanted = f"at most {needs} days back" if side == "<=" else f"at least {needs} days back"
    return f"{who} was {figure(float(value.replace(',', '')))} days ago (it must lie {wanted})"


def _flag(theatre: Theatre, found: re.Match[str]) -> str:
    variable = theatre.variables.get(found["name"])
    label = found["name"].replace("_", " ") if variable is None else variable.label
    return f"“{label}” is not so" if found["state"] == "not set" else f"“{label}” is so, and must not be"


__all__ = ["in_plain_words"]
