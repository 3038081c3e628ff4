"""People in a room: whom a token belongs to, and where they sit. A name is kept only while the room needs it."""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from itertools import chain, count
from typing import Any

from .messages import LETTERS


def _alike(name: str) -> str:
    """A name as others would hear it: large or small, and in whatever width it is written."""
    return unicodedata.normalize("NFKC", name).casefold()


def digest(token: str) -> str:
    """What is kept of a token: it opens nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Person:
    """Somebody in a room."""

    id: str
    """Says nothing about them; the ledger of a session has it in place of a name."""
    token: str
    """The digest of what their browser keeps."""
    name: str | None
    world: int | None = None
    seat: str | None = None
    since: int = 0
    """The turn of their world in which they took their seat: what was before, they are briefed on."""
    forecast: dict[str, float] | None = None
    last: float | None = None
    """When they did something last, in seconds since 1970."""
    here: bool = field(default=False, compare=False)
    """Whether a line of theirs stands."""
    gone: float | None = field(default=None, compare=False)
    """Since when none does, by a clock that only grows."""
    gone_at: float | None = field(default=None, compare=False)
    """The same in seconds since 1970."""
    gone_in: tuple[int, int] | None = field(default=None, compare=False)
    """In which world, and which turn of it by its epoch, the line was lost."""

    def kept(self) -> dict[str, Any]:
        """What the room's file has of them."""
        return {name: value for name, value in vars(self).items() if name not in ("here", "gone", "gone_at", "gone_in")}

    def told(self) -> dict[str, Any]:
        """What they are told of themselves."""
        return {
            "id": self.id,
            "name": self.name,
            "world": self.world,
            "seat": self.seat,
            "forecast": self.forecast,
        }


class People:
    """Everybody in a room, in the order in which they came."""

    def __init__(self, people: list[Person]) -> None:
        self._by_id = {person.id: person for person in people}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, token: str, name: str | None) -> Person:
        """Somebody comes; of two who are called the same, the second is told apart by a number."""
        person = Person(f"p{secrets.token_hex(6)}", digest(token), name and self._told_apart(name))
        self._by_id[person.id] = person
        return person

    def _told_apart(self, name: str) -> str:
        taken = {_alike(person.name) for person in self if person.name is not None}
        numbered = (f"{name[: LETTERS - len(ending)]}{ending}" for ending in (f" {number}" for number in count(2)))
        return next(each for each in chain((name,), numbered) if _alike(each) not in taken)

    def remove(self, person: Person) -> None:
        """Somebody goes for good."""
        self._by_id.pop(person.id, None)

    def by_id(self, name: str) -> Person | None:
        """Find somebody."""
        return self._by_id.get(name)

    def by_token(self, token: str) -> Person | None:
        """Find whose token it is; all are looked at, however long that one matches."""
        wanted, found = digest(token), None
        for person in self:
            if compare_digest(person.token, wanted):
                found = person
        return found

    def at(self, world: int, seat: str) -> Person | None:
        """Who has a seat."""
        return next((person for person in self if (person.world, person.seat) == (world, seat)), None)

    def of(self, world: int) -> list[Person]:
        """Who is in a world."""
        return [person for person in self if person.world == world]

    def as_they_are(self) -> Callable[[], None]:
        """Remember who there is and who sits where; what is given leads back to that."""
        before = dict(self._by_id)
        places = [(each, each.name, each.world, each.seat, each.since) for each in self]

        def back() -> None:
            self._by_id = before
            for person, name, world, seat, since in places:
                person.name, person.world, person.seat, person.since = name, world, seat, since

        return back

    @property
    def are_named(self) -> bool:
        """Whether any name is kept."""
        return any(person.name is not None for person in self)

    def forget_names(self) -> None:
        """Keep no name."""
        for person in self:
            person.name = None
