"""The pages of the pack that need no runs: the briefing, and every text of the folder as a printable sheet."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sim.theatre.files.load import load, load_history, load_sources
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .facts import briefing
from .fronts import fronts_svg
from .render import PackError, filled, markdown, page, put, shipped
from .slides import NUMBERS

THEATRE = "persian_gulf"
RECORD = "history"
BARRAGE = "e66_k1"
"""The event of the record on whose eve the memo of the rubric is written."""
GLOSSARY = "glossary"
"""The text that is part of the briefing and no page of its own."""


def write(folder: Path, scenario: str, runs: int, seed: int) -> list[Path]:
    """Copy texts into a folder where it has none of that name, and make their pages and the briefing."""
    asked = loaded(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    copy_texts(folder)
    held = context(asked, runs, seed)
    pages = [put(folder / "briefing.html", briefing_page(asked, folder, held))]
    return pages + [put(text.with_suffix(".html"), sheet(text, held)) for text in texts(folder)]


def loaded(scenario: str) -> Scenario:
    """Load a scenario of the theatre that the pack is about.

    Raises
    ------
    PackError
        It has another theatre.
    """
    asked = load(scenario)
    if asked.theatre.theatre != THEATRE:
        raise PackError(f"the class pack tells of {THEATRE}; {asked.name} is of {asked.theatre.theatre}")
    return asked


def record_of(scenario: Scenario) -> HistoryFile:
    """What happened, as the shipped record tells it."""
    return load_history(RECORD, scenario.theatre)


def copy_texts(folder: Path) -> None:
    """Give a folder the texts that it lacks; those that are there stay as they are."""
    for text in sorted(shipped().glob("*.md")):
        if not (folder / text.name).exists():
            put(folder / text.name, text.read_text(encoding="utf-8"))


def texts(folder: Path) -> Iterator[Path]:
    """The texts of a folder that become pages."""
    return (text for text in sorted(folder.glob("*.md")) if text.stem != GLOSSARY)


def context(scenario: Scenario, runs: int, seed: int) -> dict[str, Any]:
    """What the texts may name: scenario, theatre, the runs behind the slides, slides by name, article, record."""
    record = record_of(scenario)
    return {
        "scenario": scenario,
        "theatre": scenario.theatre,
        "outcomes": [outcome.label for outcome in scenario.theatre.outcomes.values()],
        "ladder": {rung: step.label for rung, step in scenario.theatre.ladder.rungs.items()},
        "runs": f"{runs:,}",
        "seed": seed,
        "slide": NUMBERS,
        "eve": record.events[BARRAGE].days[0] - timedelta(days=1),
        "article": load_sources().references["ART"],
        "record": {name: {"day": event.days[0], "text": event.story} for name, event in record.events.items()},
    }


def briefing_page(scenario: Scenario, folder: Path, held: dict[str, Any]) -> str:
    """The two printed pages that everybody reads first."""
    gathered = briefing(scenario.theatre, record_of(scenario))
    words = filled((folder / f"{GLOSSARY}.md").read_text(encoding="utf-8"), held)
    return page(
        "briefing.html",
        ["sheet.css", "briefing.css"],
        title=f"Briefing: {gathered.title}",
        carried={},
        held=gathered,
        map=fronts_svg(gathered.fronts),
        glossary=markdown(words),
    )


def sheet(text: Path, held: dict[str, Any]) -> str:
    """The page of a text."""
    told = filled(text.read_text(encoding="utf-8"), held)
    title = next((line[2:].strip() for line in told.splitlines() if line.startswith("# ")), text.stem)
    return page("sheet.html", ["sheet.css"], title=title, carried={}, name=text.stem, body=markdown(told))
