"""Figures hold what they say: tests read the artists, not the pixels."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.dates import date2num
from matplotlib.text import Text
from PIL import Image

import sim
from sim import plots
from sim.analysis.intervals import wilson
from sim.plots import colours, figures, frame, history, labels
from sim.text import percent
from sim.theatre.language.schema import Theatre
from tests.small import HISTORY, SCENARIO, small

DRAWINGS = {
    "fan": plots.fan,
    "rungs": plots.rungs,
    "first_passage": plots.first_passage,
    "outcomes": plots.outcomes,
    "strip": plots.strip,
    "counts": lambda ensemble, ax=None, record=None: plots.counts(ensemble, record, ax=ax),
}
OVERLAID = ("fan", "rungs", "first_passage", "outcomes", "counts")
"""Those that recorded events can be drawn over."""


@pytest.fixture(scope="module")
def ensemble():
    return sim.run("first_lesson", runs=120, seed=7)


@pytest.fixture(scope="module")
def broken(ensemble):
    """The same ensemble, had runs 3 and 40 met a value that is not finite on day 20."""
    trajectories = ensemble.trajectories.copy(deep=True)
    for run in (3, 40):
        for name in ("tension", "fear"):
            trajectories[name].values[run, 20:] = np.nan
        trajectories["rung"].values[run] = 9
    failures = pd.DataFrame([(3, 20, "fear"), (40, 20, "fear")], columns=["run", "day", "what"])
    return replace(ensemble, trajectories=trajectories, failures=failures)


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    """An ensemble with a market, script, and deaths in every run."""
    strike = "script:\n  the_strike: {on: 2019-07-01, do: north.strike, deaths: 5}\n"
    scenario = SCENARIO.replace("script:\n", strike)
    return sim.run(small(tmp_path_factory.mktemp("crisis"), scenario=scenario), runs=40, seed=3)


def drawn(name, ensemble, **options):
    return DRAWINGS[name](ensemble, figures.canvas(), **options)


def words(ax):
    """Everything that a figure says."""
    return "\n".join(text.get_text() for text in ax.figure.findobj(Text) if text.get_visible())


def edges(polygon, day):
    """Lower and upper edge of a band on a day."""
    (path,) = polygon.get_paths()
    there = path.vertices[np.isclose(path.vertices[:, 0], day), 1]
    return there.min(), there.max()


def bands(ax):
    return [found for found in ax.collections if isinstance(found, PolyCollection)]


def sound_of(ensemble, name):
    return np.delete(ensemble.trajectories[name].to_numpy(), ensemble.failures["run"].to_numpy(int), axis=0)


# What every figure says.


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_names_its_scenario_its_hash_its_runs_and_its_seed(name, ensemble):
    ax = figures.canvas()
    assert DRAWINGS[name](ensemble, ax) is ax
    said = words(ax)
    assert f"first_lesson {ensemble.scenario.short_hash}" in said
    assert "n = 120" in said
    assert "seed 7" in said


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_says_how_many_runs_failed(name, broken):
    said = words(drawn(name, broken))
    assert ("n = 118 runs · 2 more failed, left out" in said) or (name == "strip" and "n = 120 · 2 failed" in said)


@pytest.mark.parametrize(
    ("name", "over"), [*((name, None) for name in DRAWINGS), *((name, "record") for name in OVERLAID)]
)
def test_text_is_legible_and_nothing_is_cut_off(name, over, crisis, request):
    ax = drawn(name, crisis, **({over: request.getfixturevalue(over)} if over else {}))
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    for text in ax.figure.findobj(Text):
        if text.get_text() and text.get_visible():
            assert text.get_fontsize() >= 8, text
            assert text.get_window_extent().x0 >= page.x0, text
            assert text.get_window_extent().x1 <= page.x1, text


@pytest.mark.parametrize("name", DRAWINGS)
def test_without_axes_it_draws_a_new_figure_and_changes_no_setting(name, ensemble):
    before = dict(mpl.rcParams)
    figure, (_, current) = pyplot.subplots(1, 2)
    try:
        drawn_on = DRAWINGS[name](ensemble)
        assert drawn_on is not current
        assert pyplot.get_fignums() == [figure.number, drawn_on.figure.number]
    finally:
        pyplot.close("all")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", DRAWINGS)
def test_one_run_is_enough(name, ensemble):
    one = sim.run("first_lesson", runs=1, seed=7)
    ax = drawn(name, one)
    ax.figure.canvas.draw()
    assert "n = 1" in words(ax)


def test_importing_the_plots_leaves_pyplot_alone():
    code = "import sim, sys; sim.plots.fan; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_labels_are_text_and_never_formulas(ensemble):
    theatre = ensemble.scenario.theatre
    outcome = next(iter(theatre.outcomes))
    entry = theatre.outcomes[outcome].model_copy(update={"label": r"Aid of $1 billion or $\frac{2}$"})
    fear = theatre.variables["fear"].model_copy(update={"label": "Fear of $5 and $x_"})
    theatre = theatre.model_copy(
        update={"outcomes": {**theatre.outcomes, outcome: entry}, "variables": {"fear": fear}, "title": "$"}
    )
    changed = replace(ensemble, scenario=ensemble.scenario.model_copy(update={"theatre": theatre, "name": "$a$"}))
    trajectories = ensemble.trajectories.copy()
    trajectories["fear"].attrs["long_name"] = "Fear of $5 and $x_"
    changed = replace(changed, trajectories=trajectories)
    for ax in (drawn("outcomes", changed), drawn("fan", changed, variable="fear"), drawn("strip", changed)):
        ax.figure.canvas.draw()
    assert r"Aid of $1 billion or $\frac{2}$" in words(drawn("outcomes", changed))


def test_nothing_is_drawn_where_no_run_was_finished(ensemble, tmp_path):
    failures = pd.DataFrame({"run": range(120), "day": 0, "what": "fear"})
    lost = replace(ensemble, failures=failures)
    for name in ("fan", "rungs", "first_passage", "outcomes"):
        with pytest.raises(ValueError, match="none of the 120 runs of first_lesson was finished"):
            drawn(name, lost)
    assert figures.write_all(lost, tmp_path / "figures") == []


# The fan.


@pytest.mark.parametrize("which", ["ensemble", "broken"])
def test_bands_of_the_fan_are_quantiles_of_the_sound_runs(which, request):
    given = request.getfixturevalue(which)
    ax = drawn("fan", given, bands=(0.5, 0.9))
    rows, dates = sound_of(given, "tension"), date2num(given.trajectories["date"].to_numpy())
    by_label = {band.get_label(): band for band in bands(ax)}
    for label, tail in (("50 % of runs", 0.25), ("90 % of runs", 0.05)):
        for day in (12, 60, 179):
            expected = np.quantile(rows[:, day].astype(float), [tail, 1 - tail])
            np.testing.assert_allclose(edges(by_label[label], dates[day]), expected, atol=1e-9)


def test_lines_of_the_fan_are_real_runs_that_did_not_fail(broken):
    ax = drawn("fan", broken, paths=3)
    trajectories = broken.trajectories["tension"].to_numpy()
    notes = [text.get_text() for text in ax.texts if text.get_text().startswith("run ")]
    numbers = [int(note.split()[1]) for note in notes]
    assert len(numbers) == len(ax.lines) == 3
    assert not {3, 40} & set(numbers)
    for line, number in zip(ax.lines, numbers, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), trajectories[number])
    shares = [float(note.split("(")[1].split()[0]) for note in notes]
    assert sum(shares) == pytest.approx(100, abs=2)
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in ax.lines}) == 3


def test_the_fan_shows_any_variable_in_its_unit(crisis):
    assert drawn("fan", crisis, variable="oil_price").get_ylabel() == "Price of oil (USD/bbl)"
    assert drawn("fan", crisis, variable="pain").get_ylabel() == "Economic pain in the south (0 to 1)"
    assert drawn("fan", crisis).get_ylabel() == "Tension (points)"
    with pytest.raises(ValueError, match="unknown variable 'oil_prise'; did you mean 'oil_price'"):
        drawn("fan", crisis, variable="oil_prise")


def test_a_fan_may_have_no_lines_or_no_bands(ensemble):
    assert not drawn("fan", ensemble, paths=0).lines
    bare = drawn("fan", ensemble, bands=(), paths=2)
    assert len(bare.lines) == 2
    assert not bands(bare)


# Recorded events over an ensemble.


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """What was recorded of the small crisis: words of law, a mine, and a strike on the last of 50 days."""
    folder = tmp_path_factory.mktemp("record")
    history = "  last: {on: 2019-06-25, do: south.offer_talks}\n"
    return sim.recorded(small(folder, history=HISTORY + history), history=folder / "record.yaml")


def moved(record, days):
    """The same record, had it begun some days later."""
    start = record.scenario.start + timedelta(days=days)
    dates = record.trajectories["date"] + np.timedelta64(days, "D")
    scenario = record.scenario.model_copy(update={"start": start})
    return replace(record, scenario=scenario, trajectories=record.trajectories.assign_coords(date=dates))


@pytest.mark.parametrize(
    ("variable", "label"),
    [
        ("tension", "the model, fed the recorded events"),
        ("oil_price", "the model, fed the recorded events"),
        ("rung", "recorded events"),
    ],
)
def test_the_record_is_one_labelled_line_over_the_fan_that_ends_where_it_ends(crisis, record, variable, label):
    ax = drawn("fan", crisis, variable=variable, record=record)
    (line,) = [found for found in ax.lines if found.get_label() == label]
    np.testing.assert_array_equal(line.get_ydata(), record.trajectories[variable][0])
    np.testing.assert_array_equal(line.get_xdata(), date2num(record.trajectories["date"].to_numpy()))
    assert line.get_linewidth() > max(other.get_linewidth() for other in ax.lines if other is not line)
    assert label in [text.get_text() for text in ax.get_legend().get_texts()]
    assert "what the model makes of the recorded events, to 25 Jun 2019." in words(ax).replace("\n", " ")
    low, high = ax.get_ylim()
    assert low <= line.get_ydata().min() <= line.get_ydata().max() <= high


def test_what_was_measured_is_drawn_as_that(crisis, tmp_path):
    (tmp_path / "price.csv").write_text("date,price\n2019-05-01,71.5\n2019-05-02,75.25\n", encoding="utf-8")
    path = small(tmp_path, history=HISTORY + "series: {oil_price: price.csv}\n")
    ax = drawn("fan", crisis, variable="oil_price", record=sim.recorded(path, history=tmp_path / "record.yaml"))
    (line,) = [found for found in ax.lines if found.get_label() == "measured"]
    np.testing.assert_allclose(line.get_ydata()[:3], [71.5, 75.25, 75.25], rtol=1e-6)
    assert "Wide: as it was measured, to 20 Jun 2019." in words(ax).replace("\n", " ")


def test_a_fan_may_hold_the_record_alone(crisis, record):
    ax = drawn("fan", crisis, bands=(), paths=0, record=record)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["the model, fed the recorded events"]


@pytest.mark.parametrize("days", [-20, 40, 90])
def test_only_days_of_the_runs_are_drawn_of_a_record(crisis, record, days):
    shifted = moved(record, days)
    first, last = max(days, 0), min(days + 55, 119)
    told = f"{crisis.scenario.start + timedelta(days=last):%b %Y}"
    dates = date2num(crisis.trajectories["date"].to_numpy())
    line = next(
        found for found in drawn("fan", crisis, record=shifted).lines if "fed the recorded" in found.get_label()
    )
    np.testing.assert_array_equal(line.get_xdata(), dates[first : last + 1])
    np.testing.assert_array_equal(line.get_ydata(), record.trajectories["tension"][0, first - days : last - days + 1])
    ribbon = [patch for patch in drawn("rungs", crisis, record=shifted).patches if patch.get_y() > 1]
    assert min(patch.get_x() for patch in ribbon) == dates[first]
    assert max(patch.get_x() + patch.get_width() for patch in ribbon) == dates[last] + 1
    for name in OVERLAID:
        assert told in words(drawn(name, crisis, record=shifted)), name


@pytest.mark.parametrize("name", OVERLAID)
def test_a_record_of_other_days_is_refused(name, ensemble, record):
    said = r"the record \(1 May 2019 to 25 Jun 2019\) has no day in common with first_lesson"
    with pytest.raises(ValueError, match=said):
        drawn(name, ensemble, record=record)


def test_the_ribbon_above_the_runs_shows_the_rung_of_the_record_on_each_day(crisis, record):
    ax = drawn("rungs", crisis, record=record)
    ribbon = [patch for patch in ax.patches if patch.get_y() > 1 and patch.get_fill()]
    dates, rungs = date2num(record.trajectories["date"].to_numpy()), record.trajectories["rung"].to_numpy()[0]
    assert len(set(rungs)) > 3
    for day, rung in zip(dates, rungs, strict=True):
        (there,) = [patch for patch in ribbon if patch.get_x() <= day < patch.get_x() + patch.get_width()]
        assert there.get_facecolor() == to_rgba(colours.rung_colour(rung))
    assert "recorded events, to 25 Jun 2019" in words(ax).replace("\n", " ")
    assert max(ax.get_yticks()) == 1


def test_diamonds_mark_on_each_curve_when_the_record_got_there(crisis, record):
    ax = drawn("first_passage", crisis, rungs=(2, 4, 6, 9), record=record)
    (marks,) = [line for line in ax.lines if line.get_label() == "recorded events"]
    rows, dates = crisis.trajectories["rung"].to_numpy(), date2num(crisis.trajectories["date"].to_numpy())
    # The history has a sanction on 2 May, a mine on 14 May, a strike on 20 June, and no war.
    expected = [
        (dates[day], (rows[:, : day + 1].max(axis=1) >= rung).mean()) for rung, day in ((2, 1), (4, 13), (6, 50))
    ]
    np.testing.assert_allclose(marks.get_xydata(), expected)
    assert marks.get_linestyle() == "None"


def test_outcomes_that_came_about_in_the_record_carry_their_date(crisis, record):
    happened = record.outcomes.assign(war=pd.array([50], "Int32"), dear_oil=pd.array([pd.NA], "Int32"))
    ax = drawn("outcomes", crisis, record=replace(record, outcomes=happened))
    notes = [text for text in ax.texts if text.get_text().startswith("\N{BLACK DIAMOND}")]
    assert [note.get_text() for note in notes] == ["\N{BLACK DIAMOND} 20 Jun 2019"]
    (label,) = [text for text in ax.texts if text.get_text() == "War"]
    assert notes[0].xy[1] == label.get_position()[1]
    ax.figure.canvas.draw()
    assert notes[0].get_window_extent().x0 > label.get_window_extent().x1


def test_the_record_is_told_from_paths_and_bands_by_every_eye():
    bands_ = [colours.tint(colours.COLOURS["band"], strength) for strength in (0.16, 0.31, 0.46)]
    others = [colours.path_colour(at) for at in range(4)] + bands_ + ["#ffffff"]
    for sight in SIGHT.values():
        mine, *theirs = (lab(np.clip(np.array(sight) @ linear(c), 0, 1)) for c in (colours.COLOURS["record"], *others))
        assert min(np.linalg.norm(mine - other) for other in theirs) > 20


def test_the_standard_set_is_drawn_with_the_record(crisis, record, tmp_path):
    plain, overlaid = (
        figures.write_all(crisis, tmp_path / name, given) for name, given in (("a", None), ("b", record))
    )
    changed = {one.name for one, other in zip(plain, overlaid, strict=True) if one.read_bytes() != other.read_bytes()}
    assert changed == {"fan_tension.png", "fan_oil_price.png", "rungs.png", "first_passage.png", "outcomes.png"}


# The ladder.


@pytest.mark.parametrize("which", ["ensemble", "broken"])
def test_stacked_rungs_are_shares_of_sound_runs_that_sum_to_one(which, request):
    given = request.getfixturevalue(which)
    ax = drawn("rungs", given)
    rows, dates = sound_of(given, "rung"), date2num(given.trajectories["date"].to_numpy())
    stacked = bands(ax)
    assert [band.get_label().split()[0] for band in stacked] == [str(rung) for rung in range(10)]
    for day in (0, 12, 100, 179):
        below = 0.0
        for rung, band in enumerate(stacked):
            low, high = edges(band, dates[day])
            assert low == pytest.approx(below, abs=1e-12)
            assert high - low == pytest.approx((rows[:, day] == rung).mean(), abs=1e-12)
            below = high
        assert below == pytest.approx(1)


def test_rungs_are_labelled_by_the_theatre_where_some_run_stood_on_them(crisis):
    said = words(drawn("rungs", crisis)).replace("\n", " ")
    stood = np.unique(crisis.trajectories["rung"].to_numpy())
    last = crisis.trajectories["rung"].to_numpy()[:, -1]
    for rung, entry in crisis.scenario.theatre.ladder.rungs.items():
        label = f"{rung} {entry.label}: {percent((last == rung).mean())}"
        assert (label in said) == (rung in stood)


@pytest.mark.parametrize("which", ["ensemble", "broken"])
def test_first_passage_is_the_share_of_runs_that_have_been_there(which, request):
    given = request.getfixturevalue(which)
    ax = drawn("first_passage", given, rungs=(6, 1, 3))
    rows, dates = sound_of(given, "rung"), date2num(given.trajectories["date"].to_numpy())
    assert [line.get_label().split()[0] for line in ax.lines] == ["1", "3", "6"]
    for rung, line, band in zip((1, 3, 6), ax.lines, bands(ax), strict=True):
        share = line.get_ydata()
        assert (np.diff(share) >= 0).all()
        for day in (0, 9, 50, 179):
            count = sum(any(value >= rung for value in row[: day + 1]) for row in rows)
            assert share[day] == count / len(rows)
            np.testing.assert_allclose(edges(band, dates[day]), wilson(count, len(rows)))
    assert f"3 Deployment: {percent(ax.lines[1].get_ydata()[-1])}" in words(ax).replace("\n", " ")


@pytest.mark.parametrize("rungs", [(), (3, 10), (-1,)])
def test_first_passage_refuses_what_is_no_rung(ensemble, rungs):
    with pytest.raises(ValueError, match="rungs go from 0 to 9"):
        drawn("first_passage", ensemble, rungs=rungs)


# Outcomes.


@pytest.mark.parametrize("which", ["ensemble", "broken"])
def test_outcomes_are_dots_with_intervals_the_largest_on_top(which, request):
    given = request.getfixturevalue(which)
    ax = drawn("outcomes", given)
    held = given.outcomes.drop(index=given.failures["run"]).notna()
    names = list(held.columns[np.argsort(-held.mean().to_numpy(), kind="stable")])
    (dots,) = ax.lines
    shares = held.mean()[names].to_numpy()
    np.testing.assert_allclose(dots.get_xdata(), shares)
    assert (np.diff(dots.get_ydata()) < 0).all()
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], shares)
    (lines,) = (found for found in ax.collections if isinstance(found, LineCollection))
    ends = [segment[:, 0] for segment in lines.get_segments()]
    np.testing.assert_allclose(np.transpose(ends), wilson(held.sum()[names], len(held)))
    theatre = given.scenario.theatre
    said = [text.get_text() for text in ax.texts]
    assert [each for each in said if each in {theatre.outcomes[n].label for n in names}] == [
        theatre.outcomes[n].label for n in names
    ]
    low, high = (100 * float(end[0]) for end in wilson(held.sum()[names], len(held)))
    assert f"{100 * shares[0]:.0f} %  ({low:.0f} to {high:.0f} %)" in said


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.0042, "0.4 %"),
        (0.0949, "9.5 %"),
        (0.0996, "10 %"),
        (0.994, "99 %"),
        (0.9962, "99.6 %"),
        (0.9999, ">99.9 %"),
        (1, "100 %"),
    ],
)
def test_small_shares_are_written_finer_and_nearly_all_is_not_all(share, written):
    assert percent(share) == written


# One run.


def scattered(ax, label):
    found = [collection for collection in ax.collections if collection.get_label() == label]
    return np.concatenate([np.asarray(collection.get_offsets()) for collection in found])


def deadliest(ensemble):
    return int(ensemble.events.groupby("run")["fatalities"].sum().idxmax())


def test_the_strip_marks_every_act_at_its_date_and_rung(crisis):
    run = deadliest(crisis)
    ax = drawn("strip", crisis, run=run)
    acts = crisis.events[(crisis.events["run"] == run) & (crisis.events["actor"] != "script")]
    for actor, label in (("north", "The northern state"), ("south", "The southern state")):
        mine = acts[acts["actor"] == actor]
        marks = scattered(ax, label)
        assert sorted(np.round(marks[:, 0])) == sorted(date2num(mine["date"].to_numpy()))
        assert sorted(np.round(marks[:, 1])) == sorted(mine["rung"])
    deadly = acts[acts["fatalities"] > 0]
    assert len(deadly)
    rings = scattered(ax, "people died")
    np.testing.assert_allclose(rings[:, 0], date2num(deadly["date"].to_numpy()))
    np.testing.assert_allclose(np.round(rings[:, 1]), deadly["rung"])
    said = ax.get_title("left")
    assert said.startswith(f"Run {run}: {len(acts)} acts, up to rung {acts['rung'].max()}")
    assert f"{len(deadly)} of them deadly, {acts['fatalities'].sum()} dead" in said


@pytest.mark.parametrize("style", ["web", "projector", "paper"])
def test_a_rung_is_named_beside_itself_and_not_beside_another(crisis, style):
    with plots.style(style):
        ax = drawn("strip", crisis, run=deadliest(crisis))
        ax.figure.draw_without_rendering()
        named = 0
        for text in ax.texts:
            rung = re.match(r"(\d) \D", text.get_text())
            if rung is not None and ":" not in text.get_text():
                box = text.get_window_extent().transformed(ax.transData.inverted())
                assert (box.y0 + box.y1) / 2 == pytest.approx(int(rung[1]), abs=0.75)
                named += 1
    assert named >= 3


def test_the_strip_marks_what_the_scenario_lets_happen(crisis):
    ax = drawn("strip", crisis, run=0)
    (mark,) = [text for text in ax.texts if text.get_text() == "price shock"]
    assert mark.xy[0] == date2num(np.datetime64("2019-06-01"))


def test_names_of_what_the_scenario_lets_happen_keep_apart_and_on_the_page(tmp_path):
    days = ("05-02", "05-03", "05-03", "07-01", "08-27", "08-28")
    entries = (f"  event_{at}: {{on: 2019-{day}, effects: {{pain: 0.1}}}}\n" for at, day in enumerate(days))
    scenario = SCENARIO.replace("script:\n", "script:\n" + "".join(entries))
    ax = drawn("strip", sim.run(small(tmp_path, scenario=scenario), runs=1))
    ax.figure.canvas.draw()
    names = [text for text in ax.texts if text.get_text().startswith("event ")]
    assert sorted(name.get_text() for name in names) == [f"event {at}" for at in range(6)]
    boxes = [name.get_window_extent() for name in names]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    last_day = ax.transData.transform((date2num(date(2019, 8, 28)), 0))[0]
    assert all(box.x1 <= last_day + 1 for box in boxes)


def test_what_history_lets_happen_is_called_by_its_own_name():
    assert history._inject("script.history_e11_waivers_end") == "e11 waivers end"


def test_the_tension_below_the_strip_is_that_of_the_run(crisis):
    ax = drawn("strip", crisis, run=5)
    scale = (history.CEILING - history.FLOOR) / 100
    shown = next(line.get_ydata() for line in ax.lines if len(line.get_ydata()) == 120)
    np.testing.assert_allclose((shown - history.FLOOR) / scale, crisis.trajectories["tension"][5], atol=1e-4)


def test_names_on_the_strip_are_those_of_the_gravest_acts_and_do_not_overlap(crisis):
    run = deadliest(crisis)
    ax = drawn("strip", crisis, run=run)
    ax.figure.canvas.draw()
    theatre = crisis.scenario.theatre
    acts = crisis.events[(crisis.events["run"] == run) & (crisis.events["actor"] != "script")]
    gravest = acts.sort_values(["rung", "fatalities", "day"], ascending=[False, False, True]).iloc[0]
    first = f"{gravest['date'].day} {gravest['date']:%b}: {theatre.actions[gravest['action']].label}"
    names = [text for text in ax.texts if ": " in text.get_text()]
    assert first in [name.get_text().replace("\n", " ") for name in names]
    # A note's extent includes its line; the text's own does not.
    boxes = [Text.get_window_extent(name) for name in names]
    assert len(boxes) >= 2
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_the_names_of_many_sides_fit_above_the_ladder(ensemble):
    north = ensemble.scenario.theatre.actors["north"]
    actors = {f"actor_{at}": north.model_copy(update={"label": f"A faction with number {at}"}) for at in range(7)}
    theatre = ensemble.scenario.theatre.model_copy(update={"actors": actors})
    events = ensemble.events[ensemble.events["run"] == 0].head(7)
    events = events.assign(actor=[*actors], fatalities=1)
    scenario = ensemble.scenario.model_copy(update={"theatre": theatre})
    ax = drawn("strip", replace(ensemble, scenario=scenario, events=events))
    legend = ax.get_legend()
    assert len(legend.get_texts()) == 8
    ax.figure.canvas.draw()
    assert legend.get_window_extent().x1 <= ax.bbox.x1
    assert legend.get_window_extent().y0 >= ax.transData.transform((0, 9))[1]


def act(rung, deaths=0, action="north.strike", day=0):
    return history.DrawnAct(day, action, rung, deaths, colours.Side("North", "#0b3c8c", "s", 0), float(rung))


def test_each_grave_action_is_named_once_before_any_is_named_again():
    worst, again, other, shot = act(7, 9), act(7, 2, day=1), act(6, action="south.raid"), act(1, 4, "south.shoot")
    words_ = [act(1, action="north.warn", day=day) for day in range(3)]
    assert history.gravest([*words_, shot, again, other, worst], 7) == [worst, other, shot, again]
    assert history.gravest([*words_, shot, again, other, worst], 2) == [worst, other]
    assert history.gravest([*words_, act(0, action="north.calm"), shot], 7) == [shot, words_[0]]
    assert history.gravest([], 7) == []


def test_a_failed_run_is_shown_as_far_as_it_went(broken):
    ax = drawn("strip", broken, run=3)
    ax.figure.canvas.draw()
    assert "It failed on day 20: fear was not finite." in words(ax)


def test_the_strip_refuses_a_run_that_is_not_there(ensemble):
    with pytest.raises(ValueError, match="no run 120; this ensemble has runs 0 to 119"):
        drawn("strip", ensemble, run=120)


# Colours.


def linear(colour):
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIELAB of linear RGB (IEC 61966-2-1, D65)."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ light
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 1e-6))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


SIGHT = {
    "all colours": np.eye(3),
    # Machado, Oliveira and Fernandes 2009, severity 1.
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


GULF = sorted(set(colours.sides(sim.load_theatre("persian_gulf")).values()), key=lambda side: side.place)


def test_rungs_darken_step_by_step():
    lightness = [lab(linear(colours.rung_colour(rung)))[0] for rung in range(10)]
    assert all(above <= below - 6 for below, above in pairwise(lightness))


@pytest.mark.parametrize("sight", SIGHT)
def test_sides_differ_in_colour_for_every_eye(sight):
    seen = [lab(np.clip(np.array(SIGHT[sight]) @ linear(side.colour), 0, 1)) for side in GULF]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 20


def test_sides_differ_in_grey_and_in_their_markers():
    lightness = sorted(lab(linear(side.colour))[0] for side in GULF)
    assert all(b - a > 8 for a, b in pairwise(lightness))
    assert len({side.marker for side in GULF}) == len(GULF) == 5


def test_actors_of_the_shipped_crisis_stand_with_their_side():
    sides = colours.sides(sim.load_theatre("persian_gulf"))
    assert "market" not in sides
    assert sides["us"] == colours.Side("United States", "#0b3c8c", "s", 0)
    iran = colours.Side("Iran and its allies", "#cc4125", "^", 1)
    assert sides["kataib_hezbollah"] == sides["houthis"] == sides["iran"] == sides["iranian_public"] == iran
    assert sides["fatah"] == sides["iraqi_protesters"] == colours.Side("Iraq", "#edb931", "o", 2)
    assert sides["uae"] == colours.Side("Gulf states", "#38a88a", "D", 3)
    assert sides["isis"] == colours.Side("Others", "#565656", "v", 4)
    assert history.in_order({sides["isis"], sides["uae"], sides["us"]}) == [sides["us"], sides["uae"], sides["isis"]]


def test_a_theatre_says_who_stands_with_whom_and_a_proxy_that_it_leaves_out_stands_with_its_sponsor():
    written = sim.load_theatre("two_rivals").model_dump(mode="json", by_alias=True)
    written["sides"] = {
        "coast": {"label": "Coast", "colour": "#112233"},
        "hills": {"label": "Hills", "colour": "#AABBCC"},
    }
    written["actors"]["north"]["side"] = "hills"
    proxy = {"kind": "faction", "label": "A band", "sponsors": {"north": {"control": {"fear": 0.5}}}}
    written["actors"]["band"] = proxy
    sides = colours.sides(Theatre.model_validate(written))
    assert sides["band"] == sides["north"] == colours.Side("Hills", "#AABBCC", "o", 1)
    assert sides["south"].label == "South"
    assert history.in_order(set(sides.values())) == [sides["north"], sides["south"]]


def test_unknown_actors_are_sides_of_their_own_and_proxies_stand_with_their_sponsor():
    theatre = sim.load_theatre("two_rivals")
    sides = colours.sides(theatre)
    assert [side.label for side in sides.values()] == ["North", "South"]
    assert sides["north"].colour != sides["south"].colour
    assert sides["north"].marker != sides["south"].marker
    north = theatre.actors["north"]
    band = north.model_copy(update={"label": "A band", "sponsors": {"south": None}})
    with_band = theatre.model_copy(update={"actors": {"band": band, **theatre.actors}})
    assert colours.sides(with_band) == {**sides, "band": sides["south"]}
    allied = {name: north.model_copy(update={"sponsors": {other: None}}) for name, other in ("ab", "bc", "ca")}
    circle = colours.sides(theatre.model_copy(update={"actors": allied}))
    assert circle["a"] == circle["b"] == circle["c"]


def test_the_figures_use_the_colours_of_the_dictionary(ensemble):
    stacked = bands(drawn("rungs", ensemble))
    for rung, band in enumerate(stacked):
        assert tuple(band.get_facecolor()[0]) == to_rgba(colours.COLOURS[f"rung {rung}"])


# Words in their place.


@given(
    places=st.lists(st.floats(-50, 150), max_size=12),
    data=st.data(),
)
def test_things_moved_apart_keep_their_order_and_stay_inside(places, data):
    sizes = [data.draw(st.floats(0.5, 8)) for _ in places]
    moved = labels.apart(places, sizes, 0, 100)
    order = np.argsort(places, kind="stable")
    low, high = moved - np.array(sizes) / 2, moved + np.array(sizes) / 2
    assert (low >= -1e-9).all()
    assert (high <= 100 + 1e-9).all()
    assert (low[order][1:] >= high[order][:-1] - 1e-9).all()


def test_things_move_no_further_than_they_must():
    assert labels.apart([10, 30, 50], [10, 10, 10], 0, 100).tolist() == [10, 30, 50]
    assert labels.apart([50, 50], [10, 10], 0, 100).tolist() == [45, 55]
    assert labels.apart([1, 96, 98], [10, 10, 10], 0, 100).tolist() == [5, 85, 95]
    assert labels.apart([5, 5, 5], [10, 10, 10], 0, 20).tolist() == [5, 10, 15], "too little room: evenly"


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=6))
def test_placed_texts_stay_on_the_page_and_off_each_other(anchors):
    page = labels.TextBox(0, 0, 300, 200)
    marks = [labels.TextBox(x - 3, y - 3, x + 3, y + 3) for x, y in anchors]
    found = labels.place(anchors, ["some words\non two lines"] * len(anchors), page, marks)
    boxes = [box for box in found if box is not None]
    assert boxes, "one text always fits"
    assert all(box.within(page) for box in boxes)
    assert not any(a.meets(b) for a, b in combinations(boxes, 2))


def test_a_text_goes_where_it_covers_nothing():
    page = labels.TextBox(0, 0, 300, 200)
    # All that lies at the right of the point and level with it is taken.
    wall = labels.TextBox(101, 60, 300, 140)
    (box,) = labels.place([(100.0, 100.0)], ["words"], page, [wall])
    assert box is not None
    assert not box.meets(wall)
    assert labels.place([(5.0, 5.0)], ["words"], labels.TextBox(0, 0, 12, 12), []) == [None]


def test_long_words_are_broken_and_never_ended():
    text = "A week of war between the United States and Iran, in 12 % of the runs"
    lines = labels.broken(text, 90).split("\n")
    assert " ".join(lines) == text
    assert all(labels.width_of(line) <= 90 for line in lines)
    assert any("12 %" in line for line in lines), "a number stays with its per cent"
    assert labels.broken("indivisible", 5) == "indivisible"


def test_a_text_too_long_for_its_lines_loses_whole_sentences():
    text = "Bands are shares. Lines are single runs. Dots are days."
    assert labels.told_within(text, 1000, 1) == text
    assert labels.told_within(text, labels.width_of(text[:42]), 1) == "Bands are shares. Lines are single runs."
    assert labels.told_within(text, 20, 1).replace("\n", " ") == "Bands are shares."


def test_where_there_is_no_room_the_lightest_names_are_short_and_then_left_out():
    full, short = ["one\nlong", "two\nlong", "three\nlong"], ["1", "2", "3"]
    room = [sum(map(labels.height_of, some)) for some in (full, [full[0], "2", full[2]], ["1", "", "3"])]
    assert labels.fitting(full, short, [2, 1, 3], room[0]) == full
    assert labels.fitting(full, short, [2, 1, 3], room[1]) == [full[0], "2", full[2]]
    assert labels.fitting(full, short, [2, 1, 3], room[2]) == ["1", "", "3"]


@pytest.mark.parametrize(
    ("days", "ticks", "written"),
    [
        (1, [0], ["15 May 2019"]),
        (10, [0, 2, 4, 6, 8], ["15 May 2019", "17 May", "19 May", "21 May", "23 May"]),
        (365, [47, 109, 170, 231, 291, 352], ["Jul 2019", "Sep", "Nov", "Jan 2020", "Mar", "May"]),
        (3000, [231, 597, 962, 1327, 1692, 2058, 2423, 2788], [str(year) for year in range(2020, 2028)]),
    ],
)
def test_dates_are_marked_on_first_days_with_the_year_where_it_is_new(days, ticks, written):
    assert frame.date_ticks(date(2019, 5, 15), days) == (ticks, written)


@given(st.integers(1, 20_000))
def test_marks_of_dates_are_few_and_within_the_run(days):
    ticks, written = frame.date_ticks(date(2019, 5, 15), days)
    assert 1 <= len(ticks) == len(written) <= 8
    assert 0 <= ticks[0] <= ticks[-1] < days


# Files.


def test_the_standard_set_is_written_with_what_it_was_drawn_from(ensemble, tmp_path):
    before = pyplot.get_fignums()
    written = figures.write_all(ensemble, tmp_path / "figures")
    names = [path.name for path in written]
    assert sorted(names) == ["fan_tension.png", "first_passage.png", "outcomes.png", "rungs.png", "strip.png"]
    for path in written:
        with Image.open(path) as image:
            assert image.width >= 1200
            assert image.text["Scenario-SHA256"] == ensemble.scenario.sha256
            assert (image.text["Scenario"], image.text["Seed"], image.text["Runs"]) == ("first_lesson", "7", "120")
            assert image.text["Software"].startswith("escalation-sim ")
            assert round(image.info["dpi"][0]) == 150
    assert pyplot.get_fignums() == before


def test_a_theatre_with_a_market_gets_the_fan_of_its_price(crisis, tmp_path):
    names = [path.name for path in figures.write_all(crisis, tmp_path)]
    assert "fan_oil_price.png" in names


def test_the_same_ensemble_gives_the_same_files(broken, tmp_path):
    once, again = (figures.write_all(broken, tmp_path / name) for name in ("once", "again"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]


def test_a_figure_is_saved_from_its_axes_or_itself(ensemble, tmp_path):
    ax = drawn("outcomes", ensemble)
    one = figures.save(ax, tmp_path / "axes.png", ensemble)
    two = figures.save(ax.figure, tmp_path / "figure.png", ensemble)
    assert one.read_bytes() == two.read_bytes()
