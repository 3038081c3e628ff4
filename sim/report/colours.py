"""The page's colours by meaning: those of the figures by day, others of the same order by night."""

from sim.plots.colours import COLOURS

# By night what is graver shines brighter, as by day it is darker: both stand out from the ground.
_NIGHT = {
    "rung 0": "#232b33",
    "rung 1": "#3d2a5c",
    "rung 2": "#5a2a6e",
    "rung 3": "#7c2d72",
    "rung 4": "#a0346a",
    "rung 5": "#c4405a",
    "rung 6": "#de5a45",
    "rung 7": "#ee8236",
    "rung 8": "#f7b23e",
    "rung 9": "#fbe88a",
    "outcome": "#8db4f2",
    "first": "#e0a94a",
    "second": "#5cc79d",
    "band": "#7fa9d4",
    "path 1": "#f2efe8",
    "path 2": "#f08c6c",
    "path 3": "#b99be8",
    "path 4": "#5cc79d",
    "blood": "#ffffff",
}


def as_css() -> str:
    """Custom properties of the page, such as `--rung-5`, by day and by night."""
    lines = (f"  --{name.replace(' ', '-')}: light-dark({COLOURS[name]}, {night});" for name, night in _NIGHT.items())
    return "\n".join([":root {", *lines, "}"])
