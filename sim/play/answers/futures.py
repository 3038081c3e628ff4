"""Futures of a seat's options, from what it knows: each is tried, on the same dice, in worlds that look alike to it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual, usually
from sim.analysis.intervals import wilson
from sim.analysis.paired import paired_difference
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.execution.afford import bytes_in_engine, refuse_memory
from sim.execution.resources import cores
from sim.execution.workers import pool
from sim.given import MOST_RUNS, whole
from sim.play.knowledge.belief import Believing, rules_of
from sim.play.messages.orders import Scheduled
from sim.play.seats import PlayError, Seat
from sim.play.sessions.world import own_orders
from sim.text import did_you_mean
from sim.theatre.compiled.program import NONE
from sim.theatre.language.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.play.sessions.session import Session

HOLD, RULES = "hold", "rules"
"""Options besides acts: to do nothing that day, and to let the model's own draw decide."""
_BRANCH = 1
_LOTS = 4
"""Options in lockstep: more at a time leave the cache."""


@usually
@dataclass(frozen=True)
class Futures:
    """What came of each option within some days, in worlds that look the same to the seat this morning."""

    seat: str
    date: dt.date
    days: int
    """Days followed, the first included; after it everybody goes on by the rules."""
    runs: int
    """Worlds in which each option was tried, on the same dice."""
    acts: tuple[str, ...]
    """The options, hold and rules included."""
    outcomes: tuple[str, ...]
    """Those that have not come about yet, as far as the seat can tell."""
    labels: dict[str, str]
    """Of options and of outcomes."""
    held: NDArray[np.bool_]
    """Whether an outcome came about, shape (option, outcome, world)."""
    deaths: NDArray[np.float64]
    """Deaths since the morning, shape (option, world)."""

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row for each option and each outcome.

        Returns
        -------
        DataFrame with columns act, outcome, share of the worlds, low, high (95 % Wilson); difference from holding, in
        worlds on the same dice, with the ends of its 95 % interval, difference_low and difference_high; n
        """
        import pandas as pd

        rest, rows = self.held[self.acts.index(HOLD)], list[tuple[Any, ...]]()
        for act, held in zip(self.acts, self.held, strict=True):
            low, high = wilson(held.sum(axis=1), self.runs)
            for at, outcome in enumerate(self.outcomes):
                moved = paired_difference(rest[at], held[at])[:3] if act != HOLD else (0.0, 0.0, 0.0)
                rows.append((act, outcome, float(held[at].mean()), float(low[at]), float(high[at]), *moved, self.runs))
        columns = ["act", "outcome", "share", "low", "high"]
        return pd.DataFrame(rows, columns=[*columns, "difference", "difference_low", "difference_high", "n"])

    @property
    def telling(self) -> tuple[str, ...]:
        """The outcomes, those first whose shares differ most between options."""
        spread = self.held.mean(axis=2)
        wide = np.ptp(spread, axis=0) if len(self.outcomes) else np.zeros(0)
        return tuple(self.outcomes[at] for at in np.argsort(-wide, kind="stable").tolist())


@usual
def futures(
    session: "Session", seat: Seat, acts: Sequence[str] | None = None, *, runs: int = 500, days: int = 90
) -> Futures:
    """Try a seat's options in worlds that look the same to it.

    Parameters
    ----------
    acts : sequence of str, optional
        Acts of the seat's own that are open; left out, all that are. To hold, and to let the rules decide, are tried
        beside them.
    runs : int
        Worlds in which each is tried.
    days : int
        How many days to follow, that of the choice included; as many as are left, if these are fewer.

    Raises
    ------
    PlayError
        An act is none of the seat's own, or is closed today.
    """
    runs = whole(runs, "worlds", 1, MOST_RUNS - 1, PlayError)
    days = min(whole(days, "days to follow", 1, error=PlayError), session.scenario.days - session.day)
    chosen = (*_asked(session, seat, acts), RULES, HOLD)
    stem = session.believing(seat.id)
    refuse_memory(len(chosen) * runs * bytes_in_engine(stem.program), f"{runs:,} worlds of each option", "choose fewer")
    own = own_orders(session.world.model, seat.actor)
    work = _following(stem, rules_of(session.known(seat.id)), seat, runs, stem.day + days, own)
    parts = np.array_split(np.array(chosen, object), max(-(-len(chosen) // _LOTS), min(cores(), len(chosen))))
    with pool(None) as threads:
        found = list(threads.map(work, [tuple(part) for part in parts]))
    came = session.view(seat.id).outcomes
    names = stem.program.outcomes
    open_ = [at for at, name in enumerate(names) if name not in came]
    theatre = session.scenario.theatre
    labels = {act: theatre.actions[act].label for act in chosen[:-2]}
    labels |= {HOLD: "Hold: do nothing", RULES: "Let your own people decide"}
    labels |= {name: theatre.outcomes[name].label for name in names}
    return Futures(
        seat=seat.id,
        date=session.date,
        days=days,
        runs=runs,
        acts=chosen,
        outcomes=tuple(names[at] for at in open_),
        labels=labels,
        held=np.concatenate([held for held, _ in found])[:, open_],
        deaths=np.concatenate([deaths for _, deaths in found]),
    )


def _asked(session: "Session", seat: Seat, acts: Sequence[str] | None) -> tuple[str, ...]:
    """The acts to try: those that are asked about, or all that are open."""
    options = {each.act: each for each in session.options(seat.id).options}
    if acts is None:
        return tuple(act for act, option in options.items() if option.open)
    for act in acts:
        if act not in options:
            raise PlayError(f"{act} is not an act of this seat{did_you_mean(act, options)}")
        if options[act].why_not:
            raise PlayError(f"{act} is closed today: {'; '.join(options[act].why_not)}")
    return tuple(dict.fromkeys(acts))


Found = tuple[NDArray[np.bool_], NDArray[np.float64]]


Follow = Callable[[tuple[str, ...]], Found]


def _following(stem: Believing, rules: Scenario, seat: Seat, runs: int, end: int, own: Sequence[Scheduled]) -> Follow:
    """How to try some options: to which outcomes came about, (option, outcome, world), and deaths, (option, world)."""

    def follow(acts: tuple[str, ...]) -> Found:
        model = stem.fork(rules, _BRANCH, runs, copies=len(acts))
        _know_own_orders(model, seat, own)
        before = model.world.deaths[-1].copy()
        _FirstDay(model, seat, acts, runs)
        while model.day < end:
            model.step()
        held = (model.world.outcome_day >= 0).reshape(-1, len(acts), runs).swapaxes(0, 1).copy()
        deaths = (model.world.deaths[-1] - before).reshape(len(acts), runs)
        model.close()
        return held, deaths

    return follow


def _know_own_orders(model: LockstepModel, seat: Seat, own: Sequence[Scheduled]) -> None:
    """Let the worlds have those orders of the seat's actor that it has given, and no others."""
    p, orders = model.program, model.state.orders
    due = {each.act: (each.on - p.start).days for each in own}
    for at, action in enumerate(p.orders.tolist()):
        if p.actions[action].split(".")[0] == seat.actor:
            orders.due[at] = due.get(p.actions[action], NONE)
            orders.given[at] = orders.cause[at] = NONE
            orders.firm[at] = 0


