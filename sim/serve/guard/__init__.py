"""Who may come in, what their browsers may do, and how much they may send."""
