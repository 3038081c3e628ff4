"""All that the engine needs of numba, behind one door; what is clever about compiling stays in this folder.

- `decorators`: how a function is compiled: as a kernel that Python calls, as a part of kernels, as a formula in a loop;
- `compile_cache`: how compiled kernels are kept on the disk, and that one process compiles at a time;
- `places`: the folders in which they are kept;
- `struct_pointer`: the state of a model handed to kernels as one pointer, in place of a hundred arrays;
- `arithmetic`: `sim.theatre.compiled.arithmetic` compiled, with rows of exponentials and normal deviates;
- `bits`: numbers read as bits, and bits as numbers;
- `uncompiled`: a function of kernels as Python runs it, for a single run.
"""

from .arithmetic import exp, exp_at_most, exponentials, log, log2, normal, normals
from .compile_cache import compiling, compiling_alone, is_compiled
from .decorators import formula, inline, kernel, part
from .places import is_lasting, remove_private
from .struct_pointer import pack, struct_at
from .uncompiled import uncompiled

__all__ = [
    "compiling",
    "compiling_alone",
    "exp",
    "exp_at_most",
    "exponentials",
    "formula",
    "inline",
    "is_compiled",
    "is_lasting",
    "kernel",
    "log",
    "log2",
    "normal",
    "normals",
    "pack",
    "part",
    "remove_private",
    "struct_at",
    "uncompiled",
]
