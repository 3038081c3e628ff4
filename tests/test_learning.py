"""Environments for learners: what they show, what they do, and that the libraries' own checks pass."""

import copy
import pickle
import sys
from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pettingzoo.test import max_cycles_test, parallel_api_test, parallel_seed_test, seed_test
from pettingzoo.utils.conversions import parallel_to_aec

from sim.analysis.extras import MissingExtraError
from sim.engine.model import LockstepModel
from sim.play.knowledge.known import Past, known_by
from sim.play.learning import CrisisEnv, CrisisParallelEnv, CrisisVectorEnv, example
from sim.play.learning.example import Task, compare, report, train
from sim.play.learning.policy import LinearPolicy
from sim.play.learning.reward import Evening, Step
from sim.play.learning.worlds import Worlds
from sim.play.seats import PlayError, seat_of
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import Map, action, actor, rich, scenario, theatre
from tests.strategies import seeds, small_scenarios
from tests.test_engine_equals_oracle import events
from tests.test_views import with_secrets

# A failing theatre is not shrunk: each is a page long, and a step smaller takes a whole history.
few = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)

HOLD, RULES = 0, 1
MARCH, RAID, TALK = 2, 3, 4
"""Acts of the north, if all its hands are played."""


def duel(days: int = 12, **changes: Map) -> Scenario:
    """The north has soldiers and envoys; what is done to either side brings fear, and enough of that a panic."""
    acts: Map = {
        "north.raid": action(4, "south", 0.5, hand="soldiers", drivers={"provocation(north, south)": 1}) | harm(0.1),
        "north.march": action(2, "south", 0, hand="soldiers", cooldown=5),
        "north.talk": action(0, "south", 0.5, hand="envoys", effects={"hope": 0.2}),
        "south.strike": action(3, "north", 0.2, drivers={"provocation(south, north)": 1}) | harm(0.2),
    }
    variables: Map = {"fear": {"kind": "unit", "start": 0}, "hope": {"kind": "unit", "start": 0}}
    for name, change in changes.items():
        place, key = (acts, name.replace("__", ".")) if "__" in name else (variables, name)
        place[key] |= change
    south = actor(perception={"suspicion": 1})
    return scenario(theatre({"north": actor(), "south": south}, acts, variables, {"panic": {"fear": ">= 0.5"}}), days)


def harm(fear: float) -> Map:
    return {"effects": {"fear": fear}}


def lived(env: CrisisVectorEnv, *actions: int) -> CrisisVectorEnv:
    env.reset()
    for number in actions:
        env.step(np.full(env.num_envs, number))
    return env


