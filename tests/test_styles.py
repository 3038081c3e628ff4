"""One figure for a page of the web, for paper and for a projector, from the command line too."""

import pytest
from PIL import Image

import sim
from sim import plots
from sim.plots import figures
from sim.plots.settings import STYLES, current
from tests import commands


def test_text_is_a_twenty_fifth_of_the_height_on_a_projector():
    style = STYLES["projector"]
    assert 0.04 <= style.text / (72 * style.tall) <= 0.05
    assert style.title > style.text
    assert style.height(4.5) == style.height(9) == style.tall


def test_a_style_holds_within_its_context_alone():
    with plots.style("paper") as style:
        assert current() is style
        assert tuple(figures.canvas().figure.get_size_inches()) == (style.wide, style.tall)
    assert current().name == "web"


def test_a_figure_on_a_projector_says_less_and_nothing_smaller():
    ensemble = sim.run("baseline", runs=12, seed=3)
    drawn = {}
    for name in ("web", "projector"):
        with plots.style(name):
            drawn[name] = plots.outcomes(ensemble, figures.canvas())
    web, projector = ({text.get_fontsize() for text in ax.texts} for ax in drawn.values())
    assert min(projector) > max(web)
    assert len(drawn["projector"].patches) < len(drawn["web"].patches)
    assert "rarer not drawn" in drawn["projector"].get_xlabel()


@pytest.mark.parametrize(("style", "wide"), [("projector", 1920), ("paper", 2100)])
def test_runs_are_drawn_in_the_style_asked_for_and_so_again(tmp_path, style, wide):
    commands.sim("run", "first_lesson", "--runs", "8", "--style", style, "--out", "result", cwd=tmp_path)
    picture = tmp_path / "result" / "figures" / "outcomes.png"
    with Image.open(picture) as image:
        assert image.width == wide
        assert image.info["Style"] == style
    commands.sim("reproduce", str(picture), cwd=tmp_path)


def test_a_style_without_figures_or_of_no_name_is_refused(tmp_path):
    asked = ("run", "first_lesson", "--runs", "2", "--out", "result")
    for more in (("--no-figures", "--style", "paper"), ("--style", "poster")):
        assert "--style" in commands.sim(*asked, *more, cwd=tmp_path, code=2).stderr
    assert not (tmp_path / "result").exists()
