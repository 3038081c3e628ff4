"""Forecasts that readers made before they saw the answers: the files they come in, and of which page they are."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.results.counted import AnyEnsemble, first_run
from sim.results.storage.atomic import read_file
from sim.text import counted, printable

KIND = "escalation-sim forecast"
LARGEST = 100_000
"""Bytes of a file that a page made; a name and some numbers are far fewer."""
NAME = 80
"""Letters of a name that are shown."""


class ForecastError(ValueError):
    """Files that are no forecasts of a result; the message lists all of them."""


def page_key(ensemble: AnyEnsemble) -> str:
    """What pages of the same runs have in common, and no answer can be read from: a hash of what makes the runs."""
    runs = f"{ensemble.scenario.sha256} {ensemble.seed} {first_run(ensemble)} {len(ensemble)}"
    return hashlib.sha256(runs.encode()).hexdigest()[:16]


def gathered(paths: Sequence[Path]) -> list[Path]:
    """Files as named, and of folders all that end in .json."""
    return [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]


def read(paths: Sequence[Path], ensemble: AnyEnsemble) -> list[dict[str, Any]]:
    """Read the files that readers of a class page saved.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders of them.

    Returns
    -------
    By file: `name`, `percent` by outcome, and whether it is `late`: made after the answers were open

    Raises
    ------
    ForecastError
        There is none, or some are no forecasts of these runs.
    """
    files = gathered(paths)
    if not files:
        raise ForecastError("there is no forecast to pool: no file ends in .json there")
    found, faults = [], []
    for file in files:
        try:
            found.append(_forecast(json.loads(_text(file)), ensemble, file.stem))
        except ForecastError as error:
            faults.append(f"{file}: {error}")
        except (ValueError, RecursionError):
            faults.append(f"{file}: it is no forecast that a class page saved")
    if faults:
        raise ForecastError("\n".join([f"{counted(len(faults), 'file')} cannot be pooled:", *faults]))
    return found


def _text(file: Path) -> str:
    try:
        content = read_file(file, LARGEST + 1)
    except OSError as error:
        raise ForecastError(f"it cannot be read ({error.strerror or error})") from None
    if len(content) > LARGEST:
        raise ForecastError("it is too large for a forecast")
    return content.decode("utf-8")


def _forecast(content: Any, ensemble: AnyEnsemble, stem: str) -> dict[str, Any]:
    """A forecast, checked; what the page wrote is trusted no further than what anybody might have typed."""
    if not isinstance(content, dict) or content.get("kind") != KIND or not isinstance(content.get("percent"), dict):
        raise ForecastError("it is no forecast that a class page saved")
    if content.get("page") != page_key(ensemble):
        raise ForecastError(
            f"it is of another page ({_words(content.get('title')) or 'untitled'}), with other runs than these; "
            f"a class pools forecasts of one page"
        )
    percent = {}
    for outcome, shown in ensemble.scenario.theatre.outcomes.items():
        given = content["percent"].get(outcome)
        if not isinstance(given, int | float) or isinstance(given, bool) or not 0 <= given <= 100:
            raise ForecastError(f"it has no number from 0 to 100 for '{shown.label}'")
        percent[outcome] = float(given)
    name = _words(content.get("name")) or _words(stem)
    return {"name": name, "percent": percent, "late": bool(content.get("late"))}


def _words(given: Any) -> str:
    """A name or a title as a page can show it, whatever a file holds in its place."""
    return printable(given).strip()[:NAME] if isinstance(given, str) else ""
