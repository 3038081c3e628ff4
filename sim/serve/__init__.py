"""Served: a workbench with live levers and a classroom with seats, from one process on this machine.

`guard` says who may come in and how much they may send; `page` holds templates, script and style; `workbench` runs
ensembles while a hand is on a slider; `classroom` keeps rooms, in which people sit at sessions. `app` puts the routes
together, `running` opens the port. Starlette, uvicorn and segno come with the extra `serve` and are imported late.
"""
