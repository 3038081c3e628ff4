"""The engine: any number of runs advanced in lockstep, bit for bit the same however many there are.

In comes a `Program` (a scenario as arrays) with the numbers of runs and a seed; out go blocks of trajectories, events
and outcome days. `day` lists the phases, `agents` takes part in them by calling kernels (`perceive`, `decide` with
`thinning` and `weigh`, `adjudicate`, `settle`), `state` lays out what these read and write, `dice` draws. `model` steps
all of it; `mesa_model` is the same as a `mesa.Model`, and the one file that imports Mesa. All that leans on numba
stands in `_numba`.
"""
