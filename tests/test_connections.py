"""Connections to the server: slow ones, many, and those that do not read; and what a line takes for a message."""

import asyncio
import contextlib
import json
import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("starlette")
pytest.importorskip("websockets")

import uvicorn
import websockets
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect

from sim.serve.guard import connections, line
from sim.serve.guard.connections import Present, room_for
from sim.serve.guard.limits import Buckets
from sim.serve.guard.line import NO_MESSAGE, TOO_MUCH, Line
from sim.serve.guard.log import LOG
from sim.serve.guard.messages import read_object
from sim.serve.running import configured

MUCH = 30_000_000
"""Bytes: more than the system holds for a reader who does not read."""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(connections, "SECONDS_TO_ASK", 0.3)
    monkeypatch.setattr(connections, "SECONDS_TO_READ", 0.3)
    monkeypatch.setattr(LOG, "_buckets", Buckets(1000, 1000))


def few():
    """Who is there, of few that may be."""
    return Present(most=12, most_of_one=8)


async def app(scope, receive, send):
    """A page, a very long page, and a line that says back what it hears."""
    if scope["type"] == "websocket":
        from starlette.websockets import WebSocket

        socket_ = WebSocket(scope, receive, send)
        await socket_.accept()
        spoken_on = Line(socket_, at_once=1000)
        async for message in spoken_on.heard():
            await spoken_on.say({"kind": "back", "n": message.get("n"), "more": "x" * message.get("more", 0)})
        return
    body = b"x" * (MUCH if scope["path"] == "/long" else 3)
    while scope["method"] == "POST" and (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def serving(present=None):
    """A server on this machine, configured as ours is, with room for a few."""
    config = configured(app, few() if present is None else present)
    config.lifespan, config.timeout_graceful_shutdown = "off", 1
    server = uvicorn.Server(config)
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield opened.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def ended(port, *pieces, every=0.0, within=3.0):
    """Whether the server ends a connection on which pieces come, and what it said before."""
    with socket.create_connection(("127.0.0.1", port), timeout=within) as asking:
        said = b""
        try:
            for piece in pieces:
                asking.sendall(piece)
                time.sleep(every)
            while more := asking.recv(65536):
                said += more
        except TimeoutError:
            return False, said
        except OSError:
            pass
        return True, said


GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n"


def test_who_sends_a_request_without_end_is_not_waited_for(caplog):
    with serving() as port:
        for pieces in ([], [b"GET / HTT"], [b"GET / HTTP/1.1\r\n", *[b"a: b\r\n"] * 20], [POST, *[b"x"] * 20]):
            over, said = ended(port, *pieces, every=0.05)
            assert over
            assert b"200" not in said
    assert {each.getMessage() for each in caplog.records} == {"ended a connection: its request does not end"}


def test_a_second_request_on_a_connection_has_its_time_as_the_first(caplog):
    with serving() as port:
        over, _ = ended(port, GET, POST, *[b"x"] * 20, every=0.05)
    assert over
    assert [each.getMessage() for each in caplog.records] == ["ended a connection: its request does not end"]


def test_who_asks_in_time_is_answered_though_it_waits_between(caplog):
    with serving() as port, socket.create_connection(("127.0.0.1", port), timeout=3) as asking:
        for _ in range(3):
            asking.sendall(GET)
            time.sleep(0.4)
            assert b"200 OK" in asking.recv(65536)
    assert not caplog.records


def test_who_does_not_read_a_page_is_not_waited_for(caplog):
    with serving() as port, socket.create_connection(("127.0.0.1", port), timeout=3) as asking:
        asking.sendall(GET.replace(b"/ ", b"/long "))
        time.sleep(1.0)
        read = 0
        with contextlib.suppress(OSError):
            while more := asking.recv(65536):
                read += len(more)
        assert read < MUCH
    assert caplog.records[0].getMessage() == "ended a connection: nothing that is sent is read"


def test_a_slow_reader_who_reads_is_waited_for():
    with serving() as port, socket.create_connection(("127.0.0.1", port), timeout=3) as asking:
        asking.sendall(GET.replace(b"/ ", b"/long "))
        read = 0
        while more := asking.recv(2_000_000):
            read += len(more)
            if read >= MUCH:
                break
            time.sleep(0.05)
        assert read > MUCH


def test_one_sender_takes_no_room_from_others(caplog):
    with serving(present := few()) as port:
        crowd = [socket.create_connection(("127.0.0.1", port), timeout=3) for _ in range(20)]
        time.sleep(0.1)
        assert present.of.total() == 8
        with socket.socket() as other:
            other.bind(("127.0.0.2", 0))
            other.settimeout(3)
            other.connect(("127.0.0.1", port))
            other.sendall(GET)
            assert b"200 OK" in other.recv(65536)
        for each in crowd:
            each.close()
        time.sleep(0.2)
        assert not present.of
    assert {each.getMessage() for each in caplog.records} == {"ended a connection: there are too many connections"}


def test_who_fills_an_address_with_connections_that_say_nothing_keeps_nobody_of_it_out(caplog):
    async def crowd(port):
        address = f"ws://127.0.0.1:{port}/"
        async with connect(address, proxy=None) as playing:
            await playing.send('{"kind":"say","n":1}')
            await playing.recv()
            silent = [await connect(address, proxy=None) for _ in range(12)]
            requests = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
            async with connect(address, proxy=None) as newcomer:
                for n, each in enumerate((newcomer, playing), 2):
                    await each.send(f'{{"kind":"say","n":{n}}}')
                    assert json.loads(await asyncio.wait_for(each.recv(), 2))["n"] == n
                assert present.of == {"127.0.0.1": 8}
            for each in silent:
                each.transport.abort()
            for _, each in requests:
                each.close()

    with serving(present := few()) as port:
        asyncio.run(crowd(port))
    assert not present.of
    assert not present._silent
    assert "there are too many connections" in caplog.text


def test_each_server_counts_for_itself():
    with serving() as port, serving() as other:
        crowd = [socket.create_connection(("127.0.0.1", port), timeout=3) for _ in range(8)]
        assert not ended(other, GET, within=0.2)[0]
        for each in crowd:
            each.close()


def test_lines_are_counted_as_connections_are_and_counted_out():
    async def crowd(port):
        lines = [await connect(f"ws://127.0.0.1:{port}/", proxy=None) for _ in range(8)]
        assert present.of == {"127.0.0.1": 8}
        for each in lines:
            await each.send('{"kind":"say"}')
            await each.recv()
        with pytest.raises((OSError, websockets.WebSocketException)):
            await connect(f"ws://127.0.0.1:{port}/", proxy=None)
        await asyncio.gather(*(each.close() for each in lines))
        await asyncio.sleep(0.1)
        assert not present.of

    with serving(present := few()) as port:
        asyncio.run(crowd(port))


def test_the_room_is_what_the_system_has():
    assert 50 <= room_for(100) <= 100


def test_a_frame_that_is_too_large_closes_its_line_and_disturbs_no_other(caplog):
    async def beside(port):
        address = f"ws://127.0.0.1:{port}/"
        async with connect(address, proxy=None) as bystander, connect(address, proxy=None) as hostile:
            begun = time.perf_counter()
            sending = asyncio.create_task(hostile.send("x" * 10_000_000))
            for n in range(20):
                await bystander.send(json.dumps({"kind": "say", "n": n}))
                assert json.loads(await bystander.recv())["n"] == n
            assert time.perf_counter() - begun < 2.0
            await asyncio.gather(sending, return_exceptions=True)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await hostile.recv()
            assert closed.value.rcvd is None or closed.value.rcvd.code == 1009

    with serving() as port:
        asyncio.run(beside(port))
    assert [each.getMessage() for each in caplog.records] == ["closed a line: a frame was too large"]


def test_a_flood_of_pings_ends_its_line(caplog):
    async def flood(port):
        async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as hostile:
            for _ in range(30):
                await hostile.ping()
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(hostile.recv(), 2)

    with serving() as port:
        asyncio.run(flood(port))
    assert "ended a connection: too many pings" in caplog.text


def test_who_does_not_read_a_line_keeps_no_other_waiting(caplog):
    async def beside(port):
        address = f"ws://127.0.0.1:{port}/"
        deaf = await connect(address, proxy=None, max_queue=1, max_size=None)
        for n in range(40):
            await deaf.send(json.dumps({"kind": "say", "n": n, "more": 1_000_000}))
        async with connect(address, proxy=None) as bystander:
            await bystander.send('{"kind":"say","n":7}')
            assert json.loads(await asyncio.wait_for(bystander.recv(), 2))["n"] == 7
        await asyncio.sleep(1.0)
        assert not present.of
        deaf.transport.abort()

    with serving(present := few()) as port:
        asyncio.run(beside(port))
    assert "it does not read what it is sent" in caplog.text


class Socket:
    """A browser that says what it is told to say, and reads if it likes."""

    client = None

    def __init__(self, *texts, reads=True):
        self.texts, self.reads = list(texts), reads
        self.read, self.closed = [], None

    async def receive_text(self):
        if not self.texts:
            raise WebSocketDisconnect(1001)
        text = self.texts.pop(0)
        if isinstance(text, bytes):
            raise KeyError("text")
        return text

    async def send_text(self, text):
        while not self.reads:
            await asyncio.sleep(0.01)
        self.read.append(text)

    async def close(self, code, why):
        self.closed = code


def heard(*texts):
    """What a line hears, and the code with which it was closed."""

    async def hear():
        socket_ = Socket(*texts)
        return [each async for each in Line(socket_, at_once=5, a_second=0).heard()], socket_.closed

    return asyncio.run(hear())


@pytest.mark.parametrize("text", [
    "", "{", "[]", "null", "5", '"kind"', "{}", '{"kind":5}', '{"kind":null}', '{"kind":"a","n":NaN}',
    '{"kind":"a","n":Infinity}', '{"kind":"a","n":1e999}', '{"kind":"a","n":-1e999}',
    '{"kind":"a","n":1' + "0" * 5000 + "}", '{"kind":"a","n":' + "9" * 20 + "}", '{"kind":"a","n":' + "[" * 30_000,
    '{"kind":"a","n":' + "[" * 30 + "]" * 30 + "}", '{"kind":"a","n":"\\ud800"}', '{"kind":"a","\\udfff":1}',
    '{"kind":"a"}' + " " * 70_000, b"{}", '{"kind":"a"}{"kind":"a"}',
])  # fmt: skip
def test_what_no_page_of_ours_sends_closes_the_line(text, caplog):
    assert heard('{"kind":"fine"}', text, '{"kind":"never heard"}') == ([{"kind": "fine"}], NO_MESSAGE)
    assert len(caplog.records) == 1


def test_a_line_hears_what_a_browser_says():
    said = [
        {"kind": "a", "n": 2**53, "text": "\u202e<script>😀", "deep": {"a": [{"b": [-1.5, None, True]}]}},
        {"kind": ""},
    ]
    assert heard(*(json.dumps(each) for each in said)) == (said, None)


def test_too_many_messages_close_the_line():
    found, code = heard(*['{"kind":"a"}'] * 6)
    assert len(found) == 5
    assert code == TOO_MUCH


plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))


