"""An actor, and what it holds against others (ODD 7.3 to 7.5)."""

from dataclasses import dataclass, field
from math import ceil, floor, isfinite
from typing import NamedTuple

import mesa

from sim.theatre.compiled.arithmetic import LN2, decay, exp, geometric, log, log2
from sim.theatre.language.schema import Action, War
from sim.theatre.language.terms import Quantity, Term

from .dice import CASUALTIES, DECIDE, MAY
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


STOCKS = ("P", "Q", "B", "KP", "KQ")


@dataclass
class Pair:
    """What one actor holds against another, and how it read this morning."""

    P: float = 0.0
    Q: float = 0.0
    B: float = 0.0
    KP: float = 0.0
    KQ: float = 0.0
    leading: int = -1
    leading_action: str | None = None
    aside: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STOCKS, 0.0))
    """What replies have settled of the five stocks, as it stood on the day `brought`."""
    since: int = -1
    """The day of the last reply whose settlement is on probation."""
    brought: int = -1
    left: float = 0.0
    D: float = 0.0
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

    def bring_aside(self, day: int, factor: float) -> None:
        """Let what is aside fade, a day at a time."""
        while self.brought < day:
            self.aside = {stock: amount * factor for stock, amount in self.aside.items()}
            self.brought += 1


@dataclass
class Tally:
    """What one actor did to another unanswered, or what it suffered from it, and how that read this morning."""

    points: float = 0.0
    reading: float = 0.0


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
        mine = [(hand_of(action, rule), action) for action, rule in model.theatre.actions.items()]
        self.hand_of = {action: hand for hand, action in sorted(mine) if action.split(".")[0] == name}
        self.go_by(model.theatre)
        self.hands = list(dict.fromkeys(self.hand_of.values()))
        self.pairs = {by: pair for (holder, by), pair in model.pairs.items() if holder == name}
        self.intents: dict[str, Intent] = {}
        """What its hands are going to do."""

    def go_by(self, theatre) -> None:
        """Take its rules from a theatre."""
        self.traits = theatre.deciders[self.name]
        self.actions: dict[str, Action] = {action: theatre.actions[action] for action in self.hand_of}
        self.drivers = {action: weighted(rule.drivers) for action, rule in self.actions.items()}

    @property
    def fading(self) -> float:
        """What is left after a day of what it holds."""
        return decay(self.traits.perception.memory.value)

    # 1. Perceive

    def perceive(self) -> None:
        for pair in self.pairs.values():
            pair.fade(self.fading)
            pair.D *= self.fading
        for tallies in (self.model.impunity, self.model.toll):
            for (holder, _), tally in tallies.items():
                if holder == self.name:
                    tally.points *= decay(self.traits.perception.learning.value)
                    tally.reading = 1 - exp(-(tally.points * (1 / self.traits.perception.scale.value)))
        for event in self.model.yesterday:
            if event.target and event.actor != self.name:
                self.take_up(event)
        for by, pair in self.pairs.items():
            self.read(pair, by)

    def take_up(self, event: Event) -> None:
        weight, dead = self.weight(event), dead_by_side(self.model.theatre.actions[event.action], event.deaths)
        if weight == 0 and not any(self.blood_weight(side) for side in dead):
            return
        lethality = self.traits.perception.lethality.value
        shed = add_up(0.0, (self.blood_weight(side) * (lethality * log2(1 + n)) for side, n in dead.items()))
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

    def blood_weight(self, side: str) -> float:
        return 1.0 if side == self.name else self.protects(side)

    def protects(self, party: str) -> float:
        return self.traits.protects[party].value if party in self.traits.protects else 0.0

    def load(self, pair: Pair, by: str, event: Event, share: float, felt: float, shed: float) -> None:
        delta, sigma = event.deniability, self.suspicion(by)
        if felt > 0:
            self.look_for_defiance(pair, event, share * ((1 - delta) + delta * sigma))
        load = felt + shed
        pair.P += share * ((1 - delta) * load)
        pair.Q += share * (delta * load)
        pair.B += share * (shed * ((1 - delta) + delta * sigma))
        kp, kq = share * ((1 - delta) * felt), share * (delta * felt)
        if kp + sigma * kq > pair.KP + sigma * pair.KQ:
            pair.KP, pair.KQ, pair.leading, pair.leading_action = kp, kq, event.number, event.action

    def look_for_defiance(self, pair: Pair, event: Event, laid: float) -> None:
        """What a reply had set aside comes back if the other side strikes again while it is on probation."""
        replies = self.traits.replies
        if pair.left <= 0 or event.rung < replies.defied_by:
            return
        if not 0 < event.day - pair.since <= replies.probation.value:
            return
        q = clip(laid, 0, 1)
        pair.bring_aside(self.model.day, self.fading)
        for stock in STOCKS:
            moved = pair.aside[stock] * q
            setattr(pair, stock, getattr(pair, stock) + moved)
            pair.aside[stock] -= moved
        pair.D += q * pair.left
        pair.left *= 1 - q

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
        fits = {action: self.fit(rule) if self.open(action) else 0.0 for action, rule in self.actions.items()}
        rates = {}
        for action in (each for each in self.actions if self.hand_of[each] == hand):
            rule = self.actions[action]
            if not self.eligible(action):
                rates[action] = Rate(0.0, 0.0)
                continue
            answer = self.answer(rule, fits[action], fits) if is_reply(rule) else 0.0
            drive = exp(sum_of(self.drivers[action], self.morning_reading))
            rates[action] = Rate(drive * (rule.rate.value + answer) * self.rested(action), answer)
        return rates

    def answer(self, rule: Action, fit: float, fits: dict[str, float]) -> float:
        """Its part of the replies to its target, divided by how well each fits; silence is one of them."""
        replies = self.traits.replies
        F = add_up(
            replies.silence.value, (fits[rival] for rival, its in self.actions.items() if its.target == rule.target)
        )
        return fit * (replies.rate.value * self.pairs[rule.target].provocation / F) if F != 0 else 0.0

    def open(self, action: str) -> bool:
        """Whether it could be done, but for its cooldown."""
        model, rule = self.model, self.actions[action]
        if not model.morning.means.get(action, True) or (rule.once and action in model.last):
            return False
        war = model.theatre.war
        return war is None or model.values[war.flag] == 0 or not closed_by_war(war, action, rule)

    def eligible(self, action: str) -> bool:
        last, model, rule = self.model.last.get(action), self.model, self.actions[action]
        if rule.order is not None and any(self.hand_of.get(each) == self.hand_of[action] for each in model.orders):
            return False
        cool = last is None or model.day - last >= rule.cooldown.value
        return cool and self.open(action)

    def rested(self, action: str) -> float:
        """How far it has recovered from having been done."""
        recovers, last = self.actions[action].recovers.value, self.model.last.get(action)
        if recovers == 0 or last is None:
            return 1.0
        return 1 - exp(-(LN2 / recovers) * (self.model.day - last))

    def fit(self, rule: Action) -> float:
        """How well an action answers what its target did; 0 for what is no reply."""
        if not is_reply(rule):
            return 0.0
        pair, replies = self.pairs[rule.target], self.traits.replies
        aim = (pair.provoking_rung + replies.overshoot.value) + replies.redline.value * pair.blood
        aim = aim + replies.firmness.value * pair.D
        gap = clip((rule.rung - aim) * (1 / replies.width.value), -24, 24)
        fit = rule.reply.value * exp(-0.5 * gap * gap)
        if pair.leading_action is not None:
            answered = self.model.theatre.actions[pair.leading_action]
            if rule.place and answered.place and rule.place != answered.place:
                fit = fit * replies.substitution.value
            if rule.instrument and answered.instrument and rule.instrument != answered.instrument:
                fit = fit * replies.variety.value
        return fit

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
            imposed = self.model.day if order.firm else None
            self.intents[hand] = Intent(action, cause=order.cause, imposed=imposed, ordered=order.given)

    def carry_out(self, intent: Intent) -> None:
        model, name = self.model, intent.action
        action = self.actions[name]
        deaths = self.deaths(intent, action)
        rung = action.lethal_rung if deaths > 0 and action.lethal_rung is not None else action.rung
        deniability = action.deniability.value
        if deaths > 0:
            deniability = deniability * model.theatre.ladder.lethal_deniability.value
        model.effects.gather(action.effects)
        for each, chance in sorted(action.may.items()):
            if model.dice.uniforms(model.day, MAY, f"{name}/{each}")[0] < chance.chance.value:
                model.effects.gather(chance.effects)
        if is_reply(action):
            self.discharge(action.target, rung, deniability)
        if action.calm.value > 0:
            self.calm(action)
        if action.attribute.value > 0:
            self.attribute(action)
        self.tally(action.target, model.severity(rung))
        for side, dead in dead_by_side(action, deaths).items():
            model.deaths[side] += dead
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

    def discharge(self, target: str, rung: int, deniability: float) -> None:
        share, S = self.traits.replies.discharge.value, self.model.severity(rung)
        for by in (target, *sorted(self.model.theatre.deciders[target].sponsors)):
            if by in self.pairs:
                pair = self.pairs[by]
                settled = share * in_proportion(S, pair.K)
                doubt = share * (1 - deniability) * in_proportion(S, pair.KP + pair.KQ)
                taken = {"P": settled, "Q": doubt, "B": settled, "KP": settled, "KQ": doubt}
                if self.traits.replies.probation.value > 0:
                    self.set_aside(pair, taken)
                for stock, part in taken.items():
                    setattr(pair, stock, getattr(pair, stock) * (1 - part))

    def set_aside(self, pair: Pair, taken: dict[str, float]) -> None:
        """What a reply settles is not gone before its probation is over."""
        day = self.model.day
        if pair.since < 0 or day - pair.since > self.traits.replies.probation.value:
            pair.aside = dict.fromkeys(STOCKS, 0.0)
        pair.bring_aside(day, self.fading)
        for stock, part in taken.items():
            pair.aside[stock] += part * getattr(pair, stock)
        pair.since, pair.left = day, 1.0

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

    def tally(self, target: str, S: float) -> None:
        """What is done is unanswered for now; the target suffered it, and has answered what it did itself."""
        impunity, toll = self.model.impunity, self.model.toll
        if (self.name, target) in impunity:
            impunity[self.name, target].points += S
        if (target, self.name) in toll:
            toll[target, self.name].points += S
        if (target, self.name) in impunity:
            its = impunity[target, self.name]
            its.points = max(0.0, its.points - S)

    # 4. Settle

    def settle(self) -> None:
        """Prices and variables are nobody's."""


