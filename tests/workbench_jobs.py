"""Jobs for the processes of the workbench, in a module that is imported quickly."""

import os
import time

from sim.serve.workbench.moves import Stop


def waiting(stopped):
    """Wait until nobody wants the answer."""
    while not stopped():
        time.sleep(0.001)
    raise Stop


def deaf(_):
    """Take long, and look at nothing."""
    time.sleep(30)


def process(_):
    """The number of the process that does this."""
    return os.getpid()
