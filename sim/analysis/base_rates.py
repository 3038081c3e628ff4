"""How the acts of an ensemble compare with what data sets of crises count, on the terms of those data sets.

Acts come as arrays with one entry for each act, in order of run and, within a run, of day. Runs are numbered from 0 and
belong to `units` that were drawn together; days are numbered from 0 below `days`. What cannot be known since a run ends
too soon is left out by the day on which it began, never by how it went on.
"""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Flags, Ints
from .estimates import NOTHING, Estimate, lasting, quantile_of_whole, ratio, share
from .units import Units

Direction = Literal["up", "same", "down", "lead"]


class Exchange(NamedTuple):
    """Days on which one side of a dyad acted on the other, in order of run and day."""

    run: Ints
    day: Ints
    rung: NDArray[np.int8]
    """Shape (day, side): the highest rung on which each side acted, -1 if it did not."""


class Acts(NamedTuple):
    """Acts of an ensemble, or some of them."""

    run: Ints
    day: Ints
    rung: Ints
    event: Ints
    """Number within the run."""
    cause: Ints
    """Number of the act that it answers, -1 if of none."""


def exchange(run: Ints, day: Ints, side: Ints, rung: Ints) -> Exchange:
    """Gather the acts between two sides by day.

    A day has no order in itself, since all actors decide from the same morning; so what a side does on a day counts
    once, at its highest, as an incident does in the data sets.

    Parameters
    ----------
    run, day, rung : arrays (act,)
    side : array (act,)
        0 if the first side acts on the second, 1 if the second acts on the first.
    """
    fresh = np.ones(len(run), bool)
    fresh[1:] = (run[1:] != run[:-1]) | (day[1:] != day[:-1])
    first = np.flatnonzero(fresh)
    if not len(first):
        return Exchange(run, day, np.empty((0, 2), np.int8))
    sides = [np.maximum.reduceat(np.where(side == one, rung, -1), first) for one in (0, 1)]
    return Exchange(run[first], day[first], np.stack(sides, axis=1).astype(np.int8))


def reciprocation(exchanges: list[Exchange], units: Units, days: int, quiet: int) -> Estimate:
    """Share of disputes in which both sides act.

    The Militarized Interstate Disputes data call a dispute reciprocated if the target too threatens, displays or uses
    force. They count disputes and not acts: incidents that follow each other belong to one dispute, which ends when
    nothing happens for long. So the unit here is a spell of acts of one side on the other with no pause longer than
    `quiet`, and it counts as reciprocated if both sides act in it. A run begins with nobody holding anything against
    anybody, so its first act begins a dispute; one that begins in the last `quiet` days is left out.
    """
    found = [_spells(acts, quiet) for acts in exchanges]
    run, first, _, mutual = (np.concatenate(part) for part in zip(*found, strict=True))
    seen = first < days - quiet
    return share(mutual[seen], run[seen], units)


def duration(exchanges: list[Exchange], units: Units, days: int, quiet: int, level: float) -> Estimate:
    """How long a crisis lasts, from its first act to its last, both days included.

    The International Crisis Behavior data date a crisis from the act that begins it for the first actor to the day on
    which it ends for the last one; there is a crisis if two sides confront each other. So the unit is a spell of acts
    with no pause longer than `quiet` in which both sides act. One that may still go on when its run ends is counted as
    lasting at least so long.
    """
    found = [_spells(acts, quiet) for acts in exchanges]
    run, first, last, mutual = (np.concatenate(part) for part in zip(*found, strict=True))
    return lasting((last - first + 1)[mutual], (last < days - quiet)[mutual], units.of_run[run[mutual]], level)


def _spells(acts: Exchange, quiet: int) -> tuple[Ints, Ints, Ints, Flags]:
    """Spells without a pause longer than `quiet` days: run, first day, last day, and whether both sides act."""
    if not len(acts.run):
        return acts.run, acts.day, acts.day, np.empty(0, bool)
    fresh = np.ones(len(acts.run), bool)
    fresh[1:] = (acts.run[1:] != acts.run[:-1]) | (acts.day[1:] - acts.day[:-1] > quiet)
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(fresh)) - 1
    highest = np.maximum.reduceat(acts.rung, first, axis=0)
    return acts.run[first], acts.day[first], acts.day[last], (highest[:, 0] >= 0) & (highest[:, 1] >= 0)


