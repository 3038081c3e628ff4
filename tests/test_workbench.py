"""The workbench, from the server's side: moves, questions, files and results; and what it refuses."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import count
from multiprocessing.context import SpawnProcess
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.paired import paired_difference
from sim.analysis.paths import quantiles
from sim.engine.model import LockstepModel
from sim.lessons.values import apart as lessons_apart
from sim.report.pack import unpacked
from sim.results.storage.read import open_result
from sim.serve.app import application
from sim.serve.place import Place
from sim.serve.scenarios import Scenarios
from sim.serve.workbench import pool as pool_module
from sim.serve.workbench import questions, results
from sim.serve.workbench.asked import asked
from sim.serve.workbench.bench import Bench
from sim.serve.workbench.catalogue import opened, search
from sim.serve.workbench.mattering import matter
from sim.serve.workbench.messages import MOST_RUNS, Move, Refused, State, read
from sim.serve.workbench.moves import Rules, Some, Stop, built, some, together
from sim.serve.workbench.moving import SOON, Hand
from sim.serve.workbench.pool import Lost, Pool
from sim.serve.workbench.routes import Workbench
from sim.serve.workbench.saving import scenario_file
from sim.serve.workbench.shown import lines
from sim.serve.workbench.summary import LEVELS, apart, summary
from sim.text import percent
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.locate import shipped_scenarios
from sim.theatre.parameters.change import with_numbers
from tests import commands
from tests.workbench_jobs import busy, deaf, dies, large, process, waiting

testclient = pytest.importorskip("starlette.testclient")

HOST = "127.0.0.1:8765"
DOOR = {"host": HOST, "origin": f"http://{HOST}"}
LESSON = "first_lesson"
RATE, START = "actions.south.strike.rate", "variables.fear.start"
MOVED = {"scenario": LESSON, "runs": 120, "numbers": {RATE: 0.001, START: 0.4}, "off": [], "forbid": ["north.threaten"]}


def wanted(yes=False):
    """Whether an answer is wanted no more, as workers are told it."""
    return yes


@pytest.fixture(scope="module")
def known():
    return opened(wanted, LESSON)[0]


@pytest.fixture(scope="module")
def gulf():
    return opened(wanted, "baseline")[0]


@pytest.fixture(scope="module")
def moved(known):
    return asked(State(**MOVED), known)


@pytest.fixture(scope="module")
def runs(moved):
    """The moved runs, and the same ones as they are written."""
    return [_computed(each) for each in (moved, moved.unmoved)]


def _computed(each):
    return some(wanted, each.rules, each.seed, 0, each.runs, dict(each.numbers), each.variable)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A browser at a server whose results folder has two results."""
    folder = tmp_path_factory.mktemp("served")
    for name in ("one", "two"):
        sim.run(LESSON, 30, 5, progress=None, save=folder / "results" / name)
    place = Place(folder / "rooms", 8765, results=folder / "results")
    with testclient.TestClient(application(place), f"http://{HOST}", headers=DOOR) as client:
        client.results = folder / "results"
        yield client


def post(page, what, status=200, **content):
    answer = page.post(f"/workbench/{what}", json=content)
    assert answer.status_code == status, answer.text
    return answer.json()


# ---------------------------------------------------------------------------------------------------------- the engine


def test_a_number_alike_in_all_runs_is_shared_and_gives_the_same_bits():
    scenario = sim.load(LESSON)
    values = {RATE: 0.02, START: 0.5, "ladder.rungs.5.severity": 8.0}

    def digest(scenario, design):
        model = LockstepModel(scenario, runs=40, seed=3, design=design)
        for _ in range(90):
            model.step()
        return model.digest(), model.numbers.varied.shape

    alike = {path: np.full(40, value) for path, value in values.items()}
    one_apart = {path: np.r_[np.full(39, value), value * 1.1] for path, value in values.items()}
    mixed = alike | {RATE: one_apart[RATE]}
    written, none = digest(with_numbers(scenario, values), {})
    shared, rows = digest(scenario, alike)
    assert none[0] == rows[0] == 0
    np.testing.assert_array_equal(shared, written)
    for design, varied in ((one_apart, 3), (mixed, 1)):
        found, rows = digest(scenario, design)
        assert rows == (varied, 40)
        np.testing.assert_array_equal(found[:39], written[:39])
        assert varied == 1 or found[39] != written[39]


# --------------------------------------------------------------------------------------------------------------- moves


def test_moved_runs_are_those_of_the_scenario_with_these_numbers(moved, runs):
    ensemble = sim.run(questions.scenario_of(moved), moved.runs, moved.seed, progress=None)
    np.testing.assert_array_equal(runs[0].paths.T, ensemble.paths("tension"))
    np.testing.assert_array_equal(runs[0].standing, np.rint(ensemble.standing() * moved.runs))
    np.testing.assert_array_equal(runs[0].reached, ensemble.reached([5, 7, 8, 9]))
    first = ensemble.outcomes.fillna(-1).to_numpy(int).T
    np.testing.assert_array_equal(runs[0].outcome_day, first)
    dead = ensemble.events.groupby("run")["fatalities"].sum().reindex(range(moved.runs), fill_value=0)
    np.testing.assert_array_equal(runs[0].deaths, dead)


