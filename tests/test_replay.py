"""One run again: the same bits, told as it happened, traced back as it was decided."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from sim.execution.source import changed_since, find_origin
from sim.replays.accepted import bond
from sim.replays.entries import entries
from sim.results.storage.write_runs import save_ensemble
from sim.text import beside, called, number, paragraph, percent
from tests.small import HISTORY, SCENARIO, small
from tests.small_scenarios import START, action, actor, rich, scenario, theatre
from tests.strategies import failing_theatres, run_numbers, seeds, small_scenarios


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(rich(), runs=30, seed=11)


@pytest.fixture(scope="module")
def result(ensemble, tmp_path_factory):
    return save_ensemble(ensemble, tmp_path_factory.mktemp("results") / "rich")


def same_run(told: sim.Replay, ensemble: sim.Ensemble) -> None:
    """Hold a replay to its run in an ensemble, bit for bit."""
    there = ensemble.trajectories.sel(run=[told.run])
    assert set(there.data_vars) == set(told.ensemble.trajectories.data_vars)
    for name in there.data_vars:
        np.testing.assert_array_equal(told.ensemble.trajectories[name].to_numpy(), there[name].to_numpy())
    events = ensemble.events[ensemble.events["run"] == told.run].reset_index(drop=True)
    pd.testing.assert_frame_equal(told.events, events, check_categorical=False)
    pd.testing.assert_frame_equal(told.ensemble.outcomes, ensemble.outcomes.loc[[told.run]])
    assert [act.event for act in told.acts] == events["event"].tolist()


# The same run


@pytest.mark.parametrize("run", [0, 17, 29])
def test_a_replay_is_the_run_of_the_ensemble_wherever_it_is_from(run, ensemble, result):
    for told in (sim.replay(rich(), seed=11, run=run), sim.replay(ensemble, run=run), sim.replay(result, run=run)):
        same_run(told, ensemble)
    same_run(sim.replay(str(result), run=run), sim.open(result))


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20, phases=[Phase.generate])
@given(small_scenarios(), seeds, st.integers(0, 4))
def test_replays_of_generated_theatres_are_the_runs_of_their_ensembles(case, seed, run):
    same_run(sim.replay(case, seed=seed, run=run), sim.run(case, runs=5, seed=seed))


def test_the_seed_is_the_scenarios_unless_another_is_given():
    case = rich().model_copy(update={"seed": 5})
    assert (sim.replay(case).seed, sim.replay(case, seed=0).seed) == (5, 0)


def test_a_result_that_this_version_would_not_give_is_not_told(ensemble, tmp_path):
    events = ensemble.events.copy()
    row = events.index[(events["run"] == 4) & (events["event"] == 3)][0]
    events.loc[row, "fatalities"] += 1
    other = save_ensemble(replace(ensemble, events=events), tmp_path / "other")
    sim.replay(other, run=3)
    with pytest.raises(sim.ReplayError, match=r"made by version .* run 4 another history: event 3 is .* on day"):
        sim.replay(other, run=4)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda told: sim.replay(told.ensemble, run=18), "no run 18; the ensemble of small has run"),
        (lambda told: sim.replay(rich(), run=-1), "no run -1; runs are numbered from 0"),
        (lambda told: sim.replay(rich(), run=2**32), "no run 4294967296"),
        (lambda told: sim.replay(told.ensemble, run=17, seed=3), "made with seed 11, not 3"),
        (lambda told: told.explain(60, "aran"), "no day 60; the run has days 0 to 59, from 2020-01-01 to 2020-02-29"),
        (lambda told: told.explain(-1, "aran"), "no day -1"),
        (lambda told: told.explain("2020-03-01", "aran"), "no day 2020-03-01"),
        (lambda told: told.explain("2020-13-01", "aran"), "'2020-13-01' is no day"),
        (lambda told: told.explain("tomorrow", "aran"), "'tomorrow' is no day"),
        (lambda told: told.explain(3, "arna"), "unknown actor 'arna'; did you mean 'aran'?"),
        (lambda told: told.explain(3, "exchange"), "unknown actor 'exchange'"),
        (lambda told: told.why(10**6), "no event 1000000; run 17 has events 0 to"),
        (lambda told: told.why(-1), "no event -1"),
        (lambda told: told.text(width=20), "at least 80 columns"),
    ],
)
def test_what_there_is_not_is_answered_in_a_sentence(ask, said):
    told = sim.replay(rich(), seed=11, run=17)
    with pytest.raises(ValueError, match=said.replace("?", r"\?").replace("(", r"\(")):
        ask(told)


def test_a_day_is_a_number_or_a_date():
    told = sim.replay(rich(), seed=11)
    assert {told.day(day) for day in (9, "9", "2020-01-10", START.replace(day=10))} == {9}


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")  # trajectories are kept in fewer digits
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=15, phases=[Phase.generate])
@given(small_scenarios(failing_theatres()), seeds)
def test_a_run_that_failed_is_told_up_to_its_failure(case, seed):
    told = sim.replay(case, seed=seed, run=1)
    if told.failure is None:
        assert "failed" not in told.text()
        return
    day, what = told.failure
    assert f"The run failed on day {day}: {what} was not finite." in told.text()
    told.explain(day, min(case.theatre.deciders))
    if day + 1 < case.days:
        with pytest.raises(sim.ReplayError, match=f"run 1 failed on day {day}"):
            told.explain(day + 1, min(case.theatre.deciders))


# The story


def quarrel(**script):
    """The state's proxy shells the south, which may answer; a third state is harmed and sees behind the proxy."""
    world = theatre(
        {
            "patron": actor(label="The Republic of the North (a president)"),
            "proxy": actor(
                label="Hill militia (a commander)", kind="faction", sponsors={"patron": {"control": {"grip": 0.6}}}
            ),
            "south": actor({"suspicion": 0.5}, label="Southern Kingdom"),
        },
        {
            "proxy.shell": action(
                4, "south", 0, label="Shell a port", story="Shells fall on a port.", deniability=0.4,
                claimed_by="patron", casualties={"chance": 1, "deaths": 2}, lethal_rung=6,
            ),
            "south.bomb": action(5, "proxy", 0, reply=1, label="Bomb the hills", story="Bombs fall on the hills."),
            "south.accuse": action(1, "patron", 0, reply=1, label="Accuse", story="The south accuses."),
            "patron.wave": action(0, "south", 0, label="Wave", story="The north waves."),
        },
        {"grip": {"kind": "unit", "start": 0.5}},
        {"blood": {"deaths": ">= 1"}, "never": {"deaths": ">= 100"}},
    )  # fmt: skip
    first = {
        "shells": {"on": "2020-01-03", "do": "proxy.shell", "deaths": 4, "story": "Four die in the port."},
        "flood": {"on": "2020-01-02", "effects": {"grip": 0.0}, "story": "A river floods."},
    }
    return scenario(world, 40, script=first | script)


