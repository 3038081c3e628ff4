"""People who play: students with habits of their own, and an umpire who runs the table."""

import asyncio
import random
import secrets
from dataclasses import dataclass
from typing import Any

from .bot import Bot, GoneError, RefusedError
from .server import Server

MARK = "zq7x"
"""Begins every word by which a leak would be known."""


def mark() -> str:
    """A word that stands nowhere else."""
    return f"{MARK}{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Habits:
    """How often, each turn, somebody does what people do."""

    acts: float = 0.6
    stance: float = 0.05
    drops: float = 0.04
    second_tab: float = 0.03
    notes: float = 0.1
    silent: bool = False
    """Looks on, and is never done."""
    joins_in_turn: int = 0


@dataclass(frozen=True)
class Acknowledged:
    """An order that the server has acknowledged."""

    world: int
    seat: str
    turn: int
    why: str


class Student:
    """Somebody in a seat."""

    def __init__(self, server: Server, code: str, label: str, habits: Habits, dice: random.Random) -> None:
        self.server, self.code, self.label, self.habits, self.dice = server, code, label, habits, dice
        self.bot = Bot(server, code, label=label)
        self.bots = [self.bot]
        self.name = f"Ada {mark()}"
        self.sent: list[str] = []
        self.acknowledged: list[Acknowledged] = []
        self.said = [self.name]
        """Whatever nobody else may be told."""

    async def join(self, **wish: Any) -> None:
        """Come into the room and take a seat."""
        await self.bot.connect()
        await self.bot.ask("join", name=self.name, **wish)

    async def play(self, turns: int) -> None:
        """Play until so many turns are over."""
        following = 0
        while following < turns:
            try:
                await self._morning(following)
                if "over" in self.bot.newest or self._turn >= turns:
                    return
                following = self._turn + 1
                await self._decide(self._turn)
            except GoneError:
                following = max(following - 1, 0)  # whatever was not acknowledged is done again
                await self.bot.come_back()
            except RefusedError:
                pass  # the turn was lived meanwhile

    async def _morning(self, turn: int) -> None:
        """Wait for the morning of a turn, or of a later one, or the end."""
        await self.bot.until(lambda: "over" in self.bot.newest or self._turn >= turn, f"morning of turn {turn}", 150)

    @property
    def _turn(self) -> int:
        return int(self.bot.newest.get("morning", {"turn": -1})["turn"])

    async def _decide(self, turn: int) -> None:
        habits, dice = self.habits, self.dice
        await asyncio.sleep(dice.uniform(0.0, 0.3))
        if dice.random() < habits.drops:
            self.bot.drop()
            await asyncio.sleep(dice.uniform(0.0, 0.5))
            raise GoneError("dropped")
        if dice.random() < habits.second_tab:
            await self._open_second_tab()
        if dice.random() < habits.acts:
            await self.order(turn, self._choice())
        if dice.random() < habits.stance:
            await self.order(turn, {"stance": self._stance()})
        if dice.random() < habits.notes:
            self.said.append(mark())
            await self.bot.ask("note", text=self.said[-1])
        if not habits.silent:
            await self.bot.ask("done", turn=turn, done=True)

    async def order(self, turn: int, order: dict[str, Any]) -> None:
        """Give an order that only this seat may ever hear of."""
        why = mark()
        self.said.append(why)
        self.sent.append(why)
        try:
            await self.bot.ask("order", order={**order, "why": why}, turn=turn)
        except RefusedError:
            return
        assert self.bot.seat is not None
        self.acknowledged.append(Acknowledged(*self.bot.seat, turn, why))

    def _choice(self) -> dict[str, Any]:
        options = self.bot.newest["morning"]["options"]["options"]
        open_ = [each["act"] for each in options if each["open"]]
        chosen = self.dice.sample(open_, min(len(open_), self.dice.randint(0, 2)))
        return {"do": [{"act": act} for act in chosen]}

    def _stance(self) -> dict[str, float]:
        levers = self.bot.newest["morning"]["view"]["levers"]
        if not levers:
            return {}
        lever = self.dice.choice(levers)
        return {lever["path"]: round(self.dice.uniform(lever["low"], lever["high"]), 6)}

    async def _open_second_tab(self) -> None:
        before = self.bot
        self.bot = Bot(self.server, self.code, token=before.token, label=self.label)
        self.bots.append(self.bot)
        await self.bot.connect()
        await before.must_be_closed(4001)
        assert "replaced" in before.newest
        await self.bot.expect("morning")


class Umpire:
    """Who runs the table: lets turns be lived once everybody is done who ever will be."""

    def __init__(self, server: Server, code: str, secret: str, silent: set[str]) -> None:
        self.bot = Bot(server, code, "umpire", secret, "umpire")
        self.silent = silent
        """Names of those who are never done."""
        self.told: list[tuple[int, str, str]] = []
        """World, seat and words of what was told to one seat alone."""
        self._moved: dict[int, int] = {}
        """The turn that each world was last moved on from."""
        self._helped: set[str] = set()

    async def run(self, turns: int, seats: list[str], dice: random.Random) -> None:
        """Run all worlds for so many turns."""
        while True:
            try:
                await self.bot.until(lambda: self._to_do(turns), "overview to act on", 150)
                if self._ended(turns):
                    return
                for person, seat in self._without_seat().items():
                    self._helped.add(person)
                    await self.bot.ask("free", world=seat[0], seat=seat[1])
                    await self.bot.ask("move", person=person, world=seat[0], seat=seat[1])
                for world, turn in self._held_up(turns).items():
                    self._moved[world] = turn
                    if dice.random() < 0.3:
                        await self._tell(world, dice.choice(seats))
                    await self.bot.ask("advance", world=world)
            except RefusedError:  # it was lived meanwhile, or is just being lived
                self._moved.clear()
                await asyncio.sleep(0.2)
            except GoneError:
                self._moved.clear()
                await self.bot.come_back()

    async def _tell(self, world: int, seat: str) -> None:
        words = mark()
        self.told.append((world, seat, words))
        await self.bot.ask("tell", world=world, text=words, to=[seat])

    @property
    def _worlds(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.bot.newest.get("overview", {"worlds": []})["worlds"]
        return found

    def _to_do(self, turns: int) -> bool:
        return self._ended(turns) or bool(self._held_up(turns)) or bool(self._without_seat())

    def _without_seat(self) -> dict[str, tuple[int, str]]:
        """People without a seat, and seats that somebody has who sits elsewhere too.

        A server that is killed as it is about to tell somebody that they have joined knows them, and they do not know:
        they join once more, and one is left over.
        """
        people = self.bot.newest.get("overview", {"people": []})["people"]
        here = {each["name"] for each in people if each["here"]}
        left = [
            (each["world"], each["seat"])
            for each in people
            if each["seat"] and not each["here"] and f"{each['name']} 2" in here
        ]
        waiting = [
            each["id"] for each in people if each["here"] and not each["seat"] and each["id"] not in self._helped
        ]
        return dict(zip(waiting, left, strict=False))

    def _ended(self, turns: int) -> bool:
        return bool(self._worlds) and all(each["over"] or each["turn"] >= turns for each in self._worlds)

    def _held_up(self, turns: int) -> dict[int, int]:
        """Worlds, by their turn, in which only those are waited for who are never done."""
        found = {}
        for world in self._worlds:
            missing = {each["name"] for each in world["seats"] if each["here"] and not each["done"]}
            moved = self._moved.get(world["world"]) == world["turn"]
            if missing and missing <= self.silent and not (moved or world["over"] or world["turn"] >= turns):
                found[world["world"]] = world["turn"]
        return found
