"""How an actor came to its choice, read from a model of one run on the morning on which it chose.

What the engine keeps of a choice is read off; what it does not keep, the products of drivers and their exponential, is
made again in the same order from the same readings, so that it has the same bits.
"""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

import numpy as np

from sim.theatre.compiled.arithmetic import exp
from sim.theatre.compiled.program import NONE

from .agents import Actor, Participant
from .model import LockstepModel
from .single import fallen, provoking_rung, saturated, together
from .state import (
    BELIEVED,
    BLOOD,
    BLOOD_READING,
    DRAW,
    MORNING,
    NEVER_AGAIN,
    PEAK,
    PROVOCATION,
    PROVOKING_RUNG,
    SUSPECTED,
    THRESHOLD,
    TOTAL,
)


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
    sought: float
    """Provoking rung, with the overshoot and what blood adds."""
    together: float
    """Sum of preference times fit over all replies to this target that may be chosen."""
    reply_rate: float
    rate: float


class ActionRate(NamedTuple):
    """The rate of an action, and what it is made of."""

    action: int
    able: bool
    base: float
    terms: tuple[DriverTerm, ...]
    exponent: float
    drive: float
    answer: Answer | None
    rate: float
    """Drive times base and answer; 0 where it may not be chosen."""
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
    return tuple(_grievance(model, pair, sharpness) for pair in range(me["pairs"], me["pairs_end"]))


def _grievance(model: LockstepModel, pair: int, sharpness: float) -> Grievance:
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
    )


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
    return ActionRate(
        action=action,
        able=bool(able),
        base=base,
        terms=terms,
        exponent=exponent,
        drive=drive,
        answer=answer,
        rate=drive * able * (base if answer is None else base + answer.rate),
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
    act, pair = program.action[action], int(program.action[action]["pair"])
    mine = program.action[me["actions"] : me["actions_end"]]
    rivals = [at for at, its in enumerate(mine) if its["reply"] != NONE and its["pair"] == pair]
    provoking, blood = (float(model.stocks[which, pair, 0]) for which in (PROVOKING_RUNG, BLOOD_READING))
    overshoot, redline = number(model, me["overshoot"]), number(model, me["redline"])
    return Answer(
        pair=pair,
        preference=number(model, act["reply"]),
        fit=float(scratch.fit[act["fit"] - me["fits"], 0]),
        overshoot=overshoot,
        redline=redline,
        sought=(provoking + overshoot) + redline * blood,
        together=together(
            [number(model, mine[at]["reply"]) for at in rivals],
            [scratch.fit[mine[at]["fit"] - me["fits"], 0] for at in rivals],
            [scratch.able[at, 0] for at in rivals],
        ),
        reply_rate=number(model, me["reply_rate"]),
        rate=float(scratch.answer[action - me["actions"], 0]),
    )


def actor_of(model: LockstepModel, actor: int) -> Actor:
    """The agent that an actor is."""
    return next(agent for agent in model.agents if isinstance(agent, Actor) and agent.index == actor)


def forbidden(model: LockstepModel, action: int) -> bool:
    """Whether an action is vetoed today if it is drawn."""
    return bool(model.program.script.forbidden[model.day, action])


def part_of_the_war(model: LockstepModel, action: int) -> bool:
    """Whether an action belongs to the war that is on."""
    m = model.state
    return bool(m.acts_of_war[model.program.action[action]["rung"]] and m.war[0] >= 0.5)


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
