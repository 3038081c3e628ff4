"""Comments written into a YAML file, line by line, that leave what it says as it is."""

from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.tokens import ScalarToken

WIDTH = 60
"""Columns before a comment, where the line is no longer."""


def with_comments(text: str, comments: Mapping[int, str]) -> str:
    """Return the text with a comment at the end of some lines, counted from 1.

    Where a line ends within quotes or within a text of several lines, the comment stands at the end of that text, or
    above a block of text: a comment within it would be part of it.
    """
    last, block = _texts(text)
    lines = text.splitlines()
    said: dict[int, list[str]] = {}
    for line in sorted(comments):
        at = line
        while at in last:
            at = last[at]
        said.setdefault(at, []).append(comments[line])
    for at, parts in said.items():
        lines[at - 1] = _commented(lines[at - 1], "; ".join(parts))
    assert not block & said.keys()
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


def _texts(text: str) -> tuple[dict[int, int], set[int]]:
    """Lines that end within a text: the line on which that ends. And lines within blocks, which have no such end."""
    last: dict[int, int] = {}
    block: set[int] = set()
    for token in YAML(typ="safe", pure=True).scan(text):
        if not isinstance(token, ScalarToken) or token.start_mark.line == token.end_mark.line:
            continue
        first, end = token.start_mark.line + 1, token.end_mark.line + 1
        if token.style in ("|", ">"):
            block |= set(range(first + 1, end))
            continue
        for line in range(first, end):
            last[line] = end
    return last, block
