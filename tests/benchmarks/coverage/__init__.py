"""How often the intervals that the program prints hold the truth, on toys whose truth is known."""
