"""Refusals, in sentences for whoever asked."""


class RefusalError(Exception):
    """Something is not done; `reasons` says why, in sentences for whoever asked."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))
