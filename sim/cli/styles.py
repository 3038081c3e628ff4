"""The option `--style` of verbs that draw: for whom a figure is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from . import complete


def _known(style: str | None) -> str | None:
    if style is not None and style not in complete.STYLES:
        raise typer.BadParameter(f"unknown style '{style}'; there are {', '.join(complete.STYLES)}")
    return style


StyleOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Draw for a page of the web, for paper, or for a projector with text that the back row reads; else web.",
        autocompletion=complete.styles,
        callback=_known,
    ),
]


@contextmanager
def drawing_for(style: str | None) -> Iterator[None]:
    """Draw in the style that was asked for."""
    from sim.plots.settings import style as in_style

    with in_style(style or complete.STYLES[0]):
        yield


def refuse_undrawn(style: str | None, figures: bool) -> None:
    """Refuse a style where nothing is drawn."""
    if style is not None and not figures:
        raise typer.BadParameter("without figures there is nothing to draw", param_hint="--style")
