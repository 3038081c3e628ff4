"""Who acted on whom, and how often in the mean of all runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.results.counted import AnyEnsemble, CountedEnsemble
from sim.results.ensemble import SCRIPT


@dataclass(frozen=True)
class Matrix:
    """Acts from rung 1 up, in the mean of the runs that did not fail."""

    actors: list[str]
    """Who acted, by label, who acted most first."""
    targets: list[str]
    """On whom, by label, who suffered most first."""
    acts: NDArray[np.float64]
    """Shape (actor, target): acts in a run."""
    deaths: NDArray[np.float64]
    """Shape (actor, target): deaths in a run that these acts caused."""


def matrix(ensemble: AnyEnsemble) -> Matrix:
    """Count who acted on whom; acts of rung 0, which calm, are left out, and so is what the scenario imposes."""
    theatre, n = ensemble.scenario.theatre, max(ensemble.n_completed, 1)
    acts: dict[tuple[str, str], float] = {}
    deaths: dict[tuple[str, str], float] = {}
    for name, (done, dead) in acts_by_action(ensemble).items():
        action = theatre.actions.get(name)
        if action is None or action.rung == 0 or not done:
            continue
        pair = (name.split(".")[0], action.target)
        acts[pair] = acts.get(pair, 0) + done / n
        deaths[pair] = deaths.get(pair, 0) + dead / n
    actors = _by_size(acts, 0)
    targets = _by_size(acts, 1)
    shape = (len(actors), len(targets))
    table, toll = np.zeros(shape), np.zeros(shape)
    for (actor, target), each in acts.items():
        place = actors.index(actor), targets.index(target)
        table[place], toll[place] = each, deaths[actor, target]
    label = {name: actor.label for name, actor in theatre.actors.items()}
    return Matrix([label[name] for name in actors], [label[name] for name in targets], table, toll)


def _by_size(pairs: dict[tuple[str, str], float], side: int) -> list[str]:
    total: dict[str, float] = {}
    for pair, acts in pairs.items():
        total[pair[side]] = total.get(pair[side], 0) + acts
    return sorted(total, key=lambda name: (-total[name], name))


def acts_by_action(ensemble: AnyEnsemble) -> dict[str, tuple[int, int]]:
    """How often each action was done in all runs, and how many died of it."""
    if isinstance(ensemble, CountedEnsemble):
        table = ensemble.event_counts.rename(columns={"events": "n"})
    else:
        table = ensemble.events[(ensemble.events["actor"] != SCRIPT)].assign(n=1)
        if ensemble.n_failed:
            table = table[~table["run"].isin(ensemble.failures["run"])]
    sums = table.groupby("action", observed=True)[["n", "fatalities"]].sum()
    return {str(name): (int(row["n"]), int(row["fatalities"])) for name, row in sums.iterrows()}
