"""Text from files is text: no markup of a terminal, no HTML, no formula, whoever wrote it and whatever shows it."""

import json
import re
import unicodedata
from functools import partial

import matplotlib
import pytest
import yaml

import sim
from sim.cli.console import PlainConsole
from sim.plots import figures
from sim.text import UNPRINTABLE

from .every_verb import NOT_PRECISE, ask, asked_of

HOSTILE = r"[/b] [red]x[/] [link=http://a]y :warning: $x_1$ $\frac{ 50 % & \n <script>alert(1)</script> 霍 🙂 שלום"
STEERING = "\x1b[31m\x07\x9b1m\u202eabc"
TEXTS = {"label", "title", "notes", "note", "story", "question", "source"}


def spoilt(entry, text):
    """A theatre as written with every text another; sources begin as they must."""
    if isinstance(entry, list):
        return [spoilt(each, text) for each in entry]
    if not isinstance(entry, dict):
        return entry
    return {
        key: _written(key, text) if key in TEXTS and isinstance(value, str) else spoilt(value, text)
        for key, value in entry.items()
    }


def _written(key, text):
    """A text as this key may have it: a source begins as it must, and a story's braces are for what a run fills."""
    if key == "story":
        return text.replace("{", "(").replace("}", ")")
    return f"judgement: {text}" if key == "source" else text


def files_with(text, folder):
    """A scenario and its theatre, all of whose texts are this one."""
    written = yaml.safe_load(shipped("theatres/two_rivals.yaml").read_text(encoding="utf-8"))
    theatre = spoilt(written, text) | {"theatre": "spoilt"}
    theatre["sides"] = {"one": {"label": f"_{text}", "colour": "#cc4125"}}
    theatre["actors"]["north"]["side"] = "one"
    scenario = {"schema_version": 1, "extends": "spoilt.yaml", "title": text, "question": text, "notes": text}
    scenario |= {"start": "2030-01-01", "days": 40}
    for name, content in (("spoilt", theatre), ("asked", scenario)):
        text_of = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_style=None)
        (folder / f"{name}.yaml").write_text(text_of, encoding="utf-8")
    return folder / "asked.yaml"


def shipped(name):
    from sim.theatre.files.locate import shipped as folder

    return folder() / name


def said(text):
    """What is shown without blanks, since tables break lines where they like."""
    return re.sub(r"[\s│┃]+", "", text)


@pytest.mark.fault("4", "MarkupError after the runs")
@pytest.mark.fault("5", "words in brackets swallowed")
@pytest.mark.fault("4 4b 5 6", ":warning: turned into a sign")
def test_every_verb_shows_hostile_texts_as_they_were_written(tmp_path, record_property):
    verbs = 0
    for words, answered in asked_of(files_with(HOSTILE, tmp_path), tmp_path):
        assert answered.code in (0, NOT_PRECISE), (words, answered)
        assert "⚠" not in answered.out + answered.err
        if words[0] in ("run", "validate", "replay") and "--json" not in words:
            assert said(HOSTILE) in said(answered.out), (words, answered.out)
        verbs += 1
    page = (tmp_path / "made" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert HOSTILE in json.dumps(json.loads(data[1]), ensure_ascii=False).replace("\\\\", "\\")
    record_property("now", f"{verbs} verbs show [/b], [draft] and :warning: as they are written")


def test_nothing_that_steers_a_terminal_or_turns_a_line_leaves_a_verb(tmp_path):
    for words, answered in asked_of(files_with(f"A {STEERING} B", tmp_path), tmp_path):
        assert answered.code in (0, NOT_PRECISE), (words, answered)
        steering = UNPRINTABLE.findall(answered.out + answered.err)
        assert not steering, (words, answered)
        if words[0] == "run" and "--json" not in words:
            assert "A �[31m" in answered.out
        if "--json" in words:
            json.loads(answered.out)
    page = (tmp_path / "made" / "report.html").read_text(encoding="utf-8")
    assert "\u202e" not in re.sub(r'<script type="application/json" id="made-from">.*?</script>', "", page, flags=re.S)
    assert "\u202e" not in sim.replay(tmp_path / "asked.yaml", run=1).text()
    found = ask("run", tmp_path / "asked.yaml", "--runs", 1, "--out", tmp_path / "[bold]", "--no-figures")
    assert "[bold]" in found.err


def test_names_of_files_and_what_is_said_of_faults_are_text_too(tmp_path):
    odd = tmp_path / "[red] :warning: \x1b[2J"
    odd.mkdir()
    answered = ask("validate", odd / "none.yaml")
    assert answered.code == 3
    assert "[red] :warning: �[2J" in answered.err
    (odd / "x.yaml").write_text("schema_version: 1\nextends: first_lesson\n'[/red]': 1\n", encoding="utf-8")
    answered = ask("validate", odd / "x.yaml")
    assert answered.code == 3
    assert "[/red]" in answered.err
    answered = ask("branch", "first_lesson", "--run", 1, "--day", "[/b]\x1b")
    assert (answered.code, "'[/b]" in answered.err, "\x1b" in answered.err) == (2, True, False)


def test_a_notebook_sets_no_formula_and_runs_no_script(tmp_path):
    told = sim.run(files_with(HOSTILE, tmp_path), runs=8, progress=None)._repr_html_()
    assert "<script>" not in told
    assert told.startswith("<div class='tex2jax_ignore mathjax_ignore'>")
    assert "$x_1$" in told


@pytest.mark.parametrize("text", [HOSTILE, f"{STEERING}\x00", "_", r"\alpha $\nonsense{$"])
def test_figures_draw_texts_and_set_no_formula(text, tmp_path):
    ensemble = sim.run(files_with(text, tmp_path), runs=12, progress=None)
    files = figures.write_all(ensemble, tmp_path / "figures")
    assert len(files) >= 5
    legend = figures.standard(ensemble)["strip"]().get_legend()
    if (ensemble.events.query("run == 0")["actor"] == "north").any():
        assert any(each.get_text().startswith("_") for each in legend.get_texts())


def test_a_user_s_own_axes_show_texts_as_written_even_where_tex_is_on(tmp_path):
    from matplotlib.text import Text

    ensemble = sim.run(files_with(HOSTILE, tmp_path), runs=12, progress=None)
    with matplotlib.rc_context({"text.usetex": True}):
        for name, ideas in (
            ("outcomes", sim.plots.outcomes),
            ("fan", partial(sim.plots.fan, variable="fear")),
            ("strip", sim.plots.strip),
        ):
            ax = ideas(ensemble, figures.canvas())
            written = [each for each in ax.findobj(Text) if "frac" in each.get_text()]
            assert written, name
            assert not [each for each in written if each.get_usetex() or each.get_parse_math()], name


def test_a_console_writes_no_link_and_no_markup_of_anything(capsys):
    console = PlainConsole(force_terminal=True, width=100, highlight=False)
    console.print("[link=https://a.example]text[/link] [bold]b[/bold] :smile: \x1b]8;;https://a.example\x07")
    out = capsys.readouterr().out
    assert "[link=https://a.example]text[/link] [bold]b[/bold] :smile:" in out
    assert "\x1b" not in out
    assert all(unicodedata.category(sign) != "Cc" for sign in out if sign != "\n")
