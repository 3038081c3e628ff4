"""Players: what they order hangs on their seat, its view and their own dice, and on nothing else."""

import pickle
import tomllib
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.play.messages.orders import Deed, Order, OrderError
from sim.play.players.player import Function, Hold, Rules
from sim.play.players.random import Random
from sim.play.players.registry import KINDS, Chair, player_of
from sim.play.players.replayed import Replayed, joined
from sim.play.players.scripted import Scripted, read_plan
from sim.play.rounds import ask, play
from sim.play.seats import PlayError
from sim.play.sessions.entries import Ordered, Said, Settings
from sim.play.sessions.ledger import looked_at
from sim.play.sessions.session import Session

SEATS = ("north", "south")


def table(seats=SEATS, scenario="first_lesson", **options):
    return Session(scenario, seats, **{"seed": 7, "clock": lambda: None, **options})


def orders(session, seat=None):
    return [each for each in session.entries if isinstance(each, Ordered) and seat in (None, each.seat)]


def typed(words, session, seat="north"):
    return player_of(words, Chair(session, seat))


# At random.


def test_a_player_at_random_orders_the_same_again_whoever_else_plays():
    alone = play(table(["north"]), {"north": Random(7)}, turns=8)
    among = table()
    for seat in SEATS:
        among.options(seat)
    play(among, {"south": Hold(), "north": Random(7)}, turns=3)
    first = [(each.day, each.order) for each in orders(alone) if each.day < 8]
    assert len(first) > 1
    assert [(each.day, each.order) for each in orders(among, "north") if each.day < 8] == first
    assert orders(play(table(["north"]), {"north": Random(8)}, turns=8)) != orders(alone)
    assert orders(play(table(["north"]), {"north": Random(7, run=1)}, turns=8)) != orders(alone)


def test_a_player_at_random_acts_as_often_as_it_is_told_to():
    acts = [
        sum(len(each.order.do) for each in orders(play(table(["north"]), {"north": Random(3, often=often)})))
        for often in (0.0, 0.3, 1.0)
    ]
    assert acts[0] == 0
    assert 2 <= acts[1] <= 16
    assert acts[2] > 20
    for often in (-0.1, 1.1, float("nan")):
        with pytest.raises(PlayError, match="a share of turns from 0 to 1"):
            Random(3, often=often)


def test_a_bloodless_player_never_orders_what_may_kill():
    session = table(["houthis"], "baseline", settings=Settings(turn=14))
    lethal = {each.act for each in session.options("houthis").options if each.lethal}
    play(session, {"houthis": Random(1, often=1.0, lethal=False)}, turns=6)
    done = {deed.act for each in orders(session) for deed in each.order.do}
    assert done
    assert lethal
    assert not done & lethal
    assert typed("random:0.3:bloodless", session, "houthis")._lethal is False


# Replayed.


def test_a_session_replayed_turn_by_turn_is_the_same_to_the_last_bit(tmp_path):
    lived = table(path=tmp_path / "lived.session")
    play(lived, {"north": Random(7), "south": Random(9)}, turns=6)
    for source in (lived, tmp_path / "lived.session", lived.entries):
        again = play(table(), {seat: Replayed(source, seat) for seat in SEATS}, turns=6)
        assert again.entries == lived.entries
    with pytest.raises(PlayError, match="nobody gave orders for south in the session"):
        Replayed(orders(lived, "north"), "south")


def test_a_replay_says_where_the_clock_stopped_elsewhere_and_may_be_late_instead():
    lived = table(settings=Settings(turn=5))
    lived.advance()
    lived.order("north", {"do": "north.threaten", "why": "They began."})
    lived.advance()
    with pytest.raises(PlayError, match=r"north cannot be replayed on 8 January 2030, day 8: .* on day 6"):
        play(table(), {"north": Replayed(lived, "north")})
    late = play(table(), {"north": Replayed(lived, "north", late=True)}, turns=3)
    (given,) = orders(late)
    assert (given.day, given.order.why) == (7, "First given on day 6. They began.")


def test_what_was_taken_back_is_not_replayed():
    lived = table()
    lived.order("north", {"do": "north.strike"})
    lived.advance()
    lived.take_back()
    lived.order("north", {"otherwise": "hold"})
    lived.advance()
    again = play(table(), {"north": Replayed(lived, "north")}, turns=1)
    assert [each.order.otherwise for each in orders(again)] == ["hold"]


def test_several_orders_of_a_morning_are_one_in_which_the_later_prevail():
    first = Order(do="a.x", never=("a.y",), why="One.")
    second = Order(do=({"act": "a.z", "on": "2030-01-02"},), withdraw="a.x", otherwise="hold", why="Two.")
    both = joined([first, second])
    assert both.do == (Deed(act="a.z", on=date(2030, 1, 2)),)
    assert (both.withdraw, both.never, both.otherwise, both.why) == ((), ("a.y",), "hold", "One. Two.")
    assert joined([second, Order(withdraw="a.q")]).withdraw == (Deed(act="a.x"), Deed(act="a.q"))


