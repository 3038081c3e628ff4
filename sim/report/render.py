"""From ensembles to one HTML file: templates filled, style and script inlined, nothing left to fetch."""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.floating import usual
from sim.results.counted import AnyEnsemble
from sim.results.provenance import Provenance
from sim.results.storage.atomic import refuse_unwritable, replacing, reporting_disk_errors
from sim.results.storage.check import seal
from sim.text import printable

from .filters import FILTERS
from .sections import PAGE, SECTIONS

if TYPE_CHECKING:
    from sim.results.sweep import Sweep

STYLES = ("page", "tables", "charts", "story", "crisis", "classroom", "print")
SCRIPTS = (
    ("unpack", "elements", "wide", "axes", "lines_of_stories", "scores"),
    ("forecast", "classroom", "theme", "begin"),
)
"""Files of the page's style and script, in the order in which they stand in it; of the script, before and after what
`sim.report.sections` add to it."""
LOCKED = ("unpack", "elements", "cipher", "forecast", "theme", "lock")
"""Files of the script of a page whose answers are locked."""
GENERATOR = "escalation-sim report"


class _Filled(NamedTuple):
    """A section as the page includes it."""

    anchor: str
    title: str
    filled: Any
    """Its template."""


class ReportError(ValueError):
    """A report cannot be made or found; the message says why and what to do."""


@usual
def write(
    ensemble: AnyEnsemble,
    path: Path,
    second: AnyEnsemble | None = None,
    *,
    sweep: "Sweep | None" = None,
    names: Sequence[str] | None = None,
    passphrase: str | None = None,
    forecasts: Sequence[Path] = (),
    overwrite: bool = False,
) -> Path:
    """Write the report of an ensemble, or of two on the same dice, to a file.

    Parameters
    ----------
    ensemble, second : Ensemble or CountedEnsemble
        What it is about, and what that is compared with.
    path : Path
        The file.
    sweep : Sweep, optional
        Which numbers of the first matter, as a sweep of its scenario found.
    names : sequence of str, optional
        What the reader calls them, such as their folders; left out, by their scenarios.
    passphrase : str, optional
        Lock the answers with this word: the page asks the reader's forecast, and shows the rest to who has the word.
    forecasts : sequence of Path
        Files that readers of such a page saved, or folders of them, to be pooled on this one.
    overwrite : bool
        Replace a file that is no report.

    Returns
    -------
    Path, as given

    Raises
    ------
    ReportError
        There is another file in its place, or Jinja2 is not installed.
    sim.execution.lookup.QueryError
        The two are not on the same dice, or hold branches, or the sweep is of another scenario.
    """
    if not overwrite and path.exists() and not is_report(path):
        raise ReportError(f"{path} is another file, and no report; give another name with --out")
    refuse_unwritable(path)
    text = html(ensemble, second, sweep=sweep, names=names, passphrase=passphrase, forecasts=forecasts)
    with reporting_disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, path.parent) as file:
            file.write(seal(text.encode()))
    return path


