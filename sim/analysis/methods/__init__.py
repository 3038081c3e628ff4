"""Methods of sweeps, one file each: how points are chosen, and how influence is measured from what comes of them.

In come plain arrays: ranges of numbers, points, and the response of every run at each point; out go points and indices.
A method is one class in one file of this folder, marked with `register`; nothing else names it. Importing this package
imports every file of it, and none of the libraries that only some of them need.
"""

from importlib import import_module
from pkgutil import iter_modules

from sim.analysis.arrays import Floats

from .base import METHODS, Estimator, EstimatorInput, IndexEstimate, Space, SweepMethod, register

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def sweep_methods() -> dict[str, SweepMethod]:
    """The methods by which a sweep can be made, by name; the other estimators only measure what another one made."""
    return {name: method for name, method in sorted(METHODS.items()) if isinstance(method, SweepMethod)}


__all__ = [
    "METHODS",
    "Estimator",
    "EstimatorInput",
    "Floats",
    "IndexEstimate",
    "Space",
    "SweepMethod",
    "register",
    "sweep_methods",
]
