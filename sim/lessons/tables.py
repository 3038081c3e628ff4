"""Tables of a lesson: what actors can do, what they held and weighed on a day, and how often something was done."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.text import percent
from sim.theatre.files.load import load
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario

from .prose import FORMS
from .values import Apart, Share, share

if TYPE_CHECKING:
    from sim.replays.explain import Explanation
    from sim.results.ensemble import Ensemble
    from sim.theatre.language.schema import Action

KEPT = ("believed", "suspected", "provocation", "blood", "defiance")
"""What is kept against another, as a table of accounts shows it."""


def acts(scenario: Scenario | str | PathLike[str], actor: str) -> pd.DataFrame:
    """Everything that an actor can do: the rung, what the rung weighs, the act and how a story tells it first."""
    theatre = (scenario if isinstance(scenario, Scenario) else load(scenario)).theatre
    own = {name: act for name, act in theatre.actions.items() if name.startswith(f"{actor}.")}
    rows = [
        (act.rung, theatre.ladder.rungs[act.rung].severity.value, act.label, act.wordings[0].text)
        for act in own.values()
    ]
    return pd.DataFrame(rows, index=list(own), columns=["rung", "weight of the rung", "act", "in words"])


def entry(act: "Action") -> pd.DataFrame:
    """The rate of an action and the weights of its drivers: value, range of a reasonable critic, and source."""
    numbers: dict[str, Number] = {"rate": act.rate, **{str(term): weight for term, weight in act.drivers.items()}}
    rows = {name: (each.value, each.plausible, each.source or act.source) for name, each in numbers.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "plausible", "source"])


def accounts(decision: "Explanation") -> pd.DataFrame:
    """What an actor held on a morning against each of those whose acts it answers."""
    rows = {each.by: {name: getattr(each, name) for name in KEPT} for each in decision.saw}
    return pd.DataFrame(rows).T.round(2)


def options(decision: "Explanation", actions: Iterable[str] | None = None) -> pd.DataFrame:
    """What an actor could do on a day, and how likely each was: the likeliest first.

    Parameters
    ----------
    decision : Explanation
        What `explain` of a replay gave.
    actions : iterable of str, optional
        Only these; left out, all that were open to that hand.
    """
    open_ones = decision.options if actions is None else [decision.option(action) for action in actions]
    rows = {
        each.action: (
            each.rung,
            percent(each.chance),
            f"{each.base:.4f}",
            f"{each.reply.answer:.4f}" if each.reply else "",
            f"{each.reply.fit:.2f}" if each.reply else "",
            f"× {each.drive:.2f}",
        )
        for each in sorted(open_ones, key=lambda each: -each.chance)
    }
    columns = ["rung", "chance that day", "of its own", "as a reply", "how well the rung fits", "drivers"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def per_run(ensemble: "Ensemble", actions: Iterable[str]) -> pd.Series:
    """How often each of these acts is done in a run, on average."""
    asked = list(actions)
    done = ensemble.events["action"].value_counts().reindex(asked).fillna(0)
    found: pd.Series = (done / len(ensemble)).rename("in a run")
    return found


def by_quarter(ensemble: "Ensemble", actions: Iterable[str]) -> pd.Series:
    """How often any of these acts is done in a run, on average, quarter by quarter."""
    events = ensemble.events
    hits = events[events["action"].isin(list(actions))]
    found: pd.Series = hits.groupby(hits["date"].dt.to_period("Q")).size() / len(ensemble)
    return found


def done(futures: "Ensemble", since: str, actions: Iterable[str] = (), actor: str = "", rungs: Any = ()) -> Share:
    """Share of the futures of a branch in which something is done from a day on.

    Parameters
    ----------
    futures : Ensemble
    since : str
        The first day that counts.
    actions : iterable of str
        Any of these; or left out, whatever `actor` does on one of `rungs`.
    """
    events = futures.events
    which = events["action"].isin(list(actions))
    which |= (events["actor"] == actor) & events["rung"].isin(list(rungs))
    runs = events.loc[which & (events["date"] >= since), "run"].unique()
    return share(futures.outcomes.index.isin(runs))


def table(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Shares and differences as a reader reads them, each with its interval; one row for each name.

    >>> table({"war": {"as it was": Share(0.02, 0.01, 0.04, 1000)}}).loc["war", "as it was"]
    '2.0 % (1.0 to 4.0 %)'
    """
    told = {name: {column: _told(value) for column, value in each.items()} for name, each in rows.items()}
    return pd.DataFrame.from_dict(told, orient="index").fillna("")


def _told(value: Any) -> Any:
    if isinstance(value, Share):
        return FORMS["share and interval"](value)
    return FORMS["points and interval"](value) if isinstance(value, Apart) else value
