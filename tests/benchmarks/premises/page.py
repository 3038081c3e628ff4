"""The page of the measure."""

from collections.abc import Iterator

from .kinds import KINDS, NAMES, REASONS
from .measure import Count

HEAD = """# Sentences whose premise is absent

Over {runs:,} runs of `{scenario}`, seed {seed} (`python -m tests.benchmarks.premises`): how many sentences presuppose
something, and in how many of them it is not so in their run. *Before* is the one sentence that each act had until it
got several wordings (`before.yaml`), with what was printed as its reason; *now* is what is told. What makes a premise
true is read from the acts of the run, not by the conditions of the theatre (`kinds.py`).

| what is presupposed | before: absent | of | now: absent | of |
|---|---|---|---|---|
"""
TAIL = """
Sentences that repeat, word for word, one told before in the same run: {was} % before, {now} % now. A check that knows
no act by name (`wordings.py`) goes over all {wordings} wordings of the theatre's {actions} acts: words such as "again",
"after the" or "nobody dies" stand only in wordings that are told where that is so. It finds {faults}.
"""


def written(was: Count, now: Count, about: dict[str, object]) -> str:
    """The page of two counts."""
    totals = " | ".join(f"**{count.absent.total():,}** | {count.told.total():,}" for count in (was, now))
    rows = [*_rows(was, now), f"| **all** | {totals} |"]
    return HEAD.format(**about) + "\n".join(rows) + "\n" + TAIL.format(**about)


def _rows(was: Count, now: Count) -> Iterator[str]:
    for kind in (*KINDS, *NAMES, *REASONS):
        name = kind.name
        if was.told[name] or now.told[name]:
            yield f"| {name} | {_of(was, name)} | {_of(now, name)} |"


def _of(count: Count, name: str) -> str:
    return f"{count.absent[name]:,} | {count.told[name]:,}" if count.told[name] else " | "
