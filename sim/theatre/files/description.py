"""What a theatre or a scenario is made of: its cast, every number with its kind, and what numbers were tuned to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import RecordedEvent, Sources, parse

from .inventory import Citation, Row, citations, cited, inventory
from .load import load_either, sources_of

KINDS = {
    "input": "its own source says the value",
    "tuned": "set so that a named check holds",
    "judgement": "a guess with a reason",
    "scenario": "set by the scenario, without a source",
    "unsourced": "nobody says",
}
"""What a number can be, and what that means."""


@dataclass(frozen=True)
class Description:
    """What there is to tell of a theatre or a scenario."""

    model: Theatre | Scenario
    sources: Sources
    rows: list[Row]
    every_row: list[Row]
    """Those that the pattern left out, too."""

    def __repr__(self) -> str:
        return f"<Description of {self.model.title}: {len(self.rows):,} numbers>"

    @property
    def theatre(self) -> Theatre:
        """The cast and the rules."""
        return self.model if isinstance(self.model, Theatre) else self.model.theatre

    def cast(self) -> Iterator[tuple[str, str, str, int]]:
        """Id, label, kind and number of actions of each actor."""
        acts = Counter(action.split(".")[0] for action in self.theatre.actions)
        for name, actor in self.theatre.actors.items():
            yield name, actor.label, actor.kind, acts[name]

    def kinds(self) -> dict[str, int]:
        """How many of the numbers are what."""
        counts: Counter[str] = Counter(row.kind for row in self.rows)
        return {kind: n for kind in KINDS if (n := counts[kind]) or kind in ("input", "tuned", "judgement")}

    def tuned_to(self) -> dict[str, list[str]]:
        """The checks that numbers were tuned to, each with the paths of these numbers."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for check in parse(row.source or "").checks if row.kind == "tuned" else ():
                found.setdefault(check, []).append(row.path)
        return dict(sorted(found.items()))

    def aimed_at(self) -> list[str]:
        """Base rates that rest on a check that numbers were tuned to: to be inside of these proves little."""
        checks = self.tuned_to().keys()
        return [name for name, rate in self.theatre.base_rates.items() if checks & {*parse(rate.source).keys}]

    def cannot_fail(self) -> list[str]:
        """Base rates whose expected range no runs could leave, however many."""
        return [name for name, rate in self.theatre.base_rates.items() if rate.cannot_fail]

    def naming_what_came_after(self, day: date | str) -> list[str]:
        """Paths of the numbers whose source names an event that began after a day.

        Parameters
        ----------
        day : date, or ISO text
            The last day that counts as known.
        """
        last = date.fromisoformat(day) if isinstance(day, str) else day
        entries = self.sources.entries.items()
        later = {key for key, entry in entries if isinstance(entry, RecordedEvent) and entry.date > last}
        return [row.path for row in self.rows if later & {*parse(row.source or "").keys}]

    def with_direction(self) -> int:
        """How many judgements name an entry of the sources, for the direction in which something works."""
        return sum(row.kind == "judgement" and bool(parse(row.source or "").keys) for row in self.rows)

    def cited(self) -> list[Citation]:
        """The entries of the sources that are named, at the places of the numbers that are told of."""
        places = {row.cited_at for row in self.rows}
        everything = len(self.rows) == len(self.every_row)
        return cited(((at, source) for at, source in citations(self.model) if everything or at in places), self.sources)


def describe(name: str | Path = "baseline", numbers: str | None = None) -> Description:
    """Describe a theatre or a scenario: its cast, and each number with its kind and source.

    Parameters
    ----------
    name : path or name
        A scenario or theatre: a file, or the name of a shipped one.
    numbers : str, optional
        Only numbers whose paths match this pattern, such as `actions.iran.*`, or begin with it.

    Returns
    -------
    Description
        With `rows`, the numbers; `kinds`, how many are what; `tuned_to`, `aimed_at` and `cannot_fail`, what its base
        rates are worth as a test.

    Raises
    ------
    sim.ScenarioError
        With every fault found.
    ValueError
        No number's path matches.
    """
    model, resolved = load_either(name)
    sources = sources_of(resolved)
    rows = inventory(model, sources, resolved)
    chosen = [row for row in rows if numbers is None or _matches(row.path, numbers)]
    if not chosen and numbers is not None:
        raise ValueError(f"no number's path matches '{numbers}'; a path looks like '{rows[0].path}'")
    return Description(model, sources, chosen, rows)


def _matches(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) or path.startswith(f"{pattern}.")
