"""What is for teaching: the lessons of `notebooks/`, and the pack for a class."""
