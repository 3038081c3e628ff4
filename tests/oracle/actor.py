"""An actor, and what it holds against others (ODD 7.3 to 7.5)."""

from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import NamedTuple

import mesa

from sim.theatre.compiled.arithmetic import decay, exp, geometric, log, log2
from sim.theatre.language.schema import Action
from sim.theatre.language.terms import Quantity, Term

from .dice import CASUALTIES, DECIDE
from .reading import add_up, clip, product, reading, sum_of, weighted


class Event(NamedTuple):
    """What was done; the script's effects are told as its actor 'script' with an entry's name, against nobody."""

    day: int
    actor: str
    action: str
    target: str
    rung: int
    deniability: float
    deaths: int
    number: int
    cause: int
    ordered: int = -1
    """The day on which it was ordered, if it was."""


@dataclass(frozen=True)
class Order:
    """What has been decided and is still to be done."""

    due: int
    given: int
    cause: int
    firm: bool


@dataclass
class Pair:
    """What one actor holds against another, and how it read this morning."""

    P: float = 0.0
    Q: float = 0.0
    B: float = 0.0
    KP: float = 0.0
    KQ: float = 0.0
    leading: int = -1
    K: float = 0.0
    provocation: float = 0.0
    blood: float = 0.0
    provoking_rung: float = 0.0

    def fade(self, factor: float) -> None:
        self.P *= factor
        self.Q *= factor
        self.B *= factor
        self.KP *= factor
        self.KQ *= factor


@dataclass(frozen=True)
class Rate:
    """An action's daily rate, and the part of it that answers."""

    total: float
    answer: float


@dataclass(frozen=True)
class Intent:
    """What a hand is going to do today."""

    action: str
    cause: int = -1
    deaths: int | None = None
    """Deaths that the script gives."""
    imposed: int | None = None
    """The day on which a script or a record has it done."""
    ordered: int = -1