def masked(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One of the actions that each world has, by chance."""
    return (rng.random(mask.shape) * mask).argmax(axis=1)


# The libraries' own checks


def parallel(**changes: object) -> CrisisParallelEnv:
    return CrisisParallelEnv(rich(), **{"seats": ["aran", "cela"], "seed": 3} | changes)


def test_pettingzoo_finds_no_fault_in_several_seats():
    parallel_api_test(parallel(), num_cycles=100)
    parallel_api_test(CrisisParallelEnv(duel(), ["north/soldiers", "north/envoys"], ends=["panic"]), num_cycles=20)
    parallel_seed_test(parallel, num_cycles=40)
    seed_test(lambda: parallel_to_aec(parallel()), num_cycles=20)
    max_cycles_test(
        SimpleNamespace(parallel_env=parallel, env=lambda max_cycles: parallel_to_aec(parallel(max_cycles=max_cycles)))
    )


def test_gymnasium_finds_no_fault_in_one_world():
    check_env(CrisisEnv(rich(), "aran", seed=3, render_mode="ansi"), skip_render_check=True)


def test_all_that_many_worlds_give_lies_in_their_spaces():
    env, rng = CrisisVectorEnv(rich(), "aran", 5, seed=3), np.random.default_rng(0)
    seen, _ = env.reset()
    for _ in range(70):
        assert env.observation_space.contains(seen)
        actions = masked(seen["action_mask"], rng)
        assert env.action_space.contains(actions)
        seen, reward, terminated, truncated, infos = env.step(actions)
        assert [each.shape for each in (reward, terminated, truncated)] == 3 * [(5,)]
        assert not infos.get("refused", np.zeros(1)).any()


# Who does what


def test_a_learner_that_leaves_all_to_the_rules_lives_the_model_run_by_run():
    env, model = CrisisVectorEnv(rich(), "aran", 4, seed=9), LockstepModel(rich(), seed=9, runs=4)
    lived(env, *60 * [RULES])
    while model.running:
        model.step()
    assert env.worlds.model.digest().tolist() == model.digest().tolist()


@pytest.mark.parametrize(("otherwise", "marches"), [("rules", True), ("hold", False)])
def test_an_act_takes_the_turn_of_its_hand_and_the_others_do_otherwise(otherwise, marches):
    env = CrisisVectorEnv(duel(), "north", 200, otherwise=otherwise, seed=1)
    assert env.actions == ("hold", "rules", "north.march", "north.raid", "north.talk")
    lived(env, TALK)
    done = [act for run in range(200) for _, who, act, *_ in events(env.worlds.model, run) if who == "north"]
    assert done.count("north.talk") == 200
    assert ("north.raid" in done) == marches


def test_a_hand_is_a_seat_and_its_actors_other_hands_follow_the_rules():
    env = CrisisVectorEnv(duel(), "north/envoys", 100, seed=1)
    assert env.actions == ("hold", "rules", "north.talk")
    lived(env, HOLD, HOLD)
    assert {act for run in range(100) for _, who, act, *_ in events(env.worlds.model, run) if who == "north"} == {
        "north.raid"
    }


def test_an_action_counts_on_the_first_day_of_a_step():
    env = lived(CrisisVectorEnv(duel(), "north", 1, days_per_step=5, otherwise="hold", seed=1), RAID, HOLD, RAID)
    assert [day for day, _, act, *_ in events(env.worlds.model, 0) if act == "north.raid"] == [0, 10]
    assert env.worlds.model.day == 12


def test_a_mask_is_what_may_be_done_and_what_may_not_is_refused():
    env = CrisisVectorEnv(duel(), "north", 2, otherwise="hold", seed=1)
    seen, _ = env.reset()
    assert seen["action_mask"].tolist() == 2 * [[1, 1, 1, 1, 1]]
    seen, *_ = env.step(np.array([MARCH, HOLD]))
    assert seen["action_mask"].tolist() == [[1, 1, 0, 1, 1], [1, 1, 1, 1, 1]]
    *_, infos = env.step(np.array([MARCH, MARCH]))
    assert infos["refused"].tolist() == [True, False]
    done = [[day for day, _, act, *_ in events(env.worlds.model, run) if act == "north.march"] for run in (0, 1)]
    assert done == [[0], [1]]


def test_an_act_that_recovers_is_masked_until_it_has_by_half():
    env = CrisisVectorEnv(duel(north__march={"cooldown": 0, "recovers": 4}), "north", 1, otherwise="hold", seed=1)
    env.reset()
    seen = [env.step(np.array([at]))[0]["action_mask"][0, MARCH] for at in (MARCH, HOLD, HOLD, HOLD, HOLD)]
    assert seen == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("wrong", [[0], [0, 5], [0, -1], [0.0, 1.0]])
def test_actions_that_are_none_are_refused(wrong):
    env = CrisisVectorEnv(duel(), "north", 2, seed=1)
    env.reset()
    with pytest.raises(ValueError, match=r"needs one whole number for each world|are 0 to 4, found -?[15] in world 1$"):
        env.step(np.array(wrong))


def test_seats_that_nobody_can_take_are_refused_with_those_that_somebody_can():
    with pytest.raises(PlayError, match="there is no actor 'nort' to play; did you mean 'north'"):
        CrisisVectorEnv(duel(), "nort", 2)
    with pytest.raises(PlayError, match=r"north and north/envoys would both decide on north\.talk"):
        CrisisParallelEnv(duel(), ["north", "north/envoys"])
    with pytest.raises(ValueError, match="otherwise is 'rules' or 'hold', found 'sleep'"):
        CrisisVectorEnv(duel(), "north", 2, otherwise="sleep")
    with pytest.raises(ValueError, match="no outcome 'peace'; there are panic"):
        CrisisVectorEnv(duel(), "north", 2, ends=["peace"])
    with pytest.raises(RuntimeError, match="call reset"):
        CrisisVectorEnv(duel(), "north", 2).step(np.zeros(2, int))


# What is seen


def number(env: CrisisVectorEnv, seen: Map, feature: str) -> list[float]:
    return seen["observation"][:, env.features.index(feature)].tolist()


def test_features_are_what_their_names_say():
    env = CrisisVectorEnv(duel(), "north", 1, otherwise="hold", seed=1)
    seen, _ = env.reset()
    assert number(env, seen, "variable hope") == [0]
    assert number(env, seen, "since north.talk") == number(env, seen, "since act against it") == [1]
    env.step(np.array([TALK]))
    seen, *_ = env.step(np.array([HOLD]))
    assert number(env, seen, "variable hope") == pytest.approx([0.2])
    assert number(env, seen, "since north.talk") == pytest.approx([2 / 60])
    assert number(env, seen, "day") == pytest.approx([2 / 12])
    assert number(env, seen, "grievance against south") == [0]
    while not (struck := [day for day, _, act, *_ in events(env.worlds.model, 0) if act == "south.strike"]):
        seen, *_ = env.step(np.array([HOLD]))
    assert number(env, seen, "since act against it") == pytest.approx([(env.worlds.model.day - struck[-1]) / 60])
    assert number(env, seen, "grievance against south")[0] > 0
    assert number(env, seen, "tension")[0] == pytest.approx(env.worlds.model.world.tension[0, 0] / 100)


def test_an_order_that_stands_is_seen_by_who_gave_it():
    env = CrisisVectorEnv(duel(north__raid={"order": {"lead": 2}}), "north", 1, otherwise="hold", seed=1)
    env.reset()
    ordered = [number(env, env.step(np.array([act]))[0], "ordered north.raid") for act in (RAID, HOLD, HOLD)]
    assert ordered == [[1], [1], [0]]


def test_what_is_private_to_others_is_not_among_the_features():
    private = {"known_to": ["south"]}
    everybodys = CrisisVectorEnv(duel(), "north", 1)
    closed = CrisisVectorEnv(duel(fear=private), "north", 1)
    assert set(everybodys.features) - set(closed.features) == {"variable fear"}
    assert "variable fear" in CrisisVectorEnv(duel(fear=private), "south", 1).features
    assert "variable fear" not in CrisisVectorEnv(duel(fear=private | {"news_after": 5}), "north", 1).features


def test_an_act_that_can_be_denied_is_not_counted_from():
    case = duel(south__strike={"deniability": 0.5})
    env, rng = CrisisVectorEnv(case, "north", 50, seed=1), np.random.default_rng(1)
    seen, _ = env.reset()
    for _ in range(12):
        seen, *_ = env.step(masked(seen["action_mask"], rng))
    assert any(act == "south.strike" for run in range(50) for _, _, act, *_ in events(env.worlds.model, run))
    assert number(env, seen, "since act against it") == 50 * [1]


def test_a_war_that_a_seat_does_not_see_is_not_in_its_tension():
    acts = {"north.wait": action(0, "south"), "south.wait": action(0, "north")}
    variables = {"war": {"kind": "flag", "start": True, "known_to": ["south"]}}
    war = {"flag": "war", "rungs": [5, 8], "severity": 7, "source": "judgement: a test"}
    case = scenario(theatre({"north": actor(), "south": actor()}, acts, variables, war=war | {"dyads": []}), 12)
    worlds = Worlds(case, ["north", "south"], 1, seed=1)
    worlds.begin()
    seen: Map = {"north": [], "south": []}
    for _ in range(5):
        worlds.step({})
        for name, tensions in seen.items():
            at = worlds.features[name].names.index("tension")
            tensions.append(float(worlds.observe(name)["observation"][0, at]))
    assert seen["south"] == sorted(seen["south"])  # it goes on
    assert seen["north"] == sorted(seen["north"], reverse=True)  # with what the crisis began, all know
    assert seen["north"][0] == seen["south"][0] > 0


def test_worlds_that_differ_in_what_a_seat_cannot_see_look_the_same_to_it():
    env = lived(CrisisVectorEnv(duel(fear={"known_to": ["south"]}), "north", 3, seed=1), *4 * [RULES])
    before = env.worlds.observe("north")["observation"]
    model = env.worlds.model
    model.world.x[model.program.variables.index("fear")] = [0.1, 0.2, 0.3]
    south = model.program.pairs.index(("south", "north"))
    model.stocks[:, south] += 1.0
    assert np.array_equal(env.worlds.observe("north")["observation"], before)


@few
@given(case=small_scenarios(), seed=seeds, data=st.data())
def test_tension_and_rungs_are_those_of_the_acts_that_a_seat_hears_of(case, seed, data):
    """As `sim.play.knowledge.known` works them out, for a seat that hears of some acts and sees some variables."""
    case = case.model_copy(update={"changes": {}})
    content = with_secrets(case, data).model_dump(mode="json", by_alias=True)
    for entry in (*content["theatre"]["actions"].values(), *content["theatre"]["variables"].values()):
        entry["news_after"] = None
    case = Scenario.model_validate(content)
    acts = case.theatre.actions.items()
    name = data.draw(st.sampled_from(sorted({act.split(".")[0] for act, rule in acts if not rule.accident})))
    worlds, evenings, heard = Worlds(case, [name], 1, seed=seed), [], []
    worlds.begin()
    for day in range(1, case.days + 1):
        worlds.step({name: np.array([RULES])})
        evenings.append(worlds.model.world.x[:, 0].copy())
        seen = dict(zip(worlds.features[name].names, worlds.observe(name)["observation"][0], strict=True))
        heard.append([seen["tension"], *(seen[f"rung {dyad}"] for dyad in worlds.program.dyads), seen["rung"]])
        if not worlds.model.status.alive[0]:
            return
        events = worlds.model.events[: int(worlds.model.n_events[0])]
        past = Past(case, worlds.program, day, events, np.array(evenings), ())
        known = known_by(seat_of(case.theatre, name), past)
        assert heard[-1] == pytest.approx([known.tension[-1] / 100, *known.rungs[-1] / 9], abs=1e-6)


# Rewards, ends and beginnings


def test_no_reward_is_built_in():
    env = CrisisVectorEnv(rich(), "aran", 3, seed=1)
    env.reset()
    assert [env.step(np.full(3, RULES))[1].tolist() for _ in range(5)] == 5 * [3 * [0.0]]


def test_a_reward_sees_how_worlds_stood_and_stand_and_what_came_about():
    asked: list[tuple[Evening, Evening, Step]] = []

    def reward(before: Evening, after: Evening, step: Step) -> np.ndarray:
        asked.append((before, after, step))
        return after.variables["fear"] - before.variables["fear"] - 10 * step.came_about["panic"]

    env = CrisisVectorEnv(duel(), "north", 40, days_per_step=3, reward=reward, seed=1)
    env.reset()
    given = sum(env.step(np.full(40, RAID))[1] for _ in range(4))
    model = env.worlds.model
    fear, panic = model.value("fear"), model.world.outcome_day[0] >= 0
    assert 0 < panic.sum() < 40
    assert given == pytest.approx(fear - 10 * panic)
    assert [(before.day, after.day, step.days, step.seat) for before, after, step in asked] == [
        (day, day + 3, 3, "north") for day in (0, 3, 6, 9)
    ]
    assert np.array_equal(asked[-1][1].outcomes["panic"], panic)
    assert sorted(asked[0][1].deaths_of) == ["north", "south"]


def test_gymnasiums_own_count_of_episodes_is_that_of_the_worlds():
    env = CrisisVectorEnv(duel(), "north", 20, reward=hope, seed=1)
    counting = RecordEpisodeStatistics(env)
    counting.reset()
    for _ in range(12):
        *_, infos = counting.step(np.full(20, RULES))
    assert infos["episode"]["r"] == pytest.approx(env.worlds.model.value("hope"))
    assert infos["episode"]["l"].tolist() == 20 * [12]


def test_a_reward_of_another_shape_is_refused():
    env = CrisisVectorEnv(duel(), "north", 4, reward=lambda before, after, step: 1.0, seed=1)
    env.reset()
    with pytest.raises(ValueError, match=r"one number for each world, shape \(4,\); this function gave shape \(\)"):
        env.step(np.zeros(4, int))


def test_worlds_that_end_early_wait_for_the_others_and_begin_with_them():
    def reward(before: Evening, after: Evening, step: Step) -> np.ndarray:
        return np.ones(len(step.run))

    env = CrisisVectorEnv(duel(30), "north", 30, ends=["panic"], reward=reward, seed=1)
    assert env.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    seen, _ = env.reset()
    over, total, last = np.zeros(30, bool), np.zeros(30), seen
    while not over.all():
        seen, given, terminated, truncated, _ = env.step(np.full(30, RULES))
        assert (given == ~over).all()
        assert (seen["observation"][over] == last["observation"][over]).all()
        assert (seen["action_mask"][over] == last["action_mask"][over]).all()
        assert not (over & ~(terminated | truncated)).any()
        assert not (terminated & truncated).any()
        over, total, last = terminated | truncated, total + given, seen
    ended = env.worlds.model.world.outcome_day[0]
    assert terminated.tolist() == (ended >= 0).tolist()
    assert total.tolist() == np.where(ended >= 0, ended + 1, 30).tolist()
    assert terminated.any()
    seen, given, terminated, truncated, infos = env.step(np.full(30, HOLD))
    assert not np.concatenate([given, terminated, truncated]).any()
    assert number(env, seen, "day") == 30 * [0]
    assert infos["run"].tolist() == list(range(30, 60))


def test_beginnings_go_on_to_fresh_runs_and_a_seed_starts_again():
    def course(env: CrisisVectorEnv) -> list[int]:
        for _ in range(12):
            env.step(np.full(3, RULES))
        return env.worlds.model.digest().tolist()

    env = CrisisVectorEnv(duel(), "north", 3, seed=4)
    found = []
    for _ in range(2):
        env.reset()
        found.append(course(env))
    assert found[0] != found[1]
    env.reset(seed=4)
    assert course(env) == found[0]
    env.reset()
    assert course(env) == found[1]
    other = CrisisVectorEnv(duel(), "north", 3, seed=4)
    other.reset(seed=5)
    assert course(other) != found[0]


def test_a_world_that_fails_is_truncated_and_all_its_numbers_stay_finite():
    raging = duel(fear={"half_life": 5, "target": {"base": 0.1}})
    env = CrisisVectorEnv(raging, "north", 2, seed=1, reward=lambda before, after, step: after.variables["fear"])
    env.reset()
    env.worlds.model.world.x[0, 1] = np.nan
    seen, given, terminated, truncated, _ = env.step(np.zeros(2, int))
    assert truncated.tolist() == [False, True]
    assert not terminated.any()
    assert np.isfinite(given).all()
    assert env.observation_space.contains(seen)


# Several seats


def test_several_seats_act_on_one_day_in_one_world():
    env = CrisisParallelEnv(duel(), ["north/soldiers", "south"], otherwise="hold", seed=1, render_mode="ansi")
    env.reset()
    assert env.actions("south") == ("hold", "rules", "south.strike")
    assert "2020-01-01, before the first day" in env.render()
    env.step({"north/soldiers": 3, "south": 2})
    assert {act for _, who, act, *_ in events(env.worlds.model, 0) if who != "script"} >= {"north.raid", "south.strike"}
    assert "day 1 of 12" in env.render()
    assert "An actor: An act (rung 4)" in env.render()
    assert env.state_space.contains(env.state())
    assert len(env.state_names) == len(env.state())
    with pytest.raises(ValueError, match="none is given for south"):
        env.step({"north/soldiers": 0})


def test_each_seat_is_given_its_own_reward():
    def reward(before: Evening, after: Evening, step: Step) -> np.ndarray:
        return np.full(1, 1.0 if step.seat == "north" else -1.0) * step.action

    env = CrisisParallelEnv(duel(), ["north", "south"], reward=reward, seed=1)
    env.reset()
    _, rewards, *_ = env.step({"north": 4, "south": 2})
    assert rewards == {"north": 4.0, "south": -2.0}


def test_a_reward_of_one_world_may_be_a_plain_number():
    env = CrisisEnv(duel(), "north", reward=lambda before, after, step: 2.5, seed=1)
    env.reset()
    assert env.step(HOLD)[1] == 2.5
    several = CrisisParallelEnv(duel(), ["north", "south"], reward=lambda before, after, step: 2.5, seed=1)
    several.reset()
    assert several.step({"north": HOLD, "south": HOLD})[1] == {"north": 2.5, "south": 2.5}


def panic(before: Evening, after: Evening, step: Step) -> np.ndarray:
    return after.variables["fear"] - before.variables["fear"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_lives_on_as_the_original_does(copied):
    env = CrisisVectorEnv(duel(), "north", 6, reward=panic, ends=["panic"], days_per_step=2, otherwise="hold", seed=5)
    fresh, other = copied(env).reset()[0], env.reset()[0]
    assert all((fresh[name] == other[name]).all() for name in fresh)
    rng, seen = np.random.default_rng(1), other
    for _ in range(8):  # over the end of all worlds and into others
        seen = env.step(masked(seen["action_mask"], rng))[0]
    twin = copied(env)
    for _ in range(8):
        actions = masked(seen["action_mask"], rng)
        (seen, *told), (again, *told_again) = env.step(actions), twin.step(actions)
        assert (twin.worlds.run == env.worlds.run).all()
        assert all((seen[name] == again[name]).all() for name in seen)
        assert all((one == two).all() for one, two in zip(told[:3], told_again[:3], strict=True))


def test_single_and_parallel_worlds_are_copied_too():
    env, several = CrisisEnv(rich(), "aran", seed=3), parallel()
    env.reset()
    several.reset()
    acts = dict.fromkeys(several.agents, RULES)
    for _ in range(5):
        env.step(RULES)
        several.step(acts)
    twin, twins = copy.deepcopy(env), pickle.loads(pickle.dumps(several))
    assert (twin.step(RULES)[0]["observation"] == env.step(RULES)[0]["observation"]).all()
    several.step(acts)
    twins.step(acts)
    assert (twins.state() == several.state()).all()


def test_gymnasium_makes_worlds_by_name():
    env = gymnasium.make("sim/Crisis-v0", scenario="first_lesson", seat="north", seed=1)
    assert isinstance(env.unwrapped, CrisisEnv)
    assert env.spec.id == "sim/Crisis-v0"
    many = gymnasium.make_vec("sim/Crisis-v0", 3, scenario="first_lesson", seat="north", seed=1)
    assert isinstance(many.unwrapped, CrisisVectorEnv)
    assert many.num_envs == 3


@pytest.mark.parametrize("env", [CrisisEnv(duel(), "north"), CrisisVectorEnv(duel(), "north", 2)])
def test_a_seed_that_is_none_is_refused_as_everywhere(env):
    with pytest.raises(ValueError, match="seed") as caught:
        env.reset(seed=-1)
    assert not isinstance(caught.value, gymnasium.error.Error)


def test_a_missing_library_is_named_with_what_brings_it(monkeypatch):
    for name in [each for each in sys.modules if each.startswith(("pettingzoo", "sim.play.learning"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    import sim.play.learning as learning

    with pytest.raises(MissingExtraError, match=r"PettingZoo is not installed.*'escalation-sim\[learn\]'"):
        learning.CrisisParallelEnv  # noqa: B018


# The example


def hope(before: Evening, after: Evening, step: Step) -> np.ndarray:
    return after.variables["hope"] - before.variables["hope"]


def test_the_example_learns_what_pays_and_says_what_it_does():
    task = Task(duel(), "north", hope, reads=("tension",), days_per_step=3, worlds=8)
    numbers = train(task, generations=4, seed=1, processes=1)
    found = compare(task, numbers, 40, seed=0)
    assert found["hold"].reward.max() == 0
    assert found["trained"].reward.mean() > found["random"].reward.mean() > 0
    assert found["trained"].acts["north.talk"] == 4
    assert train(task, generations=4, seed=1, processes=1).tolist() == numbers.tolist()
    told = report(task, found)
    assert "north.talk: 4.0 times, by the rules" in told
    rewards = found["trained"].reward - found["rules"].reward
    assert f"on the same dice: {rewards.mean():.3f}, " in told


def test_the_example_runs_as_a_command(capsys):
    example.main(["--generations", "1", "--worlds", "2", "--processes", "1"])
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()[2:6]] == ["hold", "random", "rules", "trained"]
    assert "Iran in 'baseline', a decision every 7 days" in told


def test_a_policy_takes_the_best_of_what_it_may():
    policy = LinearPolicy.of(np.array([0.0, 0.0, -1.0, 3.0, 0.5, 0.0]), ("a", "b"), ("b",))
    seen = {"observation": np.array([[1, 0], [1, 0.2], [1, 1], [1, 1]], np.float32)}
    seen["action_mask"] = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 0, 1]], np.int8)
    assert policy(seen).tolist() == [2, 2, 1, 2]
    with pytest.raises(ValueError, match="no feature 'c'; there are a, b"):
        LinearPolicy.of(np.zeros(2), ("a", "b"), ("c",))
