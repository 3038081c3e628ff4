"""What passes between the workbench's page and the server.

The state is all that a reader has chosen. The page keeps it in its address, behind the #, and sends it whole::

    {"scenario": "baseline", "runs": 1000, "seed": 7, "numbers": {"actions.iran.seize_tanker.rate": 0.02},
     "off": ["waivers_end"], "forbid": ["us.kill_commanders"], "allow": [], "variable": "tension",
     "run": null, "day": null, "record": false}

All but `scenario` may be left out; `seed` left out is the scenario's. `off` names entries of the script, `forbid` acts
that nobody may do, and `allow` acts that the scenario forbids and the reader does not. `run`, `day` and `record` are
the page's own affair.

`POST /workbench/open {"scenario": name}` answers what a page needs of a scenario (`sim.serve.workbench.catalogue`).
With `"state": {...}` as a link has it, whatever that may be, the answer has besides `state`, what of it can stand, and
`left_out`, a sentence for each item that cannot. `POST /workbench/search {"scenario": name, "words": text}` answers
`{"levers": [...]}`, at most 40 of them.

`WS /workbench/line`: the page sends `{"kind": "move", "n": k, "state": {...}, "holds": false}`, k growing. It is
answered by::

    {"kind": "moved", "n": k, "runs": 1000, "final": true, "seconds": 0.27,
     "still": {...}, "moved": {...}, "apart": [...], "deaths": {...}}

or by `{"kind": "refused", "n": k, "reasons": [sentences]}`. A move that is overtaken is answered by nothing, or by its
preview. `final` is false for that: fewer runs, while moves follow each other; the next answer follows by itself.
`still` is sent unless the page `holds` it, of the same scenario, seed, runs and variable; it always has all runs.
`still` and `moved` are alike::

    {"runs": n, "failed": n, "quantiles": packed (level, day), "standing": packed (rung, day),
     "reached": {"rungs": [...], "runs": packed (rung of these, day)},
     "outcomes": [{"id", "runs", "share", "low", "high", "median": day or null}],
     "deaths": {"mean", "low", "high", "quantiles": [10 %, 50 %, 90 %], "at_least": [runs with so many dead]}}

Packed arrays are those of `sim.report.pack`; what levels and least numbers of dead are is in `levels` and `least_dead`
of what `open` answers, and outcomes stand in the order of its `outcomes`. Failed runs are counted nowhere. `apart` is
empty where nothing is moved; else, in the same order, the moved runs less the still ones::

    {"id", "difference", "low", "high", "to": pairs in which it came about only when moved, "fro": only when still,
     "sure": whether it differs by more than chance, all outcomes being looked at (`sim.analysis.paired.differ`)}

and `deaths` is `{"difference", "low", "high"}`, the mean of pairs, or null.

Whatever else is asked is a POST whose answer is JSON, or `{"refused": text, "reasons": [sentences]}` with a status of
400 or more:

- `/workbench/matter {scenario}`: `{"matter": [levers], "matter_for": sentence}`, the numbers that matter most, each
  with what it `does`. The first answer takes seconds, since it is measured.
- `/workbench/lines {state, most}`: `{"run": [numbers], "step": days, "values": packed (run, point), "told": [{"run",
  "rank"}]}`, paths of the first runs in the variable that is shown, so that a click finds the nearest; and of all runs,
  in the order of the means of their days, some to begin with, `rank` being the share of the others that lie lower.
- `/workbench/line {state, run}`: `{"run", "values": packed (day), "outcomes": [first days, -1 for never], "deaths",
  "failed"}`, in the variable that is shown.
- `/workbench/story {state, run, turns}`: see `sim.serve.workbench.told.story`.
- `/workbench/why {state, run, event}` or `{state, run, day, actor}`: see `sim.serve.workbench.told.why`.
- `/workbench/branch {state, run, day}`: see `sim.serve.workbench.told.branched`.
- `/workbench/scenario {state}`: `{"name": file name, "text": YAML, "command": what gives the same bits}`.
- `GET /workbench/results`: `{"results": [{"name", "title", "scenario", "runs", "seed"}]}`, the youngest first.
- `GET /workbench/results/NAME` and `/workbench/results/NAME/beside/OTHER`: the report, a page of its own.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from sim.text import capital, printable

MOST_RUNS, FEWEST_RUNS = 2000, 50
MOST_NUMBERS = 60
MOST_SWITCHES = 200

M = TypeVar("M", bound="Message")
Word = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Refused(ValueError):  # noqa: N818  # what is refused is no error of the server's
    """Something asked for cannot be done; the sentences say why and what can."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Message(BaseModel):
    """Something that a page asks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class State(Message):
    """All that a reader has chosen."""

    scenario: Word
    runs: Annotated[int, Field(ge=FEWEST_RUNS, le=MOST_RUNS)] = 1000
    seed: Annotated[int, Field(ge=0, lt=10**15)] | None = None
    """Of at most 15 digits, which JavaScript counts exactly."""
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


class Open(Message):
    """A scenario by name, and what a link asks of it."""

    scenario: Word
    state: dict[Word, Any] | None = None


class Search(Message):
    """Levers by words."""

    scenario: Word
    words: Annotated[str, Field(max_length=200)]


class Of(Message):
    """What is asked of a state."""

    state: State


class OfRun(Of):
    """A run of a state."""

    run: Annotated[int, Field(ge=0, lt=2**32)]


class Story(OfRun):
    """A run to be told."""

    turns: bool = False
    """Whether its turning points are looked for; that takes a second."""


class Why(OfRun):
    """An act by its number, or a choice by its day and who made it."""

    event: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    day: Annotated[int, Field(ge=0, le=20_000)] | None = None
    actor: Name | None = None


class Branch(OfRun):
    """A morning of a run."""

    day: Annotated[int, Field(ge=0, le=20_000)]


class Lines(Of):
    """Single runs of a state."""

    most: Annotated[int, Field(ge=1, le=400)] = 200


class Move(Message):
    """A move of a hand."""

    kind: str
    n: Annotated[int, Field(ge=0, lt=2**53)]
    state: State
    holds: bool = False
    """Whether the page has the unmoved runs of this state, and need not be told of them."""


def read(kind: type[M], content: Any) -> M:
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


def sentence(said: object) -> str:
    """What an error says, as a sentence."""
    text = printable(capital(str(said)))
    return text if text.endswith((".", "?", "!")) else f"{text}."


_FIELDS = {
    "runs": f"There can be from {FEWEST_RUNS:,} to {MOST_RUNS:,} runs",
    "seed": "A seed is a whole number of at most 15 digits",
    "run": "A run is named by a whole number",
    "day": "A day is a whole number, counted from 0",
    "record": "What really happened is shown by “yes”",
    "variable": "A variable is named by small letters, digits and underscores",
    "numbers": "Numbers are moved by their paths",
    "off": "Script entries are named in a list",
    "forbid": "Acts that nobody may do are named in a list",
    "allow": "Acts that are allowed again are named in a list",
}
"""Of what a reader chooses, what it can be: as the fields of the page say it."""
_MANY = {
    "numbers": f"At most {MOST_NUMBERS} numbers can be moved at once.",
    **dict.fromkeys(("off", "forbid", "allow"), f"At most {MOST_SWITCHES} of a kind can be switched at once."),
}


def _sentence(fault: Any) -> str:
    where = [str(part)[:80] for part in fault["loc"] if part not in ("[key]", "state")]
    field = where[0] if where else ""
    if fault["type"] == "extra_forbidden":
        return printable(f"“{where[-1]}” means nothing here.")
    if field in _FIELDS:
        if fault["type"] == "too_long":
            return _MANY[field]
        can = f"{where[1]} takes a number" if field == "numbers" and len(where) > 1 else _FIELDS[field]
        return printable(f"{can}, and not {_quoted(fault['input'])}.")
    said = str(fault["msg"]).removeprefix("Value error, ")
    return printable(f"{'.'.join(where) or 'the message'}: {said[:1].lower()}{said[1:]}")


def _quoted(given: Any) -> str:
    """What was given, as far as it can be quoted."""
    return f"“{str(given)[:80]}”" if isinstance(given, str | int | float) else "something else"
