"""What is known of crises of this kind: reference figures that an ensemble is held beside.

Base rates judge and are never read by a rule, so a theatre may cite here the very checks that its numbers must not
use. A kind of base rate is one record in one file of this folder: what a theatre writes of it, and how it is counted in
an ensemble, of which it sees arrays only. Nothing else names it.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from .base import KINDS, ActFilter, BaseRateKind, RunArrays, While

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")

if TYPE_CHECKING:
    BaseRate = BaseRateKind
else:
    BaseRate = Annotated[Union[tuple(KINDS.values())], Field(discriminator="measure")]  # noqa: UP007

__all__ = ["KINDS", "ActFilter", "BaseRate", "BaseRateKind", "RunArrays", "While"]
