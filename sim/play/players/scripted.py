"""A player that follows a plan: orders by date, from a mapping or a file that a teacher can write.

As YAML, a date and what is ordered for it, in the words of an order:

    2019-06-20: {do: [iran.sabotage_shipping]}
    2019-09-01: {never: [iran.strike_by_missiles], why: "The Leader waits."}
    2019-12-01: {otherwise: hold}

Or as a table (CSV) with a line for each act, of which `why` may be left out:

    date,do,why
    2019-06-20,iran.sabotage_shipping,"As was planned in May."
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sim.play.answers.options import Options
from sim.play.messages.orders import Deed, Order, OrderError, order_from
from sim.play.messages.view import View
from sim.play.seats import PlayError
from sim.text import date_from, on

from .mornings import Mornings
from .replayed import joined

_MOST = 64
"""Acts in one order."""
_WRITTEN = "write a line for each date, such as 2019-05-10: {do: [iran.harass_shipping]}"


class Scripted:
    """Orders by date.

    Acts are ordered on the first morning, each for its day, so that whatever needs an order ahead gets it in time and a
    plan that cannot be is refused at once. The rest of an order, such as `never` and `otherwise`, is given on its date,
    or on the first morning after it. What the world has closed by the day of an act lapses, as any order does.

    Parameters
    ----------
    plan : mapping from dates to orders
        Dates as `datetime.date` or as text; orders as `Order` or as data.
    seat : str
    called : str
        What messages call the plan.
    since : int
        The last morning that was played before the player sat down, if the session had begun: what the plan has up to
        then is over.

    Raises
    ------
    PlayError
        A key is no date, or what stands there is no order.
    """

    def __init__(self, plan: Mapping[Any, Any], seat: str, called: str = "the plan", since: int = -1) -> None:
        self._called, self._asked = called, Mornings(since)
        self._deeds: list[tuple[date, str]] = []
        self._rest: dict[date, Order] = {}
        self._given: dict[tuple[date, str], int] = {}
        if not isinstance(plan, Mapping):
            raise PlayError(f"{called} does not say what is ordered on which date; {_WRITTEN}")
        for written, data in plan.items():
            day = written if type(written) is date else date_from(written)
            if day is None:
                raise PlayError(f"{called}: '{written}' is not a date; write 2019-06-20")
            if not isinstance(data, Order | Mapping | None):
                raise PlayError(f"{called}, {on(day)}: this is no order; {_WRITTEN}")
            try:
                order = order_from(seat, data)
            except OrderError as error:
                raise PlayError(f"{called}, {on(day)}: {'; '.join(error.reasons)}") from None
            self._deeds += [(each.on or day, each.act) for each in order.do]
            rest = order.model_copy(update={"do": ()})
            if rest.changes_anything or rest.why:
                self._rest[day] = rest
        self._deeds.sort()

    def choose(self, view: View, options: Options) -> Order | None:
        """Order what the plan has for the days to come, and what is due."""
        self._refuse_outside(view)
        last = view.date - timedelta(days=view.day - self._asked.before(view.day))
        self._given = {deed: day for deed, day in self._given.items() if day < view.day}
        ordered = {(each.on, each.act) for each in view.standing.scheduled} | set(self._given)
        ahead = [each for each in self._deeds if each[0] >= view.date and each not in ordered][:_MOST]
        self._given |= dict.fromkeys(ahead, view.day)
        due = [order for day, order in sorted(self._rest.items()) if last < day <= view.date]
        deeds = tuple(Deed(act=act, on=day) for day, act in ahead)
        return joined([*due, Order(do=deeds)]) if due or deeds else None

    def _refuse_outside(self, view: View) -> None:
        """Refuse what stands on no day of the scenario."""
        start = view.date - timedelta(days=view.day)
        for day in sorted({*self._rest, *(each for each, _ in self._deeds)}):
            if not start <= day <= view.last_day:
                among = f"{on(start)} to {on(view.last_day)}"
                raise PlayError(f"{self._called}: {on(day)} is not among the days that are played, {among}")

    def refused(self, error: OrderError, view: View, options: Options) -> Order | None:
        """A plan that cannot be is a mistake of whoever wrote it.

        Raises
        ------
        PlayError
            Always, with the reasons.
        """
        raise PlayError(f"{self._called} cannot be followed: {'; '.join(error.reasons)}")


def read_plan(path: Path) -> dict[Any, Any]:
    """Read a plan from a file: YAML, or a table whose name ends in .csv.

    Raises
    ------
    PlayError
        It is none.
    sim.ScenarioError
        It cannot be read.
    """
    from sim.theatre.files.errors import Place, ScenarioError
    from sim.theatre.files.yaml_tree import plain, read, read_text

    if path.suffix.lower() == ".csv":
        return _from_table(path, read_text(path, Place(str(path), 1, 1)))
    try:
        tree, faults = read(path)
        if faults:
            raise ScenarioError(faults)
    except ScenarioError as error:
        raise ScenarioError(
            replace(each, hint=_WRITTEN) if "key: value" in (each.hint or "") else each for each in error.faults
        ) from None
    found: dict[Any, Any] = plain(tree)
    return found


def _from_table(path: Path, text: str) -> dict[Any, Any]:
    """The plan of a table with a line for each act."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not {"date", "do"} <= set(columns) or not set(columns) <= {"date", "do", "why"}:
        raise PlayError(
            f"{path} is no plan: its columns are date, do and, if you like, why; found {', '.join(columns)}"
        )
    found: dict[Any, Any] = {}
    for row in rows:
        cells = dict(zip(columns, ((cell or "").strip() for cell in row.values()), strict=False))
        if not any(cells.values()):
            continue
        order = found.setdefault(cells["date"], {"do": []})
        order["do"] += [cells["do"]] if cells["do"] else []
        if cells.get("why"):
            order["why"] = f"{order.get('why', '')} {cells['why']}".strip()
    return found
