"""What a user reads is modern, plain and about nobody's sex: some words are in no sentence of the package."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
BANNED = re.compile(
    r"""
    \b(?: nought | naught | anew | whosoever | whomsoever | thereof | whereof | hitherto | unto | henceforth
        | he | his | him | himself | she | hers | herself | mankind | chairman
        | of[ ]who[ ]says | runs?[ ]that[ ](?:really[ ])?happened | so[ ]far[ ]to[ ]each[ ]side | whatever[ ]its[ ]sign
        | (?:held|hold)[ ]beside | counts?[ ](?:in[ ]no[ ](?:share|answer)|nowhere)
        | (?:is|are|was|were)[ ]told(?![ ](?:apart|from)) | (?<!there[ ])is[ ]no[ ](?:result|number|name|history)
    )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Archaisms, riddles, pronouns of one sex for people, and runs as if they had been: words that were once there."""


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Texts that may reach a user, by their line: all but docstrings; a formatted one has `…` for its blanks."""
    tree = ast.parse(source)
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def public_docstrings() -> Iterator[tuple[str, str]]:
    """What `help` shows of each name that `sim` exports."""
    for name in sim.__all__:
        text = getattr(sim, name).__doc__
        if text and not isinstance(getattr(sim, name), str):
            yield f"help(sim.{name})", text


def found(text: str) -> list[str]:
    return [each[0] for each in BANNED.finditer(text)]


def test_no_sentence_of_the_package_has_a_word_that_nobody_would_say(record_property):
    places = [
        (f"{file.relative_to(PACKAGE.parent)}:{line}", text)
        for file in sorted(PACKAGE.rglob("*.py"))
        for line, text in sentences(file.read_text(encoding="utf-8"))
        if " " in text.strip()
    ]
    starts = [
        (f"{file.relative_to(PACKAGE.parent)}:{at}", line)
        for file in sorted(PACKAGE.joinpath("cli", "starts").glob("*.yaml"))
        for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    ]
    read = [*places, *starts, *public_docstrings()]
    faults = [f"{place}: {', '.join(words)}: {text.strip()[:100]}" for place, text in read if (words := found(text))]
    assert not faults, "\n".join(faults)
    assert len(places) > 2000
    record_property("now", f"none in {len(read):,} texts")


@pytest.mark.parametrize(
    "text",
    ["A reader sees what he wants.", "Five runs that happened.", "it is no number", "3 runs count in no share",
     "the rest is told below", "made anew", "Of who says so, nought."],
)  # fmt: skip
def test_a_word_that_is_banned_is_found(text):
    assert found(text)


def test_what_only_looks_like_one_is_not():
    assert not found("The shares cannot be told apart; this is not a number of theirs, whether or not there is one.")
    (one,) = sentences('"""He is silent here."""\nx = f"a {y} of b"\n')
    assert one == (2, "a … of b")
