"""Replies that are accepted, and replies that are defied, against paper and pencil (ODD 7.3 and 7.5)."""

from datetime import timedelta

import numpy as np
import pytest

import sim
from sim.engine.model import LockstepModel
from tests.oracle.cases import SILENT, after, on_day, watched
from tests.small_scenarios import START, action, actor, rich_theatre, scenario, theatre

FADE = 2 ** (-1 / 10)
"""What is left after a day of a memory that halves in ten."""
REPLIES = SILENT | {"discharge": 0.8, "probation": 10}


def feud(script, replies=None, **actions):
    """Bora's shelling of aran weighs 7 points, as does aran's answer; bora is held by cela for a quarter."""
    actors = {
        "aran": actor(replies=REPLIES | (replies or {})),
        "bora": actor(replies=SILENT, sponsors={"cela": {"control": {"held": 1}}}),
        "cela": actor(replies=SILENT),
    }
    deeds = {
        "aran.answer": action(5, "bora", reply=1),
        "bora.mine": action(4, "aran", deniability=0.75),
        "bora.shell": action(5, "aran"),
        "bora.threaten": action(3, "aran"),
    }
    held = {"held": {"kind": "unit", "start": 0.25}}
    written = {f"{name} {day}": on_day(day, name) for day, name in script}
    game = theatre(actors, deeds | actions, held, watched(("aran", "cela")))
    return scenario(game, 40, script={name.replace(".", "_").replace(" ", "_"): e for name, e in written.items()})


SHELLED_ANSWERED = [(0, "bora.shell"), (1, "aran.answer")]


@pytest.mark.parametrize(
    ("answer", "settled", "doubt"),
    [
        ({"rung": 4}, 0.8, 0.8),
        ({"rung": 4, "deniability": 1}, 0.8, 0),
        ({"rung": 4, "deniability": 0.25}, 0.8, 0.8 * 0.75),
        ({"rung": 1}, 0.8 * 0.5 / 2.5, 0.8 * 0.5 / 4),
    ],
    ids=["open", "covert", "half covert", "symbolic"],
)
def test_what_is_only_suspected_is_settled_by_an_open_answer_that_would_fit_it_if_proven(answer, settled, doubt):
    actors = {"aran": actor(replies=SILENT | {"discharge": 0.8}), "bora": actor(replies=SILENT)}
    actions = {
        "aran.answer": action(answer["rung"], "bora", reply=1, deniability=answer.get("deniability", 0)),
        "bora.mine": action(4, "aran", deniability=0.75),
    }
    script = {"a": on_day(0, "bora.mine"), "b": on_day(1, "aran.answer")}
    model = after(2, scenario(theatre(actors, actions), script=script))
    # Of 4 points 1 is open and 3 are suspected, and half of that is believed: 2.5 points.
    p, q = 1 - settled, 3 * (1 - doubt)
    assert model.stocks["aran", "bora"] == pytest.approx((p, q, 0, p, q, 0))


def test_what_a_reply_settled_comes_back_if_it_is_defied_on_probation():
    case = feud([*SHELLED_ANSWERED, (5, "bora.shell")])
    model = after(7, case)
    held = model.pairs["aran", "bora"]
    # Three quarters of a shelling are bora's: 5.25 points, of which 0.8 went and three quarters of that come back.
    old = 5.25 * FADE**5
    assert pytest.approx(0.2 * old + 0.75 * 0.8 * old + 5.25) == held.P
    assert (held.KP, held.leading) == pytest.approx((5.25, 2))
    assert held.aside["P"] == pytest.approx(0.25 * 0.8 * old)
    assert (held.left, held.D) == pytest.approx((0.25, 0.75))
    # Of what was held against its sponsor a quarter comes back, since a quarter of the act is laid there.
    patron = model.pairs["aran", "cela"]
    assert pytest.approx((0.2 + 0.25 * 0.8) * old / 3 + 1.75) == patron.P
    assert (patron.left, patron.D) == (0.75, 0.25)


