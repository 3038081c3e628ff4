"""What a tournament keeps: its sessions as files, and what came of each, so that it can go on where it was ended."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.play.seats import PlayError

from .contest import Terms

_TERMS, _LIVED = "tournament.json", "sessions.jsonl"


class Kept:
    """What came of sessions, in memory, and in a folder if there is one.

    Parameters
    ----------
    folder : Path, optional
    terms : Terms
    pairings : sequence of mappings from seats to players as they are called
    resume : bool
        Whether the folder may hold a tournament on these terms.

    Raises
    ------
    PlayError
        The folder holds something else, or cannot be written to.
    """

    def __init__(self, folder: Path | None, terms: Terms, pairings: Sequence[Mapping[str, str]], resume: bool) -> None:
        self.folder, self._pairings = folder, pairings
        self.lived: dict[tuple[int, int], dict[str, Any]] = {}
        """By pairing and run."""
        if folder is None:
            if resume:
                raise PlayError("there is nothing to resume: name the folder that was begun")
            return
        told = _told(terms, pairings)
        try:
            if resume and (folder / _TERMS).is_file():
                self._go_on(folder, told)
            else:
                _refuse_taken(folder)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / _TERMS).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise PlayError(f"{folder} cannot be used: {error.strerror}") from None

    def _go_on(self, folder: Path, told: dict[str, Any]) -> None:
        try:
            held = json.loads((folder / _TERMS).read_text(encoding="utf-8"))
        except ValueError:
            held = None
        if held != told:
            differs = [name for name in told if not isinstance(held, dict) or held.get(name) != told[name]]
            raise PlayError(
                f"{folder} holds a tournament on other terms: {', '.join(differs)}; choose another folder for this one"
            )
        path = folder / _LIVED
        content = path.read_bytes() if path.is_file() else b""
        lines = content.split(b"\n")
        for line in lines[:-1]:
            try:
                lived = json.loads(line)
                self.lived[lived.pop("pairing"), lived["run"]] = lived
            except (ValueError, KeyError, TypeError, AttributeError):
                raise PlayError(
                    f"{path} is damaged; without it, sessions are lived once more from their files"
                ) from None
        if lines[-1]:  # was not written whole
            os.truncate(path, len(content) - len(lines[-1]))

    def place(self, pairing: int, run: int) -> Path | None:
        """Where a session is kept."""
        if self.folder is None:
            return None
        called = "_".join(
            re.sub(r"[^A-Za-z0-9.]+", "-", each).strip("-")[:24] for each in self._pairings[pairing].values()
        )
        return self.folder / f"{pairing + 1:02d}_{called}"[:120] / f"{run:05d}.session"

    def add(self, pairing: int, lived: dict[str, Any]) -> None:
        """Keep what came of a session."""
        self.lived[pairing, lived["run"]] = lived
        if self.folder is not None:
            line = json.dumps({"pairing": pairing, **lived}, ensure_ascii=False, separators=(",", ":"))
            with (self.folder / _LIVED).open("ab") as file:
                file.write(line.encode() + b"\n")

    def within(self, runs: int) -> dict[tuple[int, int], dict[str, Any]]:
        """What came of the first so many runs, by pairing and run, and where each is kept."""
        found = {}
        for (pairing, run), lived in sorted(self.lived.items()):
            if run < runs:
                place = self.place(pairing, run)
                found[pairing, run] = lived if place is None else {**lived, "path": str(place)}
        return found


def _told(terms: Terms, pairings: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {
        "tournament": 1,
        "scenario": terms.scenario.name,
        "scenario_sha256": terms.scenario.sha256,
        "seed": terms.seed,
        "days": terms.days,
        "settings": terms.settings.model_dump(mode="json"),
        "pairings": [dict(each) for each in pairings],
    }


def _refuse_taken(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        held = "holds a tournament; go on with it by --resume" if (folder / _TERMS).is_file() else "is not empty"
        raise PlayError(f"{folder} {held}, or choose another folder")
