"""A theatre of one's own: begun as `sim new` begins one, changed piece by piece, and checked after each change.

Each of these does what a reader would do in a terminal or in an editor, so that a lesson can be run again and again.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sim.text import counted
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load_either
from sim.theatre.language.scenario import Scenario

KEPT = "before"
"""In a file's name where a lesson began anew: what a reader had written is kept."""


def new(name: str, one_side: str, other_side: str, irregulars: str) -> None:
    """Begin a theatre of two sides and of irregulars whom one of them helps, and a first question to it.

    It is what `sim new NAME --theatre` writes, with names of your own. Files of the same names are kept, as
    `NAME.before.yaml`.

    Parameters
    ----------
    name : str
        The files will be NAME.yaml and NAME_baseline.yaml.
    one_side, other_side, irregulars : str
        What the three are called.
    """
    files = [Path(f"{name}.yaml"), Path(f"{name}_baseline.yaml")]
    for file in files:
        if file.exists():
            file.replace(file.with_suffix(f".{KEPT}.yaml"))
    command = [sys.executable, "-m", "sim", "new", name, "--theatre"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    if done.returncode:
        raise ValueError(done.stderr.strip())
    for file in files:
        file.write_text(_named(file.read_text(encoding="utf-8"), one_side, other_side, irregulars), encoding="utf-8")
        print(file)


def _named(text: str, one_side: str, other_side: str, irregulars: str) -> str:
    """Give the three that a new theatre begins with other names, and ids made from them."""
    within = re.sub(r"^The ", "the ", irregulars)
    words = {"its irregulars": within, "The irregulars": irregulars, "the irregulars": within}
    words |= {"Arrest irregulars": f"Arrest men of {within}", "One side": one_side, "one side": one_side}
    words |= {"The other side": other_side, "the other side": other_side}
    ids = {"one_side": one_side, "other_side": other_side, "irregulars": irregulars}
    for old, called in (words | {old: _id(called) for old, called in ids.items()}).items():
        text = text.replace(old, called)
    return text


def _id(called: str) -> str:
    """What files call somebody.

    >>> _id("The River Front")
    'river_front'
    """
    found = re.sub(r"[^a-z0-9]+", "_", re.sub(r"^the ", "", called.lower())).strip("_")
    if not found or not found[0].isalpha():
        raise ValueError(f"'{called}' makes no name in a file; begin it with a letter from a to z")
    return found


def replace(file: str, pieces: Mapping[str, str]) -> None:
    """Replace pieces of a file, each of which stands in it once.

    Raises
    ------
    ValueError
        A piece stands nowhere in it, or more than once.
    """
    text = Path(file).read_text(encoding="utf-8")
    for old, put in pieces.items():
        if (times := text.count(old)) != 1:
            raise ValueError(f"'{old}' stands {'nowhere' if not times else f'{times} times'} in {file}")
        text = text.replace(old, put)
    Path(file).write_text(text, encoding="utf-8")


def below(file: str, line: str, text: str) -> None:
    """Write lines below a line of a file, such as below `variables:`.

    Raises
    ------
    ValueError
        The line stands nowhere in it, or more than once.
    """
    lines = Path(file).read_text(encoding="utf-8").split("\n")
    if (times := lines.count(line)) != 1:
        raise ValueError(f"the line '{line}' stands {'nowhere' if not times else f'{times} times'} in {file}")
    at = lines.index(line) + 1
    Path(file).write_text("\n".join([*lines[:at], *text.strip("\n").split("\n"), *lines[at:]]), encoding="utf-8")


def excerpt(file: str, entry: str) -> None:
    """Print an entry of a file, such as `actions.highland.warn`, as it is written.

    Raises
    ------
    ValueError
        There is no such entry.
    """
    section, _, name = entry.partition(".")
    lines = Path(file).read_text(encoding="utf-8").split("\n")
    begun = [at for at, line in enumerate(lines) if line == f"{section}:"]
    where = [at for at, line in enumerate(lines) if line == f"  {name}:" and begun and at > begun[0]]
    if not where:
        raise ValueError(f"there is no '{entry}' in {file}")
    first = where[0]
    ends = (at for at in range(first + 1, len(lines)) if not lines[at].startswith("    "))
    print("\n".join(lines[first : next(ends, len(lines))]))


def check(file: str) -> None:
    """Say what is wrong with a theatre or a scenario, or what it holds, as `sim validate` does."""
    try:
        found, _ = load_either(file)
    except ScenarioError as faults:
        print(faults)
        return
    if isinstance(found, Scenario):
        print(f"{file} is valid: {counted(found.days, 'day')} from {found.start.isoformat()}")
    else:
        sizes = {"actor": len(found.actors), "action": len(found.actions), "variable": len(found.variables)}
        sizes["outcome"] = len(found.outcomes)
        print(f"{file} is valid: {', '.join(counted(size, part) for part, size in sizes.items())}")