def test_an_old_grievance_that_comes_back_may_still_be_the_strongest():
    model = after(4, feud([*SHELLED_ANSWERED, (2, "bora.mine")]))
    held = model.pairs["aran", "bora"]
    # The mine is three quarters bora's, by a quarter open, by half of the rest believed: q is 0.75 * (1/4 + 3/8).
    q, old = 0.75 * 0.625, 5.25 * FADE**2
    assert (held.KP, held.KQ, held.leading) == pytest.approx((0.2 * old + q * 0.8 * old, 0, 0))
    assert pytest.approx(q) == held.D


@pytest.mark.parametrize(
    "act",
    [(1, "bora.shell"), (12, "bora.shell"), (5, "bora.threaten")],
    ids=["on the very day of the reply", "after the probation", "below the rung that defies"],
)
def test_a_reply_is_not_defied_by(act):
    model = after(act[0] + 2, feud([*SHELLED_ANSWERED, act]))
    held = model.pairs["aran", "bora"]
    assert (held.left, held.D) == (1, 0)
    severity = {"bora.shell": 7, "bora.threaten": 2}[act[1]]
    assert pytest.approx(0.2 * 5.25 * FADE ** act[0] + 0.75 * severity) == held.P


def test_the_last_day_of_the_probation_counts():
    assert after(13, feud([*SHELLED_ANSWERED, (11, "bora.shell")])).pairs["aran", "bora"].D == 0.75


def test_a_second_reply_adds_to_what_is_aside_and_renews_the_probation():
    again = [(3, "bora.threaten"), (6, "aran.answer")]
    held = after(7, feud([*SHELLED_ANSWERED, *again])).pairs["aran", "bora"]
    shelling, threat = 5.25 * FADE**5, 1.5 * FADE**2
    assert held.aside["P"] == pytest.approx(0.8 * shelling + 0.8 * (0.2 * shelling + threat))
    assert (held.since, held.left) == (6, 1)


def test_what_is_accepted_is_gone_when_the_next_reply_is_given():
    again = [(13, "bora.threaten"), (14, "aran.answer")]
    held = after(15, feud([*SHELLED_ANSWERED, *again])).pairs["aran", "bora"]
    assert held.aside["P"] == pytest.approx(0.8 * (0.2 * 5.25 * FADE**13 + 1.5))


def test_defiance_fades_with_memory_and_raises_the_rung_that_the_next_answer_seeks():
    case = feud([*SHELLED_ANSWERED, (5, "bora.shell")], {"rate": 0.1, "firmness": 1.5})
    told = sim.replay(case).explain(START + timedelta(days=8), "aran")
    reply, seen = told.option("aran.answer").reply, next(held for held in told.saw if held.by == "bora")
    assert reply.defiance == pytest.approx(0.75 * FADE**2)
    assert reply.sought == pytest.approx(reply.provoking_rung + 1.5 * 0.75 * FADE**2)
    assert seen.set_aside == pytest.approx(0.25 * 0.8 * 5.25 * FADE**7)
    text = " ".join(told.text().split())
    assert "to come back if that is defied by 12 January 2020: 0.646 open, 0 suspected" in text
    assert "its replies were defied: 0.65, which adds +0.98 to the rung it seeks" in text
    assert "for defiance" in text


def test_nothing_is_told_of_a_settlement_whose_probation_is_over():
    told = sim.replay(feud(SHELLED_ANSWERED)).explain(START + timedelta(days=12), "aran")
    assert all((held.probation_ends, held.set_aside, held.defiance) == (None, 0, 0) for held in told.saw)
    assert "set aside" not in told.text()


def test_a_probation_that_nobody_breaks_changes_no_run():
    def history(replies):
        written = rich_theatre()
        for name in ("aran", "bora", "cela"):
            written["actors"][name]["replies"] = {**written["actors"][name]["replies"], "probation": 0} | replies
        model = LockstepModel(scenario(written, 60), seed=3, runs=30)
        while model.running:
            model.step()
        return model.stocks.copy(), model.leading.copy(), model.world.x.copy()

    plain, patient = history({"firmness": 0}), history({"probation": 0.5, "firmness": 5, "defied_by": 0})
    assert all(np.array_equal(one, other) for one, other in zip(plain, patient, strict=True))
