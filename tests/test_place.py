"""Where a reply is made and with what, what not answering takes, how acts recover, and what a war closes (ODD 7.4)."""

import numpy as np
import pytest
from pydantic import ValidationError

import sim
from sim.engine.explain import ActionRate, Observer, choice
from sim.engine.model import LockstepModel
from sim.experiments.pairs.compare import divergence_between
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START, action, actor, rich_theatre, scenario, theatre

MAP = {
    "places": {"gulf": {"label": "The Gulf"}, "iraq": {"label": "Iraq"}},
    "instruments": {"words": {"label": "Words"}, "missiles": {"label": "Missiles"}},
}


def struck(replies: dict | None = None, acts: dict | None = None, script: dict | None = None, **rest) -> Scenario:
    """South is struck with missiles in the Gulf on the first day, and may answer there, in Iraq, or anywhere."""
    south = actor(perception={"suspicion": 1}, replies={"rate": 1, "width": 1} | (replies or {}))
    written = {
        "north.strike": action(5, "south", place="gulf", instrument="missiles"),
        "south.here": action(5, "north", reply=1, place="gulf", instrument="missiles"),
        "south.there": action(5, "north", reply=1, place="iraq", instrument="missiles"),
        "south.anywhere": action(5, "north", reply=1),
    }
    script = {"strike": {"on": START, "do": "north.strike"}} | (script or {})
    cast = {"north": actor(), "south": south}
    return scenario(theatre(cast, written | (acts or {}), **MAP, **rest), 10, script=script)


def rates(case: Scenario, day: int = 1) -> dict[str, ActionRate]:
    """How South weighs on a morning."""
    found: list[dict[str, ActionRate]] = []
    model = LockstepModel(case, seed=1)

    def look(model: LockstepModel) -> None:
        made = choice(model, model.program.actors.index("south"))
        found.append({model.program.actions[each.action]: each for each in made.rates})

    Observer(model, look)
    for _ in range(day + 1):
        model.step()
    return found[day]


def test_a_reply_on_the_same_front_beats_one_elsewhere_by_the_substitution():
    weighed = rates(struck({"substitution": 0.25}))
    assert weighed["south.here"].rate == pytest.approx(4 * weighed["south.there"].rate)
    assert weighed["south.here"].rate == weighed["south.anywhere"].rate
    nowhere_else = rates(struck({"substitution": 0}))
    assert nowhere_else["south.there"].rate == 0 < nowhere_else["south.here"].rate


def test_a_reply_with_the_same_instrument_beats_another_by_the_variety():
    protest = {"south.protest": action(5, "north", reply=1, place="iraq", instrument="words")}
    weighed = rates(struck({"substitution": 0.5, "variety": 0.1}, protest))
    assert weighed["south.here"].rate == pytest.approx(20 * weighed["south.protest"].rate)
    assert weighed["south.here"].rate == pytest.approx(2 * weighed["south.there"].rate)


def test_where_no_place_was_struck_every_place_answers_alike():
    abroad = {"north.strike": action(5, "south")}
    weighed = rates(struck({"substitution": 0.25, "variety": 0.1}, abroad))
    assert weighed["south.here"].rate == weighed["south.there"].rate > 0


def test_silence_takes_its_share_of_the_reply_rate():
    loud, quiet = rates(struck()), rates(struck({"silence": 1.0}))
    fit = quiet["south.here"].answer.weight
    whole, left = (sum(each.rate for each in weighed.values()) for weighed in (loud, quiet))
    assert left == pytest.approx(whole * 3 * fit / (1 + 3 * fit))


def test_what_is_on_cooldown_leaves_its_share_of_the_reply_rate_to_nobody():
    tired = {"south.there": action(5, "north", reply=1, cooldown=5)}
    done = {"once": {"on": START, "do": "south.there"}}
    alike = {"discharge": 0}
    fresh, waiting = rates(struck(alike, tired)), rates(struck(alike, tired, done))
    assert waiting["south.there"].open
    assert not waiting["south.there"].able
    assert waiting["south.there"].rate == 0
    assert waiting["south.here"].rate == fresh["south.here"].rate
    assert waiting["south.here"].answer.waiting == waiting["south.there"].answer.weight > 0


def test_what_is_closed_by_its_condition_leaves_its_share_to_the_others():
    shut = {"south.there": action(5, "north", reply=1, when={"rung": ">= 9"})}
    assert rates(struck(acts=shut))["south.here"].rate == pytest.approx(1.5 * rates(struck())["south.here"].rate)


def test_an_act_recovers_by_halves_of_what_it_lacks():
    again = {"south.patrol": action(1, "north", 0.3, recovers="4 d")}
    case = struck(acts=again, script={"once": {"on": START, "do": "south.patrol"}}).model_copy(
        update={"forbid": {"south.patrol": "always"}}
    )
    for day in (1, 4, 8):
        patrol = rates(case, day)["south.patrol"]
        assert patrol.rested == pytest.approx(1 - 0.5 ** (day / 4))
        assert patrol.rate == pytest.approx(0.3 * patrol.rested)
    rested = rates(struck(acts=again))["south.patrol"]
    assert (rested.rested, rested.rate) == (1.0, 0.3)


def test_how_far_an_act_has_recovered_takes_nothing_from_other_replies():
    slow = {"south.there": action(5, "north", reply=1, place="iraq", recovers="10 d")}
    done = {"once": {"on": START, "do": "south.there"}}
    fresh, tired = (rates(struck({"discharge": 0}, slow, script)) for script in (None, done))
    assert tired["south.here"].rate == fresh["south.here"].rate
    assert 0 < tired["south.there"].rate < 0.1 * fresh["south.there"].rate


