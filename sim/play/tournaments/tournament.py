"""Players against each other: every pairing lives the same runs, on the same dice."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any

from sim.execution.resources import cores
from sim.execution.workers import ATTEMPTS, LostWorkersError
from sim.given import seed_of, whole
from sim.play.players.purse import Caps, Purse
from sim.play.players.registry import Chair, kind_of, player_of
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.session import Session
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario

from .contest import Terms, Typed, contest
from .files import Kept
from .standings import Tournament
from .worker import Worker

_FEW = 8
"""Sessions for which it does not pay to begin another process."""
Progress = Callable[[int, int], None]
"""Called with how many sessions are lived, and of how many."""
Todo = tuple[int, int]
"""A pairing and a run."""


def tournament(
    scenario: Scenario | str | PathLike[str],
    seats: Mapping[str, Sequence[Typed] | Typed],
    *,
    runs: int = 40,
    seed: int | None = None,
    turn: int = 7,
    days: int | None = None,
    settings: Settings | None = None,
    out: str | PathLike[str] | None = None,
    resume: bool = False,
    processes: int | None = None,
    endpoint: Mapping[str, Any] | None = None,
    caps: Caps | None = None,
    progress: Progress | None = None,
) -> Tournament:
    """Have players play each other: every pairing of them, over the same runs.

    >>> found = tournament("first_lesson", {"north": ["rules", "hold"], "south": "rules"}, runs=3, days=30)
    >>> found.pairings
    [{'north': 'rules', 'south': 'rules'}, {'north': 'hold', 'south': 'rules'}]

    Parameters
    ----------
    scenario : Scenario, path or name
    seats : mapping from seats to players
        For each seat a player or several, as they are typed (`rules`, `hold`, `random:0.3`, `llm:MODEL` …) or as Python
        functions of a view and options.
    runs : int
        How many runs each pairing lives.
    seed : int, optional
        Of all dice; left out, the scenario's.
    turn : int
        Days between two rounds of orders.
    days : int, optional
        How many days are lived; left out, all of the scenario's.
    settings : Settings, optional
        How tables are run; `turn` prevails.
    out : path, optional
        A folder in which every session is kept as a file. Left out, they are kept in memory.
    resume : bool
        Whether to go on with the tournament that the folder holds; it may have more runs then.
    processes : int, optional
        How many sessions are lived at a time; left out, one on each core. Python functions and language models play in
        this process, one session after another.
    endpoint : mapping, optional
        How language models are asked: `base_url`, `key_from`, `temperature`, `seed`, `call_seconds`, `answer_tokens`.
    caps : Caps, optional
        What language models may use in all.
    progress : callable, optional
        Is called after each session.

    Returns
    -------
    Tournament
        What came of it: `.table`, `.differences`, `.runs` as pandas, and `.sessions`.

    Raises
    ------
    PlayError
        There is no such seat or player, a player fails, or the folder holds something else.
    sim.ScenarioError
        The scenario's file has faults.
    sim.execution.workers.LostWorkersError
        A process has died over and over on the same session.
    """
    given = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = (settings or Settings()).model_copy(update={"turn": whole(turn, "a turn's days", 1, 366, PlayError)})
    terms = Terms(
        scenario=given,
        source=None if isinstance(scenario, Scenario) else str(scenario),
        seats=tuple(seats),
        seed=given.seed if seed is None else seed_of(seed, PlayError),
        days=given.days if days is None else whole(days, "days", 1, given.days, PlayError),
        settings=settings,
    )
    pairings = _pairings(seats)
    _try_seats(terms, pairings, endpoint or {}, caps)
    whole(runs, "runs", 1, 2**32 - 1, PlayError)
    kept = Kept(None if out is None else Path(out), terms, [_labels(each) for each in pairings], resume)
    rounds = _Rounds(terms, pairings, kept, endpoint or {}, Purse(caps or Caps()))
    todo = [(at, run) for run in range(runs) for at in range(len(pairings)) if (at, run) not in kept.lived]
    done, of = len(pairings) * runs - len(todo), len(pairings) * runs
    for at, lived in rounds.lived(todo, processes):
        kept.add(at, lived)
        done += 1
        if progress is not None:
            progress(done, of)
    return Tournament(terms, [_labels(each) for each in pairings], kept.within(runs), rounds.purse)


def _pairings(seats: Mapping[str, Sequence[Typed] | Typed]) -> list[dict[str, Typed]]:
    """Every pairing, the first player of each seat in the first."""
    if not seats:
        raise PlayError("a tournament needs a seat with at least one player")
    among: dict[str, list[Typed]] = {}
    for seat, given in seats.items():
        players = [given] if isinstance(given, str) or callable(given) else list(given)
        if not players:
            raise PlayError(f"nobody is to play {seat}; name a player, such as rules")
        if twice := next((_label(each) for at, each in enumerate(players) if each in players[:at]), None):
            raise PlayError(f"{twice} is named twice for {seat}")
        among[seat] = players
    return [dict(zip(among, each, strict=True)) for each in product(*among.values())]


def _label(player: Typed) -> str:
    return player if isinstance(player, str) else f"function:{getattr(player, '__name__', type(player).__name__)}"


def _labels(pairing: Mapping[str, Typed]) -> dict[str, str]:
    return {seat: _label(player) for seat, player in pairing.items()}


def _try_seats(
    terms: Terms, pairings: Sequence[Mapping[str, Typed]], endpoint: Mapping[str, Any], caps: Caps | None
) -> None:
    """Seat every player once, so that what cannot play is found before anything is lived."""
    session = Session(terms.scenario, terms.seats, seed=terms.seed, settings=terms.settings, clock=lambda: None)
    for seat in terms.seats:
        for typed in dict.fromkeys(each[seat] for each in pairings):
            if not isinstance(typed, str):
                continue
            if kind_of(typed).where == "table":
                raise PlayError(f"'{typed}' plays at a table, and not in a tournament")
            player_of(typed, Chair(session, seat, endpoint, Purse(caps or Caps())))


@dataclass
class _Rounds:
    """Has sessions lived."""

    terms: Terms
    pairings: Sequence[Mapping[str, Typed]]
    kept: Kept
    endpoint: Mapping[str, Any]
    purse: Purse

    def lived(self, todo: Sequence[Todo], processes: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Live sessions, and yield each with its pairing as it is over."""
        anywhere = [each for each in todo if self._anywhere(each[0])]
        most = cores() if processes is None else whole(processes, "processes", 1, 1024, PlayError)
        n = min(most, -(-len(anywhere) // _FEW))
        if n > 1:
            yield from _Processes(self, n).lived(anywhere)
        else:
            yield from ((at, self.here(at, run)) for at, run in anywhere)
        yield from ((at, self.here(at, run)) for at, run in todo if not self._anywhere(at))

    def _anywhere(self, pairing: int) -> bool:
        players = self.pairings[pairing].values()
        return all(isinstance(each, str) and kind_of(each).where == "anywhere" for each in players)

    def here(self, pairing: int, run: int) -> dict[str, Any]:
        """Live a session in this process."""
        place = self.kept.place(pairing, run)
        return contest(self.terms, self.pairings[pairing], run, place, endpoint=self.endpoint, purse=self.purse)


class _Processes:
    """Several processes that live sessions, each asked by a thread of this one."""

    def __init__(self, rounds: _Rounds, n: int) -> None:
        self._rounds, self._n = rounds, n
        self._terms = rounds.terms.as_data()
        self._mine = threading.local()
        self._workers: list[Worker] = []
        self._ended = False

    def lived(self, todo: Sequence[Todo]) -> Iterator[tuple[int, dict[str, Any]]]:
        with ThreadPoolExecutor(self._n) as threads:
            try:
                begun = {threads.submit(self._contest, *each): each for each in todo}
                for future in as_completed(begun):
                    yield begun[future][0], future.result()
            finally:  # whatever ends it ends the processes first, so that no thread waits for one
                self._ended = True
                threads.shutdown(wait=False, cancel_futures=True)
                for worker in self._workers:
                    worker.end()

    def _contest(self, pairing: int, run: int) -> dict[str, Any]:
        """Have a session lived; a process that dies loses nothing but time."""
        players = {seat: str(typed) for seat, typed in self._rounds.pairings[pairing].items()}
        for attempt in range(ATTEMPTS):
            try:
                return self._worker().contest(players, run, self._rounds.kept.place(pairing, run))
            except BrokenExecutor as error:
                self._mine.worker = None
                if self._ended or attempt == ATTEMPTS - 1:
                    raise LostWorkersError(
                        f"run {run} has lost its process {ATTEMPTS} times; is there memory?"
                    ) from error
        raise AssertionError

    def _worker(self) -> Worker:
        worker: Worker | None = getattr(self._mine, "worker", None)
        if worker is None:
            worker = self._mine.worker = Worker(self._terms)
            self._workers.append(worker)
        return worker
