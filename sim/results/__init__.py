"""What runs gave, in memory: ensembles, ensembles that were only counted, and sweeps.

In come blocks of the engine; out go labelled arrays and tables, shares with the interval that is right for them, the
base-rate table, and the measures of single runs. `sim.results.storage` keeps all of it on disk.
"""
