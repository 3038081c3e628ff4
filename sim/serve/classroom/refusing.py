"""Refusals, in sentences for whoever asked: acts by their labels, nothing that only files write, no place on a disk."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.play.answers.hindrances import in_plain_words
from sim.play.messages.orders import OrderError
from sim.text import counted
from sim.theatre.language.schema import Theatre

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_AHEAD = re.compile(r"takes an order (\d+) d ahead")
_STANDING = re.compile(r"\band ([a-z]\w*\.[a-z]\w*) is ordered\b")
_ANOTHERS = re.compile(r"is not an act of ([a-z]\w*);")
_SEATS = re.compile(r"is for the seat ([\w/]+) to order;")
_NEVER = "this seat refuses; take it out of 'never' first"
_FILE = r"""'?{folder}[/\\]+world-(\d+)\.session'?"""
_MOST_FAULTS, _LONGEST = 8, 300
TOGETHER = (
    "Orders that are sent together are taken together: none of them stands. Take out or change what is named here, and "
    "send the others again."
)


class RefusalError(Exception):
    """Something is not done; `reasons` says why, in sentences for whoever asked."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


def reasons_of(error: Exception) -> list[str]:
    """Why something was refused, as it was said."""
    return list(error.reasons) if isinstance(error, OrderError | RefusalError) else [str(error)]


def reasons_told(theatre: Theatre, folder: Path, error: Exception) -> list[str]:
    """Why something was refused, in the words of those who play."""
    return [_plain(theatre, without_places(folder, each)) for each in reasons_of(error)]


def frame_faults(error: ValidationError) -> list[str]:
    """What is wrong with a frame, or with what somebody has filled in."""
    return [_fault(each) for each in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]]


def _fault(fault: "ErrorDetails") -> str:
    where = [str(each) for each in fault["loc"]]
    what = where[-1] if where else "it"
    match fault["type"]:
        case "value_error":
            return fault["msg"].removeprefix("Value error, ")
        case "string_too_long":
            return f"the {what} has more than {fault['ctx']['max_length']} letters"
        case "string_too_short":
            return f"the {what} is empty"
        case _:
            text = f"{'.'.join(where[1:]) or what}: {fault['msg']}"
            return text.encode("utf-8", "backslashreplace").decode()[:_LONGEST]


def refused_acts(theatre: Theatre, error: Exception) -> list[str]:
    """The acts, by their ids, that an order was refused for."""
    named = dict.fromkeys(each.partition(" ")[0] for each in reasons_of(error)) if isinstance(error, OrderError) else ()
    return [act for act in named if act in theatre.actions]


def is_part(order: Mapping[str, Any], refused: Iterable[str]) -> bool:
    """Whether something of an order was not refused for itself: it was sent together with what was."""
    listed = [order.get("do", ()), order.get("withdraw", ())]
    deeds = sum(1 if isinstance(each, str | Mapping) else len(each) for each in listed)
    return deeds + sum(order.get(name) is not None for name in ("never", "stance", "otherwise")) > len(list(refused))


def for_players(reason: str) -> str:
    """A reason as somebody in a seat reads it."""
    return reason.replace("the umpire", "your teacher")


def without_places(folder: Path, text: str) -> str:
    """A text that names no place on the disk of the server."""
    for written in (str(folder), ascii(str(folder))[1:-1]):
        text = re.sub(_FILE.format(folder=re.escape(written)), r"the file of world \1", text)
        text = text.replace(written, "the folder of the room")
    return text


def _plain(theatre: Theatre, reason: str) -> str:
    act, space, rest = reason.partition(" ")
    if not space or act not in theatre.actions:
        return _rest(theatre, reason)
    return f"“{theatre.actions[act].label}” {_rest(theatre, rest)}"


def _rest(theatre: Theatre, text: str) -> str:
    text = text.replace(_NEVER, "your side refuses; allow it again first")
    text = _AHEAD.sub(lambda found: f"must be ordered {counted(int(found[1]), 'day')} ahead", text)
    text = _STANDING.sub(lambda found: f"and {_labelled(theatre, found[1])} is ordered", text)
    text = _ANOTHERS.sub(lambda found: f"is not an act of {_actor(theatre, found[1])};", text)
    text = _SEATS.sub(lambda found: f"is for {_actor(theatre, found[1].partition('/')[0])} to order;", text)
    return in_plain_words(theatre, text)


def _labelled(theatre: Theatre, act: str) -> str:
    return f"“{theatre.actions[act].label}”" if act in theatre.actions else act


def _actor(theatre: Theatre, name: str) -> str:
    return theatre.deciders[name].label if name in theatre.deciders else name
