"""The report: what stands on the page is what the ensemble holds, and every word of a scenario is only a word."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import sim
from sim.plots.colours import COLOURS, rung_colour
from sim.replays.entries import entries
from sim.report import contents, number_tables, pack, scales, sections, sentences, series, shelf, stories
from sim.report.cast import matrix
from sim.report.colours import as_css
from sim.report.opening import least_rung
from sim.report.render import ReportError, as_script, is_report
from sim.text import called
from tests.small_scenarios import rich

FINITE = {"allow_nan": False, "allow_infinity": False}


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(rich(), runs=60, seed=5)


@pytest.fixture(scope="module")
def broken(ensemble):
    """The same, had two of its runs met a value that is not finite."""
    trajectories = ensemble.trajectories.copy(deep=True)
    trajectories["tension"].values[[3, 40], 20:] = np.nan
    failures = pd.DataFrame([(3, 20, "oil"), (40, 20, "oil")], columns=["run", "day", "what"])
    return replace(ensemble, trajectories=trajectories, failures=failures)


class Page(HTMLParser):
    """The parts of a page that tests look at."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.metas, self.words, self._script = [], {}, {}, [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._script = attributes.get("id", "") if tag == "script" else None
        if tag == "meta" and "name" in attributes:
            self.metas.setdefault(attributes["name"], []).append(attributes["content"])

    def handle_endtag(self, tag):
        self._script = None

    def handle_data(self, data):
        if self._script is None:
            self.words.append(data)
        else:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data

    @property
    def data(self):
        return json.loads(self.scripts["data"])

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def page(ensemble):
    return page_of(ensemble)


def page_of(*ensembles, **options):
    return Page(sim.report.html(*ensembles, **options))


# Arrays in few bytes.


@given(arrays.arrays(np.int64, arrays.array_shapes(max_dims=2, max_side=9), elements=st.integers(0, 2**32 - 1)))
def test_whole_numbers_are_packed_exactly(values):
    np.testing.assert_array_equal(pack.unpacked(pack.whole(values)), values)


@given(
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=2, max_side=9), elements=st.floats(-1e9, 1e9, **FINITE)),
    st.sampled_from((1, 2)),
)
def test_other_numbers_are_packed_to_half_a_step(values, width):
    packed = pack.stepped(values, width)
    assert np.abs(pack.unpacked(packed) - values).max() <= packed["step"] * 0.5000001
    assert packed["step"] <= max(
        np.ptp(values) / (256**width - 2) * 1.0000001, 1.0 if not np.ptp(values) / (256**width - 2) else 0
    )


def test_what_is_missing_stays_missing_and_what_is_no_count_is_refused():
    np.testing.assert_array_equal(np.isnan(pack.unpacked(pack.stepped([1.0, np.inf, np.nan, 2.0]))), [0, 1, 1, 0])
    for wrong in ([-1], [0.5], [2**32]):
        with pytest.raises(ValueError, match="only whole numbers"):
            pack.whole(wrong)


# What stands on the page.


def test_the_data_are_those_of_the_ensemble(ensemble, page):
    data = page.data
    for variable in data["variables"]:
        expected = ensemble.quantiles(variable["id"], series.LEVELS)
        np.testing.assert_allclose(
            pack.unpacked(variable["quantiles"]), expected, atol=max(np.ptp(expected) / 65000, 1e-12)
        )
    assert [variable["id"] for variable in data["variables"]][:2] == ["tension", "exports"]
    np.testing.assert_array_equal(pack.unpacked(data["rungs"]["standing"]) / 60, ensemble.standing())
    np.testing.assert_array_equal(pack.unpacked(data["rungs"]["reached"]["runs"]), ensemble.reached(series.RUNGS))
    for outcome in data["outcomes"]:
        held = ensemble.outcomes[outcome["id"]]
        assert pack.unpacked(outcome["runs"])[-1] == held.notna().sum() == round(60 * outcome["share"])
        first = pack.unpacked(data["first_days"][outcome["id"]])
        np.testing.assert_array_equal(first - 1, held.fillna(-1))
    assert data["acts"]["least"] == 1
    table = ensemble.events[ensemble.events["actor"] != "script"]
    table = table[(table["rung"] >= 1) | (table["fatalities"] > 0)]
    np.testing.assert_array_equal(pack.unpacked(data["acts"]["day"]), table["day"])
    np.testing.assert_array_equal(pack.unpacked(data["acts"]["dead"]), table["fatalities"])
    tension = ensemble.trajectories["tension"].to_numpy()
    np.testing.assert_allclose(pack.unpacked(data["paths"]["tension"]), tension, atol=np.ptp(tension) / 500)


