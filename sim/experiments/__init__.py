"""Questions put to many runs.

| folder | question |
|---|---|
| `pairs/` | what differs between two scenarios, run by run on common random numbers, and from which decision on |
| `branching/` | what could still come of one run from a day on, and what each option of an actor brings |
| `sweep/` | how outcomes depend on numbers of the theatre, over a design of points |
| `tipping/` | the least change of numbers that moves an outcome's share across a line |

In come scenarios or results; out go comparisons, ensembles of branches, sweeps and tips, which `sim.plots`,
`sim.report` and `sim.cli` show.
"""