def test_parts_of_the_runs_are_the_whole(moved, runs):
    parts = [
        some(wanted, moved.rules, moved.seed, *ends, dict(moved.numbers), moved.variable)
        for ends in ((0, 50), (50, moved.runs))
    ]
    for part, whole in zip(together(parts), runs[0], strict=True):
        np.testing.assert_array_equal(part, whole)


def test_what_is_told_of_runs_is_what_they_gave(runs, known):
    found, still = runs
    told = summary(found, known.outcomes)
    edges = quantiles(found.paths.T, LEVELS)
    np.testing.assert_allclose(unpacked(told["quantiles"]), edges, atol=np.ptp(edges) / 60_000)
    assert [each["runs"] for each in told["outcomes"]] == (found.outcome_day >= 0).sum(axis=1).tolist()
    assert told["deaths"]["mean"] == pytest.approx(found.deaths.mean())
    assert told["deaths"]["at_least"][0] == (found.deaths >= 1).sum()
    rows, deaths = apart(still, found, known.outcomes)
    for at, row in enumerate(rows):
        pair = lessons_apart(still.outcome_day[at] >= 0, found.outcome_day[at] >= 0)
        assert (row["difference"], row["low"], row["high"]) == (pair.difference, pair.low, pair.high)
        wider = paired_difference(still.outcome_day[at] >= 0, found.outcome_day[at] >= 0, 1 - 0.05 / len(rows))
        assert row["sure"] == (wider.low > 0 or wider.high < 0)
        assert row["to"] - row["fro"] == pytest.approx(row["difference"] * len(found.deaths))
    assert deaths["difference"] == pytest.approx((found.deaths - still.deaths).mean())
    assert deaths["low"] <= deaths["difference"] <= deaths["high"]


def test_of_many_outcomes_that_do_not_differ_few_are_called_sure():
    """In a hundred pairs of independent worlds alike, of which each has nine outcomes."""
    dice = np.random.default_rng(5)
    said = [0, 0]
    for _ in range(100):
        days = np.where(dice.random((2, 9, 300)) < 0.3, 5, -1)
        one, other = (Some(*[np.zeros((1, 300))] * 3, each, np.zeros(300), np.zeros(300, bool)) for each in days)
        rows, _ = apart(one, other, [str(at) for at in range(9)])
        said[0] += any(row["sure"] for row in rows)
        said[1] += any(row["low"] > 0 or row["high"] < 0 for row in rows)
    assert said[0] <= 12  # 5 are expected
    assert said[1] > 25  # as many as intervals of 95 % by themselves would call so


def test_runs_that_fail_are_left_out_of_every_count(runs, known):
    failed = np.zeros(120, bool)
    failed[7] = True
    broken = runs[0].paths.copy()
    broken[40:, 7] = np.nan
    told = summary(runs[0]._replace(failed=failed, paths=broken), known.outcomes)
    assert told["failed"] == 1
    assert np.isfinite(unpacked(told["quantiles"])).all()
    all_failed = runs[0]._replace(failed=np.ones(120, bool))
    assert apart(runs[1], all_failed, known.outcomes) == ([], None)
    assert summary(all_failed, known.outcomes)["outcomes"][0]["share"] is None


def test_switches_are_those_of_a_file(tmp_path):
    file = tmp_path / "switched.yaml"
    file.write_text(
        "schema_version: 1\nextends: no_killing\nscript:\n  waivers_end: null\n"
        "forbid:\n  us.kill_commanders: never\n  iran.seize_tanker: always\n"
    )
    rules = Rules("no_killing", ("waivers_end",), ("iran.seize_tanker",), ("us.kill_commanders",))
    digests = []
    for scenario in (sim.load(file), built(rules), sim.load("no_killing")):
        model = LockstepModel(scenario, runs=8, seed=1)
        for _ in range(120):
            model.step()
        digests.append(model.digest())
    np.testing.assert_array_equal(digests[0], digests[1])
    assert (digests[0] != digests[2]).all()


def test_runs_that_are_wanted_no_more_stop_within_a_day(moved):
    asked_for = count()
    with pytest.raises(Stop):
        some(lambda: next(asked_for) == 5, moved.rules, moved.seed, 0, 60, {}, "tension")
    assert next(asked_for) == 6


