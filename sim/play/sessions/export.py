"""A session as a scenario: what was done as a script, what was refused as forbidden, what was set as changes.

Run 0 … n of it under the session's seed are the histories in which the same orders were given; the session's own run is
the one that was lived, bit for bit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.play.seats import PlayError
from sim.replays.facts import BY_THE_UMPIRE, IN_A_SEAT
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario

if TYPE_CHECKING:
    from .session import Session

AS_PLAYED = ", as it was played"
"""How the title of an exported session ends."""
_LONGEST = 64
"""Letters in the name of an entry."""


def changes_made(session: "Session", last: date) -> dict[str, Any]:
    """What a session changes of its scenario, as a scenario file writes it: script, forbid, changes.

    What the scenario itself does after the last day is left out by its name, with nothing in its place.
    """
    scenario, world = session.scenario, session.world
    of_script = {name: None for name, entry in scenario.script.items() if entry.on > last}
    content: dict[str, dict[str, Any]] = {
        "script": of_script | _named(scenario.script, _played(session)),
        "forbid": _forbidden(session),
        "changes": _overtaken(session, last) | _named(scenario.changes, _set(scenario, world.changed)),
    }
    return {section: entries for section, entries in content.items() if entries}


def _played(session: "Session") -> Iterator[tuple[str, dict[str, Any]]]:
    """What was done at the table, day by day, each with the name that it would have."""
    for day, lived in enumerate(session.world.lived):
        on = session.scenario.date_of(day)
        for act, who in sorted(lived.deeds.items()):
            source = f"{IN_A_SEAT}{who}" if who in session.seats else BY_THE_UMPIRE
            yield f"played_{on.replace('-', '')}_{act.replace('.', '_')}", {"on": on, "do": act, "source": source}


def _set(scenario: Scenario, changed: Mapping[int, Mapping[str, float]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The numbers that were set at the table, day by day, each with the name that it would have."""
    for day, numbers in sorted(changed.items()):
        on = scenario.date_of(day)
        yield f"stance_{on.replace('-', '')}", {"on": on, "set": dict(sorted(numbers.items()))}


def _named(inherited: Collection[str], entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Entries by names that neither the scenario nor another of them bears."""
    found: dict[str, Any] = {}
    for wanted, entry in entries:
        name = wanted[:_LONGEST].rstrip("_")
        more = 1
        while name in inherited or name in found:
            more += 1
            name = f"{wanted[: _LONGEST - 5].rstrip('_')}_{more}"
        found[name] = entry
    return found


def _overtaken(session: "Session", last: date) -> dict[str, Any]:
    """The scenario's own changes but for what was set otherwise at the table on their days; those to come are none."""
    found: dict[str, Any] = {}
    for name, change in session.scenario.changes.items():
        mine = session.world.changed.get((change.on - session.scenario.start).days, {})
        kept = {path: value for path, value in change.set.items() if path not in mine}
        if change.on > last or not kept:
            found[name] = None
        elif len(kept) < len(change.set):
            found[name] = change.model_copy(update={"set": kept}).model_dump(
                mode="json", by_alias=True, exclude_none=True
            )
    return found


def _forbidden(session: "Session") -> dict[str, Any]:
    """By act, the windows in which it was refused, besides those in which the scenario forbids it."""
    lived, scenario = session.world.lived, session.scenario
    acts = sorted(set().union(*(day.refused for day in lived))) if lived else []
    found: dict[str, Any] = {}
    for act in acts:
        before = scenario.forbid.get(act)
        if before == "always":
            continue
        windows = list(_spans([act in day.refused for day in lived], scenario.start))
        if before is not None and not isinstance(before, str):
            kept = before if isinstance(before, tuple) else (before,)
            windows += [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in kept]
        found[act] = windows
    return found


def _spans(refused: list[bool], start: date) -> Iterator[dict[str, str]]:
    """The windows of the days on end for which something is so."""
    first = None
    for day, so in enumerate([*refused, False]):
        if so and first is None:
            first = day
        elif not so and first is not None:
            yield {"from": str(start + timedelta(days=first)), "until": str(start + timedelta(days=day - 1))}
            first = None


def as_scenario(session: "Session", days: int | None = None) -> Scenario:
    """The session as a scenario whose run of the session's number is what was lived.

    Parameters
    ----------
    days : int, optional
        How many days it has; left out, those that were lived, or all of them where none was.
    """
    scenario, lived = session.scenario, days or session.world.day
    shorter = min(lived, scenario.days) or scenario.days
    end = scenario.start + timedelta(days=shorter - 1)
    made = changes_made(session, end)
    content = scenario.model_dump(mode="json", by_alias=True)
    for section, entries in made.items():
        joined = {**content[section], **entries}
        content[section] = {name: entry for name, entry in joined.items() if entry is not None}
    content["series"] = {
        name: {day: value for day, value in values.items() if day <= str(end)}
        for name, values in content["series"].items()
    }
    content |= {"name": f"{scenario.name}_played", "title": _title(scenario), "seed": session.seed, "days": shorter}
    return Scenario.model_validate(content)


def _title(scenario: Scenario) -> str:
    return f"{scenario.title}{AS_PLAYED}"


def export(session: "Session", path: Path, whole: bool = False) -> Path:
    """Write a session as a scenario file, for `sim run`, `replay`, `why`, `branch` and `compare`.

    Parameters
    ----------
    path : Path
        A file that is not there yet, or a folder for it.
    whole : bool
        Whether the scenario keeps all its days; else it ends with the last day that was lived.

    Raises
    ------
    PlayError
        The session's scenario has no file that the new one could build on, or the new one cannot be written.
    """
    from ruamel.yaml import YAML

    if session.source is None:
        raise PlayError("this session was begun from a scenario in memory; give it a file or a name, and export that")
    scenario, lived = session.scenario, session.world.day
    ends = lived if not whole and 0 < lived < scenario.days else scenario.days
    content: dict[str, Any] = {
        "schema_version": 1,
        "extends": _extends(session.source, path),
        "title": _title(scenario),
        "seed": session.seed,
        **({"days": ends} if ends < scenario.days else {}),
        **changes_made(session, scenario.start + timedelta(days=ends - 1)),
    }
    try:
        with path.open("x", encoding="utf-8") as file:
            yaml = YAML()
            yaml.dump(content, file)
    except FileExistsError:
        raise PlayError(f"{path} exists; choose another name") from None
    except OSError as error:
        raise PlayError(f"{path} cannot be written: {error.strerror}") from None
    _refuse_another(session, path, as_scenario(session, ends))
    return path


def _refuse_another(session: "Session", path: Path, meant: Scenario) -> None:
    """Take back a file that does not load, or loads as another scenario than was played."""
    try:
        loaded, why = load(path), f"{session.source} is no longer the scenario that was played"
    except ScenarioError as error:
        loaded, why = None, str(error)
    if loaded is None or loaded.sha256 != meant.sha256:
        path.unlink()
        raise PlayError(f"{path} was not written: {why}")


def _extends(source: str, path: Path) -> str:
    """What the new scenario builds on: a shipped one by its name, or a file below the new one's folder."""
    from sim.theatre.files.locate import shipped_files

    if source in {file.stem for file in shipped_files()}:
        return source
    base, folder = Path(source).resolve(), path.resolve().parent
    if not base.is_relative_to(folder):
        raise PlayError(f"write it to {base.parent}, beside the scenario that it builds on, or above it")
    return base.relative_to(folder).as_posix()
