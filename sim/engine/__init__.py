"""The engine: one Mesa model that advances any number of runs in lockstep, with compiled kernels for the arithmetic."""
