"""Forecasts that a class made before it began, held to what came of it: scores, and a pool without names.

A forecast says of each outcome how likely it is to come about. It is held to shares: of the class's worlds, of runs in
which nobody sat, or of the one history that really happened. The Brier score of saying p of an outcome with the share
s is p's squared distance from what comes about, on average s (1 - s) + (p - s)². The first part is luck, which nobody
avoids; the second is the forecaster's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

FEWEST = 3
"""Forecasts that are pooled: a mean of fewer would tell one person what another said."""
BINS = 10
"""Equal bins from 0 to 100 % in which forecasts of an outcome are counted."""
STEP = 0.05
"""Width of the bins in which scores are counted."""

Shares = Mapping[str, float]
"""By outcome, 0 to 1."""


@dataclass(frozen=True)
class Score:
    """A Brier score in its two parts."""

    luck: float
    distance: float

    @property
    def whole(self) -> float:
        """The score: 0 is best, 1 is worst."""
        return self.luck + self.distance

    def as_dict(self) -> dict[str, float]:
        """The same as data."""
        return {"luck": self.luck, "distance": self.distance, "score": self.whole}


def score(said: float, share: float) -> Score:
    """The Brier score that a share said has, on average, where an outcome comes about with a share."""
    return Score(share * (1.0 - share), (said - share) ** 2)


def scored(said: Shares, shares: Shares) -> Score:
    """The mean score of a forecast over the outcomes of `shares`."""
    each = [score(said[name], share) for name, share in shares.items()]
    return Score(fmean(one.luck for one in each), fmean(one.distance for one in each))


def share_of(worlds: Sequence[Mapping[str, bool]], outcome: str) -> float:
    """The share of worlds in which an outcome came about."""
    return fmean(float(world[outcome]) for world in worlds)


def complete(forecasts: Mapping[str, Mapping[str, float]], asked: Sequence[str]) -> dict[str, dict[str, float]]:
    """By person, the forecasts that answer all that was asked, as shares; what is no number from 0 to 100 is none."""
    return {
        person: {name: float(said[name]) / 100.0 for name in asked}
        for person, said in forecasts.items()
        if asked and all(_is_percent(said.get(name)) for name in asked)
    }


def _is_percent(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def held_to(
    forecasts: Mapping[str, Mapping[str, float]],
    asked: Sequence[str],
    judges: Mapping[str, Shares],
    person: str | None = None,
) -> dict[str, Any] | None:
    """Score a class's forecasts, and pool them.

    Parameters
    ----------
    forecasts : mapping of mappings
        By person and outcome, in per cent.
    asked : sequence of str
        Outcomes that were asked.
    judges : mapping of mappings
        What forecasts are held to, such as `worlds`, `runs` and `really`: by outcome, its share.
    person : str, optional
        Whose own score is told as well. Nobody else's is.

    Returns
    -------
    dict that JSON can hold; None where nobody made a forecast
    """
    all_said = complete(forecasts, asked)
    if not all_said:
        return None
    shares = {judge: {name: found[name] for name in asked} for judge, found in judges.items()}
    own = all_said.get(person) if person is not None else None
    pooled = len(all_said) >= FEWEST
    return {
        "n": len(all_said),
        "fewest": FEWEST,
        "outcomes": [
            {"id": name, "shares": {judge: found[name] for judge, found in shares.items()}}
            | (_pool([said[name] for said in all_said.values()]) if pooled else {})
            | ({} if own is None else {"own": own[name]})
            for name in asked
        ],
        "scores": {judge: _scores(list(all_said.values()), found, own, pooled) for judge, found in shares.items()},
    }


def _pool(said: Sequence[float]) -> dict[str, Any]:
    """What a class said of an outcome, without who said it."""
    counts = [0] * BINS
    for each in said:
        counts[min(int(each * BINS), BINS - 1)] += 1
    return {"mean": fmean(said), "median": median(said), "said": counts}


def _scores(all_said: Sequence[Shares], shares: Shares, own: Shares | None, pooled: bool) -> dict[str, Any]:
    """What one's own forecast scores, those of the class without names, and its mean and median taken as forecasts."""
    found: dict[str, Any] = {"half": scored(dict.fromkeys(shares, 0.5), shares).as_dict()}
    if own is not None:
        found["own"] = scored(own, shares).as_dict()
    if not pooled:
        return found
    singles = [scored(said, shares).whole for said in all_said]
    middle = {name: fmean(said[name] for said in all_said) for name in shares}
    common = {name: median(said[name] for said in all_said) for name in shares}
    spread = [0] * round(1.0 / STEP)
    for each in singles:
        spread[min(int(each / STEP), len(spread) - 1)] += 1
    of_mean = scored(middle, shares)
    return found | {
        "mean": of_mean.as_dict(),
        "median": scored(common, shares).as_dict(),
        "singles": fmean(singles),
        "beaten": sum(each > of_mean.whole for each in singles),
        "spread": spread,
        "step": STEP,
    }
