"""What a lesson needs of a notebook, where there is one; it works without, so that lessons can be run anywhere."""

from types import ModuleType
from typing import Any

EXTRA = 'pip install "escalation-sim[notebooks]"'


def widgets() -> ModuleType | None:
    """Boxes and sliders, or None where they are not installed."""
    try:
        import ipywidgets
    except ImportError:
        return None
    found: ModuleType = ipywidgets
    return found


def without_widgets(instead: str) -> str:
    """What a reader is told where there are no boxes and sliders.

    Parameters
    ----------
    instead : str
        What they can write in a cell.
    """
    return f"Boxes and sliders need ipywidgets ({EXTRA}). Without them, write {instead} in a cell of your own."


def bundle(box: Any, html: str, text: str, **asked: Any) -> dict[str, Any]:
    """How something shows itself in a notebook: as its box of widgets, or, where there is none, as HTML and text."""
    shown = {"text/plain": text, "text/html": html}
    if box is None:
        return shown
    data = box._repr_mimebundle_(**asked)
    return {**shown, **(data[0] if isinstance(data, tuple) else data), "text/plain": text}
