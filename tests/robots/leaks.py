"""Whether seats were sent what they may not know: every frame is read as it came.

Three ways, since each sees what the others cannot: what a morning shows must be what the session says that this seat
may see, frames hold nothing but what the protocol names, and marks of what others wrote or hold must stand in none.
"""

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sim.play.answers.options import options
from sim.play.answers.seeing import seen
from sim.play.sessions.entries import Ordered, Said, Seated
from sim.play.sessions.ledger import looked_at
from sim.play.sessions.session import Session

from .bot import Heard
from .people import MARK

KEYS = {
    "hello": {"line", "as", "room", "you"},
    "presence": {"stage", "people", "seats", "locked"},
    "clock": {"world", "turn", "deadline", "left", "paused", "umpire", "fault", "waiting_for"},
    "morning": {
        *("world", "turn", "epoch", "date", "view", "options", "usual", "briefing", "done", "truth"),
        *("told", "taken_back", "ended"),
    },
    "told": {"world", "turn", "date", "text", "all"},
    "options": {"world", "turn", "options"},
    "over": {"world", "debrief", "ended"},
    "you": {"you"},
    "replaced": set(),
    "closed": set(),
    "refused": {"n", "reasons", "acts"},
    "ack": {"n", "token", "you", "turn", "standing", "done"},
}
"""What the frames of a player may hold, by their kind, besides that."""
FUTURES = {"n", "date", "days", "runs", "acts", "telling", "labels", "deaths", "rows"}

_MARKS = re.compile(MARK + "[0-9a-f]{16}")
_SECRETS = re.compile(r"[A-Za-z0-9_-]{32,}")
_NUMBERS = re.compile(r"-?\d+\.\d{7,}(?:e-?\d+)?")
DIGITS = 8
"""Digits by which a number is known."""


def of_players(heard: Iterable[Heard]) -> list[Heard]:
    """Frames without those of umpires."""
    return [each for each in heard if each.bot != "umpire"]


def beyond_protocol(heard: Iterable[Heard]) -> list[str]:
    """Keys that the protocol does not name."""
    found = set()
    for each in heard:
        kind = each.message["kind"]
        allowed = KEYS.get(kind)
        held = set(each.message) - {"kind"}
        if allowed is None or not (held <= allowed or (kind == "ack" and held <= FUTURES)):
            found.add(f"{each.bot}: {kind} holds {sorted(held - (allowed or set()))}")
    return sorted(found)


def of_others(heard: Iterable[Heard], owners: dict[str, set[str]]) -> list[str]:
    """Marks and secrets that reached somebody else than their owners; names may be shown while people gather."""
    found = []
    for each in heard:
        for word in {*_MARKS.findall(each.raw), *_SECRETS.findall(each.raw)} & owners.keys():
            waiting = each.stage == "gathering" and each.message["kind"] == "presence"
            named = waiting and any(word in (person["name"] or "") for person in each.message["people"])
            if each.bot not in owners[word] and not named:
                found.append(f"{each.bot} in {each.seat} was sent {word} in {each.message['kind']}")
    return found


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _shown(message: dict[str, Any], what: str) -> str:
    """A view, or options without why some are closed, which is told in other words."""
    if what == "view":
        return _canonical(message["view"])
    told = message["options"]
    return _canonical({**told, "options": [{**each, "why_not": bool(each["why_not"])} for each in told["options"]]})


class Truth:
    """What a session truly was at each of its moments, lived again from its ledger."""

    def __init__(self, path: Path, seats: Sequence[str]) -> None:
        self.seen: dict[tuple[str, str], set[str]] = defaultdict(set)
        """By seat, and what: all that it could be shown at some moment."""
        head = path.read_bytes().split(b"\n", 1)[0]
        self.entries = looked_at(path)[1]
        with tempfile.TemporaryDirectory() as folder:
            begun = Path(folder) / "begun.session"
            begun.write_bytes(head + b"\n")
            with Session.open(begun, clock=lambda: None) as session:
                self._look(session, seats)
                for entry in self.entries:
                    session.again(entry)
                    if isinstance(entry, Ordered):
                        self._look(session, [entry.seat])
                    elif not isinstance(entry, Said | Seated):
                        session._forget()
                        self._look(session, seats)
                self.hidden = {seat: self._hidden(session, seat) for seat in seats}

    def _look(self, session: Session, seats: Sequence[str]) -> None:
        for seat in seats:
            message = {
                "view": seen(session, session.seat(seat)).model_dump(mode="json"),
                "options": options(session, session.seat(seat)).model_dump(mode="json"),
            }
            for what in ("view", "options"):
                self.seen[seat, what].add(_shown(message, what))

    def _hidden(self, session: Session, seat: str) -> set[str]:
        """Numbers that a seat is never shown, to so many digits that they stand for nothing else."""
        trajectories = session.world.model.trajectories
        assert trajectories is not None
        shown = {each.name for each in seen(session, session.seat(seat)).variables if each.value is not None}
        values = trajectories.values[: session.day, :, 0]
        found: set[str] = set()
        for at, name in enumerate(session.world.program.variables):
            if name not in shown:
                found |= {text[: DIGITS + 2] for text in map(repr, values[:, at].tolist()) if len(text) > DIGITS + 3}
        return found


def beyond_views(heard: Iterable[Heard], truths: dict[int, Truth]) -> list[str]:
    """Mornings and options that no moment of the session gives the seat, and mornings of another seat."""
    found = []
    for each in heard:
        kind = each.message["kind"]
        for what in {"morning": ("view", "options"), "options": ("options",)}.get(kind, ()):
            world, seat = each.message["world"], each.message[what]["seat"]
            if (world, seat) != each.seat:
                found.append(f"{each.bot} in {each.seat} was sent {what} of {seat} in world {world}")
            elif _shown(each.message, what) not in truths[world].seen[seat, what]:
                found.append(f"{each.bot}: {what} in turn {each.message['turn']} is none that {seat} may see")
    return found


def hidden_numbers(heard: Iterable[Heard], truths: dict[int, Truth]) -> list[str]:
    """Values of variables that a seat may not see, to the last digit."""
    found = []
    for each in heard:
        if each.seat is not None:
            numbers = {text[: DIGITS + 2] for text in _NUMBERS.findall(each.raw)}
            found += [f"{each.bot}: {number}" for number in numbers & truths[each.seat[0]].hidden[each.seat[1]]]
    return found
