"""Text for LaTeX as it comes, without packages: nothing that stands in a file of ours is a command there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_COMMANDS = {
    "\\": r"\textbackslash{}",
    **{letter: rf"\{letter}" for letter in "{}$&#_%"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"${letter}$" for letter in "<>|"},
    "[": "{[}",  # after the end of a row it would begin an option
}
_LETTERS = {
    **{"\N{EN DASH}": "--", "\N{EM DASH}": "---", "\N{MINUS SIGN}": "$-$", "\N{NO-BREAK SPACE}": "~"},
    **{"\N{LEFT SINGLE QUOTATION MARK}": "`", "\N{RIGHT SINGLE QUOTATION MARK}": "'"},
    **{"\N{LEFT DOUBLE QUOTATION MARK}": "``", "\N{RIGHT DOUBLE QUOTATION MARK}": "''"},
    **{"×": r"$\times$", "·": r"$\cdot$", "°": r"$^\circ$", "±": r"$\pm$", "…": r"\ldots{}"},
    **{"≤": r"$\leq$", "≥": r"$\geq$", "→": r"$\to$"},
}
_LIGATURES = {"--", "``", "''", "?`", "!`"}
"""What LaTeX would join into another sign."""
_BREAKABLE = re.compile(r"\.|\\_|\*")
_KNOWN = "\u017f"
"""The last letter of Latin script that LaTeX reads without a package."""


def escaped(text: str) -> str:
    """Text that LaTeX sets as it stands; a letter that its usual fonts lack becomes its code point."""
    line = " ".join(text.split())
    return "".join(
        _escaped(letter) + ("{}" if letter + following in _LIGATURES else "")
        for letter, following in zip(line, [*line[1:], " "][: len(line)], strict=True)
    )


def _escaped(letter: str) -> str:
    known = _COMMANDS.get(letter) or _LETTERS.get(letter)
    if known is not None:
        return known
    if letter.isprintable() and (letter.isascii() or "\u00c0" <= letter <= _KNOWN):
        return letter
    return f"{{[}}U+{ord(letter):04X}]"


def code(path: str) -> str:
    """A path in the letters of a typewriter, broken where a line ends."""
    breakable = _BREAKABLE.sub(lambda found: rf"{found[0]}\allowbreak{{}}", escaped(path))
    return rf"\texttt{{{breakable}}}"


def tables(head: Sequence[str], rows: Iterable[Sequence[str]], columns: str, at_once: int = 20) -> Iterator[str]:
    """Lines of as many tables as it takes, each small enough for a page, of cells that are LaTeX already."""
    left = iter(rows)
    while some := list(islice(left, at_once)):
        yield rf"\noindent\begin{{tabular}}{{{columns}}}"
        yield r"\hline"
        yield f"{' & '.join(head)} \\\\ \\hline"
        yield from (f"{' & '.join(row)} \\\\" for row in some)
        yield r"\hline"
        yield r"\end{tabular}\par\bigskip"
