"""What a file changes, and what in it few would believe: said before anything is run."""

from sim.play.sessions.exported import AS_PLAYED, ORDER, STANCE
from sim.text import counted
from sim.theatre.files.errors import shown
from sim.theatre.files.inventory import faults
from sim.theatre.files.locate import File, chain, is_hidden, root, shipped
from sim.theatre.files.resolve import changes
from sim.theatre.language.number import written
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Sources
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
    if is_hidden(path, name):
        notes.print(f"{name} is {shown(path)}, not the shipped {path.stem}", highlight=False)
    files, _ = chain(path)
    bases = [file for file in files if file.path in files[0].extends]
    changed = _in_short(changes(files[0]), scenario.title.endswith(AS_PLAYED))
    if changed or [file.kind for file in bases] != ["theatre"]:
        more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
        told = ", ".join(changed[:MOST]) or "nothing"
        against = " and ".join(_called(base) for base in bases)
        notes.print(f"changed against {against}: {told}{more}", highlight=False)
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


def tell_faults_of_sources(model: Theatre | Scenario, sources: Sources) -> None:
    """Say which sources are named that no file of sources has, or that may not go into a model."""
    for fault, places in faults(model, sources).items():
        more = f" (and in {counted(len(places) - 1, 'other place')})" if len(places) > 1 else ""
        notes.print(f"note: {places[0]}: {fault}{more}", highlight=False)


def _called(base: File) -> str:
    """What a file builds on, so that nobody takes a shipped one for their own."""
    ours = base.path.resolve().is_relative_to(shipped().resolve())
    return f"the shipped {base.path.stem}" if ours else shown(base.path)


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
