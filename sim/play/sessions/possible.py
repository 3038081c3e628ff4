"""Whether an entry of a ledger can be: a file may hold what nobody could have done at the table."""

from typing import TYPE_CHECKING

from .desk import inject_fault
from .entries import Advanced, Announced, Ended, Entry, Handed, Injected, Ordered, Paused, Said, Seated, TakenBack

if TYPE_CHECKING:
    from .session import Session


def impossible(session: "Session", entry: Entry) -> str | None:
    """Why an entry cannot come next in a session; None if it can."""
    if entry.day != session.day:
        return f"it is of day {entry.day}, and this is day {session.day}"
    unknown = [seat for seat in _seats(entry) if seat not in session.seats]
    if unknown:
        return f"nobody plays '{unknown[0]}' here"
    if session.over and isinstance(entry, Advanced | Injected | Handed | Ended):
        return "the session is over"
    match entry:
        case Ordered():
            closed = session.closed(entry.seat, entry.by)
            return closed or "; ".join(session.desks[entry.seat].faults(entry.order, session)) or None
        case Advanced():
            return "the clock is stopped" if session.paused else None
        case Injected():
            return inject_fault(entry.act, entry.on, session)
        case TakenBack():
            last = max((at for at, each in enumerate(session.holding) if isinstance(each, Advanced)), default=-1)
            return None if entry.keep <= last else "it takes no turn back"
        case _:
            return None


def _seats(entry: Entry) -> tuple[str, ...]:
    """The seats that an entry names."""
    match entry:
        case Ordered() | Handed() | Seated():
            return (entry.seat,)
        case Announced():
            return (*entry.to, *entry.late)
        case Said():
            return () if entry.seat is None else (entry.seat,)
        case Paused() | _:
            return ()
