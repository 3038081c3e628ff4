"""What a figure or a report carries with it: all that it takes to make it again."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError

from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.fitted import Fitted, NumbersFrom

from .counted import AnyEnsemble, CountedEnsemble, first_run
from .errors import StoreError

LARGEST = 64 * 2**20
"""Bytes of a scenario that a file may unfold to."""
UNKNOWN = "unknown"
_DAMAGED = "what is stored in it is damaged"


@dataclass(frozen=True)
class Provenance:
    """Which runs something was made from."""

    scenario: Scenario
    seed: int
    runs: int
    counts_only: bool
    """Whether counts were kept in place of runs."""
    dtype: str
    """Type in which trajectories were kept."""
    software: str
    """The version that made the runs."""
    rules: str | None
    """Hash of the rules by which it made them, if that is known."""
    until: Mapping[str, Any] | None = None
    """The precision at which the runs ended, if they had to reach one."""
    uncertain: NumbersFrom = False
    """Whether the runs drew their numbers, and from what."""
    first: int = 0
    """Number of the first run."""

    @classmethod
    def of(cls, ensemble: AnyEnsemble) -> Self:
        """Say what an ensemble is made from."""
        made_by = (ensemble.info.get("versions") or {}).get("escalation-sim") or UNKNOWN
        return cls(
            ensemble.scenario,
            ensemble.seed,
            len(ensemble),
            isinstance(ensemble, CountedEnsemble),
            str(ensemble.kept.trajectories["tension"].dtype),
            made_by,
            ensemble.info.get("rules_sha256"),
            ensemble.info.get("until"),
            ensemble.info.get("uncertain", False),
            first_run(ensemble),
        )

    @property
    def command(self) -> str:
        """The command that makes such runs, for who has the scenario's file."""
        words = [f"sim run {self.scenario.name} --runs {self.runs} --seed {self.seed}"]
        words += [f"--first {self.first}"] if self.first else []
        fitted = self.uncertain if isinstance(self.uncertain, Fitted) else None
        drawn = fitted.others if fitted else self.uncertain
        words += ["--posterior posterior.parquet"] if fitted else []
        words += ["--uncertain"] if drawn else []
        words += ["--levers"] if drawn and self.scenario.levers_drawn else []
        words += ["--summary-only"] if self.counts_only else []
        words += [f"--dtype {self.dtype}"] if self.dtype != "float32" else []
        return " ".join(words)

    def as_texts(self) -> dict[str, str]:
        """All of it as texts by name, in letters that every file can hold; the scenario whole."""
        return {
            "Scenario": self.scenario.name,
            "Scenario-SHA256": self.scenario.sha256,
            "Seed": str(self.seed),
            "Runs": str(self.runs),
            **({"First": str(self.first)} if self.first else {}),
            "Kept": "counts" if self.counts_only else "runs",
            "Dtype": self.dtype,
            "Software": f"escalation-sim {self.software}",
            "Rules-SHA256": self.rules or "",
            "Uncertain": "yes" if self.uncertain else "",
            "Until": json.dumps(self.until) if self.until else "",
            "Command": self.command,
            "Scenario-Packed": _packed(self.scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)),
            **({"Posterior-Packed": _packed(self.uncertain.told())} if isinstance(self.uncertain, Fitted) else {}),
        }

    @classmethod
    def read(cls, texts: Mapping[str, str]) -> Self:
        """Read what `as_texts` wrote.

        Raises
        ------
        StoreError
            Something is missing or damaged, or the scenario is not the one that its hash names.
        """
        if "Scenario-Packed" not in texts:
            raise StoreError("it does not contain the scenario that it was made from")
        scenario = _scenario(texts["Scenario-Packed"])
        if scenario.sha256 != texts.get("Scenario-SHA256"):
            raise StoreError(f"{_DAMAGED}: its scenario does not match its hash")
        try:
            seed, runs, first = int(texts["Seed"]), int(texts["Runs"]), int(texts.get("First", "0"))
            until = json.loads(texts["Until"]) if texts.get("Until") else None
        except (KeyError, ValueError, RecursionError) as error:
            raise StoreError(f"{_DAMAGED}: {error}") from None
        if until is not None and not isinstance(until, dict):
            raise StoreError(f"{_DAMAGED}: '{until}' is not a precision")
        if not 0 <= seed < 2**64 or not 1 <= runs <= 100_000_000 or not 0 <= first < 2**32:
            raise StoreError(f"{_DAMAGED}: seed {seed}, {runs} runs")
        dtype = "float64" if texts.get("Dtype") == "float64" else "float32"
        software = texts.get("Software", "").removeprefix("escalation-sim ") or UNKNOWN
        rules = texts.get("Rules-SHA256") or None
        kept, uncertain = texts.get("Kept") == "counts", _uncertain(texts)
        return cls(scenario, seed, runs, kept, dtype, software, rules, until, uncertain, first)


def _packed(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def _unpacked(text: str, what: str) -> Any:
    unfolding = zlib.decompressobj()
    content = unfolding.decompress(base64.b64decode(text), LARGEST)
    if not unfolding.eof:
        raise ValueError(f"the {what} is cut short, or unfolds to too much")
    return json.loads(content)


def _uncertain(texts: Mapping[str, str]) -> NumbersFrom:
    if (packed := texts.get("Posterior-Packed")) is None:
        return texts.get("Uncertain") == "yes"
    try:
        return Fitted.of(_unpacked(packed, "posterior"))
    except (ValueError, TypeError, RecursionError, zlib.error) as error:
        raise StoreError(f"{_DAMAGED}: {error}") from None


def _scenario(text: str) -> Scenario:
    try:
        return Scenario.model_validate(_unpacked(text, "scenario"))
    except ValidationError as error:
        raise StoreError(f"{_DAMAGED}: {error.errors()[0]['msg']}") from None
    except (ValueError, RecursionError, zlib.error) as error:
        raise StoreError(f"{_DAMAGED}: {error}") from None
