"""Particles over the oracle, written from ODD 7.8: worlds that follow a record, are weighed, and resampled."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor, inf, isfinite
from typing import NamedTuple

from sim.theatre.compiled.arithmetic import exp, geometric, log
from sim.theatre.language.record import HistoryFile, placed
from sim.theatre.language.scenario import Scenario, as_script, as_series

from .actor import ActorAgent, Intent, Order, hand_of
from .dice import CASUALTIES, DECIDE, POSSIBLE, RESAMPLE, Dice, within
from .reading import add_up, clip
from .reference import ReferenceModel

LEAST = 1e-9
"""The chance that is counted of what is impossible."""


class Way(NamedTuple):
    """How a recorded act may have happened."""

    day: int
    """When it was decided."""
    action: str
    hand: str
    done: int

    def closes(self, other: "Way") -> bool:
        """Whether the other cannot have been as well: their hand does one act a day, and has one order of an act."""
        if self.hand != other.hand:
            return False
        orders = self.action == other.action and self.day < self.done and other.day < other.done
        return (
            self.day == other.day
            or self.done == other.done
            or (orders and self.day <= other.done and other.day <= self.done)
        )


@dataclass(frozen=True)
class RecordedAct:
    """An act of the record, and all ways in which it may have happened."""

    name: str
    ways: tuple[Way, ...]
    deaths: tuple[int, int] | None


class Record:
    """What a history file says of the days of a scenario."""

    def __init__(self, scenario: Scenario, file: HistoryFile):
        self.scenario, self.file = scenario, file
        self.days = (min(file.last, scenario.end) - scenario.start).days + 1
        self.rungs = {name: action.rung for name, action in scenario.theatre.actions.items()}
        self.hands = {name: hand_of(name, action) for name, action in scenario.theatre.actions.items()}
        self.surely: dict[str, Way] = {}
        self._find_sure()
        acts = [
            RecordedAct(name, tuple(sorted(ways, key=lambda way: way.day)), event.death_range)
            for name, event in file.events.items()
            if (ways := [way for way in self._ways(name) if 0 <= way.done < self.days])
        ]
        self.acts = sorted(acts, key=lambda act: (act.ways[0].day, act.name))

    def _find_sure(self) -> None:
        """Acts that can have happened in one way only, each on a day of its hand's own."""
        sure = {name: event for name, event in self.file.events.items() if len(event.acts) == len(event.days) == 1}
        acts = ((name, event.day, self.hands[event.acts[0]], self.rungs[event.acts[0]]) for name, event in sure.items())
        on = {name: self.day(day) for name, day in placed(acts).items()}
        for name, done in on.items():
            action = sure[name].acts[0]
            self.surely[name] = Way(done, action, self.hands[action], done)
        for name in sorted(on, key=lambda name: (on[name], name)):
            self.surely[name] = self._way(on[name], sure[name].acts[0])

    def _way(self, done: int, action: str) -> Way:
        """With its order before it, if the hand's turn was free then and no other order of the act stood."""
        hand = self.hands[action]
        if self.scenario.theatre.actions[action].order is None:
            return Way(done, action, hand, done)
        given = next((day for day in range(done, -1, -1) if day + self.lead(action, day) == done), -1)
        way = Way(given, action, hand, done)
        taken = any(
            (way.day, way.hand) in ((sure.day, sure.hand), (sure.done, sure.hand))
            or (sure.done != done and sure.day < sure.done and sure.action == action and sure.closes(way))
            for sure in self.surely.values()
        )
        return Way(done, action, hand, done) if way.day < 0 or taken else way

    def lead(self, action: str, day: int) -> int:
        """How many days an order that is given on a day takes."""
        lead, path = self.scenario.theatre.actions[action].order.lead.value, f"actions.{action}.order.lead"
        for change in sorted(self.scenario.changes.values(), key=lambda each: each.on):
            lead = change.set.get(path, lead) if self.day(change.on) <= day else lead
        return ceil(lead)

    def _ways(self, name: str) -> list[Way]:
        if name in self.surely:
            return [self.surely[name]]
        event = self.file.events[name]
        taken = {(day, way.hand) for way in self.surely.values() for day in (way.day, way.done)}
        ways = [self._way(self.day(on), action) for on in event.days for action in event.acts]
        return [way for way in ways if (way.done, way.hand) not in taken]

    def day(self, on: date) -> int:
        return (on - self.scenario.start).days

    def seen(self, action: str, day: int) -> float:
        """The chance that an act is in the record if it is done on a day."""
        on = self.scenario.start + timedelta(days=day)
        return 0.0 if on < self.file.first else self.file.chance(action, self.rungs[action], on)

    def covers(self, act: RecordedAct) -> bool:
        return self.seen(act.ways[0].action, act.ways[0].done) > 0

    def speaks_of(self, hand: str, day: int) -> bool:
        if day >= self.days:
            return False
        covered = any(self.seen(action, day) > 0 for action in self.rungs if self.hands[action] == hand)
        return covered or self.may_have_acted(hand, day) or self.order_may_be_due(hand, day) or self.stops(hand, day)

    def stops(self, hand: str, day: int) -> bool:
        """Whether an action of the hand could have called off what a recorded act may have been ordered for."""
        stopped = {each for action in self.rungs if self.hands[action] == hand for each in self.calls_off(action)}
        ways = (way for act in self.acts for way in act.ways)
        return any(way.action in stopped and way.day < day <= way.done for way in ways)

    def calls_off(self, action: str) -> tuple[str, ...]:
        return tuple(self.scenario.theatre.actions[action].calls_off)

    def may_have_acted(self, hand: str, day: int) -> bool:
        return any((way.day, way.hand) == (day, hand) for act in self.acts for way in act.ways)

    def order_may_be_due(self, hand: str, day: int) -> bool:
        return any((way.done, way.hand) == (day, hand) and way.day < day for act in self.acts for way in act.ways)


