"""Any encoding, any state of the streams, any settings of Matplotlib: the answer is the same, or a sentence."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.plots import figures

from .every_verb import ask

TITLED = "schema_version: 1\nextends: first_lesson\ntitle: 霍 ↑ · é\ndays: 30\nruns: 8\n"
FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surroundings")
    (folder / "t.yaml").write_text(TITLED, encoding="utf-8")
    assert ask("run", folder / "t.yaml", "--out", folder / "made", "--no-figures").code == 0
    return folder


def shell(line, place, **environment):
    """A line of a shell, with `sim` for the command."""
    full = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "100", **environment}
    line = line.replace("sim ", f"'{sys.executable}' -m sim ")
    return subprocess.run(["bash", "-c", line], cwd=place, env=full, capture_output=True, timeout=100)


@pytest.mark.fault("25", "UnicodeEncodeError for the table, and for any title beyond the code page")
@pytest.mark.parametrize("encoding", ["cp1252", "ascii:strict", "utf-16"])
def test_an_answer_is_written_in_any_encoding(encoding, place, record_property):
    ended = shell("sim replay made --run 1; sim validate t.yaml --json", place, PYTHONIOENCODING=encoding)
    assert ended.returncode == 0, ended.stderr
    codec = encoding.split(":")[0]
    text = ended.stdout.decode("utf-16" if codec == "utf-16" else codec, "strict" if codec != "utf-16" else "ignore")
    assert ("霍" in text) == encoding.startswith("utf") or codec == "utf-16"
    if not encoding.startswith("utf"):
        assert r"\u970d" in text
        assert "\N{MIDDLE DOT}" not in text or codec != "ascii"
        document = text[text.rindex('{\n "valid"') :]
        assert "霍" in json.loads(document)["valid"]["t.yaml"]
    record_property(
        "now", f"{encoding}: {'as it is' if encoding.startswith('utf') else 'letters it lacks are escaped'}"
    )


@pytest.mark.parametrize(
    "settings", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONUTF8": "1"}]
)
def test_files_are_read_as_utf_8_in_any_locale(settings, place):
    ended = shell("sim validate t.yaml --json", place, **settings)
    assert ended.returncode == 0, ended.stderr
    assert "'霍 ↑ · é'" in json.loads(ended.stdout)["valid"]["t.yaml"]


@pytest.mark.fault("34", "AttributeError for a closed, OSError for a full standard output")
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("sim validate baseline --json >&-", 1, "cannot write the answer to standard output: it is closed"),
        ("sim validate baseline > /dev/full", 1, "cannot write the answer to standard output: No space left on device"),
        ("sim run t.yaml --overwrite --no-figures >&-", 1, "the result is in results/t\ncannot write the answer"),
        ("sim validate none.yaml > /dev/full", 3, "there is no file"),
        ("sim run t.yaml --overwrite --no-figures 2> /dev/full > /dev/null", 0, ""),
        ("set -o pipefail; sim describe baseline | head -1", 0, ""),
    ],
)  # fmt: skip
def test_streams_that_are_closed_or_full_are_a_sentence(line, code, said, place, record_property):
    ended = shell(line, place)
    err = ended.stderr.decode()
    assert ended.returncode == code, err
    assert said in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    record_property("now", f"{line}: {err.splitlines()[-1] if err else 'exit code ' + str(code)}"[:140])


# Matplotlib


def drawn(folder):
    """What figures a run writes, by name, and their bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.png"))}


@pytest.fixture(scope="module")
def plain(place):
    figures.write_all(sim.open(place / "made"), place / "plain")
    return drawn(place / "plain")


SETTINGS = """\
text.usetex: True
axes.unicode_minus: False
axes.formatter.use_locale: True
axes.formatter.use_mathtext: True
font.family: A font that nobody has
font.size: 30
figure.dpi: 31
figure.facecolor: red
figure.autolayout: True
savefig.dpi: 40
savefig.bbox: tight
savefig.transparent: True
lines.linewidth: 9
axes.grid: True
axes.titlelocation: right
xaxis.labellocation: left
path.sketch: 1, 100, 2
image.cmap: jet
interactive: True
backend: TkAgg
"""


@pytest.mark.fault("23", "a notebook's backend: ValueError after the runs, and no table")
@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_a_backend_that_is_handed_down_changes_no_byte(backend, place, plain, record_property):
    (place / "matplotlibrc").write_text(SETTINGS, encoding="utf-8")
    line = "sim run t.yaml --overwrite --out figured"
    ended = shell(line, place, MPLBACKEND=backend, MATPLOTLIBRC=str(place / "matplotlibrc"), DISPLAY="")
    assert ended.returncode == 0, ended.stderr.decode()
    assert b"Warning" not in ended.stderr
    assert drawn(place / "figured" / "figures") == plain
    record_property("now", f"MPLBACKEND={backend}: table and {len(plain)} figures, the same bytes")


def test_a_style_in_python_changes_no_byte_of_our_files_and_stays_as_it_was(place, plain):
    import matplotlib

    with matplotlib.rc_context(fname=None, rc={"text.usetex": True, "font.size": 30, "savefig.bbox": "tight"}):
        figures.write_all(sim.open(place / "made"), place / "styled")
        assert matplotlib.rcParams["text.usetex"]
        assert drawn(place / "styled") == plain
        ax = sim.plots.rungs(sim.open(place / "made"), figures.canvas())
        assert r"50 \%" in [ax.yaxis.get_major_formatter()(share, 0) for share in (0.5, 1)]
        assert not ax.title.get_usetex() or not ax.get_title()
    assert not matplotlib.rcParams["text.usetex"]


def test_a_library_draws_where_the_environment_names_a_backend_that_there_is_not(place):
    code = "import sim; e = sim.open('made'); print(type(sim.plots.rungs(e)).__name__, e._repr_html_()[:4])"
    for backend in ("nonsense", "module://nothing.of.the.kind"):
        full = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MPLBACKEND": backend}
        ended = subprocess.run([sys.executable, "-c", code], cwd=place, env=full, capture_output=True, text=True)
        assert (ended.stdout, ended.returncode) == ("Axes <div\n", 0), ended.stderr


@pytest.mark.fault("print first", "what went wrong in drawing cost the answer")
def test_the_table_is_printed_before_figures_are_drawn(place, monkeypatch, record_property, capsys):
    def broken(*_):
        raise RuntimeError("the pen is broken")

    monkeypatch.setattr(figures, "write_all", broken)
    with pytest.raises(RuntimeError, match="the pen is broken"):
        sim_app("run", str(place / "t.yaml"), "--overwrite", "--out", str(place / "broken"))
    assert "share of runs" in capsys.readouterr().out
    record_property("now", "the table stands before the failure")


def sim_app(*words):
    from sim.cli.app import app

    app(words, prog_name="sim")