class _FirstDay(Observer):
    """Summary of rule: on the first day the seat does what is tried, in each lot of worlds another thing."""

    def __init__(self, model: LockstepModel, seat: Seat, acts: tuple[str, ...], runs: int) -> None:
        super().__init__(model, self._order)
        p = model.program
        mine = p.action[[p.actions.index(act) for act in seat.acts]]["hand"]
        self._hands, self._acts, self._runs, self._day = np.unique(mine).tolist(), acts, runs, model.day

    def _order(self, model: LockstepModel) -> None:
        """Put what is tried in the place of what was drawn."""
        if model.day != self._day:
            return
        m, p = model.state, model.program
        for at, act in enumerate(self._acts):
            lot = slice(at * self._runs, (at + 1) * self._runs)
            if act == RULES:
                continue
            for hand in self._hands:
                m.chosen[hand, lot] = m.cause[hand, lot] = m.deaths_given[hand, lot] = NONE
            if act != HOLD:
                action = p.actions.index(act)
                m.chosen[int(p.action[action]["hand"]), lot] = action

    def adjudicate(self) -> None:
        """Let nothing stop what was ordered on the first day: a seat does not call off what it has just ordered."""
        model = self.model
        if model.day != self._day:
            return
        p, orders = model.program, model.state.orders
        for at, act in enumerate(self._acts):
            if act in p.actions and (order := int(p.action[p.actions.index(act)]["order"])) != NONE:
                orders.firm[order, at * self._runs : (at + 1) * self._runs] = 1
