"""`sim play`: a session typed at a terminal or piped, gone on with after a kill, and led by single calls."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.cli.play import is_session
from sim.play.answers.hindrances import in_plain_words, refusal_in_words
from sim.play.messages.orders import OrderError
from sim.play.players.player import Hold
from sim.play.players.registry import Chair, player_of
from sim.play.rounds import play
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.session import Session
from sim.play.terminal.choices import futures_page
from sim.play.terminal.commands import COMMANDS, command_meant, help_page
from sim.play.terminal.game import Game
from sim.play.terminal.human import Human, Left
from sim.play.terminal.lookup import act_and_day, act_meant, day_meant, numbered
from tests.every_verb import Answered, ask
from tests.small_scenarios import action, actor, scenario, theatre

FILE = "first_lesson_north.session"
UNBROKEN = Settings(stop_rung=None, stop_outcomes=False)


class Script:
    """A screen on which lines have been typed already."""

    width, somebody_sits_there = 80, False

    def __init__(self, *lines: str | type[BaseException]) -> None:
        self.lines, self.said, self.cleared = list(lines), "", 0

    def say(self, text: str = "") -> None:
        self.said += f"{text}\n"

    def ask(self, prompt: str) -> str:
        self.say(prompt)
        line = self.lines.pop(0) if self.lines else EOFError
        if not isinstance(line, str):
            raise line
        return line

    def clear(self) -> None:
        self.cleared += 1

    @property
    def words(self) -> str:
        """All that was said, without line breaks."""
        return " ".join(self.said.split())


def kept(session: Session) -> list[dict[str, object]]:
    return [entry.model_dump(mode="json", exclude_defaults=True) for entry in session.entries]


def typed(*lines, seats=("north",), people=None, players=None, source="first_lesson", **rest) -> tuple[Session, Script]:
    """Play with some lines at the terminal."""
    session, screen = Session(source, list(seats), seed=7, clock=lambda: None, **rest), Script(*lines)
    Game(session, list(people or seats), players or {}, screen, "mine.session").play()
    return session, screen


@pytest.fixture
def piped(tmp_path, monkeypatch):
    """Call `sim play`, with lines on standard input, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object, lines: str = "", code: int = 0) -> Answered:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        answered = ask("play", *words)
        assert answered.code == code, answered
        return answered

    return call


# At the terminal.


def test_a_session_is_typed_in_lines_and_kept_in_a_file_that_is_named_at_once(piped):
    told = piped("first_lesson", "--as", "north", lines="do mobilise\nnote To frighten them.\n\ngo 2\nq\n")
    assert told.err.startswith(f"The session is kept in {FILE}")
    assert "North, 1 January 2030> do mobilise" in told.out  # piped lines are shown as if they had been typed
    assert "1 Jan: North calls up reserves" in told.out
    assert "To go on: sim play first_lesson_north.session" in told.out
    session = Session.open(FILE)
    assert [(turn.first, turn.days) for turn in session.turns] == [(0, 7), (7, 2)]
    assert session.world.lived[0].deeds == {"north.mobilise": "north"}
    assert [entry.order.why for entry in session.entries if entry.kind == "order"] == [None, "To frighten them."]


def test_a_session_goes_on_where_it_was_left_and_a_new_one_takes_another_name(piped):
    piped("first_lesson", "--as", "north", lines="do 3 9 Jan\nq\n")
    told = piped(FILE, lines="go 3\norders\n")
    assert "9 January 2030: Mobilise at the border" in told.out
    assert "NORTH: 4 January 2030" in told.out
    assert "The session is kept" in told.out  # the end of the input is no end of the session
    assert "first_lesson_north_2.session" in piped("first_lesson", "--as", "north").err
    assert Session.open(FILE).day == 3


