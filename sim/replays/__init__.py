"""One run again, told.

In comes a scenario or a result with the number of a run; the engine makes that run again, watched. Out go its acts with
their causes, a story, the reasons of a decision (`explain`), and the chain back to a root (`why`). What is told of many
runs together is the business of `sim.experiments`.
"""
