"""Surprise: which recorded acts a scenario found least likely, by which of its rules, and where it was hot or cold."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.floating import usual
from sim.engine.explain import ActionRate, Answer, Choice, forbidden
from sim.engine.particles import Particles
from sim.engine.reasons import representative
from sim.replays.unavailable import reasons
from sim.text import WIDTH, finite_or_none, number, percent
from sim.theatre.files.errors import shown
from sim.theatre.files.load import load_either
from sim.theatre.files.locate import Named
from sim.theatre.files.resolve import Resolved, entry
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Action
from sim.theatre.language.terms import Term

from .filter import Filtered, filter

Date = date  # which a field is called too

MOST_RULES = 3
LITTLE = 1.5
"""A rule that could have made an act no more likely than by this factor is not told."""
NOISY = 2.0
"""So many acts, at least, must have been expected in a stretch in which none is recorded, to call it noisy."""


@dataclass(frozen=True)
class Rule:
    """One of the rules that made an act as likely as it was."""

    path: str
    """Where it stands in the theatre."""
    said: str
    """What it read, in words."""
    factor: float
    """How many times the act's odds would have been what they were, had it read what favours the act most."""


@dataclass(frozen=True)
class SurprisingAct:
    """A recorded act, and what the particles made of it."""

    event: str
    day: int
    date: date
    action: str
    label: str
    chance: float
    """That it was done that day and recorded, given all before."""
    nats: float
    """Minus the log of that; infinite where it was impossible."""
    rules: tuple[Rule, ...]
    """What kept it from being likelier, what did most first; where it was impossible, what forbids it. None where
    nobody asked."""
    rest: float
    """Its odds on a day at rest, with every driver at zero and nothing to answer."""
    at_best: float
    """Its chance, had all of these read what favours it most; 0 where it was impossible."""
    ordered: Date | None = None
    """The day on which it was ordered, if that was before it was done: these rules are of that day."""
    impossible: bool = False
    """Whether the rules leave it no chance that day, or not with so many dead."""
    place: str | None = None
    """File and line of the first of these rules."""


@dataclass(frozen=True)
class QuietStretch:
    """Days on which acts of a kind were expected and none is recorded."""

    action: str
    label: str
    first: date
    last: date
    expected: float
    """How many should be in the record."""

    @property
    def chance(self) -> float:
        """That none is."""
        return math.exp(-self.expected)


@dataclass(frozen=True)
class Surprise:
    """What of the record surprised a scenario."""

    filtered: Filtered
    acts: tuple[SurprisingAct, ...]
    """Impossible ones first, then from the least to the most probable."""
    quiet: tuple[QuietStretch, ...]
    """The noisiest first."""

    def __repr__(self) -> str:
        return f"<Surprise {self.filtered.scenario.name}: {len(self.acts)} acts, {len(self.impossible)} impossible>"

    @property
    def impossible(self) -> tuple[SurprisingAct, ...]:
        """Acts to which the rules leave no chance on their day."""
        return tuple(act for act in self.acts if act.impossible)

    def table(self) -> pd.DataFrame:
        """The acts with chance, nats and rules, one row each."""
        rows = [
            {
                "date": act.date,
                "event": act.event,
                "action": act.action,
                "chance": act.chance,
                "nats": act.nats,
                "at_best": act.at_best,
                "rules": "; ".join(rule.said for rule in act.rules),
                "place": act.place,
            }
            for act in self.acts
        ]
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        found = self.filtered
        return {
            "scenario": found.scenario.name,
            "scenario_sha256": found.scenario.sha256,
            "particles": found.particles,
            "seed": found.seed,
            "log_likelihood": found.log_likelihood,
            "error": finite_or_none(found.error),
            "acts": [_as_data(act) for act in self.acts],
            "quiet": [asdict(stretch) | {"chance": stretch.chance} for stretch in self.quiet],
        }

    def text(self, width: int = WIDTH, most: int = 20) -> str:
        """Tell it in words, in lines of at most `width` letters."""
        from .surprise_text import told

        return told(self, width, most)


