"""The door of the server: who may come in, with what, and what every answer says to the browser."""

import asyncio
import json
import logging
import sys
from urllib.parse import quote

import pytest

pytest.importorskip("starlette")

from starlette.requests import HTTPConnection

from sim.serve.app import application, is_owner
from sim.serve.guard.admission import HEADERS, Door
from sim.serve.guard.limits import MOST_BYTES, Buckets
from sim.serve.guard.log import LOG, Log, spoken
from sim.serve.place import Place

from .robots.server import Server

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
OWN = f"http://{HOST}"


class Answer:
    """What an application sent."""

    def __init__(self, sent):
        start = next(each for each in sent if each["type"].endswith("response.start"))
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body = b"".join(each.get("body", b"") for each in sent if each["type"].endswith("response.body"))


class Asked:
    """A server's application, asked without a network."""

    def __init__(self, folder):
        self.place = Place(folder / "rooms", PORT, "0.0.0.0", results=folder / "results")
        self.door = application(self.place)

    def __call__(self, method="GET", path="/", chunks=(b"",), *, kind="http", client="10.0.0.7", host=HOST, **headers):
        """Ask; a header that is None is left out, `_` in its name stands for `-`."""
        named = {"host": host, "origin": OWN if method != "GET" or kind == "websocket" else None} | headers
        scope = {
            "type": kind, "method": method, "path": path, "raw_path": path.encode("ascii", "replace"), "root_path": "",
            "query_string": b"", "http_version": "1.1", "scheme": "http", "client": (client, 4), "server": ("", 80),
            "headers": [(name.replace("_", "-").encode(), value.encode("latin-1"))
                        for name, value in named.items() if value is not None],
            "extensions": {"websocket.http.response": {}}, "state": {}, "subprotocols": [],
        }  # fmt: skip
        sent, coming = [], [{"type": "http.request", "body": each, "more_body": True} for each in chunks]
        coming[-1]["more_body"] = False
        if kind == "websocket":
            coming = [{"type": "websocket.connect"}]

        async def receive():
            return coming.pop(0) if coming else {"type": f"{kind}.disconnect", "code": 1006}

        async def send(message):
            sent.append(message)

        asyncio.run(self.door(scope, receive, send))
        return Answer(sent)

    def enter(self, key, **headers):
        """Try a key."""
        return self("POST", "/enter", [key if isinstance(key, bytes) else json.dumps({"key": key}).encode()], **headers)


@pytest.fixture
def ask(tmp_path):
    return Asked(tmp_path)


@pytest.fixture
def timeless(ask):
    """Shares that do not fill again, however slow this machine is."""
    for each in ("_addresses", "_visits", "_given", "_together"):
        bucket = getattr(ask.door.visits, each)
        setattr(ask.door.visits, each, Buckets(bucket._new.args[0], 0))
    return ask


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch):
    monkeypatch.setattr(LOG, "_buckets", Log()._buckets)
    monkeypatch.setattr(LOG, "_left_out", 0)


@pytest.mark.parametrize("host", [
    "evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "", None, f"localhost.:{PORT}",
    f"{HOST}@evil.example", f"evil.example#{HOST}", f"[::2]:{PORT}", f"127.0.0.1.evil.example:{PORT}", f" {HOST}",
    f"{HOST},evil.example", f"0.0.0.0:{PORT}", f"127.1:{PORT}",
])  # fmt: skip
def test_a_name_that_points_here_but_is_not_ours_is_refused(ask, host):
    assert ask(host=host).status == 421
    assert ask(host=host, kind="websocket").status == 421
    assert ask("POST", "/enter", host=host).status == 421


@pytest.mark.parametrize("host", [HOST, f"LocalHost:{PORT}", f"[::1]:{PORT}"])
def test_a_name_of_ours_is_let_in_however_it_is_written(ask, host):
    assert ask(host=host).status == 200


def test_names_in_the_network_are_ours_where_the_server_listens_there(tmp_path):
    place = Place(tmp_path, 80, "0.0.0.0", ("Tables.local", "192.168.1.5", "[fd00::7]"))
    door = Door(None, place)
    for host in ("tables.local", "TABLES.local:80", "192.168.1.5", "[FD00::7]"):
        assert door._refused({"type": "http", "method": "GET", "headers": [(b"host", host.encode())]}) is None


@pytest.mark.parametrize("origin", [
    None, "", "null", "http://evil.example", f"https://{HOST}", "http://127.0.0.1", f"{OWN}.evil.example", f"{OWN}/",
    f"http://evil.example:{PORT}", f"{OWN} http://evil.example", "http://127.0.0.1:9999", f"ws://{HOST}", HOST,
])  # fmt: skip
def test_what_may_change_something_comes_from_our_own_pages(ask, origin):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "BREW"):
        assert ask(method, "/enter", origin=origin).status == 403
    assert ask(kind="websocket", path="/rooms/ABCD/line", origin=origin).status == 403


def test_our_own_pages_are_let_in(ask):
    assert ask.enter(ask.place.key, origin=OWN).status == 200
    assert ask.enter(ask.place.key, origin=OWN.upper()).status == 200