def test_only_the_graver_acts_of_fewer_runs_are_held_where_there_are_many(ensemble, monkeypatch):
    deeds = ensemble.events[ensemble.events["actor"] != "script"]
    rungs = deeds["rung"].where(deeds["fatalities"] == 0, 9)  # what kills is held whatever its rung
    monkeypatch.setattr(series, "MOST_ACTS", int((rungs >= 3).sum()))
    run, least = series.rows_held(ensemble)
    assert (len(run), least) == (60, 3)
    monkeypatch.setattr(series, "MOST_ACTS", int((rungs >= 5).sum() // 2))
    run, least = series.rows_held(ensemble)
    assert least == 5
    assert len(pack.unpacked(series.acts(ensemble, run, least)["day"])) <= series.MOST_ACTS
    monkeypatch.setattr(series, "MOST_OF_VARIABLES", 60 * (14 + 1) * 3)
    assert [each["id"] for each in series.variables(ensemble, [7])] == ["tension", "exports", "mood"]
    monkeypatch.setattr(series, "MOST_VALUES", 60 * 10)
    assert len(series.rows_held(ensemble)[0]) <= 10


def test_the_same_ensemble_gives_the_same_data(page):
    assert page_of(sim.run(rich(), runs=60, seed=5)).data == page.data


def test_stories_are_those_of_the_runs_and_name_their_reasons(ensemble, page):
    data = page.data
    runs = data["stories"]["runs"]
    assert [story["run"] for story in runs] == list(stories.chosen(ensemble))
    came = {name for story in runs for name in story["why"] if name.startswith("typical of")}
    assert len(came) >= (ensemble.outcomes.notna().any()).sum() - 1
    least = data["stories"]["least"]
    assert 1 <= least <= stories.HIGHEST_LEAST
    for story in runs[:3]:
        replay = sim.replay(ensemble, run=story["run"])
        told, texts = entries(replay, least), data["stories"]["texts"]
        for (day, rung, event, text, below), entry in zip(story["entries"], told, strict=True):
            assert (day, texts[text], texts[below]) == (entry.day, entry.text, entry.below)
            if entry.rung is None:
                assert rung == (stories.OUTCOME if entry.kind == "outcome" else stories.TURN)
            else:
                assert (rung, event) == (entry.rung, entry.events[0])
        days = [entry[0] for entry in story["entries"] if entry[1] == stories.OUTCOME]
        assert sorted(days) == sorted(ensemble.outcomes.loc[story["run"]].dropna())
        assert sum(len(entry.events) for entry in told if entry.rung is not None) + story["left_out"] == len(
            replay.acts
        )


def test_no_two_runs_to_read_are_called_alike(ensemble, page):
    runs = page.data["stories"]["runs"]
    lines = [story["called"] for story in runs]
    assert len(set(lines)) == len(lines)
    for story in runs:
        of_run = ensemble.events[(ensemble.events["run"] == story["run"]) & (ensemble.events["actor"] != "script")]
        dead = int(of_run["fatalities"].sum())
        assert (f"{dead:,} death" in story["called"]) if dead else ("nobody dies" in story["called"])
        assert story["called"].startswith(story["why"][0])
    twins = {0: ["like"], 1: ["like"]}
    same = replace(ensemble, events=ensemble.events[ensemble.events["run"] > 1])
    assert len(set(shelf.called_apart(same, twins).values())) == 2


def test_deaths_are_counted_by_rung_and_the_deadliest_acts_are_listed(ensemble, page):
    table = ensemble.events[ensemble.events["actor"] != "script"]
    for row in page.data["blood"]["rungs"]:
        of_rung = table[table["rung"] == row["rung"]]
        assert row["dead"] == pytest.approx(of_rung["fatalities"].sum() / 60)
        assert row["deadly"] == pytest.approx((of_rung["fatalities"] > 0).sum() / 60)
    listed = [act["dead"] for act in page.data["blood"]["deadliest"]]
    assert listed == sorted(table["fatalities"], reverse=True)[: len(listed)]
    assert all("{" not in act["text"] for act in page.data["blood"]["deadliest"])
    assert page.data["acts"]["toll"] in contents.TOLLS


def test_deadly_acts_are_held_whatever_their_rung(ensemble):
    low = ensemble.events.assign(rung=ensemble.events["rung"].where(ensemble.events["fatalities"] == 0, 1))
    held = series.acts(replace(ensemble, events=low), np.arange(60), 5)
    dead = pack.unpacked(held["dead"])
    assert (dead > 0).sum() == (ensemble.events["fatalities"] > 0).sum()
    assert set(pack.unpacked(held["rung"])[dead == 0]) <= {5, 6, 7, 8, 9}


def test_the_raster_is_sorted_by_the_gravest_outcome_that_came_about(page):
    theatre = rich().theatre
    came = {name for name, days in page.data["first_days"].items() if pack.unpacked(days).any()}
    gravest = max(least_rung(theatre, theatre.outcomes[name].when) for name in came)
    assert least_rung(theatre, theatre.outcomes[page.data["acts"]["sort_by"]].when) == gravest


def test_acts_are_told_in_words_that_presuppose_nothing():
    theatre = rich().theatre
    aran = theatre.actors["aran"].label
    wordings = {
        "several": [{"text": "The third.", "again": True}, {"text": "{aran} acts, {dead} dead."}],
        "unfilled": "It comes {nth} time.",
    }
    for story, told in (
        (wordings["several"], f"{called(aran)} acts, {{dead}} dead."),
        (wordings["unfilled"], f"{called(aran)}: {theatre.actions['aran.sanction'].label}."),
        ("Plain.", "Plain."),
    ):
        content = rich().model_dump(mode="json", by_alias=True)
        content["theatre"]["actions"]["aran.sanction"]["story"] = story
        found = sentences.sentence(sim.Scenario.model_validate(content), "aran.sanction")
        assert found == told[0].upper() + told[1:]
    assert sentences.sentence(rich(), "script") == "script"


def test_lines_of_single_runs_are_held_for_every_variable(ensemble, page, monkeypatch):
    held = page.data["lines"]
    names = [variable["id"] for variable in page.data["variables"] if variable["id"] != "tension"]
    assert held["values"].keys() == set(names)
    for name in names:
        expected = ensemble.trajectories[name].to_numpy()[: held["run"], :: held["step"]]
        np.testing.assert_allclose(
            pack.unpacked(held["values"][name]), expected, atol=max(np.ptp(expected) / 500, 1e-9)
        )
    monkeypatch.setattr(series, "MOST_OF_LINES", 60 * len(names) * 7)
    assert series.lines(ensemble, np.arange(60), names)["run"] == 7


def test_small_differences_have_a_scale_of_their_own():
    near = scales.scale([-0.013, 0.004, 0.0])
    assert (near.low, near.high) == (-0.015, 0.005)
    assert near.ticks == (-0.015, -0.01, -0.005, 0.0, 0.005)
    assert near.place(0.0) == 75
    assert near.length(-0.015, -0.005) == 50
    assert scales.scale([0.57, float("nan")]).ticks == (0.0, 0.2, 0.4, 0.6)
    none = scales.scale([0.0, 0.0])
    assert none.low == 0.0 < none.high


def test_the_matrix_counts_every_act_from_rung_1_once(ensemble):
    table = matrix(ensemble)
    theatre = ensemble.scenario.theatre
    acts = ensemble.events[ensemble.events["actor"] != "script"]
    graver = acts[[theatre.actions[str(name)].rung > 0 for name in acts["action"]]]
    assert table.acts.sum() * 60 == pytest.approx(len(graver))
    assert table.deaths.sum() * 60 == pytest.approx(graver["fatalities"].sum())
    assert list(table.acts.sum(axis=1)) == sorted(table.acts.sum(axis=1), reverse=True)


def test_shares_and_cautions_stand_in_words(ensemble, page):
    for row in ensemble.shares().itertuples():
        assert ensemble.scenario.theatre.outcomes[row.outcome].label in page.text
    assert "sampling error only; not a forecast" in page.text
    assert "It is not the probability that anything happens" in page.text
    assert page.metas["sim:scenario-sha256"] == [ensemble.scenario.sha256]
    assert (page.metas["sim:seed"], page.metas["sim:runs"]) == (["5"], ["60"])


def test_headings_go_down_one_step_at_a_time_and_charts_say_what_they_show(ensemble, page):
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    charts = {attributes["id"]: attributes for _, attributes in page.tags if attributes.get("role") == "img"}
    drawn = {"opening", "fan", "strip", "standing", "passage", "raster"}
    assert charts.keys() == {"still", *(f"plot-{name}" for name in drawn)}
    assert all(any(letter.isdigit() for letter in chart["aria-label"]) for chart in charts.values())
    median = ensemble.quantiles("tension", [0.5])[0]
    assert f"at {median.max():.3g}" in charts["plot-fan"]["aria-label"]


def test_failed_runs_count_nowhere_and_are_told(broken):
    page = page_of(broken)
    assert page.data["head"]["sound"] == 58
    assert {3, 40}.isdisjoint(pack.unpacked(page.data["paths"]["run"]))
    assert np.isfinite(pack.unpacked(page.data["paths"]["tension"])).all()
    assert "2 runs met a value that is not finite, and count nowhere below" in page.text


def test_where_every_run_failed_nothing_is_shown(ensemble):
    failures = pd.DataFrame([(run, 0, "oil") for run in range(60)], columns=["run", "day", "what"])
    page = page_of(replace(ensemble, failures=failures))
    assert "None of the 60 runs was finished" in page.text
    assert "fan-variable" not in str(page.tags)
    assert "No run was finished" in replace(ensemble, failures=failures)._repr_html_()


def test_one_run_makes_a_report():
    page = page_of(sim.run("first_lesson", runs=1, seed=3))
    assert page.data["head"]["sound"] == 1
    assert [story["run"] for story in page.data["stories"]["runs"]] == [0]
    assert "Of 1 model run;" in page.text


def test_counts_make_a_report_too(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.execution.summarise.KEPT", 30)
    counted = sim.summarise(rich(), tmp_path / "counted", runs=90, seed=5, progress=None)
    page, whole = page_of(counted), sim.run(rich(), runs=90, seed=5)
    assert page.data["rungs"] == series.rungs(whole)
    assert page.data["outcomes"] == series.outcomes(whole)
    assert page.data["paths"]["run"]["shape"] == [30]
    np.testing.assert_allclose(matrix(counted).acts, matrix(whole).acts)
    assert "of the first 30" in page.text
    assert len(counted._repr_html_()) > 1000


def test_a_story_that_can_no_longer_be_told_is_not(ensemble):
    events = ensemble.events.copy()
    events["day"] += 1
    page = page_of(replace(ensemble, events=events))
    assert page.data["stories"]["runs"] == []
    assert "No story can be told" in page.text


def test_two_results_are_compared_in_pairs(ensemble):
    scenario = rich()
    quiet = scenario.model_copy(
        update={"name": "quiet", "forbid": {**scenario.forbid, "aran.kill_commander": "always"}}
    )
    other = sim.run(quiet, runs=60, seed=5)
    page, found = page_of(ensemble, other), sim.compare(ensemble, other)
    assert page.data["pair"]["names"] == ["small", "quiet"]
    mean = pack.unpacked(page.data["pair"]["variables"][0]["difference"])
    np.testing.assert_allclose(mean, found.over_time("tension")["difference"], atol=max(np.ptp(mean) / 60000, 1e-9))
    held = contents.contents([ensemble, other], ["a", "b"]).pair
    assert {row["outcome"]: row["first_only"] for row in held.outcomes} == dict(
        found.flips().set_index("outcome")["first_only"]
    )
    assert held.partings
    assert "What tipped it" in " ".join(held.partings[0][1])
    with pytest.raises(ValueError, match="seed"):
        sim.report.html(ensemble, sim.run(quiet, runs=5, seed=6))


def test_branches_are_refused(ensemble):
    branches = sim.branch(ensemble, run=1, day=5, runs=4)
    with pytest.raises(ValueError, match="holds branches of one run"):
        sim.report.html(branches)


# Words are only words.

HOSTILE = (
    "</script><script>document.title='taken'</script><img src=x onerror=alert(1)> & \u2028 'quoted' \"twice\" {{ 7*7 }}"
)


TOLD = ("label", "story", "title", "note", "about", "wants", "many")


def hostile():
    """A small scenario in which every text tries to be markup."""
    content = rich().model_dump(mode="json", by_alias=True)
    spoilt_text = {"story": HOSTILE.replace("{{ 7*7 }}", "{dead}")}  # braces are places to fill in a story

    def spoil(part):
        if isinstance(part, dict):
            return {
                key: spoilt_text.get(key, HOSTILE) if key in TOLD and each is not None else spoil(each)
                for key, each in part.items()
            }
        return [spoil(each) for each in part] if isinstance(part, list) else part

    spoilt = spoil(content) | {"question": HOSTILE, "notes": HOSTILE, "name": HOSTILE}
    return sim.Scenario.model_validate(spoilt)


def test_no_word_of_a_scenario_becomes_markup():
    ensemble = sim.run(hostile(), runs=20, seed=5)
    page = page_of(ensemble)
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 4
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert "{{ 7*7 }}" in page.text
    assert page.data["head"]["name"] == HOSTILE
    notebook = Page(ensemble._repr_html_())
    assert {tag for tag, _ in notebook.tags}.isdisjoint({"script", "img"})


@given(st.text())
def test_json_in_a_script_element_stays_in_it(text):
    written = as_script({"text": text})
    assert json.loads(written)["text"] == text
    assert set("<>&\u2028\u2029").isdisjoint(written)


def test_the_page_asks_for_nothing_and_runs_one_script_only(ensemble):
    text = sim.report.html(ensemble)
    page = Page(text)
    (policy,) = [attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline'; script" in policy
    assert "unsafe-eval" not in policy
    assert not [attributes for _, attributes in page.tags if "src" in attributes or attributes.get("rel")]
    addresses = [word for word in text.split('"') if word.startswith(("http:", "https:", "//"))]
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


# Files.


def test_a_file_that_is_no_report_is_not_replaced(ensemble, tmp_path):
    thesis = tmp_path / "thesis.html"
    thesis.write_text("years of work")
    with pytest.raises(ReportError, match="is another file"):
        sim.report.write(ensemble, thesis)
    assert thesis.read_text() == "years of work"
    path = sim.report.write(ensemble, tmp_path / "new" / "report.html")
    assert is_report(path)
    assert sim.report.write(ensemble, path, passphrase="amber fern") == path
    assert is_report(path)


def test_without_jinja_a_sentence_says_what_to_install(ensemble, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("sim.report.render.import_module", missing)
    with pytest.raises(ReportError, match=r"pip install 'escalation-sim\[report\]'"):
        sim.report.html(ensemble)
    assert "outcome" in ensemble._repr_html_()


# Numbers and colours.


def test_what_a_scenario_changes_is_told_in_words():
    found = number_tables.number_tables(sim.load("no_killing"))
    assert found.found
    assert found.extends == sim.load("baseline").title
    assert found.changes == ["Forbidden on all days: United States: Kill Soleimani and al-Muhandis."]
    tuned = [number for number in found.numbers if not number.set_here]
    assert all("tuned" in number.source for number in tuned)
    assert found.sources


def test_a_scenario_whose_file_is_gone_still_tells_its_numbers():
    scenario = sim.load("first_lesson")
    changed = number_tables.number_tables(scenario.model_copy(update={"title": "Another"}))
    assert not changed.found
    assert {number.path for number in changed.numbers} <= dict(scenario.numbers()).keys()


def test_by_day_the_colours_are_those_of_the_figures():
    css = as_css()
    for rung in range(10):
        assert f"--rung-{rung}: light-dark({rung_colour(rung)}, " in css
    assert f"--outcome: light-dark({COLOURS['outcome']}, " in css


def lightness(colour):
    """How light a colour is, from 0 to 100, as the eye sees it: what is left of it in grey."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * light ** (1 / 3) - 16 if light > 0.008856 else 903.3 * light


@pytest.mark.parametrize("scheme", [0, 1], ids=["day", "night"])
def test_rungs_keep_their_order_in_grey_and_the_gravest_are_told_apart(scheme):
    colours = re.findall(r"--rung-\d: light-dark\((#\w{6}), (#\w{6})\);", as_css())
    steps = np.diff([lightness(pair[scheme]) for pair in colours]) * (1, -1)[1 - scheme]
    assert len(steps) == 9
    assert (steps > 0).all()
    assert (steps[6:] > 8).all()  # 6 to 7, 7 to 8, 8 to 9


# In a notebook.


def test_an_ensemble_shows_itself(ensemble):
    text = ensemble._repr_html_()
    assert len(text) < 60_000
    page = Page(text)
    assert "60 runs" in page.text
    assert "sampling error only; not a forecast" in page.text
    for outcome in ensemble.scenario.theatre.outcomes.values():
        assert outcome.label in page.text
    paths_drawn = [attributes["d"] for tag, attributes in page.tags if tag == "path"]
    assert len(paths_drawn) == 5
    assert not any("nan" in drawn for drawn in paths_drawn)


# With a sweep.


def test_a_sweep_ranks_the_numbers_by_its_indices():
    ensemble = sim.run("first_lesson", runs=10, seed=5)
    few = ["actors.*.replies.*", "actions.north.strike.rate"]
    swept = sim.sweep("first_lesson", parameters=few, method="pawn", samples=200, replicates=2, seed=5)
    page = page_of(ensemble, sweep=swept)
    assert "Which numbers matter" in page.text
    assert page.data == page_of(ensemble).data  # what reproduces a report is its runs
    found = contents.contents([ensemble], ["lesson"], swept).rankings
    assert 1 <= len(found) <= 3
    for ranking in found:
        (measure,) = [
            name for name in swept.names if name.startswith("outcome.") and swept.label(name) == ranking.label
        ]
        table = swept.indices(measure).head(len(ranking.numbers))
        assert [each.path for each in ranking.numbers] == table["parameter"].tolist()
        assert [each.index for each in ranking.numbers] == table[table.attrs["main"]].tolist()
        assert f"the {len(ranking.numbers)} that matter most, of {ranking.of} numbers" in page.text
    other = ensemble.scenario.model_copy(update={"title": "Another"})
    with pytest.raises(ValueError, match="the sweep is of first_lesson"):
        sim.report.html(replace(ensemble, scenario=other), sweep=swept)


def test_a_section_takes_its_place_on_the_page_or_that_of_its_namesake(monkeypatch):
    monkeypatch.setattr(sections, "SECTIONS", list(sections.SECTIONS))

    class Last(sections.Section):
        name, title = "last", "The last word"

    sections.register(Last)
    sections.register(Last, before="made")
    assert [each.name for each in sections.SECTIONS][-3:] == ["pool", "last", "made"]
    with pytest.raises(ValueError, match="there is no section 'lats'; there are opening, actors, chronology"):
        sections.register(Last, before="lats")
    assert [each.anchor for each in sections.SECTIONS if "_" in each.name] == ["base-rates"]
