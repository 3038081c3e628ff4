"""Escalation paths of a crisis: scenario files in, Monte Carlo ensembles out.

>>> import sim
>>> ensemble = sim.run("first_lesson", runs=200, seed=7)
>>> sorted(ensemble.shares().columns)
['high', 'low', 'n', 'outcome', 'share']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import plots as plots
    from sim.engine.model import CrisisModel as CrisisModel
    from sim.experiments.lint import lint as lint
    from sim.experiments.record import RecordError as RecordError
    from sim.experiments.record import recorded as recorded
    from sim.experiments.run import run as run
    from sim.results.ensemble import Ensemble as Ensemble
    from sim.results.store import StoreError as StoreError
    from sim.results.store import open_result as open
    from sim.theatre.errors import ScenarioError as ScenarioError
    from sim.theatre.load import load as load
    from sim.theatre.load import load_theatre as load_theatre
    from sim.theatre.scenario import Scenario as Scenario
    from sim.theatre.schema import Theatre as Theatre

__version__ = "0.1.0"

_PLACES = {
    "CrisisModel": ("sim.engine.model", "CrisisModel"),
    "Ensemble": ("sim.results.ensemble", "Ensemble"),
    "RecordError": ("sim.experiments.record", "RecordError"),
    "Scenario": ("sim.theatre.scenario", "Scenario"),
    "ScenarioError": ("sim.theatre.errors", "ScenarioError"),
    "StoreError": ("sim.results.store", "StoreError"),
    "Theatre": ("sim.theatre.schema", "Theatre"),
    "lint": ("sim.experiments.lint", "lint"),
    "load": ("sim.theatre.load", "load"),
    "load_theatre": ("sim.theatre.load", "load_theatre"),
    "open": ("sim.results.store", "open_result"),
    "plots": ("sim.plots", None),
    "recorded": ("sim.experiments.record", "recorded"),
    "run": ("sim.experiments.run", "run"),
}
__all__ = [
    "CrisisModel",
    "Ensemble",
    "RecordError",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "Theatre",
    "__version__",
    "lint",
    "load",
    "load_theatre",
    "open",
    "plots",
    "recorded",
    "run",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: `import sim` stays quick."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    module, attribute = _PLACES[name]
    found = import_module(module)
    return found if attribute is None else getattr(found, attribute)


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
