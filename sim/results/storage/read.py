"""Results on disk: one folder with open formats that other tools read without our code."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.analysis.floating import usual
from sim.results.base_rates import as_records
from sim.results.counted import AnyEnsemble, CountedEnsemble
from sim.results.ensemble import SCRIPT, Ensemble, action_names
from sim.results.errors import StoreError
from sim.results.summary import Summary
from sim.results.sweep import Sweep
from sim.results.two_errors import errors_of_shares
from sim.text import json_rows
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario

from . import zarr_blocks
from .atomic import UNFINISHED, replacing
from .checksums import Content, Stored, fault, stored
from .folder import to_resume
from .manifest import Manifest, Plan, read_manifest, remedy
from .write_sweep import TABLES, read_sweep
from .written import KEPT as KEPT

EVENTS, OUTCOMES, SUMMARY, COUNTS = "events.parquet", "outcomes.parquet", "summary.json", "counts.npz"
"""Files and folders of a result, beside its trajectories and its manifest."""


@usual
def open_result(folder: str | Path) -> AnyEnsemble | Sweep:
    """Open a result; trajectories and tables are read when they are used.

    Parameters
    ----------
    folder : path
        Where `sim run` or `save` kept it.

    Returns
    -------
    Ensemble, CountedEnsemble if only counts were kept, or Sweep

    Raises
    ------
    StoreError
        The folder is not a result, is not finished, or is one that this version cannot read.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    refuse_unfinished(folder, manifest)
    for name in (EVENTS, OUTCOMES, COUNTS, *TABLES):
        if name in manifest.files and (wrong := fault(folder / name, manifest.files[name])) is not None:
            raise StoreError(f"{folder} is damaged: {name} {wrong}; {remedy(folder, manifest.plan)}")
    if manifest.plan.design is not None:
        return read_sweep(folder, manifest)
    return read_counted(folder, manifest) if manifest.plan.summary_only else read_whole(folder, manifest)


def refuse_unfinished(folder: Path, manifest: Manifest) -> None:
    """Refuse a result that is still to be gone on with.

    Raises
    ------
    StoreError
    """
    if manifest.status != "complete":
        raise StoreError(
            f"{folder} is not finished: it has {manifest.runs:,} of {manifest.plan.runs:,} runs; resume it by "
            f"'{to_resume(folder, manifest.plan)}'"
        )


def read_whole(folder: Path, manifest: Manifest) -> Ensemble:
    """Read an ensemble, finished or about to be.

    Raises
    ------
    StoreError
        Something is missing or cut short.
    """
    _refuse_without(folder, manifest, EVENTS, OUTCOMES)
    folder = folder.absolute()  # it is read later, and perhaps elsewhere
    return Ensemble(
        scenario=manifest.plan.scenario,
        seed=manifest.plan.seed,
        trajectories=zarr_blocks.opened(folder, manifest),
        events=partial(_events, folder, manifest),
        outcomes=partial(_table, folder, manifest, OUTCOMES),
        failures=pd.DataFrame(sorted(manifest.failures), columns=["run", "day", "what"]),
        info=_info(manifest),
        reopen=partial(_reopened, folder, _identity(manifest.plan, manifest.runs)),
    )


Identity = tuple[Any, ...]
"""What makes runs the same ones, and what of them is kept."""


def _identity(plan: Plan, runs: int) -> Identity:
    branch = None if plan.branch is None else json.dumps(plan.branch, sort_keys=True, default=str)
    return plan.scenario.sha256, plan.seed, plan.first, runs, plan.uncertain, plan.dtype, plan.variables, branch


def _reopened(folder: Path, identity: Identity) -> Ensemble:
    """Open a result again that was pickled.

    Raises
    ------
    StoreError
        The folder holds another result by now, or none.
    """
    manifest, found = read_manifest(folder), open_result(folder)
    if not isinstance(found, Ensemble) or _identity(manifest.plan, manifest.runs) != identity:
        raise StoreError(f"{folder} holds another result than when it was pickled; open it again")
    return found


def _refuse_without(folder: Path, manifest: Manifest, *names: str) -> None:
    if missing := [name for name in names if name not in manifest.files]:
        raise StoreError(f"{folder} is damaged: its manifest does not list {' and '.join(missing)}")


_LEFT = {
    EVENTS: "trajectories and outcomes can still be read",
    OUTCOMES: "trajectories and events can still be read by other tools",
    COUNTS: f"the first runs, in {KEPT}, can still be read",
}
"""What can be read where a file cannot."""


def _table(folder: Path, manifest: Manifest, name: str, **options: Any) -> pd.DataFrame:
    advice = f"{_LEFT[name]}, and {remedy(folder, manifest.plan)}"
    content = Content(folder / name, manifest.files[name], advice)
    try:
        return pd.read_parquet(content, **options)
    except (OSError, LookupError, TypeError, ValueError, MemoryError, pa.ArrowException) as error:
        raise StoreError(f"{folder / name} is damaged: {error}; {advice}") from error


def _events(folder: Path, manifest: Manifest) -> pd.DataFrame:
    return _with_names(_table(folder, manifest, EVENTS), manifest.plan.scenario)