def reply_levels(
    exchanges: list[Exchange], units: Units, levels: tuple[int, ...], within: int, direction: Direction
) -> Estimate:
    """Share of replies that stand above, on or below the level of what they follow, by sequence.

    The incidents of the Militarized Interstate Disputes data are compared with the next incident of the dispute; where
    that is by the other side it counts as a reply. So a reply is what a side does on a day if the last day before on
    which anything happened between the two, no more than `within` days ago, saw an act of the other side.
    """
    runs_, steps = [], []
    for acts in exchanges:
        near = (acts.run[1:] == acts.run[:-1]) & (acts.day[1:] - acts.day[:-1] <= within)
        level = _level(acts.rung, levels)
        for side in (0, 1):
            reply, before = level[1:, side], level[:-1, 1 - side]
            known = near & (reply >= 0) & (before >= 0)
            runs_.append(acts.run[1:][known])
            steps.append((reply - before)[known])
    return _direction(np.concatenate(steps), np.concatenate(runs_), units, direction)


def caused_levels(
    trigger: Acts, reply: Acts, units: Units, levels: tuple[int, ...], within: int, direction: Direction
) -> Estimate:
    """Share of replies above, on or below the level of what they answer, where an act itself names its cause.

    `reply` and `trigger` are matched, act by act; see `answers`.
    """
    reply_level, before = _level(reply.rung, levels), _level(trigger.rung, levels)
    known = (reply_level >= 0) & (before >= 0) & (reply.day - trigger.day <= within)
    return _direction((reply_level - before)[known], reply.run[known], units, direction)


def _level(rung: Ints, levels: tuple[int, ...]) -> Ints:
    """Level of each rung, -1 below the first."""
    return np.searchsorted(levels, rung, side="right") - 1


def _direction(step: Ints, run: Ints, units: Units, direction: Direction) -> Estimate:
    if direction != "lead":
        return share({"up": step > 0, "same": step == 0, "down": step < 0}[direction], run, units)
    if not len(step):
        return NOTHING
    rival = step > 0 if (step > 0).sum() >= (step < 0).sum() else step < 0
    ahead = (step == 0).astype(np.float64) - rival
    return ratio(units.sums(run, ahead), units.sums(run), len(step))


def answers(acts: Acts) -> tuple[Acts, Acts]:
    """Acts that name a cause, and beside each the act that it names."""
    most = int(acts.event.max(initial=0)) + 1
    number = acts.run.astype(np.int64) * most + acts.event
    wanted = np.where(acts.cause >= 0, acts.run.astype(np.int64) * most + acts.cause, -1)
    order = np.argsort(number, kind="stable")
    at = order[np.searchsorted(number, wanted, sorter=order).clip(0, max(len(order) - 1, 0))] if len(order) else order
    known = (acts.cause >= 0) & (number[at] == wanted) if len(order) else np.empty(0, bool)
    return take(acts, at[known]), take(acts, known)


def take(acts: Acts, which: NDArray[Any]) -> Acts:
    """Return some of the acts, by position or by flag."""
    return Acts(*(column[which] for column in acts))


def caused_lag(trigger: Acts, reply: Acts, units: Units, days: int, within: int, level: float) -> Estimate:
    """Days from a trigger to the main reply that names it as its cause.

    The International Crisis Behavior data date, for each actor in a crisis, the act that it took as the trigger and
    its major response. Here the cause that an act names is what its actor took as the trigger, and of the replies to
    one trigger the highest is the main one, the first of equals. Triggers of the last `within` days are left out.
    """
    known = (reply.day - trigger.day <= within) & (trigger.day < days - within)
    trigger, reply = take(trigger, known), take(reply, known)
    order = np.lexsort((reply.day, -reply.rung.astype(np.int64), trigger.event, trigger.run))
    trigger, reply = take(trigger, order), take(reply, order)
    main = np.ones(len(order), bool)
    main[1:] = (trigger.run[1:] != trigger.run[:-1]) | (trigger.event[1:] != trigger.event[:-1])
    return quantile_of_whole((reply.day - trigger.day)[main], reply.run[main], units, level)


