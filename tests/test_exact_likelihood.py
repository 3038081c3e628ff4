"""On a theatre small enough to enumerate, particles find the exact likelihood of a record, and what it leaves open.

The enumeration knows nothing of the engine: it is that of one page of arithmetic, over all that may have happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np
import pytest

from sim.engine.particles import Particles
from sim.experiments.record.following import Followed
from sim.experiments.record.likelihood import Likelihood
from sim.theatre.language.record import HistoryFile
from tests.small_scenarios import START, Map, action, actor, scenario, theatre

DAYS = 5
RATES = {"a.push": 0.4, "a.raid": 0.25, "b.answer": 0.2, "b.shout": 0.3}
KILLS, MEAN_DEATHS = 0.4, 2.0

TINY = scenario(
    theatre(
        {"a": actor(), "b": actor()},
        {
            "a.push": action(1, "b", RATES["a.push"], effects={"heat": 0.3}),
            "a.raid": action(4, "b", RATES["a.raid"], casualties={"chance": KILLS, "deaths": MEAN_DEATHS}),
            "b.answer": action(5, "a", RATES["b.answer"], drivers={"heat": 2, "anger": 1}),
            "b.shout": action(1, "a", RATES["b.shout"], effects={"heat": -0.5}),
        },
        {"heat": {"kind": "unit", "start": 0.2}},
        conditions={"anger": {"deaths": ">= 1"}},
    ),
    DAYS,
)


@dataclass(frozen=True)
class Case:
    """A record as a file writes it, with days in the place of dates."""

    events: dict[str, Map]
    seen: dict[str, float] = field(default_factory=dict)

    def file(self) -> HistoryFile:
        covers = [{"actions": [name], "chance": chance} for name, chance in self.seen.items()]
        events = {name: event | {"on": dated(event["on"])} for name, event in self.events.items()}
        first_and_last = {"from": dated(0), "until": dated(DAYS - 1)}
        return HistoryFile.model_validate({"schema_version": 1, "events": events, "covers": covers} | first_and_last)

    def readings(self) -> Iterator[dict[tuple[int, str], tuple[str, Any]]]:
        """Yield all that the record may mean: by day and actor, the act and its deaths."""
        ways = []
        for event in self.events.values():
            on, do = event["on"], event["do"]
            days = [on] if isinstance(on, int) else range(on["from"], on["until"] + 1)
            acts = [do] if isinstance(do, str) else do["any_of"]
            ways.append([(day, act, event.get("deaths")) for day in days for act in acts])
        for each in product(*ways):
            found = {(day, act[0]): (act, deaths) for day, act, deaths in each}
            if len(found) == len(each):  # nobody acts twice a day
                yield found


def dated(on: Any) -> Any:
    return {end: dated(day) for end, day in on.items()} if isinstance(on, dict) else str(START + timedelta(days=on))


def chance_of_deaths(act: str, low: int, high: float) -> float:
    """The chance that an act kills no fewer and no more."""
    if act != "a.raid":
        return float(low == 0)
    survives = 1 - 1 / MEAN_DEATHS
    some = KILLS * (survives ** (max(low, 1) - 1) - survives**high) if high > 0 else 0.0
    return some + (1 - KILLS if low == 0 else 0.0)


def done(case: Case, name: str, known: tuple[str, Any] | None, heat: float, angry: bool):
    """Yield what an actor may do today as the record has it: act, whether it kills, and the chance of that."""
    drive = {"b.answer": exp(2 * heat + angry)}
    rates = {act: rate * drive.get(act, 1.0) for act, rate in RATES.items() if act[0] == name}
    total = 1 + sum(rates.values())
    if known is None:
        yield None, False, 1 / total
    for act, rate in rates.items():
        seen = case.seen.get(act, 0.0)
        if known is None:
            low, high, weight = 0, inf, (1 - seen) * rate / total
        elif known[0] == act:
            deaths = (0, inf) if known[1] is None else known[1] if isinstance(known[1], list) else [known[1]] * 2
            low, high, weight = *deaths, seen * rate / total
            if seen == 0.0:  # imposed, and what it was like is what is known of it
                weight = 1 / chance_of_deaths(act, low, high)
        else:
            continue
        if weight > 0:
            yield act, False, weight * chance_of_deaths(act, low, 0) if low == 0 else 0.0
            yield act, True, weight * chance_of_deaths(act, max(low, 1), high) if high > 0 else 0.0


def enumerated(case: Case) -> dict[tuple[float, bool], float]:
    """The chance of the record together with each evening of the last day: heat, and whether anybody has died."""
    found: dict[tuple[float, bool], float] = {}
    for reading in case.readings():
        now = {(0.2, False): 1.0}
        for day in range(DAYS):
            then: dict[tuple[float, bool], float] = {}
            for (heat, angry), chance in now.items():
                for a in done(case, "a", reading.get((day, "a")), heat, angry):
                    for b in done(case, "b", reading.get((day, "b")), heat, angry):
                        fall, rise = (0.5 if b[0] == "b.shout" else 1.0), (0.7 if a[0] == "a.push" else 1.0)
                        evening = heat * fall + (1 - heat) * (1 - rise), angry or a[1]
                        then[evening] = then.get(evening, 0.0) + chance * a[2] * b[2]
            now = then
        for evening, chance in now.items():
            found[evening] = found.get(evening, 0.0) + chance
    return found


def followed(case: Case, particles: int, sets: int) -> tuple[Particles, np.ndarray]:
    """The last evening of sets of particles, each on dice of its own, and their log likelihoods."""
    model = Followed(TINY, case.file()).particles(particles, 11, dice=np.arange(sets))
    found = np.zeros(sets)
    for _ in range(DAYS):
        model.step()
        found += model.evidence.sum(axis=0) + model.deaths_evidence.sum(axis=0)
    return model, found


ALL = dict.fromkeys(RATES, 1.0)

NOTHING_LATENT = {
    "one act": Case({"x": {"on": 1, "do": "b.answer"}}, ALL),
    "first and last day": Case({"x": {"on": 0, "do": "a.push"}, "y": {"on": 4, "do": "b.answer"}}, ALL),
    "both actors, and deaths": Case(
        {
            "x": {"on": 1, "do": "a.raid", "deaths": 3},
            "y": {"on": 1, "do": "b.shout"},
            "z": {"on": 2, "do": "b.answer", "deaths": 0},
        },
        ALL,
    ),
    "deaths in a range that leaves nothing open": Case({"x": {"on": 2, "do": "a.raid", "deaths": [2, 5]}}, ALL),
}

LATENT = {
    "an act that nothing covers drives one that is covered": Case(
        {"x": {"on": 2, "do": "b.answer"}, "y": {"on": 3, "do": "b.answer"}}, {"b.answer": 1.0}
    ),
    "half is in the record": Case(
        {"x": {"on": 1, "do": "a.raid"}, "y": {"on": 3, "do": "b.answer"}}, dict.fromkeys(RATES, 0.5)
    ),
    "one of two acts": Case(
        {"x": {"on": 2, "do": {"any_of": ["a.raid", "b.answer"]}}, "y": {"on": 4, "do": "b.answer"}},
        {"a.raid": 0.8, "b.answer": 1.0},
    ),
    "some day of a period": Case(
        {"x": {"on": {"from": 0, "until": 3}, "do": "b.answer"}, "y": {"on": 4, "do": "b.answer"}},
        {"b.answer": 1.0, "a.push": 0.3},
    ),
    "two acts that take each other's days": Case(
        {
            "x": {"on": {"from": 1, "until": 3}, "do": "b.answer"},
            "y": {"on": {"from": 2, "until": 3}, "do": {"any_of": ["b.answer", "a.raid"]}},
            "z": {"on": {"from": 2, "until": 4}, "do": "b.shout"},
        },
        {"b.answer": 1.0, "a.raid": 0.5, "b.shout": 0.9},
    ),
    "a range of deaths": Case(
        {"x": {"on": 1, "do": "a.raid", "deaths": [0, 2]}, "y": {"on": 3, "do": "b.answer"}},
        {"a.raid": 1.0, "b.answer": 1.0},
    ),
    "imposed, and covered by nothing": Case(
        {"x": {"on": 0, "do": "a.raid"}, "y": {"on": 2, "do": "b.answer"}, "z": {"on": 2, "do": "a.push"}},
        {"b.answer": 1.0},
    ),
}


@pytest.mark.parametrize("case", NOTHING_LATENT.values(), ids=NOTHING_LATENT)
def test_where_nothing_is_latent_one_particle_has_the_likelihood(case):
    exact = log(sum(enumerated(case).values()))
    _, found = followed(case, 1, 3)
    assert found == pytest.approx([exact] * 3, abs=1e-12)


@pytest.mark.parametrize("case", LATENT.values(), ids=LATENT)
@pytest.mark.parametrize("particles", [1, 6])
def test_where_something_is_latent_the_likelihood_is_unbiased(case, particles):
    """So is each evening together with it: what the record missed is drawn as it was, given the record."""
    exact = enumerated(case)
    model, found = followed(case, particles, 3000)
    likelihoods = np.exp(found)
    assert_mean(likelihoods, sum(exact.values()))
    assert likelihoods.std() > 0.0
    share = model.share.reshape(-1, particles)
    heat, died = (each.reshape(-1, particles) for each in (model.world.x[0], model.world.deaths[-1] > 0))
    angry = sum(chance for (_, angry), chance in exact.items() if angry)
    assert_mean(likelihoods * (share * died).sum(axis=1), angry)
    assert_mean(likelihoods * (share * heat).sum(axis=1), sum(chance * heat for (heat, _), chance in exact.items()))
    likeliest, chance = max(exact.items(), key=lambda evening: evening[1])
    here = (abs(heat - likeliest[0]) < 1e-9) & (died == likeliest[1])
    assert_mean(likelihoods * (share * here).sum(axis=1), chance)


def assert_mean(values: np.ndarray, expected: float) -> None:
    """Within four standard errors, which are small beside what is expected."""
    error = values.std(ddof=1) / sqrt(len(values))
    assert abs(values.mean() - expected) <= 4 * error + 1e-12
    assert error < 0.1 * expected


def test_more_particles_know_it_better():
    case = LATENT["half is in the record"]
    spread = [followed(case, particles, 400)[1].std() for particles in (2, 32)]
    assert spread[1] < 0.5 * spread[0]


def test_the_likelihood_of_many_sets_is_that_of_each():
    case = LATENT["some day of a period"]
    likelihood = Likelihood(TINY, case.file(), ["actions.a.push.rate"], 8, 11)
    rates, dice = np.array([[0.4], [0.4], [0.1]]), np.array([0, 1, 1])
    found = likelihood.many(rates, dice)
    assert found[:2].tolist() == followed(case, 8, 2)[1].tolist()
    assert found.tolist() == [likelihood.many(rates[[k]], dice[[k]])[0] for k in range(3)]
