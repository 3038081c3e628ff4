"""How an actor came to what it did on a day, by hand: what it saw, what was open, how each weighed, and the draw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Any

from sim.engine import explain as engine
from sim.engine.explain import ActionRate, Answer, Choice, actor_of, choice, forbidden, no_choice, number
from sim.engine.model import LockstepModel
from sim.text import WIDTH
from sim.theatre.compiled.program import NONE
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.terms import Factor, Term

from .acts import Act
from .unavailable import Reason, reasons


@dataclass(frozen=True)
class Grievance:
    """What the actor held against another that morning."""

    by: str
    believed: float
    """Points held openly, P."""
    suspected: float
    """Points only suspected, Q, of which it believes the share `suspicion`."""
    suspicion: float
    provocation: float
    """Both together as rules read them, 0 to 1."""
    blood: float
    strongest: float
    """Points of the strongest single act still remembered, K."""
    provoking_rung: float
    leading: Act | None
    """That act."""


@dataclass(frozen=True)
class Reading:
    """What a factor of a term reads that morning, 0 to 1."""

    factor: str
    value: float


@dataclass(frozen=True)
class Driver:
    """A term in the exponent of an action's rate."""

    term: str
    weight: float
    readings: tuple[Reading, ...]
    """What its factors read."""
    amount: float
    """Weight times the product of readings; these add up to the exponent."""
    factor: float
    """What it alone multiplies the rate by."""


@dataclass(frozen=True)
class Reply:
    """The part of a rate that answers what the target did."""

    target: str
    provocation: float
    rate: float
    """Replies to this target a day under full provocation, all together."""
    sought: float
    """The rung that would answer in proportion: `provoking_rung + overshoot + redline * blood`."""
    provoking_rung: float
    overshoot: float
    redline: float
    blood: float
    fit: float
    preference: float
    share: float
    """Preference times fit, of the sum of these over all replies to this target that are open."""
    together: float
    """That sum."""
    answer: float
    """What it adds to the base: `preference * fit * (rate * provocation / together)`."""


@dataclass(frozen=True)
class OpenOption:
    """An action that was open: `rate = drive * (base + reply)`, and its part of the draw."""

    action: str
    label: str
    rung: int
    target: str
    base: float
    reply: Reply | None
    drivers: tuple[Driver, ...]
    exponent: float
    drive: float
    rate: float
    chance: float
    low: float
    """It is drawn from here …"""
    high: float
    """… to here, shares of the draw."""
    running: float
    """Sum of the rates up to and with this one; the engine compares it with the threshold."""
    vetoed: bool
    """Forbidden: had it been drawn, the actor would have held."""


@dataclass(frozen=True)
class Closed:
    """An action that was not open."""

    action: str
    label: str
    rung: int
    target: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Draw:
    """Where the draw fell."""

    at: float
    """Between 0 and 1."""
    threshold: float
    """The same on the scale of the rates, `at * (1 + total)`."""
    total: float
    """Sum of all rates."""
    hold: float
    """The chance that it holds."""
    drawn: str | None
    """The action drawn; None if it held."""


@dataclass(frozen=True)
class Explanation:
    """How an actor came to what it did on a day of a run, or one of its hands, where it has several."""

    scenario: Scenario
    seed: int
    run: int
    day: int
    date: date
    actor: str
    hand: str
    """The actor's id where its acts share a hand, else `actor/name`."""
    accident: bool
    """True of what may happen by mistake: nobody chooses it."""
    saw: tuple[Grievance, ...]
    options: tuple[OpenOption, ...]
    """In the order in which they are drawn."""
    closed: tuple[Closed, ...]
    draw: Draw | None
    """None where nobody draws, or there is nothing to draw."""
    did: Act | None
    """What it did in the end; None if it held."""
    imposed: str | None
    """What took the choice from it: `history`, `script` or `veto`."""
    due: int | None
    """The day on which what it drew is to be done, if it was ordered."""
    failed: str | None = None
    """What was not finite, if the run failed in this choice."""
    others: tuple["Explanation", ...] = ()
    """The actor's other hands, and what could have happened by mistake."""

    def of(self, hand: str) -> "Explanation":
        """What is told of one of the actor's hands."""
        return next(each for each in (self, *self.others) if each.hand == hand)

    def option(self, action: str) -> OpenOption:
        """An action that was open that day, to whichever hand."""
        return next(option for each in (self, *self.others) for option in each.options if option.action == action)

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        own = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "scenario"}
        plain = {name: _plain(value) for name, value in own.items() if name != "others"}
        plain["others"] = [each.as_dict() for each in self.others]
        return {"scenario": self.scenario.name, "scenario_sha256": self.scenario.sha256} | plain

    def text(self, width: int = WIDTH) -> str:
        """Tell it in words and columns, in lines of at most `width` letters."""
        from .explain_text import sheet

        return sheet(self, width)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def explanation(model: LockstepModel, actor: str, told: Sequence[Act]) -> Explanation:
    """Explain the choice of an actor that has just been made; called by an `Observer` in a model of one run.

    Parameters
    ----------
    told : the run's events, by their numbers

    Returns
    -------
    That of the first hand that acted, if none did of the first that could have, with those of the others.
    """
    index = model.program.actors.index(actor)
    hands = [_of_hand(model, choice(model, hand), told) for hand in actor_of(model, index).hands]
    if not hands:
        return _of_hand(model, no_choice(model, index), told)
    first = min(hands, key=lambda each: (each.accident, each.did is None, not each.options))
    return replace(first, others=tuple(each for each in hands if each is not first))


