"""Which acts a story tells in full, and which it folds into a sentence on several of a kind.

Told are acts from a rung up, those that killed or were imposed, those that brought an outcome about or turned a flag,
and what led to any of them by a cause that a reader accepts. What is told only for its rung or its dead and has become
routine, since the same was told before and it led to nothing that is told, is folded.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sim.theatre.language.schema import Theatre

from .accepted import bond
from .acts import Act

DEADLY = 3
"""So many deadly acts of an action are told in full before more of them are routine."""
GRAVE = 7
"""Deadly acts from this rung on are never routine."""
LONGEST = 92
"""Days that one sentence on several acts covers at most."""
FEWEST = 2
"""Acts that make such a sentence."""


@dataclass(frozen=True)
class Selection:
    """What a story tells."""

    full: frozenset[int]
    """Events told one by one."""
    folds: tuple[tuple[int, ...], ...]
    """Events of one action each that are told in one sentence, in order of time."""


def everything(acts: Sequence[Act]) -> Selection:
    """All acts, one by one."""
    return Selection(frozenset(act.event for act in acts), ())


def select(acts: Sequence[Act], theatre: Theatre, least: int, movers: Collection[int]) -> Selection:
    """Choose what is told.

    Parameters
    ----------
    least : the lowest rung told by itself
    movers : events that brought an outcome about or turned a flag
    """
    own = [act for act in acts if act.rung >= least or act.deaths or act.imposed or act.event in movers]
    fixed = {act.event for act in own if act.imposed or act.event in movers} | _not_yet_routine(own)
    full, own_events = set[int](), {act.event for act in own}
    needed = set[int]()
    for act in reversed(acts):
        if act.event in needed or act.event in fixed:
            full.add(act.event)
            if act.cause is not None and bond(theatre, act, acts[act.cause]).accepted:
                needed.add(act.cause)  # a cause comes before what it causes, so its own cause is still to come
    rest = [act for act in acts if act.event in own_events - full]
    folds = _folds(acts, rest, full)
    alone = {event for fold in folds if len(fold) < FEWEST for event in fold}
    return Selection(frozenset(full | alone), tuple(fold for fold in folds if len(fold) >= FEWEST))


def _not_yet_routine(own: Sequence[Act]) -> set[int]:
    """The first act of each action, its first deadly ones, and deadly acts that are grave."""
    done, killed, found = Counter[str](), Counter[str](), set[int]()
    for act in own:
        done[act.action] += 1
        killed[act.action] += act.deaths > 0
        if done[act.action] == 1 or (act.deaths and (killed[act.action] <= DEADLY or act.rung >= GRAVE)):
            found.add(act.event)
    return found


def _folds(acts: Sequence[Act], rest: Sequence[Act], full: Collection[int]) -> list[tuple[int, ...]]:
    """Acts of one action that follow one another, with none told in full between them, within a span of days."""
    done: list[list[Act]] = []
    open_: dict[str, list[Act]] = {}
    folded = {act.event for act in rest}
    for act in acts:
        if act.event in full:
            open_.pop(act.action, None)
        elif act.event in folded:
            group = open_.get(act.action)
            if group is None or act.day - group[0].day >= LONGEST:
                group = open_[act.action] = []
                done.append(group)
            group.append(act)
    return [tuple(act.event for act in group) for group in done]
