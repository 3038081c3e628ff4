"""What became of each row of a table: every one is counted once, and nothing is dropped in silence."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Fate = Literal[
    "kept",
    "merged",
    "joined",
    "filtered",
    "outside",
    "ignored",
    "unknown_actor",
    "unknown_type",
    "no_act",
    "undated",
    "vague",
    "malformed",
]
FATES: dict[Fate, str] = {
    "kept": "kept as events",
    "merged": "merged into these as duplicates",
    "joined": "counted with these, as more of the same act on its day",
    "filtered": "left out by 'only'",
    "outside": "outside the dates",
    "ignored": "left out by 'ignore'",
    "unknown_actor": "of actors that the map does not know",
    "unknown_type": "of types that no rule mentions",
    "no_act": "of known actors and types, but of no single act",
    "undated": "with a date that cannot be read",
    "vague": "with too vague a date",
    "malformed": "with more or fewer cells than there are columns",
}
"""What may become of a row, in words that follow a number of rows."""


@dataclass
class Tally:
    """What a table held."""

    rows: Counter[Fate] = field(default_factory=Counter)
    """Rows by what became of them."""
    actors: Counter[str] = field(default_factory=Counter)
    """Names that the map does not know, in rows that were lost by it."""
    others: Counter[str] = field(default_factory=Counter)
    """Names that the map does not know, in rows of which an act was made all the same."""
    types: Counter[str] = field(default_factory=Counter)
    """Types that no rule speaks of."""
    puzzles: Counter[str] = field(default_factory=Counter)
    """Why rows of known actors and types are no one act."""
    dates: Counter[str] = field(default_factory=Counter)
    """What is no date."""
    deaths: Counter[str] = field(default_factory=Counter)
    """What is no number of deaths, in rows that were kept without one."""
    malformed: list[str] = field(default_factory=list)
    """Lines of the first rows with other cells than the table has columns."""
    long: int = 0
    """Rows of as many cells as there are columns that go on over an end of line, as by a quotation mark left open."""
    long_at: list[str] = field(default_factory=list)
    """Lines of the first of these."""
    swapped: int = 0
    """Kept rows whose dates were read the other way round, since they ended before they began."""
    straddling: int = 0
    """Rows outside the dates of which a part lies within."""
    without_deaths: int = 0
    """Kept rows that do not say how many died."""

    @property
    def read(self) -> int:
        """How many rows there are."""
        return self.rows.total()

    def as_data(self) -> dict[str, Any]:
        """All of it, as JSON knows it: lists begin with what is most frequent."""
        lists = {
            "unknown_actors": self.actors,
            "unknown_others": self.others,
            "unknown_types": self.types,
            "ambiguous": self.puzzles,
            "unread_dates": self.dates,
            "unread_deaths": self.deaths,
        }
        return {
            "rows": {"read": self.read, **{fate: self.rows[fate] for fate in FATES}},
            **{name: [{"what": what, "rows": n} for what, n in ranked(found)] for name, found in lists.items()},
            "malformed_lines": self.malformed,
            "of_several_lines": self.long,
            "several_lines": self.long_at,
            "swapped_dates": self.swapped,
            "straddling": self.straddling,
            "without_deaths": self.without_deaths,
        }


def ranked(found: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, equals by name."""
    return sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