def test_a_story_tells_the_dead_the_claim_the_blame_and_what_led_to_what():
    told = sim.replay(quarrel(), seed=2)
    text = " ".join(told.text(least=0).split())
    assert "2 Jan · #0 A river floods. Imposed by the scenario." in text
    shelling = (
        "3 Jan 6 #1 Four die in the port. The Hill militia against the Southern Kingdom. Imposed by the scenario. "
        "4 dead on the side of the Southern Kingdom. The Republic of the North claimed it. 20 % of the blame rested "
        "on suspicion alone. The Southern Kingdom held the Hill militia 63 % and the Republic of the North 27 % "
        "responsible."
    )
    assert shelling in text  # deniability halves when it kills; control is 0.3; half of what is suspected is believed
    assert "3 Jan * Outcome: blood: after #1." in text
    assert "4 dead (the Southern Kingdom 4)" in text
    answer = next(act for act in told.acts if act.action == "south.bomb")
    assert answer.cause == 1
    assert "Because of #1, 3 Jan: Shell a port." in text
    assert told.acts[1].led_to == tuple(act.event for act in told.acts if act.cause == 1)


def test_a_story_leaves_out_what_is_low_and_led_to_nothing_and_counts_it():
    wave = {f"wave_{day}": {"on": f"2020-01-{day}", "do": "patron.wave"} for day in (10, 11)}
    case = quarrel(**wave)
    free = case.model_copy(update={"script": {k: v for k, v in case.script.items() if not k.startswith("wave")}})
    told = sim.replay(free, seed=2)
    low = [act for act in told.acts if act.action == "south.accuse"]
    assert low
    short, whole = told.text(least=4), told.text(least=0)
    assert "The south accuses." in whole
    assert "The south accuses." not in short
    left_out = sum(int(line.split()[2]) for line in short.splitlines() if "more act" in line)
    assert left_out == len(low)
    assert "more act" not in whole
    assert "The north waves." in sim.replay(case, seed=2).text()  # low, but imposed


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20, phases=[Phase.generate])
@given(small_scenarios(), seeds, run_numbers, st.integers(0, 9), st.integers(80, 120))
def test_every_reason_of_what_is_told_is_told_every_act_counts_and_no_line_is_too_long(case, seed, run, least, width):
    told = sim.replay(case, seed=seed, run=run)
    text = told.text(least, width)
    assert max(map(len, text.splitlines())) <= width
    found = entries(told, least)
    alone = {entry.events[0] for entry in found if entry.kind == "act"}
    together = [event for entry in found if entry.kind == "fold" for event in entry.events]
    assert len(together) == len(set(together) - alone)
    for act in told.acts:
        if act.rung >= least or act.deaths or act.imposed:
            assert act.event in alone or act.event in together
        if act.event in alone:
            assert f"  #{act.event} " in text
            if act.cause is not None and bond(case.theatre, act, told.acts[act.cause]).accepted:
                assert act.cause in alone
    assert not together or least
    left_out = sum(int(line.split()[1 + ("and" in line)]) for line in text.splitlines() if "… and" in line)
    assert len(alone) + len(together) + left_out == len(told.acts)


