"""Players against each other on the same dice, and who escalates."""
