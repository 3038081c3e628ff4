"""Forecasts that a class made before it began, held to what came of it: scores, and a pool without names.

A forecast says of each outcome how likely it is to come about. It is held to shares: of the class's worlds, of runs in
which nobody sat, or of the one history that really happened. The Brier score of saying p of an outcome with the share
s is p's squared distance from what comes about, on average s (1 - s) + (p - s)². The first part is luck, which nobody
avoids; the second is the forecaster's own.

Each outcome is scored by itself, over those who said something of it: nobody has to answer all. Scores are set side by
side over the same outcomes only, since some are harder to foresee than others.
"""

from collections import Counter
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
    """The mean score of a forecast over the outcomes of which it says something."""
    each = [score(said[name], share) for name, share in shares.items() if name in said]
    return Score(fmean(one.luck for one in each), fmean(one.distance for one in each))


def share_of(worlds: Sequence[Mapping[str, float]], outcome: str) -> float:
    """The mean of what is so of an outcome in some worlds: the share of them in which it came about, if it is known."""
    return fmean(float(world[outcome]) for world in worlds)


def answers(forecasts: Mapping[str, Mapping[str, float]], asked: Sequence[str]) -> dict[str, dict[str, float]]:
    """By person, what they said of the outcomes that were asked, as shares; what is no number from 0 to 100 is none."""
    found = {
        person: {name: float(said[name]) / 100.0 for name in asked if _is_percent(said.get(name))}
        for person, said in forecasts.items()
    }
    return {person: said for person, said in found.items() if said}


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
        By person and outcome, in per cent; of some outcomes somebody may have said nothing.
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
    all_said = answers(forecasts, asked)
    if not all_said:
        return None
    shares = {judge: {name: found[name] for name in asked} for judge, found in judges.items()}
    own = all_said.get(person) if person is not None else None
    by_outcome = {name: [said[name] for said in all_said.values() if name in said] for name in asked}
    return ({} if own is None else {"own_answered": len(own)}) | {
        "n": len(all_said),
        "asked": len(asked),
        "fewest": FEWEST,
        "answered": _answered(all_said, len(asked)) if len(all_said) >= FEWEST else None,
        "outcomes": [
            {"id": name, "n": len(said), "shares": {judge: found[name] for judge, found in shares.items()}}
            | (_pool(said) if len(said) >= FEWEST else {})
            | ({} if own is None or name not in own else {"own": own[name]})
            | {"scores": {judge: _single(said, found[name], own, name) for judge, found in shares.items()}}
            for name, said in by_outcome.items()
        ],
        "scores": {judge: _scores(list(all_said.values()), by_outcome, found, own) for judge, found in shares.items()},
    }


def _answered(all_said: Mapping[str, Shares], asked: int) -> list[int]:
    """How many people answered one, two and so on of what was asked, up to all."""
    many = Counter(len(said) for said in all_said.values())
    return [many[n] for n in range(1, asked + 1)]


def _pool(said: Sequence[float]) -> dict[str, Any]:
    """What a class said of an outcome, without who said it."""
    counts = [0] * BINS
    for each in said:
        counts[min(int(each * BINS), BINS - 1)] += 1
    return {"mean": fmean(said), "median": median(said), "said": counts}


def _single(said: Sequence[float], share: float, own: Shares | None, name: str) -> dict[str, float]:
    """The scores of one outcome: of one's own forecast, of the class's mean, and of single forecasts on average."""
    found = {} if own is None or name not in own else {"own": score(own[name], share).whole}
    if len(said) < FEWEST:
        return found
    return found | {
        "mean": score(fmean(said), share).whole,
        "singles": fmean(score(each, share).whole for each in said),
    }


def _scores(
    all_said: Sequence[Shares], by_outcome: Mapping[str, Sequence[float]], shares: Shares, own: Shares | None
) -> dict[str, Any]:
    """What one's own forecast scores, those of the class without names, and its mean and median taken as forecasts.

    Beside one's own forecast stand 50 % of everything and the class's mean, over the outcomes that one answered; beside
    the class's mean, 50 % over all that are pooled.
    """
    means = {name: fmean(said) for name, said in by_outcome.items() if len(said) >= FEWEST}
    found: dict[str, Any] = {}
    if own is not None:
        found["own"] = scored(own, shares).as_dict()
        found["own_half"] = scored(dict.fromkeys(own, 0.5), shares).as_dict()
        if set(own) <= set(means):
            found["own_mean"] = scored({name: means[name] for name in own}, shares).as_dict()
    if not means:
        return found
    pooled = [{name: said[name] for name in said if name in means} for said in all_said]
    singles = [
        (scored(said, shares).whole, scored({n: means[n] for n in said}, shares).whole) for said in pooled if said
    ]
    spread = [0] * round(1.0 / STEP)
    for each, _ in singles:
        spread[min(int(each / STEP), len(spread) - 1)] += 1
    return found | {
        "half": scored(dict.fromkeys(means, 0.5), shares).as_dict(),
        "mean": scored(means, shares).as_dict(),
        "median": scored({name: median(by_outcome[name]) for name in means}, shares).as_dict(),
        "singles": fmean(each for each, _ in singles),
        "beaten": sum(each > common for each, common in singles),
        "spread": spread,
        "step": STEP,
    }