def test_moves_over_the_line_are_answered_and_the_newest_counts(page, runs, known):
    with page.websocket_connect("/workbench/line", headers=DOOR) as line:

        def move(n, **state):
            state = {"scenario": LESSON, "runs": 120, **state}
            line.send_json({"kind": "move", "n": n, "state": state, "holds": n == 2})

        move(1)
        first = line.receive_json()
        assert (first["n"], first["final"], first["apart"]) == (1, True, [])
        assert first["still"] == first["moved"] == summary(runs[1], known.outcomes)
        time.sleep(0.35)
        move(2, numbers=MOVED["numbers"], forbid=MOVED["forbid"])
        second = line.receive_json()
        assert "still" not in second
        assert second["moved"] == summary(runs[0], known.outcomes)
        assert second["apart"] == apart(runs[1], runs[0], known.outcomes)[0]
        for n in range(3, 30):
            move(n, runs=600, numbers={RATE: (n + 25) / 1e5})
        answers = [line.receive_json()]
        while not (answers[-1]["n"] == 29 and answers[-1]["final"]):
            answers.append(line.receive_json())
        assert [each["n"] for each in answers] == sorted(each["n"] for each in answers)
        assert {(each["n"], each["runs"], each["final"]) for each in answers} >= {(29, 250, False), (29, 600, True)}
        assert len(answers) < 20
        assert "still" in answers[0]  # whoever does not say that they hold it is told it, however often they ask
        move(30, numbers={"actions.south.strike.rates": 1})
        refused = line.receive_json()
        assert (refused["kind"], refused["n"]) == ("refused", 30)
        meant = "did you mean 'actions.south.strike.rate'?"
        assert refused["reasons"] == [f"There is no number 'actions.south.strike.rates'; {meant}"]


def test_a_hand_that_is_faster_than_the_machine_still_sees_something(moved, runs, known):
    class Slow:
        """Finds few runs at once, and many never."""

        def has(self, _):
            return False

        async def asked(self, state):
            return asked(state, known), known

        async def found(self, wanted, keep=True):
            if wanted.runs > 250 and wanted != wanted.unmoved:
                await asyncio.sleep(60)
            return runs[1] if wanted == wanted.unmoved else runs[0]

    class Moves:
        """Three moves, each after the time in which a hand is taken to rest."""

        said = []

        async def heard(self):
            for n in range(3):
                yield {"kind": "move", "n": n, "state": {"scenario": LESSON, "numbers": {RATE: (n + 3) / 1e4}}}
                await asyncio.sleep(SOON + 0.05)

        async def say(self, message):
            self.said.append((message["n"], message["final"]))

    asyncio.run(Hand(Slow(), Moves()).follow())
    assert Moves.said == [(1, False), (2, False)]


# ----------------------------------------------------------------------------------------------------------- processes


def test_a_job_that_is_overtaken_frees_its_process_at_once():
    async def overtaken():
        pool = Pool("test", 1)
        try:
            first = await pool.one(process)
            job = asyncio.ensure_future(pool.one(waiting))
            await asyncio.sleep(0.05)
            job.cancel()
            begun = time.perf_counter()
            second = await pool.one(process)
            return first == second, time.perf_counter() - begun
        finally:
            pool.close()

    same, seconds = asyncio.run(overtaken())
    assert same
    assert seconds < 2


def test_a_process_that_dies_or_does_not_answer_is_replaced():
    async def replaced():
        pool = Pool("test", 1)
        try:
            first = await pool.one(process)
            os.kill(first, signal.SIGKILL)
            second = await pool.one(process)
            with pytest.raises(Refused, match=r"longer than 0 seconds"):
                await pool.one(deaf, seconds=0.2)
            return first, second, await pool.one(process)
        finally:
            pool.close()

    assert len(set(asyncio.run(replaced()))) == 3


def test_a_job_that_is_left_before_its_turn_costs_nobody_anything(monkeypatch):
    monkeypatch.setattr(pool_module, "PATIENCE", 0.2)

    async def left():
        pool = Pool("test", 1)
        try:
            first = await pool.one(process)
            front = asyncio.ensure_future(pool.one(busy, 0.8))
            behind = [asyncio.ensure_future(pool.one(process, seconds=0.3)) for _ in range(2)]
            await asyncio.sleep(0.1)
            behind[0].cancel()
            return first, await front, await behind[1]  # which waited longer than it may take
        finally:
            pool.close()

    assert len(set(asyncio.run(left()))) == 1


def test_a_job_that_kills_its_process_takes_no_other_with_it(caplog):
    async def killed():
        pool = Pool("test", 1)
        try:
            await pool.one(process)
            jobs = [asyncio.ensure_future(pool.one(each)) for each in (dies, process, process)]
            return await asyncio.gather(*jobs, return_exceptions=True)
        finally:
            pool.close()

    lost, second, third = asyncio.run(killed())
    assert isinstance(lost, Lost)
    assert second == third
    assert caplog.text.count("has died") == 2  # it is tried twice, the others once


