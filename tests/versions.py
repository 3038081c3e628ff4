"""Tests in fresh environments: with the lowest versions that `pyproject.toml` allows, and with the newest there are.

The lowest are those of what the package and its extras import; what tests are made with is the newest in both.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
EXTRAS = ("sweep", "report", "dask")

TOUCHING = (
    "kernels", "mesa", "engine_equals_oracle", "thinning", "load", "jsonschema", "store", "summary", "survival",
    "executors", "large", "plots", "sweep_pictures", "report", "reproduce", "cli", "completion", "sweep", "sweep_tools",
    "known_indices", "exact_figures", "base_rates", "uncertain", "replay",
)  # fmt: skip
"""Tests of what depends most on other people's packages."""


def lowest() -> list[str]:
    """The lowest versions, as constraints."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    asked = ["--resolution", "lowest-direct", "--python", sys.executable, "--no-header", "--no-annotate"]
    resolved = _uv("pip", "compile", "--quiet", *asked, *extras, "pyproject.toml")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in EXTRAS)]
    names = {_name(entry) for entries in declared for entry in entries}
    return [line for line in resolved.splitlines() if _name(line) in names]


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _uv(*words: str) -> str:
    return subprocess.run([UV, *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def passed(which: str, tests: list[str]) -> bool:
    """Make an environment, and run tests in it."""
    place = Path(sys.prefix) / "versions" / which
    python = place / "bin" / "python"
    _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(place))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        if which == "lowest":
            constraints.write("\n".join(lowest()))
            constraints.flush()
        asked = ["--quiet", "--python", str(python), "--constraint", constraints.name, "--editable", ".[dev]"]
        _uv("pip", "install", *asked)
    print(f"{which}: {' '.join(_uv('pip', 'freeze', '--quiet', '--python', str(python)).split())}", flush=True)
    # Old packages say of each other that they are old, which is no fault of ours.
    warnings = ["-W", "default"] if which == "lowest" else []
    asked = ["-m", "pytest", "--quiet", "--numprocesses", "2", "--dist", "worksteal", *warnings, *tests]
    return subprocess.run([python, *asked], cwd=ROOT).returncode == 0


def main() -> None:
    """Run the tests in both, or one of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__.splitlines()[0])
    parser.add_argument(
        "tests", nargs="*", help="files or folders of tests, in place of those that touch other packages"
    )
    parser.add_argument("--only", choices=("lowest", "newest"), help="in place of both")
    asked = parser.parse_args()
    tests = asked.tests or [f"tests/test_{name}.py" for name in TOUCHING]
    failed = [which for which in ([asked.only] if asked.only else ["lowest", "newest"]) if not passed(which, tests)]
    if failed:
        raise SystemExit(f"tests fail with the {' and the '.join(failed)} versions")


if __name__ == "__main__":
    main()
