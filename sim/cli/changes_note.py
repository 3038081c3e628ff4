"""What a file changes, and what in it few would believe: said before anything is run."""

from pathlib import Path

from sim.play.sessions.exported import AS_PLAYED, ORDER, STANCE
from sim.text import counted
from sim.theatre.files.locate import File, root
from sim.theatre.files.resolve import changes
from sim.theatre.files.yaml_tree import read
from sim.theatre.language.number import written
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import changes_told

from .console import notes

MOST = 8
"""So many changes are listed."""
_PLAYED = (
    (f"script.{ORDER}", "order", ""),
    ("forbid.", "act", " held back"),
    (f"changes.{STANCE}", "change", " of stance"),
)
"""How the changes of a session begin, and what they are counted as."""


def tell_changes(name: str, scenario: Scenario) -> None:
    """Say what a file changes in the scenario that it extends, and which numbers lie outside their range."""
    path = root(name)
    tree, _ = read(path)
    parent = Path(str(tree.content["extends"].content)).stem
    changed = _in_short(changes(File(path, tree)), scenario.title.endswith(AS_PLAYED))
    if parent != scenario.theatre.theatre:
        more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
        told = ", ".join(changed[:MOST]) or "nothing"
        notes.print(f"changed against {parent}: {told}{more}", highlight=False)
    for line in changes_told(scenario):
        notes.print(line, highlight=False)
    later = scenario.epochs[1:] if scenario.changes else ()
    changed_later = [each for epoch in later for each in written(epoch.theatre) if each.path in epoch.changed]
    for each in dict.fromkeys((*written(scenario.theatre), *changed_later)):
        number = each.number
        if number.plausible is not None and not number.plausible[0] <= number.value <= number.plausible[1]:
            low, high = number.plausible
            text = f"note: {each.path} is {number.value:g}, outside its plausible range, {low:g} to {high:g}"
            notes.print(text, highlight=False)


def _in_short(changed: list[str], played: bool) -> list[str]:
    """What a file changes; of a session that was exported, what was ordered, held back and set is counted."""
    if not played:
        return changed
    told, rest = [], changed
    for of, thing, what in _PLAYED:
        if many := sum(each.startswith(of) for each in changed):
            told.append(f"{counted(many, thing)}{what}")
        rest = [each for each in rest if not each.startswith(of)]
    return [*([f"as played: {', '.join(told)}"] if told else []), *rest]
