"""What a seat knows of a run, what is hidden from it, and the worlds that look the same to it."""
