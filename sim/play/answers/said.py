"""What a seat has said at the table: its own entries of the ledger, and nobody else's."""

from typing import TYPE_CHECKING

from sim.play.sessions.entries import Advanced, Ordered, Said

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


def said_by(session: "Session", seat: str) -> list[Ordered | Said]:
    """A seat's orders and notes, those apart that were taken back."""
    return [each for each in session.holding if isinstance(each, Ordered | Said) and each.seat == seat]


def said_this_turn(session: "Session", seat: str) -> list[Ordered | Said]:
    """Those that it has given since the last day was lived."""
    lived = max((at for at, each in enumerate(session.holding) if isinstance(each, Advanced)), default=-1)
    since = session.holding[lived + 1 :]
    return [each for each in since if isinstance(each, Ordered | Said) and each.seat == seat]


def has_had_its_say(session: "Session", seat: str) -> bool:
    """Whether a seat has given its order for the turn to come, or was refused for good."""
    return any(
        isinstance(each, Ordered) or (isinstance(each, Said) and "refused" in each.data)
        for each in said_this_turn(session, seat)
    )
