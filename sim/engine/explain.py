"""How an actor came to its choice, read from a model of one run on the morning on which it chose.

What the engine keeps of a choice is read off; what it does not keep, the products of drivers and their exponential, is
made again in the same order from the same readings, so that it has the same bits.
"""

from collections.abc import Callable
from math import floor, inf
from typing import NamedTuple

import numpy as np

from sim.theatre.compiled.arithmetic import exp
from sim.theatre.compiled.program import NONE

from .agents import Actor, Participant
from .model import LockstepModel
from .single import fallen, provoking_rung, row_aside, saturated
from .state import (
    BELIEVED,
    BLOOD,
    BLOOD_READING,
    BROUGHT,
    DEFIANCE,
    DRAW,
    LEFT,
    MORNING,
    NEVER_AGAIN,
    PEAK,
    PROVOCATION,
    PROVOKING_RUNG,
    SINCE,
    SUSPECTED,
    THRESHOLD,
    TOTAL,
)


class Settlement(NamedTuple):
    """What an actor's replies have set aside of a grievance, as it stands this morning."""

    believed: float
    """P'."""
    suspected: float
    """Q'."""
    until: int
    """The last day on which an act of the other side brings it back; -1 if nothing is on probation."""
    defiance: float
    """D."""
    firmness: float
    """Rungs that each of it adds to what is sought."""


class Grievance(NamedTuple):
    """What an actor holds against another this morning."""

    pair: int
    believed: float
    """P."""
    suspected: float
    """Q."""
    suspicion: float
    blood_stock: float
    provocation: float
    blood: float
    strongest: float
    """K."""
    provoking_rung: float
    leading: int
    """Number of the event that is the strongest still remembered; -1 for none."""
    settlement: Settlement


class DriverTerm(NamedTuple):
    """One term of an action's drivers."""

    weight: float
    factors: tuple[float, ...]
    """Readings, in the order of the term's text."""
    amount: float
    """Weight times product: what it adds to the exponent."""
    factor: float
    """What it alone multiplies the rate by."""
    pair: int
    """The pair whose provocation or blood it reads, or -1."""


class Answer(NamedTuple):
    """How well an action answers what its target did, and the rate that this gives it."""

    pair: int
    preference: float
    fit: float
    """At best 1, on the rung that is sought."""
    overshoot: float
    redline: float
    firmness: float
    defiance: float
    sought: float
    """Provoking rung, with the overshoot and what blood and defiance add."""
    elsewhere: float
    """What is left of the fit because the act answered was done at another place; 1 for all."""
    otherwise: float
    """Likewise because it was done with another instrument."""
    weight: float
    """Preference times fit times these two."""
    silence: float
    """What not answering weighs."""
    waiting: float
    """Sum of the weights of open replies to this target whose cooldown has not passed."""
    together: float
    """Silence and the weights of all open replies to this target."""
    reply_rate: float
    rate: float


class ActionRate(NamedTuple):
    """The rate of an action, and what it is made of."""

    action: int
    open: bool
    """Whether it could be chosen, were it not for its cooldown."""
    able: bool
    base: float
    terms: tuple[DriverTerm, ...]
    exponent: float
    drive: float
    answer: Answer | None
    rested: float
    """How far it has recovered from having been done, 1 for whole."""
    rate: float
    """Drive times base and answer, as far as it is rested; 0 where it may not be chosen."""
    until: float
    """Running sum of the rates: it is drawn if the threshold lies below this, and not below the one before."""


class Choice(NamedTuple):
    """What an actor held against others, the rates of the actions of one of its hands, and what that drew."""

    actor: int
    hand: int
    """-1 of an actor that has none."""
    day: int
    grievances: tuple[Grievance, ...]
    rates: tuple[ActionRate, ...]
    """Those of the hand's actions, in the order in which they are drawn; empty where history is imposed."""
    total: float
    draw: float
    threshold: float
    """Draw times one and the total."""
    drawn: int
    """The action on which the draw fell, -1 if it held; it may have been forbidden, or replaced by the script."""
    chosen: int
    cause: int
    sound: bool
    """False if the run failed this morning, or before."""


class Observer(Participant):
    """Summary of rule: changes nothing; every morning, once all have chosen, it looks at how."""

    def __init__(self, model: LockstepModel, look: Callable[[LockstepModel], None]) -> None:
        super().__init__(model, "observer")
        self._look = look

    def decide(self) -> None:
        """Look at how all have chosen."""
        self._look(self.model)


