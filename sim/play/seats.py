"""Seats: which actor is played, or which of its hands."""

from dataclasses import dataclass

from sim.text import capital, suggestion
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.parameters.in_words import bare


class PlayError(ValueError):
    """Something cannot be done at the table; the message says why and what would."""


@dataclass(frozen=True)
class Seat:
    """An actor that is played, or some of its hands: the others are left to the rules."""

    id: str
    """The actor's id, or `actor/hand`."""
    actor: str
    acts: tuple[str, ...]
    """What it may order: all but accidents, in order of ids."""
    label: str
    """What its place at the table is called: the actor's name without who leads it, who may not live to the end."""


def seat_of(theatre: Theatre, name: str) -> Seat:
    """Find a seat by its name: an actor, or one of its hands as `us/soldiers`.

    Raises
    ------
    PlayError
        There is no such actor or hand, or it has nothing to decide.
    """
    actor, _, hand = name.partition("/")
    if actor not in theatre.deciders:
        raise PlayError(f"there is no actor '{actor}' to play{suggestion(actor, theatre.deciders)}")
    mine = {act: whose for act, whose in sorted(theatre.hands.items()) if whose.partition("/")[0] == actor}
    chosen = {act: whose for act, whose in mine.items() if not theatre.actions[act].accident}
    if hand:
        own = sorted({whose.partition("/")[2] for whose in chosen.values()} - {""})
        if hand not in own:
            raise PlayError(f"{actor} has no hand '{hand}'{suggestion(hand, own)}")
        chosen = {act: whose for act, whose in chosen.items() if whose == name}
    if not chosen:
        raise PlayError(f"{actor} has nothing to decide: no act of its own")
    label = bare(theatre.actors[actor].label)
    return Seat(name, actor, tuple(chosen), f"{label} ({capital(hand.replace('_', ' '))})" if hand else label)


def seats_of(scenario: Scenario, names: tuple[str, ...]) -> dict[str, Seat]:
    """Find several seats, no act of which is in two of them.

    Raises
    ------
    PlayError
        There is no such seat, or two of them hold the same act.
    """
    found: dict[str, Seat] = {}
    taken: dict[str, str] = {}
    for name in names:
        seat = seat_of(scenario.theatre, name)
        for act in seat.acts:
            if act in taken:
                raise PlayError(f"the seats {taken[act]} and {name} would both decide on {act}; choose one of them")
            taken[act] = name
        found[name] = seat
    if not found:
        raise PlayError("a session needs at least one seat: an actor's id, or actor/hand")
    return found
