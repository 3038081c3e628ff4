"""What a paper needs of a result: a methods paragraph, a table of numbers with their sources, and how to cite.

All of it is read from the manifest of the result, so it says what was run and not what the files say today.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Literal

from sim.engine.draw import RUNS_PER_SET
from sim.execution.draws import drawn_numbers
from sim.results.errors import StoreError
from sim.results.storage.manifest import Manifest, read_manifest, rules_sha256
from sim.text import counted, number, on
from sim.theatre.files.inventory import Row
from sim.theatre.parameters.fitted import Fitted, source_of

from .latex import code, escaped, tables
from .number_tables import NumberTables, every_number

PACKAGE = "escalation-sim"
_ENGINE = {"python": "Python", "numpy": "NumPy", "numba": "numba"}
"""What computes runs, of the versions that a manifest tells."""
_HEAD = ("number", "value", "plausible", "kind", "source")
_COLUMNS = "p{0.36\\textwidth}rrlp{0.24\\textwidth}"

Format = Literal["csv", "latex"]


@dataclass(frozen=True)
class Citation:
    """What to write of a result."""

    manifest: Manifest
    numbers: list[Row]
    """Every number that the scenario and its theatre write."""
    tables: NumberTables

    @property
    def version(self) -> str:
        """The version that made the runs."""
        return (self.manifest.made.get("versions") or {}).get(PACKAGE) or "unknown"

    @property
    def paragraph(self) -> str:
        """The methods, as sentences."""
        return " ".join(_sentences(self))

    @property
    def bibtex(self) -> str:
        """The entry of the software, in the version that made the runs; it has no DOI."""
        scenario = self.manifest.plan.scenario
        author, title = _package()
        return (
            f"@misc{{escalation_sim,\n  author = {{{{{escaped(author)}}}}},\n  title = {{{{{escaped(title)}}}}},\n"
            f"  howpublished = {{Computer software, version {escaped(self.version)}}},\n"
            f"  note = {{Scenario {escaped(scenario.name)}, SHA-256 {scenario.sha256}, "
            f"seed {self.manifest.plan.seed}}}\n}}\n"
        )

    @property
    def csv(self) -> str:
        """The table of numbers, for programs."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["path", "side", "value", "unit", "low", "high", "kind", "source", "set_at"])
        for row in self.numbers:
            low, high = row.plausible or ("", "")
            told = row.path, row.side or "", row.value, row.unit, low, high, row.kind
            table.writerow([*told, row.source or "", row.set_at or ""])
        return text.getvalue()

    @property
    def latex(self) -> str:
        """The table of numbers, for a paper: tables of twenty rows that need no package."""
        return "\n".join([*tables(_HEAD, map(_latex_row, self.numbers), _COLUMNS), ""])

    def as_dict(self) -> dict[str, Any]:
        """All of it as data."""
        plan = self.manifest.plan
        return {
            "scenario": plan.scenario.name,
            "scenario_sha256": plan.scenario.sha256,
            "seed": plan.seed,
            "runs": self.manifest.runs,
            "paragraph": self.paragraph,
            "bibtex": self.bibtex,
            "numbers": [asdict(row) for row in self.numbers],
        }

    def write(self, folder: Path, formats: tuple[Format, ...] = ("csv", "latex")) -> list[Path]:
        """Write all of it into a folder, in new files only.

        Raises
        ------
        StoreError
            The folder cannot be made, or holds such a file already.
        """
        texts = {"methods.txt": f"{self.paragraph}\n", "software.bib": self.bibtex}
        texts |= {"numbers.csv": self.csv} if "csv" in formats else {}
        texts |= {"numbers.tex": self.latex} if "latex" in formats else {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in texts:
                if (folder / name).exists() or (folder / name).is_symlink():
                    raise StoreError(f"{folder / name} already exists; choose another folder, or move it away")
            for name, text in texts.items():
                with (folder / name).open("x", encoding="utf-8", newline="") as file:
                    file.write(text)
        except OSError as error:
            raise StoreError(f"cannot write into {folder}: {error.strerror or error}") from None
        return [folder / name for name in texts]


def cite(folder: str | Path) -> Citation:
    """Read what is to be cited of a result: of runs, of counts, or of a sweep.

    Raises
    ------
    StoreError
        The folder is no result, is not finished, or cannot be read.
    """
    manifest = read_manifest(Path(folder))
    if manifest.status != "complete":
        raise StoreError(
            f"{folder} is not finished: it has {manifest.runs:,} of {manifest.plan.runs:,} runs; finish it with "
            "--resume before you cite it"
        )
    return Citation(manifest, *every_number(manifest.plan.scenario))


def _package() -> tuple[str, str]:
    """Authors and title, as the package gives them."""
    try:
        about = metadata(PACKAGE)
    except PackageNotFoundError:
        return f"The {PACKAGE} developers", PACKAGE
    said = about["Author"] or about["Author-email"]
    return str(said or f"The {PACKAGE} developers"), f"{PACKAGE}: {about['Summary']}"


def _sentences(of: Citation) -> Iterator[str]:
    plan = of.manifest.plan
    scenario, rules = plan.scenario, of.manifest.made.get("rules_sha256")
    by = f" (SHA-256 of its rules {rules})" if rules else ""
    yield (
        f"Runs were made with {PACKAGE}, version {of.version}{by}, an agent-based Monte Carlo model of crises below "
        f'war in steps of a day. The scenario is "{scenario.title}" ({scenario.name}, SHA-256 {scenario.sha256}), '
        f"{counted(scenario.days, 'day')} from {on(scenario.start)} to {on(scenario.end)}, in the theatre "
        f'"{scenario.theatre.title}".'
    )
    yield from _changes(of)
    if scenario.history_until is not None:
        yield f"Up to {on(scenario.history_until)} the recorded events are imposed, and nobody decides."
    yield from _runs(of)
    yield from _numbers(of)
    versions = of.manifest.made.get("versions") or {}
    engine = ", ".join(f"{called} {versions[name]}" for name, called in _ENGINE.items() if versions.get(name))
    if engine:
        yield f"The engine ran on {engine} ({of.manifest.made.get('platform', 'platform unknown')})."


def _changes(of: Citation) -> Iterator[str]:
    told = of.tables
    if not told.found:
        yield "Its changes to a scenario that it may extend are not listed, because its file was not found unchanged."
    elif told.extends == of.manifest.plan.scenario.theatre.title:
        yield f"In this theatre, the scenario sets the following: {' '.join(told.changes)}"
    elif told.extends is not None and told.changes:
        yield f'It extends "{told.extends}" and differs from it as follows: {" ".join(told.changes)}'
    elif told.extends is not None:
        yield f'It extends "{told.extends}" and changes none of its rules or numbers.'


def _runs(of: Citation) -> Iterator[str]:
    plan, runs = of.manifest.plan, of.manifest.runs
    dice = (
        "dice are Philox4x32-10 numbers keyed by seed, run, day and purpose, so that scenarios under one seed share "
        "what they have in common"
    )
    if plan.design is not None:
        shared = {"own": "with dice of its own at each"}.get(plan.design.get("dice", ""), "on the same dice at each")
        yield (
            f"It was run {counted(plan.design['replicates'], 'time')} at each of {plan.design['points']:,} points, "
            f"{shared}; the points were chosen by the method {plan.design['method']} over the ranges of "
            f"{counted(len(plan.design['parameters']), 'number')}, {runs:,} runs in all under seed {plan.seed}; {dice}."
        )
    else:
        what = " that share one past" if plan.branch is not None else ""
        yield f"There are {counted(runs, 'run')}{what} under seed {plan.seed}; {dice}."
    if plan.branch is not None:
        told = plan.branch
        yield f"They are branches of run {told['run']} of {told['scenario']} from day {told['day']} on."
    if plan.until is not None:
        which = f"the share of {plan.until.outcome}" if plan.until.outcome else "every outcome's share"
        yield f"Runs ended when the half-width of the interval of {which} was at most {number(plan.until.halfwidth)}."
    if failed := len(of.manifest.failures):
        count = "are" if failed > 1 else "is"
        yield f"{counted(failed, 'run')} met a value that is not finite and {count} left out of every share."
    if plan.design is None:
        yield f"Intervals of shares are {_interval(of)}, of sampling error only."


def _interval(of: Citation) -> str:
    plan = of.manifest.plan
    if plan.until is not None:
        return "95 % confidence sequences, which stay valid although the runs ended once they were narrow enough"
    if plan.uncertain:
        return "95 % Wilson score intervals at the effective number of runs, because runs that share numbers are alike"
    return "95 % Wilson score intervals"


def _numbers(of: Citation) -> Iterator[str]:
    plan = of.manifest.plan
    if isinstance(plan.uncertain, Fitted):
        yield f"Numbers were drawn from {source_of(plan.uncertain)}, a new draw for every {RUNS_PER_SET} runs."
    elif plan.uncertain and of.manifest.made.get("rules_sha256") != rules_sha256():
        # how many there were, and how they lay in their ranges, only those rules know
        yield "Uncertain numbers were drawn from their plausible ranges by the law of the version that made them."
    elif plan.uncertain:
        yield (
            f"{counted(len(drawn_numbers(plan.scenario)), 'uncertain number')} were drawn from their plausible "
            f"ranges, a new set for every {RUNS_PER_SET} runs. A range is the 5th and the 95th percentile about the "
            "nominal value as median, each side normal: in the logarithm for positive numbers, in the log odds for "
            "shares; a side that ends at the bound of what is possible is uniform."
        )
    kinds = Counter(str(row.kind) for row in of.numbers)
    words = {
        "input": "taken from outside the model",
        "tuned": "set so that a named check holds",
        "judgement": "judgements with a reason",
        "scenario": "set by the scenario without a source",
        "unsourced": "without a source",
    }
    said = ", ".join(
        f"{kinds[kind]:,} {'is' if kinds[kind] == 1 else 'are'} {what}" for kind, what in words.items() if kinds[kind]
    )
    yield f"Of the {counted(len(of.numbers), 'number')} of scenario and theatre, {said}."


def _latex_row(row: Row) -> tuple[str, ...]:
    unit = "" if row.unit == "1" else f" {escaped(row.unit)}"
    side = {">=": r"$\geq$ ", "<=": r"$\leq$ "}.get(row.side or "", "")
    plausible = " to ".join(f"{end:g}" for end in row.plausible) if row.plausible else ""
    return code(row.path), f"{side}{row.value:g}{unit}", plausible, escaped(row.kind), escaped(row.source or "")