@pytest.mark.parametrize(("site", "mode", "status"), [
    ("cross-site", "no-cors", 403), ("cross-site", "cors", 403), ("same-site", "no-cors", 403),
    ("same-site", "cors", 403), ("another day's", "cors", 403), ("cross-site", "navigate", 200),
    ("none", "navigate", 200), ("same-origin", "cors", 200),
])  # fmt: skip
def test_pages_elsewhere_may_lead_here_and_read_nothing(ask, site, mode, status):
    assert ask(sec_fetch_site=site, sec_fetch_mode=mode).status == status


def test_a_body_that_is_too_large_is_refused_whatever_it_says_of_its_length(ask, caplog):
    for length in (str(MOST_BYTES + 1), "9" * 5000, "-1", "1e3", "", "²", "0x10", "1 1"):
        assert ask("POST", "/enter", content_length=length).status == 413
    piece = b" " * 60_000
    assert ask("POST", "/enter", [piece] * 5).status == 413  # without a length
    assert ask("POST", "/enter", [piece] * 5, content_length="5").status == 413  # with a false one
    assert all(each.getMessage() == "refused '/enter': it is too large" for each in caplog.records)
    assert len(caplog.records) == 10
    key = json.dumps({"key": ask.place.key}).encode()
    assert ask("POST", "/enter", [key + b" " * (MOST_BYTES - len(key))]).status == 200


def test_who_asks_too_often_waits_and_others_do_not(timeless):
    answers = [timeless(client="10.0.0.66").status for _ in range(401)]
    assert answers[:400] == [200] * 400
    assert answers[-1] == 429
    assert timeless(client="10.0.0.67").status == 200


def test_one_of_a_class_who_asks_too_often_uses_up_nobody_elses_share(timeless):
    cookies = [timeless().headers["set-cookie"] for _ in range(30)]
    assert len(set(cookies)) == 30
    assert all(each.endswith("; Path=/; HttpOnly; SameSite=Strict") for each in cookies)
    kept = [each.partition(";")[0] for each in cookies]
    assert "set-cookie" not in timeless(cookie=kept[0]).headers, "one is enough"
    while timeless(path="/nothing", cookie=kept[0]).status != 429:
        pass
    assert timeless().status == 429, "the share of whoever shows none is gone"
    for each in kept[1:]:
        assert timeless(cookie=f"other=1; {each}").status == 200


@pytest.mark.parametrize("made_up", ["", "x", "x.y", "x.é", "{known}0", "0{known}"])
def test_a_cookie_that_is_made_up_has_no_share(timeless, made_up):
    name, _, value = timeless().headers["set-cookie"].partition(";")[0].partition("=")
    for _ in range(401):
        answer = timeless(cookie=f"{name}={made_up.format(known=value)}")
    assert answer.status == 429


def test_cookies_are_given_out_sparingly(timeless):
    given = ["set-cookie" in timeless().headers for _ in range(200)]
    assert given[:120] == [True] * 120
    assert sum(given) < 125


def test_senders_beyond_number_are_forgotten_not_kept():
    buckets = Buckets(at_once=1, a_second=0, clock=lambda: 0.0)
    assert buckets.take("first")
    assert not buckets.take("first")
    for number in range(5000):
        buckets.take(str(number))
    assert len(buckets._of) <= 4096
    assert not buckets.take("4999")


ANSWERS = {
    "a page": ({}, 200),
    "no page": ({"path": "/nothing"}, 404),
    "a file": ({"path": "/files/page.css"}, 200),
    "no method": ({"method": "DELETE", "path": "/enter"}, 405),
    "another name": ({"host": "evil.example"}, 421),
    "from elsewhere": ({"method": "POST", "origin": "null"}, 403),
    "too large": ({"method": "POST", "path": "/enter", "content_length": "9999999"}, 413),
    "too large by far": ({"method": "POST", "path": "/enter", "chunks": [b" " * 300_000]}, 413),
    "a line from elsewhere": ({"kind": "websocket", "origin": "null"}, 403),
    "a wrong key": ({"method": "POST", "path": "/enter", "chunks": [b"{}"]}, 403),
}


@pytest.mark.parametrize("of", ANSWERS)
def test_every_answer_says_what_the_browser_may_do(ask, of):
    asked, status = ANSWERS[of]
    answer = ask(**asked)
    assert answer.status == status
    expected = HEADERS | ({"cache-control": "no-cache"} if of == "a file" else {})
    assert expected.items() <= answer.headers.items()
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"


