"""Looking back: who may, and on which worlds."""

from collections.abc import Iterable

from .debriefing import Class
from .lines import Visitor
from .room import Room
from .world import World


def may_look_back(room: Room, visitor: Visitor) -> bool:
    """Whether a line may see the debrief: all once the room is over, at home once the own world is."""
    person = visitor.person
    if room.stage == "over" or visitor.is_umpire:
        return True
    at_home = room.plan.mode == "homework" and person is not None and person.world is not None
    return at_home and room.worlds[person.world].over  # type: ignore[index,union-attr]


async def look_back(room: Room, visitor: Visitor) -> None:
    """Tell a line the debrief, piece by piece."""
    person = visitor.person
    theirs = person.world if person is not None else None
    alone = room.plan.mode == "homework" and not visitor.is_umpire
    # At home, who plays is told of their own world only, and whoever shows no token of none.
    of = class_of(room, [each for each in room.worlds.values() if not alone or each.number == theirs])
    async for message in room.debriefs.told(of, None if person is None else person.id):
        if not visitor.line.open:
            break
        visitor.answer(message)


def class_of(room: Room, worlds: Iterable[World]) -> Class:
    """The class that is looked back on, on some of its worlds."""
    return Class(
        scenario=room.scenario,
        seed=room.scenario.seed if room.plan.seed is None else room.plan.seed,
        sessions={world.number: world.path for world in worlds if world.path.exists()},
        asked=tuple(room.scenario.theatre.outcomes) if room.plan.forecast else (),
        forecasts={each.id: each.forecast for each in room.people if each.forecast is not None},
        places={each.id: (each.world, each.seat) for each in room.people if each.world and each.seat},
    )