def test_the_story_of_a_record_uses_its_own_words(tmp_path):
    text = SCENARIO + "history: {file: record.yaml, until: 2019-05-20}\n"
    record = HISTORY.replace("do: north.sanction, source: E01", 'do: north.sanction, story: "Ports are closed."')
    told = sim.replay(small(tmp_path, scenario=text, history=record), run=0)
    assert "Ports are closed." in told.text()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("United States", "the United States"),
        ("Iran", "Iran"),
        ("Government of Iraq (Adil Abdul-Mahdi)", "the Government of Iraq"),
        ("Houthi movement (Ansar Allah)", "the Houthi movement"),
        ("The Iranian public", "the Iranian public"),
        ("Hezbollah of Lebanon (Hassan Nasrallah)", "Hezbollah of Lebanon"),
        (
            "France and its partners in the nuclear deal (Emmanuel Macron)",
            "France and its partners in the nuclear deal",
        ),
        ("Islamic State in Iraq and Syria", "the Islamic State in Iraq and Syria"),
        ("Oman, Qatar and Kuwait", "Oman, Qatar and Kuwait"),
        ("Iraqi protesters", "the Iraqi protesters"),
        ("Saudi Arabia", "Saudi Arabia"),
        ("North", "North"),
    ],
)
def test_actors_are_called_as_a_sentence_calls_them(label, name):
    assert called(label) == name


def test_numbers_are_written_for_readers():
    assert [number(x) for x in (0, 0.5, 1234.5, -0.12345, 0.00002)] == ["0", "0.5", "1,234", "-0.123", "2.0e-05"]
    assert [percent(x) for x in (0, 0.0001, 0.0123, 0.5, 0.9999, 1)] == [
        "0 %", "<0.1 %", "1.2 %", "50 %", ">99.9 %", "100 %",
    ]  # fmt: skip
    assert beside(0.74996, 0.75) == "0.75" or number(0.74996, 4) != beside(0.74996, 0.75)
    assert (beside(0.74996, 0.75), beside(0.3, 0.75)) == ("0.74996", "0.3")
    assert paragraph("one two 10 %", 11).splitlines() == ["one two", "10 %"]


# Causes


def test_a_chain_goes_back_to_an_event_that_answered_nothing():
    told = sim.replay(rich(), seed=11, run=17)
    for act in told.acts:
        chain = told.why(act.event)
        assert [link.act.event for link in chain.links] == list(causes(told, act.event))
        assert chain.root.cause is None
        assert {later.event for later in chain.led_to} == {
            other.event for other in told.acts if other.cause == act.event
        }
        for link in chain.links:
            assert (link.option is None) == link.act.imposed
            assert link.why in ("reply", "driver") if link.act.cause is not None else ("own", "imposed", "scenario")


def causes(told: sim.Replay, event: int | None):
    while event is not None:
        yield event
        event = told.acts[event].cause


def test_a_chain_says_what_each_decision_was_made_of():
    told = sim.replay(quarrel(), seed=2)
    answer = next(act for act in told.acts if act.action == "south.bomb")
    chain = told.why(answer.event)
    assert [link.why for link in chain.links] == ["reply", "imposed"]
    option = chain.links[0].option
    text = chain.text()
    assert f"The chance that day was {percent(option.chance)}: {number(option.rate)} a day = 1 × (0 of its own" in text
    assert "in reply to the Hill militia" in " ".join(text.split())
    assert f"Why #{answer.event} came about, back to its root" in text
    assert json.loads(json.dumps(chain.as_dict(), default=str))["links"][1]["act"]["event"] == 1


def test_a_replay_is_data_too():
    told = sim.replay(quarrel(), seed=2)
    data = json.loads(json.dumps(told.as_dict(), default=str))
    assert data["outcomes"] == {"blood": 2, "never": None}
    assert data["events"][1]["blame"][1]["by"] == "proxy" or data["events"][1]["blame"][0]["by"] == "proxy"
    assert (data["run"], data["seed"], data["failed"]) == (0, 2, None)
    explained = json.loads(json.dumps(told.explain(3, "south").as_dict(), default=str))
    assert explained["draw"]["threshold"] == told.explain(3, "south").draw.threshold
    assert {option["action"] for option in explained["options"]} == {"south.bomb", "south.accuse"}


def test_a_scenario_that_has_changed_since_is_noticed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = small(tmp_path)
    folder = save_ensemble(sim.run(path, runs=3, seed=1), tmp_path / "result")
    assert changed_since(find_origin(folder)) is None
    path.write_text(SCENARIO.replace("days: 120", "days: 90"), encoding="utf-8")
    told = changed_since(find_origin(folder))
    assert told is not None
    assert "the scenario summer has changed since" in told
    assert sim.replay(folder, run=2).scenario.days == 120
    path.unlink()
    assert changed_since(find_origin(folder)) is None
