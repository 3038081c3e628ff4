"""Playing: turn after turn, every player is asked for its seat's order, and then the days are lived."""

from collections.abc import Callable, Mapping

from .answers.said import has_had_its_say
from .messages.orders import Order, OrderError, order_from
from .players.player import Choice, Player
from .sessions.session import Session
from .sessions.turns import Turn

TRIES = 3
"""How often a player is asked for an order that can be taken; then its seat goes on as it stands."""


def play(
    session: Session,
    players: Mapping[str, Player],
    *,
    turns: int | None = None,
    watch: Callable[[Session, Turn], None] | None = None,
) -> Session:
    """Play a session to its end, or for some turns.

    Parameters
    ----------
    session : Session
    players : mapping from seats to players
        Seats without one go on as they stand: by the rules, unless they have said otherwise.
    turns : int, optional
        How many turns at most.
    watch : callable, optional
        Is called after each turn.

    Raises
    ------
    PlayError
        A player is given for a seat that this table does not have.
    """
    for seat in players:
        session.seat(seat)
    lived = 0
    while not session.over and (turns is None or lived < turns):
        for seat, player in players.items():
            if session.desks[seat].played_by == "orders":
                ask(session, seat, player)
        if session.over:  # a player may be the umpire too
            break
        turn = session.advance()
        lived += 1
        if watch is not None:
            watch(session, turn)
    return session


def ask(session: Session, seat: str, player: Player) -> Order | None:
    """Ask a player for its seat's order, once more if it cannot be taken; return what was taken.

    A seat whose order for this turn is in the ledger is not asked again: so a session that was killed in the middle of
    a turn goes on as it would have gone on.
    """
    if has_had_its_say(session, seat):
        return None
    if (by_standing := getattr(player, "by_standing", None)) is not None:
        try:
            return _taken(session, seat, by_standing(session.desks[seat].standing), session.turn)
        except OrderError as error:
            session.note(seat, {"refused": list(error.reasons)})
            return None
    view, options = session.view(seat), session.options(seat)
    wanted: Choice = player.choose(view, options)
    for attempt in range(TRIES):
        if wanted is None:
            return None
        try:
            return _taken(session, seat, wanted, view.turn)
        except OrderError as error:
            again = getattr(player, "refused", None)
            if again is None or attempt == TRIES - 1:
                session.note(seat, {"refused": list(error.reasons)})
                return None
            wanted = again(error, view, options)
    return None


def _taken(session: Session, seat: str, wanted: Choice, turn: int) -> Order | None:
    """Give a seat's order, if it has one."""
    if wanted is None:
        return None
    order = order_from(seat, wanted)
    session.order(seat, order, turn=turn)
    return order
