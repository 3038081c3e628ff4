"""What passes between the workbench's page and the server.

The state is all that a reader has chosen. The page keeps it in its address, behind the #, and sends it whole::

    {"scenario": "baseline", "runs": 1000, "seed": 7, "numbers": {"actions.iran.seize_tanker.rate": 0.02},
     "off": ["waivers_end"], "forbid": ["us.kill_commanders"], "allow": [], "variable": "tension",
     "run": null, "day": null, "record": false}

All but `scenario` may be left out; `seed` left out is the scenario's. `off` names entries of the script, `forbid` acts
that nobody may do, and `allow` acts that the scenario forbids and the reader does not. `run`, `day` and `record` are
the page's own affair.

`POST /workbench/open {"scenario": name}` answers what a page needs of a scenario (`sim.serve.workbench.catalogue`), and
`POST /workbench/search {"scenario": name, "words": text}` answers `{"levers": [...]}`, at most 40 of them.

`WS /workbench/line`: the page sends `{"kind": "move", "n": k, "state": {...}}`, k growing. It is answered by::

    {"kind": "moved", "n": k, "runs": 1000, "final": true, "seconds": 0.27,
     "still": {...}, "moved": {...}, "apart": [...], "deaths": {...}}

or by `{"kind": "refused", "n": k, "reasons": [sentences]}`. A move that is overtaken is answered by nothing, or by its
preview. `final` is false for that: fewer runs, while moves follow each other; the next answer follows by itself. `still`
is sent with the first answer and whenever scenario, seed, runs, or variable are others than in the answer before; it
always has all runs. `still` and `moved` are alike::

    {"runs": n, "failed": n, "quantiles": packed (level, day), "standing": packed (rung, day),
     "outcomes": [{"id", "runs", "share", "low", "high", "median": day or null}],
     "deaths": {"mean", "low", "high", "none": share without, "quantiles": [10 %, 50 %, 90 %]}}

Packed arrays are those of `sim.report.pack`; levels are `levels` of what `open` answers, and outcomes stand in the order
of its `outcomes`. `apart` is empty where nothing is moved; else, in the same order, the moved runs less the still ones::

    {"id", "difference", "low", "high", "to": pairs in which it came about only when moved, "fro": only when still}

and `deaths` is `{"difference", "low", "high"}`, the mean of pairs, or null.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

MOST_RUNS, FEWEST_RUNS = 2000, 50
MOST_NUMBERS = 60
MOST_SWITCHES = 200

Word = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Refused(ValueError):  # noqa: N818  # what is refused is no error of the server's
    """Something asked for cannot be done; the sentences say why and what can."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Asked(BaseModel):
    """Something that a page asks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class State(Asked):
    """All that a reader has chosen."""

    scenario: Name
    runs: Annotated[int, Field(ge=FEWEST_RUNS, le=MOST_RUNS)] = 1000
    seed: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    """Up to what JavaScript counts exactly."""
    numbers: Annotated[dict[Word, FiniteFloat], Field(max_length=MOST_NUMBERS)] = {}
    off: Annotated[list[Word], Field(max_length=MOST_SWITCHES)] = []
    """Entries of the script that do not happen."""
    forbid: Annotated[list[Word], Field(max_length=MOST_SWITCHES)] = []
    allow: Annotated[list[Word], Field(max_length=MOST_SWITCHES)] = []
    """Acts that the scenario forbids and the reader does not."""
    variable: Name = "tension"
    run: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    day: Annotated[int, Field(ge=0, le=20_000)] | None = None
    record: bool = False


class Open(Asked):
    """A scenario by name."""

    scenario: Name


class Search(Asked):
    """Levers by words."""

    scenario: Name
    words: Annotated[str, Field(max_length=200)]


class Move(Asked):
    """A move of a hand."""

    kind: str
    n: Annotated[int, Field(ge=0, lt=2**53)]
    state: State


def read(kind: type[Asked], content: Any) -> Any:
    """Read what a page asks.

    Raises
    ------
    Refused
        It is not as it should be; each fault is a sentence.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise Refused(*(_sentence(each) for each in error.errors()[:8])) from None


def _sentence(fault: Any) -> str:
    where = ".".join(str(part)[:80] for part in fault["loc"] if part != "[key]") or "the message"
    said = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {said[:1].lower()}{said[1:]}"
