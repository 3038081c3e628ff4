"""The classroom: rooms in which people sit at sessions, each with a line that tells them what their seat may know."""
