"""What the verb `sweep` tells, as plain data."""

from typing import TYPE_CHECKING, Any

from sim.text import finite_or_none, json_rows

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.discovery import Box
    from sim.results.sweep import Sweep


def sweep_data(made: "Sweep", measures: list[str], boxes: "list[Box]") -> dict[str, Any]:
    """All of an answer as plain data."""
    return {
        "scenario": made.scenario.name,
        "scenario_sha256": made.scenario.sha256,
        "seed": made.seed,
        **made.design.told(),
        "logarithmic": [each.path for each in made.design.varied if each.logarithmic],
        "runs": len(made),
        "failed": made.n_failed,
        "measures": {measure: _measure_data(made, measure) for measure in measures},
        "boxes": [_box_data(box) for box in boxes],
        "folder": str(made.folder),
    }


def _measure_data(made: "Sweep", measure: str) -> dict[str, Any]:
    from sim.theatre.language.measures import MeasureError

    average = made.average(measure)
    told: dict[str, Any] = {
        "label": made.label(measure),
        "mean": finite_or_none(float(made.means[measure].mean())),
        "mean_low": finite_or_none(average.low),
        "mean_high": finite_or_none(average.high),
    }
    try:
        shares = made.variance(measure)
        parts = {"parameters": shares.parameters, "dice": shares.dice, "interaction": shares.interaction}
        told["variance"] = {
            "total": shares.variance,
            **{name: None if each is None else each._asdict() for name, each in parts.items()},
            "luck_of_points": shares.luck,
            "text": shares.advice(),
        }
    except MeasureError as error:
        told["variance"] = {"none": str(error)}
    try:
        found = made.indices(measure)
        told["index"] = found.attrs["main"]
        told["stand_out"] = stand_out(found)
        told["indices"] = json_rows(found)
    except MeasureError as error:
        told["indices"] = {"none": str(error)}
    return told


def _box_data(box: "Box") -> dict[str, Any]:
    limits = {path: [finite_or_none(low), finite_or_none(high)] for path, (low, high) in box.limits.items()}
    told = {**vars(box), "limits": limits, "chances": dict(box.chances), "holds": box.holds, "text": box.text()}
    if box.unseen is not None:
        ends = {name: getattr(box.unseen, name)._asdict() for name in ("density", "coverage")}
        told["unseen"] = box.unseen._asdict() | {
            name: {key: finite_or_none(value) for key, value in each.items()} for name, each in ends.items()
        }
    return told


def stand_out(found: "pd.DataFrame") -> bool:
    """Whether more numbers have intervals above 0 than would by luck, if none of them did anything."""
    from scipy.stats import binom  # takes a while to import

    low = found[f"{found.attrs['main']}_low"]
    clear = int((low > 0).sum())
    return bool(low.isna().all() or (clear and binom.sf(clear - 1, len(found), found.attrs["by_chance"]) <= 0.1))
