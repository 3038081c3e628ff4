"""Numbers of a scenario by their paths: other values for them, which are uncertain, and within what range."""
