"""The pack for a class: what its pages say is what theatre, record and runs give; and it prints."""

import re
import shutil
from html import unescape
from itertools import combinations

import numpy as np
import pytest

import sim
from sim.lessons import pack
from sim.lessons.pack import facts, findings, fronts, printed, slides
from sim.report.filters import FILTERS
from sim.text import brief, on, percent
from sim.theatre.files.load import load_sources

COMMITTED = pack.shipped()
RUNS, SEED = 80, 5
TIED = "\N{NO-BREAK SPACE}%"


@pytest.fixture(scope="module")
def scenario():
    return sim.load("baseline")


@pytest.fixture(scope="module")
def record(scenario):
    return printed.record_of(scenario)


@pytest.fixture(scope="module")
def found(scenario):
    return findings.findings(scenario, RUNS, SEED)


@pytest.fixture(scope="module")
def made(found, tmp_path_factory):
    """The pack of few runs."""
    folder = tmp_path_factory.mktemp("class")
    pack.sheets(folder, runs=RUNS, seed=SEED)
    slides.write_found(folder, found)
    return folder


def without_pictures(text):
    return re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", text)


def test_what_is_committed_is_what_theatre_record_and_runs_give_today(tmp_path):
    for text in COMMITTED.glob("*.md"):
        shutil.copy(text, tmp_path)
    pages = pack.build(tmp_path)
    assert {page.name for page in pages} == {page.name for page in COMMITTED.glob("*.html")}
    stale = [
        page.name
        for page in pages
        if without_pictures(page.read_text(encoding="utf-8"))
        != without_pictures((COMMITTED / page.name).read_text(encoding="utf-8"))
    ]
    assert not stale, "run: make class"


def test_the_pack_is_small():
    assert sum(page.stat().st_size for page in COMMITTED.iterdir()) < 1_500_000


def test_every_line_of_the_chronology_stands_on_a_day_that_its_source_gives(record):
    events = load_sources().events
    for name in facts.CHRONOLOGY:
        event = record.events[name]
        sourced = [events[key] for key in re.findall(r"E\d+", event.source)]
        assert any(
            source.date <= event.on <= (source.until or source.date) or on(event.on, year=False)[:-4] in source.text
            for source in sourced
        ), name


def test_the_chronology_goes_forward_and_ends_with_the_record(scenario, record):
    held = facts.briefing(scenario.theatre, record)
    days = [line.day for _, lines in held.years for line in lines]
    assert days == sorted(days)
    assert days[0] == record.first
    assert days[-1] == record.last
    assert len(days) == len(facts.CHRONOLOGY)


def test_an_event_that_the_record_lacks_cannot_be_told(scenario, record):
    with pytest.raises(KeyError):
        facts.briefing(scenario.theatre, record, ["e999_never"])


def test_every_act_of_the_record_is_counted_on_one_front_or_on_none(scenario, record):
    held = facts.briefing(scenario.theatre, record)
    assert held.acts == sum(bool(event.acts) for event in record.events.values())
    assert sum(front.acts for front in held.fronts) + held.nowhere == held.acts
    assert {front.label for front in held.fronts} == {place.label for place in scenario.theatre.places.values()}


@pytest.mark.parametrize(("actors", "size"), [(True, 8.0), (False, 12.5)])
def test_no_front_lies_over_another_or_beyond_the_map(scenario, record, actors, size):
    held = facts.briefing(scenario.theatre, record)
    boxes = fronts.extents(held.fronts, actors=actors, size=size)
    for left, top, wide, tall in boxes:
        assert 0 <= left <= fronts.WIDTH - wide
        assert 0 <= top <= fronts.HEIGHT - tall
    for (a, b, w, h), (x, y, u, v) in combinations(boxes, 2):
        assert a + w < x or x + u < a or b + h < y or y + v < b


def test_a_text_that_a_teacher_changed_is_used_and_kept(tmp_path):
    mine = tmp_path / "debrief.md"
    mine.write_text("# My debrief\n\nFrom {{ runs }} runs of *{{ scenario.name }}*.\n", encoding="utf-8")
    pack.sheets(tmp_path, runs=1234)
    assert "From 1,234 runs of <em>baseline</em>." in (tmp_path / "debrief.html").read_text(encoding="utf-8")
    assert mine.read_text(encoding="utf-8").startswith("# My debrief")
    assert (tmp_path / "plan_90.md").read_bytes() == (COMMITTED / "plan_90.md").read_bytes()


def test_a_scenario_of_another_cast_is_refused(tmp_path):
    with pytest.raises(pack.PackError, match="two_rivals"):
        pack.sheets(tmp_path, "first_lesson")


def test_links_lead_to_pages_of_the_pack(made):
    names = {page.name for page in made.glob("*.html")}
    for page in made.glob("*.html"):
        links = re.findall(r'href="(?!http)([^"#]+)"', page.read_text(encoding="utf-8"))
        assert set(links) <= names, page.name


def test_answers_and_slides_give_the_shares_of_the_table(made, scenario):
    ensemble = sim.run("baseline", runs=RUNS, seed=SEED)
    answers, deck = (unescape((made / f"{name}.html").read_text(encoding="utf-8")) for name in ("answers", "slides"))
    for row in ensemble.shares().to_dict("records"):
        label = scenario.theatre.outcomes[row["outcome"]].label
        share, interval = percent(row["share"]), FILTERS["interval"](row["low"], row["high"])
        cells = f"<td>{label}</td><td>{share}</td><td>{interval}</td>".replace(" %", TIED)
        assert cells in answers
        assert f'{label}</th><td class="n">{share}</td>'.replace(" %", TIED) in deck
        assert f'{label}</th><td class="n"><b>{share}</b> ({interval})</td>'.replace(" %", TIED) in deck


