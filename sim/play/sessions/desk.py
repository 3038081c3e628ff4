"""The desk of a seat: its orders as they stand, and what is wrong with those that are given."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from sim.play.knowledge.hidden import as_told
from sim.play.messages.orders import Deed, Order, Otherwise, Scheduled, Standing
from sim.play.messages.view import Lever
from sim.play.seats import Seat
from sim.replays.unavailable import Reason
from sim.text import did_you_mean, on
from sim.theatre.language.days import days_after
from sim.theatre.language.number import Number
from sim.theatre.language.record import called_hand
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, number_path

from .world import Lived, lead_of

if TYPE_CHECKING:
    from .table import Table


class Desk:
    """What stands of a seat's orders."""

    def __init__(self, seat: Seat, otherwise: Otherwise) -> None:
        self.seat = seat
        self.scheduled: dict[tuple[date, str], str] = {}
        """Acts to be done, by day and hand."""
        self.never: tuple[str, ...] = ()
        self.stance: dict[str, float] = {}
        self.otherwise = otherwise
        self.played_by: Literal["orders", "rules"] = "orders"
        self.people: tuple[str, ...] = ()
        """Who may give orders; if nobody is named, anybody."""
        self.lapsed: list[tuple[int, str, str]] = []
        """Orders that could not be carried out: the day, the act, and why."""
        self.told: list[tuple[int, str]] = []
        """What the umpire has told it, and on the morning of which day."""
        self.told_late: list[tuple[int, str]] = []
        """What of it was told when the seat may have read what was new that morning."""

    @property
    def standing(self) -> Standing:
        """The same as data."""
        return Standing(
            scheduled=tuple(Scheduled(act=act, on=day) for (day, _), act in sorted(self.scheduled.items())),
            never=self.never,
            stance=self.stance,
            otherwise=self.otherwise,
            played_by=self.played_by,
        )

    # Taking an order that has been looked at.

    def take(self, order: Order, session: "Table") -> None:
        """Let an order stand."""
        for deed in order.withdraw:
            for place in self._withdrawn(deed):
                del self.scheduled[place]
        hands = session.scenario.theatre.hands
        for deed in order.do:
            self.scheduled[self.day_for(deed, session), hands[deed.act]] = deed.act
        if order.never is not None:
            self.never = tuple(sorted(set(order.never)))
        if order.otherwise is not None:
            self.otherwise = order.otherwise
        if order.stance is not None:
            self._take_stance(order.stance, session)

    def _take_stance(self, stance: dict[str, float], session: "Table") -> None:
        """Set levers, and put back those that are left out."""
        values = numbers_today(session)
        wanted = {number_path(path, values): value for path, value in stance.items()}
        back = {path: values[path].value for path in self.stance if path not in wanted}
        if back or wanted != self.stance:
            session.world.change({**back, **wanted})
        self.stance = wanted

    def hold_stance(self, session: "Table") -> None:
        """Let levers stay where they are set, on a day on which the scenario itself would change them."""
        changes = [each.set for each in session.scenario.changes.values() if each.on == session.world.date]
        mine = {path: self.stance[path] for change in changes for path in change if path in self.stance}
        if mine:
            session.world.change(mine)

    def _withdrawn(self, deed: Deed) -> list[tuple[date, str]]:
        """Where an act stands that is to be withdrawn."""
        return [place for place, act in self.scheduled.items() if act == deed.act and deed.on in (None, place[0])]

    def hand_over(self, to: Literal["orders", "rules"], session: "Table") -> None:
        """Let the rules play the seat, by which nothing stands of its orders, or its player again."""
        self.played_by = to
        if to == "rules":
            self.scheduled.clear()
            self.never = ()
            self._take_stance({}, session)

    def today(self, session: "Table") -> Lived:
        """What the orders have done and refused on the day to come; what cannot be done lapses."""
        if self.played_by == "rules":
            return Lived({}, frozenset())
        world, deeds = session.world, dict[str, str]()
        for place in sorted(place for place in self.scheduled if place[0] <= world.date):
            act = self.scheduled.pop(place)
            reasons = world.morning.why_not(act)
            if reasons:
                told = as_told(session.known(self.seat.id), act, reasons)
                self.lapsed.append((world.day, act, "; ".join(told)))
            else:
                deeds[act] = self.seat.id
        refused = set(self.seat.acts) if self.otherwise == "hold" else set(self.never)
        return Lived(deeds, frozenset(refused - set(deeds)))

    # Looking at an order that is given.

    def faults(self, order: Order, session: "Table") -> list[str]:
        """Everything that is wrong with an order; nothing if it can be taken."""
        return [
            *self._withdrawal_faults(order),
            *self._deed_faults(order, session),
            *self._never_faults(order),
            *self._stance_faults(order, session),
        ]

    def _not_mine(self, act: str) -> str | None:
        """Why an act is not the seat's to order."""
        if act in self.seat.acts:
            return None
        if act.startswith(f"{self.seat.actor}."):
            return f"{act} is not for this seat to order{did_you_mean(act, self.seat.acts)}"
        if "." in act and not act.startswith(f"{self.seat.actor}."):
            return f"{act} is not an act of {self.seat.actor}; a seat orders its own acts only"
        return f"there is no act '{act}'{did_you_mean(act, self.seat.acts) or '; the options list them all'}"

    def _withdrawal_faults(self, order: Order) -> Iterator[str]:
        for deed in order.withdraw:
            if not self._withdrawn(deed):
                when = f" for {on(deed.on)}" if deed.on else ""
                yield f"{deed.act} has not been ordered{when}, so it cannot be withdrawn"

    def _never_faults(self, order: Order) -> Iterator[str]:
        gone = {place for deed in order.withdraw for place in self._withdrawn(deed)}
        for act in order.never or ():
            if fault := self._not_mine(act):
                yield fault
            for place in self._withdrawn(Deed(act=act)):
                if place not in gone:
                    yield f"{act} is ordered for {on(place[0])}; withdraw it first, and then refuse it"

    def _deed_faults(self, order: Order, session: "Table") -> Iterator[str]:
        never = set(self.never if order.never is None else order.never)
        kept = {place for place in self.scheduled if not any(place in self._withdrawn(each) for each in order.withdraw)}
        hands = session.scenario.theatre.hands
        for deed in order.do:
            fault = self._not_mine(deed.act) or self._deed_fault(deed, session, kept, deed.act in never)
            if fault:
                yield fault
            else:
                kept.add((self.day_for(deed, session, kept), hands[deed.act]))

    def _deed_fault(self, deed: Deed, session: "Table", kept: set[tuple[date, str]], never: bool) -> str | None:
        """Why an act of the seat cannot be done on a day."""
        world, act = session.world, session.scenario.theatre.actions[deed.act]
        if never:
            return f"{deed.act} is among the acts that this seat refuses; take it out of 'never' first"
        earliest = days_after(world.date, lead_of(act))
        day = self.day_for(deed, session, kept)
        if not world.date <= day <= session.scenario.end:
            return f"{deed.act} on {on(day)} is not within {_to_come(session)}"
        if day < earliest:
            return f"{deed.act} takes an order {lead_of(act)} d ahead: the earliest day is {on(earliest)}"
        hand = session.scenario.theatre.hands[deed.act]
        if (day, hand) in kept:
            standing = self.scheduled.get((day, hand), "another act of this order")
            return f"{called_hand(hand)} acts once a day, and {standing} is ordered for {on(day)} already"
        if (day - session.scenario.start).days < world.program.script.imposed_days:
            until = session.scenario.history_until or day
            return f"up to {on(until)} the days go by as they truly did, and nobody decides"
        if (day, hand) in world.scripted:
            return f"the scenario itself says what {called_hand(hand)} does on {on(day)}"
        if _forbidden(session, deed.act, day):
            return f"the scenario forbids {deed.act} on {on(day)}"
        return self._closed(deed.act, day, session)

    def _closed(self, act: str, day: date, session: "Table") -> str | None:
        """Why an act cannot be done on a day, as far as that is known this morning."""
        why = session.world.glance.why_not(act)
        ahead = (day - session.world.date).days
        lasting = [each for each in why if ahead == 0 or each.kind == "once" or _rests(each, ahead)]
        if not lasting:
            return None
        told = as_told(session.known(self.seat.id), act, lasting)
        return f"{act} is closed {'today' if ahead == 0 else f'on {on(day)}'}: {'; '.join(told)}"

    def day_for(self, deed: Deed, session: "Table", kept: set[tuple[date, str]] | None = None) -> date:
        """The day on which an act is to be done: the one that is given, or the first on which it can be."""
        if deed.on is not None:
            return deed.on
        theatre = session.scenario.theatre
        taken = set(self.scheduled) if kept is None else kept
        day = days_after(session.world.date, lead_of(theatre.actions[deed.act]))
        while (day, theatre.hands[deed.act]) in taken | session.world.scripted and day < session.scenario.end:
            day += timedelta(days=1)
        return day

    def _stance_faults(self, order: Order, session: "Table") -> Iterator[str]:
        mine = {lever.path: lever for lever in levers_of(session, self.seat)} if order.stance else {}
        values = dict(session.scenario.numbers()) if order.stance else {}
        found = set[str]()
        for path, value in (order.stance or {}).items():
            try:
                lever = mine.get(number_path(path, values))
            except ChangeError as error:
                yield str(error)
                continue
            if lever is not None and lever.path in found:
                yield f"{lever.path} is set twice"
            elif lever is None:
                yield f"{path} is not a lever of this seat{did_you_mean(path, mine)}"
            elif not lever.low <= value <= lever.high:
                yield f"{path} may be set from {lever.low:g} to {lever.high:g}, found {value:g}"
            if lever is not None:
                found.add(lever.path)


