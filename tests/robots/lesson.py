"""A whole class, played by robots against a server that is killed now and then, and what is to be said of it after."""

import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.play.sessions.entries import Ordered
from sim.play.sessions.session import Session

from . import leaks
from .bot import Bot, GoneError, Heard
from .people import Habits, Student, Umpire
from .server import Server

RUBBISH = ["", "{", "[]", '{"kind":5}', '{"kind":"order"}', "x" * 70_000, '{"kind":"enter","as":"umpire","token":"x"}',
           '{"kind":"enter","as":"player","token":null}', '{"kind":"a","n":1e999}', b"\x00\xff"]  # fmt: skip


@dataclass
class Lesson:
    """What came of a class."""

    server: Server
    code: str
    umpire: Umpire
    students: list[Student]
    seats: list[str]
    turns: int
    seconds: float = 0.0
    rubbish: int = 0

    @property
    def heard(self) -> list[Heard]:
        """Every frame that somebody in a seat was sent."""
        return [each for student in self.students for bot in student.bots for each in bot.heard]

    def session(self, world: int) -> Path:
        """The file of a world."""
        return self.server.rooms / self.code / f"world-{world}.session"

    @property
    def worlds(self) -> list[int]:
        """Their numbers."""
        return sorted({each.seat[0] for each in self.heard if each.seat is not None})

    # What must hold.

    def lost(self) -> list[str]:
        """Acknowledged orders that are not in the ledger of their session, in their order."""
        found = []
        for world in self.worlds:
            kept = self._whys(world)
            for student in self.students:
                own = [each.why for each in student.acknowledged if each.world == world]
                at = [kept.index(why) if why in kept else None for why in own]
                found += [why for why, place in zip(own, at, strict=True) if place is None]
                there = [place for place in at if place is not None]
                assert there == sorted(there), f"{student.label}: orders are in another order than they were given"
        return found

    def twice(self) -> list[str]:
        """Orders that a ledger has more than once."""
        found: list[str] = []
        for world in self.worlds:
            found += [why for why, times in Counter(self._whys(world)).items() if why and times > 1]
        return found

    def _whys(self, world: int) -> list[str | None]:
        """What was said with each order that a session holds; it opens, and its digests hold, or this raises."""
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copy(self.session(world), folder)  # the server may have it open
            with Session.open(copy, clock=lambda: None) as session:
                return [each.order.why for each in session.holding if isinstance(each, Ordered)]

    def leaked(self, heard: Sequence[Heard] | None = None) -> list[str]:
        """Whatever somebody in a seat was sent and may not know."""
        heard, truths = self.heard if heard is None else heard, self.truths
        return [
            *leaks.beyond_protocol(heard),
            *leaks.of_others(heard, self.owners()),
            *leaks.beyond_views(heard, truths),
            *leaks.hidden_numbers(heard, truths),
        ]

    @cached_property
    def truths(self) -> dict[int, leaks.Truth]:
        """What each world truly was."""
        return {world: leaks.Truth(self.session(world), self.seats) for world in self.worlds}

    def owners(self) -> dict[str, set[str]]:
        """Words that only some may be told, with who they are."""
        found: dict[str, set[str]] = {self.umpire.bot.token or "": set(), self.server.key: set()}
        for student in self.students:
            found |= {word.rpartition(" ")[2]: {student.label} for word in student.said}
            found[student.bot.token or ""] = {student.label}
        for world, seat, words in self.umpire.told:
            found[words] = {each.label for each in self.students if each.bot.seat == (world, seat)}
        return found

    def figures(self) -> dict[str, Any]:
        """The class in figures."""
        bots = [bot for student in self.students for bot in student.bots]
        acks = sorted(second for bot in bots for second in bot.seconds.get("order", ()))
        return {
            "students": len(self.students),
            "worlds": len(self.worlds),
            "turns": self.turns,
            "kills": self.server.kills,
            "orders sent": sum(len(each.sent) for each in self.students),
            "orders acknowledged": sum(len(each.acknowledged) for each in self.students),
            "requests refused": sum(bot.refusals for bot in bots),
            "reconnects": sum(bot.reconnects for bot in bots) + sum(len(each.bots) - 1 for each in self.students),
            "median acknowledgement of an order, ms": round(1000 * statistics.median(acks), 1) if acks else None,
            "95th percentile, ms": round(1000 * acks[int(0.95 * len(acks))], 1) if acks else None,
            "frames read": len(self.heard),
            "MB of frames": round(sum(bot.bytes for bot in bots) / 1e6, 1),
            "lines of rubbish": self.rubbish,
            "seconds": round(self.seconds, 1),
        }


