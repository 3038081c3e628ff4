"""What a page states in numbers, and what computes each: a sentence with blanks, and a function that fills them.

    @states("war comes in {only_with} only where it was carried out")
    def _():
        return {"only_with": ...}

`python -m tests.stated` computes all of them, writes the numbers into the README where they differ, and NUMBERS.md, the
table of what was computed. The tests hold every number of the README's text to one of these sentences, and compute
those that take little time.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Values = dict[str, Any]
NUMBER = r"[-+]?\d[\d.,]*\d|[-+]?\d"


@dataclass(frozen=True)
class Sentence:
    """Words with blanks, and what fills them."""

    words: str
    values: Callable[[], Values]
    seconds: float
    """What it takes to compute, on a small machine; what takes long is left to the command."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the sentence whatever the numbers and wherever lines break."""
        parts = re.split(r"\{(\w+)\}", " ".join(self.words.split()))
        wanted = [r"\s+".join(map(re.escape, re.split(r"\s+", part))) for part in parts[::2]]
        names = [f"(?P<{name}>{NUMBER}|[a-z-]+)" for name in parts[1::2]]
        return re.compile("".join(text + name for text, name in zip(wanted, [*names, ""], strict=True)))

    def computed(self) -> dict[str, str]:
        """Each blank as it is to be printed."""
        return {name: str(value) for name, value in self.values().items()}

    def found(self, page: str) -> re.Match[str]:
        """Where the page says it.

        Raises
        ------
        LookupError
            Nowhere, or more than once.
        """
        found = list(self.pattern.finditer(page))
        if len(found) != 1:
            raise LookupError(f"found {len(found)} times: {self.words}")
        return found[0]

    def row(self, values: dict[str, str]) -> str:
        """The sentence with its numbers, and what computes them, as a row of the table."""
        return f"| {self.words.format(**values)} | `{self.values.__module__}.{self.values.__name__}` |\n"

    def written(self, page: str, values: dict[str, str]) -> str:
        """The page with these values in the sentence."""
        match = self.found(page)
        for name in sorted(values, key=match.start, reverse=True):
            page = page[: match.start(name)] + values[name] + page[match.end(name) :]
        return page


SENTENCES: list[Sentence] = []


def states(words: str, seconds: float = 1.0) -> Callable[[Callable[[], Values]], Callable[[], Values]]:
    """Register a sentence with the function that fills its blanks."""

    def register(values: Callable[[], Values]) -> Callable[[], Values]:
        SENTENCES.append(Sentence(words, values, seconds))
        return values

    return register


def percent(share: float, digits: int = 1) -> str:
    """A share as the page writes it."""
    return f"{100 * share:.{digits}f}"


NO_FIGURES = re.compile(
    r"""
    ```.*?```                                   # blocks: commands and answers, held by tests of their own
    | `[^`]*` | \]\([^)]*\) | <!--.*?-->        # code, links
    | ^\|.*?$                                   # tables: questions, and seconds that `make bench` measures
    | \b(?:19|20)\d\d(?:\s+to\s+(?:19|20)\d\d)?\b    # years
    | \b\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\b
    | \b(?:Python|Mesa|GDELT|run|runs|section|Seed|seed|rung)\s+[\d.]+(?:\s+(?:to|or)\s+\d+)?(?:\s+above)?
    | between\s0\sand\s1 | up\sto\s1 | down\sto\s0 | from\s0 | code\s5 | 2\sof\s+100\sruns | 1678\sor\safter\s2262
    | A\sshare\sof\s2\s% | (?:30\sto\s50|45\sand\s90)\sminutes
    | record\sand\s1,000\sruns | futures\sof\s90\sdays | first\s512\sruns | jobs\sof\s10,000\sruns
    | 1,000\sruns\sof\sthe\sbaseline\] | 2\.4\sGHz | `describe`\s+0\.4|\b0\.4,\sand | 365\sdays
    | \b95\s%\s(?:intervals?|\*\*)|\*\*95\s%\sinterval\*\*|5th\sand\s(?:the\s)?95th|EPYC\s\d+|SHA-256|3-Clause|1\.1
    """,
    re.S | re.M | re.X,
)
"""Digits that are no figure of the model: names, dates, versions."""


def unheld(page: str) -> Iterator[str]:
    """Figures in the text of a page that no sentence holds, each with the words about it."""
    held = [span for sentence in SENTENCES for span in _spans(sentence, page)]
    free = [match.span() for match in NO_FIGURES.finditer(page)]
    for match in re.finditer(NUMBER, page):
        if not any(first <= match.start() and match.end() <= last for first, last in (*held, *free)):
            yield " ".join(page[max(match.start() - 40, 0) : match.end() + 30].split())


def _spans(sentence: Sentence, page: str) -> list[tuple[int, int]]:
    return [match.span() for match in sentence.pattern.finditer(page)]
