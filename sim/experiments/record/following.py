"""A scenario's runs made to follow a record, day by day."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.engine.model import LockstepModel
from sim.engine.particles import Particles
from sim.execution.records import RecordError, record_of
from sim.given import shown
from sim.text import date_from
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import CompiledRecord, compile_record
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario, as_script, as_series


class Followed:
    """A scenario beside the record that its runs are to follow.

    Parameters
    ----------
    scenario : Scenario
        Its own script is left out: the record tells what happened.
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, the shipped one.
    to : date, optional
        The last day to follow, where that is earlier than the end of both.

    Raises
    ------
    RecordError
        Nothing is recorded of the scenario's days, or the record does not fit its theatre.
    """

    def __init__(
        self, scenario: Scenario, record: HistoryFile | Named | None = None, to: date | str | None = None
    ) -> None:
        self.question, self.record = scenario, record_of(scenario, record)
        if to is not None:
            self.record = self.record.model_copy(update={"until": min(_last(to), self.record.last)})
        last = min(self.record.last, scenario.end)
        try:
            told = as_script(self.record, scenario.theatre, scenario.start, last)
            outside = {name: entry for name, entry in told.items() if entry.do is None}
            self.scenario = scenario.model_copy(
                update={
                    "script": outside,
                    "series": as_series(self.record, scenario.start, last),
                    "history_until": None,
                    "record": None,
                }
            )
            self.program = program_of(self.scenario)
            self.compiled: CompiledRecord = compile_record(self.scenario, self.program, self.record)
        except ValidationError as error:
            fault = error.errors()[0]
            raise RecordError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
        tells = self.compiled.acts or self.compiled.seen.any()  # that nothing happened, it tells too
        if not self.compiled.days or not tells:
            raise RecordError(
                f"the record has nothing on {scenario.name}, which goes from {scenario.start} to {scenario.end}: the "
                f"record goes from {self.record.first} to {self.record.last}"
            )

    def __repr__(self) -> str:
        return f"<Followed {self.question.name} {self.question.short_hash}, to {self.last}>"

    @property
    def days(self) -> int:
        """How many days are followed."""
        return self.compiled.days

    @property
    def last(self) -> date:
        """The last day that is followed."""
        return self.date_of(self.days - 1)

    def date_of(self, day: int) -> date:
        """The date of a day, counted from 0."""
        return self.scenario.start + timedelta(days=day)

    def particles(self, particles: int, seed: int, **options: Any) -> Particles:
        """Make particles that follow it; options as of `Particles`."""
        return Particles(self.scenario, self.compiled, particles, seed, **options)

    def free(self, days: int) -> Scenario:
        """The same rules where nothing is imposed, for so many days at least."""
        return self.question.model_copy(
            update={
                "script": {},
                "series": {},
                "history_until": None,
                "record": None,
                "days": max(self.question.days, days),
            }
        )


def _last(to: Any) -> date:
    """A date, however it is given.

    Raises
    ------
    RecordError
        It is none.
    """
    if (found := date_from(to)) is None:
        raise RecordError(f"{shown(to)} is not a date to follow a record to; write it as 2019-09-30")
    return found


class Following:
    """Runs that follow a record, day by day.

    Parameters
    ----------
    scenario, record, to : see `Followed`
    particles : int
    seed : int, optional
        Left out, the scenario's.
    dice : int
        Which dice the runs throw under this seed.
    """

    def __init__(
        self,
        scenario: Scenario,
        record: HistoryFile | Named | None = None,
        particles: int = 1024,
        seed: int | None = None,
        *,
        to: date | str | None = None,
        dice: int = 0,
        expecting: bool = False,
    ) -> None:
        self.followed = Followed(scenario, record, to)
        self.seed = scenario.seed if seed is None else seed
        self.model = self.followed.particles(particles, self.seed, dice=np.array([dice]), expecting=expecting)

    @property
    def day(self) -> int:
        """How many days are done."""
        return self.model.day

    @property
    def days(self) -> int:
        """How many days are followed."""
        return self.followed.days

    def step(self) -> None:
        """Follow the record for a day: its acts are imposed, runs weighed, and resampled where few of them count."""
        self.model.step()

    def fork(self, days: int, branch: int, runs: int | None = None) -> LockstepModel:
        """Make runs that go on freely from where the record leads to this morning, for so many days.

        Parameters
        ----------
        days : int
        branch : int
            Dice of their own, above 0.
        runs : int, optional
            Left out, as many as there are particles.
        """
        return self.model.fork(self.followed.free(self.day + days), branch, runs)
