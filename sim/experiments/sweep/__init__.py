"""Many points of a theatre's numbers, each run some times: which number matters, and where outcomes lie.

`parameters` chooses what varies, `design` the points, `points` runs them in blocks, `sweep` keeps the whole. `ledger`
sets influence beside the ground that a number rests on; `interop` hands problems and results to SALib and EMA
Workbench.
"""
