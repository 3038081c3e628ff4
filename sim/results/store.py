"""Results on disk: one folder with open formats that other tools read without our code."""

import json
import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.theatre.scenario import Scenario

from .base_rates import as_records
from .ensemble import Ensemble

FORMAT = 1
"""Version of the folder's layout."""
RUNS_PER_CHUNK = 1024


class StoreError(Exception):
    """A folder cannot be written or read as a result; the message says what to do."""


def provenance() -> dict[str, Any]:
    """Versions and platform that made a result."""
    packages = ("escalation-sim", "mesa", "numba", "numpy", "pandas", "xarray", "zarr", "pyarrow")
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in packages}},
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def refuse_finished(folder: Path, overwrite: bool) -> None:
    """Protect what is there.

    Raises
    ------
    StoreError
        The folder holds something, and is not a result that may be overwritten.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / "run.json").is_file():
        raise StoreError(f"{folder} exists and is no result of sim; choose another folder")
    if not overwrite:
        raise StoreError(f"{folder} holds a finished result; choose another folder, or add --overwrite to replace it")


def save(ensemble: Ensemble, folder: Path, overwrite: bool = False) -> Path:
    """Write an ensemble to a folder, all of it or nothing.

    Raises
    ------
    StoreError
        The folder is taken, or cannot be written.
    """
    refuse_finished(folder, overwrite)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        _write(ensemble, partial)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _write(ensemble: Ensemble, folder: Path) -> None:
    chunks = (min(RUNS_PER_CHUNK, len(ensemble)), ensemble.scenario.days)
    encoding = {name: {"chunks": chunks} for name in ensemble.trajectories.data_vars}
    ensemble.trajectories.to_zarr(folder / "trajectories.zarr", encoding=encoding, consolidated=False)
    ensemble.events.to_parquet(folder / "events.parquet", index=False)
    ensemble.outcomes.to_parquet(folder / "outcomes.parquet")
    _json(folder / "summary.json", summary(ensemble))
    _json(folder / "run.json", manifest(ensemble))


def manifest(ensemble: Ensemble) -> dict[str, Any]:
    """All that is needed to make the ensemble again."""
    return {
        "format": FORMAT,
        "status": "complete",
        "runs": len(ensemble),
        "seed": ensemble.seed,
        "failures": ensemble.failures.to_dict("records"),
        **ensemble.info,
        "scenario_sha256": ensemble.scenario.sha256,
        "scenario": ensemble.scenario.model_dump(mode="json", by_alias=True),
    }


def summary(ensemble: Ensemble) -> dict[str, Any]:
    """Figures to quote: outcome shares with intervals, peaks, deaths, and base rates if the theatre has some."""
    peak = ensemble.trajectories["rung"].max("day").to_series()
    peak = peak.loc[ensemble.sound.index]
    deaths = ensemble.events.groupby("run")["fatalities"].sum().reindex(ensemble.sound.index, fill_value=0)
    shares = ensemble.shares()
    return {
        "scenario": ensemble.scenario.name,
        "scenario_sha256": ensemble.scenario.sha256,
        "seed": ensemble.seed,
        "runs": len(ensemble),
        "failed": len(ensemble.failures),
        "outcomes": {
            row["outcome"]: {"share": row["share"], "low": row["low"], "high": row["high"]}
            for row in shares.to_dict("records")
        },
        "interval": "95 % Wilson, sampling error only",
        "peak_rung": {str(rung): int((peak == rung).sum()) for rung in range(10)},
        "deaths": {"median": float(deaths.median()), "p90": float(deaths.quantile(0.9))},
        "events_per_run": len(ensemble.events) / max(len(ensemble), 1),
        **({"base_rates": as_records(ensemble.base_rates)} if ensemble.scenario.theatre.base_rates else {}),
    }


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=_plain) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot write {type(value).__name__} to JSON")


def open_result(folder: str | Path) -> Ensemble:
    """Open a result; trajectories are read when they are used.

    Raises
    ------
    StoreError
        The folder is no result, or one that this version cannot read.
    """
    folder = Path(folder)
    try:
        written = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder} is no result of sim: it has no run.json") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {folder / 'run.json'}: {error}") from error
    if not isinstance(written, dict) or written.get("format") != FORMAT:
        raise StoreError(f"{folder} was written in a format that this version does not read; run its scenario again")
    try:
        scenario = Scenario.model_validate(written["scenario"])
        return Ensemble(
            scenario=scenario,
            seed=written["seed"],
            trajectories=xr.open_zarr(folder / "trajectories.zarr", consolidated=False, chunks=None),
            events=pd.read_parquet(folder / "events.parquet"),
            outcomes=pd.read_parquet(folder / "outcomes.parquet"),
            failures=pd.DataFrame(written["failures"], columns=["run", "day", "what"]),
            info={key: written[key] for key in ("versions", "platform") if key in written},
        )
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{folder} is damaged: {error}") from error