def test_what_was_typed_outlives_a_kill(tmp_path):
    """The order lies on the disk once its answer is on the screen."""
    words = [sys.executable, "-m", "sim", "play", "first_lesson", "--as", "north"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in ("go 4", "do strike", "never threaten", "orders", "do mobi"):
        process.stdin.write(f"{line}\n" if line != "do mobi" else line)  # the last line was being typed
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("Never: Threaten"):
            break
    process.kill()
    process.communicate()
    session = Session.open(tmp_path / FILE)
    assert session.day == 4
    assert [each.act for each in session.desks["north"].standing.scheduled] == ["north.strike"]
    assert session.desks["north"].never == ("north.threaten",)


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_ctrl_c_at_the_prompt_asks_and_again_leaves(tmp_path):
    words = [sys.executable, "-m", "sim", "play", "first_lesson", "--as", "north"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = ""
    for waited in ("2030> ", "[y/N] "):
        while not said.endswith(waited):
            said += process.stdout.read(1)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert "Leave the table?" in said
    assert "To go on: sim play" in rest
    assert process.returncode == 0


def test_ctrl_c_and_a_no_goes_on():
    session, screen = typed(KeyboardInterrupt, "n", "go 2", KeyboardInterrupt, "yes")
    assert session.day == 2
    assert "The session is kept" in screen.said


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("opt", "OPTIONS: 4 of 4 are open today"),
        ("options strike", "4 Strike a border post"),
        ("options closed", "None of your acts has “closed”"),
        ("why strike", "Open: it could be done today"),
        ("news", "Nothing new has come to your ears"),
        ("news all", "You know of nothing yet"),
        ("known exercise", "You know of nothing like “exercise”"),
        ("lad", "6 Shells across the border"),
        ("v fear", "Fear of each other: 20 %"),
        ("who", "North (you): To be safe from South"),
        ("who south", "its rival North is like it"),
        ("help do", "For example: do 12 20 June"),
        ("?", "Any command by its first letters".lower()),
        ("hold", "your side does nothing"),
        ("save", "The session is kept in mine.session"),
        ("futures 4 by struck", "*in every run"),
    ],
)
def test_what_is_asked_is_answered(line, told):
    _, screen = typed(line)
    assert told.lower() in screen.words.lower(), screen.said


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("opitons", "did you mean `options`?"),
        ("xyzzy", "`help` lists what you can type"),
        ("ne", "could be `news` or `never`"),
        ("3", "type `do 3`"),
        ("do", "Which act?"),
        ("do 99", "they are numbered from 1 to 4"),
        ("do mobilize", "You have no act “mobilize”; did you mean “mobilise”?"),
        ("do rival", "fits 2 acts: 1 Reassure the rival and 2 Threaten the rival"),
        ("do strike 1 June 2029", "Refused: “Strike a border post” on 1 June 2029 is not within the days to come"),
        ("withdraw strike", "Nothing is ordered that could be withdrawn"),
        ("allow strike", "You have not refused “Strike a border post”"),
        ("stance threaten high", "not yours to set"),
        ("stance strike 7", "may be set from 0.005 % to 0.1 % a day; 7 is outside"),
        ("stance strike much", "“much” is not a number"),
        ("go soon", "“soon” is not a number"),
        ("go 0", "days must be at least 1"),
        ("back", "There are 0 turns to take back, not 1"),
        ("who nobody", "There is no actor “nobody”"),
        ("v nothing", "No variable is called anything like “nothing”"),
        ("futures by peace", "There is no outcome “peace”"),
        ("known", "Search what you know for which words?"),
        ("note", "Note what?"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_changes_nothing(line, told):
    session, screen = typed(line)
    assert told.lower() in screen.words.lower(), screen.said
    assert "Traceback" not in screen.said
    assert not session.turns
    assert kept(session) == []


def test_orders_stand_are_withdrawn_refused_and_allowed():
    session, screen = typed(
        "do strike +3", "do threaten tomorrow", "withdraw threaten", "never mobilise", "never reassure",
        "allow mobilise", "stance 1 high", "stance strike 0.1%", "stance 1 back", "orders",
    )  # fmt: skip
    standing = session.desks["north"].standing
    assert [(each.act, each.on) for each in standing.scheduled] == [("north.strike", date(2030, 1, 4))]
    assert standing.never == ("north.reassure",)
    assert standing.stance == {"actions.north.strike.rate": 0.001}
    assert "Never: Reassure the rival" in screen.said
    assert "Stance: Strike a border post, readier (5 times the usual)" in screen.said


def test_a_refused_order_leaves_what_stands_and_says_so():
    session, screen = typed("do strike 5 Jan", "do mobilise 5 Jan", "orders")
    assert "acts once a day, and “Strike a border post” is ordered for 5 January 2030 already" in screen.words
    assert "Your orders stand as before." in screen.said
    assert [each.act for each in session.desks["north"].standing.scheduled] == ["north.strike"]


def test_an_act_that_is_ordered_already_is_ordered_again_only_for_a_day_that_is_named():
    session, screen = typed("do strike +3", "do strike", "do strike 9 Jan")
    assert "“Strike a border post” is ordered for 4 January 2030 already" in screen.words
    assert [each.on.day for each in session.desks["north"].standing.scheduled] == [4, 9]


def test_a_turn_taken_back_is_lived_again_on_the_same_dice():
    session, screen = typed("go 20", "do mobilise", "go", "back", "go")
    twice = [turn for turn in session.turns if turn.first == 20]
    assert len(twice) == 1
    other, _ = typed("go 20", "go")
    assert session.world.digest() == other.world.digest()
    assert "It is 21 January 2030 again" in screen.said


def test_two_people_at_one_terminal_see_it_cleared_between_them():
    session, screen = typed("do strike", "go 5", "do mobilise", "go 3", seats=("north", "south"), settings=UNBROKEN)
    assert session.day == 3  # as few days as one of them wants
    assert session.world.lived[0].deeds == {"north.strike": "north", "south.mobilise": "south"}
    assert screen.said.index("It is the turn of North") < screen.said.index("It is the turn of South")
    assert screen.cleared == 6  # before and after each of them, and of the one who left


def test_the_end_tells_what_came_about_the_score_and_what_to_type_next():
    goals = {"north": actor(label="North", goals={"blow": -2.0}), "south": actor(label="South")}
    acts = {"north.raid": action(4, "south", 0.001), "south.talk": action(0, "north", 0.1)}
    small = scenario(theatre(goals, acts, outcomes={"blow": {"days_since(north.raid)": "<= 0"}}), days=9)
    _, screen = typed("do raid", "", "", source=small, settings=UNBROKEN)
    assert "THE END" in screen.said
    assert "1 January 2020: Blow" in screen.said
    assert "North scores -2 by its goals" in screen.said
    assert "\n  sim debrief mine.session\n" in screen.said
    assert "--export" not in screen.said  # there is no file that a scenario could build on


def test_a_person_is_a_player_like_any_other():
    session, screen = Session("first_lesson", ["north"], seed=7, clock=lambda: None), Script("do strike", "go")
    person = Human(session, "north", screen)
    assert person.choose(session.view("north"), session.options("north")) is None
    assert session.desks["north"].standing.scheduled
    with pytest.raises(Left):
        person.choose(session.view("north"), session.options("north"))


def test_a_clock_that_the_umpire_has_stopped_lives_no_day_and_says_so():
    session = Session("first_lesson", ["north"], seed=7, clock=lambda: None)
    session.pause()
    screen = Script("do strike", "go")
    Game(session, ["north"], {}, screen, "mine.session").play()
    assert session.day == 0
    assert "Refused: the umpire has stopped the clock" in screen.words
    assert "The clock is stopped; let it go on first." in screen.said


def test_the_registry_seats_a_person_at_standard_input(monkeypatch, capsys):
    session = Session("first_lesson", ["north"], seed=7, clock=lambda: None)
    typed_lines = iter(["do strike\x1b", "do strike", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed_lines))
    play(session, {"north": player_of("human", Chair(session, "north"))}, turns=1)
    assert session.world.lived[0].deeds == {"north.strike": "north"}
    said = capsys.readouterr().out
    assert "Ordered for today, 1 January 2030: Strike a border post." in said
    assert "\x1b" not in said  # what steers a terminal is shown, not obeyed


def test_other_seats_are_played_by_who_sits_there():
    session, _ = typed("go", seats=("north", "south"), people=["north"], players={"south": Hold()})
    assert session.desks["south"].otherwise == "hold"
    assert "south" not in {entry.seat for entry in session.entries if entry.kind == "order" and entry.seat == "north"}


# What is meant by what is typed.


def test_every_command_is_found_by_its_names_and_helped_with():
    shorts = [command.short for command in COMMANDS if command.short]
    assert len(set(shorts)) == len(shorts)
    for command in COMMANDS:
        assert command_meant(command.name) is command
        assert command_meant(command.short or command.name) is command
        assert command.about in " ".join(help_page(command.name, 200).split())
        assert command_meant(command.example.split()[0]) is command
    assert command_meant("fut").name == "futures"
    assert command_meant("?").name == "help"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-06-20", date(2019, 6, 20)), ("20 June", date(2019, 6, 20)), ("June 20", date(2019, 6, 20)),
        ("on 20 jun 2019", date(2019, 6, 20)), ("2 Jan", date(2020, 1, 2)), ("today", date(2019, 5, 1)),
        ("tomorrow", date(2019, 5, 2)), ("+10", date(2019, 5, 11)), ("12", None), ("tanker", None), ("31 June", None),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_type_it(text, day):
    assert day_meant(text, date(2019, 5, 1)) == day


def test_an_act_is_found_by_number_id_or_words_and_may_be_followed_by_a_day():
    options = Session("first_lesson", ["north"], seed=7).options("north").options
    by_number = numbered(options)
    assert [each.act for each in by_number.values()] == [
        "north.reassure", "north.threaten", "north.mobilise", "north.strike"
    ]  # fmt: skip
    for text in ("4", "strike", "north.strike", "border post", "STRIKE a border"):
        assert act_meant(text, options).act == "north.strike"
    today = date(2030, 1, 1)
    option, day = act_and_day(["strike", "a", "border", "post", "on", "3", "feb"], options, today)
    assert (option.act, day) == ("north.strike", date(2030, 2, 3))
    assert act_and_day(["4", "+2"], options, today)[1] == date(2030, 1, 3)
    assert act_and_day(["4"], options, today)[1] is None


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("war_on is not set", "it takes a war"),
        ("sanctions is 0.58, needs >= 0.62", "it takes “US economic pressure on Iran” at 62 % or more (it is at 58 %)"),
        (
            "oil_exports is 1.1, needs <= 0.6",
            "it takes “Iranian oil exports” at 0.6 million barrels a day or less (it is at 1.1)",
        ),
        (
            "days_since(us, 7) is never, needs <= 30",
            "it takes an act of the United States on rung 7 or above in the last 30 days (there was none)",
        ),
        (
            "relief does not hold (none of: days_since(us.ease_sanctions) is 200, needs <= 120; war_on is not set)",
            "it takes one of these: “United States: Ease sanctions” in the last 120 days (the last was 200 days ago); "
            "or a war",
        ),
        ("done on 3 May 2019; not again for 1 d", "done on 3 May 2019; it cannot be done again for 1 day"),
        ("happens once; done on 3 May 2019", "it can be done once only, and was done on 3 May 2019"),
        (
            "days_since(iran, 5) is 1, needs >= 10",
            "it takes 10 days without an act of Iran on rung 5 or above (the last was 1 day ago)",
        ),
        ("tanker_held holds, and must not", "it takes more than 90 days without “Iran: Seize a British tanker”"),
        ("truce_holds holds, and must not", "it takes the end of this: “truce holds”"),
        (
            "americans_in_coffins does not hold (blood(us, iran) is 0.00010, needs >= 0.98)",
            "it takes more dead, and fresher ones, for which the United States blames Iran (they weigh less than 0.1 % "
            "of the most that they can, and it opens at 98 %)",
        ),
        (
            "none of: blow_in_iraq does not hold (none of: days_since(us.strike_militia) is never, needs <= 20; "
            "days_since(us.kill_commanders) is 40, needs <= 30); war_on is not set",
            "it takes one of these: either “United States: Bomb Kataib Hezbollah's bases” in the last 20 days (there "
            "was none) or “United States: Kill Soleimani and al-Muhandis” in the last 30 days (the last was 40 days "
            "ago); or a war",
        ),
        (
            "none of: x does not hold (protest is 0.1, needs >= 0.5; none of: war_on is not set; caretaker is not set)"
            "; strait_closed is not set",
            "it takes one of these: “Protest on Iraq's streets” at 50 % or more (it is at 10 %) and either a war or "
            "this: “The prime minister has resigned and stays as caretaker”; or this: “The Strait of Hormuz is closed”",
        ),
    ],
)
def test_a_closed_act_says_what_it_takes(reason, told):
    assert in_plain_words(sim.load("baseline").theatre, reason) == told


