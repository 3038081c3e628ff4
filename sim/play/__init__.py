"""Seats: who plays an actor, what it sees, what it may do, and what comes of it."""
