"""The debrief of a room as one page that is kept: no script, nothing fetched, readable in any browser and on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from statistics import fmean
from typing import Any

from sim.text import percent, printable

from .forecasts import score, share_of

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; border-top: 1px solid; padding-top: 1rem; }
h3 { margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
@media print { h2 { break-before: page; } }
"""
_SCORE = (
    "The Brier score of a forecast is the squared distance of what was said from what came about by the last day of "
    "the crisis, on average over the worlds: 0 is best, 1 is worst, and always saying 50 % scores 0.25. Worlds that "
    "stopped earlier were lived on by the rules."
)


def judged(
    people: Iterable[Mapping[str, Any]], worlds: Mapping[int, Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Every forecast that was made, an outcome at a time, held to the share of the worlds in which it comes about."""
    lived = [world["onward"] for world in worlds.values() if world.get("onward")]
    for person in people:
        for outcome, said in (person["forecast"] or {}).items():
            if outcome not in labels:
                continue
            came = share_of(lived, outcome) if lived else None
            row = {"id": person["id"], "name": person["name"], "world": person["world"], "seat": person["seat"]}
            found: dict[str, float | None] = {"came": None, "brier": None}
            if came is not None:
                found = {"came": round(came, 6), "brier": round(score(said / 100.0, came).whole, 6)}
            yield row | {"outcome": outcome, "said": round(said / 100.0, 6), **found}


def as_page(
    kept: Mapping[str, Any],
    labels: Mapping[str, str],
    told: Sequence[Mapping[str, Any]],
    forecasts: Sequence[Mapping[str, Any]],
    names: bool,
) -> str:
    """Put the page together.

    Parameters
    ----------
    kept : mapping
        The room as its file has it.
    labels : mapping
        What outcomes are called.
    told : sequence
        The messages of a debrief.
    forecasts : sequence
        What `judged` gives.
    names : bool
        Whether people are named.
    """
    worlds = [each for each in told if each["part"] == "world"]
    title = next((str(each["title"]) for each in worlds if "title" in each), kept["plan"]["scenario"])
    parts = [f"<h1>{_text(title)}</h1>", f"<p>The debrief of room {_text(kept['code'])}.</p>"]
    for world in worlds:
        parts += _world(world)
    parts += _forecasts(labels, forecasts, names)
    head = f"<meta charset=utf-8><title>{_text(title)}: debrief</title><style>{_STYLE}</style>"
    return f'<!doctype html>\n<html lang="en">\n{head}\n' + "\n".join(parts) + "\n</html>\n"


def _world(world: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>{_text(world['name'])}</h2>"
    if "refused" in world:
        yield f"<p>It cannot be looked back on: {_text(world['refused'])}.</p>"
    elif not world.get("sections"):
        yield "<p>No day of it was lived.</p>"
    for section in world.get("sections", ()):
        yield f"<h3>{_text(section['title'])}</h3>"
        yield from (f"<p>{_text(line)}</p>" for line in section["lines"])


def _forecasts(labels: Mapping[str, str], forecasts: Sequence[Mapping[str, Any]], names: bool) -> Iterator[str]:
    if not forecasts:
        return
    yield "<h2>Forecasts</h2>"
    yield f"<p>{_SCORE}</p>"
    by_outcome = [(labels[name], [each for each in forecasts if each["outcome"] == name]) for name in labels]
    rows = [
        (label, len(made), percent(fmean(each["said"] for each in made)), _share(made), _score(made))
        for label, made in by_outcome
        if made
    ]
    yield _table(("Outcome", "Forecasts", "Said on average", "Came about, of these", "Score on average"), rows)
    people = dict.fromkeys((each["id"], each["name"], each["world"], each["seat"]) for each in forecasts)
    scores = [
        ((name if names else None) or who, f"world {world}, {seat}" if seat else "no seat", _score(made))
        for who, name, world, seat in people
        if (made := [each for each in forecasts if each["id"] == who])
    ]
    yield _table(("Who", "Where", "Score on average"), scores)


def _share(made: Sequence[Mapping[str, Any]]) -> str:
    came = [float(each["came"]) for each in made if each["came"] is not None]
    return percent(fmean(came)) if came else "not lived"


def _score(made: Sequence[Mapping[str, Any]]) -> str:
    scores = [each["brier"] for each in made if each["brier"] is not None]
    return f"{fmean(scores):.3f}" if scores else "not lived"


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col"{" class=n" if at else ""}>{_text(each)}</th>' for at, each in enumerate(columns))
    body = "".join(
        "<tr>" + "".join(f"<td{' class=n' if at else ''}>{_text(each)}</td>" for at, each in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>'


def _text(text: object) -> str:
    return escape(printable(str(text)))
