"""A command that a server has forked is what an interpreter of its own would have been."""

import json
import os

import pytest

from .commands import CAN_FORK, command

PROBE = """
import json, os, sys
print(json.dumps({
    "words": sys.argv[1:], "folder": os.getcwd(), "columns": os.environ.get("COLUMNS"), "parent": os.getppid(),
    "terminal": [stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)], "asked": sys.stdin.read(),
    "changed": os.environ.get("LINES"), "left": hasattr(json, "left"), "name": __name__, "process": os.getpid(),
}))
print("noted", file=sys.stderr)
os.environ["LINES"], json.left = "7", True
if sys.argv[1] == "die":
    os.abort()
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("fresh", [False, True])
def test_a_command_has_arguments_folder_streams_and_an_end_of_its_own(fresh, place):
    told = []
    for code, columns in ((7, "60"), (0, "200")):
        ended = command("probe", str(code), "ü b", cwd=place, fresh=fresh, COLUMNS=columns)
        assert (ended.returncode, ended.stderr) == (code, "noted\n")
        told.append(json.loads(ended.stdout))
        assert told[-1]["words"] == [str(code), "ü b"]
        assert told[-1]["folder"] == str(place)
        assert told[-1]["columns"] == columns
        assert told[-1]["terminal"][1:] == [False, False]
        assert (told[-1]["asked"], told[-1]["name"]) == ("", "__main__")
        assert (told[-1]["changed"], told[-1]["left"]) == (os.environ.get("LINES"), False)
    assert len({each["process"] for each in told} | {os.getpid()}) == 3
    assert command("probe", "die", cwd=place, fresh=fresh).returncode == -6
    assert command("probe", "0", cwd=place, fresh=fresh).returncode == 0, "one that died takes no other with it"


@pytest.mark.skipif(not CAN_FORK, reason="each command is begun anew here")
def test_what_imports_look_at_is_never_another_command_s(place):
    def parent(**environment):
        return json.loads(command("probe", "0", cwd=place, **environment).stdout)["parent"]

    assert parent() == parent(NO_COLOR="1") != os.getpid()
    assert parent(MPLBACKEND="svg") == os.getpid()


@pytest.mark.parametrize("words", [("describe", "first_lesson"), ("run", "--help"), ("fly",)])
def test_it_says_the_same_as_one_begun_anew(words, tmp_path):
    narrow = {"COLUMNS": "64", "FORCE_COLOR": "1"}
    served, fresh = (command("sim", *words, cwd=tmp_path, fresh=fresh, **narrow) for fresh in (False, True))
    assert (served.stdout, served.stderr, served.returncode) == (fresh.stdout, fresh.stderr, fresh.returncode)
    if words != ("fly",):
        wide = command("sim", *words, cwd=tmp_path)
        assert "\x1b[" not in wide.stdout
        assert wide.stdout != served.stdout
