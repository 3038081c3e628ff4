"""Two scenarios on the same dice: what differs, in which runs, and by which decision."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.paired import flips, paired_difference
from sim.execution.lookup import QueryError
from sim.experiments.pairs.compare import Comparison, divergence_between
from sim.experiments.pairs.divergence import RatePart, RateShift, _falls
from sim.experiments.pairs.divergence_text import _shift, _slight
from sim.results.storage.write_runs import save_ensemble
from sim.text import on
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from tests.small_scenarios import action, actor, rich, scenario, theatre


def called(case: Scenario, name: str, **changes: object) -> Scenario:
    return Scenario.model_validate(case.model_dump(by_alias=True) | {"name": name} | changes)


@pytest.fixture(scope="module")
def killing():
    """The shipped pair: a baseline, and the same with the killing vetoed."""
    return sim.compare("baseline", "no_killing", runs=200, seed=7)


MORE_OFTEN = {"cela.rocket": 1.3, "cela.stand_down": 1.6, "aran.accuse": 1.6, "aran.deploy": 1.6, "aran.sanction": 1.6}


@pytest.fixture(scope="module")
def pressed():
    """Runs that part by rates: some acts come more often, several of them of one actor."""
    numbers = dict(rich().numbers())
    times = {f"actions.{name}.rate": factor for name, factor in MORE_OFTEN.items()}
    rates = {path: factor * numbers[path].value for path, factor in times.items()}
    return sim.compare(rich(), called(with_numbers(rich(), rates), "pressed"), 60, 5)


@pytest.fixture(scope="module")
def parted(pressed):
    """The decision at which each of forty runs parts, and how it is explained under both scenarios."""
    found = [pressed.why(int(run)) for run in pressed.runs[:40]]
    return [(each, [explained(each, of) for of in (pressed.first, pressed.second)]) for each in found]


def explained(parting, of):
    return sim.replay(of.scenario, seed=5, run=parting.run).explain(parting.day, parting.actor)


def test_runs_are_the_same_up_to_the_day_on_which_the_killing_was_drawn(killing):
    events = killing.first.events
    drawn = events[events["action"] == "us.kill_commanders"].groupby("run")["day"].min().reindex(killing.runs)
    assert drawn.notna().sum() > 5
    pd.testing.assert_series_equal(killing.parted.astype("Float64"), drawn.astype("Float64"), check_names=False)
    before = np.arange(365) < drawn.fillna(365).to_numpy(int)[:, None]
    values, others = (each.trajectories.drop_attrs() for each in (killing.first, killing.second))
    assert set(values.data_vars) == set(others.data_vars)
    assert values.coords.to_dataset().identical(others.coords.to_dataset())
    for name in values.data_vars:
        np.testing.assert_array_equal(values[name].to_numpy()[before], others[name].to_numpy()[before], err_msg=name)
    assert (killing.second.events["action"] != "us.kill_commanders").all()


def test_the_table_tells_how_far_shares_are_apart(killing):
    table = killing.difference().set_index("outcome")
    one, other = (each.outcomes.notna() for each in (killing.first, killing.second))
    for outcome, row in table.iterrows():
        found = paired_difference(one[outcome], other[outcome])
        assert row["difference"] == pytest.approx(other[outcome].mean() - one[outcome].mean())
        assert (row["low"], row["high"], row["width_ratio"]) == (found.low, found.high, found.width_ratio)
    assert table.loc["leadership_killed", "second"] == 0
    assert table.loc["leadership_killed", "high"] < 0
    assert table.loc["american_killed", "width_ratio"] > 3  # most runs are the same: that is what the dice are for


def test_flips_name_their_runs(killing):
    one, other = (each.outcomes.notna() for each in (killing.first, killing.second))
    for row in killing.flips().itertuples(index=False):
        assert (row.both, row.first_only, row.second_only, row.neither) == flips(one[row.outcome], other[row.outcome])
        assert row.runs_first_only == one.index[one[row.outcome] & ~other[row.outcome]].tolist()
        assert row.runs_second_only == one.index[~one[row.outcome] & other[row.outcome]].tolist()


def test_variables_are_compared_day_by_day(pressed):
    days = pressed.over_time("tension")
    one, other = (each.trajectories["tension"].to_numpy().astype(float) for each in (pressed.first, pressed.second))
    np.testing.assert_allclose(days["difference"], (other - one).mean(axis=0))
    assert (days["low"] <= days["difference"]).all()
    table = pressed.variable_table()
    assert set(table["variable"]) == set(pressed.variables)
    last = table.set_index("variable").loc["tension"]
    assert last["difference"] == pytest.approx(days["difference"].iloc[-1])
    assert abs(last["widest_difference"]) == pytest.approx(days["difference"].abs().max())


def test_a_veto_is_told_as_what_tipped_it(killing):
    run = int(killing.parted.dropna().index[0])
    found = killing.why(run)
    done = killing.parted[run]
    (ordered,) = (act.ordered for act in sim.replay(killing.first, run=run).acts if act.action == "us.kill_commanders")
    assert (found.day, found.actor, found.how, found.due) == (ordered, "us", "veto", (done, None))
    assert found.drawn == ("us.kill_commanders", "us.kill_commanders")
    assert found.did == ("us.kill_commanders", None)
    assert found.bounds[0] == found.bounds[1]
    told, day = found.text(), killing.first.scenario.start + timedelta(int(done))
    assert "one of them forbids it" in told
    assert f"baseline: us.kill_commanders, ordered for {on(day)}" in told
    assert "no_killing: hold: us.kill_commanders is forbidden" in told


def test_an_order_that_is_called_off_parts_two_runs_where_that_is_decided():
    """Both order the strike; the envoys of one relent on the day on which it is due."""
    strike = action(7, "south", 100.0, order={"lead": 3})
    when = {"ordered(north.strike)": True, "for": 3}
    relent = action(0, "south", 1e-9, hand="envoys", calls_off=["north.strike"], when=when)
    game = theatre({"north": actor(), "south": actor()}, {"north.strike": strike, "north.relent": relent}, {})
    deaf = scenario(game, 4)
    meek = with_numbers(deaf, {"actions.north.relent.rate": 100.0})
    (done,) = sim.replay(deaf, seed=1).acts
    assert (done.action, done.ordered, done.day) == ("north.strike", 0, 3)
    found = divergence_between(deaf, meek, 0, seed=1)
    assert (found.day, found.actor, found.how) == (3, "north", "rates")
    assert found.drawn == (None, "north.relent")
    assert [shift.action for shift in found.tipped] == ["north.relent"]


def test_an_order_that_one_forbids_when_it_is_due_parts_two_runs_by_a_veto():
    strike = action(7, "south", 100.0, order={"lead": 3})
    free = scenario(theatre({"north": actor(), "south": actor()}, {"north.strike": strike}, {}), 4)
    barred = Scenario.model_validate(free.model_dump() | {"forbid": {"north.strike": {"from": free.end}}})
    found = divergence_between(free, barred, 0, seed=1)
    assert (found.day, found.how, found.due) == (0, "veto", (3, 3))
    assert found.did == ("north.strike", None)
    assert "when it is forbidden" in " ".join(found.text().split())


def test_a_run_that_is_the_same_parts_nowhere(killing):
    run = int(killing.runs[killing.parted.isna()][0])
    assert killing.why(run) is None


def test_the_decision_that_parts_is_the_first_and_its_draw_is_the_same(pressed, parted):
    """Told apart from events; the bounds lie around the draw, and no earlier decision differs."""
    tipped = 0
    for found, explanations in parted:
        tables = [each.events[(each.events["run"] == found.run)] for each in (pressed.first, pressed.second)]
        done = [
            {(row.day, row.actor): row.action for row in table.itertuples() if row.actor != "script"}
            for table in tables
        ]
        apart = min(key for key in done[0] | done[1] if done[0].get(key) != done[1].get(key))
        assert (found.day, found.actor) == apart
        assert found.did == tuple(each.get(apart) for each in done)
        for low, high in found.bounds:
            assert low <= found.draw < high
        for told, drawn in zip(explanations, found.drawn, strict=True):
            assert (told.draw.at, told.draw.drawn) == (found.draw, drawn)
        tipped += found.how == "rates"
    assert tipped > 5


def test_what_tipped_it_tips_it_and_none_of_it_can_be_left_out(parted):
    several = 0
    for found, (told, _) in parted:
        if found.how != "rates":
            continue
        rates = {option.action: option.rate for option in told.options}
        changed = {shift.action: shift.second for shift in found.tipped}
        assert found.tipped
        assert _falls(rates, found.draw) == found.drawn[0]
        assert _falls(rates | changed, found.draw) == found.drawn[1]
        if len(changed) > 1:
            several += 1
            for action in changed:
                fewer = {name: rate for name, rate in changed.items() if name != action}
                assert _falls(rates | fewer, found.draw) != found.drawn[1]
        for shift in found.tipped:
            assert shift.parts
            assert all(part.first != part.second for part in shift.parts)
            assert shift.action in found.text()
    assert several > 5


def test_the_parts_of_a_shift_make_the_difference(parted):
    """Base and reply add, drivers multiply: the quotient of the two rates is that of the parts."""
    tried = 0
    for found, explanations in parted:
        for shift in found.tipped:
            if shift.parts[0].what == "open":
                assert 0 in (shift.first, shift.second)
                continue
            sums = []
            for told in explanations:
                option = told.option(shift.action)
                sums.append(option.base + (option.reply.answer if option.reply is not None else 0))
            drive = np.prod([part.second / part.first for part in shift.parts if part.what not in ("base", "reply")])
            assert shift.second / shift.first == pytest.approx(drive * sums[1] / sums[0])
            tried += 1
    assert tried > 10


def test_what_is_imposed_is_no_decision():
    script = rich().model_dump(by_alias=True)["script"] | {"z_rally": {"on": "2020-01-10", "do": "dorn.burn_consulate"}}
    other = called(rich(), "imposed", script=script)
    found = [divergence_between(rich(), other, run, 5) for run in range(12)]
    assert any(found)
    for parting in filter(None, found):
        assert (parting.day, parting.actor) != (9, "dorn")
        assert [(each.under, each.day, each.action) for each in parting.imposed] in (
            [("imposed", 9, "dorn.burn_consulate")],
            [],
        )
        assert parting.day >= 9


def test_results_are_paired_as_they_are(pressed, tmp_path):
    save_ensemble(pressed.first, tmp_path / "one")
    again = sim.compare(tmp_path / "one", pressed.second)
    pd.testing.assert_frame_equal(again.difference(), pressed.difference())
    fewer = sim.compare(tmp_path / "one", pressed.second.scenario, runs=20)
    assert len(fewer) == 20
    pd.testing.assert_frame_equal(fewer.flips(), sim.compare(rich(), pressed.second.scenario, 20, 5).flips())


def test_failed_runs_count_in_no_pair(pressed):
    failures = pd.DataFrame([(3, 9, "oil")], columns=["run", "day", "what"])
    other = pd.DataFrame([(8, 2, "oil"), (3, 1, "oil")], columns=["run", "day", "what"])
    some = Comparison(replace(pressed.first, failures=failures), replace(pressed.second, failures=other))
    assert len(some) == len(pressed) - 2
    assert some.difference()["n"].unique().tolist() == [58]
    with pytest.raises(QueryError, match="there is no pair of runs 3"):
        some.why(3)


@pytest.mark.parametrize(
    ("second", "asked", "said"),
    [
        ({"days": 50, "script": {}}, {}, "only the same days can be compared: small has 60 .* other has 50"),
        ({"start": "2019-12-30"}, {}, "only the same days"),
    ],
)
def test_what_makes_no_pairs_is_said(second, asked, said):
    with pytest.raises(QueryError, match=said):
        sim.compare(rich(), called(rich(), "other", **second), 3, **asked)


def test_other_dice_make_no_pairs(pressed, tmp_path):
    with pytest.raises(QueryError, match="was made with seed 5, not 6; runs can be paired only on the same dice"):
        sim.compare(pressed.first, rich(), seed=6)
    counts = sim.summarise(rich(), tmp_path / "counts", 80, 5, progress=None)
    with pytest.raises(QueryError, match="keeps only counts of its runs, and pairs need single runs"):
        sim.compare(rich(), counts)
    with pytest.raises(QueryError, match="has 60 runs, not 61"):
        sim.compare(pressed.first, rich(), 61)
    with pytest.raises(QueryError, match="there is no trajectory 'oel' in both"):
        pressed.over_time("oel")


@pytest.mark.parametrize(("first", "second"), [(199, 200), (200, 199), (0, 200), (-1, 1)])
def test_factors_apart_by_half_a_per_cent_of_the_larger_are_told(first, second):
    assert not _slight(RatePart("tension", first, second))


@pytest.mark.parametrize(("first", "second"), [(199.001, 200), (200, 200.999), (200.999, 200)])
def test_factors_nearer_than_half_a_per_cent_of_the_larger_are_slight_and_rates_never(first, second):
    assert _slight(RatePart("tension", first, second))
    assert not any(_slight(RatePart(what, first, second)) for what in ("open", "base", "reply"))


def test_slight_factors_are_left_out_but_for_the_first_where_all_are_slight():
    slight, more, least = RatePart("fear", 1, 1.004), RatePart("oil", 1, 1.2), RatePart("trust", 1, 1.001)
    for parts, told in (((slight, more, least), "oil"), ((slight, least), "fear")):
        lines = list(_shift(RateShift("a.hit", "Hit", 1, 1.2, parts), ("one", "other"), 96))
        assert [line.split(":")[0].strip() for line in lines[1:]] == [told]
