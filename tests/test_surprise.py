"""How likely a scenario finds its record, in parts, and what of it was least so, with the rule and the line."""

import json
from datetime import date

import numpy as np
import pytest

import sim
from sim.analysis.hazards import constant, log_likelihood, two_periods
from sim.execution.records import RecordError
from sim.experiments.record.rival_rates import after, beside
from tests.commands import sim as command
from tests.small import HISTORY, SCENARIO, changed, small

RECORD = """\
schema_version: 1
from: 2019-05-01
until: 2019-07-31
events:
  barred: {on: 2019-05-02, do: north.sanction, deaths: 0}
  barred_again: {on: 2019-05-06, do: north.sanction, deaths: 0}
  mined: {on: 2019-06-10, do: south.mine_strait, deaths: 0}
covers:
  - {rungs: [2, 9], chance: 1}
"""


@pytest.fixture
def folder(tmp_path):
    small(tmp_path)
    (tmp_path / "record.yaml").write_text(RECORD)
    return tmp_path


def filtered(folder, **options):
    given = {"particles": 64, "seed": 3, "record": folder / "record.yaml", "replicates": 2} | options
    return sim.filter(folder / "summer.yaml", **given)


def test_the_parts_of_a_filter_add_up_to_the_log_likelihood(folder):
    found = filtered(folder)
    assert found.log_likelihood == pytest.approx(found.of_acts + found.of_deaths)
    assert found.log_likelihood == pytest.approx(found.log_likelihoods.mean())
    assert found.parts["nats"].sum() == pytest.approx(found.of_acts)
    acts = found.parts.dropna(subset="event")
    assert acts["event"].tolist() == ["barred", "barred_again", "mined"]
    assert acts["action"].tolist() == ["north.sanction", "north.sanction", "south.mine_strait"]


def test_a_filter_depends_on_seed_and_particles_alone(folder):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as executor:
        elsewhere = filtered(folder, executor=executor, replicates=3)
    here = filtered(folder)
    assert here.log_likelihoods.tolist() == elsewhere.log_likelihoods[:2].tolist()
    assert filtered(folder, seed=4).log_likelihood != here.log_likelihood


def test_one_replicate_tells_no_error(folder):
    assert np.isnan(filtered(folder, replicates=1).error)


def test_the_state_is_told_given_the_record(folder):
    found = filtered(folder)
    paths = found.trajectories
    assert paths.sizes == {"draw": 64, "day": 92}
    assert (paths["rung"].sel(day=40) == 4).all()  # the mines of 10 June lie in every run
    assert float(paths["pain"].std("draw").max()) > 0  # what nobody recorded differs


def test_days_after_the_last_one_asked_for_do_not_count(folder):
    assert filtered(folder, to="2019-05-31").followed.last == date(2019, 5, 31)
    part, whole = filtered(folder, to=date(2019, 5, 31)), filtered(folder)
    early = whole.parts["date"] <= "2019-05-31"
    assert part.of_acts == pytest.approx(whole.parts.loc[early, "nats"].sum())


def test_an_impossible_act_is_named_with_the_rule_that_forbids_it_and_its_line(folder):
    found = sim.surprise(folder / "summer.yaml", particles=32, seed=3, record=folder / "record.yaml")
    (act,) = found.impossible
    assert act.event == "barred_again"
    assert act.chance == 0.0
    (rule,) = act.rules
    assert rule.path == "actions.north.sanction.cooldown"
    assert rule.said == "done on 2 May 2019; not again for 6 d"
    assert act.place is not None
    file, line = act.place.rsplit(":", 1)
    written = (folder / file.rsplit("/", 1)[-1]).read_text().splitlines()[int(line) - 1]
    assert written.strip() == "cooldown: 10 d"
    assert found.acts[0].event == "barred_again"
    assert "IMPOSSIBLE BY THE RULES" in found.text()


def test_what_made_an_act_unlikely_is_what_would_have_made_it_likely(folder):
    found = sim.surprise(folder / "summer.yaml", particles=32, seed=3, record=folder / "record.yaml")
    act = next(each for each in found.acts if each.event == "mined")
    assert act.rest == 0.004
    assert act.at_best > act.chance
    assert all(rule.factor >= 1.5 and rule.path.startswith("act") for rule in act.rules)
    odds = act.chance / (1 - act.chance) * np.prod([rule.factor for rule in act.rules])
    assert act.at_best == pytest.approx(odds / (1 + odds), rel=0.2)


