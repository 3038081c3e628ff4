"""A view in words: what an adviser would say to whoever sits in the seat that morning."""

from collections.abc import Iterator
from datetime import date

from sim.text import WIDTH, capital, checked_width, counted, listed, number, on, paragraph, percent, printable
from sim.theatre.language.scenario import Scenario

from .view import Item, Reading, View

_MOST_MOVED = 6
"""Variables that are told because they moved, at most."""
_LEAST_MOVED = 0.02
"""Of a share; of other quantities, of what they were."""


def briefing(view: View, scenario: Scenario, width: int = WIDTH) -> str:
    """Tell a view in words, in lines of at most `width` letters.

    Raises
    ------
    ValueError
        The page is too narrow.
    """
    checked_width(width)
    lines = [f"{view.label}: {on(view.date)}, day {view.day + 1}, turn {view.turn + 1}", view.session]
    if view.over:
        lines[0] = f"{view.label}: the session is over, {on(view.date)}"
    sections = (_opening(view), _news(view), _state(view), _moved(view), _held(view), _standing(view, scenario))
    for section in map(list, sections):
        if section:
            lines.append("")
            for text in section:
                lines += paragraph(text, width, hang=2).splitlines()
    return printable("\n".join(lines)) + "\n"


def _opening(view: View) -> Iterator[str]:
    if view.turn == 0 and view.wants:
        yield f"What you are after: {view.wants}"
    if view.stopped:
        yield capital(f"The clock stops early: {_because(view.stopped)}.")


def _because(why: str) -> str:
    return f"because {why}" if why.startswith("of ") else why


def _news(view: View) -> Iterator[str]:
    """What the seat has learned since its last view."""
    if not view.news:
        if view.turn:
            yield "Nothing new has come to your ears."
        return
    yield "WHAT IS NEW"
    for item in view.news:
        yield f"{on(item.date, year=False)}: {told(item)}"


def told(item: Item) -> str:
    """A piece of news in a few sentences."""
    parts = [item.text]
    if item.learned.toordinal() - item.date.toordinal() > 1:
        parts.append(f"(You hear of it on {on(item.learned, year=False)}.)")
    if item.deaths:
        parts.append(f"{counted(item.deaths, 'person').replace('persons', 'people')} died.")
    if item.claimed_by is not None and item.claimed_by != item.actor:
        parts.append(f"{item.claimed_by} claims it.")
    if item.kind == "deniable":
        held = [f"{each.label} {percent(each.share)}" for each in item.responsible]
        parts.append(f"You hold {listed(held)} responsible." if held else "You hold nobody responsible.")
    return " ".join(parts)


def _state(view: View) -> Iterator[str]:
    whole = view.rungs[-1]
    yield f"THE LADDER: rung {whole.rung}, {whole.rung_label}; tension {view.tension:.0f} of 100."
    higher = [f"{each.label} {each.rung}" for each in view.rungs[:-1] if each.rung]
    if higher:
        yield f"By exchange: {listed(higher)}."
    if view.outcomes:
        yield f"What has come about: {listed([f'{name} on {on(day)}' for name, day in _by_day(view.outcomes)])}."


def _by_day(outcomes: dict[str, date]) -> list[tuple[str, date]]:
    return sorted(((name.replace("_", " "), day) for name, day in outcomes.items()), key=lambda each: each[1])


def _moved(view: View) -> Iterator[str]:
    """The variables that moved most in a week, and on the first morning what the seat cannot see."""
    moved = sorted((each for each in view.variables if _change(each) > 0.0), key=lambda each: -_change(each))
    if moved:
        yield "WHAT MOVED IN A WEEK"
        for each in moved[:_MOST_MOVED]:
            yield f"{each.label}: {_amount(each, each.a_week_ago)} → {_amount(each, each.value)}"
    old = [each for each in view.variables if each.as_of is not None and (view.date - each.as_of).days > 1]
    if old:
        yield f"You know of {listed([each.label for each in old])} with some days' delay."


def _change(reading: Reading) -> float:
    """By how much a variable moved in a week, beside what counts as little; 0 for less than that."""
    now, then = reading.value, reading.a_week_ago
    if now is None or then is None or now == then:
        return 0.0
    if isinstance(now, bool):
        return 100.0
    scale = 1.0 if reading.unit == "1" else max(abs(then), 1e-9)
    size = abs(now - then) / scale
    return size / _LEAST_MOVED if size >= _LEAST_MOVED else 0.0


def _amount(reading: Reading, value: float | bool | None) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return percent(value) if reading.unit == "1" else f"{number(value)} {reading.unit}".strip()


def _held(view: View) -> Iterator[str]:
    """What the seat's people hold against others."""
    held = sorted((each for each in view.grievances if each.provocation >= 0.02), key=lambda each: -each.provocation)
    if held:
        yield "WHAT YOUR PEOPLE HOLD AGAINST OTHERS (of 1)"
        for each in held[:6]:
            blood = f", blood {each.blood:.2f}" if each.blood >= 0.005 else ""
            yield f"{each.label}: provocation {each.provocation:.2f}{blood}, like rung {each.strongest:.1f} by now"


def _standing(view: View, scenario: Scenario) -> Iterator[str]:
    """What the seat has ordered."""
    actions, mine = scenario.theatre.actions, view.standing
    if view.over:
        return
    yield "YOUR ORDERS"
    if mine.played_by == "rules":
        yield "The umpire has handed your seat to the rules."
        return
    for each in (*mine.scheduled, *view.ordered):
        yield f"{on(each.on)}: {actions[each.act].label} ({each.act})"
    if mine.never:
        yield f"Never: {listed([actions[act].label for act in mine.never])}"
    for path, value in mine.stance.items():
        yield f"{path} = {value:g}"
    otherwise = "the rules decide for you" if mine.otherwise == "rules" else "you do nothing"
    yield f"On days for which you order nothing, {otherwise}."
