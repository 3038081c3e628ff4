"""What a scenario says that does nothing: dead numbers, acts never chosen, outcomes that are certain.

In comes a scenario's file; runs of it, and pairs of runs on common random numbers in which one of two has some numbers
changed, show which lines make no difference. Out go findings, each with the line it is about.
"""