def test_a_refusal_calls_acts_by_their_labels_and_says_days_in_words():
    session = Session("baseline", ["us"], seed=7)
    deed, stance = {"act": "us.kill_commanders", "on": "2019-05-01"}, {"actions.us.strike_iran.rate": 9}
    order = {"do": [deed], "stance": stance}
    with pytest.raises(OrderError) as refused:
        session.order("us", order)
    told = [
        refusal_in_words(session.scenario.theatre, session.seats["us"].acts, each) for each in refused.value.reasons
    ]
    assert told[0] == ("“Kill Soleimani and al-Muhandis” takes an order 1 day ahead: the earliest day is 2 May 2019")
    assert told[1].startswith("the stance “Strike radars and missile batteries in Iran” may be set from ")


def test_acts_are_quoted_in_one_style_whatever_their_names_have():
    _, screen = sitting("do call off a strike", "why call off a strike")
    assert "an order to “Strike Iran's launchers in answer to its missiles” (there is none)" in screen.words
    assert not re.search(r"['”]“|”['“]|'“", screen.said)


def test_no_reason_of_the_shipped_theatre_shows_a_name_of_its_files():
    known = sim.load("baseline").theatre
    for seat in ("us", "iran", "kataib_hezbollah", "iraq_government"):
        for option in Session("baseline", [seat], seed=7).options(seat).options:
            for reason in option.why_not:
                told = in_plain_words(known, reason)
                assert "_" not in told, told
                assert "does not hold" not in told, told


