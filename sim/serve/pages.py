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


_ROOMS = ("casts", "form", "begin")
_SEAT = (
    *("nodes", "talk", "table", "welcome", "waiting", "clock", "news", "know"),
    *("draft", "acts", "stance", "sending", "futures", "begin"),
)

BUNDLES: Mapping[str, Bundle] = {
    "page.css": Bundle("text/css", ("page", "tables", "charts", "story", "crisis", "classroom"), ("serve",)),
    "home.js": Bundle("text/javascript", (), ("lines", "home")),
    "rooms.css": Bundle("text/css", (), ("rooms",)),
    "rooms.js": Bundle("text/javascript", (), ("lines", "seat/nodes", *(f"rooms/{each}" for each in _ROOMS))),
    "seat.css": Bundle("text/css", (), ("seat",)),
    "seat.js": Bundle("text/javascript", (), ("lines", *(f"seat/{each}" for each in _SEAT))),
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
    return f"{as_css()}\n{text}" if kind == "style" else f'(() => {{\n"use strict";\n{text}\n}})();\n'


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
