"""Slides, the story to be read aloud and the answers: made from a run, one idea a slide, every number computed."""

import base64
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.provenance import Provenance
from sim.text import percent
from sim.theatre.language.scenario import Scenario

from .render import page, put

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .findings import Findings, Said

NAMES = (
    "question",
    "fronts",
    "ladder",
    "run",
    "fan",
    "standing",
    "outcomes",
    "barrage",
    "pairs",
    "record",
    "limits",
    "task",
)
"""In the order in which they are shown."""
NUMBERS = {name: number for number, name in enumerate(NAMES, 1)}
READERS = 6
LAST = 4
"""Lines of the story on the slide that asks for a vote."""
COLOURS = 128
"""Of a picture in the deck."""


def write(folder: Path, scenario: str, runs: int, seed: int) -> list[Path]:
    """Run the scenario and write slides, story and answers into a folder."""
    from .findings import findings
    from .printed import loaded

    return write_found(folder, findings(loaded(scenario), runs, seed))


def write_found(folder: Path, found: "Findings") -> list[Path]:
    """Write slides, story and answers of what was found."""
    made = {"slides": slides_page, "story": story_page, "answers": answers_page}
    return [put(folder / f"{name}.html", drawn(found)) for name, drawn in made.items()]


def slides_page(found: "Findings") -> str:
    """The deck: it presents in a browser, and prints one slide to a page."""
    from .facts import briefing
    from .fronts import fronts_svg
    from .printed import record_of

    told = briefing(found.scenario.theatre, record_of(found.scenario))
    return page(
        "slides.html",
        ["slides.css"],
        script="slides.js",
        title=f"Slides: {found.scenario.title}",
        carried=carried(found),
        found=found,
        scenario=found.scenario,
        ladder=severities(found.scenario),
        fronts=fronts_svg(told.fronts, actors=False, size=12.5),
        span=told.span,
        eve=found.twice.day - timedelta(days=1),
        pictures=pictures(found),
        before=before_the_vote(found.story),
        came=sum(row.recorded is not None for row in found.rows),
        source=source(found),
    )


def story_page(found: "Findings") -> str:
    """One run, cut into as many parts as there are readers."""
    return page(
        "story.html",
        ["sheet.css"],
        title="One history, to be read aloud",
        carried=carried(found),
        found=found,
        scenario=found.scenario,
        parts=parts(found.story),
    )


def parts(story: Sequence["Said"], readers: int = READERS) -> list[list["Said"]]:
    """Cut a story into a part for each reader, of about one length; the vote falls between two of them."""
    vote = next((at for at, line in enumerate(story) if line.stop), len(story))
    before = min(max(round(readers * vote / max(len(story), 1)), 1), readers - 1) if 0 < vote < len(story) else readers
    halves = ((story[:vote], before), (story[vote:], readers - before)) if vote else ((story, readers),)
    return [list(part) for half, n in halves for part in _cut(half, n) if part]


def _cut(lines: Sequence["Said"], n: int) -> list[Sequence["Said"]]:
    edges = [round(at * len(lines) / n) for at in range(n + 1)] if n else []
    return [lines[a:b] for a, b in pairwise(edges)]


def before_the_vote(story: Sequence["Said"], most: int = LAST) -> list["Said"]:
    """The last lines that the class has heard when it votes."""
    vote = next((at for at, line in enumerate(story) if line.stop), len(story))
    return list(story[max(vote - most, 0) : vote])


def answers_page(found: "Findings") -> str:
    """The numbers that the sheets are scored by."""
    return page(
        "answers.html",
        ["sheet.css"],
        title="Answers, for the teacher",
        carried=carried(found),
        found=found,
        scenario=found.scenario,
        source=source(found),
    )


def carried(found: "Findings") -> dict[str, str]:
    """What a page says of itself to machines: which scenario, runs and seed it was made from."""
    of = Provenance.of(found.ensemble)
    return {
        "scenario": of.scenario.name,
        "scenario-sha256": of.scenario.sha256,
        "runs": str(of.runs),
        "seed": str(of.seed),
        "software": f"escalation-sim {of.software}",
    }


def source(found: "Findings") -> str:
    """Which runs a number is of, as every slide says."""
    return f"{found.n:,} runs of {found.scenario.name}, seed {found.ensemble.seed}"


def severities(scenario: Scenario) -> list[tuple[int, str, float]]:
    """The ladder from the top: rung, label, and severity as a part of the gravest."""
    rungs = scenario.theatre.ladder.rungs
    most = max(rung.severity.value for rung in rungs.values())
    return [(number, rung.label, rung.severity.value / most) for number, rung in sorted(rungs.items(), reverse=True)]


def pictures(found: "Findings") -> dict[str, dict[str, str]]:
    """The figures of the deck, each with a sentence for those who do not see it."""
    return {
        name: {"address": picture(partial(draw, found)), "alt": told(found)} for name, (draw, told) in FIGURES.items()
    }


def picture(draw: Callable[[], "Axes"]) -> str:
    """A figure for the back row, as an address that holds the whole picture."""
    from matplotlib import pyplot
    from PIL import Image

    from sim.plots.settings import own_settings, style

    held = BytesIO()
    with own_settings(), style("projector") as projector:
        figure = draw().figure.figure
        figure.savefig(held, dpi=projector.dpi, format="png")
        pyplot.close(figure)
    small = BytesIO()
    # Figures have few colours: with a palette of them, the deck is a quarter as large.
    Image.open(held).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode('ascii')}"


def _fan(found: "Findings") -> "Axes":
    from sim.plots import fan

    return fan(found.ensemble)


def _standing(found: "Findings") -> "Axes":
    from sim.plots import rungs

    return rungs(found.ensemble)


def _fan_told(found: "Findings") -> str:
    low, middle, high = found.ensemble.quantiles("tension", [0.025, 0.5, 0.975])[:, -1]
    return (
        "Tension over the year, as bands that hold the middle 50, 80 and 95 % of the runs, with single runs as lines. "
        f"On the last day the median is {middle:.0f} points, and 95 % of the runs lie from {low:.0f} to {high:.0f}."
    )


def _standing_told(found: "Findings") -> str:
    last = found.ensemble.standing()[:, -1]
    most = sorted(range(len(last)), key=lambda rung: -last[rung])[:3]
    return (
        "Share of the runs on each rung of the ladder, day by day, stacked. On the last day: "
        f"{', '.join(f'{percent(float(last[rung]))} on rung {rung}' for rung in most)}."
    )


FIGURES: dict[str, tuple[Callable[["Findings"], "Axes"], Callable[["Findings"], str]]] = {
    "fan": (_fan, _fan_told),
    "standing": (_standing, _standing_told),
}
"""Slides that are a figure: how it is drawn, and what it shows in words."""

__all__ = ["FIGURES", "NAMES", "NUMBERS", "answers_page", "carried", "slides_page", "story_page", "write"]
