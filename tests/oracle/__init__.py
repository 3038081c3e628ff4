"""The oracle: one world in plain Python floats and plain Mesa agents, written from section 7 of sim/ODD.md.

It is slow and literal on purpose. It shares with the package only the theatre language and the arithmetic; of how the
engine does things it knows nothing, so that agreement between the two means something.
"""

from .reference import ReferenceModel

__all__ = ["ReferenceModel"]
