"""How one thing led to another, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.replays.accepted import FORCE
from sim.text import capital, counted, in_words, on, percent

from .wording import seat_called, share

if TYPE_CHECKING:
    from .chains import Chain, Link
    from .whole import Debrief

_WHOLE = 8
"""Links up to which a chain is told whole."""
_NAMED = 2
"""Outcomes that are named at a link."""
_LAST = 2
"""Links of a longer one that are told at its end."""


def chains_section(found: "Debrief") -> Iterator[str]:
    """The chains that led highest, and at their turns what if somebody had held."""
    if not found.chains:
        yield f"No act on rung {FORCE} or above, by a seat or against one, led to another."
    told: set[int] = set()
    for chain in found.chains:
        if told:
            yield "And besides:"
        yield from _chain(found, chain, told)
        told |= {each.event for each in chain}
    days = {each.held.effect.days for chain in found.chains for each in chain if each.held}
    if days:
        yield (
            "“Had they held”: whoever acted does nothing that day, and all goes on from there. What follows is what "
            f"comes between the two sides within {counted(max(days), 'day')} on the rung that this led to, or above. "
            "What was ordered is put after what its actor then held most against the other side; why it was ordered, "
            "only those who did can say."
        )


def in_short(found: "Debrief") -> Iterator[str]:
    """How many of the acts that made the history climb nobody had ordered, as one of the essentials."""
    if not found.chains:
        return
    chain = found.chains[0]
    many = {how: sum(each.how == how for each in chain) for how in ("order", "unasked")}
    named = {n: "both" if n == len(chain) == 2 else "all" if n == len(chain) else in_words(n) for n in many.values()}
    told = [f"{named[many['order']]} on order"] if many["order"] else []
    told += [f"{named[many['unasked']]} by a seat's own people, without an order"] if many["unasked"] else []
    yield (
        f"The chain that led highest has {in_words(len(chain))} acts, from {on(chain[0].date)} to "
        f"{on(chain[-1].date)}: {' and '.join(told) or 'none by a seat'}."
    )


def _chain(found: "Debrief", chain: "Chain", already: set[int]) -> Iterator[str]:
    """A chain, link by link; of a long one the turns, and how many lie between."""
    shown = set(range(len(chain))) if len(chain) <= _WHOLE else _turns(chain)
    left: list[Link] = []
    for at, each in enumerate(chain):
        if at not in shown:
            left.append(each)
            continue
        if left:
            yield _between(left)
            left = []
        yield f"{'→ ' if at else '· '}{_link(found, each, at == 0, each.event in already)}"


def _turns(chain: "Chain") -> set[int]:
    """The first links, those that went higher than all before or at which holding would have mattered, the last."""
    found, top = {0, 1, *range(len(chain) - _LAST, len(chain))}, -1
    for at, each in enumerate(chain):
        if each.rung > top or (each.held is not None and each.held.mattered):
            found.add(at)
        top = max(top, each.rung)
    return found


def _between(left: list["Link"]) -> str:
    unasked = sum(each.how == "unasked" for each in left)
    told = f", {'all' if unasked == len(left) else in_words(unasked)} unasked" if unasked else ""
    rungs = sorted({each.rung for each in left})
    which = f"rung {rungs[0]}" if len(rungs) == 1 else f"rungs {rungs[0]} to {rungs[-1]}"
    return f"→ {capital(in_words(len(left)))} more on {which}, up to {on(left[-1].date)}{told}."


def _link(found: "Debrief", link: "Link", year: bool, already: bool) -> str:
    what = f"“{found.labels.get(link.act, link.act)}”"
    dead = f", {link.deaths:,} dead" if link.deaths else ""
    head = f"{on(link.date, year)}: {_who(found, link)}: {what} (rung {link.rung}{dead})."
    return f"{head} It led to this as well." if already else f"{head}{_had_held(link, _is_foremost(found, link))}"


def _is_foremost(found: "Debrief", link: "Link") -> bool:
    decisions = [each.decision for each in found.foremost]
    return any((each.day, each.act) == (link.day, link.act) for each in decisions)


def _who(found: "Debrief", link: "Link") -> str:
    """Who did it, and on whose word."""
    actor = seat_called(link.actor, found.labels.get(link.actor, link.actor))
    if link.seat is not None:
        actor = found.called(link.seat)
    said = {
        "order": "on order",
        "unasked": "its own people, unasked",
        "rules": "handed to the rules",
        "umpire": "by the umpire",
        "scenario": "as the scenario has it",
    }
    return f"{actor}, {said[link.how]}" if link.how in said else actor


def _had_held(link: "Link", foremost: bool) -> str:
    """What would have come had the hand done nothing that day; outcomes only of what is not told among decisions."""
    held = link.held
    if held is None:
        return ""
    n = held.effect.futures
    if not held.mattered:
        return f" Had they held that day, nothing that {n:,} futures can show would have been otherwise."
    parts = [
        f"nothing on rung {held.rung} would have followed in {share(n - held.went_on_without, n)} of {n:,} futures, "
        f"against {percent((n - held.went_on) / n)} as it was"
    ]
    if not foremost:
        outcomes = [each for each in held.effect.outcomes if each.sure][:_NAMED]
        parts += [f"“{each.label}” in {percent(each.without)}, not in {percent(each.with_it)}" for each in outcomes]
    return f" Had they held that day, {'; '.join(parts)}."


__all__ = ["chains_section", "in_short"]
