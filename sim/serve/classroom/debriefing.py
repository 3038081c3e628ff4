"""The debrief of a class: each world looked back on, all of them beside each other, and what had been forecast.

Whoever looks back is told piece by piece, as it is worked out: what the class is held beside, then the worlds, then the
class as a whole. Worlds are read from copies of their files, in a thread, one at a time, so that whoever still plays
notices nothing; what was found is kept beside the files, and holds for as long as they stay as they are.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.play.seats import PlayError
from sim.theatre.language.scenario import Scenario

from .beside import Beside, beside
from .courses import ONWARD, by_day, course, differences, looked_back, partings
from .forecasts import held_to, share_of

ENDING = ".debrief.json"
"""Of files in which it is kept what was found; they go with the room."""
LAYOUT = 3
UNTOLD = ("acts", "labels", "weighty")
"""What is found of a world and told only as part of the class as a whole."""

Found = dict[str, Any]


@dataclass(frozen=True)
class Class:
    """What a debrief needs to know of a room."""

    scenario: Scenario
    seed: int
    sessions: Mapping[int, Path]
    """The file of each world's session, by the world's number."""
    titles: Mapping[int, str] = field(default_factory=dict)
    """What worlds are called."""
    asked: tuple[str, ...] = ()
    """The outcomes of which a forecast was asked."""
    forecasts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By person and outcome, in per cent."""
    places: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """By person, their world and their seat."""


class Debriefs:
    """Debriefs that are worked out once, however many ask for them."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._besides: dict[tuple[str, int], Beside] = {}

    async def told(self, of: Class, person: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """Tell a class's debrief to one of its people, or to anybody, in messages for their line."""
        mine = of.places.get(person or "", (None, None))[0]
        order = sorted(of.sessions, key=lambda world: (world != mine, world))
        steps = len(order) + 1
        yield _progress(0, steps, "Runs in which nobody sits are looked at")
        held = await self._beside(of.scenario, of.seed)
        yield _message("beside", **held.drawn, really=held.really, outcomes=held.shares(of.scenario.days))
        worlds: dict[int, Found] = {}
        for done, world in enumerate(order, 1):
            title = of.titles.get(world, f"World {world}")
            yield _progress(done, steps, f"{title}: each decision is lived again, with it and without it")
            worlds[world] = await self._world(of.sessions[world])
            told = {name: value for name, value in worlds[world].items() if name not in UNTOLD}
            if "decisions" in told:
                place = of.places.get(person or "")
                told["decisions"] = told_to(
                    told["decisions"], person, place[1] if place and place[0] == world else None
                )
            yield _message("world", world=world, name=title, **told)
        yield _message("class", **whole_class(of, worlds, held, person))
        yield _progress(steps, steps, "All is looked back on")
        yield _message("whole")

    async def _beside(self, scenario: Scenario, seed: int) -> Beside:
        key = scenario.sha256, seed
        if key not in self._besides:
            found = await self._once(f"beside {key}", partial(beside, scenario, seed))
            self._besides = {key: found}
        return self._besides[key]

    async def _world(self, path: Path) -> Found:
        """What is found of a world as its file stands, worked out unless it is kept."""
        try:
            content, digest = await asyncio.to_thread(_read, path)
        except OSError as error:
            return {"refused": f"its file cannot be read ({error.strerror or error})"}
        found: Found = await self._once(f"{path} {digest}", partial(_kept_or_found, path, content, digest))
        return found

    async def _once(self, key: str, work: Callable[[], Any]) -> Any:
        """Do something in a thread, after what is being done; whoever asks for the same waits for the same."""
        if key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._in_turn(key, work))
        return await asyncio.shield(self._under_way[key])

    async def _in_turn(self, key: str, work: Callable[[], Any]) -> Any:
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(work)
        finally:
            del self._under_way[key]


def told_to(decisions: Sequence[Found], person: str | None, seat: str | None) -> list[Found]:
    """Decisions as somebody is told them: which are their own, and of no other whose they were.

    A day that was left to a seat's own people was ordered by nobody: it is theirs who have the seat, if nobody else
    ever gave an order for it.
    """
    others = {each["seat"] for each in decisions if set(each["by"]) - {person}}
    return [
        {name: value for name, value in each.items() if name != "by"}
        | {
            "yours": person is not None
            and (
                person in each["by"]
                or (each["kind"] == "left" and each["seat"] == seat and seat is not None and seat not in others)
            )
        }
        for each in decisions
    ]


