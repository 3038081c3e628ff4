"""Write the page: python -m tests.benchmarks.premises [runs]."""

import sys
from pathlib import Path

import sim

from .measure import counted, repeated, stories_before
from .page import written
from .wordings import faults

PAGE = Path(__file__).parent / "PREMISES.md"
SCENARIO, SEED = "baseline", 7

if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    ensemble = sim.run(SCENARIO, runs=runs, seed=SEED, progress=None)
    theatre, stories = ensemble.scenario.theatre, stories_before()
    found = list(faults(theatre))
    about: dict[str, object] = {
        **{"runs": runs, "scenario": SCENARIO, "seed": SEED},
        **{"was": round(100 * repeated(ensemble, stories)), "now": round(100 * repeated(ensemble))},
        "wordings": sum(len(action.wordings) for action in theatre.actions.values()),
        **{"actions": len(theatre.actions), "faults": len(found) or "none"},
    }
    PAGE.write_text(written(counted(ensemble, stories), counted(ensemble), about), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    for action, text, missing in found:
        print(f"{action} lacks {missing}: {text}")
