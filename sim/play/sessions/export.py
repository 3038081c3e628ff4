"""A session as a scenario: what was done as a script, what was refused as forbidden, what was set as changes.

Run 0 … n of it under the session's seed are the histories in which the same orders were given; the session's own run is
the one that was lived, bit for bit.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.play.seats import PlayError
from sim.replays.facts import BY_THE_UMPIRE, IN_A_SEAT
from sim.theatre.language.scenario import Scenario

from .exported import AS_PLAYED, ORDER, STANCE

if TYPE_CHECKING:
    from .session import Session


def changes_made(session: "Session") -> dict[str, Any]:
    """What a session changes of its scenario, as a scenario file writes it: script, forbid, changes."""
    world, scenario = session.world, session.scenario
    found: dict[str, Any] = {}
    script = dict(_script(session))
    forbid = _forbidden(session)
    changes = {
        f"{STANCE}{_compact(scenario, day)}": {"on": _date(scenario, day), "set": dict(sorted(numbers.items()))}
        for day, numbers in sorted(world.changed.items())
    }
    for name, content in (("script", script), ("forbid", forbid), ("changes", changes)):
        if content:
            found[name] = content
    return found


def _script(session: "Session") -> Iterator[tuple[str, dict[str, Any]]]:
    for day, lived in enumerate(session.world.lived):
        for act, who in sorted(lived.deeds.items()):
            name = f"{ORDER}{_compact(session.scenario, day)}_{act.replace('.', '_')}"[:64].rstrip("_")
            source = f"{IN_A_SEAT}{who}" if who in session.seats else BY_THE_UMPIRE
            yield name, {"on": _date(session.scenario, day), "do": act, "source": source}


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


def _date(scenario: Scenario, day: int) -> str:
    return scenario.date_of(day)


def _compact(scenario: Scenario, day: int) -> str:
    return scenario.date_of(day).replace("-", "")


def as_scenario(session: "Session", days: int | None = None) -> Scenario:
    """The session as a scenario whose run of the session's number is what was lived.

    Parameters
    ----------
    days : int, optional
        How many days it has; left out, those that were lived, or all of them where none was.
    """
    made, scenario = changes_made(session), session.scenario
    content = scenario.model_dump(mode="json", by_alias=True)
    content["script"] = {**content["script"], **made.get("script", {})}
    content["forbid"] = {**content["forbid"], **made.get("forbid", {})}
    if "changes" in made:
        content["changes"] = {**content.get("changes", {}), **made["changes"]}
    content |= {"name": f"{scenario.name}_played", "title": f"{scenario.title}{AS_PLAYED}", "seed": session.seed}
    lived = days or session.world.day
    if lived and lived < scenario.days:
        content["days"] = lived
        end = scenario.start + timedelta(days=lived - 1)
        content["script"] = {name: each for name, each in content["script"].items() if each["on"] <= str(end)}
        content["series"] = {
            name: {day: value for day, value in values.items() if day <= str(end)}
            for name, values in content["series"].items()
        }
    return Scenario.model_validate(content)


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
    content: dict[str, Any] = {
        "schema_version": 1,
        "extends": _extends(session.source, path),
        "title": f"{session.scenario.title}{AS_PLAYED}",
        "seed": session.seed,
        **changes_made(session),
    }
    if not whole and 0 < session.world.day < session.scenario.days:
        content["days"] = session.world.day
        last = session.world.date - timedelta(days=1)
        if later := [name for name, each in session.scenario.script.items() if each.on > last]:
            content["script"] = {**content.get("script", {}), **dict.fromkeys(later)}  # nothing leaves an entry out
    try:
        with path.open("x", encoding="utf-8") as file:
            yaml = YAML()
            yaml.dump(content, file)
    except FileExistsError:
        raise PlayError(f"{path} exists; choose another name") from None
    except OSError as error:
        raise PlayError(f"{path} cannot be written: {error.strerror}") from None
    return path


def _extends(source: str, path: Path) -> str:
    """What the new scenario builds on: a shipped one by its name, or a file below the new one's folder."""
    from sim.theatre.files.locate import shipped_files

    if source in {file.stem for file in shipped_files()}:
        return source
    base, folder = Path(source).resolve(), path.resolve().parent
    if not base.is_relative_to(folder):
        raise PlayError(f"write it to {base.parent}, beside the scenario that it builds on, or above it")
    return base.relative_to(folder).as_posix()
