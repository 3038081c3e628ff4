"""Where a run comes from: a scenario, or a result made before, which must still give the same history."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from sim.given import seed_of
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named, shipped_files
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.fitted import NumbersFrom

from .draws import Drawn, drawn_by, scenario_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.ensemble import Ensemble

RunSource = Union[Scenario, "Ensemble", Named]
"""A scenario, an ensemble, the path of a scenario's file or of a result's folder, or the name of a shipped scenario."""

_SAME = ("day", "actor", "action", "target", "rung", "fatalities", "event", "cause")


class ReplayError(ValueError):
    """A run cannot be replayed; the message says why and what to do."""


@dataclass(frozen=True)
class Origin:
    """A scenario under a seed, and what is stored of its runs."""

    scenario: Scenario
    seed: int
    runs: int | None = None
    """How many runs the result has; None if there is no result."""
    name: str = ""
    """What the user calls the result."""
    folder: Path | None = None
    ensemble: Any = None
    made_by: str | None = None
    """The version that made the result."""
    uncertain: NumbersFrom = False
    """Whether each run has drawn its numbers, and from what."""
    first: int = 0
    """Number of the result's first run."""

    @property
    def numbers(self) -> range:
        """The runs that it has, or that there are dice for."""
        return range(2**32) if self.runs is None else range(self.first, self.first + self.runs)

    def drawn_by(self, run: int) -> tuple[Drawn, ...]:
        """The numbers that a run has drawn, what stands out furthest first; none where all are as written."""
        return drawn_by(self.scenario, self.seed, run, self.uncertain) if self.uncertain else ()

    def scenario_of(self, run: int) -> Scenario:
        """The scenario with the numbers that a run has."""
        return scenario_of(self.scenario, self.drawn_by(run))

    def stored_events(self, run: int) -> "pd.DataFrame | None":
        """What the result says that happened in a run; None if it does not say."""
        if self.folder is not None:
            from sim.results.storage.read import events_of

            return events_of(self.folder, run)
        if self.ensemble is None:
            return None
        kept = getattr(self.ensemble, "kept", self.ensemble)
        if run not in kept.outcomes.index:
            return None
        events: pd.DataFrame = kept.events
        return events[events["run"] == run]

    def verify(self, events: "pd.DataFrame", run: int) -> None:
        """Hold a run's events, simulated again, to those that are stored.

        Raises
        ------
        ReplayError
            They differ.
        """
        found = self.mismatch(events, run)
        if found is None:
            return

        from sim.results.storage.manifest import provenance

        version = provenance()["versions"]["escalation-sim"]
        raise ReplayError(
            f"{self.name} was made by version {self.made_by or 'unknown'}, and this version ({version or 'unknown'}) "
            f"gives run {run} another history: event {found.event} is {found.there} in the result and {found.here} "
            "now; replay it with the version that made it, or run the scenario again"
        )

    def mismatch(self, events: "pd.DataFrame", run: int, before: int | None = None) -> "Mismatch | None":
        """Find where a run's events, simulated again up to a day, first differ from those that are stored.

        None if they do not, or if none are stored.
        """
        stored = self.stored_events(run)
        if stored is None:
            return None
        then, now = (_rows(table) for table in (stored if before is None else stored[stored["day"] < before], events))
        if then == now:
            return None
        at = next((k for k, pair in enumerate(zip(then, now, strict=False)) if pair[0] != pair[1]), None)
        at = min(len(then), len(now)) if at is None else at
        there, here = (f"{rows[at][2]} on day {rows[at][0]}" if at < len(rows) else "nothing" for rows in (then, now))
        return Mismatch(at, min(int(rows[at][0]) for rows in (then, now) if at < len(rows)), there, here)


class Mismatch(NamedTuple):
    """The first event of a run that is not as it is stored."""

    event: int
    day: int
    there: str
    """What it is in the result."""
    here: str
    """What it is now."""


def _rows(events: "pd.DataFrame") -> list[tuple[str, ...]]:
    """The columns that tell one history from another, in words."""
    columns = (events[name].astype("string").fillna("").tolist() for name in _SAME)
    return list(zip(*columns, strict=True))


def find_origin(source: RunSource, seed: int | None = None) -> Origin:
    """Find the scenario and the seed of what the user names.

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    sim.StoreError
        The folder is no result, or cannot be read.
    ReplayError
        A seed is given that is none, or not the result's, or the result holds branches or a sweep.
    """
    seed = None if seed is None else seed_of(seed, ReplayError)
    if isinstance(source, Scenario):
        return Origin(source, source.seed if seed is None else seed)
    if isinstance(source, str | Path) and not _is_result(source):
        return find_origin(load(source), seed)

    from sim.results.counted import first_run
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    folder = Path(source) if isinstance(source, str | Path) else None
    ensemble: Any = open_result(folder) if folder is not None else source
    name = str(folder) if folder is not None else f"the ensemble of {ensemble.scenario.name}"
    if isinstance(ensemble, Sweep):
        raise ReplayError(
            f"{name} holds a sweep, whose runs belong to many points; name its scenario, with the numbers of one "
            "point as overrides"
        )
    if seed is not None and seed != ensemble.seed:
        raise ReplayError(f"{name} was made with seed {ensemble.seed}, not {seed}; leave the seed out")
    if (told := ensemble.info.get("branch")) is not None:
        raise ReplayError(
            f"{name} holds branches of run {told['run']} of {told['scenario']} from day {told['day']} on, and those "
            "have no first day of their own; give a result with whole runs, or a scenario"
        )
    made_by = (ensemble.info.get("versions") or {}).get("escalation-sim")
    uncertain = ensemble.info.get("uncertain", False)
    runs, first = len(ensemble), first_run(ensemble)
    return Origin(ensemble.scenario, ensemble.seed, runs, name, folder, ensemble, made_by, uncertain, first)


def _is_result(source: str | Path) -> bool:
    """Whether a folder is meant: one without a result in it is not, where a shipped scenario is called so."""
    folder = Path(source)
    shipped = {path.stem for path in shipped_files()}
    return folder.is_dir() and ((folder / "run.json").is_file() or str(source) not in shipped)


def changed_since(origin: Origin) -> str | None:
    """Say whether the scenario of a result reads otherwise today, if its file is found by its name."""
    name = origin.scenario.name
    beside = Path(f"{name}.yaml")
    if origin.folder is None or not _touched_since(origin.folder, beside):
        return None
    try:
        now = load(beside if beside.is_file() else name)
    except ScenarioError:
        return None  # there is no such file any more, or it is being edited
    if now.sha256 == origin.scenario.sha256:
        return None
    return (
        f"the scenario {name} has changed since {origin.name} was made ({origin.scenario.short_hash}, now "
        f"{now.short_hash}); this shows the run as it was made"
    )


def _touched_since(folder: Path, beside: Path) -> bool:
    """Whether any file that the scenario may be made of is younger than the result: to read them all takes long."""
    files = list(shipped_files())
    if beside.is_file():
        files += [*beside.parent.glob("*.yaml"), *beside.parent.glob("*/*.yaml")]
    made = (folder / "run.json").stat().st_mtime
    return any(file.stat().st_mtime > made for file in files)
