"""Put together what was run in parts, as by the jobs of a cluster, to the files that one run of all would have made.

Runs are the same whoever makes them; what differs is how they are cut into blocks. Of runs kept whole, blocks are cut
anew. Of counts, the blocks of parts fit into those of the whole (`sim.execution.plan`), and are added up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results.counted import AnyEnsemble, CountedEnsemble
from sim.results.ensemble import Ensemble
from sim.results.errors import StoreError
from sim.results.storage.check import damage
from sim.results.storage.manifest import Done, Manifest, Plan, Span, read_manifest, remedy, rules_sha256
from sim.results.storage.read import KEPT, open_result, refuse_unfinished, with_all_names
from sim.results.storage.write_counts import CountWriter
from sim.results.storage.write_runs import Writer

from . import run as running
from . import summarise as summarising
from .plan import planned


@dataclass
class _Part:
    """The folder of some of the runs."""

    folder: Path
    manifest: Manifest

    @property
    def plan(self) -> Plan:
        return self.manifest.plan

    @cached_property
    def opened(self) -> AnyEnsemble:
        """Its runs, read when they are used."""
        found = open_result(self.folder)
        assert isinstance(found, Ensemble | CountedEnsemble)
        return found

    @cached_property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Its events, with all names that there are, and its outcomes."""
        runs = self.opened.kept
        return with_all_names(runs.events, self.plan.scenario), runs.outcomes

    def forget(self) -> None:
        """Let go of what was read."""
        for name in ("opened", "tables"):
            self.__dict__.pop(name, None)


def merge(out: str | PathLike[str], *parts: str | PathLike[str], overwrite: bool = False) -> AnyEnsemble:
    """Put parts of an ensemble together, to the very files that one run of all would have made.

    Parameters
    ----------
    out : path
        Folder for the whole.
    parts : paths
        Folders of the parts, in any order, made by `sim.run` or `sim.summarise` with `first`: together they have all
        runs from 0 on, each once.
    overwrite : bool
        Replace a result that `out` holds.

    Returns
    -------
    Ensemble, or CountedEnsemble if the parts keep counts

    Raises
    ------
    sim.StoreError
        Parts do not belong together, or runs are missing or there twice, or something is damaged, or `out` is taken.
    """
    folder = Path(out)
    _refuse_within(folder, [Path(part) for part in parts])
    found = _in_order([_part(Path(part)) for part in parts])
    plan, made = _whole(found), _made(found)
    if not plan.summary_only:
        return _put_together(folder, plan, found, made, overwrite)
    with CountWriter(folder, plan, overwrite=overwrite, made=made) as writer:
        for part in found:
            assert isinstance(part.opened, CountedEnsemble)
            writer.add(part.opened.summary, {})
            part.forget()
        writer.add(type(writer.summary)(plan.scenario, bool(plan.uncertain)), _blocks(plan, found))
        kept = [_Part(part.folder / KEPT, read_manifest(part.folder / KEPT)) for part in found]
        first = min(summarising.KEPT, plan.runs)
        _put_together(writer.kept, _plan(kept[0].plan, first), kept, made, overwrite=True)
        return writer.finish()


def _refuse_within(out: Path, parts: Sequence[Path]) -> None:
    """Refuse to write where a part lies, since it would be gone before it is read."""
    there = out.resolve()
    for part in parts:
        other = part.resolve()
        if there == other or there in other.parents or other in there.parents:
            raise StoreError(f"{out} is {part}, or one lies inside the other; choose another folder for the whole")


def _part(folder: Path) -> _Part:
    part = _Part(folder, read_manifest(folder))
    refuse_unfinished(folder, part.manifest)
    kind = "a sweep" if part.plan.design else "branches" if part.plan.branch else None
    kind = kind or ("runs that ended when they were precise enough" if part.plan.until else None)
    if kind is not None:
        raise StoreError(f"{folder} holds {kind}, which cannot be merged; only runs of one scenario can")
    if damaged := damage(folder):  # before anything is written
        raise StoreError(f"{folder} is damaged: {damaged[0].file} {damaged[0].what}; {remedy(folder, part.plan)}")
    return part


def _in_order(parts: list[_Part]) -> list[_Part]:
    """Parts by their first runs, which must follow on each other and be alike in all else."""
    if not parts:
        raise StoreError("there is nothing to merge; name the folders of the parts")
    parts = sorted(parts, key=lambda part: (part.plan.first, part.folder))
    one = parts[0]
    if one.manifest.made.get("rules_sha256") != rules_sha256():
        version = (one.manifest.made.get("versions") or {}).get("escalation-sim") or "unknown"
        raise StoreError(
            f"{one.folder} was made by other rules, those of escalation-sim {version}; merge with that version"
        )
    end, before = 0, ""
    for part in parts:
        first = part.plan.first
        _refuse_unlike(one, part)
        if first > end:
            raise StoreError(f"runs {end:,} to {first - 1:,} are missing{before}; name the folders of all parts")
        if first < end:
            raise StoreError(
                f"{part.folder} begins with run {first:,}, but that run is already there{before}; name each part once"
            )
        end, before = first + part.manifest.runs, f", after {part.folder}, which ends with run {part.plan.end - 1:,}"
    return parts


