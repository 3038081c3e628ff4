"""What base rates share that tell how a price answers an act."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from sim.theatre.language import names
from sim.theatre.language.references import VariableRef

from .base import ActFilter, BaseRateKind, RunArrays, WholeDays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def _price(name: str) -> str:
    known = names.current()
    if known is not None and known.variable(name, "kind") not in ("log", None):
        raise ValueError(f"'{name}' is not a price; this needs a variable of kind log")
    return name


class AfterAct(BaseRateKind):
    """How a price answers an act, in trading days and beyond what it does in other runs."""

    variable: Annotated[VariableRef, AfterValidator(_price)]
    acts: ActFilter
    over: WholeDays = 10
    """Trading days that a price is followed; acts with another one so near are left out."""

    @property
    def reads(self) -> frozenset[str]:
        """The price."""
        return frozenset({self.variable})

    def excess(self, seen: RunArrays) -> "tuple[NDArray[np.float64], NDArray[Any]]":
        """Excess of the price after each act that counts, shape (act, trading day), and the act's run."""
        from sim.analysis.price_response import excess

        return excess(seen.trajectory(self.variable), seen.weekday, *seen.when(seen.where(self.acts)), self.over)
