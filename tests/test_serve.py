"""The verb that serves: what it says when it starts, and what it refuses."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from sim.serve.place import Place
from sim.serve.running import place_of
from tests.every_verb import ask


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answered = ask("serve", "--port", port, "--no-browser", "--rooms", tmp_path / "rooms")
    assert answered.code == 2
    assert f"port {port}" in answered.err
    assert "--port" in answered.err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "websockets", "jinja2", "segno"])
def test_what_is_missing_is_named_with_how_to_install_it(missing, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    answered = ask("serve", "--no-browser", "--rooms", tmp_path / "rooms")
    assert answered.code == 2
    assert missing in answered.err
    assert "pip install 'escalation-sim[serve]'" in answered.err
    assert not (tmp_path / "rooms").exists()


@pytest.mark.parametrize(
    ("host", "entrance", "alone"),
    [
        ("127.0.0.1", "http://127.0.0.1:8765/#key=", True),
        ("localhost", "http://localhost:8765/#key=", True),
        ("::1", "http://[::1]:8765/#key=", True),
        ("0.0.0.0", "http://127.0.0.1:8765/#key=", False),
        ("192.0.2.7", "http://192.0.2.7:8765/#key=", False),
        ("2001:db8::7", "http://[2001:db8::7]:8765/#key=", False),
    ],
)
def test_the_owner_enters_where_the_server_listens(host, entrance, alone, tmp_path):
    place = place_of(host, 8765, tmp_path, tmp_path)
    assert place.entrance == entrance + place.key
    assert place.alone is alone
    assert entrance.removesuffix("/#key=").removeprefix("http://") in place.hosts


def test_the_key_outlives_the_process_and_is_read_by_its_owner_alone(tmp_path):
    first = Place(tmp_path / "rooms", 8765)
    assert Place(tmp_path / "rooms", 8765).key == first.key
    assert len(first.key) == 32
    assert (tmp_path / "rooms" / "key").stat().st_mode & 0o077 == 0
    assert first.is_owner(first.key)
    assert not any(map(first.is_owner, (None, "", first.key[:-1], "ключ")))


def test_it_says_who_can_reach_it_and_ends_when_interrupted(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "sim", "serve", "--port", str(port), "--no-browser", "--rooms", tmp_path / "rooms"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    ) as server:
        assert server.stderr is not None
        said = [server.stderr.readline() for _ in range(3)]
        server.send_signal(signal.SIGINT)
        rest = server.stderr.read()
        assert server.wait(20) in (0, 130)
    assert f"http://127.0.0.1:{port}/#key=" in said[0]
    assert "Only this machine can reach it" in said[1]
    assert "Traceback" not in rest
    assert (tmp_path / "rooms" / "key").read_text().strip() not in rest