def test_recovery_is_told_and_so_is_what_goes_to_silence_and_to_cooldowns():
    again = {
        "south.there": action(5, "north", reply=1, place="iraq", recovers="4 d"),
        "south.anywhere": action(5, "north", reply=1, cooldown=5),
    }
    script = {"again": {"on": START, "do": "south.there"}, "tired": {"on": "2020-01-02", "do": "south.anywhere"}}
    case = struck({"discharge": 0, "silence": 1, "substitution": 0.5}, again, script)
    told = sim.replay(case, seed=1).explain("2020-01-03", "south").text()
    assert "has recovered to 29 % since it was done on 1 January 2020" in told
    assert "to not answering" in told
    assert "to replies on cooldown" in " ".join(told.split())
    assert "× 0.5 at another place" in " ".join(told.split())


def at_war(**war) -> Scenario:
    cry = {"south.cry": action(1, "north", 0.1, instrument="words")}
    fight = {"flag": "war", "severity": 1, "source": "judgement: a test"} | war
    return struck(acts=cry, variables={"war": {"kind": "flag", "start": True}}, war=fight)


def able(case: Scenario) -> set[str]:
    return {name.removeprefix("south.") for name, weighed in rates(case).items() if weighed.able}


def test_a_war_closes_instruments_and_acts_by_name():
    assert able(at_war()) == {"here", "there", "anywhere", "cry"}
    assert able(at_war(closes=["missiles"])) == {"anywhere", "cry"}
    assert able(at_war(closes=["words", "south.there"])) == {"here", "anywhere"}
    assert able(at_war(rungs=[5, 8], closes=["words"])) == set()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"acts": {"south.here": action(5, "north", place="gul")}}, "unknown place 'gul'; did you mean 'gulf'?"),
        ({"acts": {"south.here": action(5, "north", instrument="missile")}}, "unknown instrument 'missile'"),
        ({"closes": ["mssiles"]}, "unknown instrument or action 'mssiles'; did you mean 'missiles'?"),
        ({"closes": ["south.her"]}, "unknown instrument or action 'south.her'; did you mean 'south.here'?"),
    ],
)
def test_a_misspelt_place_or_instrument_is_a_fault(changes, said):
    with pytest.raises(ValidationError) as fault:
        at_war(**changes) if "closes" in changes else struck(**changes)
    assert said in str(fault.value)


def test_places_and_instruments_change_no_bit_where_nobody_minds_them():
    plain = rich_theatre()
    for name in ("aran", "cela"):
        for number in ("substitution", "variety"):
            plain["actors"][name]["replies"].pop(number, None)
    placed = plain | {"actions": {name: dict(act) for name, act in plain["actions"].items()}}
    for at, act in enumerate(placed["actions"].values()):
        act |= {"place": ("capital", "waters")[at % 2]}
    models = [LockstepModel(scenario(written, 60), runs=20, seed=3) for written in (plain, placed)]
    for model in models:
        while model.running:
            model.step()
    assert np.array_equal(*(model.digest() for model in models))


def patrolled(recovers: float, on: str = "2020-01-01") -> Scenario:
    acts = {"south.patrol": action(1, "north", 0.4, recovers=recovers)}
    cast = {"north": actor(), "south": actor()}
    return scenario(theatre(cast, acts), 10, script={"once": {"on": on, "do": "south.patrol"}})


def test_surprise_names_recovery_among_what_kept_an_act_from_being_likelier():
    events = {"one": {"on": "2020-01-01", "do": "south.patrol"}, "two": {"on": "2020-01-02", "do": "south.patrol"}}
    written = {"schema_version": 1, "events": events, "covers": [{"rungs": [0, 9]}]}
    found = sim.surprise(patrolled(5), particles=4, seed=1, record=HistoryFile.model_validate(written))
    told = {act.event: act for act in found.acts}
    assert told["one"].rules == ()
    (rule,) = told["two"].rules
    assert (rule.path, rule.said) == (
        "actions.south.patrol.recovers",
        "it has recovered to 13 % since it was last done",
    )
    assert rule.factor == pytest.approx(1 / (1 - 0.5**0.2))
    assert told["two"].chance == pytest.approx(1 / (1 + rule.factor / 0.4))


def test_a_parting_of_two_runs_by_recovery_is_told():
    partings = [divergence_between(patrolled(0), patrolled(100), run, 3) for run in range(5)]
    told = [" ".join(parting.text().split()) for parting in partings if parting is not None]
    assert told
    assert all("recovered to 100 % against" in text for text in told)


def test_threats_and_mobilisations_every_thirty_days_only_do_not_draw_blood(tmp_path):
    """While what is on cooldown left its share to strikes, first blood rose from 12 to 40 %."""
    numbers = [f"actions.{rival}.{act}.cooldown" for rival in ("north", "south") for act in ("threaten", "mobilise")]
    (tmp_path / "rare.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Rarely loud\noverrides:\n"
        + "".join(f"  {path}: 30 d\n" for path in numbers)
    )
    blood = [
        sim.run(source, runs=2000, seed=1, progress=None).outcomes["first_blood"].notna().mean()
        for source in ("first_lesson", tmp_path / "rare.yaml")
    ]
    assert 0.08 < blood[0] < 0.16
    assert abs(blood[1] - blood[0]) < 0.03