# Scripted.

PLAN = {
    "2030-01-20": {"do": ["north.threaten"]},
    date(2030, 1, 25): {"otherwise": "hold", "never": ["north.strike"], "why": "Enough."},
    "2030-02-10": Order(do="north.mobilise"),
}


def test_a_plan_is_followed_on_its_dates():
    session = play(table(["north"]), {"north": Scripted(PLAN, "north")}, turns=8)
    mine = [(item.date, item.act) for item in session.view("north").known if item.kind == "own"]
    assert {(date(2030, 1, 20), "north.threaten"), (date(2030, 2, 10), "north.mobilise")} <= set(mine)
    assert [each.day for each in orders(session)] == [0, min(t.first for t in session.turns if t.first >= 24)]
    standing = session.view("north").standing
    assert (standing.otherwise, standing.never) == ("hold", ("north.strike",))


def test_a_plan_goes_on_where_the_umpire_took_a_turn_back():
    session, player = table(["north"]), Scripted(PLAN, "north")
    play(session, {"north": player}, turns=6)
    lived = [(each.day, each.order) for each in orders(session)]
    session.take_back(5)
    play(session, {"north": player}, turns=5)
    kept = [(each.day, each.order) for each in session.holding if isinstance(each, Ordered)]
    assert kept == lived
    session.take_back(6)
    play(session, {"north": player}, turns=1)
    assert session.desks["north"].scheduled


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ({"soon": {"do": "north.strike"}}, "'soon' is not a date; write 2019-06-20"),
        ({"2030-01-20": {"du": "north.strike"}}, "20 January 2030: du: Extra inputs"),
        (
            {"2031-01-20": {"do": "north.strike"}},
            "is not among the days that are played, 1 January 2030 to 29 June 2030",
        ),
        ({"2030-01-20": ["north.strike"]}, r"20 January 2030: this is no order; .* 2019-05-10: \{do: \[iran"),
        (["north.strike"], r"the plan does not say .* such as 2019-05-10: \{do: \[iran.harass_shipping\]\}"),
        ({"2030-01-20": {"do": "north.strick"}}, "cannot be followed: .*did you mean 'north.strike'"),
        ({"2030-01-20": {"do": "south.strike"}}, "a seat orders its own acts only"),
        ({"2030-01-10": {"do": "north.strike"}}, "the scenario itself says what"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_once(plan, told):
    with pytest.raises(PlayError, match=told):
        play(table(["north"]), {"north": Scripted(plan, "north")}, turns=1)


def test_plans_are_read_from_yaml_and_from_tables(tmp_path):
    (tmp_path / "plan.yaml").write_text("2030-01-20: {do: [north.threaten], why: As planned.}\n")
    (tmp_path / "plan.csv").write_text("date,do,why\n2030-01-20,north.threaten,As planned.\n,,\n")
    assert read_plan(tmp_path / "plan.yaml") == read_plan(tmp_path / "plan.csv")
    session = table(["north"])
    play(session, {"north": typed(f"script:{tmp_path / 'plan.csv'}", session)}, turns=1)
    assert session.desks["north"].standing.scheduled[0].on == date(2030, 1, 20)
    (tmp_path / "other.csv").write_text("day,what\n1,2\n")
    with pytest.raises(PlayError, match="its columns are date, do and, if you like, why; found day, what"):
        read_plan(tmp_path / "other.csv")
    for text, told in (
        ("- 1\n", r"does not hold a map.*\n?.*2019-05-10: \{do: \[iran.harass_shipping\]\}"),
        ("2030-01-20: {}\n2030-01-20: {}\n", "duplicate key"),
    ):
        (tmp_path / "faulty.yaml").write_text(text)
        with pytest.raises(sim.ScenarioError, match=told):
            read_plan(tmp_path / "faulty.yaml")


# By name, and at the table.


def test_players_are_found_by_what_a_user_types(tmp_path, monkeypatch):
    session = table()
    assert isinstance(typed("rules", session), Rules)
    assert isinstance(typed("hold", session), Hold)
    assert typed("random:0.25", session)._often == 0.25
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\n@dataclass\nclass Seen:\n    turn: int\n"
        "def calm(view, options):\n    return {'otherwise': 'hold', 'why': str(Seen(view.turn))}\n"
    )
    monkeypatch.chdir(tmp_path)
    play(session, {"north": typed("function:mine.py:calm", session)}, turns=1)
    assert orders(session)[0].order.why == "Seen(turn=0)"
    monkeypatch.syspath_prepend(tmp_path)
    assert isinstance(typed("function:mine:calm", session), Function)