@usual
def surprise(
    scenario: Scenario | str | PathLike[str],
    particles: int = 1024,
    seed: int | None = None,
    *,
    record: HistoryFile | Named | None = None,
    replicates: int = 2,
    to: date | str | None = None,
    explained: int | None = None,
) -> Surprise:
    """Find which recorded acts a scenario finds least likely, and by which of its rules.

    Parameters
    ----------
    scenario, particles, seed, record, replicates, to : see `sim.filter`
    explained : int, optional
        Of how many acts the rules are found, besides those that are impossible; left out, of all.

    Returns
    -------
    Surprise

    Raises
    ------
    sim.ScenarioError, sim.RecordError
        As of `sim.filter`.
    """
    question, resolved = _with_files(scenario)
    found = filter(question, particles, seed, record=record, replicates=replicates, to=to)
    rows = sorted(found.acts.to_dict("records"), key=lambda row: (row["impossible"] == "", row["chance"], row["day"]))
    barred = [row for row in rows if row["impossible"] == "act"]
    least = [row for row in rows if not row["impossible"]][:explained]
    seen = _Looker(found).look([*barred, *least])
    acts = tuple(_act(found, row, seen, resolved) for row in rows)
    return Surprise(found, acts, tuple(_quiet(found)))


def _with_files(scenario: Scenario | str | PathLike[str]) -> tuple[Scenario, Resolved | None]:
    if isinstance(scenario, Scenario):
        return scenario, None
    found, resolved = load_either(scenario)
    if not isinstance(found, Scenario):
        from sim.theatre.files.load import load

        found = load(scenario)  # which says that it is a theatre
    return found, resolved


def _as_data(act: SurprisingAct) -> dict[str, Any]:
    """An act as data; what is infinite is none."""
    rules = [asdict(rule) | {"factor": finite_or_none(rule.factor)} for rule in act.rules]
    return asdict(act) | {"nats": finite_or_none(act.nats), "rules": rules}


Because = tuple[tuple[Rule, ...], float]
"""What kept an act from being likelier, and its chance without that."""


class _Looker:
    """Follows the record once more, and looks at particles on the mornings on which some acts were decided."""

    def __init__(self, found: Filtered) -> None:
        self.found, self.followed = found, found.followed
        self.seen: dict[tuple[int, str], Because] = {}

    def look(self, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], Because]:
        """Find the rules behind the chances of acts, by day and action, in the first of the filters."""
        due: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            due.setdefault(_decided(row), []).append((int(row["day"]), row["action"]))
        particles = self.followed.particles(self.found.particles, self.found.seed, dice=np.array([0]))
        for day in range(max(due, default=-1) + 1):
            for done, name in due.get(day, ()):
                self.seen[done, name] = self._because(particles, name, done)
            particles.step()
        particles.close()
        return self.seen

    def _because(self, particles: Particles, name: str, done: int) -> Because:
        program, theatre = self.followed.program, self.followed.scenario.theatre
        action = program.actions.index(name)
        seen = representative(particles, self.followed.scenario, action)
        if forbidden(seen.model, action):
            return (Rule(f"forbid.{name}", "the scenario forbids it that day", math.inf),), 0.0
        if not seen.rate.able:
            return tuple(Rule(_written(name, why.kind), why.text, math.inf) for why in reasons(seen.model, action)), 0.0
        if seen.rate.rate == 0.0:
            return (Rule(f"actions.{name}.rate", "its rate is 0, and it answers nothing", math.inf),), 0.0
        rules = _rules(name, theatre.actions[name], seen.choice, seen.rate)
        told = tuple(sorted(rules, key=lambda rule: -rule.factor))[:MOST_RULES]
        odds = seen.rate.rate * math.prod(rule.factor for rule in told)
        rest = 1.0 + seen.choice.total - seen.rate.rate
        coverage = float(self.followed.compiled.seen[done, action])
        return told, min(coverage * odds / (rest + odds), 1.0)


def _decided(row: Mapping[str, Any]) -> int:
    """The day on which an act was decided."""
    return int(row["day"] if pd.isna(row["ordered"]) else row["ordered"])


def _written(name: str, kind: str) -> str:
    """Where the rule stands that keeps an action from being chosen."""
    return "war" if kind == "war" else f"actions.{name}.{kind}"


