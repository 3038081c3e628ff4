"""Where acts are ordered before they are done, particles find the exact likelihood of what is recorded of the acts.

The enumeration knows nothing of the engine, nor of particles: it goes through all that may have been decided and
called off, and asks of each act that was done whether the record has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from math import exp

import numpy as np
import pytest

from sim.experiments.record.following import Followed, Following
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START, Map, action, actor, scenario, theatre
from tests.test_exact_likelihood import assert_mean, dated

DAYS = 5
RATES = {"a.halt": 0.3, "a.speak": 0.4, "a.strike": 0.5, "a.stop": 0.6, "b.answer": 0.2}
HANDS = {"a": ("a.halt", "a.speak", "a.strike"), "a/table": ("a.stop",), "b": ("b.answer",)}
CALLS_OFF = "a.halt", "a.stop"


def tiny(lead: int, days: int = DAYS) -> Scenario:
    """One actor that strikes a day or more after it has ordered that, unless one of its hands calls it off."""
    acts = {
        "a.halt": action(1, "b", RATES["a.halt"], calls_off=["a.strike"]),
        "a.speak": action(1, "b", RATES["a.speak"], effects={"heat": -0.4}),
        "a.strike": action(5, "b", RATES["a.strike"], effects={"heat": 0.5}, order={"lead": lead}),
        "a.stop": action(0, "b", RATES["a.stop"], hand="table", calls_off=["a.strike"]),
        "b.answer": action(4, "a", RATES["b.answer"], drivers={"heat": 3}),
    }
    return scenario(theatre({"a": actor(), "b": actor()}, acts, {"heat": {"kind": "unit", "start": 0.1}}), days)


@dataclass(frozen=True)
class Case:
    """A record as a file writes it, with days in the place of dates."""

    lead: int
    events: dict[str, Map]
    seen: dict[str, float]

    def file(self) -> HistoryFile:
        covers = [{"actions": [name], "chance": chance} for name, chance in self.seen.items()]
        events = {name: event | {"on": dated(event["on"])} for name, event in self.events.items()}
        written = {"schema_version": 1, "events": events, "covers": covers, "from": dated(0), "until": dated(DAYS - 1)}
        return HistoryFile.model_validate(written)

    def readings(self) -> Iterator[dict[tuple[int, str], str]]:
        """Yield all that the record may mean: the act of each day and hand."""
        ways = []
        for event in self.events.values():
            on, do = event["on"], event["do"]
            days = [on] if isinstance(on, int) else range(on["from"], on["until"] + 1)
            ways.append([(day, act) for day in days for act in ([do] if isinstance(do, str) else do["any_of"])])
        for each in product(*ways):
            found = {(day, hand_of(act)): act for day, act in each}
            if len(found) == len(each):  # no hand acts twice a day
                yield found


def hand_of(act: str) -> str:
    return next(hand for hand, acts in HANDS.items() if act in acts)


World = tuple[float, int | None]
"""Heat, and the day on which the strike is due that has been ordered."""


def decided(hand: str, world: World) -> Iterator[tuple[str | None, float]]:
    """Yield what a hand may decide, and how likely that is."""
    heat, due = world
    rates = {act: RATES[act] * (exp(3 * heat) if act == "b.answer" else 1.0) for act in HANDS[hand]}
    if due is not None:
        rates.pop("a.strike", None)
    total = 1 + sum(rates.values())
    yield None, 1 / total
    for act, rate in rates.items():
        yield act, rate / total


def day_after(case: Case, known: dict[str, str], day: int, world: World) -> Iterator[tuple[World, float]]:
    """Yield each evening that the day may have, and how likely it and its record are."""
    for each in product(*(decided(hand, world) for hand in HANDS)):
        heat, due = world
        done = {hand: act for hand, (act, _) in zip(HANDS, each, strict=True) if act is not None}
        if any(act in CALLS_OFF for act in done.values()):
            due = None
        if done.get("a") == "a.strike":
            del done["a"]
            due = day + case.lead
        if due == day:
            done["a"], due = "a.strike", None
        chance = float(np.prod([part for _, part in each]))
        for hand in HANDS:
            act = done.get(hand)
            seen = 0.0 if act is None else case.seen.get(act, 0.0)
            chance *= (1 - seen) if hand not in known else seen if known[hand] == act else 0.0
        if chance > 0:
            fall = 0.6 if done.get("a") == "a.speak" else 1.0
            rise = 0.5 if done.get("a") == "a.strike" else 1.0
            yield (heat * fall + (1 - heat) * (1 - rise), due), chance


def enumerated(case: Case) -> dict[World, float]:
    """The chance of the record together with each evening of the last day."""
    found: dict[World, float] = {}
    for reading in case.readings():
        now: dict[World, float] = {(0.1, None): 1.0}
        for day in range(DAYS):
            then: dict[World, float] = {}
            known = {hand: act for (on, hand), act in reading.items() if on == day}
            for world, chance in now.items():
                for evening, part in day_after(case, known, day, world):
                    then[evening] = then.get(evening, 0.0) + chance * part
            now = then
        for evening, chance in now.items():
            found[evening] = found.get(evening, 0.0) + chance
    return found


ALL, PARTLY = dict.fromkeys(RATES, 1.0), dict.fromkeys(RATES, 0.6)
STRIKE = {"strike": {"on": 2, "do": "a.strike"}}
ANSWER = {"answer": {"on": 4, "do": "b.answer"}}

CASES = {
    "a strike, and all is covered": Case(1, STRIKE | ANSWER, ALL),
    "a strike, and all is covered in part": Case(1, STRIKE | ANSWER, PARTLY),
    "a strike ordered two days before": Case(2, STRIKE | ANSWER, PARTLY),
    "what may have called it off is covered by nothing": Case(2, STRIKE, {"a.strike": 0.9, "a.speak": 0.7}),
    "no strike where all would be seen": Case(1, ANSWER, ALL),
    "no strike where some would be seen": Case(2, ANSWER, PARTLY),
    "called off, as far as is known": Case(1, {"stop": {"on": 2, "do": "a.stop"}} | ANSWER, PARTLY),
    "the same hand halts": Case(2, {"halt": {"on": 3, "do": "a.halt"}}, PARTLY),
    "the hand does something else on the day of a strike": Case(1, {"word": {"on": 2, "do": "a.speak"}}, PARTLY),
    "two strikes": Case(1, {"first": {"on": 1, "do": "a.strike"}, "second": {"on": 3, "do": "a.strike"}}, PARTLY),
    "a strike on some day": Case(1, {"strike": {"on": {"from": 2, "until": 4}, "do": "a.strike"}}, PARTLY),
    "a strike or a word": Case(
        1, {"one": {"on": {"from": 2, "until": 3}, "do": {"any_of": ["a.strike", "a.speak"]}}} | ANSWER, PARTLY
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("particles", [1, 6])
def test_the_likelihood_of_acts_that_are_ordered_is_unbiased(case, particles):
    """So is each evening together with it."""
    exact, sets = enumerated(case), 4000
    model = Followed(tiny(case.lead), case.file()).particles(particles, 11, dice=np.arange(sets))
    found = np.zeros(sets)
    for _ in range(DAYS):
        model.step()
        found += model.evidence.sum(axis=0) + model.deaths_evidence.sum(axis=0)
    likelihoods = np.exp(found)
    assert_mean(likelihoods, sum(exact.values()))
    heat = (model.share * model.world.x[0]).reshape(-1, particles).sum(axis=1)
    assert_mean(likelihoods * heat, sum(chance * heat for (heat, _), chance in exact.items()))
    stands = (model.share * (model.state.orders.due[0] >= 0)).reshape(-1, particles).sum(axis=1)
    assert_mean(likelihoods * stands, sum(chance for (_, due), chance in exact.items() if due is not None))


def test_the_chance_that_is_told_of_an_ordered_act_is_that_of_its_order_where_it_is_not_called_off():
    """On the day of the act: what others did that day is known by then."""
    case = Case(1, STRIKE, ALL)
    model = Followed(tiny(1), case.file()).particles(2, 1, expecting=True)
    told = []
    for _ in range(DAYS):
        model.step()
        told.append((model.chance[0, 0], model.expected[model.program.actions.index("a.strike")]))
    nothing_before = RATES["a.strike"] / (1 + RATES["a.strike"])  # halting and speaking would have been seen
    assert told[2][0] == pytest.approx(nothing_before)
    assert [chance for day, (chance, _) in enumerate(told) if day != 2] == [0.0] * 4


def test_a_strike_is_expected_when_it_falls_due_and_is_not_called_off():
    """Not when it is ordered; where calling off would have been seen, by what was not."""
    quiet = {"word": {"on": 4, "do": "a.speak"}}
    model = Followed(tiny(1), Case(1, quiet, ALL).file()).particles(20_000, 1, expecting=True)
    strike, told = model.program.actions.index("a.strike"), []
    for _ in range(2):
        model.step()
        told.append(model.expected[strike])
    ordered = RATES["a.strike"] / (1 + RATES["a.strike"])
    stands, stands_not = ordered * (1.4 / 1.7), (1 - ordered) * (1.5 / 2.2)  # not halted; neither halted nor spoken
    assert told == [0.0, pytest.approx(stands / (stands + stands_not), abs=0.02)]


# Forks


def futures(until: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Fingerprints of futures of the evening of day 2, and how many strike on day 3, by a record to some day."""
    seen = {name: 1.0 for name in RATES if name != "b.answer"} | {"b.answer": 0.5}
    events = {"word": {"on": 0, "do": "a.speak"}, "strike": {"on": 3, "do": "a.strike"}}
    file = Case(1, events | ANSWER, seen).file()
    following = Following(tiny(1, 20), file, 400, seed, to=START + timedelta(days=until))
    for _ in range(3):
        following.step()
        assert not following.model.resampled.any()
    forks = following.fork(6, 1)
    strikes = forks.program.actions.index("a.strike")
    digests = []
    for _ in range(6):
        forks.step()
        digests.append(forks.digest())
    return np.array(digests), forks.world.last_day[strikes]


def test_a_fork_does_not_know_what_the_record_tells_of_later():
    """Neither that an act was ordered, nor how likely that was: its futures are those of the record up to its day."""
    (whole, struck), (cut, _) = futures(4), futures(2)
    assert np.array_equal(whole, cut)
    assert 0.1 < (struck == 3).mean() < 0.5