def sequence_lag(
    exchanges: list[Exchange],
    units: Units,
    days: int,
    triggers: tuple[int, int],
    replies: tuple[int, int],
    within: int,
    level: float,
) -> Estimate:
    """Days from a trigger to the reply, by sequence.

    A reply is what a side does on `replies` rungs; its trigger is the strongest act of the other side on `triggers`
    rungs since the side's last reply, the latest of equals. Triggers of the last `within` days are left out.
    """
    lags, runs_ = [], []
    for acts in exchanges:
        for side in (0, 1):
            answer = between(acts.rung[:, side], replies)
            cause = between(acts.rung[:, 1 - side], triggers)
            reply, before = _strongest_since(acts, answer, cause, acts.rung[:, 1 - side])
            lag, began = acts.day[reply] - acts.day[before], acts.day[before]
            known = (lag <= within) & (began < days - within)
            lags.append(lag[known])
            runs_.append(acts.run[reply][known])
    return quantile_of_whole(np.concatenate(lags), np.concatenate(runs_), units, level)


def between(rung: Ints, ends: tuple[int, int]) -> Flags:
    """Whether a rung is one of these, both ends included."""
    return (rung >= ends[0]) & (rung <= ends[1])


def _strongest_since(acts: Exchange, answer: Flags, cause: Flags, rung: Ints) -> tuple[Ints, Ints]:
    """Rows of replies that have a trigger, and the rows of those triggers."""
    # a reply comes before the acts of its own day: what a side does in a morning answers the days before
    replies, causes = np.flatnonzero(answer), np.flatnonzero(cause)
    next_reply = np.searchsorted(replies, causes, side="right")
    known = next_reply < len(replies)
    causes, next_reply = causes[known], next_reply[known]
    same_run = acts.run[replies[next_reply]] == acts.run[causes]
    causes, next_reply = causes[same_run], next_reply[same_run]
    order = np.lexsort((causes, rung[causes], next_reply))
    causes, next_reply = causes[order], next_reply[order]
    strongest = np.ones(len(causes), bool)
    strongest[:-1] = next_reply[1:] != next_reply[:-1]
    return replies[next_reply[strongest]], causes[strongest]


def followed_by(
    trigger: tuple[Ints, Ints],
    reply: tuple[Ints, Ints],
    units: Units,
    days: int,
    within: int,
    apart_from: tuple[Ints, Ints] | None = None,
    apart: int = 0,
) -> Estimate:
    """Share of triggers that a reply follows within so many days.

    All actors decide from the same morning, so a reply comes on a later day than its trigger. A trigger is left out if
    something that it must stand apart from lies within the `apart` days before it or on its day; and if such a thing
    comes after it but before the reply, or without a reply within the `within` days: that may be what was answered.
    Triggers of the last `within` days are left out.

    Parameters
    ----------
    trigger, reply, apart_from : (run, day) of acts, in order
    """
    run, day = (part[trigger[1] < days - within] for part in trigger)
    start = run.astype(np.int64) * (days + within + 1)
    at, replied = start + day, reply[0].astype(np.int64) * (days + within + 1) + reply[1]
    nearest = np.append(replied, np.iinfo(np.int64).max)[np.searchsorted(replied, at, side="right")]
    hit = nearest <= at + within
    if apart_from is not None:
        others = apart_from[0].astype(np.int64) * (days + within + 1) + apart_from[1]
        since = np.searchsorted(others, np.maximum(at - apart, start))
        until = np.searchsorted(others, np.where(hit, nearest, at + within + 1))
        alone = since == until
        hit, run = hit[alone], run[alone]
    return share(hit, run, units)


def act_rate(run: Ints, day: Ints, per: int, open_: Flags, units: Units) -> Estimate:
    """Acts in `per` days, over the days that count.

    Parameters
    ----------
    run, day : arrays (act,)
    open_ : array of bool (run, day)
        The days that count.
    """
    counted = run[open_[run, day]]
    return ratio(units.sums(counted) * per, units.totals(open_.sum(axis=1)), len(counted))