def _of_hand(model: LockstepModel, made: Choice, told: Sequence[Act]) -> Explanation:
    program, theatre = model.program, model.scenario.theatre
    actor, hand = program.actors[made.actor], program.hands[made.hand] if made.hand != NONE else None
    mine = program.hand[made.hand]["actions"] if hand is not None else NONE
    today = (act for act in told if act.day == model.day and act.actor == actor)
    did = next((act for act in today if theatre.actions[act.action].hand_of(act.action) == hand), None)
    drawn = program.actions[made.drawn] if made.drawn != NONE else None
    return Explanation(
        scenario=model.scenario,
        seed=model.seed,
        run=int(model.runs.run[0]),
        day=model.day,
        date=program.start + timedelta(days=model.day),
        actor=actor,
        hand=actor if hand is None else hand,
        accident=bool(mine != NONE and program.action[mine]["accident"]),
        saw=tuple(_grievance(program.pairs[held.pair][1], held, told) for held in made.grievances),
        options=_options(model, made),
        closed=_closed(model, made),
        draw=Draw(made.draw, made.threshold, made.total, 1.0 / (1.0 + made.total), drawn) if made.rates else None,
        did=did,
        imposed=_imposed(model, made),
        due=_due(model, made),
        failed=None if made.sound else model.failures[0][2],
    )


def _imposed(model: LockstepModel, made: Choice) -> str | None:
    script = model.program.script
    if model.day < script.imposed_days:
        return "history"
    if made.hand != NONE and script.act[model.day, made.hand] != NONE:
        return "script"
    return "veto" if made.drawn != NONE and made.chosen == NONE else None


def _due(model: LockstepModel, made: Choice) -> int | None:
    """When what has been chosen freely is to be done, if it is only ordered today."""
    if made.chosen == NONE or _imposed(model, made) is not None:
        return None
    lead = model.program.action[made.chosen]["lead"]
    days = 0 if lead == NONE else ceil(number(model, lead))
    return model.day + days if days else None


def _grievance(by: str, held: engine.Grievance, told: Sequence[Act]) -> Grievance:
    return Grievance(
        by=by,
        believed=held.believed,
        suspected=held.suspected,
        suspicion=held.suspicion,
        provocation=held.provocation,
        blood=held.blood,
        strongest=held.strongest,
        provoking_rung=held.provoking_rung,
        leading=told[held.leading] if held.leading != NONE else None,
    )


def _options(model: LockstepModel, made: Choice) -> tuple[OpenOption, ...]:
    found, whole, before = [], 1.0 + made.total, 0.0
    for weighed in made.rates:
        if weighed.able:
            found.append(_option(model, made, weighed, before, whole))
        before = weighed.until
    return tuple(found)


def _option(model: LockstepModel, made: Choice, weighed: ActionRate, before: float, whole: float) -> OpenOption:
    name = model.program.actions[weighed.action]
    action = model.scenario.theatre.actions[name]
    return OpenOption(
        action=name,
        label=action.label,
        rung=action.rung,
        target=action.target,
        base=weighed.base,
        reply=_reply(model, made, weighed.answer) if weighed.answer is not None else None,
        drivers=_drivers(action.drivers, weighed),
        exponent=weighed.exponent,
        drive=weighed.drive,
        rate=weighed.rate,
        chance=weighed.rate / whole,
        low=before / whole,
        high=weighed.until / whole,
        running=weighed.until,
        vetoed=forbidden(model, weighed.action),
    )


def _drivers(terms: dict[str, Any], weighed: ActionRate) -> tuple[Driver, ...]:
    found = []
    for text, pull in zip(sorted(terms), weighed.terms, strict=True):
        factors: tuple[Factor, ...] = Term.parse(text).factors
        readings = tuple(map(Reading, map(str, factors), pull.factors))
        found.append(Driver(text, pull.weight, readings, pull.amount, pull.factor))
    return tuple(found)


def _reply(model: LockstepModel, made: Choice, answer: Answer) -> Reply:
    held = next(held for held in made.grievances if held.pair == answer.pair)
    weight = answer.preference * answer.fit
    return Reply(
        target=model.program.pairs[answer.pair][1],
        provocation=held.provocation,
        rate=answer.reply_rate,
        sought=answer.sought,
        provoking_rung=held.provoking_rung,
        overshoot=answer.overshoot,
        redline=answer.redline,
        blood=held.blood,
        fit=answer.fit,
        preference=answer.preference,
        share=weight / answer.together if answer.together > 0 else 0.0,
        together=answer.together,
        answer=answer.rate,
    )


def _closed(model: LockstepModel, made: Choice) -> tuple[Closed, ...]:
    found = []
    for weighed in made.rates:
        if not weighed.able:
            name = model.program.actions[weighed.action]
            action = model.scenario.theatre.actions[name]
            found.append(Closed(name, action.label, action.rung, action.target, reasons(model, weighed.action)))
    return tuple(found)
