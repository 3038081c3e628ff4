"""Numbers fitted to a record: few, from their priors, resumable, and drawn from by runs that need nothing else."""

import io
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.special import ndtr
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.engine.draw import RUNS_PER_SET
from sim.execution.draws import drawn_by
from sim.execution.lookup import QueryError
from sim.execution.plan import PlanError
from sim.execution.run import run_columns
from sim.experiments.record.choose import FitError, prior_of, screened
from sim.experiments.record.likelihood_function import LikelihoodFunction, asked
from sim.plots import figures
from sim.plots import posterior as draw_posterior
from sim.plots.posterior import write
from sim.report.reproduce import reproduce
from sim.results.errors import StoreError
from sim.results.posterior import Posterior, learned
from sim.results.storage.fit_folder import fit_begun
from sim.results.storage.posterior import write_posterior
from sim.theatre.parameters.change import ChangeError, with_numbers
from sim.theatre.parameters.fitted import Fitted
from sim.theatre.parameters.prior import Prior
from sim.theatre.parameters.uncertain import UncertainNumber, definitions
from tests.benchmarks import calibration

REPLIES, SHARP, BLUNT = "actors.*.replies.rate", "actors.north.replies.rate", "actors.south.replies.rate"
SETS = 64


class Toy:
    """A record that says of the first number where it lies, and of the others nothing; with an error of one nat."""

    def __init__(self, prior, centre=1.0, scale=0.3):
        self.prior, self.centre, self.scale = prior, centre, scale

    def many(self, values, dice, executor=None):
        z = self.prior.normal(values)[:, 0]
        luck = np.array([np.random.default_rng([3, int(each)]).standard_normal() for each in dice])
        return -0.5 * ((z - self.centre) / self.scale) ** 2 + luck - 0.5


class Unasked(Toy):
    """A record of which nobody may ask."""

    def many(self, values, dice, executor=None):
        raise AssertionError


@pytest.fixture(scope="module")
def lesson():
    return sim.load("first_lesson")


@pytest.fixture(scope="module")
def prior(lesson):
    return prior_of(lesson, REPLIES)


@pytest.fixture(scope="module")
def posterior(lesson, prior):
    return sim.fit(lesson, REPLIES, sets=SETS, likelihood=Toy(prior), progress=None)


@pytest.fixture(scope="module")
def drawn(lesson, posterior):
    return sim.run(lesson, 46, seed=3, posterior=posterior, progress=None)


def test_what_the_record_says_is_learned_and_the_rest_stays_as_it_was(posterior, prior):
    z = prior.normal(posterior.draws.to_numpy())
    shrunk = 1 / (1 + 0.3**2)
    assert z[:, 0].mean() == pytest.approx(shrunk, abs=0.15)
    assert z[:, 0].std() == pytest.approx(0.3 * shrunk**0.5, rel=0.3)
    assert posterior.learned_nothing == list(prior.names[1:])
    table = posterior.table().set_index("path")
    first = table.loc[prior.names[0]]
    assert first["contraction"] == pytest.approx(1 - 0.3**2 * shrunk, abs=0.06)
    assert first["contraction_low"] > 0.8
    assert first["prior_low"] < first["low"] < first["median"] < first["high"]
    assert first["prior_median"] < first["median"]
    for path in prior.names[1:]:
        assert table.loc[path, "contraction_low"] < 0 < table.loc[path, "contraction_high"]
    text = posterior.text()
    assert f"{len(prior.names)} numbers of first_lesson" in text
    assert text.count("learned nothing") == len(prior.names) - 1
    assert not posterior.stuck
    assert json.loads(json.dumps(posterior.as_dict()))["draws"] == SETS


def test_the_log_evidence_is_that_of_the_toy(posterior):
    shrunk = 1 / (1 + 0.3**2)
    exact = np.log(0.3) + 0.5 * np.log(shrunk) - 0.5 * shrunk
    assert posterior.log_evidence == pytest.approx(exact, abs=0.6)


def test_a_number_that_moves_has_learned_though_it_is_no_narrower():
    number = UncertainNumber("a", 1.0, 0.0, 2.0)
    z = np.random.default_rng(1).standard_normal((256, 1))
    wide = Prior((number,))
    still, moved = (Posterior(pd.DataFrame({"a": wide.values(each)[:, 0]}), wide) for each in (z, z + 0.8))
    assert still.learned_nothing == ["a"]
    assert moved.learned_nothing == []
    assert learned(moved.table().iloc[0]) == "moved, no narrower"
    assert learned(still.table().iloc[0]) == "learned nothing"