nested = st.recursive(plain | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


@settings(max_examples=50)
@given(st.dictionaries(texts, nested, max_size=4))
def test_every_object_of_a_browser_is_read_as_it_is(found):
    assert read_object(json.dumps(found), 10**6) == found


@given(st.text() | st.binary())
def test_whatever_comes_is_read_or_refused(text):
    found = read_object(text, 100)
    assert found is None or isinstance(found, dict)


def test_what_is_said_comes_in_order_and_before_the_end():
    async def say():
        socket_ = Socket()
        told = Line(socket_)
        for n in range(100):
            await told.say({"n": n, "name": "\ud800"})
        await told.close(4001, "another tab took over")
        await told.say({"n": "after"})
        return socket_

    socket_ = asyncio.run(say())
    assert [json.loads(each) for each in socket_.read] == [{"n": n, "name": "?"} for n in range(100)]
    assert socket_.closed == 4001


def test_a_line_that_does_not_read_holds_up_nobody_and_not_without_end(monkeypatch, caplog):
    monkeypatch.setattr(line, "MOST_BYTES_HELD", 10_000)

    async def say():
        told = Line(Socket(reads=False))
        begun = time.perf_counter()
        for _ in range(99):
            await told.say({"text": "x" * 90})
        assert told.open
        await told.say({"text": "x" * 90})
        assert not told.open
        assert time.perf_counter() - begun < 0.5

    asyncio.run(say())
    assert caplog.records[-1].getMessage() == "closed a line: it does not read what it is sent"
