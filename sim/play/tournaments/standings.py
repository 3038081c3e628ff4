"""What came of a tournament: who escalates, by pairing, with intervals, and what differs on the same dice."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Z, ratio
from sim.analysis.intervals import wilson
from sim.analysis.paired import mean_difference, paired_difference
from sim.play.players.purse import Purse
from sim.play.sessions.session import Session

from .contest import Terms

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 5
"""Runs from which on a mean has an interval; one made of fewer says more of its method than of the runs."""

Lived = Mapping[tuple[int, int], Mapping[str, Any]]
"""What came of sessions, by pairing and run."""


class Tournament:
    """Sessions that players have lived against each other, every pairing on the same dice.

    Attributes
    ----------
    pairings : list of dict
        Who plays which seat; the first is the one that the others are compared with.
    used : Purse
        What language models have used.
    """

    def __init__(self, terms: Terms, pairings: Sequence[Mapping[str, str]], lived: Lived, used: Purse) -> None:
        self.used = used
        self._terms, self._lived = terms, lived
        self.pairings = [dict(each) for each in pairings]

    def __len__(self) -> int:
        return len(self._lived)

    def __repr__(self) -> str:
        return f"<Tournament: {len(self.pairings)} pairings, {len(self)} sessions of {self._terms.scenario.name}>"

    @property
    def scenario(self) -> Any:
        """What is played."""
        return self._terms.scenario

    @property
    def seed(self) -> int:
        """Of all dice."""
        return self._terms.seed

    @property
    def days(self) -> int:
        """How many days a session has."""
        return self._terms.days

    @property
    def n_failed(self) -> int:
        """How many sessions met a value that was not finite; they are left out of every figure."""
        return sum(each["failed"] is not None for each in self._lived.values())

    @property
    def sessions(self) -> "Sessions":
        """The sessions, by pairing and run, each lived once more when it is asked for."""
        return Sessions(self._terms, self._lived)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is measured: outcomes, `highest_rung`, `deaths`, and by seat `force.SEAT` and `score.SEAT`."""
        theatre, seats = self._terms.scenario.theatre, self._terms.seats
        scored = [seat for seat in seats if theatre.deciders[seat.partition("/")[0]].goals]
        by_seat = [*(f"force.{seat}" for seat in seats), *(f"score.{seat}" for seat in scored)]
        return (*theatre.outcomes, "highest_rung", "deaths", *by_seat)

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """A row for each session: who played, which run it was, and what came of it."""
        import pandas as pd

        rows = [self._row(pairing, lived) for (pairing, _), lived in sorted(self._lived.items())]
        return pd.DataFrame(rows, columns=["pairing", *self._terms.seats, "run", "days", "failed", *self.measures])

    def _row(self, pairing: int, lived: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: day is not None for name, day in lived["outcomes"].items()}
        told |= {name: lived[name] for name in ("run", "days", "failed", "highest_rung", "deaths")}
        for measure in ("force", "score"):
            told |= {f"{measure}.{seat}": lived[measure][seat] for seat in self._terms.seats}
        return {"pairing": pairing + 1, **self.pairings[pairing], **told}

    def _values(self, pairing: int, measure: str) -> dict[int, Any]:
        """A measure of a pairing, by run."""
        rows = self.runs[(self.runs["pairing"] == pairing + 1) & self.runs["failed"].isna()]
        return dict(zip(rows["run"].tolist(), rows[measure].tolist(), strict=True))

    @cached_property
    def table(self) -> "pd.DataFrame":
        """By pairing and measure: the share of runs or the mean, its 95 % interval, and how many runs it rests on.

        A mean of fewer than 5 runs, or of runs that are all alike, has no interval: its ends are infinite.
        """
        import pandas as pd

        rows = list(self._rows())
        return pd.DataFrame(rows, columns=["pairing", *self._terms.seats, "measure", "value", "low", "high", "n"])

    def _rows(self) -> Iterator[dict[str, Any]]:
        for at, pairing in enumerate(self.pairings):
            for measure in self.measures:
                values = list(self._values(at, measure).values())
                value, low, high = self._estimate(measure, values)
                told = {"measure": measure, "value": value, "low": low, "high": high, "n": len(values)}
                yield {"pairing": at + 1, **pairing, **told}

    def _estimate(self, measure: str, values: list[Any]) -> tuple[float, float, float]:
        if not values:
            return (float("nan"),) * 3
        if measure in self._terms.scenario.theatre.outcomes:
            low, high = wilson(sum(values), len(values))
            return sum(values) / len(values), float(low), float(high)
        of = np.array(values, np.float64)
        if len(of) < FEWEST or (of == of[0]).all():
            return float(of.mean()), float("-inf"), float("inf")
        if measure.startswith("score."):
            half = Z * float(of.std(ddof=1)) / len(of) ** 0.5
            return float(of.mean()), float(of.mean()) - half, float(of.mean()) + half
        found = ratio(of, np.ones(len(of)), len(of))
        return found.value, found.low, found.high

    @cached_property
    def differences(self) -> "pd.DataFrame":
        """By pairing and measure, how far it lies from the first pairing: pairs of runs on the same dice.

        Means of fewer than 5 pairs, or of pairs that differ by the same, have no interval, as in `table`.
        """
        import pandas as pd

        rows = list(self._differences())
        named = ["pairing", *self._terms.seats, "measure", "difference", "low", "high", "pairs"]
        return pd.DataFrame(rows, columns=named)

    def _differences(self) -> Iterator[dict[str, Any]]:
        for at, pairing in enumerate(self.pairings[1:], 1):
            for measure in self.measures:
                first, second = self._values(0, measure), self._values(at, measure)
                both = sorted(first.keys() & second.keys())
                if not both:
                    continue
                pair = [first[run] for run in both], [second[run] for run in both]
                found = self._difference(measure, *(np.array(each, np.float64) for each in pair))
                told = dict(zip(("difference", "low", "high"), found, strict=True))
                yield {"pairing": at + 1, **pairing, "measure": measure, **told, "pairs": len(both)}

    def _difference(
        self, measure: str, first: NDArray[np.float64], second: NDArray[np.float64]
    ) -> tuple[float, float, float]:
        if measure in self._terms.scenario.theatre.outcomes:
            found = paired_difference(first, second)
            return found.difference, found.low, found.high
        apart = second - first
        if len(apart) < FEWEST or (apart[0] != 0 and (apart == apart[0]).all()):
            return float(apart.mean()), float("-inf"), float("inf")
        mean, low, high, _ = mean_difference(first[:, None], second[:, None])
        return float(mean[0]), float(low[0]), float(high[0])

    @property
    def refused(self) -> dict[str, int]:
        """By player as typed, in how many turns none of its orders could be taken."""
        found: dict[str, int] = {}
        for (pairing, _), lived in self._lived.items():
            for seat, turns in lived["refused"].items():
                player = self.pairings[pairing][seat]
                found[player] = found.get(player, 0) + turns
        return {player: turns for player, turns in found.items() if turns}

    @property
    def why_refused(self) -> dict[str, str]:
        """By player as typed, the first such turn: its date and reason, after the number of its run."""
        found: dict[str, str] = {}
        for (pairing, run), lived in sorted(self._lived.items(), key=lambda each: each[0][::-1]):
            for seat, why in lived["why_refused"].items():
                if why is not None:
                    found.setdefault(self.pairings[pairing][seat], f"run {run}, {why}")
        return found


class Sessions(Mapping[tuple[int, int], Session]):
    """The sessions of a tournament, by pairing, counted from 0, and run."""

    def __init__(self, terms: Terms, lived: Lived) -> None:
        self._terms, self._lived = terms, lived

    def __getitem__(self, which: tuple[int, int]) -> Session:
        """Live a session once more, from its file or from its orders."""
        from sim.play.sessions.entries import ENTRY

        lived = self._lived[which]
        if "path" in lived:
            from sim.play.sessions.ledger import looked_at

            entries = looked_at(Path(lived["path"]))[1]
        else:
            entries = [ENTRY.validate_python(each) for each in lived["entries"]]
        terms = self._terms
        session = Session(
            terms.scenario, terms.seats, seed=terms.seed, run=which[1], settings=terms.settings, clock=lambda: None
        )
        session.source = terms.source
        for entry in entries:
            session.again(entry)
            session.entries.append(entry)
        return session

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self._lived))

    def __len__(self) -> int:
        return len(self._lived)