def events_of(folder: Path, run: int) -> pd.DataFrame | None:
    """The events of one run of a result; None if it keeps no events, or not those of this run.

    Raises
    ------
    StoreError
        They are damaged.
    """
    manifest = read_manifest(folder)
    if manifest.plan.summary_only:  # the first runs lie below
        return events_of(folder / KEPT, run)
    found = _table(folder, manifest, EVENTS, filters=[("run", "==", run)]) if EVENTS in manifest.files else ()
    return found if len(found) else None


def _with_names(events: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Parquet keeps the names that occur and those beside them; where no run has any act, they are put back."""
    return events if len(events) else with_all_names(events, scenario)


def with_all_names(events: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Let columns of names know all names that there are, in the order of the scenario."""
    program = program_of(scenario)
    names = {"actor": [*program.actors, SCRIPT], "action": action_names(program), "target": list(program.actors)}
    return events.astype({column: pd.CategoricalDtype(known) for column, known in names.items()})


def read_counted(folder: Path, manifest: Manifest) -> CountedEnsemble:
    """Read counts, and the runs that were kept whole.

    Raises
    ------
    StoreError
        Something is missing or damaged.
    """
    plan = manifest.plan
    _refuse_without(folder, manifest, COUNTS)
    advice = f"{_LEFT[COUNTS]}, and {remedy(folder, plan)}"
    content = Content(folder / COUNTS, manifest.files[COUNTS], advice)
    try:
        summary = Summary.load(content, plan.scenario)
    except (ValueError, TypeError, MemoryError) as error:
        raise StoreError(f"{folder / COUNTS} is damaged: {error}; {advice}") from error
    kept = open_result(folder / KEPT)
    if (
        not isinstance(kept, Ensemble)
        or len(summary) != manifest.runs
        or not manifest.counted_from(read_manifest(folder / KEPT))
    ):
        raise StoreError(f"{folder} is damaged: {folder / KEPT} holds runs of another result; {remedy(folder, plan)}")
    return CountedEnsemble(plan.scenario, plan.seed, summary, kept, _info(manifest))


KEPT_FILES = (EVENTS, OUTCOMES, SUMMARY)
"""Files of the first runs by which counts know them."""


def _info(manifest: Manifest) -> dict[str, Any]:
    plan = manifest.plan
    asked = {"until": plan.until and plan.until._asdict(), "branch": plan.branch, "uncertain": plan.uncertain or None}
    keys = ("rules_sha256", "versions", "platform", "seconds")
    made = {key: manifest.made[key] for key in keys if key in manifest.made}
    return made | {key: entry for key, entry in asked.items() if entry is not None}


def write_summary(ensemble: AnyEnsemble, folder: Path) -> Stored:
    """Write figures to quote to `summary.json`, and tell of the file."""
    text = json.dumps(summary(ensemble), indent=1, ensure_ascii=False, default=_plain)
    with replacing(folder / SUMMARY, folder / UNFINISHED) as file:
        file.write(f"{text}\n".encode())
    return stored(folder / SUMMARY)


def summary(ensemble: AnyEnsemble) -> dict[str, Any]:
    """Figures to quote: outcome shares with intervals, peaks, deaths, and base rates if the theatre has some."""
    base_rates = as_records(ensemble.base_rates) if ensemble.scenario.theatre.base_rates else None
    errors = json_rows(errors_of_shares(ensemble)) if ensemble.info.get("uncertain") else None
    return {
        "scenario": ensemble.scenario.name,
        "scenario_sha256": ensemble.scenario.sha256,
        "seed": ensemble.seed,
        "runs": len(ensemble),
        "failed": ensemble.n_failed,
        "outcomes": {
            row["outcome"]: {"share": row["share"], "low": row["low"], "high": row["high"]}
            for row in ensemble.shares().to_dict("records")
        },
        "interval": f"95 % {ensemble.interval.name}, sampling error only",
        **({} if errors is None else {"errors": errors}),
        **(_of_counts(ensemble.summary) if isinstance(ensemble, CountedEnsemble) else _of_runs(ensemble)),
        **({} if base_rates is None else {"base_rates": base_rates}),
    }


def _of_runs(ensemble: Ensemble) -> dict[str, Any]:
    peak = ensemble.trajectories["rung"].max("day").to_series()
    peak = peak.loc[ensemble.completed.index]
    deaths = ensemble.events.groupby("run")["fatalities"].sum().reindex(ensemble.completed.index, fill_value=0)
    return {
        "peak_rung": {str(rung): int((peak == rung).sum()) for rung in range(10)},
        "deaths": {"median": float(deaths.median()), "p90": float(deaths.quantile(0.9))},
        "events_per_run": int(ensemble.events["run"].isin(peak.index).sum()) / max(len(peak), 1),
    }


def _of_counts(counts: Summary) -> dict[str, Any]:
    median, p90 = counts.deaths_quantiles((0.5, 0.9)).tolist()
    return {
        "peak_rung": {str(rung): int(runs) for rung, runs in enumerate(counts.peak_rungs)},
        "deaths": {"median": median, "p90": p90},
        "events_per_run": int(counts.events.sum()) / max(counts.n_completed, 1),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot write {type(value).__name__} to JSON")