def whole_class(of: Class, worlds: Mapping[int, Found], held: Beside, person: str | None) -> Found:
    """The worlds of a class beside each other, and its forecasts held to them, to runs and to what really happened."""
    lived = {world: found for world, found in worlds.items() if found.get("days")}
    until = max((found["days"] for found in lived.values()), default=0)
    labels: dict[str, Any] = {}
    for found in lived.values():
        labels |= found["labels"]
    apart = partings({world: (found["days"], by_day(found["acts"])) for world, found in lived.items()})
    told = [
        {
            "day": each.day,
            "parts": [
                {"worlds": list(part), "done": [_done(one.act, one.by, labels, lived[part[0]]) for one in done]}
                for part, done in each.parts
            ],
        }
        for each in apart
    ]
    return {
        "until": until,
        "shares": held.shares(until),
        "partings": told,
        "differences": _differences(lived),
        "forecasts": _forecasts(of, lived, held, person) if lived else None,
        "really": held.came(until),
    }


def _done(act: str, by: str | None, labels: Mapping[str, Any], world: Found) -> Found:
    label, actor, _ = labels[act]
    return {"label": label, "by": world["seats"].get(by, by) if by else actor, "ordered": by is not None}


def _differences(lived: Mapping[int, Found]) -> list[Found]:
    """Acts that mattered and parted the worlds, with their rungs; worlds by their numbers, as JSON has them."""
    labels = {act: told for found in lived.values() for act, told in found["labels"].items()}
    return [
        row
        | {
            "rung": labels[row["act"]][2] if row["act"] in labels else None,
            "worlds": [{"world": world} | cell for world, cell in sorted(row["worlds"].items())],
        }
        for row in differences(lived)
    ]


def _forecasts(of: Class, lived: Mapping[int, Found], held: Beside, person: str | None) -> Found | None:
    """Forecasts, held to what they were asked for: what has come about by the last day of the scenario.

    A class seldom gets that far. Worlds that stopped earlier are lived on by the rules, and their shares are held to.
    """
    names, days = tuple(of.scenario.theatre.outcomes), of.scenario.days
    judges = {
        "worlds": {name: share_of([found["onward"] for found in lived.values()], name) for name in names},
        "runs": {each["id"]: each["share"] for each in held.shares(days)},
    }
    if (really := held.came(days)) is not None:
        judges["really"] = {name: float(so) for name, so in really.items()}
    asked = [name for name in of.asked if name in names]
    found = held_to(of.forecasts, asked, judges, person)
    if found is None:
        return None
    return found | {
        "worlds": len(lived),
        "lived_on": sum(each["days"] < days for each in lived.values()),
        "futures": ONWARD,
        "came": {name: sum(name in each["outcomes"] for each in lived.values()) for name in asked},
        "really": {name: name in (held.happened or {}) for name in asked} if held.really else None,
    }


def _read(path: Path) -> tuple[bytes, str]:
    content = path.read_bytes()
    return content, hashlib.sha256(content).hexdigest()


def _kept_or_found(path: Path, content: bytes, digest: str) -> Found:
    """What is kept of a session as its file stands; else it is opened, looked back on, and kept."""
    import sim

    stamp = {"layout": LAYOUT, "version": sim.__version__, "of": digest}
    kept = path.with_name(path.name + ENDING)
    with suppress(OSError, ValueError, KeyError, TypeError):
        read = json.loads(kept.read_text(encoding="utf-8"))
        if read["stamp"] == stamp:
            found: Found = read["found"]
            return found
    found = _found(path, content)
    if "refused" not in found:
        with suppress(OSError):  # the room may be gone by now, and its folder with it
            partial_file = kept.with_name(f"{kept.name}.partial")
            partial_file.write_text(json.dumps({"stamp": stamp, "found": found}, allow_nan=False), encoding="utf-8")
            partial_file.replace(kept)
    return found


def copies_in(folder: Path) -> TemporaryDirectory[str]:
    """A folder for copies of sessions in that of their room: what a kill leaves of it is deleted at the next start."""
    return TemporaryDirectory(suffix=".partial", dir=folder)


def _found(path: Path, content: bytes) -> Found:
    """Open a copy of a session's file, and look back on it."""
    try:
        with copies_in(path.parent) as folder:
            return _found_of(Path(folder) / path.name, content)
    except OSError as error:  # its room may be gone by now
        return {"refused": f"it cannot be looked back on ({error.strerror or error})"}


def _found_of(copy: Path, content: bytes) -> Found:
    from sim.play import Session

    copy.write_bytes(content)
    try:
        with Session.open(copy, clock=lambda: None) as session:
            found = course(session)
            if session.day:
                found |= looked_back(session.debrief())
            return found
    except PlayError as error:
        return {"refused": str(error).replace(str(copy), copy.name)}


def _message(part: str, **content: Any) -> dict[str, Any]:
    return {"kind": "debrief", "part": part, **content}


def _progress(done: int, of: int, doing: str) -> dict[str, Any]:
    return _message("progress", done=done, of=of, doing=doing)