def choice(model: LockstepModel, hand: int) -> Choice:
    """Read how a hand of an actor chose today; called by an `Observer` in a model of one run.

    It chooses once more, which comes to the same, and leaves its scales as they were.
    """
    if model.n != 1:
        raise ValueError(f"a choice is read in a model of one run, found {model.n} runs")
    m, mine = model.state, model.program.hand[hand]
    actor = int(mine["actor"])
    actor_of(model, actor).weigh(hand)
    free = model.day >= m.tables.script.imposed_days
    rates = tuple(_action_rate(model, hand, a) for a in range(mine["actions"], mine["actions_end"])) if free else ()
    total, draw, threshold = (float(m.scratch.row[row, 0]) if free else 0.0 for row in (TOTAL, DRAW, THRESHOLD))
    return Choice(
        actor=actor,
        hand=hand,
        day=model.day,
        grievances=_grievances(model, actor),
        rates=rates,
        total=total,
        draw=draw,
        threshold=threshold,
        drawn=rates[at].action if (at := fallen([each.until for each in rates], draw)) != NONE else NONE,
        chosen=int(m.chosen[hand, 0]),
        cause=int(m.cause[hand, 0]),
        sound=bool(m.status.alive[0]),
    )


class Draw(NamedTuple):
    """On what the draw of a hand fell, and how likely it was to fall on each of its actions."""

    drawn: int
    """The action, -1 if it held; it may have been forbidden, or replaced by the script."""
    chances: dict[int, float]
    """By action, of those that could be chosen."""


def draw(model: LockstepModel, hand: int) -> Draw:
    """Read what a hand drew today, without all that made it likely; called as `choice` is."""
    m, mine = model.state, model.program.hand[hand]
    actor_of(model, int(mine["actor"])).weigh(hand)
    if model.day < m.tables.script.imposed_days:
        return Draw(NONE, {})
    first, many = int(mine["actions"]), int(mine["actions_end"] - mine["actions"])
    until = m.scratch.running[:many, 0].tolist()
    total, threshold = float(m.scratch.row[TOTAL, 0]), float(m.scratch.row[DRAW, 0])
    at, whole = fallen(until, threshold), 1.0 + total
    each = zip(range(first, first + many), until, [0.0, *until], strict=False)
    chances = {action: (end - begin) / whole for action, end, begin in each if end > begin}
    return Draw(NONE if at == NONE else first + at, chances)


def no_choice(model: LockstepModel, actor: int) -> Choice:
    """The same of an actor without any hand, which has nothing to choose from."""
    held, sound = _grievances(model, actor), bool(model.status.alive[0])
    return Choice(actor, NONE, model.day, held, (), 0.0, 0.0, 0.0, NONE, NONE, NONE, sound)


def number(model: LockstepModel, k: int) -> float:
    """Parameter `k` in a model of one run."""
    numbers = model.numbers
    return float(numbers.shared[k] if numbers.slot[k] == NONE else numbers.varied[numbers.slot[k], 0])


def _grievances(model: LockstepModel, actor: int) -> tuple[Grievance, ...]:
    me = model.program.actor[actor]
    sharpness = number(model, me["sharpness"])
    return tuple(_grievance(model, actor, pair, sharpness) for pair in range(me["pairs"], me["pairs_end"]))


def _grievance(model: LockstepModel, actor: int, pair: int, sharpness: float) -> Grievance:
    def stock(which: int) -> float:
        return float(model.stocks[which, pair, 0])

    return Grievance(
        pair=pair,
        believed=stock(BELIEVED),
        suspected=stock(SUSPECTED),
        suspicion=number(model, model.program.suspicion[pair]),
        blood_stock=stock(BLOOD),
        provocation=stock(PROVOCATION),
        blood=saturated(stock(BLOOD), sharpness),
        strongest=stock(PEAK),
        provoking_rung=provoking_rung(stock(PEAK), model.state.severity[:, 0]),
        leading=int(model.leading[pair, 0]),
        settlement=_settlement(model, actor, pair),
    )


def _settlement(model: LockstepModel, actor: int, pair: int) -> Settlement:
    m, me, row = model.state, model.program.actor[actor], row_aside(model.program, actor, pair)
    firmness = number(model, me["firmness"])
    if row == NONE:
        return Settlement(0.0, 0.0, NONE, 0.0, firmness)
    until = int(m.aside_day[SINCE, row, 0]) + floor(number(model, me["probation"]))
    if m.aside[LEFT, row, 0] == 0.0 or until < model.day:
        return Settlement(0.0, 0.0, NONE, float(m.aside[DEFIANCE, row, 0]), firmness)
    believed, suspected = float(m.aside[BELIEVED, row, 0]), float(m.aside[SUSPECTED, row, 0])
    decay = number(model, me["decay"])
    for _ in range(model.day - int(m.aside_day[BROUGHT, row, 0])):
        believed, suspected = believed * decay, suspected * decay
    return Settlement(believed, suspected, until, float(m.aside[DEFIANCE, row, 0]), firmness)