def test_processes_that_die_one_after_another_are_left_for_a_while():
    async def dying():
        pool = Pool("test", 1)
        try:
            said = await asyncio.gather(*(pool.one(dies) for _ in range(5)), return_exceptions=True)
            with pytest.raises(Refused, match="stops as soon as it starts"):
                await pool.one(process)
            pool.workers[0]._deaths.clear()  # as after some seconds
            assert await pool.one(process) > 0
            return [type(each) for each in said]
        finally:
            pool.close()

    assert set(asyncio.run(dying())) <= {Lost, Refused}


def test_a_process_that_has_grown_ends_after_its_answer_and_nobody_waits_in_vain(caplog):
    async def grown():
        pool = Pool("test", 1)
        try:
            return await asyncio.gather(*(pool.one(large) for _ in range(3)))
        finally:
            pool.close()

    assert len(set(asyncio.run(grown()))) == 3
    assert "died" not in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_what_is_sent_to_all_processes_of_a_server_is_left_to_the_server(caplog):
    """Ctrl+C in a terminal, and what ends a service, reach workers too: at work, and before they have begun."""

    async def ended():
        pool = Pool("test", 1)
        try:
            first = await pool.one(process)
            for each in (signal.SIGINT, signal.SIGTERM):
                os.kill(first, each)
            second = await pool.one(process)
            pool.workers[0].kill()
            third = asyncio.ensure_future(pool.one(process))
            while (now := pool.workers[0].process) is None or now.pid in (None, first):
                await asyncio.sleep(0.001)
            for each in (signal.SIGINT, signal.SIGTERM):
                os.kill(now.pid, each)
            return first, second, now.pid, await third
        finally:
            pool.close()

    first, second, begun, third = asyncio.run(ended())
    assert first == second
    assert begun == third
    assert caplog.text.count("has died") == 1  # that which was ended here


def test_who_is_waiting_when_the_server_ends_is_told_so(tmp_path):
    async def told():
        bench = Workbench(Place(tmp_path, 8765))

        async def never(_):
            await asyncio.sleep(60)

        job = asyncio.ensure_future(bench.letting_in(never)(None))
        await asyncio.sleep(0.01)
        job.cancel()  # as uvicorn does with what takes too long
        return await job

    answer = asyncio.run(told())
    assert answer.status_code == 503
    assert b"The server is ending" in answer.body