def test_a_fault_of_ours_says_so_and_no_more(ask, monkeypatch):
    monkeypatch.setattr(Place, "is_owner", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # which the server logs
        ask()
    sent = []
    monkeypatch.setattr(asyncio, "run", lambda coroutine: sent.append(_ended(coroutine)))
    answer = ask()
    assert answer.status == 500
    assert b"division" not in answer.body
    assert HEADERS.items() <= answer.headers.items()


def _ended(coroutine):
    """Run something to its end, or its fault."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    except ZeroDivisionError:
        return None
    finally:
        loop.close()


def test_a_log_line_is_one_line_that_no_terminal_obeys(ask, caplog):
    ask(path="/\r\nrefused '/': all is well\x1b[2J\u202e\u2028é" + "a" * 10_000, host="evil.example")
    (line,) = (each.getMessage() for each in caplog.records)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 400


def test_a_flood_of_refusals_does_not_flood_the_log(caplog):
    log = Log(at_once=20, a_second=0)
    for number in range(1000):
        log.warn("10.0.0.66", f"refused {number}", "too much")
    log.warn("10.0.0.66", "refused '/'", "too large")
    assert len(caplog.records) == 21
    assert caplog.records[-1].getMessage() == "refused '/' (980 more such lines left out)"
    log.warn("10.0.0.7", "refused '/'", "too much")
    assert len(caplog.records) == 22


def test_what_is_said_in_a_log_is_short():
    assert spoken("x" * 1000) == repr("x" * 80)


@pytest.mark.parametrize("key", [
    None, 5, "", "x", "é", "\x00", [], {}, True, "a" * 100_000, b"", b"{", b"[]", b"null", b'"key"', b"{}", b"\xff",
    b'{"key": "\\ud800"}', b'{"key": NaN}', b"[" * 100_000, b'{"key":' * 20_000, b'{"key": 1' + b"0" * 6000 + b"}",
])  # fmt: skip
def test_a_key_that_is_not_ours_opens_nothing(ask, key):
    answer = ask.enter(key)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_the_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends(ask, caplog):
    caplog.set_level(logging.DEBUG)
    answer = ask.enter(ask.place.key)
    cookie, *rest = answer.headers["set-cookie"].split("; ")
    assert cookie == f"sim-owner-{PORT}={ask.place.key}"
    assert {each.lower() for each in rest} >= {"httponly", "samesite=strict", "path=/"}
    assert ask.place.key.encode() not in answer.body
    assert ask.place.key not in caplog.text
    assert knows(ask, cookie)
    assert knows(ask, f"other=1; {cookie}; sim-owner-1=x")
    name, key = cookie.split("=")
    for wrong in ("", f"{name}={key[:-1]}", f"{cookie}x", f"{name}1={key}", f"{name}=", '=;,"\\', f"{name}=\xff"):
        assert not knows(ask, wrong)


def knows(ask, cookie):
    """Whether somebody with a cookie is the owner."""
    scope = {"type": "http", "app": ask.door.app, "headers": [(b"cookie", cookie.encode("latin-1"))]}
    return is_owner(HTTPConnection(scope))


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes")
def test_the_key_is_its_owners_alone_and_outlives_the_process(tmp_path):
    place = Place(tmp_path / "rooms", PORT)
    assert len(place.key) >= 32
    assert (tmp_path / "rooms" / "key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "rooms").stat().st_mode & 0o077 == 0
    assert Place(tmp_path / "rooms", PORT).key == place.key
    assert Place(tmp_path / "others", PORT).key != place.key


TRICKS = [
    "..", "../..", "..\\..", "/etc/passwd", "../../../etc/passwd", "....//....//etc/passwd", "C:\\Windows\\win.ini",
    "key", "../key", "page.css\x00.js", "page.css/..", "%2e%2e%2f", "~", "~root", "file:///etc/passwd", "CON", "a:b",
    "\x00", "\n", "\u202e", "\ud800".encode("utf-8", "replace").decode(), "a" * 5000, "", " ", "*", "{name}",
    "__init__", ".",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server
    assert not [line for line in server.logged if "Traceback" in line]


def ways(place):
    """Ways into the application by HTTP: method, and path with names."""
    return [(method, each.path) for each in application(place).app.routes for method in getattr(each, "methods", ())]


def test_no_path_of_a_client_reaches_a_file(server, tmp_path):
    for method, path in ways(Place(tmp_path, PORT)):
        if "{" in path and method != "HEAD":
            start, end = path.split("{")[0], path.rsplit("}")[-1]
            for trick in TRICKS:
                for written in (quote(trick, safe=""), quote(trick)):
                    status, text = server.ask(method, start + written + end)
                    assert 300 <= status < 500, (path, trick)
                    assert b"root:" not in text
                    assert server.key.encode() not in text


BOMBS = [
    b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 40_000, b"1" * 200_000, b"{}",
    b'{"scenario": "../../etc/passwd"}', b'{"scenario": {"$ref": "/"}}', b'{"scenario": 1e999}',
    b'{"state": "\\ud800"}', b'{"scenario": "\\ud800"}',
    b'{"scenario": "baseline", "worlds": 1' + b"0" * 5000 + b"}", b'{"scenario": "\\u0000", "seats": NaN}',
    b'{"state": {"scenario": "/etc/passwd", "runs": -1, "numbers": {"__class__": 1}}}',
]  # fmt: skip


def test_no_route_falls_over_rubbish_and_none_takes_it(server, tmp_path):
    for method, path in ways(Place(tmp_path, PORT)):
        if method == "POST":
            filled = "ABCDEF".join(each.rsplit("}")[-1] for each in path.split("{"))
            for bomb in BOMBS:
                assert 400 <= server.ask("POST", filled, bomb)[0] < 500, (path, bomb[:60])
