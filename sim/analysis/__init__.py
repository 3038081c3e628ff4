"""Statistics on plain arrays and tables: intervals, paths, paired differences, influence, discovery.

It imports nothing of ours, so that every room may call it and each function can be checked against the literature.
"""
