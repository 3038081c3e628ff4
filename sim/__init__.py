"""Escalation paths of a crisis: scenario files in, Monte Carlo ensembles out.

>>> import sim
>>> ensemble = sim.run("first_lesson", runs=200, seed=7)
>>> sorted(ensemble.shares().columns)
['high', 'low', 'n', 'outcome', 'share']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import play as play
    from sim import plots as plots
    from sim import report as report
    from sim.engine.mesa_model import CrisisModel as CrisisModel
    from sim.execution.merge import merge as merge
    from sim.execution.recorded import recorded as recorded
    from sim.execution.records import RecordError as RecordError
    from sim.execution.run import run as run
    from sim.execution.source import ReplayError as ReplayError
    from sim.execution.summarise import summarise as summarise
    from sim.experiments.branching.branch import branch as branch
    from sim.experiments.branching.choices import choices as choices
    from sim.experiments.branching.turns import turning_points as turning_points
    from sim.experiments.pairs.compare import compare as compare
    from sim.experiments.record.filter import filter as filter
    from sim.experiments.record.fit import fit as fit
    from sim.experiments.record.hindcast import hindcast as hindcast
    from sim.experiments.record.likelihood_function import likelihood as likelihood
    from sim.experiments.record.residuals import residuals as residuals
    from sim.experiments.record.surprise import surprise as surprise
    from sim.experiments.sweep.interop import response as response
    from sim.experiments.sweep.interop import to_ema as to_ema
    from sim.experiments.sweep.interop import to_salib as to_salib
    from sim.experiments.sweep.ledger import annotated as annotated
    from sim.experiments.sweep.ledger import ledger as ledger
    from sim.experiments.sweep.sweep import sweep as sweep
    from sim.experiments.tipping.tip import tip as tip
    from sim.linting.lint import lint as lint
    from sim.play.sessions.session import Session as Session
    from sim.play.tournaments.tournament import tournament as tournament
    from sim.replays.replay import Replay as Replay
    from sim.replays.replay import replay as replay
    from sim.results.counted import CountedEnsemble as CountedEnsemble
    from sim.results.ensemble import Ensemble as Ensemble
    from sim.results.errors import StoreError as StoreError
    from sim.results.intervals import Precision as Precision
    from sim.results.posterior import Posterior as Posterior
    from sim.results.storage.check import check as check
    from sim.results.storage.posterior import read_posterior as read_posterior
    from sim.results.storage.read import open_result as open  # noqa: F401 - a builtin of that name hides it
    from sim.results.sweep import Sweep as Sweep
    from sim.theatre.files.description import describe as describe
    from sim.theatre.files.errors import ScenarioError as ScenarioError
    from sim.theatre.files.load import load as load
    from sim.theatre.files.load import load_theatre as load_theatre
    from sim.theatre.language.scenario import Scenario as Scenario
    from sim.theatre.language.schema import Theatre as Theatre

__version__ = "0.1.0"

_PLACES = {
    "CountedEnsemble": "sim.results.counted.CountedEnsemble",
    "CrisisModel": "sim.engine.mesa_model.CrisisModel",
    "Ensemble": "sim.results.ensemble.Ensemble",
    "Posterior": "sim.results.posterior.Posterior",
    "Precision": "sim.results.intervals.Precision",
    "RecordError": "sim.execution.records.RecordError",
    "Replay": "sim.replays.replay.Replay",
    "ReplayError": "sim.execution.source.ReplayError",
    "Scenario": "sim.theatre.language.scenario.Scenario",
    "Session": "sim.play.sessions.session.Session",
    "ScenarioError": "sim.theatre.files.errors.ScenarioError",
    "StoreError": "sim.results.errors.StoreError",
    "Sweep": "sim.results.sweep.Sweep",
    "Theatre": "sim.theatre.language.schema.Theatre",
    "annotated": "sim.experiments.sweep.ledger.annotated",
    "branch": "sim.experiments.branching.branch.branch",
    "check": "sim.results.storage.check.check",
    "choices": "sim.experiments.branching.choices.choices",
    "compare": "sim.experiments.pairs.compare.compare",
    "describe": "sim.theatre.files.description.describe",
    "fit": "sim.experiments.record.fit.fit",
    "hindcast": "sim.experiments.record.hindcast.hindcast",
    "ledger": "sim.experiments.sweep.ledger.ledger",
    "filter": "sim.experiments.record.filter.filter",
    "likelihood": "sim.experiments.record.likelihood_function.likelihood",
    "lint": "sim.linting.lint.lint",
    "load": "sim.theatre.files.load.load",
    "load_theatre": "sim.theatre.files.load.load_theatre",
    "merge": "sim.execution.merge.merge",
    "open": "sim.results.storage.read.open_result",
    "play": "sim.play",
    "plots": "sim.plots",
    "read_posterior": "sim.results.storage.posterior.read_posterior",
    "recorded": "sim.execution.recorded.recorded",
    "replay": "sim.replays.replay.replay",
    "report": "sim.report",
    "residuals": "sim.experiments.record.residuals.residuals",
    "response": "sim.experiments.sweep.interop.response",
    "run": "sim.execution.run.run",
    "summarise": "sim.execution.summarise.summarise",
    "surprise": "sim.experiments.record.surprise.surprise",
    "sweep": "sim.experiments.sweep.sweep.sweep",
    "tip": "sim.experiments.tipping.tip.tip",
    "tournament": "sim.play.tournaments.tournament.tournament",
    "turning_points": "sim.experiments.branching.turns.turning_points",
    "to_ema": "sim.experiments.sweep.interop.to_ema",
    "to_salib": "sim.experiments.sweep.interop.to_salib",
}
"""Where each public name stands; a test holds these to what type checkers are told above."""

__all__ = ["__version__", *_PLACES]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: `import sim` stays quick."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    module, _, attribute = _PLACES[name].rpartition(".")
    return import_module(f"sim.{name}") if module == "sim" else getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
