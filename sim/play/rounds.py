"""Playing: turn after turn, every player is asked for its seat's order, and then the days are lived."""

from collections.abc import Callable, Mapping

from .orders import Order, OrderError
from .players.player import Choice, Player
from .session import Session
from .turns import Turn

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
    """Ask a player for its seat's order, once more if it cannot be taken; return what was taken."""
    view, options = session.view(seat), session.options(seat)
    wanted: Choice = player.choose(view, options)
    for attempt in range(TRIES):
        if wanted is None:
            return None
        try:
            session.order(seat, wanted, turn=view.turn)
        except OrderError as error:
            again = getattr(player, "refused", None)
            if again is None or attempt == TRIES - 1:
                session.note(seat, {"refused": list(error.reasons)})
                return None
            wanted = again(error, view, options)
        else:
            return wanted if isinstance(wanted, Order) else Order.model_validate(wanted)
    return None
