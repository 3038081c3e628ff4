"""A run being lived: its world, the desks at which orders lie, its turns, its ledger, and a scenario made of it."""