def test_the_loop_does_not_stand_still_while_processes_start(monkeypatch):
    starting, start = [], SpawnProcess.start

    def slow(process):
        """Take half a second to start, however fast the machine."""
        starting.append(0)
        time.sleep(0.5)
        start(process)
        starting.clear()

    monkeypatch.setattr(SpawnProcess, "start", slow)

    async def turns():
        pool, seen = Pool("test", 2), 0
        try:
            job = asyncio.ensure_future(pool.each(process, [()] * 2))
            while not job.done():
                await asyncio.sleep(0.005)
                seen += bool(starting)
            assert len(set(await job)) == 2
            return seen
        finally:
            pool.close()

    assert asyncio.run(turns()) > 20


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_processes_end_with_a_server_that_is_killed():
    script = (
        "import asyncio\n"
        "from sim.serve.workbench.pool import Pool\n"
        "from tests.workbench_jobs import deaf, process\n"
        "async def go():\n"
        "    pool = Pool('test', 2)\n"
        "    print(*await pool.each(process, [(), ()]), flush=True)\n"
        "    await pool.each(deaf, [(), ()])\n"
        "if __name__ == '__main__': asyncio.run(go())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
        processes = [int(number) for number in server.stdout.readline().split()]
        assert len(processes) == 2
        server.kill()
    end = time.monotonic() + 10
    while any(_lives(each) for each in processes) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(_lives(each) for each in processes)


def _lives(number):
    """Whether a process does anything still: one that nobody has buried does not."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat")
    return not state.is_file() or state.read_text().rpartition(")")[2].split()[0] != "Z"


# ----------------------------------------------------------------------------------------------------------- questions


def test_a_page_is_told_all_it_needs_of_a_scenario(page):
    told = post(page, "open", scenario=LESSON)
    chosen_from = [each["id"] for each in told["scenarios"]]
    assert chosen_from[:2] == ["baseline", "first_lesson"]
    assert set(chosen_from) == set(shipped_scenarios())
    assert told["days"] == 180
    assert len(told["ladder"]) == 10
    assert [each["id"] for each in told["outcomes"]] == sorted(sim.load(LESSON).theatre.outcomes)
    assert {"id": "tension", "label": "Tension", "unit": "points"} in told["variables"]
    assert told["script"][0]["day"] == 9
    assert all(not each["forbidden"] for each in told["acts"])
    gulf, told = opened(wanted, "no_killing")
    levers = [path for path, number in sim.load("no_killing").numbers() if number.lever]
    assert {each["path"] for each in told["levers"]} == set(levers)
    assert [each["id"] for each in told["acts"] if each["forbidden"]] == ["us.kill_commanders"] == list(gulf.forbidden)
    oil = told["record"]["series"]["oil_price"]["values"]
    assert unpacked(oil).shape == (365,)
    assert told["record"]["acts"]


def test_levers_are_found_by_words_path_and_source(known, gulf, page):
    assert [each["path"] for each in search(known, RATE)["levers"]] == [RATE]
    found = post(page, "search", scenario=LESSON, words="SOUTH strike")["levers"]
    assert found
    assert all("south" in each["label"].casefold() for each in found)
    assert search(known, "judgement")["more"] + len(search(known, "judgement")["levers"]) > 50
    first = [each["path"] for each in search(gulf, "strike iran rate")["levers"]]
    assert first[0] == "actions.us.strike_iran.rate"
    seizures = [each["path"] for each in search(gulf, "seize tanker")["levers"]]
    assert seizures[0].startswith("actions.iran.seize_")  # and not what follows on a seizure
    assert seizures.index("actions.iran.seize_tanker.rate") < seizures.index("actions.iran.seize_tanker.recovers")
    for words in ("sanctions", "rate"):
        levers = [each["lever"] for each in search(gulf, words)["levers"]]
        assert levers[0]
        assert levers == sorted(levers, reverse=True)  # the theatre's own come first
    measured = [each["path"] for each in search(gulf, "rate", ["actions.uae.report_state_actor.rate"])["levers"]]
    own = sum(each["lever"] for each in search(gulf, "rate")["levers"])
    assert measured[own] == "actions.uae.report_state_actor.rate"
    labels = [each["label"].casefold() for each in search(gulf, "rate")["levers"]]
    assert not any(label.startswith("emirate") for label in labels)  # within a word comes after words
    assert search(known, " ") == search(known, "no such word") == {"levers": [], "more": 0}


def test_numbers_that_matter_are_measured(page):
    found = post(page, "matter", scenario=LESSON)
    paths = [each["path"] for each in found["matter"]]
    assert {"actions.south.mobilise.rate", RATE} <= set(paths[:6])
    assert re.match(
        r"From its low end to its high end, “.+” comes about in [\d.]+ (more|fewer) of 100 runs\.",
        found["matter"][0]["does"],
    )
    with pytest.raises(Stop):
        matter(lambda: True, LESSON)


def test_a_story_its_causes_and_a_morning_are_told(page, runs):
    run = {"state": MOVED, "run": 3}
    story = post(page, "story", **run, turns=True)
    replay = sim.replay(questions.scenario_of(asked(State(**MOVED), opened(wanted, LESSON)[0])), run=3)
    assert [act["event"] for act in story["acts"]] == [act.event for act in replay.acts]
    assert story["outcomes"] == replay.outcomes
    assert "(run 3)" in story["opening"][0]
    held = runs[0].outcome_day >= 0  # the page's own runs, and no others
    alike = int((held == held[:, 3:4]).all(axis=0).sum())
    assert f"{percent(alike / 120)} of the 120 runs that are shown" in story["opening"][0]
    assert story["turns"] is not None
    assert post(page, "story", **run)["turns"] is None
    act = next(act for act in reversed(story["acts"]) if act["decided"] is not None)
    why = post(page, "why", **run, event=act["event"])
    assert why["chain"]["links"][0]["event"] == act["event"]
    assert why["chain"]["root"]
    for act_of in story["acts"][:12]:
        chain = post(page, "why", **run, event=act_of["event"])["chain"]
        root = chain["links"][-1]
        begins = "Nothing that happened led to it: " if root["decided"] is not None else "Nothing"
        assert chain["root"].startswith(begins)
    assert act["event"] in [did["event"] for did in why["choice"]["did"]]
    assert why["choice"]["text"] == replay.explain(act["decided"], act["actor"]).text()
    assert post(page, "why", **run, day=20, actor="south")["chain"] is None
    branch = post(page, "branch", **run, day=60)
    ensemble = sim.branch(replay.of, run=3, day=60, seed=replay.seed)
    shares = ensemble.shares().set_index("outcome")["share"]
    assert {each["id"]: each["share"] for each in branch["outcomes"]} == shares.to_dict()
    path = unpacked(branch["path"])[0]
    np.testing.assert_allclose(path, replay.tension, atol=np.ptp(path) / 60_000)


def test_lines_are_of_the_runs_that_are_shown(page, runs):
    told = post(page, "lines", state=MOVED, most=20)
    np.testing.assert_array_equal(unpacked(told["run"]), np.arange(20))
    paths = runs[0].paths[:: told["step"], :20].T
    np.testing.assert_allclose(unpacked(told["values"]), paths, atol=np.ptp(paths) / 200)
    line = post(page, "line", state=MOVED, run=11)
    np.testing.assert_allclose(unpacked(line["values"]), runs[0].paths[:, 11], atol=0.01)
    assert line["outcomes"] == runs[0].outcome_day[:, 11].tolist()
    assert "no run 120 among them" in post(page, "line", 422, state=MOVED, run=120)["refused"]
    failed = np.arange(120) < 5
    assert unpacked(lines(runs[0]._replace(failed=failed), 3)["run"]).tolist() == [5, 6, 7]
    means = runs[0].paths.mean(axis=0, dtype=float)
    for told in post(page, "lines", state=MOVED, most=1)["told"]:  # of all runs, however few have lines
        assert (means < means[told["run"]]).sum() == round(told["rank"] * 119)


# --------------------------------------------------------------------------------------------------------------- files


def test_a_saved_file_gives_the_same_bits_from_the_command_line(page, runs, known, tmp_path):
    saved = post(page, "scenario", state=MOVED)
    (tmp_path / saved["name"]).write_text(saved["text"], encoding="utf-8")
    assert f"# {known.levers[RATE]['label']}; as written, " in saved["text"]
    assert saved["command"].split()[:2] == ["sim", "run"]
    commands.sim(*saved["command"].split()[1:], "--out", "moved", cwd=tmp_path)
    ensemble = open_result(tmp_path / "moved")
    np.testing.assert_array_equal(ensemble.paths("tension"), runs[0].paths.T)
    np.testing.assert_array_equal(ensemble.outcomes.fillna(-1).to_numpy(int).T, runs[0].outcome_day)
    again = sim.run(tmp_path / saved["name"], progress=None)  # runs and seed stand in the file
    np.testing.assert_array_equal(again.paths("tension"), runs[0].paths.T)


def test_any_number_can_be_saved_whatever_its_form(gulf):
    """Thresholds with their side, answers of a price in per cent, numbers in the script, and ladders."""
    paths = [
        "variables.oil_price.target.gulf_risk",
        "script.waivers_end.effects.sanctions",
        "actions.iran.order_militias.drivers.axis_command * economic_pain",
        "actions.iraq_government.accept_resignation.when.government_stability",
        "actors.us.replies.overshoot",
        "ladder.rungs.5.severity",
    ]
    numbers = {path: 0.6 * gulf.levers[path]["low"] + 0.4 * gulf.levers[path]["high"] for path in paths}
    state = State(scenario="baseline", numbers=numbers, off=["protests_begin"], forbid=["us.kill_commanders"])
    text = scenario_file(wanted, asked(state, gulf))["text"]
    assert "protests_begin: null" in text
    assert "us.kill_commanders: always" in text
    assert all(repr(value) in text for value in numbers.values())
    lines = text.splitlines()
    at = lines.index("  waivers_end:")
    assert lines[at - 3] == "  protests_begin: null"
    assert lines[at - 2] == f"  # {gulf.levers['script.waivers_end.effects.sanctions']['label']}; as written, 0.62"
    assert lines[at + 1].startswith('    on: "')


def test_numbers_that_cannot_stand_together_are_refused(known):
    rungs = {"ladder.rungs.0.severity": 0.9, "ladder.rungs.1.severity": 0.4}
    together = asked(State(scenario=LESSON, numbers=rungs), known)
    assert dict(together.rules.fixed) == rungs
    with pytest.raises(Refused, match="rise with every rung"):
        some(wanted, together.rules, 1, 0, 10, {}, "tension")
    with pytest.raises(Refused, match="rise with every rung"):
        scenario_file(wanted, together)


def test_numbers_that_shape_the_rules_are_compiled_anew(known):
    shapes, moves = {"ladder.rung_memory": 9.0}, {RATE: 0.0005}
    found = asked(State(scenario=LESSON, numbers=shapes | moves), known)
    assert (dict(found.rules.fixed), dict(found.numbers), found.all_numbers) == (shapes, moves, shapes | moves)
    assert found.unmoved.rules == Rules(LESSON)
    assert asked(
        State(scenario=LESSON, numbers={RATE: known.levers[RATE]["written"]}), known
    ) == found.unmoved._replace(runs=1000)


def test_a_saved_file_is_named_after_what_is_moved_and_no_two_alike(known):
    def saved(**state):
        return scenario_file(wanted, asked(State(scenario=LESSON, **state), known))

    rate = saved(numbers={RATE: 0.001})
    assert re.fullmatch(r"first_lesson_strike_rate_[0-9a-f]{6}\.yaml", rate["name"])
    assert rate["command"] == f"sim run {rate['name']} --runs 1000 --seed 1"
    still = saved()
    assert re.fullmatch(r"first_lesson_as_written_[0-9a-f]{6}\.yaml", still["name"])
    assert f'title: "{sim.load(LESSON).title}"' in still["text"]
    others = [
        saved(numbers={RATE: 0.0009}),
        saved(numbers={RATE: 0.001}, seed=2),
        saved(numbers={RATE: 0.001}, runs=500),
        saved(numbers={RATE: 0.001}, forbid=["north.threaten"]),
        saved(off=list(known.script)),
        saved(numbers={path: known.levers[path]["low"] for path in list(known.levers)[-9:]}),
    ]
    names = {each["name"] for each in (rate, still, *others)}
    assert len(names) == 2 + len(others)
    assert all(re.fullmatch(r"first_lesson_[a-z0-9_]{1,20}_[0-9a-f]{6}\.yaml", name) for name in names)
    assert saved(numbers={RATE: 0.001}) == rate


# ------------------------------------------------------------------------------------------------ what a link asks for


def test_of_a_link_what_can_stand_is_kept_and_each_other_item_is_told(page, known):
    link = {
        "scenario": "another",
        "runs": 120,
        "seed": "seven",
        "numbers": {RATE: 0.0005, "no.such.number": 1, START: 40, "ladder.rung_memory": "long"},
        "off": ["no_such_entry", *known.script[:1]],
        "forbid": ["north.threaten", 3],
        "allow": "north.strike",
        "variable": "mood",
        "run": 120,
        "day": 40,
        "record": True,
        "colour": "red",
    }
    told = post(page, "open", scenario=LESSON, state=link)
    some_of_it = {"numbers": {RATE: 0.0005}, "off": list(known.script[:1]), "forbid": ["north.threaten"]}
    assert State(**told["state"]) == State(scenario=LESSON, runs=120, day=40, record=True, **some_of_it)
    left = " ".join(told["left_out"])
    assert len(told["left_out"]) == 10
    for said in ("A seed", "no.such.number", f"{START} can be from 0.05 to 0.4", "ladder.rung_memory", "no_such_entry"):
        assert said in left
    for said in (
        "Acts that nobody may do",
        "Acts that are allowed again",
        "There is no variable 'mood'",
        "no run 120 among them",
        "colour",
    ):
        assert said in left
    post(page, "scenario", state=told["state"])
    plain = post(page, "open", scenario=LESSON)
    assert "state" not in plain
    assert post(page, "open", scenario=LESSON, state={})["left_out"] == []


def test_a_link_of_too_much_keeps_as_much_as_may_be(page, known):
    paths = list(known.levers)[:70]
    told = post(page, "open", scenario=LESSON, state={"numbers": {path: known.levers[path]["low"] for path in paths}})
    assert list(told["state"]["numbers"]) == paths[:60]
    assert told["left_out"][0].startswith("At most 60 numbers can be moved")


def test_numbers_of_a_link_that_cannot_stand_together_are_left_out(page):
    rungs = {"ladder.rungs.0.severity": 0.9, "ladder.rungs.1.severity": 0.4}
    told = post(page, "open", scenario=LESSON, state={"numbers": rungs | {RATE: 0.001}})
    assert told["state"]["numbers"] == {RATE: 0.001}
    assert "rise with every rung" in told["left_out"][0]


# ------------------------------------------------------------------------------------------------- what is not let in


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"scenario": "no_such_crisis"}, "There is no scenario 'no_such_crisis'; there are baseline, first_lesson"),
        ({"scenario": "../../etc/passwd"}, "There is no scenario '../../etc/passwd'; there are"),
        ({"scenario": "scenarios/baseline.yaml"}, "There is no scenario"),
        ({"scenario": "persian_gulf"}, "There is no scenario"),
        ({"scenario": "x" * 201}, "scenario: string should have at most 200"),
        ({"runs": MOST_RUNS + 1}, "There can be from 50 to 2,000 runs, and not “2001”."),
        ({"runs": "many"}, "There can be from 50 to 2,000 runs, and not “many”."),
        ({"seed": -1}, "A seed is a whole number of at most 15 digits, and not “-1”."),
        ({"seed": 10**15}, "A seed is a whole number of at most 15 digits, and not “1000000000000000”."),
        ({"numbers": {RATE: "long"}}, f"{RATE} takes a number, and not “long”."),
        ({"numbers": {RATE: -0.1}}, f"{RATE} can be from 5.0e-05 to 0.001, and not -0.1."),
        ({"numbers": {"__class__": 1}}, "There is no number '__class__'."),
        ({"numbers": {f"x{n}": 1 for n in range(99)}}, "At most 60 numbers can be moved at once."),
        ({"off": ["waivers"]}, "There is no script entry 'waivers'"),
        ({"forbid": ["us.kill"]}, "There is no act 'us.kill'"),
        ({"allow": ["north.strike"]}, "There is no act that the scenario forbids 'north.strike'"),
        ({"variable": "os.system"}, "named by small letters, digits and underscores, and not “os.system”."),
        ({"variable": "mood"}, "There is no variable 'mood'"),
        ({"day": 180}, "there is no day 180"),
        ({"run": 1000}, "There are 1,000 runs, counted from 0; there is no run 1,000 among them."),
        ({"numbers": {RATE: 0.00100001}}, f"{RATE} can be from 5.0e-05 to 0.001, and not 0.00100001."),
        ({"code": "import os"}, "“code” means nothing here."),
    ],
)  # fmt: skip
def test_states_that_cannot_be_are_refused_with_a_sentence(page, state, said):
    refused = post(page, "scenario", 422, state={"scenario": LESSON, **state})
    assert said.casefold() in refused["refused"].casefold()
    assert 0 < len(refused["refused"]) < 2000


def test_a_value_beyond_all_numbers_is_refused(page):
    content = '{"state": {"scenario": "first_lesson", "numbers": {"actions.south.strike.rate": 1e999}}}'
    assert "takes a number" in page.post("/workbench/scenario", content=content).json()["refused"]


def test_what_is_no_message_is_refused(page):
    for content in ("", "[]", "null", "{", "[" * 5000, '{"scenario": 3}', '{"scenario": "baseline", "more": 1}'):
        assert page.post("/workbench/open", content=content).status_code == 422
    assert page.get("/workbench/open").status_code in (404, 405)
    with pytest.raises(Refused, match="n: input should be a valid integer"):
        read(Move, {"kind": "move", "n": 1.5, "state": {"scenario": LESSON}})


def test_results_are_found_by_their_names_and_lead_nowhere_else(page, tmp_path):
    inside = page.results
    (inside / "away").symlink_to(tmp_path)
    (inside / ".hidden").mkdir()
    (inside / "empty").mkdir(exist_ok=True)
    linked = inside / "linked"
    linked.mkdir()
    (linked / "run.json").symlink_to(inside / "one" / "run.json")
    listed = page.get("/workbench/results").json()["results"]
    assert {each["name"] for each in listed} == {"one", "two"}
    assert (listed[0]["runs"], listed[0]["seed"], listed[0]["scenario"]) == (30, 5, LESSON)
    for name in (
        "away",
        ".hidden",
        "empty",
        "linked",
        "..",
        "../rooms",
        "one/../one",
        "%2e%2e",
        "one%2F..",
        "o\x00ne",
        "three",
    ):
        with pytest.raises(Refused):
            results.folder_of(inside, name)
        if "/" not in name and name != "..":  # a browser resolves those itself
            assert page.get(f"/workbench/results/{name.replace(chr(0), '%00')}").status_code == 404


def test_a_report_is_shown_with_a_policy_that_lets_its_own_script_in(page):
    alone, pair = page.get("/workbench/results/one"), page.get("/workbench/results/one/beside/two")
    for answer in (alone, pair):
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert re.search(r"script-src 'sha256-[\w+/=]{44}'", policy)
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1]
        assert str(page.results) not in answer.text
    assert len(pair.text) > len(alone.text)


def test_two_results_that_cannot_be_compared_say_why(page):
    sim.run(LESSON, 10, 6, progress=None, save=page.results / "other_dice")
    try:
        answer = page.get("/workbench/results/one/beside/other_dice")
        assert answer.status_code == 404
        assert "No report can be shown" in answer.text
        assert "seed" in answer.text
        assert "no result of that name" in page.get("/workbench/results/nothing").text
    finally:
        shutil.rmtree(page.results / "other_dice")


def test_beyond_this_machine_the_workbench_is_its_owners(tmp_path):
    place = Place(tmp_path / "rooms", 8765, "0.0.0.0", ("192.168.0.7",))
    with testclient.TestClient(application(place), f"http://{HOST}", headers=DOOR) as client:
        for what in ("open", "scenario", "story", "lines"):
            assert post(client, what, 403, scenario=LESSON)["reasons"][0].startswith("The workbench is for the owner")
        with (
            pytest.raises(testclient.WebSocketDisconnect),
            client.websocket_connect("/workbench/line", headers=DOOR),
        ):
            pass
        client.post("/enter", json={"key": place.key})
        assert client.post("/workbench/search", json={}).status_code == 422


def test_files_with_one_title_are_told_apart_and_a_fault_names_the_owners_file(tmp_path):
    twin, parent, child = (tmp_path / f"{name}.yaml" for name in ("twin", "parent", "child"))
    twin.write_text(f"schema_version: 1\nextends: {LESSON}\n")
    titles = Bench(Scenarios([twin])).titles()
    assert titles["twin"].endswith(" (twin)")
    assert titles[LESSON].endswith(f" ({LESSON})")
    assert titles["baseline"] == sim.load("baseline").title
    parent.write_text("schema_version: 1\nextends: baseline\nseeed: 3\n")
    child.write_text("schema_version: 1\nextends: parent.yaml\n")
    with pytest.raises(ScenarioError, match=r"child\.yaml.*extends what is wrong in .*parent\.yaml"):
        Scenarios([child])


def test_a_bench_that_nobody_used_closes():
    Bench(Scenarios()).close()
