"""Standing in: how a turn is played for seats whose people are late, and how they have their seats back after it."""

from collections.abc import Sequence

from sim.play.sessions.entries import Ordered
from sim.play.sessions.session import Session

CLOCK = "clock"
"""Who has given an order that stands in for a seat whose people are late."""
BACK = "clock, given back"
"""Who has said again what the seat itself had said before."""


def stand_in(session: Session, late: Sequence[str]) -> None:
    """Have seats without people at their desks played as the plan says; what they have ordered stands."""
    otherwise = session.settings.otherwise
    for seat in late:
        desk = session.desks[seat]
        if desk.played_by == "orders" and desk.otherwise != otherwise:
            session.order(seat, {"otherwise": otherwise}, by=CLOCK)


def give_back(session: Session) -> None:
    """Let what seats have said of days without orders hold again, where it was set for a turn without them."""
    if session.over or session.paused:
        return
    for seat, desk in session.desks.items():
        said = [each for each in session.holding if isinstance(each, Ordered) and each.seat == seat]
        said = [each for each in said if each.order.otherwise is not None]
        if desk.played_by == "orders" and said and said[-1].by == CLOCK:
            own = next((each.order.otherwise for each in reversed(said) if each.by not in (CLOCK, BACK)), None)
            if own is not None and own != desk.otherwise:
                session.order(seat, {"otherwise": own}, by=BACK)
