"""What `sim describe` prints: a question, its cast, and where every number is from."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from itertools import chain, groupby
from textwrap import fill
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.text import counted
from sim.theatre.files.description import KINDS, Description, describe
from sim.theatre.files.inventory import Citation, Row
from sim.theatre.language.number import ODDS
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.parameters.change import changes_told

from .changes_note import tell_faults_of_sources
from .console import print_as_it_is, print_json

_WIDEST = 140


def described(name: str, pattern: str | None) -> Description:
    """Read a theatre or a scenario and what its sources name; a pattern that no path matches is wrong usage."""
    try:
        return describe(name, pattern)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def print_as_json(told: Description) -> None:
    """Write everything as one JSON document."""
    question = getattr(told.model, "question", None)
    scenario = told.model.name if isinstance(told.model, Scenario) else None
    print_json(
        {"scenario": scenario, "theatre": told.theatre.theatre, "title": told.model.title, "question": question}
        | {"actors": [dict(zip(("id", "label", "kind", "actions"), each, strict=True)) for each in told.cast()]}
        | {"changes": _changes(told.model)}
        | {"kinds": told.kinds() | {"judgement_with_direction": told.with_direction()}}
        | {"tuned_to": told.tuned_to()}
        | {"base_rates": _base_rates(told)}
        | {"numbers": [asdict(row) for row in told.rows]}
        | {"sources": {each.key: _as_data(each) for each in told.cited()}}
    )


def _changes(model: Theatre | Scenario) -> dict[str, Any]:
    entries = model.changes if isinstance(model, Scenario) else {}
    return {name: change.model_dump(mode="json", exclude_none=True) for name, change in entries.items()}


def _base_rates(told: Description) -> dict[str, Any]:
    rows = len(told.theatre.base_rates)
    return {"rows": rows, "aimed_at": told.aimed_at(), "cannot_fail": told.cannot_fail()}


def _as_data(each: Citation) -> dict[str, Any]:
    content = each.entry.model_dump(mode="json", exclude_defaults=True) if each.entry is not None else {"text": None}
    return content | {"cited_at": each.cited_at, "cited_by": each.cited_by}


def print_all(told: Description, console: Console, sources: bool) -> None:
    """Write what a reader wants: to a terminal in columns, elsewhere in lines of fields with tabs between them."""
    head = not sources and len(told.rows) == len(told.every_row)
    if console.is_terminal:
        if head:
            _print_head(told, console)
        _print_sources(told.cited(), console) if sources else _print_numbers(told, console)
    else:
        lines = _plain_sources(told.cited()) if sources else _plain_numbers(told)
        for line in chain(_plain_head(told) if head else (), lines):
            print_as_it_is(line)
    tell_faults_of_sources(told.model, told.sources)


def _counts(told: Description) -> Iterator[str]:
    if isinstance(told.model, Scenario):
        yield from changes_told(told.model)
    yield counted(len(told.rows), "number")
    for kind, n in told.kinds().items():
        yield f"{n:>6,} {kind:<10} {KINDS[kind]}"
        if checks := told.tuned_to() if kind == "tuned" else ():
            yield f"{'':>9}to {', '.join(checks)}"
        if kind == "judgement":
            directed = told.with_direction()
            yield f"{directed:>8,} whose direction rests on a claim or a record"
            yield f"{n - directed:>8,} that rest on nothing else"
    if any(row.unit == ODDS for row in told.rows):
        yield f"{ODDS}: of a rate r, the chance on a day with nothing else to choose is r / (1 + r): 0.1 means 9 %"
    if rates := told.theatre.base_rates:
        idle = told.cannot_fail()
        yield f"{counted(len(rates), 'base rate')} to compare runs with" + (
            f", of which {', '.join(idle)} cannot fail" if idle else ""
        )
        if aimed := told.aimed_at():
            yield f"{len(aimed):>6,} rest on what numbers were tuned to: {', '.join(aimed)}"


def _print_head(told: Description, console: Console) -> None:
    console.print(Text(told.model.title, style="bold"))
    if question := getattr(told.model, "question", None):
        console.print(Text(question, style="italic"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("actor", "id", "kind"):
        table.add_column(name, overflow="fold")
    table.add_column("actions", justify="right")
    for name, label, kind, acts in told.cast():
        table.add_row(Text(label), name, kind, str(acts or ""))
    console.print("", table, "")
    for line in _counts(told):
        console.print(Text(line))
    console.print()


def _print_numbers(told: Description, console: Console) -> None:
    labels = _labels(told)
    width = min(console.width, _WIDEST)
    for entry, rows in groupby(told.rows, key=lambda row: row.entry):
        listed = list(rows)
        console.print(Text.assemble((entry, "bold"), f"  {labels.get(entry, '')}"))
        shared = next((row.source for row in listed if row.cited_at == entry), None)
        if shared:
            console.print(Text(_indented(shared, 2, width), style="dim"))
        for row in listed:
            line = _in_columns(row, min(width - 51, 46))
            own = _said(row) if row.cited_at != entry or row.set_at else ""
            if own and len(line.split("\n")[-1]) + 2 + len(own) <= width:
                line, own = f"{line}  {own}", ""
            console.print(Text(line.rstrip()))
            if own:
                console.print(Text(_indented(own, 6, width), style="dim"))
        console.print()


def _in_columns(row: Row, room: int) -> str:
    """The number in columns below its name, or beside it if there is room."""
    beside = f"  {row.name:<{room}} " if len(row.name) <= room else f"  {row.name}\n{' ' * (room + 3)}"
    return f"{beside}{_value(row):>16}  {_range(row):<20} {row.kind:<9}"


def _indented(text: str, by: int, width: int) -> str:
    return fill(text, width, initial_indent=" " * by, subsequent_indent=" " * by)


def _labels(told: Description) -> dict[str, str]:
    labels: dict[str, str] = {}
    for section in ("actors", "actions", "variables", "dyads", "outcomes"):
        entries = getattr(told.theatre, section).items()
        labels |= {f"{section}.{name}": entry.label for name, entry in entries}
    return labels


def _value(row: Row) -> str:
    return f"{row.side or ''} {_figure(row.value)} {'' if row.unit == '1' else row.unit}".strip()


def _range(row: Row) -> str:
    even = " even" if row.uniform else ""
    return f"{_figure(row.plausible[0])} to {_figure(row.plausible[1])}{even}" if row.plausible else "no range"


def _figure(value: float) -> str:
    return f"{Decimal(f'{value:.6g}'):f}"


def _said(row: Row) -> str:
    set_here = f"set in {row.set_at}" if row.set_at else ""
    return "; ".join(part for part in (set_here, row.source or "") if part)


def _plain_head(told: Description) -> Iterator[str]:
    yield told.model.title
    if question := getattr(told.model, "question", None):
        yield question
    yield ""
    yield _tabbed("actor", "label", "kind", "actions")
    for each in told.cast():
        yield _tabbed(*each)
    yield ""
    yield from _counts(told)
    yield ""


def _plain_numbers(told: Description) -> Iterator[str]:
    yield _tabbed("path", "value", "unit", "low", "high", "kind", "source", "set at")
    for row in told.rows:
        low, high = map(_figure, row.plausible) if row.plausible else ("", "")
        value = f"{row.side or ''} {_figure(row.value)}".strip()
        yield _tabbed(row.path, value, row.unit, low, high, row.kind, row.source or "", row.set_at or "")


def _plain_sources(entries: Iterable[Citation]) -> Iterator[str]:
    yield _tabbed("key", "date", "text", "address", "cited at", "cited by")
    for each in entries:
        date, address = getattr(each.entry, "date", None), getattr(each.entry, "address", None)
        by = "; ".join(each.cited_at), "; ".join(each.cited_by)
        yield _tabbed(each.key, date or "", _text(each), address or "", *by)


def _print_sources(entries: Iterable[Citation], console: Console) -> None:
    width = min(console.width, _WIDEST)
    for each in entries:
        console.print(Text.assemble((each.key, "bold"), "  ", str(getattr(each.entry, "date", None) or "")))
        console.print(Text(_indented(_text(each), 4, width)))
        for address in filter(None, (getattr(each.entry, name, None) for name in ("address", "also"))):
            console.print(Text(f"    {address}", style="dim"), soft_wrap=True)  # in one piece, to be followed
        console.print(Text(_indented(f"cited by {'; '.join((*each.cited_at, *each.cited_by))}", 4, width), style="dim"))


def _text(each: Citation) -> str:
    if each.entry is None:
        return "not in any sources.yaml"
    value = getattr(each.entry, "value", None)
    return f"{each.entry.text} ({value})" if value else each.entry.text


def _tabbed(*fields: object) -> str:
    return "\t".join(" ".join(str(field).split()) for field in fields)
