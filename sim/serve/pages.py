"""Pages as they are sent: Jinja templates, and the files of script and style that they name."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.colours import as_css
from sim.report.render import as_script
from sim.report.sections import PAGE as REPORT
from sim.text import printable

if TYPE_CHECKING:
    from starlette.responses import Response

PAGE = Path(str(files("sim.serve"))) / "page"


class Bundle(NamedTuple):
    """Files that are sent as one: some of the report's, then some of the server's own."""

    media: str
    of_report: Sequence[str]
    own: Sequence[str]


_CHARTS = ("unpack", "elements", "axes", "wide")
"""Scripts of the report that pages with charts of their own begin with."""
_WORKBENCH = (
    *("state", "hearing", "pictures", "fan", "outcomes", "rungs", "sentence", "sliders"),
    *("bench", "keep", "reader", "branching", "strip", "tools", "begin"),
)
_ROOMS = ("casts", "form", "begin")
_SEAT = (
    *("nodes", "plain", "talk", "table", "welcome", "waiting", "clock", "words", "news", "know"),
    *("days", "draft", "acts", "stance", "basket", "sending", "futures", "begin"),
)
_UMPIRE = ("asking", "gathering", "cards", "panel", "acting", "telling", "everything", "afterwards", "begin")
_DEBRIEF = ("paths", "happened", "decisions", "forecasts", "class", "begin")


def _script(of_report: Sequence[str], first: Sequence[str], folder: str, names: Sequence[str]) -> Bundle:
    return Bundle("text/javascript", of_report, (*first, *(f"{folder}/{each}" for each in names)))


BUNDLES: Mapping[str, Bundle] = {
    "page.css": Bundle("text/css", ("page", "tables", "charts", "story", "crisis", "classroom"), ("serve",)),
    "home.css": Bundle("text/css", (), ("forms",)),
    "home.js": Bundle("text/javascript", (), ("lines", "home")),
    "workbench.css": Bundle("text/css", (), ("workbench",)),
    "workbench.js": _script((*_CHARTS, "lines_of_stories"), ("lines",), "workbench", _WORKBENCH),
    "rooms.css": Bundle("text/css", (), ("forms", "rooms")),
    "rooms.js": _script((), ("lines", "seat/nodes"), "rooms", _ROOMS),
    "seat.css": Bundle("text/css", (), ("forms", "seat")),
    "seat.js": _script((), ("lines",), "seat", _SEAT),
    "room.css": Bundle("text/css", (), ("room", "umpire", "screen", "debrief")),
    "room.js": Bundle("text/javascript", (), ("lines", "room/enter")),
    "umpire.js": _script(_CHARTS, ("room/shared",), "umpire", _UMPIRE),
    "screen.js": _script((*_CHARTS, "fronts"), ("room/shared",), "screen", ("screen", "begin")),
    "debrief.js": _script((*_CHARTS, "scores"), ("room/shared",), "debrief", _DEBRIEF),
}
"""By the name under which a page asks for it."""


@cache
def bundle(name: str) -> str:
    """The text of a bundle; scripts stand in a scope of their own."""
    media, of_report, own = BUNDLES[name]
    kind, ending = ("style", "css") if media == "text/css" else ("script", "js")
    places = [REPORT / kind / f"{each}.{ending}" for each in of_report] + [
        PAGE / kind / f"{each}.{ending}" for each in own
    ]
    text = "\n".join(place.read_text(encoding="utf-8") for place in places)
    if kind == "style":
        return f"{as_css()}\n{text}" if of_report else text  # every page has the report's sheet, with its colours
    return f'(() => {{\n"use strict";\n{text}\n}})();\n'


@lru_cache(1)
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(PAGE / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda told: printable(told) if type(told) is str else told,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment


def page(name: str, status: int = 200, *, data: Any = None, **content: Any) -> "Response":
    """Fill a template; its script finds `data` in the element of that id."""
    from starlette.responses import HTMLResponse

    text = _environment().get_template(f"{name}.html").render(data=printable(as_script(data)), **content)
    return HTMLResponse(text, status)
