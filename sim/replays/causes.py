"""What led to an event: the chain of those that weighed most, back to its root, and what tipped each decision."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sim.text import WIDTH
from sim.theatre.language.scenario import Scenario

from .accepted import Bond, bond
from .acts import Act
from .explain import Driver, Explanation, OpenOption
from .lookup import Course


@dataclass(frozen=True)
class Link:
    """An event, and why it came about."""

    act: Act
    why: str
    """`reply`, `driver` (a grievance among its drivers), `own` (nobody's answer), `imposed` or `scenario`."""
    option: OpenOption | None
    """How it weighed among its actor's choices; None for what was imposed."""
    driver: Driver | None
    """The grievance that weighed most, where one did."""


@dataclass(frozen=True)
class Chain:
    """An event and what led to it, back to the event that answered nothing."""

    scenario: Scenario
    course: Course = field(repr=False, compare=False)
    seed: int
    run: int
    links: tuple[Link, ...]
    """The event first, its root last."""
    led_to: tuple[Act, ...]
    """Events in whose decisions this one weighed most."""

    def bond(self, place: int) -> Bond:
        """How the event at a place hangs together with the next, which weighed most in its decision."""
        return bond(self.scenario.theatre, self.links[place].act, self.links[place + 1].act)

    @property
    def root(self) -> Act:
        """Where the chain begins."""
        return self.links[-1].act

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return {"scenario": self.scenario.name, "scenario_sha256": self.scenario.sha256} | {
            "seed": self.seed,
            "run": self.run,
            "links": [asdict(link) for link in self.links],
            "led_to": [asdict(act) for act in self.led_to],
        }

    def text(self, width: int = WIDTH) -> str:
        """Tell it from the event back to its root, in lines of at most `width` letters."""
        from .causes_text import chain_story

        return chain_story(self, width)


def back_from(told: Sequence[Act], event: int) -> list[Act]:
    """The event, its cause, the cause of that, and so on."""
    found = [told[event]]
    while (cause := found[-1].cause) is not None:
        found.append(told[cause])
    return found


def link(act: Act, explained: Explanation | None) -> Link:
    """Say why an event came about, by the explanation of its actor's choice that day."""
    if explained is None or act.imposed:
        return Link(act, "imposed" if act.target is not None else "scenario", None, None)
    option = explained.option(act.action)
    if option.reply is not None and option.reply.answer > option.base:
        return Link(act, "reply", option, None)
    driver = heaviest_grievance(option)
    return Link(act, "own" if driver is None or act.cause is None else "driver", option, driver)


def heaviest_grievance(option: OpenOption) -> Driver | None:
    """The driver that reads a provocation or blood and adds most to the exponent; the first of equals (ODD 7.4)."""
    grievances = [driver for driver in option.drivers if driver.amount > 0 and _reads_a_grievance(driver)]
    return max(grievances, key=lambda driver: driver.amount, default=None)


def _reads_a_grievance(driver: Driver) -> bool:
    return any(reading.factor.startswith(("provocation(", "blood(")) for reading in driver.readings)
