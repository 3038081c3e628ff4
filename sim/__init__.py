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
    from sim import report as report
    from sim.engine.mesa_model import CrisisModel as CrisisModel
    from sim.experiments.branch import branch as branch
    from sim.experiments.choices import choices as choices
    from sim.experiments.compare import compare as compare
    from sim.experiments.lint import lint as lint
    from sim.experiments.record import RecordError as RecordError
    from sim.experiments.record import recorded as recorded
    from sim.experiments.replay.origin import ReplayError as ReplayError
    from sim.experiments.replay.replay import Replay as Replay
    from sim.experiments.replay.replay import replay as replay
    from sim.experiments.run import run as run
    from sim.experiments.summarise import summarise as summarise
    from sim.experiments.sweep.sweep import sweep as sweep
    from sim.experiments.tip import tip as tip
    from sim.results.counted import CountedEnsemble as CountedEnsemble
    from sim.results.ensemble import Ensemble as Ensemble
    from sim.results.errors import StoreError as StoreError
    from sim.results.manifest import Precision as Precision
    from sim.results.store import open_result as open
    from sim.results.sweep import Sweep as Sweep
    from sim.theatre.errors import ScenarioError as ScenarioError
    from sim.theatre.load import load as load
    from sim.theatre.load import load_theatre as load_theatre
    from sim.theatre.scenario import Scenario as Scenario
    from sim.theatre.schema import Theatre as Theatre

__version__ = "0.1.0"

_PLACES = {
    "CountedEnsemble": ("sim.results.counted", "CountedEnsemble"),
    "CrisisModel": ("sim.engine.mesa_model", "CrisisModel"),
    "Ensemble": ("sim.results.ensemble", "Ensemble"),
    "Precision": ("sim.results.manifest", "Precision"),
    "RecordError": ("sim.experiments.record", "RecordError"),
    "Replay": ("sim.experiments.replay.replay", "Replay"),
    "ReplayError": ("sim.experiments.replay.origin", "ReplayError"),
    "Scenario": ("sim.theatre.scenario", "Scenario"),
    "ScenarioError": ("sim.theatre.errors", "ScenarioError"),
    "StoreError": ("sim.results.errors", "StoreError"),
    "Sweep": ("sim.results.sweep", "Sweep"),
    "Theatre": ("sim.theatre.schema", "Theatre"),
    "branch": ("sim.experiments.branch", "branch"),
    "choices": ("sim.experiments.choices", "choices"),
    "compare": ("sim.experiments.compare", "compare"),
    "lint": ("sim.experiments.lint", "lint"),
    "load": ("sim.theatre.load", "load"),
    "load_theatre": ("sim.theatre.load", "load_theatre"),
    "open": ("sim.results.store", "open_result"),
    "plots": ("sim.plots", None),
    "recorded": ("sim.experiments.record", "recorded"),
    "replay": ("sim.experiments.replay.replay", "replay"),
    "report": ("sim.report", None),
    "run": ("sim.experiments.run", "run"),
    "summarise": ("sim.experiments.summarise", "summarise"),
    "tip": ("sim.experiments.tip", "tip"),
    "sweep": ("sim.experiments.sweep.sweep", "sweep"),
}
__all__ = [
    "CountedEnsemble",
    "CrisisModel",
    "Ensemble",
    "Precision",
    "RecordError",
    "Replay",
    "ReplayError",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "Sweep",
    "Theatre",
    "__version__",
    "branch",
    "choices",
    "compare",
    "lint",
    "load",
    "load_theatre",
    "open",
    "plots",
    "recorded",
    "replay",
    "report",
    "run",
    "summarise",
    "sweep",
    "tip",
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