class FollowingAgent(ActorAgent):
    """An actor whose hands do what is recorded of them, and otherwise what the record would have missed."""

    def decide(self) -> None:
        self.gain, self.gain_of_deaths = dict.fromkeys(self.hands, 0.0), dict.fromkeys(self.hands, 0.0)
        self.gain_of_orders, self.gain_of_ordered_deaths = (dict.fromkeys(self.hands, -inf) for _ in range(2))
        self.chance, self.chance_of_order = dict.fromkeys(self.hands, 0.0), dict.fromkeys(self.hands, 0.0)
        self.chances: dict[str, float] = {}
        self.intents = {}
        for hand in self.hands:
            if not self.model.known.speaks_of(hand, self.model.day):
                if self.model.failed is None:
                    self.choose(hand)
                continue
            if self.model.failed is None:
                self.follow(hand)
            if self.model.failed is not None:
                self.gain[hand] = self.gain_of_deaths[hand] = -inf

    def follow(self, hand: str) -> None:
        rates, before, running = self.rates(hand), 0.0, 0.0
        each = {}
        for action, rate in rates.items():
            running = before + rate.total
            each[action] = running - before
            before = running
        total = running
        if not isfinite(total):
            self.model.fail(f"choice of {self.name}")
            return
        self.chances |= {action: self.seen(action) * (rate / (1 + total)) for action, rate in each.items()}
        self.chances |= {action: 0.0 for action in each if self.model.forbids(action) or self.is_ordered(action)}
        act, way = self.model.recorded(hand) or (None, None)
        if way is None or way.done > self.model.day:
            M, drawn = self.draw(hand, each, total)
            if drawn is not None:
                self.intents[hand] = Intent(drawn, cause=self.cause(drawn, rates[drawn]))
            if way is None:
                return
            self.hold_back(way.action, each[way.action], M, self.intents.get(hand))
        action, deaths = way.action, None
        if way.done == self.model.day:
            self.chance[hand] = self.chances[action]
            if self.seen(action) > 0 and not self.is_ordered(action):
                self.gain[hand] = log(max(self.chance[hand], LEAST))
            if act.deaths is not None:
                deaths, self.gain_of_deaths[hand] = self.deaths_within(action, *act.deaths)
        cause = self.cause(action, rates[action])
        self.intents[hand] = Intent(action, cause=cause, deaths=deaths, imposed=way.done)

    def hold_back(self, action: str, rate: float, M: float, drawn: Intent | None) -> None:
        """Keep the chance of an order that is imposed until it is known of, and what the hand would have ordered."""
        self.model.held[action] = 0.0 if self.model.forbids(action) else rate / (1 + M)
        self.model.instead.pop(action, None)
        if drawn is not None and self.is_ordered(drawn.action):
            due = self.model.day + ceil(self.actions[drawn.action].order.lead.value)
            order = Order(due=due, given=self.model.day, cause=drawn.cause, firm=False)
            self.model.instead[action] = drawn.action, order

    def adjudicate(self) -> None:
        for hand in self.hands:
            self.gain_of_orders[hand] = add_up(0.0, (self.fallen_due(hand, a) for a in self.due_today(hand)))
        self.command()
        for hand in self.hands:
            self.gain_of_ordered_deaths[hand] = 0.0
            due = self.model.recorded_order(hand)
            if due is not None and due.deaths is not None:
                intent = self.intents[hand]
                deaths, self.gain_of_ordered_deaths[hand] = self.deaths_within(intent.action, *due.deaths)
                self.intents[hand] = replace(intent, deaths=deaths)
        self.carry_all_out()

    def due_today(self, hand: str) -> list[str]:
        """What the hand has ordered for today, in order."""
        orders = self.model.orders
        return [a for a in self.actions if self.hand_of[a] == hand and a in orders and orders[a].due == self.model.day]

    def fallen_due(self, hand: str, action: str) -> float:
        """What it tells that an order is, or is not, in the record on the day on which it is due."""
        seen = self.seen(action) if self.model.known.speaks_of(hand, self.model.day) else 0.0
        if self.model.orders[action].firm:
            self.chance_of_order[hand] = 0.0 if self.model.forbids(action) else seen * self.model.held[action]
            self.chances[action] = self.chance_of_order[hand]
            return log(max(self.chance_of_order[hand], LEAST)) if seen > 0 else 0.0
        if self.model.forbids(action) or any(self.model.orders[each].firm for each in self.due_today(hand)):
            return 0.0
        mine = self.intents.get(hand)
        if any(action in self.actions[intent.action].calls_off for intent in self.intents.values()):
            after_all = mine is not None and mine.imposed is None and action not in self.actions[mine.action].calls_off
            return log(max(1 - self.seen(mine.action), LEAST)) if after_all else 0.0
        if mine is not None and mine.imposed == self.model.day:
            return log(LEAST) if mine.action != action and self.seen(mine.action) > 0 else 0.0
        self.chances[action] = seen
        return log(max(1 - seen, LEAST))

    def is_ordered(self, action: str) -> bool:
        return self.actions[action].order is not None

    def seen(self, action: str) -> float:
        return self.model.known.seen(action, self.model.day)

    def share_seen(self, hand: str, action: str) -> float:
        """The chance that the record would have it, were it drawn today."""
        model, orders = self.model, self.model.orders
        called_off = self.actions[action].calls_off
        if model.forbids(action):
            return 0.0
        if any(each in orders and orders[each].firm for each in called_off):
            return 1.0
        done_instead = [each for each in self.due_today(hand) if orders[each].firm or not model.forbids(each)]
        if self.is_ordered(action) or any(each not in called_off for each in done_instead):
            return 0.0
        return self.seen(action)

    def draw(self, hand, each, total) -> tuple[float, str | None]:
        """Draw an action, or hold, given that nothing is recorded; return M too."""
        missed, M = {}, 0.0
        for action, rate in each.items():
            M = M + (1 - self.share_seen(hand, action)) * rate
            missed[action] = M
        self.gain[hand] = log((1 + M) / (1 + total))
        u, _ = self.model.dice.uniforms(self.model.day, DECIDE, hand)
        drawn = next((action for action, running in missed.items() if running > u * (1 + M)), None)
        return M, None if drawn is None or self.model.forbids(drawn) else drawn

    def deaths_within(self, name: str, l: int, h: int) -> tuple[int, float]:  # noqa: E741  the names of the ODD
        casualties = self.actions[name].casualties
        c, g = (0.0, 0.0) if casualties is None else (casualties.chance.value, geometric(casualties.deaths.value))

        def q(n: int) -> float:
            return 1.0 if n <= 1 else exp((n - 1) / g) if g < 0 else 0.0

        none, low = 1 - c if l == 0 else 0.0, q(max(l, 1))
        some = c * (low - q(h + 1)) if h > 0 else 0.0
        gain = log(max(none + some, LEAST)) if self.seen(name) > 0 else 0.0
        if l == h or none + some == 0:
            return l, gain
        u, _ = self.model.dice.uniforms(self.model.day, CASUALTIES, name)
        if u * (none + some) < none:
            return 0, gain
        v = within(self.model.dice.words(self.model.day, CASUALTIES, name)[1])
        return int(clip(1 + floor(log(low - v * (low - q(h + 1))) * g), max(l, 1), h)), gain


