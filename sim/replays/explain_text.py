"""An explanation as text: what an actor saw, where the draw fell, what was open and what was not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sim.text import capital, checked_width, number, on, paragraph, percent, printable

from .causes_text import driven
from .facts import name, named

if TYPE_CHECKING:
    from .explain import Closed, Driver, Explanation, Grievance, OpenOption, Reply

_INDENT = 4
_NAME = 26
"""Width of the column of those who are held something against."""


def sheet(told: "Explanation", width: int) -> str:
    """Tell how an actor came to what it did; see `Explanation.text`."""
    checked_width(width)
    lines = [
        capital(f"{name(told.course, told.actor, told.day)} on {on(told.date)}, day {told.day}"),
        f"{told.scenario.name} {told.scenario.short_hash} · run {told.run} · seed {told.seed}",
    ]
    others = [each for each in told.others if each.options or each.did is not None]
    hands = [each for each in (told, *others) if not each.accident]
    saw = list(_saw(told, width))
    alone = len(hands) == 1
    sections = [] if alone else [saw]
    for each in hands:
        which = [] if alone and each.hand == each.actor else list(_hand(each))
        came = paragraph(" ".join(_what_came_of_it(each)), width).splitlines()
        sections += [which + came, saw if alone else [], list(_open(each, width)), list(_not_open(each, width))]
    for section in [*sections, list(_by_mistake(told, width))]:
        lines += ["", *section] if section else []
    return printable("\n".join(lines)) + "\n"


def _hand(told: "Explanation") -> Iterator[str]:
    """Which hand is told, where the actor has several."""
    _, _, own = told.hand.partition("/")
    yield f"ITS {own.replace('_', ' ').upper()}" if own else "WHAT ELSE IT DOES"


def _what_came_of_it(told: "Explanation") -> Iterator[str]:
    """The draw, where it fell, and what the actor did."""
    draw, did = told.draw, told.did
    what = f"{did.label} ({did.action}, #{did.event})" if did is not None else "hold"
    if draw is None:
        if told.imposed == "history":
            yield f"History is imposed on this day and nobody decides; what the record has it do is {what}."
        elif told.imposed == "script":
            yield f"It has nothing to choose from, and the script has it do {what}."
        else:
            yield "It has nothing to choose from."
        return
    if told.failed is not None:
        yield f"The run failed on this day: {told.failed} was not finite."
        return
    yield f"The draw was {draw.at:.6f}. It holds from {1.0 - draw.hold:.6f} on, a chance of {percent(draw.hold)}."
    if draw.drawn is None:
        yield "So it held."
    else:
        drawn = told.option(draw.drawn)
        yield f"From {drawn.low:.6f} to {drawn.high:.6f} it is {drawn.label} ({drawn.action})"
        yield f"with a chance of {percent(drawn.chance)}; that was drawn."
    if told.due is not None:
        due = told.date + timedelta(days=told.due - told.day)
        yield f"It was ordered, to be done on {on(due)} unless it is called off."
    if told.imposed == "veto":
        yield "The scenario forbids it, so the actor held."
    if did is not None and did.ordered is not None:
        yield f"What it did that day is {what}, ordered on {on(told.date - timedelta(days=did.day - did.ordered))}."
    if told.imposed == "script":
        yield f"But the script has it do {what}, whatever is drawn."


def _saw(told: "Explanation", width: int) -> Iterator[str]:
    """What it held against others, and the acts behind that."""
    if not told.saw:
        return
    yield "WHAT IT HELD AGAINST OTHERS THAT MORNING"
    yield f"{'':{_NAME}}provocation    open  suspected  believed   blood"
    for grievance in sorted(told.saw, key=lambda each: -each.provocation):
        yield from _grievance(told, grievance, width)


def _grievance(told: "Explanation", held: "Grievance", width: int) -> Iterator[str]:
    who = capital(name(told.course, held.by, told.day))[: _NAME - 1]
    figures = (
        f"{held.provocation:11.3f}{held.believed:8.2f}{held.suspected:11.2f}"
        f"{percent(held.suspicion):>10}{held.blood:8.3f}"
    )
    yield f"{who:{_NAME}}{figures}"
    if held.leading is not None:
        what = f"strongest, like rung {number(held.provoking_rung, 2)} by now: {named(held.leading)}"
        yield from paragraph(what, width, _INDENT, 2).splitlines()
    for what in _settled(held):
        yield from paragraph(what, width, _INDENT, 2).splitlines()


def _settled(held: "Grievance") -> Iterator[str]:
    """What replies have set aside of it, and how far they were defied."""
    if held.probation_ends is not None:
        aside = f"{number(held.set_aside)} open, {number(held.set_aside_suspected)} suspected"
        yield f"set aside by its reply, to come back if that is defied by {on(held.probation_ends)}: {aside}"
    if held.defiance:
        sought = f", which adds {held.firmness * held.defiance:+.2g} to the rung it seeks" if held.firmness else ""
        yield f"its replies were defied: {number(held.defiance, 2)}{sought}"


def _open(told: "Explanation", width: int) -> Iterator[str]:
    """What it might have done, the likeliest first."""
    if not told.options:
        return
    yield "WHAT WAS OPEN, THE LIKELIEST FIRST: odds a day = drivers × (base + reply)"
    wide = max(len(option.action) for option in told.options)
    for option in sorted(told.options, key=lambda each: -each.chance):
        mark = "►" if told.draw is not None and option.action == told.draw.drawn else " "
        span = f"{option.low:.6f} to {option.high:.6f}"
        yield f"{mark} {option.action:<{wide}}  rung {option.rung}  {percent(option.chance):>7}  {span}"
        yield from _weighed(told, option, width)


def _by_mistake(told: "Explanation", width: int) -> Iterator[str]:
    """What nobody chooses, with its chance that day."""
    found = [(each, option) for each in (told, *told.others) if each.accident for option in each.options]
    if not found:
        return
    yield "WHAT COULD HAVE HAPPENED BY MISTAKE, WHOEVER CHOSE WHAT"
    wide = max(len(option.action) for _, option in found)
    for each, option in found:
        mark = "►" if each.did is not None else " "
        fell = "" if each.draw is None else f"  the draw was {each.draw.at:.6f}"
        yield f"{mark} {option.action:<{wide}}  rung {option.rung}  {percent(option.chance):>7}{fell}"
        yield from _weighed(told, option, width)


def _weighed(told: "Explanation", option: "OpenOption", width: int) -> Iterator[str]:
    """How an action weighed: its rate, its reply, and its drivers."""
    reply = option.reply
    both = f"{number(option.base)} + {number(reply.answer)}" if reply is not None else number(option.base)
    veto = "  (forbidden: if drawn, it holds)" if option.vetoed else ""
    rested = f" × {number(option.rested)}" if option.done is not None else ""
    yield f"{'':{_INDENT}}{number(option.rate)} = {number(option.drive)} × ({both}){rested}{veto}"
    if option.done is not None:
        yield f"{'':{_INDENT}}has recovered to {percent(option.rested)} since it was done on {on(option.done)}"
    if reply is not None:
        yield from paragraph(_reply(told, reply, option.rung), width, _INDENT, 2).splitlines()
    moved, still = _sorted_drivers(option)
    if moved:
        yield from paragraph(f"drivers: {', '.join(driven(each) for each in moved)}", width, _INDENT, 2).splitlines()
    if still:
        yield from paragraph(f"without pull: {', '.join(each.term for each in still)}", width, _INDENT, 2).splitlines()


def _reply(told: "Explanation", reply: "Reply", rung: int) -> str:
    who = name(told.course, reply.target, told.day)
    sought = f"{number(reply.provoking_rung, 2)} {reply.overshoot:+.2g} overshoot"
    if reply.redline:
        sought += f" {reply.redline * reply.blood:+.2g} for blood"
    if reply.firmness * reply.defiance:
        sought += f" {reply.firmness * reply.defiance:+.2g} for defiance"
    return (
        f"reply to {who}: {number(reply.rate)} × provocation {number(reply.provocation)} × share "
        f"{percent(reply.share)} (fit {number(reply.fit, 2)} of rung {rung} to rung {number(reply.sought, 2)} sought = "
        f"{sought}; preference {number(reply.preference, 2)}{_moved(reply)}){_lost(reply)}"
    )


def _moved(reply: "Reply") -> str:
    """What a reply loses that is made elsewhere, or otherwise, than what it answers."""
    place = f"; × {number(reply.elsewhere, 2)} at another place" if reply.elsewhere != 1.0 else ""
    return place + (f"; × {number(reply.otherwise, 2)} by another instrument" if reply.otherwise != 1.0 else "")


def _lost(reply: "Reply") -> str:
    """What of the reply rate goes to no reply that may be chosen."""
    shares = {"to not answering": reply.silent, "to replies on cooldown": reply.waiting}
    lost = [f"{percent(share)} {where}" for where, share in shares.items() if share > 0.0]
    return f"; {' and '.join(lost)}" if lost else ""


def _sorted_drivers(option: "OpenOption") -> "tuple[list[Driver], list[Driver]]":
    """Those that pull, the strongest first, and those that read 0."""
    moved = sorted((each for each in option.drivers if each.amount), key=lambda each: -abs(each.amount))
    return moved, [each for each in option.drivers if not each.amount]


def _not_open(told: "Explanation", width: int) -> Iterator[str]:
    """What it could not do, and why."""
    if not told.closed:
        return
    yield "WHAT WAS NOT OPEN"
    for closed in told.closed:
        yield from _closed(closed, width)


def _closed(closed: "Closed", width: int) -> Iterator[str]:
    yield f"  {closed.action}  rung {closed.rung}"
    for reason in closed.reasons:
        yield from paragraph(reason.text, width, _INDENT, 2).splitlines()
