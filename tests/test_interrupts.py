"""Ctrl-C at any moment of a command ends it with one word and exit code 130, and without a traceback."""

import os
import subprocess
import sys

import pytest

PRESSED = """
import os, signal, sys

class Press:
    def find_spec(self, name, *_):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Press())
sys.argv = ["sim", *{words!r}]
from sim.cli import main
main()
"""
SWALLOWED = """
import os, signal, sys
import sim.theatre.files.load as load

def check(name):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass
    except KeyboardInterrupt:
        raise ImportError("multiarray failed to import")

load.check = check
sys.argv = ["sim", "validate", "baseline"]
from sim.cli import main
main()
"""
AT_THE_END = """
import atexit, os, signal, sys

atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv = ["sim", "schema"]
from sim.cli import main
main()
"""


def ended(code: str, tmp_path) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.fault("Ctrl-C", "a traceback, within the first fifth of a second of start")
@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("typer", ["--help"]),
        ("rich.console", ["--help"]),
        ("sim.cli.app", ["validate", "baseline"]),
        ("numpy", ["replay", "first_lesson", "--run", "1"]),
        ("pydantic", ["validate", "baseline"]),
        ("numba", ["replay", "first_lesson", "--run", "1"]),
    ],
)
def test_pressed_while_something_is_imported_it_ends_the_command(module, words, tmp_path, record_property):
    assert ended(PRESSED.format(module=module, words=words), tmp_path) == (130, "Interrupted.\n")
    record_property("now", "Interrupted., exit code 130, whatever is being imported")


def test_an_interrupt_that_was_taken_for_another_error_is_one_all_the_same(tmp_path):
    assert ended(SWALLOWED, tmp_path) == (130, "Interrupted.\n")


def test_pressed_when_all_is_done_it_disturbs_nothing(tmp_path):
    assert ended(AT_THE_END, tmp_path) == (0, "")