def is_report(path: Path) -> bool:
    """Whether a file is a report of ours, by its first lines."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return f'name="generator" content="{GENERATOR}' in file.read(4000)


@usual
def html(
    ensemble: AnyEnsemble,
    second: AnyEnsemble | None = None,
    *,
    sweep: "Sweep | None" = None,
    names: Sequence[str] | None = None,
    passphrase: str | None = None,
    forecasts: Sequence[Path] = (),
) -> str:
    """Return the page that `write` writes.

    Parameters
    ----------
    ensemble, second : Ensemble or CountedEnsemble
        What it is about, and what that is compared with.
    sweep : Sweep, optional
        Which numbers of the first matter, as a sweep of its scenario found.
    names : sequence of str, optional
        What the reader calls them, such as their folders; left out, by their scenarios.
    passphrase : str, optional
        Lock the answers with this word: the page asks the reader's forecast, and shows the rest to who has the word.
    forecasts : sequence of Path
        Files that readers of such a page saved, or folders of them, to be pooled on this one.

    Returns
    -------
    str, the whole file
    """
    environment = _environment()
    from .colours import as_css
    from .contents import asked, contents
    from .forecasts import read

    ensembles = [ensemble] if second is None else [ensemble, second]
    held = contents(ensembles, names or [each.scenario.name for each in ensembles], sweep)
    before, after = (_joined("script", names_, ".js") for names_ in SCRIPTS)
    script = _alone("\n".join([before, *(section.script for section in SECTIONS if section.script), after]))
    pooled = read(forecasts, ensemble) if forecasts else []
    shown = [section for section in SECTIONS if section.applies(held)]
    shown.sort(key=lambda section: not (pooled and section.name == "pool"))  # a class sees itself first
    page: str = environment.get_template("page.html").render(
        held=held,
        ensemble=ensemble,
        ensembles=ensembles,
        scenario=ensemble.scenario,
        carried=[Provenance.of(each) for each in ensembles],
        generator=GENERATOR,
        asked=asked(ensemble),
        pooled=as_script(pooled),
        sections=[_Filled(each.anchor, each.title, _compiled(environment, each.template)) for each in shown],
        style=f"{as_css()}\n{_joined('style', STYLES, '.css')}",
        script=script,
        script_hash=_hash(script),
        data=printable(as_script(held.data)),
        made_from=as_script([Provenance.of(each).as_texts() for each in ensembles]),
    )
    return page if passphrase is None else _locked(environment, ensemble, page, script, passphrase)


def _locked(environment: Any, ensemble: AnyEnsemble, page: str, opened: str, passphrase: str) -> str:
    """A page that asks a forecast, and holds another one locked."""
    from .actors import actors
    from .cipher import locked, spoken
    from .colours import as_css
    from .contents import asked, head_of_locked

    if not spoken(passphrase):
        raise ReportError("the passphrase is empty; give a word that a class can type")
    if not passphrase.isprintable():
        raise ReportError("the passphrase holds a sign that cannot be seen or typed; give a word that a class can type")
    if not ensemble.scenario.theatre.outcomes:
        raise ReportError("there is nothing to forecast: the theatre names no outcome")
    if not ensemble.n_completed:
        raise ReportError("there is nothing to forecast: no run was finished")
    script = _alone(_joined("script", LOCKED, ".js"))
    questions = asked(ensemble)
    head = head_of_locked(ensemble)
    cast = [side | {"actors": _telling_nothing(side["actors"])} for side in actors(ensemble)]
    made: str = environment.get_template("locked.html").render(
        ensemble=ensemble,
        scenario=ensemble.scenario,
        generator=GENERATOR,
        key=head["key"],
        asked=questions,
        held={"data": {"actors": cast}},
        style=f"{as_css()}\n{_joined('style', STYLES, '.css')}",
        script=script,
        script_hash=_hash(script),
        opened_hash=_hash(opened),
        data=printable(as_script({"head": head, "outcomes": questions})),
        sealed=as_script(locked(page, passphrase)),
    )
    return made


def _telling_nothing(cast: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cast of a side without what the runs tell of it: who acts most, and how."""
    return sorted(({**actor, "often": None} for actor in cast), key=lambda actor: str(actor["label"]))


def as_script(content: Any) -> str:
    """JSON that may stand in a script element: nothing in it can end the element or begin another."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _environment() -> Any:
    try:
        jinja2: Any = import_module("jinja2")
    except ModuleNotFoundError:
        raise ReportError("the report needs Jinja2; install it with: pip install 'escalation-sim[report]'") from None
    return _made_by(jinja2)


@cache
def _made_by(jinja2: Any) -> Any:
    """An environment that is kept, and with it what it has compiled."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(PAGE)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda told: printable(told) if type(told) is str else told,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


@lru_cache(64)
def _compiled(environment: Any, template: str) -> Any:
    return environment.from_string(template)


def _joined(folder: str, names: Sequence[str], ending: str) -> str:
    """Files of the page, one after another."""
    texts = [(PAGE / folder / f"{name}{ending}").read_text(encoding="utf-8") for name in names]
    return "\n".join(texts)


def _alone(script: str) -> str:
    """A script in a scope of its own."""
    return f'(() => {{\n"use strict";\n{script}\n}})();\n'


def _hash(script: str) -> str:
    """By which the browser knows the one script that may run."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


__all__ = ["ReportError", "html", "is_report", "write"]