# By single calls.


def test_another_program_plays_through_the_command_line_alone(piped, tmp_path):
    view = json.loads(piped("first_lesson", "--as", "north", "--view", "north", "--json").out)
    assert (view["seat"], view["turn"], view["date"]) == ("north", 0, "2030-01-01")
    options = json.loads(piped(FILE, "--options", "north", "--json").out)
    assert [each["act"] for each in options["options"] if each["open"]]
    (tmp_path / "order.json").write_text('{"do": ["north.strike"], "otherwise": "hold"}')
    standing = json.loads(piped(FILE, "--order", "north", "order.json", "--json").out)
    assert standing["scheduled"] == [{"act": "north.strike", "on": "2030-01-01"}]
    turn = json.loads(piped(FILE, "--advance", "--days", 3, "--json").out)
    assert (turn["days"], turn["over"]) == (1, False)  # a strike is an outcome, for which the clock stops
    both = json.loads(piped(FILE, "--advance", "--view", "north", "--json").out)
    assert both["advance"]["from"] == both["view"]["date"][:8] + "02"
    futures = json.loads(piped(FILE, "--futures-of", "north", "--json").out)
    assert {row["act"] for row in futures["table"]} >= {"hold", "rules"}
    entries = json.loads(piped(FILE, "--ledger", "--json").out)
    assert [entry["kind"] for entry in entries] == ["note", "order", "advance", "advance"]