def test_a_recorded_act_that_the_scenario_forbids_is_impossible(folder):
    (folder / "veto.yaml").write_text(SCENARIO.replace("forbid:", "forbid:\n  south.mine_strait: always"))
    found = sim.surprise(folder / "veto.yaml", particles=32, seed=3, record=folder / "record.yaml")
    said = {act.event: act.rules[0].said for act in found.impossible}
    assert said["mined"] == "the scenario forbids it that day"


def test_a_stretch_in_which_the_model_is_noisy_and_the_record_quiet_is_told(folder):
    (folder / "loud.yaml").write_text(changed(SCENARIO, "mine_strait.rate: 0.004", "mine_strait.rate: 0.1"))
    found = sim.surprise(folder / "loud.yaml", particles=32, seed=3, record=folder / "record.yaml")
    (stretch,) = [each for each in found.quiet if each.action == "south.mine_strait"]
    assert stretch.first == date(2019, 5, 1)
    assert stretch.last == date(2019, 6, 9)
    assert stretch.expected > 5


def test_a_scenario_without_a_record_of_its_theatre_says_so(folder):
    with pytest.raises(RecordError, match="summer has no record: write 'history:"):
        sim.filter(folder / "summer.yaml", particles=4)


def test_a_scenario_brings_the_record_that_it_imposes(folder):
    (folder / "imposed.yaml").write_text(SCENARIO + "history: {file: record.yaml, until: 2019-05-01}\n")
    own = sim.filter(folder / "imposed.yaml", particles=16, seed=3, replicates=1)
    assert own.followed.record.events.keys() == {"barred", "barred_again", "mined"}


def test_a_record_of_other_days_is_refused(folder):
    (folder / "late.yaml").write_text(changed(HISTORY, "2019-05-02", "2025-05-02").replace("2019", "2025"))
    with pytest.raises(RecordError, match="the record has nothing on summer"):
        filtered(folder, record=folder / "late.yaml")


def test_constant_rates_fit_what_was_done():
    done = np.zeros((10, 2), bool)
    done[[2, 7], 0] = True
    done[5, 1] = True
    actor = np.array([0, 1])
    chances = constant(done, actor)
    assert chances.tolist() == [0.2, 0.1]
    expected = 2 * np.log(0.2) + 8 * np.log(0.8) + np.log(0.1) + 9 * np.log(0.9)
    assert log_likelihood(chances, done, actor) == pytest.approx(expected)
    assert log_likelihood(np.array([0.0, 0.1]), done, actor) == -np.inf


def test_acts_of_one_actor_compete_for_its_day():
    done = np.zeros((4, 2), bool)
    done[0, 0] = done[1, 1] = True
    together = log_likelihood(np.array([0.25, 0.25]), done, np.array([0, 0]))
    assert together == pytest.approx(2 * np.log(0.25) + 2 * np.log(0.5))


def test_two_periods_are_cut_where_rates_change():
    done = np.zeros((40, 1), bool)
    done[25::2] = True
    assert two_periods(done, np.array([0])).day in (24, 25)


def test_a_prior_leaves_a_chance_to_what_has_not_happened():
    assert constant(np.zeros((10, 1), bool), np.array([0]), prior=0.5).tolist() == [0.5 / 11]


def test_rivals_stand_beside_the_scenario(folder):
    found = filtered(folder)
    table = beside(found)
    assert table["log_likelihood"].iloc[0] == pytest.approx(found.of_acts)
    assert table["numbers"].tolist()[1:] == [2, 3]
    later = after(found.followed, date(2019, 5, 31))
    assert len(later) == 2
    assert all(np.isfinite(list(later.values())))


def test_the_two_parts_of_a_record_add_up_and_rates_know_only_what_they_may(folder):
    found = filtered(folder)
    early, late = found.beside(to="2019-05-31"), found.held_out(after="2019-05-31")
    assert early["log_likelihood"][0] + late["log_likelihood"][0] == pytest.approx(found.of_acts)
    assert early["log_likelihood"][0] < 0
    assert late["log_likelihood"][0] < 0
    assert np.isnan(early["error"][0])
    assert late.set_index("model")["log_likelihood"].to_dict() == {
        found.scenario.name: late["log_likelihood"][0],
        **after(found.followed, date(2019, 5, 31)),
    }
    only_then = filtered(folder, to="2019-05-31").beside()
    assert early["log_likelihood"][1] == pytest.approx(only_then["log_likelihood"][1])
    assert early["numbers"][1] == only_then["numbers"][1]


