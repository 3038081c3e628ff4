"""Pages of the pack: Markdown with places to fill becomes HTML that prints, with its style inside."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.lessons.copying import shipped as lessons
from sim.report.filters import FILTERS
from sim.text import brief, on

GENERATOR = "escalation-sim class pack"


class PackError(ValueError):
    """The pack cannot be made; the message says why and what to do."""


def shipped() -> Path:
    """The folder of the pack's texts, among the lessons that come with the package."""
    return lessons() / "class"


def environment() -> Any:
    """Jinja2 with the filters of the report, for templates of pages and for texts.

    Raises
    ------
    PackError
        It is not installed.
    """
    return _made_by(_needed("jinja2"), str(_folder()))


@cache
def _made_by(jinja2: Any, folder: str) -> Any:
    """An environment that is kept, and with it what it has compiled."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS, day=lambda when: on(when, year=False), brief=brief)
    made.globals["lines"] = _lines
    return made


def markdown(text: str) -> str:
    """Markdown as HTML; HTML in it stays.

    Raises
    ------
    PackError
        markdown-it-py is not installed.
    """
    parser = _needed("markdown_it").MarkdownIt("commonmark", {"html": True, "typographer": True})
    parser.enable(["table", "smartquotes"])
    html: str = parser.render(text)
    return html


def page(template: str, styles: Sequence[str], script: str | None = None, **held: Any) -> str:
    """Fill a template; styles and script, files beside it, go inside, and the page may fetch nothing."""
    code = None if script is None else _read(script)
    allowed = "" if code is None else f" script-src 'sha256-{_hash(code)}';"
    text: str = (
        environment()
        .get_template(template)
        .render(
            generator=GENERATOR,
            style="".join(map(_read, styles)),
            script=code,
            policy=f"default-src 'none'; img-src data:; style-src 'unsafe-inline';{allowed} base-uri 'none'; "
            "form-action 'none'",
            **held,
        )
    )
    tied = text.replace(" %", "\N{NO-BREAK SPACE}%")
    return "\n".join(line.rstrip() for line in tied.splitlines()) + "\n"


def filled(text: str, held: Mapping[str, Any]) -> str:
    """Fill the places of a text, such as `{{ runs }}`."""
    told: str = _compiled(environment(), text).render(**held)
    return told


@lru_cache(256)
def _compiled(environment: Any, text: str) -> Any:
    return environment.from_string(text)


def put(path: Path, text: str) -> Path:
    """Write a page."""
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _lines(n: int) -> str:
    """Lines to write on."""
    return f'<div class="lines" aria-hidden="true">{"<div></div>" * n}</div>'


def _needed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise PackError(
            "the class pack needs Jinja2 and markdown-it-py; install them with: pip install 'escalation-sim[report]'"
        ) from None


def _folder() -> Path:
    return Path(str(files("sim.lessons.pack") / "templates"))


def _read(name: str) -> str:
    return (_folder() / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which the browser knows the one script that may run."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
