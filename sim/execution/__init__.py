"""How runs are made, and found again.

In come a scenario, a number of runs and a seed. `plan` says what is asked for, `loop` has blocks of runs computed by
`workers` (threads of this machine, or a cluster), shows progress and hands them to the store. Out go ensembles
(`run.run`, `summarise.summarise`). `source` finds the scenario and the dice of runs that were made before, and `lookup`
the day, actor, action or outcome that a user names.
"""