def test_the_verbs_answer_in_words_and_in_json(folder):
    asked = ["summer.yaml", "--record", "record.yaml", "--particles", "16", "--replicates", "2"]
    told = command("filter", *asked, cwd=folder)
    assert "Log likelihood of the record from 1 May 2019 to 31 July 2019" in told.stdout
    assert "constant rates, fitted in hindsight" in told.stdout
    data = json.loads(command("filter", *asked, "--json", cwd=folder).stdout)
    assert data["impossible"] == ["barred_again"]
    assert data["log_likelihood"] == pytest.approx(sum(data["log_likelihoods"]) / 2)
    surprised = json.loads(command("surprise", *asked, "--json", cwd=folder).stdout)
    assert surprised["acts"][0]["event"] == "barred_again"
    assert surprised["acts"][0]["nats"] is None
    wrong = command("filter", "summer.yaml", "--to", "May", cwd=folder, code=2)
    assert "'May' is not a date" in wrong.stderr


def test_rules_are_found_of_as_many_acts_as_are_asked_for_and_of_what_is_impossible(folder):
    given = {"particles": 32, "seed": 3, "record": folder / "record.yaml"}
    whole, few = (sim.surprise(folder / "summer.yaml", **given, explained=explained) for explained in (None, 0))
    assert [(act.event, act.chance) for act in few.acts] == [(act.event, act.chance) for act in whole.acts]
    assert few.impossible == whole.impossible
    assert any(act.rules for act in whole.acts if not act.impossible)
    assert not any(act.rules for act in few.acts if not act.impossible)


def test_one_day_has_no_two_periods(folder):
    day = "schema_version: 1\nevents:\n  barred: {on: 2019-05-01, do: north.sanction, deaths: 0}\n"
    (folder / "day.yaml").write_text(day + "covers:\n  - {rungs: [2, 9]}\n")
    found = filtered(folder, record=folder / "day.yaml")
    assert [row.startswith("constant") for row in beside(found)["model"]] == [False, True]


def test_deaths_that_an_act_cannot_cause_are_impossible_and_told(folder):
    (folder / "deadly.yaml").write_text(RECORD.replace("south.mine_strait, deaths: 0", "south.mine_strait, deaths: 3"))
    found = sim.surprise(folder / "summer.yaml", particles=16, seed=3, record=folder / "deadly.yaml")
    said = {act.event: act.rules[0].said for act in found.impossible}
    assert said["mined"] == "it cannot have killed as many as are recorded"
    assert found.filtered.acts.set_index("event").loc["mined", "impossible"] == "deaths"


UNSURE = """\
schema_version: 1
from: 2019-05-01
until: 2019-06-30
events:
  some: {on: 2019-05-10, do: {any_of: [north.sanction, south.mine_strait]}}
  other: {on: 2019-05-10, do: {any_of: [south.mine_strait, north.sanction]}}
  once: {on: {from: 2019-06-01, until: 2019-06-20}, do: south.mine_strait}
covers:
  - {rungs: [2, 9], chance: 1}
"""


def test_acts_of_several_possibilities_are_told_once_each_with_the_chance_of_any(folder):
    (folder / "unsure.yaml").write_text(UNSURE)
    found = filtered(folder, record=folder / "unsure.yaml", particles=256)
    acts = found.acts.set_index("event")
    assert set(acts.index) == {"some", "other", "once"}
    assert acts["chance"].between(0, 1, inclusive="neither").all()
    ways = found.parts[found.parts["event"] == "once"]
    assert len(ways) == 20
    assert acts.loc["once", "chance"] == pytest.approx(1 - np.prod(1 - ways["chance"]))
    assert found.impossible.empty
    hit = [each.hit.sum() for each in sim.residuals(found).classes if each.name == "rung_4_as_written"]
    assert hit == [1]


def test_rivals_sum_over_possibilities_as_the_model_does(folder):
    (folder / "unsure.yaml").write_text(UNSURE)
    sure = UNSURE.replace("{from: 2019-06-01, until: 2019-06-20}", "2019-06-01")
    (folder / "sure.yaml").write_text(sure)
    flat = [
        beside(filtered(folder, record=folder / f"{name}.yaml"))["log_likelihood"][1] for name in ("unsure", "sure")
    ]
    assert flat[0] - flat[1] == pytest.approx(np.log(20))


def test_three_acts_of_two_actors_on_one_day_cannot_be(folder):
    more = "  third: {on: 2019-05-10, do: {any_of: [north.sanction, south.mine_strait]}}\n  once"
    (folder / "crowded.yaml").write_text(UNSURE.replace("  once", more))
    with pytest.raises(RecordError, match="cannot all have happened"):
        filtered(folder, record=folder / "crowded.yaml")


def test_a_day_that_is_none_is_told(folder):
    with pytest.raises(RecordError, match="'nonsense' is not a date to follow a record to"):
        filtered(folder, to="nonsense")
