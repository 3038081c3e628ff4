"""Pure functions on arrays and tables; they import nothing of ours."""
