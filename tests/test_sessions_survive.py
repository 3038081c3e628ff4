"""A session that is killed, whenever, goes on to the same bytes as one that never was."""

import json
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from sim.play.sessions.entries import Ordered, Said
from sim.play.sessions.ledger import looked_at

from .commands import command
from .model_server import Reply, prompt_of, serving

pytest.importorskip("openai")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes")


def same_answer(number, body):
    """An answer that hangs on what was asked alone: often an order, now and then none or one that is refused."""
    text = prompt_of(body)
    drawn = sha256(text.encode()).digest()
    open_ = [line.split(" | ") for line in text.splitlines() if " | open | " in line]
    if drawn[0] < 50:
        return "I would rather not say."
    if drawn[0] < 90:
        return {"do": ["nobody.does_this"], "why": "a try"}
    if drawn[0] < 110:
        return Reply("too many requests", status=429, headers={"retry-after": "0"})
    act = open_[drawn[1] % len(open_)][0].strip() if open_ else None
    return {"do": [act] if act else [], "why": f"because {drawn[2]}", "otherwise": "hold"}


def survived(how, folder, url):
    asked = ("tests.table_survivor", how, str(folder), "3", url)
    ended = command(*asked, cwd=Path.cwd(), fresh=True, OPENAI_API_KEY="sk-kept-to-itself", NO_PROXY="127.0.0.1")
    assert ended.returncode == 0, ended.stderr[-3000:]
    return [Path(path) for path in json.loads(ended.stdout.splitlines()[-1])]


@pytest.mark.parametrize("how", ["random", "each"])
def test_a_killed_session_goes_on_to_the_same_bytes(how, tmp_path):
    (tmp_path / "sessions").mkdir()
    with serving(same_answer) as server:
        whole, *others = survived(how, tmp_path / "sessions", server.url)
    _, entries = looked_at(whole)
    seats = {each.seat for each in entries if isinstance(each, Ordered)}
    assert {"us", "iran", "houthis"} <= seats if how == "random" else seats == {"north", "south"}
    answers = [each for each in entries if isinstance(each, Said)]
    assert len(answers) > (3 if how == "random" else 1)
    assert others
    for path in others:
        assert path.read_bytes() == whole.read_bytes()
    assert "sk-kept-to-itself" not in whole.read_text(encoding="utf-8")
