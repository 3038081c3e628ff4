"""What `sim play FILE` answers other programs, and whoever wants no conversation: views, options, orders, days."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.play.seats import PlayError
from sim.text import capital, counted, listed, number, on, spelled

from .console import print_as_it_is

if TYPE_CHECKING:
    from sim.play.messages.orders import OrderError
    from sim.play.players.player import Player
    from sim.play.sessions.entries import Entry
    from sim.play.sessions.session import Session

WIDTH = 80


def order_in(file: str) -> Any:
    """An order as a file has it, or standard input where that is called `-`.

    Raises
    ------
    PlayError
        It cannot be read, or is not JSON.
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlayError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise PlayError(f"{'standard input' if file == '-' else file} is not JSON: {error}") from None


def order_told(session: "Session", seat: str) -> str:
    """What stands of a seat's orders, in words."""
    from sim.play.terminal.pages import orders_page

    return orders_page(session.view(seat), session.scenario.theatre, WIDTH)


def options_told(session: "Session", seat: str) -> str:
    """A seat's options in words."""
    from sim.play.terminal.choices import options_page

    return options_page(session.options(seat), session.scenario.theatre, WIDTH, "all")


def advanced(session: "Session", players: "dict[str, Player]", days: int | None) -> dict[str, Any]:
    """Live a turn; what may be said of it to anybody."""
    from sim.play.terminal.game import advance

    turn = advance(session, players, days)
    return {
        "turn": turn.number,
        "from": turn.date.isoformat(),
        "days": turn.days,
        "cut_short": turn.cut_short,
        "date": session.date.isoformat(),
        "over": session.over,
        "stopped": {
            seat: why for seat in session.seats if not session.over and (why := session.view(seat).stopped) is not None
        },
    }


def advance_told(told: dict[str, Any]) -> str:
    """The same in words."""
    days, next_ = told["days"], date.fromisoformat(told["date"])
    goes_by = {1: "A day goes by", 7: "A week goes by"}.get(days, f"{capital(spelled(days))} days go by")
    now = "The session is over." if told["over"] else f"The next morning is that of {on(next_)}."
    early = [f"The clock stopped early, as {seat} knows: {why}" for seat, why in told["stopped"].items()]
    return "\n".join([f"{goes_by}. {now}", *early])


def refusal_told(session: "Session", error: "OrderError") -> Iterator[str]:
    """Why an order was not taken, in words."""
    from sim.play.answers.hindrances import refusal_in_words

    yield f"The order of {session.seats[error.seat].label} was refused, and nothing of it was taken."
    for reason in error.reasons:
        yield f"- {refusal_in_words(session.scenario.theatre, session.seats[error.seat].acts, reason)}"


def futures_as_data(session: "Session", seat: str) -> dict[str, Any]:
    """What could come of each option, as JSON has it."""
    from sim.text import json_rows

    found = session.futures(seat)
    return {
        "seat": seat,
        "date": found.date.isoformat(),
        "days": found.days,
        "runs": found.runs,
        "labels": found.labels,
        "table": json_rows(found.table),
    }


def futures_told(session: "Session", seat: str) -> str:
    """The same as a table."""
    from sim.play.terminal.choices import futures_page

    return futures_page(session.futures(seat), session.options(seat), session.scenario.theatre, WIDTH)


def print_ledger(session: "Session") -> None:
    """Write what happened at the table, a line each."""
    held: list[Entry] = []
    for entry in session.entries:
        if entry.kind == "back":
            back, held = held[entry.keep :], held[: entry.keep]
            turns = [on(_date(session, each.day)) for each in back if each.kind == "advance"]
            what = f"the turn{'s' if len(turns) > 1 else ''} of {listed(turns)}" if turns else "what was ordered since"
            print_as_it_is(f"{on(_date(session, entry.day))}\t{what} {'were' if len(turns) > 1 else 'was'} taken back")
            continue
        held.append(entry)
        for line in _entry(session, entry):
            print_as_it_is(line)


def _date(session: "Session", day: int) -> date:
    return date.fromisoformat(session.scenario.date_of(day))


def _entry(session: "Session", entry: "Entry") -> Iterator[str]:
    when = on(_date(session, entry.day))
    told = "; ".join(_told(session, entry))
    if told:
        yield f"{when}\t{told}"


def _told(session: "Session", entry: "Entry") -> Iterator[str]:
    """What an entry says, in words."""
    match entry.kind:
        case "order":
            yield from _order_told(session, entry)
        case "advance":
            yield f"{counted(entry.to - entry.day, 'day')} go{'es' if entry.to - entry.day == 1 else ''} by"
        case "inject":
            yield f"the umpire has {session.scenario.theatre.actions[entry.act].label} done on {on(entry.on)}"
        case "tell":
            yield f"the umpire tells {listed([session.seats[seat].label for seat in entry.to])}: {entry.text}"
        case "hand":
            yield f"{entry.seat} is played by {'its player' if entry.to == 'orders' else 'the rules'} from now on"
        case "seat":
            yield f"{entry.seat} is for {listed(list(entry.people)) or 'anybody'} to play"
        case "pause":
            yield "the clock was stopped" if entry.paused else "the clock goes on"
        case "end":
            yield "the session was ended"
        case "note":
            yield f"{entry.seat or 'the table'}: {json.dumps(entry.data, ensure_ascii=False)}"


def _order_told(session: "Session", entry: Any) -> Iterator[str]:
    labels, order = session.scenario.theatre.actions, entry.order
    who = session.seats[entry.seat].label + (f" ({entry.by})" if entry.by else "")
    for deed in order.do:
        yield f"{who} orders: {labels[deed.act].label}" + (f", on {on(deed.on)}" if deed.on else "")
    for deed in order.withdraw:
        yield f"{who} withdraws: {labels[deed.act].label}"
    if order.never is not None:
        yield f"{who} refuses: {listed([labels[act].label for act in dict.fromkeys(order.never)]) or 'nothing'}"
    if order.stance is not None:
        stance = [f"{path} = {number(value)}" for path, value in order.stance.items()]
        yield f"{who} sets: {listed(stance) or 'nothing'}"
    if order.otherwise is not None:
        yield f"{who}, on days without orders: {order.otherwise}"
    if order.why is not None:
        yield f"{who} notes: {order.why}"


def schema_of_message(kind: str) -> dict[str, Any]:
    """The JSON Schema of what passes between a table and a player: a view, an order or options."""
    from sim.play.answers.options import Options
    from sim.play.messages.orders import Message, Order
    from sim.play.messages.view import View

    shapes: dict[str, type[Message]] = {"view": View, "order": Order, "options": Options}
    mode: Literal["validation", "serialization"] = "validation" if kind == "order" else "serialization"
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return head | shapes[kind].model_json_schema(mode=mode)


AS_DATA: dict[str, Callable[["Session", str], Any]] = {
    "view": lambda session, seat: session.view(seat).model_dump(mode="json"),
    "options": lambda session, seat: session.options(seat).model_dump(mode="json"),
    "futures": futures_as_data,
}
"""What is shown, as JSON has it."""
IN_WORDS: dict[str, Callable[["Session", str], str]] = {
    "view": lambda session, seat: session.briefing(seat).rstrip(),
    "options": options_told,
    "futures": futures_told,
}
"""The same for people."""
