"""What the shell offers when Tab is pressed: names and files, found without reading any of them but for actors."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

STYLES = ("web", "paper", "projector")
"""Names of `sim.plots.settings.STYLES`, at hand without Matplotlib."""

MESSAGES = ("view", "order", "options")
"""What passes between a table and a player."""


def scenarios(incomplete: str) -> list[str]:
    """Shipped scenarios, and YAML files here."""
    return _fitting(incomplete, _names())


def played(incomplete: str) -> list[str]:
    """Shipped scenarios, YAML files here, and the files of sessions."""
    return _fitting(incomplete, [*map(str, sorted(Path().glob("*.session"))), *_names()])


def scenarios_or_theatres(incomplete: str) -> list[str]:
    """Shipped scenarios and theatres, and YAML files here."""
    from sim.theatre.files.locate import shipped

    theatres = (path.stem for path in sorted((shipped() / "theatres").glob("*.yaml")))
    return _fitting(incomplete, [*_names(), *theatres])


def sources(incomplete: str) -> list[str]:
    """Shipped scenarios, YAML files here, and the folders of results."""
    folders = (str(manifest.parent) for manifest in Path().glob("results/*/run.json"))
    return _fitting(incomplete, [*folders, *_names()])


def kinds(incomplete: str) -> list[str]:
    """Kinds of files, and of what passes between a table and a player."""
    from sim.theatre.files.locate import WHAT_IT_IS

    return [kind for kind in (*WHAT_IT_IS, *MESSAGES) if kind.startswith(incomplete)]


def styles(incomplete: str) -> list[str]:
    """For whom figures are drawn."""
    return [style for style in STYLES if style.startswith(incomplete)]


def files(incomplete: str) -> list[str]:
    """YAML files here."""
    return _fitting(incomplete, ())


def presets(incomplete: str) -> list[str]:
    """Sources of events whose tables are known."""
    from typing import get_args

    from sim.theatre.language.map_file import Preset

    return [name for name in get_args(Preset) if name.startswith(incomplete)]


def methods(incomplete: str) -> list[tuple[str, str]]:
    """Methods of sweeps, with what each measures."""
    from sim.analysis.methods import sweep_methods

    return [(name, method.about) for name, method in sweep_methods().items() if name.startswith(incomplete)]


def actors(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The actors of the scenario or result that was named before, with what they are called."""
    from sim.execution.source import find_origin
    from sim.results.errors import StoreError
    from sim.theatre.files.errors import ScenarioError

    named = [ctx.params.get("source"), *ctx.args]  # an option without its value ends the parsing before arguments
    source = next((name for name in named if name), "")
    try:
        deciders = find_origin(source).scenario.theatre.deciders
    except (ScenarioError, StoreError):
        return []
    return [(name, actor.label) for name, actor in deciders.items() if name.startswith(incomplete)]


def seats(ctx: typer.Context, incomplete: str) -> list[str]:
    """A seat of the scenario that was named before, and then a player for it."""
    from sim.play.players.registry import KINDS
    from sim.theatre.files.errors import ScenarioError
    from sim.theatre.files.load import load

    seat, is_one, players = incomplete.partition("=")
    if is_one:
        before, comma, begun = players.rpartition(",")
        whole = f"{seat}={before}{comma}"
        kinds = [kind for kind in KINDS.values() if kind.where != "table"]
        offered = [kind.name if ":" not in kind.typed or kind.name == "random" else f"{kind.name}:" for kind in kinds]
        return [f"{whole}{each}" for each in offered if each.startswith(begun)]
    named = [ctx.params.get("scenario"), *ctx.args]
    try:
        deciders = load(next((name for name in named if name), "")).theatre.deciders
    except ScenarioError:
        return []
    return [f"{name}=" for name in deciders if name.startswith(seat)]


def _names() -> Iterator[str]:
    from sim.theatre.files.locate import shipped_scenarios

    return iter(shipped_scenarios())


def _fitting(incomplete: str, known: Iterable[str]) -> list[str]:
    """Names that begin as it does, then files and folders that do."""
    named = [name for name in known if name.startswith(incomplete)]
    folder, _, begun = incomplete.rpartition("/")
    here = Path(f"{folder}/" if folder or incomplete.startswith("/") else ".")
    entries = sorted(here.iterdir()) if here.is_dir() else []
    fitting = [path for path in entries if path.name.startswith(begun) and (begun or not path.name.startswith("."))]
    files = [str(path) for path in fitting if path.suffix in (".yaml", ".yml")]
    return [*named, *files, *(f"{path}/" for path in fitting if path.is_dir() and str(path) not in named)]
