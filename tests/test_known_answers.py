"""Cases whose answer is known without the engine: rates by arithmetic, mutual replies by Richardson's arms race."""

import numpy as np
import pytest

import sim
from sim.analysis.intervals import wilson
from sim.engine import state
from sim.engine.model import LockstepModel
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import action, actor, scenario, theatre


def quiet_rivals(tmp_path) -> Scenario:
    """The first lesson with every driver, every reply and every pause taken out."""
    rivals = sim.load_theatre("two_rivals")
    changes = {f"actors.{name}.replies.rate": 0 for name in rivals.deciders}
    for name, act in rivals.actions.items():
        changes |= {f"actions.{name}.drivers.{term}": 0 for term in act.drivers}
        changes |= {f"actions.{name}.cooldown": "0 d", f"actions.{name}.rate": 10 * act.rate.value}
    lines = "".join(f"  {path}: {value}\n" for path, value in changes.items())
    (tmp_path / "quiet.yaml").write_text(
        "schema_version: 1\nextends: two_rivals\ntitle: Nobody answers\nstart: 2020-01-01\ndays: 100\n"
        f"overrides:\n{lines}"
    )
    return sim.load(tmp_path / "quiet.yaml")


def test_with_drivers_off_events_come_at_their_rates(tmp_path):
    """An action of rate r among rates that sum to R is drawn with chance r / (1 + R) a day."""
    case = quiet_rivals(tmp_path)
    runs = 400
    ensemble = sim.run(case, runs=runs, seed=11)
    actions = case.theatre.actions
    for name in actions:
        total = sum(act.rate.value for other, act in actions.items() if other.split(".")[0] == name.split(".")[0])
        chance = actions[name].rate.value / (1 + total)
        count = int((ensemble.events["action"] == name).sum())
        low, high = wilson(count, runs * case.days, level=0.9999)
        assert low < chance < high, name


GRIEVANCE_SCALE, SEVERITY_4 = 4000.0, 4.0


def arms_race(reply_rate: float) -> Scenario:
    """Two like rivals with one act each, on rung 4, that answers the other's."""
    rival = actor(
        perception={"memory": 138.28, "scale": GRIEVANCE_SCALE, "lethality": 0, "suspicion": 1},
        replies={"rate": reply_rate, "discharge": 0},
    )
    acts = {
        "north.arm": action(4, "south", rate=0.002, reply=1),
        "south.arm": action(4, "north", rate=0.002, reply=1),
    }
    return scenario(theatre({"north": rival, "south": rival}, acts), 300)


@pytest.mark.parametrize(("reply_rate", "kind"), [(2.0, "damped"), (9.0, "growing")])
def test_weak_mutual_replies_follow_richardson(reply_rate, kind):
    """The mean grievances follow two coupled linear equations, as in Richardson's arms race.

    Each morning P' = m P + S n, with n = 1 if the other acted yesterday. It acts with chance L / (1 + L), which is L
    for a small rate L = r + b (1 - exp(-P / c)), which is r + (b / c) P for a small grievance. Taking means over runs,

        x' = m x + g y + S r        y' = m y + g x + S r        g = S b / c

    or, per day, dx = -(1 - m) x + g y + S r: fatigue, defence and grievance in Richardson's words. For like rivals
    x = y and x' = (m + g) x + S r, which settles if g < 1 - m and grows without end if g > 1 - m. Here m = 0.995 and
    S = 4, so that b / c = 1 / 2000 gives g = 0.002 (damped) and b / c = 9 / 4000 gives g = 0.009 (growing). What is
    left out is of the order of L, at most 3 % of the mean here.
    """
    case = arms_race(reply_rate)
    model = LockstepModel(case, runs=20_000, seed=3)
    m, g = 2 ** (-1 / 138.28), SEVERITY_4 * reply_rate / GRIEVANCE_SCALE
    assert (g < 1 - m) == (kind == "damped")
    expected = 0.0
    path = []
    while model.running:
        model.step()  # the first morning finds no act of the day before
        expected = (m + g) * expected + (SEVERITY_4 * 0.002 if model.day > 1 else 0.0)
        if model.day % 50 == 0:
            held = model.stocks[state.BELIEVED, model.program.pairs.index(("north", "south"))]
            error = held.std() / np.sqrt(held.size)
            assert abs(held.mean() - expected) < 3.5 * error + 0.03 * expected, model.day
            path.append(held.mean())
    late, early = path[-1] - path[-2], path[1] - path[0]
    assert late > 1.5 * early if kind == "growing" else late < 0.75 * early


def test_calm_stays_calm():
    """Where nothing is done by itself, nobody has anything to answer."""
    acts = {"north.arm": action(4, "south", rate=0, reply=1), "south.arm": action(4, "north", rate=0, reply=1)}
    case = scenario(theatre({"north": actor(), "south": actor()}, acts), 60)
    ensemble = sim.run(case, runs=50, seed=1)
    assert len(ensemble.events) == 0
    assert float(ensemble.trajectories["tension"].max()) == 0.0


def test_one_mechanism_meets_its_closed_form():
    """Tension after one act of severity 4: 100 (1 - exp(-4 · 2^(-d/14) / 60)) after d days."""
    acts = {"north.arm": action(4, "south", rate=0)}
    written = theatre({"north": actor(), "south": actor()}, acts)
    case = scenario(written, 40, script={"once": {"on": "2020-01-01", "do": "north.arm"}})
    tension = sim.run(case, runs=1, seed=0).trajectories["tension"][0].to_numpy()
    days = np.arange(40)
    np.testing.assert_allclose(tension, 100 * (1 - np.exp(-4 * 2.0 ** (-days / 14) / 60)), rtol=1e-6)
