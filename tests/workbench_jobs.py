"""Jobs for the processes of the workbench, in a module that is imported quickly."""

import os
import time

from sim.serve.workbench import worker
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


def busy(_, seconds):
    """Take some time; the number of the process that does this."""
    time.sleep(seconds)
    return os.getpid()


def dies(_):
    """Take the process with it."""
    os._exit(1)


def large(_):
    """Have the process seem too large; its number."""
    worker.MOST_MEMORY = 0.0
    return os.getpid()
