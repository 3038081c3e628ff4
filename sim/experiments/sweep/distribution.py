"""The law of a number between its ends as a distribution of SciPy, for tools that draw by those."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rv_continuous

from sim.theatre.parameters.law import UncertainNumber


class BetweenEnds(rv_continuous):  # type: ignore[misc]
    """What a sweep draws of a number: its law from the low end to the high one, without tails."""

    def __init__(self, *, number: UncertainNumber, **rest: Any) -> None:
        self.number = number
        super().__init__(**(rest | {"a": number.low, "b": number.high}))

    def _updated_ctor_param(self) -> dict[str, Any]:
        """SciPy makes it anew, with this, whenever it is frozen or copied."""
        return dict(super()._updated_ctor_param()) | {"number": self.number}

    def _ppf(self, share: ArrayLike) -> NDArray[np.float64]:
        return self.number.within(np.asarray(share, np.float64))

    def _cdf(self, value: ArrayLike) -> NDArray[np.float64]:
        return self.number.place(np.asarray(value, np.float64))
