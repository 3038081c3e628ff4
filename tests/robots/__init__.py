"""Robots: clients of a running server that play whole classes, well or badly, and keep every frame that they are sent.

`server` starts, kills and restarts a server; `bot` is one line with steps and expectations; `people` are students and
umpires who play; `leaks` reads what seats were sent, and looks for what they may not know.
"""
