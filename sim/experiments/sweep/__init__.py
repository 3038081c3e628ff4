"""Sweeps: a scenario run at many points, each with its own values of numbers, all on the same dice."""