def test_a_refused_order_ends_with_2_and_its_reasons(piped):
    piped("first_lesson", "--as", "north", "--view", "north")
    refused = piped(FILE, "--order", "north", "-", "--json", lines='{"do": ["south.strike"]}', code=2)
    assert json.loads(refused.out)["refused"] == [
        "south.strike is not an act of north; a seat orders its own acts only"
    ]
    assert "is not JSON" in piped(FILE, "--order", "north", "-", lines="do strike", code=2).err
    assert "cannot read" in piped(FILE, "--order", "north", "none.json", code=2).err
    assert "nobody plays 'south'" in piped(FILE, "--view", "south", code=2).err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["first_lesson"], "say whom you play, as in `sim play first_lesson --as north`; there are north, south"),
        (["first_lesson", "--as", "nroth"], "there is no actor 'nroth' to play; did you mean 'north'?"),
        (["first_lesson", "--as", "north", "--seat", "south"], "as us=hold; found 'south'"),
        (["first_lesson", "--as", "north", "--seat", "north=hold"], "two players sit in north"),
        (["first_lesson", "--as", "north", "--seat", "south=hlod"], "there is no player 'hlod'"),
        (["first_lesson", "--as", "north", "--seat", "south=script:none.yaml"], "there is no file none.yaml"),
        (["first_lesson", "--as", "north", "--stop-rung", "12"], "a rung from 0 to 9, or never; found '12'"),
        (["first_lesson", "--as", "north", "--days", "3"], "--days says for how long to --advance"),
        (["first_lesson", "--as", "north", "--json"], "--json answers --view"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_and_leaves_no_file(words, told, piped, tmp_path):
    refused = piped(*words, code=2)
    assert told in " ".join(refused.err.replace("│", " ").split())
    assert not list(tmp_path.glob("*.session"))


def test_a_session_has_its_own_settings_from_its_beginning(piped):
    piped("first_lesson", "--as", "north", "--seat", "south=random:0.5", "--turn", 3, "--stop-rung", "never",
          "--no-futures", "--seed", 11, "--run", 4, "--file", "mine", lines="futures\n\nq\n")  # fmt: skip
    assert is_session("mine")
    refused = piped("mine", "--seed", 3, code=2)
    assert "--seed is settled when a session begins" in " ".join(refused.err.replace("│", " ").split())
    session = Session.open("mine")
    assert (session.seed, session.run, session.day) == (11, 4, 3)
    assert (session.settings.stop_rung, session.settings.futures) == (None, False)
    assert any(entry.kind == "order" and entry.seat == "south" for entry in session.entries)


def test_a_session_is_exported_and_its_ledger_printed(piped):
    piped("first_lesson", "--as", "north", lines="do strike\nnever threaten\nnote For once.\n\nback\n\nq\n")
    ledger = piped(FILE, "--ledger").out
    assert "North orders: Strike a border post" in ledger
    assert "North refuses: Threaten the rival" in ledger
    assert "North notes: For once." in ledger
    assert "2 January 2030\tthe turn of 1 January 2030 was taken back" in ledger
    told = piped(FILE, "--export", "lived.yaml")
    assert "sim replay lived.yaml --run 0" in told.out
    assert Path("lived.yaml").exists()
    assert "exists" in piped(FILE, "--export", "lived.yaml", code=2).err


def test_a_seat_is_named_by_its_id_or_by_its_name(piped):
    piped("baseline", "--as", "united states", "--file", "named.session", lines="q\n")
    assert list(Session.open("named.session").seats) == ["us"]
    assert "us (United States)" in " ".join(piped("baseline", code=2).err.split())


def test_a_turn_by_a_single_call_says_why_the_clock_stopped_and_a_refusal_is_in_words(piped, tmp_path):
    piped("first_lesson", "--as", "north", "--view", "north")
    (tmp_path / "order.json").write_text('{"do": ["north.strike"]}')
    piped(FILE, "--order", "north", "order.json")
    told = piped(FILE, "--advance").out
    assert "A day goes by. The next morning is that of 2 January 2030." in told
    assert "The clock stopped early, as north knows: “One side has struck” has come about." in " ".join(told.split())
    refused = " ".join(piped(FILE, "--order", "north", "order.json", code=2).err.split())
    assert "it cannot be done again for" in refused
    assert "Strike a border post" in refused


def test_what_is_no_session_is_taken_for_a_scenario(piped, tmp_path):
    (tmp_path / "notes.session").write_text("not a session\n")
    assert not is_session(str(tmp_path / "notes.session"))
    piped("notes.session", "--as", "north", code=3)


@pytest.mark.parametrize("kind", ["view", "order", "options"])
def test_schemas_of_messages_fit_what_is_exchanged(kind):
    found = json.loads(ask("schema", kind).out)
    assert found["$schema"].endswith("2020-12/schema")
    session = Session("first_lesson", ["north"], seed=7)
    made = {"view": session.view("north"), "options": session.options("north"), "order": None}[kind]
    if made is not None:
        assert set(made.model_dump()) <= set(found["properties"])
    assert found["additionalProperties"] is False


def test_several_acts_that_are_meant_are_named_and_none_is_ordered():
    options = Session("baseline", ["iran"], seed=7).options("iran").options
    assert act_meant("Seize a tanker", options).act == "iran.seize_tanker"
    with pytest.raises(PlayError, match=r"“seize tanker” fits 3 acts: .*\(closed today\)"):
        act_meant("seize tanker", options)
    with pytest.raises(PlayError, match="one act at a time: first 25, then 26"):
        act_and_day(["25,", "26"], options, date(2019, 5, 1))


@pytest.mark.parametrize("words", ["30 feb", "yesterday", "2019-13-40", "Monday", "June 31", "on 31 June 2019"])
def test_what_is_meant_for_a_day_and_is_none_is_not_taken_for_the_name_of_an_act(words):
    options = Session("first_lesson", ["north"], seed=7).options("north").options
    with pytest.raises(PlayError, match=f"“{words}” is no day"):
        act_and_day(["4", *words.split()], options, date(2030, 1, 1))


class Sitting(Script):
    """A screen before which somebody sits."""

    somebody_sits_there = True


def sitting(*lines: str, seats: tuple[str, ...] = ("us",), source: object = "baseline") -> tuple[Session, Script]:
    session, screen = Session(source, list(seats), seed=7, clock=lambda: None), Sitting(*lines)
    Game(session, list(seats), {}, screen, "mine.session").play()
    return session, screen


def test_a_grave_act_is_asked_about_and_what_it_brings_is_said():
    session, screen = sitting("do strike radars", "n", "do strike radars", "y")
    assert "Nothing was ordered." in screen.said
    assert len(session.desks["us"].standing.scheduled) == 1
    assert "The world will know that it was you; people may die. Until then `withdraw" in screen.words


def test_what_is_no_command_but_like_an_act_is_answered_with_the_acts():
    _, screen = sitting("attack iran", "why did iran do that", "who Solemani")
    assert "`do` orders an act. Nearest: " in screen.words
    assert "`who iran` tells of others" in screen.words
    assert "Soleimani is spoken of under Iran: `who iran`" in screen.words


def test_all_days_of_an_act_are_withdrawn_and_told():
    session, screen = typed("do strike +3", "do strike +8", "withdraw", "withdraw strike")
    assert "It stands for 4 January 2030 as well: each is done." in screen.words
    assert "Withdraw which of them: Strike a border post (4 Jan) and Strike a border post (9 Jan)?" in screen.words
    assert "Withdrawn: Strike a border post (4 Jan, 9 Jan)." in screen.words
    assert not session.desks["north"].standing.scheduled


def test_an_act_that_was_just_done_is_ordered_for_the_first_day_on_which_it_can_be():
    session, screen = typed("do strike", "go 1", "do strike", settings=UNBROKEN)
    (standing,) = session.desks["north"].standing.scheduled
    assert standing.on > session.date
    assert "Ordered for 3 January 2030: Strike a border post." in screen.words


def test_the_days_that_went_by_are_told_as_a_sentence():
    _, screen = typed("go 3", "", "go 1", settings=UNBROKEN)
    assert [words in screen.said for words in ("Three days go by.", "A week goes by.", "A day goes by.")] == [True] * 3


def test_two_people_read_why_the_clock_stopped_after_the_screen_was_cleared():
    session, screen = typed("do strike", "go", "go", seats=("north", "south"))
    after = screen.said[screen.said.index("A day goes by.") :]
    assert session.day == 1
    assert after.index("It is the turn of North") < after.index("The clock stopped early. “One side has struck”")


def test_a_turn_is_taken_back_from_others_at_the_table_only_if_they_agree():
    lines = ("", "go 2", "", "go 2", "", "back", "", "go")
    for answer, day in (("n", 2), ("y", 0)):
        session, screen = sitting(*lines, answer, seats=("north", "south"), source="first_lesson")
        assert session.day == day
        assert "Everybody at the table" in screen.said


def test_whoever_has_played_to_the_end_may_ask_and_take_a_turn_back():
    acts = {"north.raid": action(4, "south", 0.001), "south.talk": action(0, "north", 0.1)}
    small = scenario(theatre({"north": actor(label="North"), "south": actor(label="South")}, acts), days=9)
    session, screen = typed("", "", "news all", "back", source=small, settings=UNBROKEN)
    assert screen.said.count("THE END") == 1
    assert session.day == 7
    assert "NOW LOOK BACK" in screen.said


def test_stance_is_told_in_words_and_its_numbers_if_they_are_wanted():
    _, screen = typed("stance")
    assert "Strike a border post: as usual" in screen.said
    assert "%" not in screen.said[screen.said.index("YOUR STANCE") :]
    session, screen = typed("stance strike readier", "stance", "stance numbers")
    usual, high = 0.0002, 0.001
    assert "Strike a border post: readier (2.2 times the usual)" in screen.words
    assert "(may be 0.005 % up to 0.1 %)" in screen.words
    path = "actions.north.strike.rate"
    assert session.desks["north"].standing.stance[path] == pytest.approx((usual * high) ** 0.5)


def test_the_first_morning_names_a_handful_of_acts_by_their_numbers():
    _, screen = sitting("", "go 1", seats=("iran",))
    assert screen.said.count("OF WHICH") == 1
    handful = screen.said.partition("ARE OPEN TODAY\n")[2].partition("`options` lists")[0]
    assert len(handful.splitlines()) >= 3
    assert handful.splitlines()[0][:3].strip().isdecimal()


def test_futures_show_the_gravest_and_the_best_and_say_that_they_are_no_forecast():
    session = Session("baseline", ["us"], seed=7)
    options = session.options("us")
    acts = [each.act for each in options.options if each.open]
    found = session.futures("us", acts, runs=20, days=10)
    text = " ".join(futures_page(found, options, session.scenario.theatre, 80).split())
    assert "not a forecast" in text
    assert "no difference from doing nothing that 20 runs can show" in text
