"""Comments written into a YAML file, line by line, that leave what it says as it is."""

from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.tokens import ScalarToken

WIDTH = 60
"""Columns before a comment, where the line is no longer."""


def with_comments(text: str, comments: Mapping[int, str]) -> str:
    """Return the text with a comment at the end of some lines, counted from 1.

    Where a line ends within a text of several lines, the comment stands where that text ends, or where a block of text
    is announced: within it, it would be part of it.
    """
    ends = _ends(text)
    lines = text.splitlines()
    said: dict[int, list[str]] = {}
    for line in sorted(comments):
        at = line
        while at in ends:
            at = ends[at]
        said.setdefault(at, []).append(comments[line])
    for at, parts in said.items():
        lines[at - 1] = _commented(lines[at - 1], "; ".join(parts))
    return "\n".join(lines) + "\n"


def _commented(line: str, comment: str) -> str:
    line = line.rstrip()
    return f"{line}; {comment}" if " # " in line and _ends_in_comment(line) else f"{line:<{WIDTH}}  # {comment}"


def _ends_in_comment(line: str) -> bool:
    """Whether a line that is no part of a longer text has a comment already."""
    quote = ""
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'" and (at == 0 or line[at - 1] in " [{,:"):
            quote = letter
        elif letter == "#" and line[at - 1] == " ":
            return True
    return False


def _ends(text: str) -> dict[int, int]:
    """Lines that end within a text: the line on which it ends or, of a block, on which it is announced."""
    found: dict[int, int] = {}
    for token in YAML(typ="safe", pure=True).scan(text):
        if not isinstance(token, ScalarToken) or token.start_mark.line == token.end_mark.line:
            continue
        first, end = token.start_mark.line + 1, token.end_mark.line + 1
        if token.style in ("|", ">"):
            found |= dict.fromkeys(range(first + 1, end), first)
        else:
            found |= dict.fromkeys(range(first, end), end)
    return found
