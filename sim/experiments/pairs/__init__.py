"""Two scenarios on common random numbers: `compare` counts what differs, `divergence` finds where one run parts."""
