"""The report: one HTML file that shows a result, or two results side by side, and needs nothing else.

>>> import sim
>>> ensemble = sim.run("first_lesson", runs=20, seed=7)
>>> sim.report.html(ensemble)[:15]
'<!doctype html>'
"""

from .render import ReportError, html, write

__all__ = ["ReportError", "html", "write"]
