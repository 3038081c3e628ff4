"""Which code computes a run, and its hash: the same after a sentence was mended, another after an operator was changed.

What is hashed is the code as it is parsed, without comments, docstrings, blank lines and places; so kernels are
compiled anew, and unfinished results are refused, only where something else may be computed.
"""

import ast
import hashlib
import json
from contextlib import suppress
from functools import cache
from pathlib import Path

from . import kept

KERNELS = (
    "sim.engine._numba.arithmetic",
    "sim.engine._numba.bits",
    "sim.engine._numba.decorators",
    "sim.engine._numba.struct_pointer",
    "sim.engine.adjudicate",
    "sim.engine.aside",
    "sim.engine.bound",
    "sim.engine.count",
    "sim.engine.decide",
    "sim.engine.dice",
    "sim.engine.follow",
    "sim.engine.follow_orders",
    "sim.engine.numbers",
    "sim.engine.orders",
    "sim.engine.perceive",
    "sim.engine.readings",
    "sim.engine.settle",
    "sim.engine.state",
    "sim.engine.thinning",
    "sim.engine.told",
    "sim.engine.weigh",
    "sim.theatre.compiled.arithmetic",
    "sim.theatre.compiled.program",
)
"""Modules that compiled kernels are made of: their functions, and the constants and tables that they hold."""

RULES = (
    *KERNELS,
    "sim.engine.agents",
    "sim.engine.block",
    "sim.engine.branch",
    "sim.engine.day",
    "sim.engine.draw",
    "sim.engine.going_on",
    "sim.engine.model",
    "sim.theatre.compiled.compile",
    "sim.theatre.compiled.compile_cast",
    "sim.theatre.compiled.compile_rules",
    "sim.theatre.compiled.epochs",
    "sim.theatre.language.base",
    "sim.theatre.language.changes",
    "sim.theatre.language.days",
    "sim.theatre.language.number",
    "sim.theatre.language.paths",
    "sim.theatre.language.scenario",
    "sim.theatre.language.schema",
    "sim.theatre.language.terms",
    "sim.theatre.language.variables",
    "sim.theatre.compiled.arrays",
    "sim.theatre.parameters.change",
    "sim.theatre.parameters.law",
    "sim.theatre.parameters.places",
    "sim.theatre.parameters.fitted",
    "sim.theatre.parameters.ranges",
    "sim.theatre.parameters.uncertain",
)
"""Modules that make runs of a scenario. How its files are read is no part of it: a scenario has a hash of its own."""

FOLLOWING = (
    *RULES,
    "sim.engine.particles",
    "sim.experiments.record.following",
    "sim.experiments.record.likelihood",
    "sim.theatre.compiled.compile_record",
    "sim.theatre.language.record",
)
"""Modules that make runs follow a record, and weigh them; runs of their own depend on `RULES` alone."""

_PACKAGE = Path(__file__).parents[1]

_PARSED = "parsed"
_MOST = 500
"""How many parsed sources are remembered: some versions of all modules."""


@cache
def code_sha256(modules: tuple[str, ...], package: Path = _PACKAGE) -> str:
    """Hash of the code of some modules of `sim`, the same on every machine and in every version of Python.

    To parse them takes longer than to start; so what a source has been parsed to is remembered by its text.
    """
    how = hashlib.sha256(Path(__file__).read_bytes())  # another way to parse finds nothing of this one's
    known, lines, news = _remembered(), [], {}
    for module in modules:
        source = package.joinpath(*module.split(".")[1:]).with_suffix(".py").read_bytes()
        text = how.copy()
        text.update(source)
        key = text.hexdigest()
        parsed = known.get(key) or parsed_sha256(source)
        if key not in known:
            news[key] = parsed
        lines.append(f"{module} {parsed}")
    if news:
        _remember(known | news)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _remembered() -> dict[str, str]:
    """What sources have been parsed to, by the hashes of their texts."""
    with suppress(OSError):
        if (content := kept.read(kept.home(), _PARSED)) is not None:
            return dict(json.loads(content))
    return {}


def _remember(known: dict[str, str]) -> None:
    """Keep the latest; where nothing can be kept, they are parsed again."""
    with suppress(OSError):
        kept.make_folder(kept.home())
        kept.write(kept.home(), _PARSED, json.dumps(dict(list(known.items())[-_MOST:])).encode())


def parsed_sha256(source: bytes) -> str:
    """Hash of a source as it is parsed."""
    found: list[str] = []
    _walk(ast.parse(source), found)
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _walk(node: ast.AST, found: list[str]) -> None:
    """Note kinds of nodes, names and constants in order.

    Fields that are empty are left out: versions of Python add some.
    """
    found.append(f"({type(node).__name__}")
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            parts = [part for part in value if not _is_text(part)] if name == "body" else value
            if parts:
                found.append(f"{name}:")
            for part in parts:
                _walk(part, found) if isinstance(part, ast.AST) else found.append(repr(part))
        elif isinstance(value, ast.AST):
            found.append(f"{name}:")
            _walk(value, found)
        elif value is not None:
            found.append(f"{name}={value!r}")
    found.append(")")


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is only a text: a docstring, of a constant or a field too."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