def test_an_interrupted_fit_goes_on_to_the_same_bits(lesson, prior, posterior, tmp_path):
    def stop(population):
        if population.stages == 4:
            raise KeyboardInterrupt

    asked = {"sets": SETS, "likelihood": Toy(prior), "save": tmp_path / "fit"}
    with pytest.raises(KeyboardInterrupt):
        sim.fit(lesson, REPLIES, progress=stop, **asked)
    with pytest.raises(StoreError, match="unfinished fit, 4 stages"):
        sim.fit(lesson, REPLIES, progress=None, **asked)
    kept = fit_begun(tmp_path / "fit")
    other = kept.asked | {"numbers": kept.asked["numbers"][:1], "record_sha256": "0" * 64}
    numbers, history = sorted(kept.differences(other))
    assert re.fullmatch(r"numbers \S+ \[\S+, \S+\] instead of (\S+ \[\S+, \S+\](, )?){2}", numbers)
    assert history.endswith("so add the --record it was begun with")
    with pytest.raises(StoreError, match="sets 128 instead of 64"):
        sim.fit(lesson, progress=None, **(asked | {"sets": 128}), resume=True)
    passed = []
    resumed = sim.fit(lesson, progress=passed.append, resume=True, save=tmp_path / "fit", likelihood=Toy(prior))
    assert passed[0].stages == 5
    pd.testing.assert_frame_equal(resumed.draws, posterior.draws, check_exact=True)
    assert resumed.info == posterior.info
    assert sorted(path.name for path in (tmp_path / "fit").iterdir()) == ["fit.json", "posterior.parquet"]
    again = sim.fit(lesson, REPLIES, sets=SETS, save=tmp_path / "fit", resume=True, likelihood=Unasked(prior))
    pd.testing.assert_frame_equal(again.draws, posterior.draws, check_exact=True)  # finished: nothing is asked
    with pytest.raises(StoreError, match="finished fit"):
        sim.fit(lesson, REPLIES, progress=None, **asked)


def test_a_record_that_a_number_made_tells_of_it_whoever_computes(tmp_path):
    """North mobilises every fortnight, far oftener than is plausible; no rule of the lesson reads tension."""
    rivals = calibration.rivals().model_copy(update={"days": 90})
    days = [rivals.start + timedelta(days=14 * at + 3) for at in range(6)]
    record = {
        "schema_version": 1,
        "from": rivals.start,
        "until": rivals.end,
        "events": {f"act_{at}": {"on": day, "do": "north.mobilise"} for at, day in enumerate(days)},
        "covers": [{"actions": ["north.mobilise"], "chance": 1}],
    }
    path = tmp_path / "record.yaml"
    path.write_text(yaml.safe_dump(record), encoding="utf-8")
    asked_for = {"record": path, "sets": 32, "particles": 8, "progress": None}
    numbers = ["actions.north.mobilise.rate", "ladder.tension_scale"]
    found = sim.fit(rivals, numbers, **asked_for)
    table = found.table().set_index("path")
    assert table.loc[numbers[0], "shift"] > 0.7
    assert table.loc[numbers[0], "learned"]
    assert not table.loc[numbers[1], "learned"]
    assert found.info["to"] == rivals.end.isoformat()
    assert found.info["record_sha256"] is not None
    with ThreadPoolExecutor(2) as executor:
        elsewhere = sim.fit(rivals, numbers, executor=executor, **asked_for)
    pd.testing.assert_frame_equal(found.draws, elsewhere.draws, check_exact=True)
    function = sim.likelihood(rivals, numbers, record=path, particles=8)
    rates = function.prior.quantiles([0.01, 0.5, 0.99])
    low, middle, high = function.log_likelihood(rates)
    assert low < middle < high
    assert function.to_sbi(torch=False).observed().tolist().count(6.0) == 1
    whole = function.to_sbi(torch=False)
    path.write_text(yaml.safe_dump({**record, "covers": [{**record["covers"][0], "chance": 0.5}]}), encoding="utf-8")
    half = sim.likelihood(rivals, numbers, record=path, particles=8).to_sbi(torch=False)
    assert half.features == whole.features == ("north.mobilise",)
    z = np.zeros((400, len(numbers)))
    seen, done = half.simulator(z).mean(), whole.simulator(z).mean()
    assert 0.35 < seen / done < 0.65


