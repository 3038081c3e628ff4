"""Matplotlib, imported whatever backend the environment names: it refuses to be, where it does not know that one."""

import os
import sys

try:
    import matplotlib as matplotlib
except ValueError:
    named = os.environ.pop("MPLBACKEND", "")
    for half in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        del sys.modules[half]  # what a failed import leaves behind looks for the whole that there is not
    try:
        import matplotlib as matplotlib
    finally:
        os.environ["MPLBACKEND"] = named
