"""Matplotlib, imported whatever backend the environment names: it refuses to be, where it does not know that one."""

import os

try:
    import matplotlib as matplotlib
except ValueError:
    named = os.environ.pop("MPLBACKEND", "")
    try:
        import matplotlib as matplotlib
    finally:
        os.environ["MPLBACKEND"] = named