class Particle(ReferenceModel):
    """One world that follows a record."""

    actor_type = FollowingAgent

    def __init__(self, scenario: Scenario, record: Record, **key: int):
        self.known = record
        self.picked: dict[str, Way | None] = {}
        self.held: dict[str, float] = {}
        """The chance of each order that is imposed, until it is due."""
        self.instead: dict[str, tuple[str, Order]] = {}
        """The order that would have been given in its place."""
        super().__init__(scenario, **key)

    def pick(self, act: RecordedAct) -> int:
        """Pick one of the ways that earlier picks leave; return how many these are."""
        others = [way for other, way in self.ways() if other is not act]
        left = [way for way in act.ways if not any(way.closes(other) for other in others)]
        u, _ = self.dice.uniforms(self.day, POSSIBLE, act.name)
        self.picked[act.name] = left[floor(u * len(left))] if left else None
        return len(left)

    def recorded(self, hand: str) -> tuple[RecordedAct, Way] | None:
        """What the record has a hand decide today, as this world has picked it."""
        return next(((act, way) for act, way in self.ways() if (way.day, way.hand) == (self.day, hand)), None)

    def recorded_order(self, hand: str) -> RecordedAct | None:
        """What the record has had a hand order before, and do today."""
        due = ((act, way) for act, way in self.ways() if way.day < way.done)
        return next((act for act, way in due if (way.done, way.hand) == (self.day, hand)), None)

    def ways(self) -> Iterator[tuple[RecordedAct, Way]]:
        """In which way each recorded act was, as far as this world has picked."""
        for act in self.known.acts:
            way = self.picked[act.name] if act.name in self.picked else act.ways[0] if len(act.ways) == 1 else None
            if way is not None:
                yield act, way

    def heir(self, place: int) -> "Particle":
        """A copy that goes on with the dice of its place; what never changes is shared."""
        fixed = (self.case, self.theatre, self.known, *self.theatre.actions.values(), *self.theatre.deciders.values())
        copy = deepcopy(self, {id(each): each for each in fixed})
        copy.dice = Dice(self.dice.seed, place, self.dice.branch)
        return copy

    def free(self, case: Scenario, branch: int) -> None:
        """Follow the record no longer, from this morning on, by the rules of a case and the dice of a branch."""
        self.case, self.script, self.known = case, case.script, Silence()
        firm = sorted(action for action, order in self.orders.items() if order.firm)
        self.orders = {action: order for action, order in self.orders.items() if not order.firm}
        for action in firm:
            other, order = self.instead.get(action, (None, None))
            if order is not None and order.due >= self.day:
                self.orders[other] = order
        self.dice = Dice(self.dice.seed, self.dice.run, branch)


