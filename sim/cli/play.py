"""The verb `play`: a session begun, gone on with, asked by other programs, or written as a scenario."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import complete
from .console import WRONG_USAGE, Json, answering, console, notes, print_as_it_is, print_json
from .stories import SeedOption

if TYPE_CHECKING:
    from sim.play.players.player import Player
    from sim.play.sessions.entries import Settings
    from sim.play.sessions.session import Session
    from sim.theatre.language.schema import Theatre

HUMAN = "human"
_NEVER = "never"


def _rung(text: str | None) -> str | None:
    if text is not None and text != _NEVER and not (text.isdecimal() and int(text) <= 9):
        raise typer.BadParameter(f"a rung from 0 to 9, or {_NEVER}; found '{text}'")
    return text


@answering
def play(
    source: Annotated[
        str,
        typer.Argument(help="A scenario by file or name, or a session's file.", autocompletion=complete.played),
    ],
    people: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="SEAT",
            help="Whom you play: an actor's id, or one of its hands as us/soldiers.",
            autocompletion=complete.actors,
        ),
    ] = None,
    seats: Annotated[
        list[str] | None,
        typer.Option(
            "--seat",
            metavar="SEAT=PLAYER",
            help="Who else plays, such as us=hold or us=random:0.3; the rest is left to the rules.",
        ),
    ] = None,
    seed: SeedOption = None,
    run: Annotated[int | None, typer.Option(min=0, help="Which run of the scenario is lived. [default: 0]")] = None,
    turn: Annotated[
        int | None, typer.Option(min=1, max=366, help="Days between two rounds of orders. [default: 7]")
    ] = None,
    stop_rung: Annotated[
        str | None,
        typer.Option(
            metavar="RUNG",
            callback=_rung,
            help="Stop the clock when you learn of an act against you on this rung or above, or never. [default: 6]",
        ),
    ] = None,
    futures: Annotated[
        bool | None, typer.Option("--futures/--no-futures", help="Let players ask what could come. [default: futures]")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Keep the session in this file. [default: a new one here]")] = None,
    order: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="SEAT FILE", help="Give a seat's order, written as JSON; - reads standard input."),
    ] = None,
    advance: Annotated[bool, typer.Option("--advance", help="Live a turn.")] = False,
    days: Annotated[int | None, typer.Option(min=1, max=366, help="Live so many days, with --advance.")] = None,
    view: Annotated[str | None, typer.Option(metavar="SEAT", help="Show what a seat knows.")] = None,
    options: Annotated[str | None, typer.Option(metavar="SEAT", help="Show what a seat may do.")] = None,
    ask_futures: Annotated[
        str | None, typer.Option("--futures-of", metavar="SEAT", help="Show what could come of a seat's options.")
    ] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="Show what happened at the table.")] = False,
    export: Annotated[
        Path | None, typer.Option(help="Write the session as a scenario, for run, replay, why and branch.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Let that scenario keep all its days.")] = False,
    as_json: Json = False,
) -> None:
    """Play a crisis: sit in an actor's seat, read its briefing, give orders, and live what comes of them."""
    asked = {"order": order, "advance": advance, "view": view, "options": options, "futures": ask_futures}
    wanted = {name: value for name, value in asked.items() if value}
    if days is not None and not advance:
        raise typer.BadParameter("--days says for how long to --advance; give both, or type `go 14` while you play")
    if whole and export is None:
        raise typer.BadParameter("--whole is about the scenario that --export writes; give both")
    if as_json and not wanted and not ledger:
        raise typer.BadParameter("--json answers --view, --options, --futures-of, --order, --advance and --ledger")
    only_at_first = {"--as": people, "--seat": seats, "--seed": seed, "--run": run, "--turn": turn,
                     "--stop-rung": stop_rung, "--futures": futures, "--file": file}  # fmt: skip
    with _table(source, only_at_first) as (session, kept):
        if ledger:
            _print_ledger(session, as_json)
        elif export is not None:
            _export(session, export, whole)
        elif wanted:
            _answer(session, wanted, days, as_json)
        else:
            _converse(session, kept)


@contextmanager
def _table(source: str, options: dict[str, Any]) -> "Iterator[tuple[Session, str]]":
    """Begin a session, or open one; let go of its file in the end."""
    if is_session(source):
        given = [name for name, value in options.items() if value is not None]
        if given:
            raise typer.BadParameter(f"{source} was begun already; {given[0]} is settled when a session begins")
        from .progress import announced_compilation

        announced_compilation()
        from sim.play.sessions.session import Session

        session, kept = Session.open(source), source
    else:
        session, kept = _begun(source, options)
    try:
        yield session, kept
    finally:
        session.close()


def is_session(source: str) -> bool:
    """Whether a file is that of a session: its first line is data with a checksum before it."""
    try:
        with Path(source).open("rb") as file:
            begun = file.read(9)
    except OSError:
        return False
    return len(begun) == 9 and begun.endswith(b" ") and all(sign in b"0123456789abcdef" for sign in begun[:8])