def _refuse_unlike(one: _Part, other: _Part) -> None:
    alike = replace(other.plan, first=one.plan.first, runs=one.plan.runs)
    differences = one.plan.differences(alike)
    for name in ("rules_sha256", "versions"):
        mine, its = one.manifest.made.get(name), other.manifest.made.get(name)
        if mine != its:
            differences.append(f"{name.split('_')[0]} {_short(its, mine)} instead of {_short(mine, its)}")
    if differences:
        raise StoreError(
            f"{other.folder} and {one.folder} are not parts of the same whole: the first has {'; '.join(differences)}"
        )


def _short(made: Any, beside: Any) -> str:
    """Rules or versions in few letters: of versions, those that differ."""
    if not isinstance(made, dict) or not isinstance(beside, dict):
        return str(made)[:8]
    return ", ".join(f"{name} {version}" for name, version in made.items() if beside.get(name) != version)


def _whole(parts: Sequence[_Part]) -> Plan:
    runs = sum(part.manifest.runs for part in parts)
    plan = _plan(parts[0].plan, runs)
    if plan.summary_only:
        _blocks(plan, parts)  # to refuse what does not fit before anything is written
    return plan


def _plan(part: Plan, runs: int) -> Plan:
    """The plan by which so many runs would have been made at once."""
    return planned(
        part.scenario,
        runs,
        part.seed,
        running.RUNS_PER_BLOCK,
        dtype=part.dtype,
        variables=part.variables,
        summary_only=part.summary_only,
        uncertain=part.uncertain,
    )


def _made(parts: Iterable[_Part]) -> dict[str, Any]:
    """How the parts were made, in how many seconds together."""
    made = [part.manifest.made for part in parts]
    return made[0] | {"seconds": round(sum(each.get("seconds", 0.0) for each in made), 3)}


def _blocks(plan: Plan, parts: Iterable[_Part]) -> dict[Span, Done]:
    """What is known of the blocks of the whole, from those of parts, which lie within them."""
    found = {span: Done((0,) * len(plan.outcomes)) for span in plan.spans}
    for part in parts:
        for (first, last), done in part.manifest.done.items():
            span = plan.span(first)
            if last > span[1]:
                raise StoreError(
                    f"{part.folder} counts runs {first:,} to {last - 1:,} together, but a block of the whole ends "
                    f"before run {span[1]:,}; make that part again, with this version and --first"
                )
            held = tuple(np.add(found[span].held, done.held).tolist())
            found[span] = Done(held, found[span].failed + done.failed)
    return found


def _put_together(folder: Path, plan: Plan, parts: Sequence[_Part], made: dict[str, Any], overwrite: bool) -> Ensemble:
    """Write runs that parts have, cut into the blocks of a plan."""
    with Writer(folder, plan, overwrite=overwrite, made=made) as writer:
        for span in plan.spans:
            pieces = list(_pieces(parts, span))
            assert sum(len(piece.outcomes) for piece in pieces) == span[1] - span[0]
            writer.put(
                span,
                {name: np.concatenate([piece.rows[name] for piece in pieces]) for name in (*plan.values, *plan.rungs)},
                pd.concat([piece.events for piece in pieces], ignore_index=True),
                pd.concat([piece.outcomes for piece in pieces]),
                [failure for piece in pieces for failure in piece.failures],
            )
        return writer.finish()


@dataclass(frozen=True)
class _Piece:
    """What one part has of a block."""

    rows: dict[str, NDArray[Any]]
    events: pd.DataFrame
    outcomes: pd.DataFrame
    failures: list[tuple[int, int, str]]


def _pieces(parts: Iterable[_Part], span: Span) -> Iterator[_Piece]:
    for part in parts:
        first, last = max(span[0], part.plan.first), min(span[1], part.plan.first + part.manifest.runs)
        if first < last:
            events, outcomes = part.tables
            begun, ended = events["run"].to_numpy().searchsorted([first, last])
            rows = part.opened.kept.trajectories.isel(run=slice(first - part.plan.first, last - part.plan.first))
            yield _Piece(
                {str(name): rows[name].to_numpy() for name in rows.data_vars},
                events.iloc[begun:ended],
                outcomes.loc[first : last - 1],
                [failure for failure in part.manifest.failures if first <= failure[0] < last],
            )
        if part.plan.end <= span[1]:
            part.forget()