def _rules(name: str, action: Action, made: Choice, rate: ActionRate) -> Iterator[Rule]:
    """Every rule that could have made an act likelier, with by how much."""
    for text, term in zip(sorted(action.drivers), rate.terms, strict=True):
        best = max(term.weight, 0.0)
        factor = math.exp(best - term.amount)
        if factor >= LITTLE:
            pairs = zip(Term.parse(text).factors, term.factors, strict=True)
            read = " · ".join(f"{each} at {number(value, 2)}" for each, value in pairs)
            yield Rule(f"actions.{name}.drivers.{text}", f"{read} (weight {number(term.weight)})", factor)
    if LITTLE * rate.rested <= 1.0:
        said = f"it has recovered to {percent(rate.rested)} since it was last done"
        yield Rule(f"actions.{name}.recovers", said, 1.0 / rate.rested)
    if rate.answer is not None:
        held = next(held for held in made.grievances if held.pair == rate.answer.pair)
        whole = rate.answer.reply_rate
        factor = (rate.base + whole) / (rate.base + rate.answer.rate)
        if factor >= LITTLE:
            share = rate.answer.weight / rate.answer.together if rate.answer.together else 0.0
            said = (
                f"as a reply, it answers a provocation of {number(held.provocation, 2)} on rung "
                f"{number(held.provoking_rung, 2)}, and {percent(share)} of the answers to that are such acts"
                + "".join(_apart(rate.answer))
            )
            yield Rule(f"actions.{name}.reply", said, factor)
    if made.total - rate.rate >= LITTLE - 1.0:
        said = f"the other acts of its actor have odds of {number(made.total - rate.rate, 2)} together"
        yield Rule(f"actors.{name.split('.')[0]}", said, 1.0 + made.total - rate.rate)


def _apart(answer: Answer) -> Iterator[str]:
    """What a reply loses to place and instrument, and to not answering."""
    if answer.elsewhere != 1.0:
        yield f"; it has {percent(answer.elsewhere)} of the weight that it would have at the place of the provocation"
    if answer.otherwise != 1.0:
        yield f"; it has {percent(answer.otherwise)} of the weight that it would have with the same instrument"
    if answer.silence > 0.0:
        yield f"; {percent(answer.silence / answer.together)} of the weight is on not answering"


def _act(
    found: Filtered,
    row: dict[str, Any],
    seen: Mapping[tuple[int, str], Because],
    resolved: Resolved | None,
) -> SurprisingAct:
    chance = row["chance"]
    rules, at_best = seen.get((int(row["day"]), row["action"]), ((), chance))
    if row["impossible"] == "deaths":
        rules = (
            Rule(f"actions.{row['action']}.casualties", "it cannot have killed as many as are recorded", math.inf),
        )
    return SurprisingAct(
        event=row["event"],
        day=int(row["day"]),
        date=row["date"].date(),
        action=row["action"],
        label=found.scenario.theatre.actions[row["action"]].label,
        chance=chance,
        nats=math.inf if row["impossible"] else -math.log(chance),
        rules=rules,
        rest=found.scenario.theatre.actions[row["action"]].rate.value,
        at_best=0.0 if row["impossible"] else max(at_best, chance),
        ordered=None if pd.isna(row["ordered"]) else found.followed.date_of(int(row["ordered"])),
        impossible=bool(row["impossible"]),
        place=_place(rules, resolved),
    )


def _place(rules: tuple[Rule, ...], resolved: Resolved | None) -> str | None:
    """File and line of the first rule."""
    if not rules or resolved is None:
        return None
    path = rules[0].path
    for written in (path, ".".join(path.split(".")[:3])):
        if (node := entry(resolved, written)) is not None:
            return f"{Path(shown(node.key.file))}:{node.key.line}"
    return None


def _quiet(found: Filtered) -> Iterator[QuietStretch]:
    """The longest expectations that the record did not meet, at most one for each action."""
    acts = found.parts[found.parts["event"].notna()]
    stretches = []
    for action in found.expected.columns:
        done = sorted(int(day) for day in acts.loc[acts["action"] == action, "day"])
        sums = np.cumsum(np.r_[0.0, found.expected[action].to_numpy()])
        edges = [-1, *done, found.followed.days]
        gaps = [(sums[after] - sums[before + 1], before + 1, after - 1) for before, after in pairwise(edges)]
        expected, first, last = max(gaps, key=lambda gap: gap[0])
        if expected >= NOISY:
            date_of = found.followed.date_of
            label = found.scenario.theatre.actions[action].label
            stretches.append(QuietStretch(action, label, date_of(first), date_of(last), float(expected)))
    yield from sorted(stretches, key=lambda stretch: -stretch.expected)
