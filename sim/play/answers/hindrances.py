"""Why an act is closed, in words that a player would say: what stands in the way, and what it would take."""

import re
from collections.abc import Iterable

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
_AHEAD = re.compile(r"\btakes an order (\d+) d ahead\b")
_ONCE = re.compile(r"\bhappens once; done on")
_DATES = re.compile(r"\bonly on (?=\d)")
_LASTING = re.compile(r"so for (\S+) d, needs (\S+) d on end")
_ONE_OF, _TAKES = "none of: ", "it takes "


def in_plain_words(theatre: Theatre, reason: str) -> str:
    """Say why an act is closed or an order refused, as `Option.why_not` has it, without names that only files write.

    >>> import sim
    >>> in_plain_words(sim.load("baseline").theatre, "sanctions is 0.58, needs >= 0.62")
    'it takes “US economic pressure on Iran” at 62 % or more (it is at 58 %)'
    """
    text = _without_names_of_conditions(reason)
    text = _READ.sub(lambda found: _unmet(theatre, found), text)
    text = _FLAG.sub(lambda found: _flag(theatre, found), text)
    text = _HELD.sub(lambda found: _negated(theatre, found["name"]), text)
    text = _LASTING.sub(r"it has been so for \1 days (it takes \2 on end)", text)
    text = _REST.sub(lambda found: f"it cannot be done again for {counted(int(found[1]), 'day')}", text)
    text = _AHEAD.sub(lambda found: f"takes an order {counted(int(found[1]), 'day')} ahead", text)
    text = _ONCE.sub("it can be done once only, and was done on", text)
    text = _DATES.sub("it can be done only on ", text)
    before, one_of, ways = text.partition(_ONE_OF)
    if one_of:
        text = f"{before}{_TAKES}one of these: {ways.replace(_TAKES, '').replace('; ', '; or ')}"
    return worded(theatre, text)


def refusal_in_words(theatre: Theatre, mine: Iterable[str], reason: str) -> str:
    """Say why an order was refused, with a seat's own acts by their labels, and in no name that only files write."""
    for act in mine:
        # what stands in parentheses is read as a quantity, as in days_since(us.strike)
        reason = re.sub(rf"(?<![\w.(]){re.escape(act)}\b(?!\.rate)", f"“{theatre.actions[act].label}”", reason)
        reason = reason.replace(f"actions.{act}.rate", f"the stance “{theatre.actions[act].label}”")
    return in_plain_words(theatre, reason)


def _without_names_of_conditions(reason: str, among_others: bool = False) -> str:
    """What a condition wants, in the place of its name; of one that is one way among others, as one way."""
    while (found := _INNER.search(reason)) is not None:
        depth, at = 1, found.end()
        while depth and at < len(reason):
            depth += {"(": 1, ")": -1}.get(reason[at], 0)
            at += 1
        nested = among_others or _ONE_OF in reason[: found.start()]
        inner = _without_names_of_conditions(reason[found.end() : at - 1], nested)
        reason = reason[: found.start()] + (_as_one_way(inner) if nested else inner) + reason[at:]
    return reason


def _as_one_way(wanted: str) -> str:
    """What a condition wants without a semicolon, which parts the ways around it."""
    all_of, one_of, ways = wanted.partition(_ONE_OF)
    parts = [part for part in all_of.split("; ") if part]
    return " and ".join(parts + ([f"either {' or '.join(ways.split('; '))}"] if one_of else []))


def _unmet(theatre: Theatre, found: re.Match[str]) -> str:
    """What a quantity would have to be, and is."""
    name, value, side, needs = found["name"], found["value"], found["side"], found["needs"]
    kind, variable = name.partition("(")[0], theatre.variables.get(name)
    if kind == "days_since":
        return _days(theatre, name, value, side, needs)
    if kind == "ordered":
        act = theatre.actions.get(name[len("ordered(") : -1])
        what = quantity_in_words(theatre, name) if act is None else f"an order to “{act.label}”"
        return f"{_TAKES}{what} (there is none)"
    if kind in _SHARES or isinstance(variable, UnitVariable):
        value, needs = (_share(each) for each in (value, needs))
    if kind == "blood":
        return _blood(theatre, name, value, side, needs)
    what = quantity_in_words(theatre, name) if variable is None else f"“{variable.label}”"
    unit = ""
    if variable is not None and not isinstance(variable, UnitVariable | FlagVariable):
        unit = f" {unit_in_words(variable.unit)}"
    return f"{_TAKES}{what} at {needs}{unit} or {'more' if side == '>=' else 'less'} (it is at {value})"


def _share(value: str) -> str:
    """A share as a sentence says it."""
    return percent(float(value)).replace("<", "less than ").replace(".0 %", " %")


def _blood(theatre: Theatre, name: str, weight: str, side: str, needs: str) -> str:
    """That it takes more dead than there are, or fewer: what is held for them fades, and has an upper end."""
    who, whom = (quantity_in_words(theatre, f"deaths({each})") for each in Quantity.parse(meaning(name)).of)
    who, whom = (each.removeprefix("the dead of ") for each in (who, whom))
    what = "more dead, and fresher ones," if side == ">=" else "time to forget the dead"
    limit = f"it opens at {needs}" + ("" if side == ">=" else " and below")
    return f"{_TAKES}{what} for which {who} blames {whom} (they weigh {weight} of the most that they can, and {limit})"


def _negated(theatre: Theatre, name: str) -> str:
    """That a condition must not hold: where it is that something was done of late, that it was not."""
    condition = theatre.conditions.get(name)
    clauses = [] if condition is None or condition.any or condition.on else list(condition.clauses.items())
    if len(clauses) == 1 and clauses[0][0].startswith("days_since(") and clauses[0][1].op == "<=":
        return f"{_TAKES}more than {_without(theatre, clauses[0][0], clauses[0][1].value)}"
    return f"{_TAKES}the end of this: “{name.replace('_', ' ')}”"


def unit_in_words(unit: str) -> str:
    """A unit as people say it."""
    return _UNITS.get(unit, unit)


def _days(theatre: Theatre, name: str, value: str, side: str, needs: str) -> str:
    """What happened too long ago, too recently or never."""
    days = float(needs.replace(",", ""))
    ago = (
        "there was none"
        if value == "never"
        else f"the last was {counted(int(float(value.replace(',', ''))), 'day')} ago"
    )
    if side == ">=":
        return f"{_TAKES}{_without(theatre, name, days)} ({ago})"
    span = "the last day" if int(days) == 1 else f"the last {counted(int(days), 'day')}"
    return f"{_TAKES}{_deed(theatre, name)} in {span} ({ago})"


def _without(theatre: Theatre, name: str, days: float) -> str:
    """A time in which something is not done."""
    return f"{counted(int(days), 'day')} without {_deed(theatre, name)}"


def _deed(theatre: Theatre, name: str) -> str:
    """What days are counted from."""
    of = Quantity.parse(meaning(name)).of
    if len(of) > 1:
        return quantity_in_words(theatre, name).removeprefix("days since ")
    return f"“{action_in_words(theatre, of[0])}”"


def _flag(theatre: Theatre, found: re.Match[str]) -> str:
    """What would have to be so, or not so."""
    variable = theatre.variables.get(found["name"])
    if theatre.war is not None and found["name"] == theatre.war.flag:
        return "it takes a war" if found["state"] == "not set" else "it takes an end of the war"
    label = found["name"].replace("_", " ") if variable is None else variable.label
    return f"it takes {'this' if found['state'] == 'not set' else 'the end of this'}: “{label}”"


__all__ = ["in_plain_words", "refusal_in_words", "unit_in_words"]
