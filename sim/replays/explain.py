"""How an actor came to what it did on a day, by hand: what it saw, what was open, how each weighed, and the draw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Any

from sim.engine import explain as engine
from sim.engine.explain import (
    ActionRate,
    Answer,
    Choice,
    actor_of,
    choice,
    forbidden,
    last_done,
    no_choice,
    number,
)
from sim.engine.model import LockstepModel
from sim.text import WIDTH
from sim.theatre.compiled.program import NONE, Program
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.terms import Factor, Term

from .acts import Act
from .lookup import Course
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
    set_aside: float
    """Points held openly that its replies have settled and that come back if the other side strikes again, P'."""
    set_aside_suspected: float
    """The same of what is only suspected, Q'."""
    probation_ends: date | None
    """The last day on which they come back; None if nothing is on probation."""
    defiance: float
    """How far its replies were defied, D."""
    firmness: float
    """Rungs that each of it adds to what is sought."""


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
    """The rung that is sought: `provoking_rung + overshoot + redline * blood + firmness * defiance`."""
    provoking_rung: float
    overshoot: float
    redline: float
    blood: float
    firmness: float
    defiance: float
    fit: float
    preference: float
    elsewhere: float
    """What is left of the fit because the act answered was done at another place; 1 for all."""
    otherwise: float
    """Likewise because it was done with another instrument."""
    share: float
    """Its weight, `preference * fit * elsewhere * otherwise`, of all that weighs at this target."""
    together: float
    """All that weighs: silence, and the replies to this target that are open, on cooldown or not."""
    silent: float
    """The share of not answering."""
    waiting: float
    """The share of open replies whose cooldown has not passed; it is lost to them."""
    answer: float
    """What it adds to the base: `weight * (rate * provocation / together)`."""


@dataclass(frozen=True)
class OpenOption:
    """An action that was open: `rate = drive * (base + reply) * rested`, and its part of the draw."""

    action: str
    label: str
    rung: int
    target: str
    base: float
    reply: Reply | None
    drivers: tuple[Driver, ...]
    exponent: float
    drive: float
    rested: float
    """How far it has recovered from having been done, 1 for whole."""
    done: date | None
    """When it was done last, where it still recovers from that."""
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
    course: Course = field(repr=False, compare=False)
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
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("scenario", "course")}
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


def explanation(model: LockstepModel, actor: str, told: Sequence[Act], course: Course) -> Explanation:
    """Explain the choice of an actor that has just been made; called by an `Observer` in a model of one run.

    Parameters
    ----------
    told : the run's events, by their numbers
    course : the run, to be asked what actors are called on the day

    Returns
    -------
    That of the first hand that acted, if none did of the first that could have, with those of the others.
    """
    index = model.program.actors.index(actor)
    hands = [_of_hand(model, choice(model, hand), told, course) for hand in actor_of(model, index).hands]
    if not hands:
        return _of_hand(model, no_choice(model, index), told, course)
    first = min(hands, key=lambda each: (each.accident, each.did is None, not each.options))
    return replace(first, others=tuple(each for each in hands if each is not first))


def _of_hand(model: LockstepModel, made: Choice, told: Sequence[Act], course: Course) -> Explanation:
    program, theatre = model.program, model.scenario.theatre
    actor, hand = program.actors[made.actor], program.hands[made.hand] if made.hand != NONE else None
    mine = program.hand[made.hand]["actions"] if hand is not None else NONE
    today = (act for act in told if act.day == model.day and act.actor == actor)
    did = next((act for act in today if theatre.actions[act.action].hand_of(act.action) == hand), None)
    drawn = program.actions[made.drawn] if made.drawn != NONE else None
    return Explanation(
        scenario=model.scenario,
        course=course,
        seed=model.seed,
        run=int(model.runs.run[0]),
        day=model.day,
        date=program.start + timedelta(days=model.day),
        actor=actor,
        hand=actor if hand is None else hand,
        accident=bool(mine != NONE and program.action[mine]["accident"]),
        saw=tuple(_grievance(program, held, told) for held in made.grievances),
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


def _grievance(program: Program, held: engine.Grievance, told: Sequence[Act]) -> Grievance:
    settled = held.settlement
    return Grievance(
        by=program.pairs[held.pair][1],
        believed=held.believed,
        suspected=held.suspected,
        suspicion=held.suspicion,
        provocation=held.provocation,
        blood=held.blood,
        strongest=held.strongest,
        provoking_rung=held.provoking_rung,
        leading=told[held.leading] if held.leading != NONE else None,
        set_aside=settled.believed,
        set_aside_suspected=settled.suspected,
        probation_ends=program.start + timedelta(days=settled.until) if settled.until != NONE else None,
        defiance=settled.defiance,
        firmness=settled.firmness,
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
        rested=weighed.rested,
        done=model.program.start + timedelta(days=last_done(model, weighed.action)) if weighed.rested < 1.0 else None,
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
    together = answer.together
    return Reply(
        target=model.program.pairs[answer.pair][1],
        provocation=held.provocation,
        rate=answer.reply_rate,
        sought=answer.sought,
        provoking_rung=held.provoking_rung,
        overshoot=answer.overshoot,
        redline=answer.redline,
        blood=held.blood,
        firmness=answer.firmness,
        defiance=answer.defiance,
        fit=answer.fit,
        preference=answer.preference,
        elsewhere=answer.elsewhere,
        otherwise=answer.otherwise,
        share=answer.weight / together if together > 0 else 0.0,
        together=together,
        silent=answer.silence / together if together > 0 else 0.0,
        waiting=answer.waiting / together if together > 0 else 0.0,
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
