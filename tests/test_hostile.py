"""Hostile clients: what each tries is refused and logged, and somebody who plays beside it does not notice."""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("starlette")
pytest.importorskip("websockets")

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from sim.serve.classroom import messages

from .robots.bot import Bot, GoneError, RefusedError
from .robots.server import Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes")

PLAN = {"scenario": "first_lesson", "worlds": 2, "seats": ["north", "south"], "seed": 5, "late": "hold"}
MOST_MS = 100
"""In which a bystander is answered, by the median."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server
    assert not [line for line in server.logged if "Traceback" in line or "Exception" in line]


class Scene:
    """A class that plays, with a bystander, a victim and an umpire, and somebody hostile who has a seat too."""

    def __init__(self, server):
        self.server = server
        self.code, self.secret = server.make(**PLAN)
        self.bystander, self.victim, self.hostile = (
            self.bot(label=each) for each in ("bystander", "victim", "hostile")
        )
        self.umpire = self.bot("umpire", self.secret)
        self.others = []
        self.acks = []

    def bot(self, *args, **kwargs):
        return Bot(self.server, self.code, *args, **kwargs)

    async def another(self, *args, **kwargs):
        """One more line."""
        self.others.append(self.bot(*args, **kwargs))
        await self.others[-1].connect()
        return self.others[-1]

    async def play_on(self):
        """The bystander plays, and is answered in time."""
        while True:
            begun = time.perf_counter()
            await self.bystander.ask("order", turn=0, order={"why": "As planned."})
            self.acks.append(time.perf_counter() - begun)
            await asyncio.sleep(0.06)


def beside(server, attack, *logged):
    """Play a class while somebody attacks it, which nobody beside them notices; each of these words is logged."""

    async def scene():
        at = Scene(server)
        seats = zip((at.bystander, at.victim, at.hostile), ((1, "north"), (1, "south"), (2, "north")), strict=True)
        try:
            await at.umpire.connect()
            for bot, (world, seat) in seats:
                await bot.connect()
                await bot.ask("join", world=world, seat=seat)
            await at.umpire.ask("start")
            await at.bystander.expect("morning")
            playing = asyncio.create_task(at.play_on())
            await asyncio.sleep(0.2)
            found = await attack(at)
            await asyncio.sleep(0.2)
            assert not playing.done(), playing
            playing.cancel()
            assert statistics.median(at.acks) * 1000 < MOST_MS
            assert at.bystander.newest["morning"]["turn"] == 0
            with contextlib.suppress(GoneError):
                await at.umpire.ask("close")
            return found
        finally:
            for bot in (at.bystander, at.victim, at.hostile, at.umpire, *at.others):
                await bot.hang_up()

    before = len(server.logged)
    found = asyncio.run(scene())
    said = "\n".join(server.logged[before:])
    assert [words for words in logged if words not in said] == [], said
    return found


def test_a_wrong_secret_opens_nothing(server):
    async def attack(at):
        for token in ("x", at.hostile.token, at.secret[:-1], "\x00", "é" * 50, at.secret.lower()):
            wrong = at.bot("umpire", token)
            at.others.append(wrong)
            with pytest.raises(GoneError):
                await wrong.connect()
            await wrong.must_be_closed(4003)
            assert "overview" not in wrong.newest
        for token in ("x", at.secret, at.server.key):
            nobody = await at.another("player", token)
            assert nobody.you is None
            await nobody.must_be_refused("order", turn=0, order={})
            assert "morning" not in nobody.newest

    beside(server, attack, "does not know this secret", "somebody came with a secret that it does not know")


def test_a_token_of_another_room_is_none_of_this_one(server):
    other, _ = server.make(**PLAN)

    async def attack(at):
        stranger = Bot(server, other, "player", at.victim.token)
        await stranger.connect()
        assert stranger.you is None
        await stranger.hang_up()

    beside(server, attack, "a secret that it does not know")


OF_UMPIRES = [
    {"kind": "start"}, {"kind": "pause", "paused": True}, {"kind": "extend", "seconds": 60}, {"kind": "advance"},
    {"kind": "back", "world": 1}, {"kind": "inject", "world": 1, "act": "north.mobilise"}, {"kind": "close"},
    {"kind": "tell", "world": 1, "text": "x"}, {"kind": "hand", "world": 1, "seat": "north", "to": "rules"},
    {"kind": "order", "world": 1, "seat": "north", "order": {}}, {"kind": "look", "world": 1, "seat": "north"},
    {"kind": "everything", "world": 1}, {"kind": "move", "person": "p1", "world": 1, "seat": "south"},
    {"kind": "free", "world": 1, "seat": "north"}, {"kind": "lock", "locked": True}, {"kind": "end"},
]  # fmt: skip


def test_a_player_is_no_umpire(server):
    async def attack(at):
        for frame in OF_UMPIRES:
            await at.hostile.must_be_refused(**frame)
        assert (await at.umpire.expect("overview"))["worlds"][0]["turn"] == 0

    beside(server, attack, "refused a frame of a player: ")


@pytest.mark.parametrize("as_", ["screen", "debrief"])
def test_who_looks_on_does_nothing(server, as_):
    async def attack(at):
        looker = await at.another(as_)
        for frame in OF_UMPIRES[:4]:
            await looker.must_be_refused(**frame)

    beside(server, attack, f"refused a frame of a {as_}: 'nothing can be done from here'")


def test_a_frame_counts_once_and_on_its_own_line(server):
    async def attack(at):
        frame = json.dumps({"kind": "done", "line": at.hostile.line, "n": 5, "turn": 0})
        await at.hostile.send(frame)
        await at.hostile.send(frame)
        await at.hostile.must_be_closed(4003)
        await at.hostile.connect()
        await at.hostile.send(frame)  # of a line of its own, but not of this one
        await at.hostile.must_be_closed(4003)
        await at.hostile.connect()
        await at.hostile.send(json.dumps({"kind": "leave", "line": at.victim.line, "n": 1}))
        await at.hostile.must_be_closed(4003)
        assert not at.victim.gone

    beside(server, attack, "closed a line: a frame of another line, or one that came before")


def test_orders_of_another_turn_or_seat_are_refused(server):
    async def attack(at):
        ask = at.hostile.must_be_refused
        await ask("order", turn=1, order={})
        await ask("order", turn=2**31 - 1, order={})
        await ask("done", turn=1)
        acts = [each["act"] for each in at.victim.newest["morning"]["options"]["options"]]
        for act in (*acts, "../north", "north.__class__", "", "x" * 600):
            await ask("order", turn=0, order={"do": act})
        await ask("order", turn=0, order={}, seat="south")
        await ask("order", turn=0, order={"seat": "south"})
        await ask("sit", world=1, seat="south")
        await ask("sit", world=1, seat="north")
        await ask("join", world=1, seat="south")
        assert at.victim.seat == (1, "south")
        assert at.victim.newest["presence"]["seats"][1]["done"] is False

    beside(server, attack, "refused a frame of a player: 'seat: Extra inputs are not permitted'")


BOMBS = [
    "", "{", "[]", "null", "[" * 60_000, '{"kind":"order","order":' + '{"do":' * 9000, b"{}",
    '{"kind":"done","n":1e999}', '{"kind":"done","n":1' + "0" * 5000 + "}", '{"kind":"note","text":"\\ud800"}',
    b"\xff\x00", '{"kind":"done","n":NaN}',
]  # fmt: skip


def test_bombs_of_json_close_their_own_line(server):
    async def attack(at):
        for bomb in BOMBS:
            await at.hostile.send(bomb)
            await at.hostile.must_be_closed(4007)
            await at.hostile.connect()

    beside(server, attack, "this is no message")


def test_a_frame_of_ten_megabytes_closes_its_own_line(server):
    async def attack(at):
        with contextlib.suppress(GoneError):
            await at.hostile.send("x" * 10_000_000)
        assert await at.hostile.must_be_closed() in (1009, 1006)

    beside(server, attack, "closed a line: a frame was too large")


def test_a_flood_closes_its_own_line(server):
    async def attack(at):
        with contextlib.suppress(GoneError):
            for n in range(1000):
                await at.hostile.send(json.dumps({"kind": "done", "line": at.hostile.line, "n": 10 + n, "turn": 0}))
        await at.hostile.must_be_closed(4008)

    beside(server, attack, "too many messages")


def test_of_two_hundred_lines_of_one_token_the_newest_holds(server):
    async def attack(at):
        for _ in range(200):
            with contextlib.suppress(GoneError):
                await at.another("player", at.hostile.token)
        for each in at.others[:-1]:
            await each.must_be_closed(4001)
        open_ = [each for each in at.others if not each.gone]
        assert len(open_) == 1
        await open_[0].ask("done", turn=0)

    beside(server, attack)


def test_lines_that_say_nothing_take_nobodys_place(server):
    async def attack(at):
        address = f"ws://{server.host}/rooms/{at.code}/line"
        silent = [await connect(address, origin=server.origin, proxy=None) for _ in range(100)]
        await (await at.another("screen")).expect("clock")
        for each in silent:
            each.transport.abort()

    beside(server, attack)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://127.0.0.1:1"])
def test_a_page_elsewhere_opens_no_line(server, origin):
    async def attack(at):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{server.host}/rooms/{at.code}/line", origin=origin, proxy=None)
        assert refused.value.response.status_code == 403

    beside(server, attack, "/line': it does not come from a page of this server")


NAMES = {
    "<script>alert(1)</script>": True, "'\"><img src=x onerror=alert(1)>": True, "{{7*7}}": True,
    "../../etc/passwd": True,
    "Ada\u202eLovelace": "AdaLovelace", "Ada\u200b": "Ada", "\u200b": False, "\u3164": False, "\u0301": False,
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627": True,
    "x" * 10_000: False, "   ": False, "": False, "Ada\x00": "Ada",
    "Ada\nroot": "Ada root", "\ufdfd" * 40: True, "á" + "\u0301" * 39: True, 5: False,
    ("Ada",): False,
}  # fmt: skip


def test_a_name_is_text_and_short(server):
    async def attack(at):
        for name, allowed in NAMES.items():
            bot = await at.another()
            if allowed is False:
                await bot.must_be_refused("join", name=name)
            else:
                await bot.ask("join", name=name)
                assert bot.you["name"] == (name if allowed is True else allowed)
                await bot.ask("leave")
        bot = await at.another()
        await bot.send(f'{{"kind":"join","line":"{bot.line}","n":1,"name":"\\ud800"}}')
        await bot.must_be_closed(4007)
        assert not at.umpire.gone
        pages = (f"/join/{at.code}", f"/rooms/{at.code}/umpire", f"/rooms/{at.code}/screen", "/rooms")
        return [await asyncio.to_thread(server.ask, "GET", page) for page in pages]

    said = "refused a frame of a player: 'a name needs a letter or a number that can be seen'"
    for status, text in beside(server, attack, said, "closed a line: this is no message"):
        assert status == 200
        assert b"alert(1)" not in text


NO_SCENARIOS = [
    "../../etc/passwd", "/etc/passwd", "..", "baseline/../baseline", "baseline.yaml", "baseline\x00", "theatres/crisis",
    "file:///etc/passwd", "", "x" * 5000, 5, None, ["baseline"], {"": ""},
]  # fmt: skip


def test_a_scenario_is_chosen_by_name_and_never_by_path(server):
    async def attack(_):
        before = sorted(path for path in server.rooms.rglob("*") if path.is_dir())
        for name in NO_SCENARIOS:
            status, text = await asyncio.to_thread(server.ask, "POST", "/rooms", {**PLAN, "scenario": name})
            assert status == 400, name
            assert b"root:" not in text
        assert sorted(path for path in server.rooms.rglob("*") if path.is_dir()) == before

    beside(server, attack, "refused a plan: 'there is no scenario of that name; ")


@pytest.mark.parametrize("code", ["..", "%2e%2e", "..%2f..", "key", "%00", "a" * 3000, "*", "......", "%ff", "aaaaaa"])
def test_a_code_is_looked_up_and_never_a_path(server, code):
    for page in (f"/join/{code}", f"/rooms/{code}/umpire", f"/rooms/{code}/qr.svg"):
        assert server.ask("GET", page)[0] == 404

    async def line():
        bot = Bot(server, code)
        with pytest.raises(GoneError):
            await bot.connect()
        if not bot.gone:
            assert await bot.must_be_closed() in (4003, 4004)
        assert "hello" not in bot.newest
        await bot.hang_up()

    asyncio.run(line())


def test_only_the_owner_makes_rooms_where_others_can_reach_the_server(server):
    status, _ = server.ask("POST", "/rooms", PLAN, Cookie="")
    assert status == 403
    status, _ = server.ask("POST", "/rooms", PLAN, Cookie=f"sim-owner-{server.port}={server.key[:-1]}")
    assert status == 403


# Every frame of the protocol, with whatever may stand in it.

rubbish = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.lists(st.integers(0, 99), max_size=3),
    st.sampled_from(["..", "__class__", "north", "x" * 5000, "\u202e", "2019-13-45", "9999-12-31", "north.mobilise"]),
    st.just({}),
)  # fmt: skip
plausible = {
    "world": st.integers(0, 4), "seat": st.sampled_from(["north", "south"]), "turn": st.integers(0, 3),
    "order": st.dictionaries(st.sampled_from(["do", "withdraw", "never", "stance", "otherwise", "why", "x"]), rubbish),
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=50), "acts": st.lists(st.text(max_size=9)),
    "days": st.integers(1, 9), "seconds": st.integers(1, 99), "paused": st.booleans(), "locked": st.just(False),
    "to": st.sampled_from(["rules", "orders", ["north"], []]), "done": st.booleans(),
    "forecast": st.just({"war": 50.0}),
}  # fmt: skip


def frames_of(models):
    """Frames of some kinds, with fields of theirs left out, filled well, or filled with anything."""
    return st.one_of(
        st.fixed_dictionaries(
            {"kind": st.just(model.model_fields["kind"].annotation.__args__[0])},
            optional={
                name: plausible.get(name, rubbish) | rubbish
                for name in model.model_fields
                if name not in ("kind", "line", "n")
            },
        )
        for model in models
    )


class Fuzzed:
    """Two lines that stay, in a loop that stays, for the examples of a property."""

    def __init__(self, server):
        self.loop = asyncio.new_event_loop()
        self.code, secret = server.make(**PLAN)
        self.player, self.umpire = Bot(server, self.code), Bot(server, self.code, "umpire", secret)
        self.asked = 0
        self.do(self.player.connect())
        self.do(self.player.ask("join", world=1, seat="north"))
        self.do(self.umpire.connect())
        self.do(self.umpire.ask("start"))

    def do(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def send(self, bot, frame):
        """Send a frame: it is acknowledged or refused with reasons, and the line stays."""
        self.asked += 1
        if bot.gone or self.asked % 40 == 0:
            self.do(bot.come_back())  # on a new line more may be said
        try:
            self.do(bot.ask(**frame))
        except RefusedError as refused:
            faults = [each for each in refused.reasons if not each]
        else:
            faults = []
        assert not faults
        if frame["kind"] == "leave" and bot.you is None:
            bot.token = None
            self.do(bot.ask("join", world=1, seat="north"))

    def close(self):
        for bot in (self.player, self.umpire):
            self.do(bot.hang_up())
        self.loop.close()


@pytest.fixture(scope="module")
def fuzzed(server):
    found = Fuzzed(server)
    yield found
    found.close()


quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OF_PLAYER = get_args(get_args(messages.OfPlayer)[0])
OF_UMPIRE = [each for each in get_args(get_args(messages.OfUmpire)[0]) if each not in (messages.Close, messages.End)]


@quick
@given(frame=frames_of(OF_PLAYER))
def test_whatever_a_player_sends_is_acknowledged_or_refused(fuzzed, frame):
    fuzzed.send(fuzzed.player, frame)


@quick
@given(frame=frames_of(OF_UMPIRE))
def test_whatever_an_umpire_sends_is_acknowledged_or_refused(fuzzed, frame):
    fuzzed.send(fuzzed.umpire, frame)
