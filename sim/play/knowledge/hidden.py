"""What a seat cannot read of the rules that decide on its acts: whatever depends on something it does not know."""

from collections.abc import Iterator, Sequence

from sim.replays.unavailable import Reason
from sim.theatre.language.schema import Action
from sim.theatre.language.terms import GRIEVANCES, TALLIES, Condition, Quantity, Term, quantities

from .doubt import rungs_of
from .known import Known

UNTOLD = "something that you do not know of stands in the way"


def as_told(known: Known, action: str, reasons: Sequence[Reason]) -> list[str]:
    """Why an act is closed, as far as a seat may know: a condition that reads what is hidden is not told."""
    when = known.scenario.theatre.actions[action].when
    secret = when is not None and any(hides(known, each) for each in quantities(when))
    found = [UNTOLD if secret and reason.kind == "when" else reason.text for reason in reasons]
    return list(dict.fromkeys(found))


def reads_hidden(known: Known, action: str) -> bool:
    """Whether the rules read anything for an act that its own actor's seat does not know."""
    return any(hides(known, each) for each in read_for(known.scenario.theatre.actions[action]))


def read_for(action: Action) -> Iterator[Quantity]:
    """What the rules read for an act: its condition and its drivers."""
    if action.when is not None:
        yield from quantities(action.when)
    yield from (factor.quantity for text in action.drivers for factor in Term.parse(text).factors)


def hides(known: Known, quantity: Quantity) -> bool:
    """Whether a quantity of the morning is something that a seat does not know."""
    theatre, kind, of = known.scenario.theatre, quantity.kind, quantity.of
    if kind in ("variable", "condition") and of[0] in theatre.conditions:
        return _condition_hides(known, theatre.conditions[of[0]])
    if kind == "variable":
        return not known.sees(of[0])
    if kind == "ordered":
        return of[0].split(".")[0] != known.seat.actor
    if kind in (*GRIEVANCES, *TALLIES):
        return of[0] != known.seat.actor
    if kind == "days_since":
        acts = [name for name, act in theatre.actions.items() if _counts(of, name, act)]
        return any(known.ambiguous(name) or not known.learns_at_once(name) for name in acts)
    if kind == "rung" and of and of[0] in known.dyads_in_doubt:
        return True
    return not known.hears_all  # rungs, tension and deaths are made of everybody's acts


def _counts(of: tuple[str, ...], name: str, action: Action) -> bool:
    """Whether an act is one of those that `days_since` counts from: this one, or an actor's from some rung on."""
    if len(of) == 1:
        return name == of[0]
    return name.split(".")[0] == of[0] and max(rungs_of(action)) >= int(of[1])


def _condition_hides(known: Known, condition: Condition) -> bool:
    return any(hides(known, each) for each in quantities(condition))


__all__ = ["UNTOLD", "as_told", "hides", "read_for", "reads_hidden"]
