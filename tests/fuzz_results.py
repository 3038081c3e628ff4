"""Damage stored results in every way that comes to mind: `python -m tests.fuzz_results [COPIES] [SEED]`.

Each copy is damaged once, opened from Python and from the command line, and every number that it gives is compared with
that of the result as it was written. It must be refused with a sentence, or give the same; results that were not
finished must be gone on with to the same bytes. The counts are printed; anything else ends with exit code 1.
"""

import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import sim
from sim.execution import run as running
from sim.execution import summarise as summarising
from sim.results.errors import StoreError
from sim.results.storage.read import summary

RUNS, BLOCK = 40, 16
QUESTION = "first_lesson"


class EnoughError(Exception):
    """Somebody has seen enough."""


def small() -> Any:
    """Blocks so small that a small result has several."""
    patch = pytest.MonkeyPatch()
    patch.setattr(running, "RUNS_PER_BLOCK", BLOCK)
    patch.setattr(summarising, "KEPT", 20)
    return patch


def make(kind: str, folder: Path, seed: int) -> None:
    """Make a result, or go on with it."""
    patch = small()
    asked: dict[str, Any] = {"progress": None, "resume": True}
    try:
        if kind == "counts":
            sim.summarise(QUESTION, folder, RUNS, seed, **asked)
        elif kind == "sweep":
            varied = ["actions.north.strike.*"]
            sim.sweep(QUESTION, varied, "oat", replicates=8, seed=seed, save=folder, **asked)
        elif kind == "until":
            sim.run(QUESTION, 400, seed, until=sim.Precision(0.3), save=folder, **asked)
        elif kind == "uncertain":
            sim.run("baseline", 8, seed, uncertain=True, variables=["oil_price"], save=folder, **asked)
        else:
            sim.run(QUESTION, RUNS, seed, save=folder, **asked)
    finally:
        patch.undo()


def interrupt(folder: Path, seed: int) -> None:
    """Begin a result, and leave it after two blocks."""

    def progress(tally: Any) -> None:
        if tally.done >= 2 * BLOCK:
            raise EnoughError

    patch = small()
    try:
        with contextlib.suppress(EnoughError):
            sim.run(QUESTION, RUNS, seed, save=folder, progress=progress)
    finally:
        patch.undo()


KINDS = ("runs", "counts", "sweep", "until", "uncertain")


def numbers(folder: Path) -> str:
    """Hash of every number that a result gives from Python."""
    found: Any = sim.open(folder)
    told = hashlib.sha256()

    def take(value: Any) -> None:
        if isinstance(value, pd.DataFrame):
            value = value.to_csv()
        told.update(value if isinstance(value, bytes) else str(value).encode())

    if isinstance(found, sim.Sweep):
        for table in (found.means, found.design.points, found.design.parameters, found.failures):
            take(table)
        return told.hexdigest()
    for table in (found.shares(), found.failures, found.base_rates, found.kept.events, found.kept.outcomes):
        take(table)
    trajectories = found.kept.trajectories
    for name in (*trajectories.coords, *trajectories.data_vars):
        take(f"{name} {trajectories[name].attrs} {trajectories[name].dtype}")
        take(trajectories[name].to_numpy().tobytes())
    take(json.dumps(summary(found), default=float))
    take((found.seed, len(found), found.scenario.sha256, found.quantiles("tension", [0.1, 0.9]).tobytes()))
    if isinstance(found, sim.CountedEnsemble):
        take(b"".join(array.tobytes() for array in found.summary._arrays().values()))
        take(found.event_counts)
    return told.hexdigest()


def commands(kind: str) -> list[list[str]]:
    """What is asked of a result on the command line."""
    if kind == "sweep":
        return [["sweep", "FOLDER", "--json"]]
    return [["replay", "FOLDER", "--run", "3", "--json"]]


class Answer(NamedTuple):
    code: int
    said: str


def answer(words: list[str], folder: Path) -> Answer:
    """Run a command of the command line in this process."""
    from sim.cli.app import app

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            app([str(folder) if word == "FOLDER" else word for word in words], prog_name="sim")
        except SystemExit as end:
            return Answer(int(end.code or 0), out.getvalue().replace(str(folder), "FOLDER"))
    raise AssertionError("a command ends with an exit code")