def levers_of(session: "Table", seat: Seat) -> list[Lever]:
    """The numbers that a seat may set: rates of its own acts that the theatre calls levers, within their ranges."""
    theatre, stance = _today(session).theatre, session.desks[seat.id].stance
    found = []
    for act in seat.acts:
        action, path = theatre.actions[act], f"actions.{act}.rate"
        if (action.lever or action.rate.lever) and action.rate.plausible is not None:
            low, high = action.rate.plausible
            now = stance.get(path, action.rate.value)
            unit = action.rate.unit or ""
            found.append(Lever(path=path, label=action.label, value=now, unit=unit, low=low, high=high))
    return found


def numbers_today(session: "Table") -> dict[str, Number]:
    """The scenario's numbers by path, as it has them on the day to come, whatever is set at the table."""
    return dict(_today(session).numbers())


def _today(session: "Table") -> Scenario:
    """The scenario by its own rules of the day to come; after the last, of that."""
    return session.scenario.as_of(min(session.world.day, session.scenario.days - 1))


def _to_come(session: "Table") -> str:
    """The days for which something can be ordered."""
    return f"the days to come, {on(session.world.date)} to {on(session.scenario.end)}"


def _rests(reason: Reason, ahead: int) -> bool:
    """Whether an act will still be resting so many days from now."""
    return reason.kind == "cooldown" and reason.value is not None and ahead < reason.value


def _forbidden(session: "Table", act: str, day: date) -> bool:
    """Whether the scenario itself forbids an act on a day."""
    program, at = session.world.program, (day - session.scenario.start).days
    return bool(program.script.forbidden[at, program.actions.index(act)])


def inject_fault(act: str, day: date, session: "Table") -> str | None:
    """What is wrong with an act that an umpire wants done."""
    theatre, world = session.scenario.theatre, session.world
    if not isinstance(act, str) or act not in theatre.actions:
        return f"there is no act '{act}'{did_you_mean(str(act), theatre.actions)}"
    if not world.date <= day <= session.scenario.end:
        return f"{on(day)} is not within {_to_come(session)}"
    for name, desk in session.desks.items():
        if act in desk.seat.acts and desk.played_by == "orders":
            return f"{act} is for the seat {name} to order; hand the seat to the rules first, or have its player do it"
    hand = theatre.hands[act]
    taken = any(theatre.hands[other] == hand for other in session.injects.get(day, ()))
    if taken or (day, hand) in world.scripted:
        return f"{called_hand(hand)} acts once a day, and what it does on {on(day)} is settled already"
    return None