def hand_of(name: str, action: Action) -> str:
    """Whose turn an action takes: that of its actor's common hand, of a hand with a name, or its own by accident."""
    actor, deed = name.split(".")
    if action.accident:
        return f"{actor}/{deed}"
    return actor if action.hand is None else f"{actor}/{action.hand}"


def closed_by_war(war: War, name: str, action: Action) -> bool:
    """Whether an act is not open while the war is on."""
    if war.rungs is not None and war.rungs[0] <= action.rung <= war.rungs[1]:
        return True
    return name in war.closes or action.instrument in war.closes


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


def in_proportion(S: float, K: float) -> float:
    """How far an act of severity S answers one of K in full."""
    ratio = S / K if K != 0 else 1.0
    return 1.0 if ratio > 1 else ratio


def dead_by_side(action: Action, deaths: int) -> dict[str, int]:
    """How many of each side die, in order of ids."""
    whose = None if action.casualties is None else action.casualties.whose
    if whose is None or isinstance(whose, str):
        return {whose or action.target: deaths}
    found, left = {}, deaths
    for side, share in sorted(whose.items()):
        found[side] = min(left, floor(share.value * deaths + 0.5))
        left -= found[side]
    return found | {max(whose): found[max(whose)] + left}


def first_grievance(term: Term) -> tuple[str, ...] | None:
    """The pair whose grievance a term reads first, as it is and not negated."""
    for factor in term.factors:
        if factor.quantity.kind in ("provocation", "blood") and not factor.negated:
            return factor.quantity.of
    return None