def _action_rate(model: LockstepModel, hand: int, action: int) -> ActionRate:
    program, scratch = model.program, model.state.scratch
    mine, act = program.hand[hand], program.action[action]
    actor = int(mine["actor"])
    at = action - program.actor[actor]["actions"]
    terms = tuple(_driver_term(model, term) for term in range(act["drivers"], act["drivers_end"]))
    exponent = 0.0
    for place, term in enumerate(terms):
        exponent = exponent + term.amount if place else term.amount
    drive = exp(exponent) if terms else 1.0
    able = float(scratch.able[at, 0])
    base = number(model, act["rate"])
    answer = _answer(model, actor, action) if act["reply"] != NONE else None
    rested = float(scratch.rested[at, 0])
    return ActionRate(
        action=action,
        open=bool(scratch.open[at, 0]),
        able=bool(able),
        base=base,
        terms=terms,
        exponent=exponent,
        drive=drive,
        answer=answer,
        rested=rested,
        rate=drive * able * (base if answer is None else base + answer.rate) * rested,
        until=float(scratch.running[action - mine["actions"], 0]),
    )


def _driver_term(model: LockstepModel, term: int) -> DriverTerm:
    row = model.program.terms[term]
    read, readings = model.state.read[MORNING][:, 0], model.program.morning
    weight, singles = number(model, row["weight"]), len(readings.factors)
    rows = [row["row"]] if row["row"] < singles else readings.products[row["row"] - singles]
    factors = tuple(float(read[factor]) for factor in rows if factor != NONE)
    amount = weight * float(read[row["row"]])
    return DriverTerm(weight, factors, amount, exp(amount), int(row["pair"]))


def _answer(model: LockstepModel, actor: int, action: int) -> Answer:
    program, scratch, me = model.program, model.state.scratch, model.program.actor[actor]
    act, pair, at = program.action[action], int(program.action[action]["pair"]), action - me["actions"]
    mine = program.action[me["actions"] : me["actions_end"]]
    rivals = [local for local, its in enumerate(mine) if its["reply"] != NONE and its["pair"] == pair]
    waiting = [local for local in rivals if scratch.open[local, 0] and not scratch.able[local, 0]]
    provoking, blood = (float(model.stocks[which, pair, 0]) for which in (PROVOKING_RUNG, BLOOD_READING))
    overshoot, redline = number(model, me["overshoot"]), number(model, me["redline"])
    settlement = _settlement(model, actor, pair)
    return Answer(
        pair=pair,
        preference=number(model, act["reply"]),
        fit=float(scratch.fit[act["fit"] - me["fits"], 0]),
        overshoot=overshoot,
        redline=redline,
        firmness=settlement.firmness,
        defiance=settlement.defiance,
        sought=((provoking + overshoot) + redline * blood) + settlement.firmness * settlement.defiance,
        elsewhere=number(model, me["substitution"]) if _differs(model, act, pair, "place") else 1.0,
        otherwise=number(model, me["variety"]) if _differs(model, act, pair, "instrument") else 1.0,
        weight=float(scratch.weight[at, 0]),
        silence=number(model, me["silence"]),
        waiting=float(sum(scratch.weight[local, 0] for local in waiting)),
        together=float(scratch.together[pair - me["pairs"], 0]),
        reply_rate=number(model, me["reply_rate"]),
        rate=float(scratch.answer[at, 0]),
    )


def _differs(model: LockstepModel, act: np.void, pair: int, by: str) -> bool:
    """Whether an act is at another place than the act that leads its pair, or done with another instrument."""
    leading = int(model.state.leading_action[pair, 0])
    its = NONE if leading == NONE else int(model.program.action[leading][by])
    return NONE not in (its, act[by]) and its != act[by]


def actor_of(model: LockstepModel, actor: int) -> Actor:
    """The agent that an actor is."""
    return next(agent for agent in model.agents if isinstance(agent, Actor) and agent.index == actor)


def forbidden(model: LockstepModel, action: int) -> bool:
    """Whether an action is vetoed today if it is drawn."""
    return bool(model.program.script.forbidden[model.day, action])


def part_of_the_war(model: LockstepModel, action: int) -> bool:
    """Whether the war that is on closes an action."""
    return bool(model.program.action[action]["closed_by_war"] and model.state.war[0] >= 0.5)


def ready_on(model: LockstepModel, action: int) -> float:
    """The day from which an action may be chosen again; infinite if it happens once and has."""
    day = int(model.world.ready[action, 0])
    return inf if day == NEVER_AGAIN else float(day)


def standing_orders(model: LockstepModel, action: int) -> list[tuple[int, int]]:
    """The orders that keep an action from being ordered as well: acts, and the days on which they are due."""
    p, act = model.program, model.program.action[action]
    if act["order"] == NONE:
        return []
    hand, due = p.hand[act["hand"]], model.state.orders.due
    mine = range(hand["orders"], hand["orders_end"])
    return [(int(p.orders[k]), int(due[k, 0])) for k in mine if due[k, 0] != NONE]


def last_done(model: LockstepModel, action: int) -> int:
    """The last day on which an action was done."""
    return int(model.world.last_day[action, 0])


def controls(model: LockstepModel) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of each proxy's acts that is its sponsor's, shape (link,)."""
    return model.world.control[:, 0].copy()
