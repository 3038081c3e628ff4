"""What is public explains itself: every parameter, what comes back, what is raised; examples give what they say."""

import ast
import doctest
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import sim

SAID_FOR_ALL_FIGURES = {"ensemble", "comparison", "choices", "sweep", "measure", "ax"}
"""Parameters that the docstring of `sim.plots` explains for every figure."""


def public() -> Iterator[tuple[str, Any]]:
    """Functions, classes and their public members, by the names users call them by."""
    for name in sim.__all__:
        thing = getattr(sim, name)
        if inspect.isclass(thing) and thing.__module__.startswith("sim."):
            yield name, thing
            for member, what in vars(thing).items():
                what = inspect.unwrap(getattr(what, "fget", None) or getattr(what, "func", None) or what)
                if not member.startswith("_") and inspect.isfunction(what):
                    yield f"{name}.{member}", what
        elif inspect.isfunction(thing):
            yield name, thing
    for place in ("play", "plots", "report"):
        module = getattr(sim, place)
        for name in module.__all__:
            if inspect.isfunction(thing := getattr(module, name)):
                yield f"{place}.{name}", thing


EVERY = dict(public())
FUNCTIONS = {name: thing for name, thing in EVERY.items() if inspect.isfunction(thing)}


def section(thing: Any, title: str) -> str:
    """What stands under a title of a docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", inspect.getdoc(thing) or "", re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def test_all_that_is_exported_is_looked_at():
    seen = {name.split(".")[0] for name in EVERY}
    assert set(sim.__all__) - seen == {"__version__"}
    assert len(FUNCTIONS) > 60


@pytest.mark.parametrize("name", EVERY)
def test_it_has_a_docstring(name):
    assert len((EVERY[name].__doc__ or "").strip()) > 10


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not name[0].isupper()])
def test_every_parameter_is_explained(name):
    said = section(FUNCTIONS[name], "Parameters")
    known = SAID_FOR_ALL_FIGURES if name.startswith("plots.") else set()
    parameters = set(inspect.signature(FUNCTIONS[name]).parameters) - known
    assert not [each for each in parameters if not re.search(rf"^\*?.*\b{each}\b.* : ", said, re.MULTILINE)]


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "." not in name or name.startswith("report.")])
def test_what_comes_back_is_said(name):
    assert section(FUNCTIONS[name], "Returns") or inspect.signature(FUNCTIONS[name]).return_annotation is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_it_raises_itself_is_said(name):
    tree = ast.parse(textwrap.dedent(inspect.getsource(FUNCTIONS[name])))
    raised = {each.exc.func.id for each in ast.walk(tree) if isinstance(each, ast.Raise) and hasattr(each.exc, "func")}
    said = section(FUNCTIONS[name], "Raises")
    assert not [kind for kind in raised if kind not in said]


EXAMPLES = ["", ".theatre.files.load", ".experiments.pairs.compare", ".replays.replay", ".results.ensemble"]


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_give_what_they_say(module):
    failed, tried = doctest.testmod(import_module(f"sim{module}"), optionflags=doctest.ELLIPSIS)
    assert tried >= 1
    assert not failed


def test_type_checkers_are_told_the_places_from_which_public_names_come():
    told = re.findall(r"^    from (\S+) import (\w+) as (\w+)", Path(sim.__file__).read_text(encoding="utf-8"), re.M)
    assert {name: f"{module}.{attribute}" for module, attribute, name in told} == sim._PLACES


def test_no_folder_of_the_package_hides_a_public_name():
    folders = {path.name for path in Path(sim.__file__).parent.iterdir() if path.is_dir()}
    assert {name for name in folders & sim._PLACES.keys() if sim._PLACES[name] != f"sim.{name}"} == set()
