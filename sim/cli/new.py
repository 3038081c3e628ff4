"""The verb `new`: begin a scenario or a theatre as a file that runs as it is and explains every part of itself."""

import json
import os
import re
import shlex
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import complete
from .console import Json, answering, console, notes, print_json

if TYPE_CHECKING:
    from sim.theatre.language.scenario import Scenario
    from sim.theatre.language.schema import Theatre

_STARTS = Path(__file__).parent / "starts"
_FIRST_DAY, _DAYS = date(2030, 1, 1), 365
"""When a scenario begins, and how long it lasts, that extends a theatre and so inherits no dates."""


_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"}


class _Start(Template):
    """A file to begin with; `@name` stands for what is filled in, since `$` is a word of editors."""

    delimiter = "@"


@answering
def new(
    name: Annotated[str, typer.Argument(help="A name for it; the file will be NAME.yaml in the current folder.")],
    theatre: Annotated[
        bool, typer.Option("--theatre", help="Begin a theatre, with a first scenario beside it.")
    ] = False,
    extends: Annotated[
        str | None,
        typer.Option(
            help="The scenario or theatre to build on. [default: baseline]",
            autocompletion=complete.scenarios_or_theatres,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin a scenario or a theatre: a file with a comment on every part, which runs as it is."""
    if theatre and extends is not None:
        raise typer.BadParameter("a theatre builds on nothing else; leave out --extends", param_hint="--extends")
    _refuse_unfit(name)
    texts = _theatre(name) if theatre else {f"{name}.yaml": _scenario(name, extends or "baseline")}
    for taken in filter(os.path.lexists, texts):
        raise typer.BadParameter(
            f"the file '{taken}' already exists and is left as it is; choose another name", param_hint="NAME"
        )
    for file, text in texts.items():
        with open(file, "x", encoding="utf-8") as written:
            written.write(text)
    *_, question = texts
    following = [f"sim {verb} {question}" for verb in ("validate", "run", "lint")]
    if as_json:
        print_json({"written": list(texts), "next": following})
        return
    for file in texts:
        console.print(file, highlight=False)
    notes.print(f"Open it in an editor and change one thing; then: {', '.join(following)}")


def _refuse_unfit(name: str) -> None:
    """Refuse what cannot be called by name later, and suggest what can."""
    from sim.theatre.files.locate import shipped_files
    from sim.theatre.language.taken import is_device

    fit = re.sub(r"[^a-z0-9]+", "_", re.sub(r"\.ya?ml$", "", name.strip().lower())).strip("_")[:50]
    fit = fit if fit[:1].isalpha() else f"my_{fit}".rstrip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", name):
        allowed = "a name has lower-case letters, digits and '_', begins with a letter and has at most 50 characters"
        raise typer.BadParameter(f"'{name}' is not a valid name; {allowed}; how about '{fit}'?", param_hint="NAME")
    if is_device(name):
        raise typer.BadParameter(f"Windows allows no file called '{name}'; how about 'my_{name}'?", param_hint="NAME")
    if name in (path.stem for path in shipped_files()):
        raise typer.BadParameter(f"'{name}' is the name of a shipped file; how about 'my_{name}'?", param_hint="NAME")


def _theatre(name: str) -> dict[str, str]:
    """Begin a theatre and a first scenario of it: texts by file, the scenario last."""
    question, title = f"{name}_baseline", _titled(name)
    return {
        f"{name}.yaml": _theatre_text(name, title, question),
        f"{question}.yaml": _filled(
            "question", schema=_schema("scenario"), name=question, title=_plain(title), theatre=name
        ),
    }


def _scenario(name: str, parent: str) -> str:
    """Begin a scenario, with examples made from what it extends."""
    from sim.theatre.files.load import load_either
    from sim.theatre.language.scenario import Scenario

    found, _ = load_either(parent)
    base, theatre = (found, found.theatre) if isinstance(found, Scenario) else (None, found)
    begins, ends = (base.start, base.end) if base else (_FIRST_DAY, _FIRST_DAY + timedelta(days=_DAYS - 1))
    parts = {
        "parent": _plain(_within_reach(name, parent)),
        "end": ends,
        "dates": _dates(begins, ends, inherited=base is not None),
    }
    parts |= {
        "runs": base.runs if base else 1000,
        "seed": base.seed if base else 7,
        "compared": _compared(name, parent, base),
    }
    about = _about_actions(theatre, base, begins, ends) if theatre.actions else _about_no_action(begins)
    return _filled(
        "scenario",
        schema=_schema("scenario"),
        name=name,
        title=_plain(_titled(name)),
        **parts | about | _about_variables(theatre),
    )


def _compared(name: str, parent: str, base: "Scenario | None") -> str:
    """What there is to compare a scenario with: what it builds on, unless that is a theatre."""
    if base is None:
        return f"Another question to the same theatre can be compared with it: 'sim compare {name}.yaml OTHER.yaml'."
    called = _plain(_within_reach(name, parent))
    return f"Compare it with {called}: 'sim compare {called} {name}.yaml' pairs the runs, which throw the same dice."


def _within_reach(name: str, parent: str) -> str:
    """What a scenario here may call what it builds on: a shipped one by its name, else a file below this folder."""
    from sim.theatre.files.locate import root, shipped

    path, here = root(parent).resolve(), Path.cwd().resolve()
    if path.is_relative_to(shipped().resolve()):
        return path.stem
    if not path.is_relative_to(here):
        there = f"cd {shlex.quote(str(path.parent))} && sim new {name} --extends {shlex.quote(path.name)}"
        raise typer.BadParameter(
            f"what a scenario builds on must lie in its own folder or below, and '{parent}' does not; begin the "
            f"scenario there: {there}",
            param_hint="--extends",
        )
    return path.relative_to(here).as_posix()


def _about_actions(theatre: "Theatre", base: "Scenario | None", begins: date, ends: date) -> dict[str, Any]:
    """An action to forbid, one to impose and when, and another number: examples that can be run."""
    action, deed = _examples(theatre)
    who = theatre.actors[action.split(".")[0]].label
    path, number = _number(theatre, action)
    return {
        "question": _quoted(f"What happens without '{theatre.actions[action].label}' ({who})?"),
        "forbidden": f"forbid:\n  {action}: always",
        "deed": deed,
        "date": _free_day(base, deed, begins, ends),
        "path": path,
        "number": number,
        "like": f"{action}_again: {{like: {action}, label: The same again}}",
    }


def _about_no_action(begins: date) -> dict[str, Any]:
    """Examples in the words of the language, where the theatre has no action to make them of."""
    return {
        "question": "What happens then?",
        "forbidden": "# forbid:\n#   actor.action: always",
        "deed": "actor.action",
        "date": begins,
        "path": "ladder.tension_half_life",
        "number": '{value: 7 d, source: "judgement: what if"}',
        "like": "actor.other_action: {like: actor.action, rung: 5}",
    }


def _about_variables(theatre: "Theatre") -> dict[str, str]:
    """Another first morning, of a variable of the theatre if it has one."""
    variable = next(iter(theatre.variables), None)
    if variable is None:
        return {"variable": "variable", "value": "0.5"}
    return {"variable": variable, "value": _first_morning(theatre, variable)}


def _dates(begins: date, ends: date, inherited: bool) -> str:
    """The first day and how many, as an example where they are inherited."""
    days = (ends - begins).days + 1
    if inherited:
        return f"# To change the dates, take away the '#' here.\n# start: {begins}\n# days: {days}\n"
    return f"# The first day, and how many days.\nstart: {begins}\ndays: {days}\n"


def _examples(theatre: "Theatre") -> tuple[str, str]:
    """An action to forbid, the gravest short of war, and one to impose, the mildest."""
    by_rung = sorted(theatre.actions, key=lambda name: (theatre.actions[name].rung, name))
    short_of_war = [name for name in by_rung if theatre.actions[name].rung < 9]
    return (short_of_war or by_rung)[-1], by_rung[0]


def _number(theatre: "Theatre", action: str) -> tuple[str, str]:
    """The path of an action's rate, and the upper end of its plausible range as another value for it."""
    rate = theatre.actions[action].rate
    other = rate.plausible[1] if rate.plausible else 2 * rate.value
    return f"actions.{action}.rate", f'{{value: {other:g}, source: "judgement: what if"}}'


def _first_morning(theatre: "Theatre", variable: str) -> str:
    """What a variable is on the first morning, as a file writes it: the upper end of what is plausible."""
    start = theatre.variables[variable].start
    if isinstance(start, bool):
        return json.dumps(not start)
    return f"{start.plausible[1] if start.plausible else start.value:g}"


def _free_day(base: "Scenario | None", deed: str, begins: date, ends: date) -> date:
    """A day in the middle, after imposed history, on which the script has the actor do nothing else."""
    actor = deed.split(".")[0]
    script = base.script.values() if base else ()
    taken = {entry.on for entry in script if entry.do is not None and entry.do.split(".")[0] == actor}
    after = base.history_until if base else None
    middle = max(begins + (ends - begins) // 2, after + timedelta(days=1) if after and after < ends else begins)
    return next(
        (day for day in (middle + timedelta(days=n) for n in range((ends - middle).days + 1)) if day not in taken), ends
    )


def _theatre_text(name: str, title: str, question: str) -> str:
    from sim.theatre.language.number import UNITS

    return _filled(
        "theatre",
        schema=_schema("theatre"),
        name=name,
        id=_plain(name),
        title=_plain(title),
        question=question,
        units=", ".join(UNITS),
    )


def _schema(kind: str) -> str:
    """Where an editor finds the JSON Schema: by a relative path within a checkout, else by an address."""
    from sim.theatre.files.locate import shipped

    schema = shipped() / "schemas" / f"{kind}.schema.json"
    here = Path.cwd()
    if here.is_relative_to(shipped().parent):
        return Path(os.path.relpath(schema, here)).as_posix()
    return schema.resolve().as_uri()


def _titled(name: str) -> str:
    """A name as a title."""
    return name.replace("_", " ").strip().capitalize()


def _plain(text: str) -> str:
    """Text as YAML writes it: bare if it cannot be mistaken, by readers of YAML 1.1 too."""
    bare = re.fullmatch(r"[A-Za-z_./][\w./ -]*", text) and text.lower() not in _WORDS_OF_YAML
    return text if bare else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _filled(start: str, **parts: Any) -> str:
    text = (_STARTS / f"{start}.yaml").read_text(encoding="utf-8")
    return _Start(text).substitute(parts)