def test_a_function_that_fails_says_where_and_which_names_there_are(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import json\ndef acts(view, options):\n    return options.option\ndef broken(view, options):\n"
        "    return helped(options)\ndef helped(options):\n    return json.loads('{')\n"
    )
    view, options = table().view("north"), table().options("north")
    with pytest.raises(PlayError) as caught:
        typed(f"function:{tmp_path / 'mine.py'}:acts", table()).choose(view, options)
    assert str(caught.value) == (
        "the player failed at mine.py:3: AttributeError: 'Options' object has no attribute 'option'; did you mean "
        "'options'; it has date, hold, open, options and seat"
    )
    with pytest.raises(PlayError, match=r"^the player failed at mine.py:7: JSONDecodeError: Expecting"):
        typed(f"function:{tmp_path / 'mine.py'}:broken", table()).choose(view, options)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("rulez", "there is no player 'rulez'; there are .*rules, hold, .*; did you mean 'rules'"),
        ("rules:0.3", "'rules' takes nothing after it"),
        ("random:often", "such as random:0.3"),
        ("random:1.5", "a share of turns"),
        ("script:", "name a file after the colon"),
        ("replay:nowhere.session", "there is no file nowhere.session"),
        ("function:json", "names no function"),
        ("function:json:dumbs", "json has no function 'dumbs'; did you mean 'dumps'"),
        ("function:no_such_module:f", "no_such_module cannot be imported: ModuleNotFoundError"),
        ("function:nowhere.py:f", r"nowhere.py cannot be imported: FileNotFoundError: there is no file nowhere.py"),
    ],
)
def test_what_is_no_player_is_refused_with_what_there_is(words, told):
    with pytest.raises(PlayError, match=told):
        typed(words, table())


def test_every_kind_of_player_says_how_it_is_typed():
    for name, kind in KINDS.items():
        assert kind.typed.partition(":")[0] == name
        assert kind.about


def test_the_refusal_of_an_order_comes_back_from_a_process_as_it_was():
    error = OrderError("north", ["one", "another"])
    again = pickle.loads(pickle.dumps(error))
    assert (again.seat, again.reasons, str(again)) == ("north", ("one", "another"), str(error))


def test_a_seat_that_had_its_say_is_not_asked_again_in_the_same_turn():
    session, asked = table(), []

    def counting(view, options):
        asked.append(view.day)
        return {"do": "north.threaten"}

    ask(session, "north", Function(counting))
    play(session, {"north": Function(counting)}, turns=1)
    assert asked == [0]
    ask(session, "north", Function(lambda view, options: {"do": "south.strike"}))
    play(session, {"north": Function(counting)}, turns=1)
    assert asked == [0]
    assert next(each.data for each in session.entries if isinstance(each, Said))["refused"]
    play(session, {"north": Function(counting)}, turns=1)
    assert len(asked) == 2


def test_players_that_need_not_look_order_what_they_would_have_ordered(monkeypatch):
    looked = play(table(), {"north": Function(Hold().choose), "south": Function(Rules().choose)}, turns=3)
    monkeypatch.setattr(Session, "view", lambda *_: pytest.fail("nobody needs a view"))
    assert play(table(), {"north": Hold(), "south": Rules()}, turns=3).entries == looked.entries


def test_a_session_killed_before_its_first_line_was_whole_can_be_begun_again(tmp_path):
    table(path=tmp_path / "whole").advance()
    head = (tmp_path / "whole").read_bytes().partition(b"\n")[0]
    for cut in (0, 5, len(head) - 1):
        (tmp_path / "cut").write_bytes(head[:cut])
        table(path=tmp_path / "cut").advance()
        assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()
        (tmp_path / "cut").unlink()
    for other in (b"my notes", head + b"\n"):
        (tmp_path / "other").write_bytes(other)
        with pytest.raises(PlayError, match="exists"):
            table(path=tmp_path / "other")
        assert (tmp_path / "other").read_bytes() == other


def test_a_ledger_can_be_looked_at_while_it_is_played(tmp_path):
    session = table(path=tmp_path / "lived.session")
    session.order("north", {"otherwise": "hold"})
    header, entries = looked_at(tmp_path / "lived.session")
    assert header["seats"] == list(SEATS)
    assert entries == session.entries


def test_a_users_own_player_is_checked_against_our_types():
    """PEP 561: a type checker reads an installed package only where this file lies in it; the wheel takes it along."""
    package = Path(sim.__file__).parent
    build = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert (package / "py.typed").is_file()
    assert build["targets"]["wheel"]["packages"] == [package.name]
