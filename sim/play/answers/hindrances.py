"""Why an act is closed, in words that a player would say: what stands in the way, and what it would take."""

import re

from sim.text import counted, percent
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
_SHARES = ("provocation", "blood", "impunity", "toll")
"""What is read between 0 and 1."""
_UNITS = {"Mb/d": "million barrels a day", "USD/bbl": "dollars a barrel", "persons": "people", "d": "days"}
_REST = re.compile(r"not again for (\d+) d\b")
_LASTING = re.compile(r"so for (\S+) d, needs (\S+) d on end")


def in_plain_words(theatre: Theatre, reason: str) -> str:
    """Say a reason for which an act is closed, as `Option.why_not` has it, without names that only files write.

    >>> import sim
    >>> in_plain_words(sim.load("baseline").theatre, "sanctions is 0.58, needs >= 0.62")
    'it takes at least 62 % of “US economic pressure on Iran” (it is 58 %)'
    """
    text = _without_names_of_conditions(reason)
    text = _READ.sub(lambda found: _unmet(theatre, found), text)
    text = _FLAG.sub(lambda found: _flag(theatre, found), text)
    text = _HELD.sub(lambda found: f"it takes “{found['name'].replace('_', ' ')}” not to be so", text)
    text = _LASTING.sub(r"it has been so for \1 days (it takes \2 on end)", text)
    text = _REST.sub(lambda found: f"it cannot be done again for {counted(int(found[1]), 'day')}", text)
    before, one_of, ways = text.partition("none of: ")
    if one_of:
        text = f"{before}it takes one of these: {ways.replace('it takes ', '').replace('; ', '; or ')}"
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
    """What a quantity would have to be, and is."""
    name, value, side, needs = found["name"], found["value"], found["side"], found["needs"]
    if name.startswith("days_since("):
        return _days(theatre, name, value, side, needs)
    variable, bound = theatre.variables.get(name), "at least" if side == ">=" else "at most"
    if name.startswith("ordered("):
        act = theatre.actions.get(name[len("ordered(") : -1])
        what = quantity_in_words(theatre, name) if act is None else f"an order to “{act.label}”"
        return f"it takes {what} (there is none)"
    if name.partition("(")[0] in _SHARES:
        value, needs = (percent(float(each)) for each in (value, needs))
    if variable is None:
        return f"it takes {bound} {needs} of {quantity_in_words(theatre, name)} (it is {value})"
    if isinstance(variable, UnitVariable):
        value, needs = (percent(float(each)) for each in (value, needs))
    unit = "" if isinstance(variable, UnitVariable | FlagVariable) else f" {unit_in_words(variable.unit)}"
    return f"it takes {bound} {needs}{unit} of “{variable.label}” (it is {value}{unit})"


def unit_in_words(unit: str) -> str:
    """A unit as people say it."""
    return _UNITS.get(unit, unit)


def _days(theatre: Theatre, name: str, value: str, side: str, needs: str) -> str:
    """What happened too long ago, too recently or never."""
    of = Quantity.parse(meaning(name)).of
    if len(of) > 1:
        what = quantity_in_words(theatre, name).removeprefix("days since ")
    else:
        what = f"“{action_in_words(theatre, of[0])}”"
    days = counted(int(float(needs.replace(",", ""))), "day")
    if side == ">=":
        return f"it takes {days} since {what} (it has been {value})"
    ago = "there was none" if value == "never" else f"the last was {value} days ago"
    return f"it takes {what} within {days} ({ago})"


def _flag(theatre: Theatre, found: re.Match[str]) -> str:
    """What would have to be so, or not so."""
    variable = theatre.variables.get(found["name"])
    if theatre.war is not None and found["name"] == theatre.war.flag:
        return "it takes a war" if found["state"] == "not set" else "it takes an end of the war"
    label = found["name"].replace("_", " ") if variable is None else variable.label
    return f"it takes {'this' if found['state'] == 'not set' else 'the end of this'}: “{label}”"


__all__ = ["in_plain_words", "unit_in_words"]