class ActorAgent(mesa.Agent):
    """One actor in one world."""

    def __init__(self, model, name: str):
        super().__init__(model)
        self.name = name
        self.traits = model.theatre.deciders[name]
        mine = [(hand_of(action, rule), action) for action, rule in model.theatre.actions.items()]
        self.hand_of = {action: hand for hand, action in sorted(mine) if action.split(".")[0] == name}
        self.actions: dict[str, Action] = {action: model.theatre.actions[action] for action in self.hand_of}
        self.hands = list(dict.fromkeys(self.hand_of.values()))
        self.drivers = {action: weighted(rule.drivers) for action, rule in self.actions.items()}
        self.pairs = {by: pair for (holder, by), pair in model.pairs.items() if holder == name}
        self.intents: dict[str, Intent] = {}
        """What its hands are going to do."""

    # 1. Perceive

    def perceive(self) -> None:
        for pair in self.pairs.values():
            pair.fade(decay(self.traits.perception.memory.value))
        for event in self.model.yesterday:
            if event.target and event.actor != self.name:
                self.take_up(event)
        for by, pair in self.pairs.items():
            self.read(pair, by)

    def take_up(self, event: Event) -> None:
        weight, blood_weight = self.weight(event), self.blood_weight(event)
        if weight == 0 and blood_weight == 0:
            return
        lethality = self.traits.perception.lethality.value
        shed = blood_weight * (lethality * log2(1 + event.deaths))
        felt = weight * self.model.severity(event.rung)
        for by, pair in self.pairs.items():
            share = self.share(event.actor, by)
            if share is not None:
                self.load(pair, by, event, share, felt, shed)

    def share(self, actor: str, by: str) -> float | None:
        """How much of the actor's act falls on `by`; None if they have nothing to do with each other."""
        control = controls(self.model, actor)
        share = None
        if by == actor:
            share = clip(1 - add_up(0.0, (part for sponsor, part in control.items() if sponsor != self.name)), 0, 1)
        elif by in control:
            share = control[by]
        blamed = self.traits.blames.get(by, {}).get(actor)
        if blamed is not None:
            share = blamed.value if share is None or blamed.value > share else share
        return share

    def weight(self, event: Event) -> float:
        action = self.model.theatre.actions[event.action]
        touched = [(action.target, 1.0), *((party, harm.value) for party, harm in action.harms.items())]
        return max(h if party == self.name else h * self.protects(party) for party, h in touched)

    def blood_weight(self, event: Event) -> float:
        whose = whose_people(self.model.theatre.actions[event.action])
        return 1.0 if whose == self.name else self.protects(whose)

    def protects(self, party: str) -> float:
        return self.traits.protects[party].value if party in self.traits.protects else 0.0

    def load(self, pair: Pair, by: str, event: Event, share: float, felt: float, shed: float) -> None:
        delta, sigma = event.deniability, self.suspicion(by)
        load = felt + shed
        pair.P += share * ((1 - delta) * load)
        pair.Q += share * (delta * load)
        pair.B += share * (shed * ((1 - delta) + delta * sigma))
        kp, kq = share * ((1 - delta) * felt), share * (delta * felt)
        if kp + sigma * kq > pair.KP + sigma * pair.KQ:
            pair.KP, pair.KQ, pair.leading = kp, kq, event.number

    def suspicion(self, by: str) -> float:
        perception = self.traits.perception
        return perception.suspects.get(by, perception.suspicion).value

    def read(self, pair: Pair, by: str) -> None:
        sigma, sharpness = self.suspicion(by), 1 / self.traits.perception.scale.value
        S = self.model.severity
        pair.K = pair.KP + sigma * pair.KQ
        pair.provocation = 1 - exp(-((pair.P + sigma * pair.Q) * sharpness))
        pair.blood = 1 - exp(-(pair.B * sharpness))
        pair.provoking_rung = add_up(0.0, (clip((pair.K - S(r)) / (S(r + 1) - S(r)), 0, 1) for r in range(9)))

    # 2. Decide

    def decide(self) -> None:
        self.intents = {}
        for hand in self.hands:
            if self.model.failed is None and not self.model.history_is_imposed():
                self.choose(hand)
            entry = self.model.scripted(hand)
            if entry is not None:
                self.intents[hand] = Intent(entry.do, deaths=entry.deaths, imposed=self.model.day)

    def choose(self, hand: str) -> None:
        """Draw one action or hold; an action that is forbidden today is drawn and not carried out."""
        rates = self.rates(hand)
        total = add_up(0.0, (rate.total for rate in rates.values()))
        if not isfinite(total):
            self.model.fail(f"choice of {self.name}")
            return
        u, _ = self.model.dice.uniforms(self.model.day, DECIDE, hand)
        drawn, running = None, 0.0
        for action, rate in rates.items():
            running = running + rate.total
            if running > u * (1 + total):
                drawn = action
                break
        self.model.draws[hand] = (u, [(action, rate.total) for action, rate in rates.items()], drawn)
        if drawn is not None and not self.model.forbids(drawn):
            self.intents[hand] = Intent(drawn, cause=self.cause(drawn, rates[drawn]))

    def rates(self, hand: str) -> dict[str, Rate]:
        """Of the hand's actions; in its answers it competes with all hands of its actor."""
        eligible = {action: self.eligible(action) for action in self.actions}
        fits = {action: self.fit(rule) if eligible[action] else 0.0 for action, rule in self.actions.items()}
        rates = {}
        for action in (each for each in self.actions if self.hand_of[each] == hand):
            rule = self.actions[action]
            answer = self.answer(rule, fits[action], fits) if is_reply(rule) else 0.0
            drive = exp(sum_of(self.drivers[action], self.morning_reading))
            rates[action] = Rate(drive * (rule.rate.value + answer) if eligible[action] else 0.0, answer)
        return rates

    def answer(self, rule: Action, fit: float, fits: dict[str, float]) -> float:
        """Its part of the replies to its target, divided by how well each fits."""
        F = add_up(0.0, (fits[rival] for rival, its in self.actions.items() if its.target == rule.target))
        return fit * (self.traits.replies.rate.value * self.pairs[rule.target].provocation / F) if F != 0 else 0.0

    def eligible(self, action: str) -> bool:
        model, rule, war = self.model, self.actions[action], self.model.theatre.war
        if not model.morning.means.get(action, True):
            return False
        if action in model.last and model.day - model.last[action] < rule.cooldown.value:
            return False
        if rule.once and action in model.last:
            return False
        if rule.order is not None and any(self.hand_of.get(each) == self.hand_of[action] for each in model.orders):
            return False
        return war is None or model.values[war.flag] == 0 or not war.rungs[0] <= rule.rung <= war.rungs[1]

    def fit(self, rule: Action) -> float:
        """How well an action answers what its target did; 0 for what is no reply."""
        if not is_reply(rule):
            return 0.0
        pair, replies = self.pairs[rule.target], self.traits.replies
        aim = (pair.provoking_rung + replies.overshoot.value) + replies.redline.value * pair.blood
        gap = clip((rule.rung - aim) * (1 / replies.width.value), -24, 24)
        return rule.reply.value * exp(-0.5 * gap * gap)

    def morning_reading(self, quantity: Quantity) -> float:
        return reading(self.model, quantity, self.model.morning.held)

    def cause(self, action: str, rate: Rate) -> int:
        """The event that an action answers, by its number; -1 for none."""
        rule = self.actions[action]
        if is_reply(rule) and rate.answer > rule.rate.value:
            return self.pairs[rule.target].leading
        heaviest, of = 0.0, None
        for weight, term in self.drivers[action]:
            grievance = first_grievance(term)
            pull = weight * product(term, self.morning_reading)
            if grievance is not None and pull > heaviest:
                heaviest, of = pull, grievance
        return -1 if of is None else self.model.pairs[of].leading

    # 3. Adjudicate

    def adjudicate(self) -> None:
        self.command()
        self.carry_all_out()

    def carry_all_out(self) -> None:
        for hand in self.hands:
            if hand in self.intents:
                self.carry_out(self.intents[hand])

    def command(self) -> None:
        """Withdraw orders, give others, and let what is due take the place of what was chosen."""
        today, orders = self.model.day, self.model.orders
        for intent in self.intents.values():
            for each in self.actions[intent.action].calls_off:
                if each in orders and not orders[each].firm:
                    del orders[each]
        for hand in self.hands:
            intent = self.intents.get(hand)
            if intent is not None and intent.imposed != today and self.actions[intent.action].order is not None:
                due = today + ceil(self.actions[intent.action].order.lead.value)
                firm = intent.imposed is not None
                orders[intent.action] = Order(intent.imposed if firm else due, today, intent.cause, firm)
                del self.intents[hand]
            for action in (each for each in self.actions if self.hand_of[each] == hand):
                if action in orders and orders[action].due == today:
                    self.fall_due(hand, action, orders.pop(action))

    def fall_due(self, hand: str, action: str, order: Order) -> None:
        stands = hand in self.intents and self.intents[hand].imposed == self.model.day
        if order.firm or not (stands or self.model.forbids(action)):
            self.intents[hand] = Intent(action, cause=order.cause, ordered=order.given)

    def carry_out(self, intent: Intent) -> None:
        model, name = self.model, intent.action
        action = self.actions[name]
        deaths = self.deaths(intent, action)
        rung = action.lethal_rung if deaths > 0 and action.lethal_rung is not None else action.rung
        deniability = action.deniability.value
        if deaths > 0:
            deniability = deniability * model.theatre.ladder.lethal_deniability.value
        model.effects.gather(action.effects)
        if is_reply(action):
            self.discharge(action.target, rung)
        if action.calm.value > 0:
            self.calm(action)
        if action.attribute.value > 0:
            self.attribute(action)
        model.deaths[whose_people(action)] += deaths
        model.record(self.name, name, action.target, rung, deniability, deaths, intent.cause, intent.ordered)

    def deaths(self, intent: Intent, action: Action) -> int:
        if intent.deaths is not None:
            return intent.deaths
        if action.casualties is None:
            return 0
        u, other = self.model.dice.uniforms(self.model.day, CASUALTIES, intent.action)
        if u < action.casualties.chance.value:
            return 1 + floor(log(1 - other) * geometric(action.casualties.deaths.value))
        return 0

    def discharge(self, target: str, rung: int) -> None:
        for by in (target, *sorted(self.model.theatre.deciders[target].sponsors)):
            if by in self.pairs:
                pair = self.pairs[by]
                ratio = self.model.severity(rung) / pair.K if pair.K != 0 else 1.0
                ratio = 1.0 if ratio > 1 else ratio
                pair.fade(1 - self.traits.replies.discharge.value * ratio)

    def calm(self, action: Action) -> None:
        if (action.target, self.name) in self.model.pairs:
            self.model.pairs[action.target, self.name].fade(1 - action.calm.value)

    def attribute(self, action: Action) -> None:
        """Evidence makes open what all had only suspected of its target."""
        for (_, by), pair in self.model.pairs.items():
            if by == action.target:
                moved = pair.Q * action.attribute.value
                pair.P += moved
                pair.Q -= moved
                moved = pair.KQ * action.attribute.value
                pair.KP += moved
                pair.KQ -= moved

    # 4. Settle

    def settle(self) -> None:
        """Prices and variables are nobody's."""


def hand_of(name: str, action: Action) -> str:
    """Whose turn an action takes: that of its actor's common hand, of a hand with a name, or its own by accident."""
    actor, deed = name.split(".")
    if action.accident:
        return f"{actor}/{deed}"
    return actor if action.hand is None else f"{actor}/{action.hand}"


def is_reply(action: Action) -> bool:
    return action.reply.value > 0


def controls(model, proxy: str) -> dict[str, float]:
    """Each sponsor's share in what a proxy does, as it stood at the end of the day before."""
    held = {
        sponsor: clip(sum_of(terms, lambda quantity: reading(model, quantity, {})), 0, 1)
        for sponsor, terms in model.sponsors[proxy].items()
    }
    together = add_up(0.0, held.values())
    return {sponsor: part / together for sponsor, part in held.items()} if together > 1 else held


def whose_people(action: Action) -> str:
    """Whose people die if anybody does."""
    if action.casualties is None or action.casualties.whose is None:
        return action.target
    return action.casualties.whose


def first_grievance(term: Term) -> tuple[str, ...] | None:
    """The pair whose grievance a term reads first, as it is and not negated."""
    for factor in term.factors:
        if factor.quantity.kind in ("provocation", "blood") and not factor.negated:
            return factor.quantity.of
    return None