async def play(
    server: Server, plan: dict[str, Any], habits: Sequence[Habits], turns: int, kills: int, seed: int, within: float
) -> Lesson:
    """Play a class: one student for each of the habits, at seats as they come; too slow, it fails."""
    code, secret = server.make(**plan)
    dice = random.Random(seed)
    students = [
        Student(server, code, f"student {at}", each, random.Random(dice.random())) for at, each in enumerate(habits)
    ]
    umpire = Umpire(server, code, secret, {each.name for each in students if each.habits.silent})
    lesson = Lesson(server, code, umpire, students, list(plan["seats"]), turns)
    for student in students:
        if not student.habits.joins_in_turn:
            await student.join()
    await umpire.bot.connect()
    await umpire.bot.ask("start")
    begun = time.monotonic()
    hostile = asyncio.create_task(_send_rubbish(lesson))
    killing = asyncio.create_task(_kill(lesson, kills, dice))
    playing = [asyncio.create_task(_play(student, umpire, turns)) for student in students]
    running = asyncio.create_task(umpire.run(turns, lesson.seats, dice))
    try:
        async with asyncio.timeout(within):
            await asyncio.gather(*playing, running, killing)
    finally:
        for task in (hostile, killing, running, *playing):
            task.cancel()
        await asyncio.gather(hostile, killing, running, *playing, return_exceptions=True)
        lesson.seconds = time.monotonic() - begun
        try:
            await _end(lesson)
        finally:
            for bot in (umpire.bot, *(bot for student in students for bot in student.bots)):
                await bot.hang_up()
    return lesson


async def _play(student: Student, umpire: Umpire, turns: int) -> None:
    late = student.habits.joins_in_turn
    while late and _turn(umpire) < late:
        await asyncio.sleep(0.1)
    while late and student.bot.token is None:
        try:
            await student.join()
        except GoneError:
            await asyncio.sleep(0.3)
    await student.play(turns)


def _turn(umpire: Umpire) -> int:
    """The turn of the slowest world in which somebody is: one that is still empty begins when late students come."""
    worlds = umpire.bot.newest.get("overview", {"worlds": []})["worlds"]
    return min((each["turn"] for each in worlds if any(seat["here"] for seat in each["seats"])), default=-1)


async def _kill(lesson: Lesson, kills: int, dice: random.Random) -> None:
    """Kill the server at moments that nobody knows beforehand, spread over the turns, and start it again."""
    for number in range(kills):
        after = (number + 0.5) * lesson.turns / kills
        while _turn(lesson.umpire) < after - 0.5:
            await asyncio.sleep(0.05)
        await asyncio.sleep(dice.uniform(0.0, 0.8))
        lesson.server.kill()
        await asyncio.to_thread(lesson.server.start)


async def _send_rubbish(lesson: Lesson) -> None:
    """Somebody outside sends what is no message, all the time."""
    while True:
        for rubbish in RUBBISH:
            bot = Bot(lesson.server, lesson.code, label="hostile")
            try:
                await bot.connect()
                await bot.send(rubbish)
                lesson.rubbish += 1
                await asyncio.sleep(0.3)
            except (GoneError, AssertionError):
                await asyncio.sleep(0.3)
            finally:
                await bot.hang_up()


async def _end(lesson: Lesson) -> None:
    """End the room: then everybody is told so."""
    if lesson.umpire.bot.gone:
        await lesson.umpire.bot.come_back()
    lesson.umpire.bot.asked_to_end = lesson.umpire.bot.stage != "over"
    if lesson.umpire.bot.asked_to_end:
        await lesson.umpire.bot.ask("end", world=None)
    for student in lesson.students:
        if student.bot.gone:
            await student.bot.come_back()
        await student.bot.expect("over", debrief=f"/rooms/{lesson.code}/debrief")


def with_leaks(lesson: Lesson) -> dict[str, Heard]:
    """Frames as a server with a leak would send them, made of real ones, by what leaks."""
    mornings = [each for each in lesson.heard if each.message["kind"] == "morning" and each.seat is not None]
    one = mornings[-1]
    other = next(each for each in reversed(mornings) if each.seat != one.seat)
    why = next(word for student in lesson.students if student.label != one.bot for word in student.sent)
    assert one.seat is not None
    hidden = next(iter(lesson.truths[one.seat[0]].hidden[one.seat[1]]))

    def changed(**content: Any) -> Heard:
        message = {**one.message, **content}
        return replace(one, raw=json.dumps(message), message=message)

    return {
        "another seat's morning": replace(one, raw=other.raw, message=other.message),
        "another's words": changed(briefing=f"{one.message['briefing']} ({why})"),
        "the umpire's secret": changed(briefing=lesson.umpire.bot.token),
        "more than the protocol has": changed(orders={}),
        "an act that is none of theirs": changed(view={**one.message["view"], "ordered": [{"act": "x", "on": None}]}),
        "a hidden number": changed(date=float(f"{hidden}1")),
    }
