"""One run again, to be looked at closely: its events, its story, its choices and its causes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual, usually
from sim.engine.block import Block
from sim.engine.explain import Observer, controls
from sim.engine.model import LockstepModel
from sim.execution.draws import Drawn, as_data, scenario_of
from sim.execution.lookup import DayLike, count_of
from sim.execution.source import Origin, ReplayError, RunSource, find_origin
from sim.given import shown, whole_or_none
from sim.text import WIDTH, did_you_mean
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.program import Program
from sim.theatre.language.names import listing
from sim.theatre.language.scenario import Scenario

from .acts import Act, acts
from .causes import Chain, back_from, link
from .explain import Explanation, explanation
from .lookup import Course, deeds_of, evenings_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.ensemble import Ensemble


@usually
@dataclass(frozen=True)
class Replay:
    """One run of a scenario, simulated again."""

    scenario: Scenario
    seed: int
    run: int
    block: Block
    """What the engine kept of the run."""
    acts: tuple[Act, ...]
    """Its events, by their numbers, with all there is to tell of them."""
    of: Scenario
    """The scenario that the run is of; `scenario` is the same with the numbers that the run has drawn."""
    course: Course = field(repr=False, compare=False)
    """The run, day by day, to be asked what held on a morning."""
    drawn: tuple[Drawn, ...] = ()
    """Numbers that the run has drawn, what stands out furthest first; none where all are as written."""

    @cached_property
    def ensemble(self) -> "Ensemble":
        """The run as an ensemble of one, for figures and tables."""
        import pandas as pd

        from sim.results.ensemble import Ensemble, dataset, event_table, outcome_table  # a story needs no tables
        from sim.results.storage.manifest import provenance

        block, program = self.block, self.program
        return Ensemble(
            scenario=self.scenario,
            seed=self.seed,
            trajectories=dataset(self.scenario, program, block.run, block.values | block.rungs),
            events=event_table(block, program),
            outcomes=outcome_table(program.outcomes, block.run, block.outcome_day),
            failures=pd.DataFrame(block.failures, columns=["run", "day", "what"]),
            info=provenance(),
        )

    @property
    def events(self) -> "pd.DataFrame":
        """One row for each act: run, day, date, actor, action, target, rung, deniable, fatalities, event, cause."""
        return self.ensemble.events

    @property
    def failure(self) -> tuple[int, str] | None:
        """Day on which the run met a value that is not finite, and what it was."""
        return next(((day, what) for _, day, what in self.block.failures), None)

    @property
    def outcomes(self) -> dict[str, int | None]:
        """The first day of each outcome; None where it never held."""
        days = self.block.outcome_day[0].tolist()
        return {name: None if day < 0 else day for name, day in zip(self.program.outcomes, days, strict=True)}

    @property
    def tension(self) -> NDArray[np.floating[Any]]:
        """Tension in the evening of each day."""
        tension: NDArray[np.floating[Any]] = self.block.values["tension"][0]
        return tension

    @cached_property
    def program(self) -> Program:
        """The scenario as the engine runs it."""
        return program_of(self.scenario)

    @property
    def deeds(self) -> tuple[Act, ...]:
        """What actors did: its events without what the scenario itself let happen to variables."""
        return tuple(act for act in self.acts if act.target is not None)

    def text(self, least: int | None = None, width: int = WIDTH, opening: Sequence[str] = ()) -> str:
        """Tell the run as a dated story, in lines of at most `width` letters.

        Parameters
        ----------
        least : int, optional
            The lowest rung told by itself; left out, 4, or lower where that makes no story. Below it are told what
            killed, what was imposed, what brought an outcome about, and what led to something that is told; the rest is
            counted. What repeats is folded into a sentence. 0 tells every act in full.
        opening : sequence of str
            Paragraphs to begin with, such as what kind of history it is.
        """
        from .story import story

        return story(self, least, width, opening)

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "scenario": self.scenario.name,
            "scenario_sha256": self.of.sha256,
            "seed": self.seed,
            "run": self.run,
            **({"drawn": as_data(self.drawn)} if self.drawn else {}),
            "start": self.scenario.start,
            "days": self.scenario.days,
            "outcomes": self.outcomes,
            "failed": None if self.failure is None else dict(zip(("day", "what"), self.failure, strict=True)),
            "events": [asdict(act) for act in self.acts],
        }

    def explain(self, day: DayLike, actor: str) -> Explanation:
        """Explain how an actor came to what it did on a day: what it saw, what was open to it, and the draw.

        Parameters
        ----------
        day : int, date or text such as 2019-12-27
        actor : str
            An actor's id.

        Raises
        ------
        ReplayError
            There is no such day or actor, or the run had failed by then.
        """
        return self._explained([(self.day(day), self._actor(actor))])[0]

    def why(self, event: int) -> Chain:
        """Trace an event back to its root.

        Raises
        ------
        ReplayError
            There is no such event.
        """
        if isinstance(event, bool) or event not in range(len(self.acts)):
            some = f"events 0 to {len(self.acts) - 1}" if self.acts else "no events"
            raise ReplayError(f"no event {event}; run {self.run} has {some}")
        chain = back_from(self.acts, event)
        chosen = [act for act in chain if not act.imposed]
        explained = dict(
            zip(
                (act.event for act in chosen),
                self._explained([(act.decided, act.actor) for act in chosen]),
                strict=True,
            )
        )
        return Chain(
            scenario=self.of,
            course=self.course,
            seed=self.seed,
            run=self.run,
            links=tuple(link(act, explained.get(act.event)) for act in chain),
            led_to=tuple(self.acts[later] for later in self.acts[event].led_to),
        )

    def day(self, day: DayLike) -> int:
        """Count a day from the first, which is 0, whether it is given as a number or by its date.

        Raises
        ------
        ReplayError
            It is no day of the run.
        """
        start, end, days = self.scenario.start, self.scenario.end, self.scenario.days
        number = count_of(start, day)
        if number is None:
            raise ReplayError(f"'{day}' is no day; write a number such as 240, or a date such as {end}")
        if not 0 <= number < days:
            raise ReplayError(f"no day {day}; the run has days 0 to {days - 1}, from {start} to {end}")
        return number

    def _actor(self, actor: str) -> str:
        if actor not in self.program.actors:
            hint = did_you_mean(actor, self.program.actors) or listing("actor", self.program.actors)
            raise ReplayError(f"unknown actor '{actor}'{hint}")
        return actor

    def _explained(self, choices: Iterable[tuple[int, str]]) -> list[Explanation]:
        """Explain choices, given by day and actor, in one pass over the run."""
        wanted = list(choices)
        last = max((day for day, _ in wanted), default=-1)
        failed = self.failure
        if failed is not None and failed[0] < last:
            raise ReplayError(
                f"run {self.run} failed on day {failed[0]} ({failed[1]} was not finite); nobody chooses after that"
            )
        found: dict[tuple[int, str], Explanation] = {}

        def look(model: LockstepModel) -> None:
            for day, actor in wanted:
                if day == model.day:
                    found[day, actor] = explanation(model, actor, self.acts, self.course)

        watched = _model(self.scenario, self.seed, self.run, look)
        while watched.day <= last:
            watched.step()
        watched.close()
        return [replace(found[each], scenario=self.of) for each in wanted]

    def __repr__(self) -> str:
        scenario = self.of
        return (
            f"<Replay of run {self.run} of {scenario.name} {scenario.short_hash}, seed {self.seed}: "
            f"{len(self.acts)} events>"
        )


@usual
def replay(source: RunSource, *, run: int = 0, seed: int | None = None) -> Replay:
    """Simulate one run again and tell it.

    >>> print(replay("first_lesson", run=0).acts[0].story)
    North calls up two brigades for an exercise that was not announced.

    Parameters
    ----------
    source : Scenario, Ensemble, path of a scenario's file or of a result's folder, or name of a shipped scenario
        A result is replayed as it was made, by the scenario and the seed that it keeps.
    run : int
        The run's number; runs count from 0.
    seed : int, optional
        Seed of all dice; left out, the result's or the scenario's.

    Returns
    -------
    Replay

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    sim.StoreError
        The folder is not a result, or cannot be read.
    ReplayError
        There is no such run, or this version no longer gives the history that the result holds.
    """
    return replayed(find_origin(source, seed), run)


def replayed(origin: Origin, run: int) -> Replay:
    """Simulate one run of what has been found.

    Raises
    ------
    ReplayError
        There is no such run, or this version no longer gives the history that the result holds.
    """
    numbers, number = origin.numbers, whole_or_none(run)
    if number is None or number not in numbers:
        known = f"{origin.name} has runs {numbers[0]:,} to {numbers[-1]:,}"
        has = known if origin.runs is not None else "runs are numbered from 0"
        raise ReplayError(f"no run {shown(run)}; {has}")
    run = number
    drawn = origin.drawn_by(run)
    found = _simulated(origin.scenario, origin.seed, run, drawn)
    if origin.runs is not None:  # a result, which says what happened
        origin.verify(found.events, run)
    return found


def _model(
    scenario: Scenario,
    seed: int,
    run: int,
    look: Callable[[LockstepModel], None] | None = None,
    keep: type[np.floating[Any]] | None = None,
) -> LockstepModel:
    model = LockstepModel(scenario, seed=seed, run_numbers=[run], keep=keep)
    if look is not None:
        Observer(model, look)
    return model


def _simulated(of: Scenario, seed: int, run: int, drawn: tuple[Drawn, ...]) -> Replay:
    scenario = scenario_of(of, drawn)
    model, control = _model(scenario, seed, run, keep=np.float32), []
    while model.running:
        model.step()
        control.append(controls(model))
    events, block = model.events[: int(model.n_events[0])], model.block()
    course = Course(scenario, deeds_of(model.program, events), evenings_of(block))
    done = acts(course, model.program, events, control, seed, run)
    told = Replay(scenario, seed, run, block, done, of, course, drawn)
    model.close()
    return told
