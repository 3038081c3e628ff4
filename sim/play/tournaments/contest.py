"""One session of a tournament: lived by its players, and measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.play.debrief.measures import scale_of
from sim.play.players.given import PlayerFailedError, failure, guarded
from sim.play.players.player import Player
from sim.play.players.purse import Purse
from sim.play.players.registry import Chair, player_of
from sim.play.rounds import ask
from sim.play.seats import PlayError
from sim.play.sessions.entries import Said, Settings
from sim.play.sessions.ledger import new_file
from sim.play.sessions.session import Session
from sim.text import on
from sim.theatre.language.scenario import Scenario

FORCE = 4
"""The rung from which on an act is an act of force."""
_REASON = 300
"""Letters of the reason for which an order was refused."""

Typed = str | Callable[..., Any]
"""A player as a user types it, or a Python function."""


@dataclass(frozen=True)
class Terms:
    """What all sessions of a tournament have in common."""

    scenario: Scenario
    source: str | None
    seats: tuple[str, ...]
    seed: int
    days: int
    """How many are lived at most."""
    settings: Settings

    def as_data(self) -> dict[str, Any]:
        """The same for another process."""
        return {
            "scenario": self.scenario.model_dump(mode="json", by_alias=True),
            "source": self.source,
            "seats": list(self.seats),
            "seed": self.seed,
            "days": self.days,
            "settings": self.settings.model_dump(mode="json"),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Terms":
        """Read what another process has sent."""
        scenario, settings = Scenario.model_validate(data["scenario"]), Settings.model_validate(data["settings"])
        return cls(scenario, data["source"], tuple(data["seats"]), data["seed"], data["days"], settings)


def contest(
    terms: Terms,
    players: Mapping[str, Typed],
    run: int,
    path: Path | None = None,
    *,
    endpoint: Mapping[str, Any] | None = None,
    purse: Purse | None = None,
) -> dict[str, Any]:
    """Live one session, or go on with it, and measure it.

    Raises
    ------
    PlayError
        A player cannot play.
    """
    session = _session(terms, run, path)
    try:
        chairs = {seat: Chair(session, seat, endpoint or {}, purse) for seat in players}
        _live(terms, session, {seat: _seated(typed, chairs[seat]) for seat, typed in players.items()})
        return measured(session) | ({} if path else {"entries": [_plain(each) for each in session.entries]})
    finally:
        session.close()


def _session(terms: Terms, run: int, path: Path | None) -> Session:
    """Begin a session, or go on with the one that the file holds."""
    session = Session(
        terms.scenario, terms.seats, seed=terms.seed, run=run, settings=terms.settings, clock=lambda: None
    )
    session.source = terms.source
    if path is None:
        return session
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        session.file = new_file(path, session)
    except PlayError:
        if not path.is_file():
            raise
        return Session.open(path, clock=lambda: None)
    return session


def _seated(typed: Typed, chair: Chair) -> Player:
    return player_of(typed, chair) if isinstance(typed, str) else guarded(typed)


def _live(terms: Terms, session: Session, players: Mapping[str, Player]) -> None:
    while not session.over and session.day < terms.days:
        for seat, player in players.items():
            try:
                ask(session, seat, player)
            except PlayerFailedError as error:
                raise PlayError(f"{_where(session, seat)}: {error}") from error
            except (PlayError, OSError):
                raise
            except Exception as error:  # whatever a player raises that others have registered
                raise PlayError(f"{_where(session, seat)}: {failure(error)}") from error
        session.advance(min(terms.settings.turn, terms.days - session.day))
    if not session.over and session.day >= terms.days:
        session.end()


def _where(session: Session, seat: str) -> str:
    return f"run {session.run}, {session.date}, seat {seat}"


def measured(session: Session) -> dict[str, Any]:
    """What came of a session, as data."""
    world, program = session.world, session.world.program
    events = world.model.events[: int(world.model.n_events[0])]
    days = {
        name: None if day < 0 else int(day)
        for name, day in zip(program.outcomes, world.model.world.outcome_day[:, 0].tolist(), strict=True)
    }
    trajectories = world.model.trajectories
    assert trajectories is not None
    rungs = trajectories.rung[: session.day, -1, 0]
    return {
        "run": session.run,
        "days": session.day,
        "failed": world.failed,
        "outcomes": days,
        "highest_rung": int(rungs.max()) if len(rungs) else 0,
        "deaths": int(events["deaths"].sum()),
        "force": {name: _force(session, name, events) for name in session.seats},
        "score": {name: score(session, name, days) for name in session.seats},
        "refused": {name: len(_refused(session, name)) for name in session.seats},
        "why_refused": {name: next(iter(_refused(session, name)), None) for name in session.seats},
    }


def _plain(entry: Any) -> dict[str, Any]:
    return entry.model_dump(mode="json")  # type: ignore[no-any-return]


def _force(session: Session, seat: str, events: NDArray[Any]) -> int:
    """How many acts of force are the seat's own."""
    actions = session.world.program.actions
    mine = [at for at, name in enumerate(actions) if name in session.seats[seat].acts]
    return int((np.isin(events["action"], mine) & (events["rung"] >= FORCE)).sum())


def _refused(session: Session, seat: str) -> list[str]:
    """The turns in which no order of the seat's could be taken: their dates, and the first reason of each."""
    found = []
    for each in session.holding:
        if isinstance(each, Said) and each.seat == seat:
            reasons = each.data.get("refused", each.data.get("llm", {}).get("gave_up"))
            if reasons is not None:
                day = session.world.program.start + timedelta(days=each.day)
                found.append(f"{on(day)}: {reasons[0][:_REASON]}" if reasons else on(day))
    return found


def score(session: Session, seat: str, outcomes: Mapping[str, int | None]) -> float | None:
    """By the goals of the seat's actor: weights on outcomes that came about and on means of variables, 0 to 1.

    Returns
    -------
    The score; None where the theatre names no goals.
    """
    theatre = session.scenario.theatre
    goals = theatre.deciders[session.seats[seat].actor].goals
    if not goals:
        return None
    found = 0.0
    for name, weight in goals.items():
        if name in theatre.outcomes:
            found += weight * (outcomes[name] is not None)
        elif session.day:
            at = session.world.program.variables.index(name)
            found += weight * float(on_scale(session, name, session.world.past.values[:, at]).mean())
    return found


def on_scale(session: Session, name: str, values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Values of a variable on its scale from 0 to 1."""
    low, high = scale_of(session.scenario.theatre.variables[name])
    return np.clip((values.astype(np.float64) - low) / (high - low), 0.0, 1.0)
