"""Tournaments: every pairing on the same dice, whatever computes them and however often they are ended."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.intervals import wilson
from sim.analysis.paired import paired_difference
from sim.play.players.purse import Caps
from sim.play.players.registry import KINDS, Kind
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.ledger import looked_at
from sim.play.sessions.session import Session
from sim.play.tournaments.contest import Terms, contest, on_scale, score
from sim.play.tournaments.tournament import tournament
from sim.play.tournaments.worker import Worker

from .commands import sim as command
from .model_server import serving
from .test_completion import offered

SEATS = {"north": ["rules", "random:0.6", "hold"], "south": ["rules"]}
ASKED = {"runs": 6, "days": 60, "turn": 10}


@pytest.fixture(scope="module")
def found():
    return tournament("first_lesson", SEATS, **ASKED, processes=1)


def test_every_pairing_lives_the_same_runs_on_the_same_dice(found):
    assert found.pairings == [{"north": each, "south": "rules"} for each in SEATS["north"]]
    assert found.runs.groupby("pairing")["run"].apply(list).tolist() == [list(range(6))] * 3
    ensemble = sim.run("first_lesson", runs=6, progress=None)
    within = ensemble.outcomes.drop(columns="run", errors="ignore") < 60
    lived = found.runs[found.runs["pairing"] == 1]
    for outcome in ensemble.scenario.theatre.outcomes:
        assert lived[outcome].tolist() == within[outcome].fillna(False).tolist()
    acts = ensemble.events[(ensemble.events["day"] < 60) & (ensemble.events["rung"] >= 4)]
    for seat in ("north", "south"):
        counted = acts[acts["actor"] == seat].groupby("run").size().reindex(range(6), fill_value=0)
        assert lived[f"force.{seat}"].tolist() == counted.tolist()


def test_a_seat_on_hold_does_nothing_but_what_is_scripted(found):
    session = found.sessions[2, 0]
    mine = {item.act for item in session.view("north").known if item.actor == "north"}
    assert mine <= {"north.mobilise"}
    assert (found.runs.query("north == 'hold'")["force.north"] == 0).all()


def test_the_table_has_shares_with_wilsons_interval_and_means(found):
    rows = found.table.set_index(["pairing", "measure"])
    lived = found.runs[found.runs["pairing"] == 2]
    share, mean = rows.loc[2, "mobilised"], rows.loc[2, "highest_rung"]
    low, high = wilson(lived["mobilised"].sum(), 6)
    assert (share["value"], share["low"], share["high"], share["n"]) == (lived["mobilised"].mean(), low, high, 6)
    assert mean["value"] == pytest.approx(lived["highest_rung"].mean())
    half = 1.96 * lived["highest_rung"].std(ddof=1) / 6**0.5
    assert (mean["low"], mean["high"]) == pytest.approx((mean["value"] - half, mean["value"] + half), rel=1e-4)
    assert set(rows.loc[1].index) == set(found.measures)


def test_differences_are_paired_run_by_run(found):
    rows = found.differences.set_index(["pairing", "measure"])
    first, second = (found.runs[found.runs["pairing"] == at]["mobilised"].to_numpy(bool) for at in (1, 3))
    expected = paired_difference(first, second)
    told = rows.loc[3, "mobilised"]
    assert (told["difference"], told["low"], told["high"]) == (expected.difference, expected.low, expected.high)
    peaks = [found.runs[found.runs["pairing"] == at]["highest_rung"].to_numpy() for at in (1, 2)]
    assert rows.loc[2, "highest_rung"]["difference"] == pytest.approx(np.mean(peaks[1] - peaks[0]))
    assert (rows["pairs"] == 6).all()


def test_few_runs_and_runs_that_are_all_alike_have_no_interval(found):
    def intervals(of, kind):
        rows = getattr(of, kind)
        return rows[rows["measure"] == "force.north"].set_index("pairing")

    assert intervals(found, "table").loc[3, "value"] == 0  # on hold
    assert np.isinf(intervals(found, "table").loc[3, ["low", "high"]].to_numpy(float)).all()
    few = tournament("first_lesson", SEATS, runs=2, days=60, turn=10, processes=1)
    for kind in ("table", "differences"):
        assert np.isinf(intervals(few, kind)[["low", "high"]].to_numpy(float)).all()
    assert np.isfinite(intervals(found, "differences").loc[2, ["low", "high"]].to_numpy(float)).all()


def test_a_table_of_many_pairings_fits_a_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "mine.py").write_text("def cautious(view, options):\n    return None\n")
    players = "function:mine.py:cautious,rules,hold,random:0.6"
    words = ("--seat", f"north={players}", "--seat", "south=rules,hold", "--runs", "2", "--days", "20")
    shown = command("tournament", "first_lesson", *words, cwd=tmp_path).stdout
    assert "function:mine.py:cautious" in shown
    assert "pairing 8" not in shown
    assert "too few runs" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_sessions_can_be_lived_again(found):
    assert len(found.sessions) == len(found) == 18
    session = found.sessions[1, 4]
    assert (session.run, session.day, session.over) == (4, 60, True)
    assert session.desks["north"].otherwise == "hold"


def test_more_runs_do_not_change_those_before(found):
    more = tournament("first_lesson", SEATS, **(ASKED | {"runs": 8}), processes=1)
    assert more.runs.query("run < 6").reset_index(drop=True).equals(found.runs)


def test_other_processes_and_python_functions_give_the_same(found, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.play.tournaments.tournament._FEW", 5)
    again = tournament("first_lesson", SEATS, **ASKED, processes=2)
    assert again.runs.equals(found.runs)

    def calm(view, options):
        return {"otherwise": "hold"} if view.turn == 0 else None

    functions = tournament("first_lesson", {"north": calm, "south": "rules"}, **ASKED)
    held = found.runs[found.runs["pairing"] == 3].drop(columns=["pairing", "north"]).reset_index(drop=True)
    assert functions.pairings == [{"north": "function:calm", "south": "rules"}]
    assert functions.runs.drop(columns=["pairing", "north"]).equals(held)


def test_it_goes_on_where_it_was_ended_and_never_into_another(found, tmp_path):
    def enough(done, of):
        assert of == 18
        if done == 5:
            raise InterruptedError

    out = tmp_path / "kept"
    with pytest.raises(InterruptedError):
        tournament("first_lesson", SEATS, **ASKED, processes=1, out=out, progress=enough)
    with (out / "sessions.jsonl").open("ab") as lines:
        lines.write(b'{"pairing": 0, "ru')  # killed while a line was written
    half = out / "03_hold_rules" / "00005.session"
    half.parent.mkdir(exist_ok=True)
    begun = Session(
        "first_lesson", ["north", "south"], run=5, path=half, settings=Settings(turn=10), clock=lambda: None
    )
    begun.order("north", {"otherwise": "hold"})
    begun.advance()
    begun.close()
    done = []
    again = tournament(
        "first_lesson", SEATS, **ASKED, processes=1, out=out, resume=True, progress=lambda *each: done.append(each)
    )
    assert done[0] == (6, 18)
    assert again.runs.equals(found.runs)
    assert again.sessions[2, 5].entries == found.sessions[2, 5].entries
    assert len(list(out.glob("*/*.session"))) == 18
    assert {looked_at(path)[0]["source"] for path in out.glob("0[12]*/*.session")} == {"first_lesson"}
    for asked, told in (
        ({}, "go on with it by --resume"),
        ({"resume": True, "days": 61}, "on other terms: days"),
        ({"resume": True, "seats": {"north": "hold", "south": "rules"}}, "on other terms: pairings"),
    ):
        asked = ASKED | {"seats": SEATS} | asked
        with pytest.raises(PlayError, match=told):
            tournament("first_lesson", **asked, out=out)
    with pytest.raises(PlayError, match="nothing to resume"):
        tournament("first_lesson", SEATS, **ASKED, resume=True)


@pytest.mark.parametrize(
    ("seats", "told"),
    [
        ({}, "needs a seat"),
        ({"north": []}, "nobody is to play north"),
        ({"north": ["rules", "rules"]}, "rules is named twice for north"),
        ({"nord": "rules"}, "there is no actor 'nord' to play"),
        ({"north": "rulez"}, "did you mean 'rules'"),
        ({"north": "replay:nowhere"}, "there is no file nowhere"),
        ({"north": "at_a_table"}, "plays at a table"),
        ({"north": lambda view, options: 1 // 0}, r"run 0, 2030-01-01, seat north: .*ZeroDivisionError"),
    ],
)
def test_what_cannot_play_is_refused(seats, told, monkeypatch):
    monkeypatch.setitem(KINDS, "at_a_table", Kind("at_a_table", "at_a_table", "a person", lambda *_: None, "table"))
    with pytest.raises(PlayError, match=told):
        tournament("first_lesson", seats, **ASKED, processes=1)


def test_a_player_that_fails_in_another_process_is_told_by_its_run_and_seat(tmp_path):
    (tmp_path / "bad.py").write_text("def bad(view, options):\n    print('noise')\n    return {}['x']\n")
    scenario = sim.load("first_lesson")
    worker = Worker(Terms(scenario, None, ("north",), 1, 20, Settings()).as_data())
    try:
        with pytest.raises(
            PlayError, match=r"run 3, 2030-01-01, seat north: the player failed at bad.py:3: KeyError: 'x'"
        ):
            worker.contest({"north": f"function:{tmp_path / 'bad.py'}:bad"}, 3, None)
        assert worker.contest({"north": "rules"}, 3, None)["days"] == 20
    finally:
        worker.end()


def test_orders_that_were_refused_are_counted_and_the_first_is_told(tmp_path):
    (tmp_path / "mine.py").write_text(
        "def mine(view, options):\n    return {'do': ['north.nuke']} if view.turn else None\n"
    )
    played = command(
        "tournament",
        "first_lesson",
        "--seat",
        "north=function:mine.py:mine",
        "--runs",
        "2",
        "--days",
        "15",
        cwd=tmp_path,
    )
    told = " ".join(played.stderr.split())
    assert "function:mine.py:mine: in 4 turns none of its orders could be taken" in told
    assert re.search(r"the first: run 0, 8 January 2030: .*'?north.nuke", told)


def test_goals_weigh_outcomes_that_came_about_and_means_of_variables():
    scenario = sim.load("first_lesson")
    theatre = scenario.theatre
    outcome, variable = "mobilised", next(iter(theatre.variables))
    north = theatre.actors["north"].model_copy(update={"goals": {outcome: -2.0, variable: 3.0}})
    theatre = theatre.model_copy(update={"actors": {**theatre.actors, "north": north}})
    scenario = scenario.model_copy(update={"theatre": theatre})
    lived = contest(Terms(scenario, None, ("north", "south"), 1, 30, Settings()), {"north": "rules"}, 0)
    session = Session(scenario, ["north", "south"], seed=1, clock=lambda: None)
    session.fast_forward(30)
    values = on_scale(session, variable, session.world.past.values[:, session.world.program.variables.index(variable)])
    assert values.min() >= 0.0
    assert values.max() <= 1.0
    expected = 3.0 * values.mean() - 2.0 * (lived["outcomes"][outcome] is not None)
    assert lived["score"] == {"north": pytest.approx(expected), "south": None}
    assert score(session, "north", lived["outcomes"]) == pytest.approx(expected)


def test_a_level_is_scored_on_its_scale():
    session = Session("baseline", ["iran"], clock=lambda: None)
    variable = session.scenario.theatre.variables["oil_price"]
    low, high = (each.value for each in variable.scale)
    values = np.array([low - 5, low, (low + high) / 2, high, high + 5])
    assert on_scale(session, "oil_price", values).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_language_models_play_under_one_purse(monkeypatch):
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(lambda number, body: {"otherwise": "hold", "why": "Wait."}) as server:
        found = tournament(
            "first_lesson", {"north": ["rules", "llm:small"], "south": "rules"}, runs=3, days=30, turn=10,
            endpoint={"base_url": server.url}, caps=Caps(max_calls=7),
        )  # fmt: skip
    assert len(server.asked) == found.used.calls == 7
    assert found.used.empty() == "7 calls were made"
    assert len(found) == 6
    assert found.sessions[1, 0].desks["north"].otherwise == "hold"


# The verb.


def test_the_verb_shows_who_escalates(tmp_path):
    words = ("--seat", "north=rules,random:0.6,hold", "--seat", "south=rules", "--runs", "6", "--days", "60")
    shown = command("tournament", "first_lesson", *words, "--turn", "10", "--out", "kept", cwd=tmp_path)
    assert "Who escalates" in shown.stdout
    assert "Differences from pairing 1" in shown.stdout
    assert "(in every run)" in shown.stdout
    assert "sessions are in kept" in shown.stderr
    again = command(
        "tournament", "first_lesson", *words, "--turn", "10", "--out", "kept", "--resume", "--json", cwd=tmp_path
    )
    told = json.loads(again.stdout)
    assert told["sessions"] == 18
    assert len(told["runs"]) == 18
    assert [each["north"] for each in told["pairings"]] == ["rules", "random:0.6", "hold"]


def test_the_commands_of_the_readme_work(tmp_path):
    page = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for command_ in re.findall(r"^\.venv/bin/sim (tournament [^\n#]+)", page, re.M):
        words = shlex.split(re.sub(r"--(runs|days) \d+", lambda found: f"--{found[1]} 2", command_))
        assert "Who escalates" in command(*words, cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seat", "north"), "is no seat with its players"),
        (("--seat", "north=rulez"), "there is no player 'rulez'"),
        (("--seat", "north=llm:small"), "the environment has no MISSING_KEY"),
        (("--seat", "north=rules", "--max-cost", "3"), "needs prices"),
        (("--seat", "north=rules", "--days", "1000"), "days must be at most 180"),
    ],
)
def test_the_verb_refuses_with_a_sentence(words, told, tmp_path):
    words = (*words, "--key-from", "MISSING_KEY", "--json")
    refused = command("tournament", "first_lesson", *words, cwd=tmp_path, code=2)
    assert told in " ".join(refused.stderr.split())
    (reason,) = json.loads(refused.stdout)["refused"]
    assert told in reason


def test_seats_and_players_are_offered():
    assert offered("sim tournament first_lesson --seat n") == ["north="]
    assert offered("sim tournament first_lesson --seat north=r") == [
        f"north={each}" for each in ("rules", "random", "replay:", "replay-late:")
    ]
    assert offered("sim tournament first_lesson --seat north=rules,ho") == ["north=rules,hold"]
    assert offered("sim tournament nothing --seat n") == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_ctrl_c_keeps_what_was_finished(tmp_path):
    words = ["tournament", "first_lesson", "--seat", "north=random", "--runs", "2000", "--days", "30", "--out", "kept"]
    asked = [sys.executable, "-m", "sim", *words, "--processes", "2"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    begun = subprocess.Popen(asked, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    lines = tmp_path / "kept" / "sessions.jsonl"
    until = time.monotonic() + 60
    while not lines.is_file() and time.monotonic() < until:
        time.sleep(0.05)
    begun.send_signal(signal.SIGINT)
    _, told = begun.communicate(timeout=30)
    assert begun.returncode == 130
    assert "go on with --out kept --resume" in told
    assert "Traceback" not in told
    assert len(lines.read_text().splitlines()) >= 1