def test_with_and_without_is_the_comparison_with_no_killing(found):
    pairs = sim.compare(found.ensemble, "no_killing", runs=RUNS, seed=SEED)
    first, second = pairs.first.completed, pairs.second.completed
    killed = first["leadership_killed"].notna()
    assert found.killed == killed.sum() > 0
    for name, row in zip(findings.ASKED, found.pairs, strict=True):
        assert row.with_it == first.loc[killed, name].notna().mean()
        assert row.without == second.loc[killed, name].notna().mean()
        assert row.others == first.loc[~killed, name].notna().mean()


def test_a_death_brings_force_and_none_hardly_ever(found):
    assert found.twice.futures == findings.FUTURES
    assert found.twice.harmless < 0.1 * found.twice.futures < 0.5 * found.twice.futures < found.twice.deadly


def test_what_happened_is_told_by_the_days_of_the_record(found):
    came = {row.outcome: row.recorded for row in found.rows if row.recorded is not None}
    assert came == {
        "premier_resigns": record_day(found, "e61_resignation"),
        "american_killed": record_day(found, "e66_k1"),
        "leadership_killed": record_day(found, "e72_the_killing"),
    }


def record_day(found, name):
    return printed.record_of(found.scenario).events[name].on


def test_where_nobody_is_killed_there_are_no_pairs_and_any_run_may_be_told(tmp_path):
    found = findings.findings(sim.load("no_killing"), 40, SEED)
    assert found.killed == 0
    assert found.pairs == []
    deck, told, _ = (page.read_text(encoding="utf-8") for page in slides.write_found(tmp_path, found))
    assert "Nobody is killed in any of these runs" in deck
    assert "Of all runs it is the one most like the rest" in told


@pytest.mark.parametrize("said", [0, 10, 30, 50, 97])
def test_the_score_of_the_sheet_is_the_brier_score_of_the_runs(found, said):
    """Unavoidable and avoidable part add up to the mean squared error over the runs, where the share is whole."""
    outcome = np.arange(100) < 10
    row = findings.Row("one", "One", float(outcome.mean()), 0, 1, 100, None)
    penalty = row.unavoidable + (said - row.scored) ** 2
    assert penalty == pytest.approx(np.mean((said - 100 * outcome) ** 2))
    if said == 30:
        sheet = (COMMITTED / "score.md").read_text(encoding="utf-8")
        assert f"Penalty: {penalty:,}" in sheet
        assert f"it is {penalty / 10_000:.2f}" in sheet


def test_the_story_tells_each_kind_of_grave_act_once_and_stops_before_force(found):
    run = sim.replay(found.ensemble, run=found.run)
    first = {}
    for act in run.acts:
        first.setdefault(act.action, act)
    grave = [act.date for act in first.values() if act.rung >= findings.TOLD and not act.imposed]
    days = [line.day for line in found.story]
    assert days == sorted(days)
    assert set(grave) <= set(days)
    force = min(act.date for act in run.acts if act.actor == "us" and act.rung >= findings.FORCE)
    assert [line.day for line in found.story if line.stop] == [force]


def test_the_story_names_no_author_who_is_only_suspected(found, made):
    acts = {(act.date, act.story): act for act in sim.replay(found.ensemble, run=found.run).acts}
    hidden = [line for line in found.story if line.author]
    assert hidden
    for line in found.story:
        act = acts.get((line.day, line.text))
        suspected = act is not None and act.deniable > findings.SUSPECTED
        assert (line.author is not None) == suspected
        assert not suspected or line.who == findings.NOBODY or line.who.startswith("claimed by ")
    answers = unescape((made / "answers.html").read_text(encoding="utf-8"))
    assert all(f"{brief(line.day)}: {line.author}" in answers for line in hidden)


def test_the_slide_of_the_vote_gives_nothing_away(found, made):
    deck = unescape((made / "slides.html").read_text(encoding="utf-8"))
    slide = deck[deck.index('id="s4"') : deck.index('id="s5"')]
    vote = next(at for at, line in enumerate(found.story) if line.stop)
    assert found.story[vote - 1].text.split(";")[0] in slide
    assert all(line.text not in slide for line in found.story[vote:])


@pytest.mark.parametrize("name", slides.FIGURES)
def test_words_in_the_figures_of_the_deck_are_large(found, name):
    """A figure fills 97 of 100 parts of a slide, which is 960 points wide; 20 points are what the back row reads."""
    from matplotlib import pyplot
    from matplotlib.text import Text

    from sim.plots.settings import own_settings, style

    with own_settings(), style("projector"):
        figure = slides.FIGURES[name][0](found).figure.figure
    words = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    scale = 0.97 * 960 / (72 * figure.get_size_inches()[0])
    smallest = min(text.get_fontsize() for text in words) * scale
    pyplot.close(figure)
    assert len(words) > 10
    assert smallest >= 20


@pytest.mark.parametrize("vote", [None, 0, 1, 5, 14])
def test_readers_share_the_story_and_the_vote_falls_between_two_of_them(found, vote):
    day = found.story[0].day
    lines = [findings.Said(day, "", str(at), 0, at == vote) for at in range(15)]
    parts = slides.parts(lines)
    assert [line for part in parts for line in part] == lines
    assert len(parts) <= slides.READERS
    assert all(not line.stop for part in parts for line in part[1:])
