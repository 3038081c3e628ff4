"""How often the intervals that are printed hold a truth that is known, each at the size that it has by default."""
