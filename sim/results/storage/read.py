"""Results on disk: one folder with open formats that other tools read without our code."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr
from zarr.storage import LocalStore

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
from .folder import to_resume
from .manifest import Manifest, read_manifest
from .write_sweep import read_sweep

EVENTS, OUTCOMES, SUMMARY, COUNTS, KEPT = "events.parquet", "outcomes.parquet", "summary.json", "counts.npz", "kept"
"""Files and folders of a result, beside its trajectories and its manifest."""


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
        The folder is no result, is not finished, or is one that this version cannot read.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest.status != "complete":
        raise StoreError(
            f"{folder} is not finished: it has {manifest.runs:,} of {manifest.plan.runs:,} runs; resume it by "
            f"'{to_resume(folder, manifest.plan)}'"
        )
    for name, length in manifest.files.items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != length:
            raise StoreError(f"{folder} is damaged: {name} is not as long as it was; run its scenario again")
    if manifest.plan.design is not None:
        return read_sweep(folder, manifest)
    return read_counted(folder, manifest) if manifest.plan.summary_only else read_whole(folder, manifest)


def read_whole(folder: Path, manifest: Manifest) -> Ensemble:
    """Read an ensemble, finished or about to be.

    Raises
    ------
    StoreError
        Something is missing or cut short.
    """
    stored = zarr_blocks.Chunks(folder, manifest.plan)
    for (first, last), done in manifest.done.items():
        if stored.size((first, last)) != done.size:
            raise StoreError(
                f"{folder} is damaged: in {zarr_blocks.NAME}, runs {first} to {last - 1} are missing or cut short; run "
                "its scenario again, with --overwrite"
            )
    try:
        store = LocalStore(
            folder / zarr_blocks.NAME, read_only=True
        )  # a path is taken for an address if it has '::' in it
        dates = xr.coders.CFDatetimeCoder(time_unit="s")  # nanoseconds, which it takes by itself, end in the year 2262
        trajectories = xr.open_zarr(store, consolidated=False, chunks=None, decode_times=dates)
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{folder} is damaged: {error}") from error
    scenario = manifest.plan.scenario
    return Ensemble(
        scenario=scenario,
        seed=manifest.plan.seed,
        trajectories=trajectories,
        events=lambda: _with_names(_table(folder / EVENTS), scenario),
        outcomes=lambda: _table(folder / OUTCOMES),
        failures=pd.DataFrame(sorted(manifest.failures), columns=["run", "day", "what"]),
        info=_info(manifest),
    )


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path.absolute())  # else an address, if it has a ":"
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path} is damaged: {error}") from error


def _with_names(events: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Parquet keeps the names that occur and those beside them; where no run has any act, they are put back."""
    if len(events):
        return events
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
    try:
        summary = Summary.load(folder / COUNTS, plan.scenario)
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder} is damaged: {error}") from error
    kept = open_result(folder / KEPT)
    assert isinstance(kept, Ensemble)
    return CountedEnsemble(plan.scenario, plan.seed, summary, kept, _info(manifest))


def _info(manifest: Manifest) -> dict[str, Any]:
    plan = manifest.plan
    asked = {"until": plan.until and plan.until._asdict(), "branch": plan.branch, "uncertain": plan.uncertain or None}
    keys = ("rules_sha256", "versions", "platform", "seconds")
    made = {key: manifest.made[key] for key in keys if key in manifest.made}
    return made | {key: entry for key, entry in asked.items() if entry is not None}


def write_summary(ensemble: AnyEnsemble, folder: Path) -> None:
    """Write figures to quote to `summary.json`."""
    text = json.dumps(summary(ensemble), indent=1, ensure_ascii=False, default=_plain)
    with replacing(folder / SUMMARY, folder / UNFINISHED) as file:
        file.write(f"{text}\n".encode())


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
        "events_per_run": len(ensemble.events) / max(len(ensemble), 1),
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
