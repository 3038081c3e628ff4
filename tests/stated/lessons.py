"""The sentences of the lessons that state a number, and what their cells compute it by."""

import ast
import re
from collections.abc import Iterator

from tests import notebooks

_BLANK = re.compile(r"\{(\w+)[^{}]*\}")


def rows() -> Iterator[tuple[str, str, str]]:
    """Lesson, sentence with its blanks, and what fills each."""
    for lesson in notebooks.EVERY:
        place = "solution" if lesson.parent.name == "solutions" else "lesson"
        for cell in notebooks.code(lesson):
            yield from ((f"{place} {lesson.stem[0]}", *row) for row in _of_cell(cell))


def _of_cell(cell: str) -> Iterator[tuple[str, str]]:
    if cell.startswith("%%"):
        return
    tree = ast.parse(cell)
    assigned = {ast.unparse(node.targets[0]): node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "say":
            given = {each.arg: ast.unparse(assigned.get(ast.unparse(each.value), each.value)) for each in call.keywords}
            for sentence in _sentences(call):
                names = [name for name in dict.fromkeys(_BLANK.findall(sentence)) if name in given]
                if names:
                    yield sentence, "; ".join(f"{name}: `{_short(given[name])}`" for name in names)


def _sentences(call: ast.Call) -> Iterator[str]:
    for part in ast.walk(call):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _BLANK.search(part.value):
            yield from re.split(r"(?<=[.?!:])\s+(?=[A-Z*-])", " ".join(part.value.split()))


def _short(expression: str) -> str:
    plain = " ".join(expression.split()).replace("|", "\\|")
    return plain if len(plain) <= 160 else f"{plain[:157]}…"
