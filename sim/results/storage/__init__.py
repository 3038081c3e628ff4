"""Results on disk: one folder with open formats, which other tools read without our code.

In come blocks of runs while they are made (`write_runs`, `write_counts`, `write_sweep`). `manifest` says of each
whether it is done, so that whatever is interrupted can be resumed. Out come the results of `sim.results`, through
`read`.
"""
