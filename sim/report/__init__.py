"""The report: one HTML file that shows a result, or two results side by side, and needs nothing else.

In comes an ensemble, or two, perhaps with a sweep; `sections` says what stands on the page, `contents` gathers it,
`render` writes it with the templates, scripts and styles of `page/`; `reproduce` makes a figure or a page again.

>>> import sim
>>> ensemble = sim.run("first_lesson", runs=20, seed=7)
>>> sim.report.html(ensemble)[:15]
'<!doctype html>'
"""

from .render import ReportError, html, write

__all__ = ["ReportError", "html", "write"]