def files(folder: Path) -> list[Path]:
    """Files of a result that its numbers may be read from."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")


Damage = Callable[[Path, Path, random.Random], bool]
"""Does something to a copy, which may have files of another result; answers whether there was something to do."""


def _any(folder: Path, chance: random.Random, ending: str = "") -> Path:
    """A file; those few that are not chunks of trajectories as often as those many."""
    found = [path for path in files(folder) if path.name.endswith(ending)]
    few = [path for path in found if "trajectories.zarr" not in path.parts]
    return chance.choice(few if few and chance.random() < 0.6 else found)


def flip(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 1, 5])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return True


def cut(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    path.write_bytes(path.read_bytes()[: chance.choice([0, chance.randrange(path.stat().st_size)])])
    return True


def lengthen(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 100)))
    return True


def delete(folder: Path, other: Path, chance: random.Random) -> bool:
    _any(folder, chance).unlink()
    return True


def delete_folder(folder: Path, other: Path, chance: random.Random) -> bool:
    found = sorted(path for path in folder.rglob("*") if path.is_dir())
    if not found:
        return False
    shutil.rmtree(chance.choice(found))
    return True


def zeros(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    content = bytearray(path.read_bytes())
    first = chance.choice([0, chance.randrange(len(content))])
    last = chance.randrange(first, len(content)) + 1
    content[first:last] = bytes(last - first)
    path.write_bytes(content)
    return True


def swap(folder: Path, other: Path, chance: random.Random) -> bool:
    """Two files of one kind change places."""
    one = _any(folder, chance)
    alike = [path for path in files(folder) if path != one and path.suffix == one.suffix]
    if not alike:
        return False
    two = chance.choice(alike)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    return True


def of_another(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    theirs = other / path.relative_to(folder)
    if not theirs.is_file():
        return False
    shutil.copyfile(theirs, path)
    return True


def part_of_another(folder: Path, other: Path, chance: random.Random) -> bool:
    """A folder of another result takes the place of one."""
    found = sorted(path for path in folder.rglob("*") if path.is_dir() and (other / path.relative_to(folder)).is_dir())
    if not found:
        return False
    path = chance.choice(found)
    shutil.rmtree(path)
    shutil.copytree(other / path.relative_to(folder), path)
    return True


def folder_for_file(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance)
    path.unlink()
    path.mkdir()
    if chance.random() < 0.5:
        (path / "0").write_bytes(b"something")
    return True


def file_for_folder(folder: Path, other: Path, chance: random.Random) -> bool:
    found = sorted(path for path in folder.rglob("*") if path.is_dir())
    if not found:
        return False
    path = chance.choice(found)
    shutil.rmtree(path)
    path.write_bytes(b"something")
    return True


def something_more(folder: Path, other: Path, chance: random.Random) -> bool:
    """A file, or a variable, that nobody has written."""
    place = chance.choice([folder, *sorted(path for path in folder.rglob("*") if path.is_dir())])
    if chance.random() < 0.5 and (folder / "trajectories.zarr/fear").is_dir():
        shutil.copytree(folder / "trajectories.zarr/fear", folder / "trajectories.zarr/more")
    else:
        path = place / chance.choice(["more", "zarr.json.partial", "9", ".zgroup"])
        path.write_bytes(chance.randbytes(50))
    return True


def nested(folder: Path, other: Path, chance: random.Random) -> bool:
    path = _any(folder, chance, "json")
    deep = "[" * 128_000 + "]" * 128_000
    path.write_text(deep if chance.random() < 0.5 else '{"format": 3, "scenario": ' + deep + "}")
    return True


def another_kind(folder: Path, other: Path, chance: random.Random) -> bool:
    """A value somewhere in JSON becomes another, perhaps of another kind."""
    path = _any(folder, chance, "json")
    content = json.loads(path.read_text())
    place = content
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = chance.choice(keys)
        if not isinstance(place[key], dict | list) or chance.random() < 0.3 or not place[key]:
            place[key] = chance.choice([None, -1, 0, 7, 1.5, 10**30, "7", [], {}, True, "x" * 1000, [[1]]])
            break
        place = place[key]
    path.write_text(json.dumps(content, indent=chance.choice([None, 1])))
    return True


def another_digit(folder: Path, other: Path, chance: random.Random) -> bool:
    """A digit in a text becomes another; all else stays as it was."""
    path = chance.choice([path for path in files(folder) if path.suffix in (".json", ".csv")])
    content = bytearray(path.read_bytes())
    digits = [at for at, letter in enumerate(content) if chr(letter).isdigit()]
    if path.name == "run.json" and chance.random() < 0.7:
        digits = [at for at in digits if at < content.find(b'"scenario":')]
    content[chance.choice(digits)] = ord(chance.choice("0123456789"))
    path.write_bytes(content)
    return True


DAMAGES: tuple[Damage, ...] = (
    flip, flip, flip, cut, lengthen, delete, delete_folder, zeros, zeros, swap, swap, of_another, of_another,
    part_of_another, folder_for_file, folder_for_file, file_for_folder, something_more, nested, another_kind,
    another_kind, another_digit, another_digit,
)  # fmt: skip


class Fuzz:
    """Results as they were written, and what becomes of damaged copies."""

    def __init__(self, place: Path, kinds: tuple[str, ...] = KINDS, resumed: bool = True) -> None:
        self.place, self.kinds = place, kinds
        self.told: dict[str, str] = {}
        self.said: dict[str, list[Answer]] = {}
        for kind in kinds:
            make(kind, place / kind, 3)
            make(kind, place / f"{kind}.other", 4)
            self.told[kind] = numbers(place / kind)
            self.said[kind] = [answer(words, place / kind) for words in commands(kind)]
            assert all(each.code in (0, 5) for each in self.said[kind]), self.said[kind]
        if resumed:
            for name, seed in (("half", 3), ("half.other", 4)):
                interrupt(place / name, seed)
            make("runs", place / "half.whole", 3)

    def damaged(self, kind: str, damage: Damage, chance: random.Random) -> Path | None:
        """A copy that was damaged; None if nothing of the kind can be done to it, or nothing has changed."""
        copy = self.place / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.place / kind, copy)
        changed = damage(copy, self.place / f"{kind}.other", chance)
        return copy if changed and contents(copy) != contents(self.place / kind) else None

    def opened(self, kind: str, copy: Path) -> str:
        """What becomes of a finished copy; what must not be begins with an exclamation mark."""
        try:
            found = "the same numbers" if numbers(copy) == self.told[kind] else "!other numbers"
        except StoreError as refused:
            found = "refused" if str(refused) else "!refused without a word"
        for words, before in zip(commands(kind), self.said[kind], strict=True):
            now = answer(words, copy)
            if now.code in (0, 5) and now != before:
                return f"!other words of sim {words[0]}"
        if found == "the same numbers":
            answer(["check", "FOLDER"], copy)
        elif found == "refused" and answer(["check", "FOLDER"], copy).code == 0:
            return "!refused, but not found by sim check"
        return found

    def resumed(self, copy: Path) -> str:
        """What becomes of an unfinished copy that is gone on with."""
        try:
            make("runs", copy, 3)
        except StoreError as refused:
            return "refused" if str(refused) else "!refused without a word"
        whole = contents(self.place / "half.whole")
        now = contents(copy)
        others = now.keys() - whole.keys()
        if any(now.get(name) != whole[name] for name in whole) or any(name.endswith("/0") for name in others):
            return "!other files when it was gone on with"
        return "the same files"

    def run(self, copies: int, seed: int) -> tuple[Counter[str], list[str]]:
        """Damage so many copies; answer what became of them, and each that must not be."""
        found, wrong = Counter[str](), list[str]()
        n = 0
        while sum(found.values()) < copies:
            n += 1
            chance = random.Random(f"{seed} {n}")
            kind, damage = chance.choice([*self.kinds, "half"]), chance.choice(DAMAGES)
            if (copy := self.damaged(kind, damage, chance)) is None:
                continue
            try:
                became = self.resumed(copy) if kind == "half" else self.opened(kind, copy)
            except Exception as error:
                became = f"!{type(error).__name__}: {error}"
            found[became.split(":")[0]] += 1
            if became.startswith("!"):
                wrong.append(f"{kind}, {damage.__name__}, {seed} {n}: {became}")
        return found, wrong


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a result but the lock; of manifests, what does not tell time."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[f"{name}/"] = b""
        elif path.name != "lock":
            found[name] = path.read_bytes()
    if ".unfinished/" not in found:
        for name in [name for name in found if name.endswith("run.json")]:
            lines = found[name].splitlines()
            if len(lines) > 20:
                kept = b"\n".join(line for line in lines if not line.startswith(b' "seconds"'))
                found[name] = kept + found[name][-9:]
    return found


def main() -> int:
    """Damage as many copies as are asked for, and say what became of them."""
    copies, seed = (int(word) for word in [*sys.argv[1:], *("2000", "1")[len(sys.argv) - 1 :]])
    os.environ.setdefault("COLUMNS", "100")
    with tempfile.TemporaryDirectory() as place:
        found, wrong = Fuzz(Path(place)).run(copies, seed)
    for became, count in found.most_common():
        print(f"{count:6,} {became.removeprefix('!')}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
