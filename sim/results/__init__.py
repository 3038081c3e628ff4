"""What runs gave: the ensemble in memory, and the store that keeps it on disk."""
