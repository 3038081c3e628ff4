"""The chain behind an event as text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import capital, checked_width, counted, number, on, paragraph, percent, printable

from .acts import Act
from .facts import facts, name, named
from .lookup import Course

if TYPE_CHECKING:
    from .causes import Chain, Link
    from .explain import Driver, OpenOption

_INDENT = 6
_MOST_DRIVERS, _MOST_ACTS = 4, 8


def chain_story(chain: "Chain", width: int) -> str:
    """Tell what led to an event, back to its root; see `Chain.text`."""
    checked_width(width)
    scenario, first = chain.scenario, chain.links[0].act
    lines = [
        f"Why #{first.event} came about, back to its root",
        f"{scenario.name} {scenario.short_hash} · run {chain.run} · seed {chain.seed}",
    ]
    for place, link in enumerate(chain.links):
        lines += ["", *_link(link, chain.course, width)]
        if place + 1 < len(chain.links):
            lines += [f"{'':{_INDENT}}{line}" for line in _arrow(chain, place, width - _INDENT)]
    lines += ["", *_led_to(chain, width)]
    return printable("\n".join(lines)) + "\n"


_ARROWS = {"because": "because of", "week": "in the week of", "far": "some time after"}


def _arrow(chain: "Chain", place: int, width: int) -> Iterator[str]:
    """How an event hangs together with what weighed most in its decision, and why that is no reason, if it is none."""
    held, cause = chain.bond(place), chain.links[place + 1].act
    yield f"↑ {_ARROWS[held.kind]}"
    if held.doubt:
        told = f"#{cause.event} weighed most of all that had happened, but only weighed in: {held.doubt}."
        yield from paragraph(told, width, 2).splitlines()


def _link(link: "Link", course: Course, width: int) -> Iterator[str]:
    act = link.act
    rung = "" if act.target is None else f" · rung {act.rung}"
    yield f"{f'#{act.event}':<{_INDENT}}{on(act.date)}{rung} · {act.label}"
    for text in (act.story, " ".join(facts(act, course)), _why(link, course)):
        if text:
            yield from paragraph(text, width, _INDENT).splitlines()


def _why(link: "Link", course: Course) -> str:
    """Say how it weighed among its actor's choices, and what tipped it."""
    option = link.option
    if option is None:
        return ""
    target = name(course, option.target, link.act.decided)
    told = f"The chance that day was {percent(option.chance)}: {rate_of(option, target)}."
    if link.driver is not None:
        told += f" What was held most against it: {driven(link.driver)}."
    elif link.why == "own":
        told += " It answered nobody."
    moved = [each for each in strongest(option) if each is not link.driver]
    return f"{told} Drivers: {', '.join(driven(each) for each in moved)}." if moved else told


def rate_of(option: "OpenOption", target: str) -> str:
    """Write a rate as what it is made of, the target called as on that day."""
    parts = f"{number(option.base)} of its own"
    if option.reply is not None:
        parts += f" + {number(option.reply.answer)} in reply to {target}"
    recovered = f", recovered to {percent(option.rested)}" if option.done is not None else ""
    return f"{number(option.rate)} a day = {number(option.drive)} × ({parts}){recovered}"


def strongest(option: "OpenOption") -> "list[Driver]":
    """The drivers that move a rate by a tenth or more, the strongest first."""
    moved = [driver for driver in option.drivers if abs(driver.amount) >= 0.1]
    return sorted(moved, key=lambda driver: -abs(driver.amount))[:_MOST_DRIVERS]


def driven(driver: "Driver") -> str:
    """Tell a driver: what it multiplies the rate by, and what it reads."""
    read = " · ".join(f"{reading.factor} at {number(reading.value, 2)}" for reading in driver.readings)
    return f"× {number(driver.factor, 2)} by {read}"


def _led_to(chain: "Chain", width: int) -> Iterator[str]:
    acts: tuple[Act, ...] = chain.led_to
    if not acts:
        yield f"#{chain.links[0].act.event} weighed most in no later decision."
        return
    yield capital(f"#{chain.links[0].act.event} weighed most in {counted(len(acts), 'later decision')}:")
    for act in sorted(acts, key=lambda act: (-act.rung, act.event))[:_MOST_ACTS]:
        yield from paragraph(f"rung {act.rung}  {named(act)}", width, _INDENT, 8).splitlines()
    if len(acts) > _MOST_ACTS:
        yield f"{'':{_INDENT}}… and {len(acts) - _MOST_ACTS} more"