def _begun(source: str, options: dict[str, Any]) -> "tuple[Session, str]":
    """Begin a session in a file of its own."""
    from sim.theatre.files.load import load

    scenario = load(source)
    theatre = scenario.theatre
    players = {_seat(typed, theatre): HUMAN for typed in options["--as"] or []}
    for text in options["--seat"] or []:
        seat, equals, player = text.partition("=")
        if not equals or not player:
            raise typer.BadParameter(f"--seat says who plays a seat, as us=hold; found '{text}'")
        seat = _seat(seat, theatre)
        if seat in players:
            raise typer.BadParameter(f"two players sit in {seat}; give each seat one")
        players[seat] = player
    from .progress import announced_compilation

    announced_compilation()
    from sim.play.players.registry import kind_of
    from sim.play.seats import PlayError
    from sim.play.sessions.session import Session

    if not players:
        known = [_named(name, entry.label) for name, entry in theatre.deciders.items()]
        first = next(iter(theatre.deciders))
        raise PlayError(f"say whom you play, as in `sim play {source} --as {first}`; there are {', '.join(known)}")
    for typed in set(players.values()) - {HUMAN}:
        kind_of(typed)
    path = options["--file"] or _new_name(scenario.name, list(players))
    session = Session(
        source, list(players), seed=options["--seed"], run=options["--run"] or 0, settings=_settings(options), path=path
    )
    session.note(None, {"players": players})
    try:
        _others(session)
    except PlayError:
        path.unlink()
        raise
    notes.print(f"The session is kept in {path}; leave whenever you like, and go on with: sim play {path}")
    return session, str(path)


def _seat(typed: str, theatre: "Theatre") -> str:
    """The seat that is meant by an actor's id or its name, with the hand that may follow it."""
    from sim.text import called

    wanted, slash, hand = typed.partition("/")
    names = {
        name: {entry.label.lower(), called(entry.label).lower(), called(entry.label).lower().removeprefix("the ")}
        for name, entry in theatre.deciders.items()
    }
    meant = wanted if wanted in names else next((id_ for id_ in names if wanted.strip().lower() in names[id_]), wanted)
    return f"{meant}{slash}{hand}"


def _named(name: str, label: str) -> str:
    """An actor's id, with its name where that says more."""
    return name if label.lower().replace(" ", "_") == name else f"{name} ({label.partition(' (')[0]})"


def _settings(options: dict[str, Any]) -> "Settings":
    from sim.play.sessions.entries import Settings

    rung = options["--stop-rung"]
    given: dict[str, Any] = {}
    if options["--turn"] is not None:
        given["turn"] = options["--turn"]
    if rung is not None:
        given["stop_rung"] = None if rung == _NEVER else int(rung)
    if options["--futures"] is not None:
        given["futures"] = options["--futures"]
    return Settings(**given)


def _new_name(scenario: str, seats: list[str]) -> Path:
    """A name that no file here bears."""
    stem = "_".join([scenario, *(seat.replace("/", "-") for seat in seats)])[:100]
    tries = (Path(f"{stem}{'' if number == 1 else f'_{number}'}.session") for number in range(1, 10_000))
    return next(path for path in tries if not path.exists())


def players_of(session: "Session") -> dict[str, str]:
    """Who sits where, as it was settled when the session began; seats of others are for people to play."""
    from sim.play.sessions.entries import Said

    said = (entry.data for entry in session.entries if isinstance(entry, Said) and entry.seat is None)
    found: dict[str, str] = next((data["players"] for data in said if "players" in data), {})
    return {seat: found.get(seat, HUMAN) for seat in session.seats}


def _others(session: "Session") -> "dict[str, Player]":
    """The players that are no people at this terminal."""
    from sim.play.players.registry import Chair, player_of

    chosen = {seat: typed for seat, typed in players_of(session).items() if typed != HUMAN}
    return {seat: player_of(typed, Chair(session, seat)) for seat, typed in chosen.items()}


def _converse(session: "Session", kept: str) -> None:
    """Play at this terminal."""
    from sim.play.terminal.game import Game

    from .terminal import Terminal

    people = [seat for seat, player in players_of(session).items() if player == HUMAN]
    game = Game(session, people, _others(session), Terminal(), kept)
    if session.over:
        game.tell_the_end()
    else:
        game.play()


def _answer(session: "Session", wanted: dict[str, Any], days: int | None, as_json: bool) -> None:
    """Take an order, live a turn, show what is asked for, in this order."""
    from sim.play.messages.orders import OrderError

    from . import play_answers as answers

    found: dict[str, Any] = {}
    told: list[str] = []
    try:
        if "order" in wanted:
            seat, file = wanted["order"]
            found["order"] = session.order(seat, answers.order_in(file)).model_dump(mode="json")
            told.append(answers.order_told(session, seat))
    except OrderError as error:
        if as_json:
            print_json({"refused": list(error.reasons)})
        for text in answers.refusal_told(session, error):
            notes.print(text, highlight=False)
        raise typer.Exit(WRONG_USAGE) from None
    if "advance" in wanted:
        found["advance"] = answers.advanced(session, _others(session), days)
        told.append(answers.advance_told(found["advance"]))
    if as_json:
        found |= {name: answers.AS_DATA[name](session, wanted[name]) for name in answers.AS_DATA if name in wanted}
        print_json(next(iter(found.values())) if len(found) == 1 else found)
        return
    told += [answers.IN_WORDS[name](session, wanted[name]) for name in answers.IN_WORDS if name in wanted]
    for text in told:
        for line in text.splitlines():
            print_as_it_is(line)


def _print_ledger(session: "Session", as_json: bool) -> None:
    from . import play_answers as answers

    if as_json:
        print_json([entry.model_dump(mode="json") for entry in session.entries])
    else:
        answers.print_ledger(session)


def _export(session: "Session", path: Path, whole: bool) -> None:
    """Write the session as a scenario, and say what can be done with it."""
    from sim.play.sessions.export import export

    made = export(session, path, whole)
    run = f"--run {session.run}"
    console.print(f"{made} is the session as a scenario. Its run {session.run} is what was lived:", highlight=False)
    for line in (
        f"sim replay {made} {run}",
        f"sim why {made} {session.source} {run} --seed {session.seed}",
        f"sim compare {session.source} {made} --seed {session.seed}",
    ):
        console.print(f"  {line}", highlight=False, soft_wrap=True)
