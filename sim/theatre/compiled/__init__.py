"""A scenario as the engine runs it: names become positions, and numbers the parameters of a `Program`."""