class Silence:
    """A record that says nothing."""

    acts = ()

    def speaks_of(self, hand: str, day: int) -> bool:
        return False


class ReferenceFilter:
    """A set of particles, day by day; after each step it shows the evening, as resampled."""

    def __init__(self, scenario: Scenario, file: HistoryFile, particles: int, seed: int, k: int = 0):
        last = min(file.last, scenario.end)
        told = as_script(file, scenario.theatre, scenario.start, last)
        series = as_series(file, scenario.start, last)
        outside = {name: entry for name, entry in told.items() if entry.do is None}
        self.case = scenario.model_copy(update={"script": outside, "series": series, "history_until": None})
        self.record, self.n, self.seed, self.k, self.day = Record(self.case, file), particles, seed, k, 0
        self.particles = [Particle(self.case, self.record, seed=seed, run=r, branch=k) for r in range(particles)]
        self.w = [-log(float(particles))] * particles
        self.share = [1 / particles] * particles
        self.effective, self.resampled = float(particles), False
        self.actors = list(self.case.theatre.deciders)
        self.hands = {hand: hand.split("/")[0] for hand in sorted(set(self.record.hands.values()))}
        """Whose they are."""

    def step(self) -> None:
        self.evidence = dict.fromkeys([*self.actors, None], 0.0)
        self.evidence_of_deaths = dict.fromkeys(self.actors, 0.0)
        self.moment: dict[str, list[float]] = {}
        """What each particle counts when orders of a hand fall due."""
        self.pick()
        for particle in self.particles:
            particle.step()
        for hand, actor in self.hands.items():
            if self.record.speaks_of(hand, self.day):
                agents = self.agents(actor)
                self.take_in([agent.gain[hand] for agent in agents], self.evidence, actor)
                if self.record.may_have_acted(hand, self.day):
                    self.take_in([agent.gain_of_deaths[hand] for agent in agents], self.evidence_of_deaths, actor)
        for actor in self.actors:
            self.take_in_orders(actor, self.agents(actor))
        self.note_chances()
        self.day += 1
        failed = [particle.failed is not None for particle in self.particles]
        if any(w > -inf and lost for w, lost in zip(self.w, failed, strict=True)):
            self.take_in([-inf if lost else 0.0 for lost in failed], self.evidence, None)
        self.share = [exp(w) if w > -inf else 0.0 for w in self.w]
        squares = add_up(0.0, (share * share for share in self.share))
        self.effective = 1 / squares if squares > 0 else 0.0
        self.resampled = 0 < self.effective < self.n / 2
        if self.resampled:
            heirs = self.heirs(self.n, self.k)
            self.particles = [self.particles[origin].heir(place) for place, origin in enumerate(heirs)]
            self.w, self.share = [-log(float(self.n))] * self.n, [1 / self.n] * self.n

    def take_in_orders(self, actor: str, agents: list[FollowingAgent]) -> None:
        mine = [hand for hand, of in self.hands.items() if of == actor]
        for hand in (hand for hand in mine if any(map(agents[0].is_ordered, self.actions_of(hand)))):
            if self.record.speaks_of(hand, self.day):
                self.moment[hand] = [exp(w) if w > -inf else 0.0 for w in self.w]
                self.take_in([agent.gain_of_orders[hand] for agent in agents], self.evidence, actor)
        for hand in (hand for hand in mine if self.record.order_may_be_due(hand, self.day)):
            self.take_in([agent.gain_of_ordered_deaths[hand] for agent in agents], self.evidence_of_deaths, actor)

    def actions_of(self, hand: str) -> list[str]:
        return [action for action, of in self.record.hands.items() if of == hand]

    def agents(self, actor: str) -> list[FollowingAgent]:
        return [next(a for a in p.agents if getattr(a, "name", None) == actor) for p in self.particles]

    def pick(self) -> None:
        for act in self.record.acts:
            if len(act.ways) > 1 and act.ways[0].day == self.day:
                left = [particle.pick(act) for particle in self.particles]
                if self.record.covers(act):
                    gains = [log(float(f)) if f > 0 else log(LEAST) for f in left]
                    gains = [g if p.failed is None else -inf for g, p in zip(gains, self.particles, strict=True)]
                    self.take_in(gains, self.evidence, None)

    def take_in(self, gains: list[float], evidence: dict, of: str | None) -> None:
        self.w = [w + gain for w, gain in zip(self.w, gains, strict=True)]
        m = max(self.w)
        if m == -inf:
            evidence[of] = -inf
            return
        e = m + log(add_up(0.0, (exp(w - m) for w in self.w if w > -inf)))
        evidence[of] += e
        self.w = [w - e for w in self.w]

    def note_chances(self) -> None:
        """The chance of each hand's recorded act, and of every covered act, by the shares of the morning.

        Of acts that had been ordered, by those of the moment.
        """
        self.chance, self.expected = {}, {}
        for hand, actor in self.hands.items():
            agents, then = self.agents(actor), self.moment.get(hand, [0.0] * self.n)
            decided = self.mean(self.share, [agent.chance[hand] for agent in agents])
            self.chance[hand] = self.mean(then, [agent.chance_of_order[hand] for agent in agents], decided)
            for action in self.actions_of(hand):
                share = then if agents[0].is_ordered(action) else self.share
                self.expected[action] = self.mean(share, [agent.chances.get(action, 0.0) for agent in agents])

    @staticmethod
    def mean(shares: list[float], values: list[float], base: float = 0.0) -> float:
        return add_up(base, (share * value for share, value in zip(shares, values, strict=True)))

    def fork(self, number: int, branch: int, case: Scenario) -> list[Particle]:
        """So many worlds that stand where particles stand, and go on freely."""
        found = [self.particles[origin].heir(j) for j, origin in enumerate(self.heirs(number, branch))]
        for particle in found:
            particle.free(case, branch)
        return found

    def heirs(self, number: int, branch: int) -> list[int]:
        """Systematic resampling, for the morning to come."""
        u, _ = Dice(self.seed, 0, branch).uniforms(self.day, RESAMPLE, None)
        T = add_up(0.0, self.share)
        found = []
        for j in range(number):
            running, origin = 0.0, 0
            for r, share in enumerate(self.share):
                running = running + share
                if share > 0:
                    origin = r
                if running > (u + j) / number * T:
                    break
            found.append(origin)
        return found
