"""How tests of the oracle tell a case: a script of days, and what somebody holds or did after some of them."""

from datetime import timedelta
from typing import Any

from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START, Map

from .reference import ReferenceModel

SILENT = {"rate": 0}
"""Replies of an actor that never answers."""
ON = {"kind": "unit", "start": 1}
CERTAIN = {"rate": 100, "drivers": {"lit": 40}}
"""With the variable `lit` at 1, the chance on a day is 1 less 4e-20."""


def after(days: int, case: Scenario, **key: int) -> ReferenceModel:
    model = ReferenceModel(case, **key)
    for _ in range(days):
        model.step()
    return model


def on_day(day: int, do: str | None = None, **rest: Any) -> Map:
    return {"on": START + timedelta(days=day)} | ({"do": do} if do else {}) | rest


def stocks(model: ReferenceModel, holder: str, by: str) -> Map:
    return dict(zip(("P", "Q", "B", "KP", "KQ", "leading"), model.stocks[holder, by], strict=True))


def acts(model: ReferenceModel) -> list[tuple[int, str]]:
    return [(event.day, event.action) for event in model.events]


def watched(*pairs: tuple[str, str]) -> Map:
    """An outcome that never comes and keeps the pairs, so that stocks are held without anybody replying."""
    return {"watched": {f"provocation({holder}, {by})": ">= 2" for holder, by in pairs}}