def test_a_posterior_is_read_as_it_was_written_and_damage_is_seen(lesson, prior, posterior, tmp_path):
    sim.fit(lesson, REPLIES, sets=SETS, likelihood=Toy(prior), progress=None, save=tmp_path / "fit")
    for place in (tmp_path / "fit", tmp_path / "fit" / "posterior.parquet"):
        found = sim.read_posterior(place)
        pd.testing.assert_frame_equal(found.draws, posterior.draws, check_exact=True)
        assert found.prior == posterior.prior
        assert found.info == posterior.info
    with pytest.raises(StoreError, match=r"there is no .*'sim fit' writes"):
        sim.read_posterior(tmp_path / "none.parquet")
    pd.DataFrame({"a": [1.0]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(StoreError, match="not a posterior that 'sim fit' wrote"):
        sim.read_posterior(tmp_path / "other.parquet")
    assert sim.check(tmp_path / "fit").sound
    file = tmp_path / "fit" / "posterior.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        sim.read_posterior(tmp_path / "fit")
    assert [each.file for each in sim.check(tmp_path / "fit").damaged] == ["posterior.parquet"]
    (tmp_path / "fit" / "fit.json").write_text("{}", encoding="utf-8")
    assert [each.file for each in sim.check(tmp_path / "fit").damaged] == ["fit.json"]
    with pytest.raises(StoreError, match=r"its fit\.json does not hold what it should"):
        sim.fit(lesson, REPLIES, likelihood=Toy(prior), progress=None, save=tmp_path / "fit")
    asked = {"sets": SETS, "likelihood": Toy(prior), "progress": None, "save": tmp_path / "fit"}
    pd.testing.assert_frame_equal(sim.fit(lesson, REPLIES, **asked, overwrite=True).draws, posterior.draws)


def test_no_bit_of_a_draw_is_changed_in_silence_where_a_posterior_is_named_by_its_file(posterior, tmp_path):
    whole = io.BytesIO()
    write_posterior(posterior, whole)
    refused = 0
    for at in range(4, len(whole.getvalue()), 97):
        content = bytearray(whole.getvalue())
        content[at] ^= 16
        (tmp_path / "flipped.parquet").write_bytes(content)
        try:
            found = sim.read_posterior(tmp_path / "flipped.parquet")
        except StoreError:
            refused += 1
        else:  # what the file tells twice, or what nobody reads
            pd.testing.assert_frame_equal(found.draws, posterior.draws, check_exact=True)
    assert refused > 20


def test_sets_of_four_runs_take_a_draw_and_are_ordinary_runs_of_its_numbers(lesson, posterior, drawn):
    rows = {tuple(row) for row in posterior.draws.to_numpy().tolist()}
    taken = []
    for run in range(0, 46, 5):
        numbers = {each.path: each.value for each in drawn_by(lesson, 3, run, posterior.fitted())}
        assert tuple(numbers[path] for path in posterior.draws.columns) in rows
        assert numbers == {e.path: e.value for e in drawn_by(lesson, 3, run // RUNS_PER_SET * 4, posterior.fitted())}
        taken.append(tuple(numbers.values()))
        plain = run_columns(with_numbers(lesson, numbers), 3, np.array([run]))
        for name, values in plain.values.items():
            assert (values[0] == drawn.trajectories[name].sel(run=run).to_numpy()).all()
    assert len(set(taken)) > 5
    assert drawn.errors()["n"].gt(0).all() if "n" in drawn.errors() else len(drawn.errors())


def test_each_draw_is_as_likely_as_another(lesson, posterior):
    draws = posterior.fitted()
    shown = [drawn_by(lesson, 5, 4 * at, draws)[0].value for at in range(SETS * 4)]
    counts = pd.Series(shown).value_counts()
    assert counts.max() <= 14
    assert len(counts) > 0.9 * posterior.draws.iloc[:, 0].nunique()


def test_numbers_that_were_not_fitted_are_as_written_or_drawn_from_their_ranges(lesson, posterior):
    alone, both = posterior.fitted(), posterior.fitted(others=True)
    assert {each.path for each in drawn_by(lesson, 3, 9, alone)} == set(posterior.prior.names)
    ranged = {each.path: each.value for each in drawn_by(lesson, 3, 9, True)}
    together = {each.path: each for each in drawn_by(lesson, 3, 9, both)}
    assert set(together) == set(ranged)
    for path, each in together.items():
        assert each.fitted == (path in posterior.prior.names)
        assert (each.value == ranged[path]) != each.fitted
    assert {each.path: each.value for each in drawn_by(lesson, 3, 9, alone)} == {
        path: each.value for path, each in together.items() if each.fitted
    }


def test_a_result_needs_no_more_than_its_folder(lesson, posterior, drawn, tmp_path):
    from sim.results.storage.posterior import write_posterior

    file = tmp_path / "posterior.parquet"
    with file.open("wb") as opened:
        write_posterior(posterior, opened)
    asked = {"seed": 3, "posterior": file, "progress": None}
    sim.run(lesson, 46, save=tmp_path / "whole", **asked)
    for name, runs, first in (("one", 32, 0), ("two", 14, 32)):
        sim.run(lesson, runs, first=first, save=tmp_path / name, **asked)
    sim.summarise(lesson, tmp_path / "counts", 46, **asked)
    file.unlink()
    stored = sim.open(tmp_path / "whole")
    pd.testing.assert_frame_equal(stored.outcomes, drawn.outcomes)
    assert stored.info["uncertain"] == posterior.fitted()
    assert sim.replay(tmp_path / "whole", run=17).drawn == drawn_by(lesson, 3, 17, posterior.fitted())
    assert "drawn from a posterior" in sim.replay(tmp_path / "whole", run=17).text()
    merged = sim.merge(tmp_path / "merged", tmp_path / "two", tmp_path / "one")
    pd.testing.assert_frame_equal(merged.events, stored.events)
    counts = sim.open(tmp_path / "counts")
    assert counts.shares()["share"].tolist() == stored.shares()["share"].tolist()
    assert counts.summary.sets.tolist() == stored.sets.tolist()
    again = sim.run(lesson, save=tmp_path / "whole", resume=True, progress=None)
    pd.testing.assert_frame_equal(again.outcomes, drawn.outcomes)
    branches = sim.branch(tmp_path / "whole", run=2, day=10, runs=4)
    assert len(branches) == 4
    with pytest.raises(StoreError, match="numbers drawn instead of drawn from a posterior of 2 numbers"):
        sim.run(lesson, save=tmp_path / "whole", resume=True, uncertain=True, progress=None)
    text = (tmp_path / "whole" / "run.json").read_text(encoding="utf-8")
    value = repr(float(posterior.draws.iloc[0, 0]))
    assert value in text
    (tmp_path / "whole" / "run.json").write_text(text.replace(value, repr(float(value) * 1.5), 1), encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        sim.open(tmp_path / "whole")


def test_figures_and_reports_carry_the_posterior(lesson, drawn, tmp_path):
    path = figures.save(figures.standard(drawn)["fan_tension"](), tmp_path / "fan.png", drawn, "fan_tension")
    found = reproduce(path)
    assert found.equal
    assert found.carried[0].uncertain == drawn.info["uncertain"]
    assert "--posterior posterior.parquet" in found.carried[0].command
    assert "--uncertain" not in found.carried[0].command


def test_only_runs_that_drew_from_the_same_make_pairs(lesson, prior, drawn):
    other = sim.fit(lesson, REPLIES, sets=SETS, seed=99, likelihood=Toy(prior), progress=None)
    theirs = sim.run(lesson, 46, seed=3, posterior=other, progress=None)
    with pytest.raises(QueryError, match="both draw from the same"):
        sim.compare(drawn, theirs)
    assert len(sim.compare(drawn, lesson)) == 46


def test_a_posterior_of_another_theatre_is_refused_by_name(posterior):
    with pytest.raises(PlanError, match=r"another theatre: baseline has no number at actors\.north"):
        sim.run("baseline", runs=4, posterior=posterior, progress=None)


def test_a_draw_that_is_not_allowed_is_refused(lesson):
    with pytest.raises(PlanError, match="draw 1 of the posterior is not allowed"):
        sim.run(lesson, 4, posterior=Fitted((SHARP,), ((0.3,), (-5.0,))), progress=None)


def test_the_medians_make_a_scenario(lesson, posterior):
    fitted = posterior.scenario(lesson)
    values = {path: number.value for path, number in fitted.numbers()}
    for path, median in posterior.draws.median().items():
        assert values[path] == median
    with pytest.raises(ChangeError, match="another theatre"):
        posterior.scenario("baseline")


def test_few_numbers_are_fitted_and_only_doubts(lesson):
    with pytest.raises(FitError, match="say which numbers"):
        prior_of(lesson, None)
    with pytest.raises(FitError, match=r"no number's path matches 'actors\.nrth\.\*'"):
        prior_of(lesson, "actors.nrth.*")
    with pytest.raises(FitError, match="too many for one record"):
        prior_of(sim.load("baseline"), "actions.iran.*")
    unranged = next(path for path, number in lesson.numbers() if number.plausible is None)
    with pytest.raises(FitError, match="has no plausible range; give it a range here, or write one into the theatre"):
        prior_of(lesson, [unranged])
    assert prior_of(lesson, {SHARP: [0.2, 0.6], BLUNT: None}).numbers[0][2:4] == (0.2, 0.6)
    for listed in (pd.Series([SHARP, BLUNT]), np.array([SHARP, BLUNT])):
        assert prior_of(lesson, listed).names == (SHARP, BLUNT)
    with pytest.raises(FitError, match="say which numbers"):
        prior_of(lesson, pd.Series([], dtype=str))
    with pytest.raises(FitError, match=r"no number that matches 'actors\.\*\.replies\.redline' has a plausible range"):
        prior_of(lesson, "actors.*.replies.redline")


def test_levers_and_definitions_are_fitted_only_if_named():
    baseline = sim.load("baseline")
    numbers = dict(baseline.numbers())
    lever = next(path for path, number in numbers.items() if number.lever and number.plausible)
    assert prior_of(baseline, [lever]).names == (lever,)
    parent = lever.rpartition(".")[0]
    beside = [path for path in numbers if path.startswith(f"{parent}.") and numbers[path].plausible]
    if len(beside) > 1:
        assert lever not in prior_of(baseline, [f"{parent}.*"]).names
    else:
        with pytest.raises(FitError, match="a lever or a definition"):
            prior_of(baseline, [f"{lever[:-1]}?"])


def test_a_screen_names_the_numbers_that_matter(lesson, tmp_path):
    made = sim.sweep(lesson, method="morris", samples=400, replicates=4, progress=None, save=tmp_path / "screen")
    found = screened(tmp_path / "screen", lesson, "peak.rung", 3)
    ranked = made.indices("peak.rung")["parameter"].tolist()
    assert found == [path for path in ranked if not path.startswith(definitions(lesson.theatre))][:3]
    assert set(prior_of(lesson, found).names) == set(found)
    sim.run(lesson, 8, save=tmp_path / "runs", progress=None)
    with pytest.raises(FitError, match="holds an ensemble, not a sweep"):
        screened(tmp_path / "runs", lesson)


def test_the_record_ends_within_the_scenario(lesson, prior):
    for day in ("1999-01-01", "someday", lesson.start):
        with pytest.raises(FitError, match="the record is followed from 2030-01-01, the first day, to a later one"):
            sim.fit(lesson, REPLIES, day, likelihood=Toy(prior), progress=None)


def test_a_prior_has_its_range_as_percentiles_and_goes_both_ways(prior):
    z = np.random.default_rng(2).standard_normal((50, len(prior.names)))
    np.testing.assert_allclose(prior.normal(prior.values(z)), z, atol=1e-6)
    low, high = prior.quantiles([0.05, 0.95])
    assert (low < high).all()
    assert prior.log_density(z).shape == (50,)
    assert prior.log_density(np.zeros(2)) == pytest.approx(-np.log(2 * np.pi))
    with pytest.raises(ValueError, match="in the order of"):
        prior.values(np.zeros(len(prior.names) + 1))


def test_a_prior_has_no_density_beyond_a_side_that_is_even():
    share = Prior((UncertainNumber("a", 0.0, 0.0, 0.05, "logit", 0.0, 1.0),))
    assert share.holds(np.array([[0.0], [0.04], [0.05], [0.9]])).tolist() == [True, True, True, False]
    rate = Prior((UncertainNumber("a", 0.1, 0.05, 0.2, "log", 0.0),))
    assert rate.holds(np.array([[0.01], [0.9], [-0.1], [np.nan]])).tolist() == [True, True, False, False]


@pytest.fixture
def function(lesson, prior):
    return LikelihoodFunction(asked(lesson, of_record=False), prior, Quiet(prior))


class Quiet(Toy):
    """The same without an error, as one would see from many particles."""

    def many(self, values, dice, executor=None):
        return -0.5 * ((self.prior.normal(values)[:, 0] - self.centre) / self.scale) ** 2


def test_an_optimiser_finds_the_mode(function, prior):
    from scipy.optimize import minimize

    found = minimize(lambda z: -function.log_posterior(z), np.zeros(len(function.names)), method="Nelder-Mead")
    np.testing.assert_allclose(found.x, [1 / (1 + 0.3**2)] + [0] * (len(function.names) - 1), atol=1e-3)
    assert function.log_likelihood(prior.values(found.x)) == pytest.approx(-0.5 * (0.0826 / 0.3) ** 2, abs=1e-3)


def test_a_random_walk_written_by_hand_draws_from_the_posterior(function):
    dice, z = np.random.default_rng(6), np.zeros((64, len(function.names)))  # 64 chains at once
    known, kept = function.log_posterior(z), []
    for _ in range(400):
        ahead = z + 0.5 * dice.standard_normal(z.shape)
        found = function.log_posterior(ahead)
        taken = np.log(dice.random(64)) < found - known
        z, known = np.where(taken[:, None], ahead, z), np.where(taken, found, known)
        kept.append(z)
    draws = np.concatenate(kept[100:])
    shrunk = 1 / (1 + 0.3**2)
    assert draws[:, 0].mean() == pytest.approx(shrunk, abs=0.03)
    assert draws[:, 0].std() == pytest.approx(0.3 * shrunk**0.5, rel=0.06)
    assert draws[:, 1].std() == pytest.approx(1, rel=0.12)


def test_a_likelihood_is_one_number_of_a_vector_and_many_of_many(function):
    theta = function.prior.draw(5, seed=1)
    many = function.log_likelihood(theta)
    assert many.shape == (5,)
    assert isinstance(function.log_likelihood(theta[2]), float)
    assert function.log_likelihood(theta[2]) == many[2]
    np.testing.assert_allclose(function.from_unit(function.to_unit(theta)), theta)
    np.testing.assert_allclose(function.to_unit(theta), ndtr(function.to_normal(theta)))
    beyond = theta[0].copy()
    beyond[0] = 1e9
    assert function.log_likelihood(beyond) == -np.inf
    with pytest.raises(FitError, match="a set has 2 numbers"):
        function.log_likelihood([1.0, 2.0, 3.0])


def test_what_is_no_point_has_no_density_and_what_are_no_dice_is_said(function):
    assert function.log_posterior([np.nan, 0.0]) == function.log_prior([np.nan, 0.0]) == -np.inf
    assert np.isfinite(function.log_posterior([[np.nan, 0.0], [0.0, 0.0]], dice=[1, 2])).tolist() == [False, True]
    with pytest.raises(FitError, match="from 0 to 1"):
        function.from_unit([2.0, 0.5])
    for dice in (-3, 2**70, 1.5, [1, 2, 3]):
        with pytest.raises(FitError, match="dice"):
            function.log_likelihood(function.prior.draw(2, seed=1), dice)


def test_simulation_based_inference_gets_a_prior_and_a_simulator(function, lesson):
    made = function.to_sbi(torch=False)
    z = made.prior.sample((6,))
    assert z.shape == (6, 2)
    assert made.prior.log_prob(z).shape == (6,)
    assert made.simulator(z[:0]).shape == (0, len(made.features))
    first, second = made.simulator(z), made.simulator(z)
    assert first.shape == (6, len(made.features))
    assert (first != second).any()  # by dice of their own
    design = dict(zip(made.names, made.values(z).T, strict=True))
    block = run_columns(lesson, lesson.seed, np.arange(6), design)
    acts = np.bincount(block.events["run"], minlength=6)
    assert (first.sum(axis=1) <= acts).all()
    assert first.sum() > 0.5 * acts.sum()


def test_the_figure_shows_each_number_before_and_after(posterior, tmp_path):
    ax = draw_posterior(posterior, figures.canvas())
    texts = [text.get_text() for text in ax.texts]
    assert all(path in texts for path in posterior.prior.names)
    assert sum("learned nothing" in text for text in texts) == len(posterior.learned_nothing)
    assert any("record to" in text and f"n = {SETS} draws" in text for text in texts)
    assert write(posterior, tmp_path / "posterior.png").stat().st_size > 10_000


class Interrupted(Toy):
    """A user who presses Ctrl-C while the likelihoods of the third stage are computed."""

    calls = 0

    def many(self, values, dice, executor=None):
        self.calls += 1
        if self.calls == 4:
            raise KeyboardInterrupt
        return super().many(values, dice, executor)


@pytest.fixture
def toy_record(prior, monkeypatch):
    """Have the verb ask a toy in place of a record."""

    module = import_module("sim.experiments.record.fit")
    judge = import_module("sim.experiments.record.held_out")
    nothing = pd.DataFrame(columns=["model", "log_likelihood", "error"])
    monkeypatch.setattr(judge, "held_out", lambda *given, **options: nothing)  # a toy has seen all there is

    def use(kind):
        monkeypatch.setattr(module, "likelihood_of", lambda given, paths: kind(prior))
        monkeypatch.setattr(module, "asked", lambda *given, **options: asked(*given, of_record=False))

    return use


def test_an_interrupted_verb_says_what_is_kept_and_how_to_go_on(toy_record, posterior, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    toy_record(Interrupted)
    shell = CliRunner()
    told = shell.invoke(app, ["fit", "first_lesson", "--param", REPLIES, "--sets", str(SETS), "--no-figures"])
    assert told.exit_code == 130
    assert "2 stages of the fit are kept in results/first_lesson-fit" in told.stderr
    command = told.stderr.splitlines()[-1].partition(": ")[2].split()
    assert command == ["sim", "fit", "results/first_lesson-fit", "--resume", "--no-figures"]
    toy_record(Toy)
    assert shell.invoke(app, command[1:]).exit_code == 0
    found = sim.read_posterior("results/first_lesson-fit").draws
    pd.testing.assert_frame_equal(found, posterior.draws, check_exact=True)


def test_a_terminal_sees_how_much_the_record_counts(lesson, prior, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    sim.fit(lesson, REPLIES, sets=SETS, likelihood=Toy(prior))
    assert "record counts" in screen.getvalue()
    assert "likelihoods" in screen.getvalue()


def test_the_verb_fits_and_runs_take_its_numbers(toy_record, prior, monkeypatch, tmp_path):
    toy_record(Toy)
    monkeypatch.chdir(tmp_path)
    shell = CliRunner()
    words = ["fit", "first_lesson", "--param", REPLIES, "--sets", str(SETS), "--save", "fit"]
    told = shell.invoke(app, [*words, "--no-figures"])
    assert told.exit_code == 0, told.output
    assert "numbers of first_lesson" in told.output
    assert shell.invoke(app, words).exit_code == 2
    told = shell.invoke(app, ["fit", "fit", "--resume", "--json"])
    assert json.loads(told.stdout)["learned_nothing"] == list(prior.names[1:])
    assert (tmp_path / "fit" / "posterior.png").is_file()
    told = shell.invoke(app, ["run", "first_lesson", "--runs", "16", "--posterior", "fit", "--no-figures"])
    assert told.exit_code == 0, told.output
    shutil.rmtree("fit")
    told = shell.invoke(app, ["replay", "results/first_lesson", "--run", "3"])
    assert told.exit_code == 0, told.output
    assert "drawn from a posterior" in told.output
    told = shell.invoke(app, ["cite", "results/first_lesson"])
    assert "drawn from a posterior of 2 numbers" in " ".join(told.output.split())
    assert shell.invoke(app, ["run", "baseline", "--posterior", "fit"]).exit_code == 2
    assert shell.invoke(app, ["fit", "first_lesson", "--most", "3"]).exit_code == 2


def test_a_record_of_nothing_says_that_acts_are_rarer(tmp_path):
    rivals = calibration.rivals().model_copy(update={"days": 60})
    record = {"schema_version": 1, "from": rivals.start, "until": rivals.end, "events": {}}
    record["covers"] = [{"actions": ["north.mobilise"], "chance": 1}]
    path = tmp_path / "record.yaml"
    path.write_text(yaml.safe_dump(record), encoding="utf-8")
    function = sim.likelihood(rivals, ["actions.north.mobilise.rate"], record=path, particles=4)
    seldom, usual, often = function.log_likelihood(function.prior.quantiles([0.01, 0.5, 0.99]))
    assert 0 > seldom > usual > often > -20
    record["covers"] = []
    path.write_text(yaml.safe_dump(record), encoding="utf-8")
    with pytest.raises(sim.RecordError, match="the record has nothing on rivals"):
        sim.likelihood(rivals, ["actions.north.mobilise.rate"], record=path)
