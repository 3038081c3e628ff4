"""Players by the names that a user types: `rules`, `random:0.3`, `script:plan.yaml`, `llm:MODEL` and others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.play.seats import PlayError
from sim.text import did_you_mean

from .player import Hold, Player, Rules

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

    from .purse import Purse

Where = Literal["anywhere", "here", "table"]
"""Where a player can play: in any process, in this one only, one session after another, or at a table only."""


@dataclass(frozen=True)
class Chair:
    """Where a player is to sit, and what it may use."""

    session: "Session"
    seat: str
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """How a language model is asked, as arguments of `sim.play.players.endpoint.Endpoint`."""
    purse: "Purse | None" = None
    """What language models may use, together with all others who share it."""

    @property
    def since(self) -> int:
        """The last morning that was played already, -1 if none was."""
        return self.session.turns[-1].first if self.session.turns else -1


@dataclass(frozen=True)
class Kind:
    """A kind of player."""

    name: str
    typed: str
    """How it is typed."""
    about: str
    make: Callable[[str, Chair], Player]
    """Makes one of what follows the colon, empty if nothing does."""
    where: Where = "here"
    """What is registered by others than this package, other processes do not know."""


KINDS: dict[str, Kind] = {}
"""All kinds of players, by name."""


def register(kind: Kind) -> Kind:
    """Add a kind of player."""
    KINDS[kind.name] = kind
    return kind


def kind_of(typed: str) -> Kind:
    """Find the kind of a player as it was typed.

    Raises
    ------
    PlayError
        There is none.
    """
    name = typed.partition(":")[0].strip()
    if name not in KINDS:
        there_is = ", ".join(kind.typed for kind in KINDS.values())
        raise PlayError(f"there is no player '{name}'; there are {there_is}{did_you_mean(name, KINDS)}")
    return KINDS[name]


def player_of(typed: str, chair: Chair) -> Player:
    """Make a player for a seat of what was typed.

    Parameters
    ----------
    typed : str
        Such as `random:0.3` or `script:plan.yaml`.
    chair : Chair
        The seat, and the table at which it stands.

    Returns
    -------
    Player

    Raises
    ------
    PlayError
        There is no such player, or it cannot be made of what follows the colon.
    """
    return kind_of(typed).make(typed.partition(":")[2].strip(), chair)


def _plain(made: Callable[[], Player], name: str) -> Callable[[str, Chair], Player]:
    """A kind of which there is one only."""

    def make(rest: str, chair: Chair) -> Player:
        if rest:
            raise PlayError(f"'{name}' takes nothing after it, found '{name}:{rest}'")
        return made()

    return make


def _random(rest: str, chair: Chair) -> Player:
    from .random import OFTEN, Random

    often, lethal = OFTEN, True
    for part in filter(None, (each.strip() for each in rest.split(":"))):
        if part == "bloodless":
            lethal = False
            continue
        try:
            often = float(part)
        except ValueError:
            raise PlayError(
                f"'random:{rest}' is no player; write in what share of turns it acts, such as random:0.3, and "
                "bloodless if it may not kill: random:0.3:bloodless"
            ) from None
    return Random(chair.session.seed, chair.session.run, often=often, lethal=lethal)


def _replayed(rest: str, chair: Chair, late: bool = False) -> Player:
    from .replayed import Replayed

    return Replayed(_file(rest, "replay:lived.session"), chair.seat, late=late, since=chair.since)


def _late(rest: str, chair: Chair) -> Player:
    return _replayed(rest, chair, late=True)


def _scripted(rest: str, chair: Chair) -> Player:
    from .scripted import Scripted, read_plan

    path = _file(rest, "script:plan.yaml")
    return Scripted(read_plan(path), chair.seat, called=str(path), since=chair.since)


def _file(rest: str, such_as: str) -> Path:
    if not rest:
        raise PlayError(f"name a file after the colon, such as {such_as}")
    path = Path(rest)
    if not path.is_file():
        raise PlayError(f"there is no file {path}")
    return path


def _function(rest: str, chair: Chair) -> Player:
    from .given import function_of, guarded

    return guarded(function_of(rest))


def _model(rest: str, chair: Chair) -> Player:
    from .endpoint import Endpoint
    from .llm import LanguageModel

    if not rest:
        raise PlayError("name a model after the colon, such as llm:gpt-4o-mini")
    return LanguageModel(Endpoint(rest, **chair.endpoint), chair.session, chair.seat, purse=chair.purse)


def _human(rest: str, chair: Chair) -> Player:
    from sim.play.terminal.human import Human
    from sim.play.terminal.screen import Plain

    return Human(chair.session, chair.seat, Plain())


for _kind in (
    Kind("rules", "rules", "the model's own actor", _plain(Rules, "rules"), "anywhere"),
    Kind("hold", "hold", "does nothing", _plain(Hold, "hold"), "anywhere"),
    Kind("random", "random:SHARE", "one open act at random, in a share of turns", _random, "anywhere"),
    Kind("script", "script:FILE", "a plan by date, as YAML or CSV", _scripted, "anywhere"),
    Kind(
        "replay", "replay:FILE", "the orders of a session that was lived, on the same mornings", _replayed, "anywhere"
    ),
    Kind("replay-late", "replay-late:FILE", "the same, each on the first morning after its own", _late, "anywhere"),
    Kind("function", "function:MODULE:NAME", "a Python function, of a module or of FILE.py", _function, "anywhere"),
    Kind("llm", "llm:MODEL", "a language model behind an OpenAI-compatible endpoint", _model),
    Kind("human", "human", "a person at this terminal", _human, "table"),
):
    register(_kind)
