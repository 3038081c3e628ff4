"""People in a room: whom a token belongs to, and where they sit. A name is kept only while the room needs it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any


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
    """Since when none does, in seconds since 1970."""

    def kept(self) -> dict[str, Any]:
        """What the room's file has of them."""
        return {name: value for name, value in vars(self).items() if name not in ("here", "gone")}

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
        """Somebody comes."""
        person = Person(f"p{secrets.token_hex(6)}", digest(token), name)
        self._by_id[person.id] = person
        return person

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

    def forget_names(self) -> None:
        """Keep no name."""
        for person in self:
            person.name = None
