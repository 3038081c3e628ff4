"""Questions that clerks answer: the story of a run, why an act came about, what a morning could still bring."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.text import percent, printable
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, with_numbers
from sim.theatre.parameters.in_words import bare, term_in_words

from .asked import Asked
from .messages import Refused, sentence
from .moves import Stopped, built
from .summary import LEVELS

if TYPE_CHECKING:
    from sim.execution.source import Origin
    from sim.replays.acts import Act
    from sim.replays.causes import Chain
    from sim.replays.explain import Explanation, OpenOption
    from sim.replays.kind import Others
    from sim.replays.replay import Replay

FUTURES = 500
MOST_OPTIONS = 40
"""Acts that are told of a choice, the likeliest first."""


@lru_cache(8)
def scenario_of(wanted: Asked) -> Scenario:
    """The scenario as it is moved, as a file would have it.

    Raises
    ------
    Refused
        Two of its numbers cannot stand together.
    """
    scenario = built(wanted.rules)
    try:
        return with_numbers(scenario, dict(wanted.numbers)) if wanted.numbers else scenario
    except ChangeError as error:
        raise Refused(sentence(error)) from None


@contextmanager
def told_plainly() -> Iterator[None]:
    """What a question finds wrong is a refusal, and no fault of the server's."""
    from sim.execution.source import ReplayError

    try:
        yield
    except ReplayError as error:
        raise Refused(sentence(error)) from None


def _origin(wanted: Asked) -> "Origin":
    from sim.execution.source import Origin

    return Origin(scenario_of(wanted), wanted.seed)


@lru_cache(8)
def _replayed(wanted: Asked, run: int) -> "Replay":
    from sim.replays.replay import replayed

    return replayed(_origin(wanted), run)


def story(_: Stopped, wanted: Asked, run: int, others: "Others | None") -> dict[str, Any]:
    """Tell a run: entries as a story has them, every act, the days of outcomes; beside others, its turning points too.

    Returns
    -------
    `run`, `opening` (paragraphs), `entries` (kind: act, fold, turn or outcome; day, date, rung, text, below, events),
    `acts` (event, day, date, actor, who, act, label, text, rung, deaths, decided), `outcomes` (day or null by id),
    `failed` (null, or in words), `turns` (null without others; day, date, event, text)
    """
    from sim.replays.entries import entries, lowest_told

    with told_plainly():
        replay = _replayed(wanted, run)
    scenario = replay.scenario
    return {
        "run": run,
        "opening": [],
        "entries": [
            {"kind": each.kind, "day": each.day, "date": scenario.date_of(each.day), "rung": each.rung}
            | {"text": printable(each.text), "below": printable(each.below), "events": list(each.events)}
            for each in entries(replay, lowest_told(replay))
        ],
        "acts": [_act(scenario, act) for act in replay.acts],
        "outcomes": replay.outcomes,
        "failed": None if replay.failure is None else f"It met a value that is not finite: {replay.failure[1]}.",
        "turns": None,
    } | (_turns(wanted, replay, others) if others is not None else {})


def _turns(wanted: Asked, replay: "Replay", others: "Others") -> dict[str, Any]:
    """What kind of history it is, and its turning points."""
    from sim.experiments.branching.turns import found_in
    from sim.replays.kind import kind_of

    origin = _origin(wanted)
    points = found_in(origin, replay)
    return {
        "opening": [printable(kind_of(replay, origin, others).text())],
        "turns": [
            {"day": each.day, "date": each.date.isoformat(), "event": each.act.event, "text": printable(each.text())}
            for each in points
        ],
    }


def _act(scenario: Scenario, act: "Act") -> dict[str, Any]:
    actor = scenario.theatre.actors.get(act.actor)
    return {
        "event": act.event,
        "day": act.day,
        "date": act.date.isoformat(),
        "actor": act.actor if actor else None,
        "who": printable(bare(actor.label)) if actor else "",
        "act": act.action,
        "label": printable(act.label),
        "text": printable(act.story),
        "rung": act.rung if act.target is not None else None,
        "deaths": act.deaths,
        "decided": None if actor is None or act.imposed else act.decided,
    }


def why(_: Stopped, wanted: Asked, run: int, event: int | None, day: int | None, actor: str | None) -> dict[str, Any]:
    """Tell why an act came about, or how an actor chose on a day.

    Returns
    -------
    `chain` (null without an event; `links`: event, day, date, who, label, text, rung, from the act to its root;
    `root`, why nothing led to that one; `led_to`; `text`) and `choice` (null of what nobody chose; actor, who, day,
    date, did, hold, options, text)
    """
    with told_plainly():
        replay = _replayed(wanted, run)
        if event is None:
            if day is None or actor is None:
                raise Refused("Name an act by its event, or a choice by its day and its actor.")
            return {"chain": None, "choice": _choice(replay.explain(day, actor))}
        chain, act = replay.why(event), replay.acts[event]
        chosen = not act.imposed and act.actor in replay.scenario.theatre.actors
        return {
            "chain": _chain(replay.scenario, chain),
            "choice": _choice(replay.explain(act.decided, act.actor)) if chosen else None,
        }


def _chain(scenario: Scenario, chain: "Chain") -> dict[str, Any]:
    return {
        "links": [_act(scenario, link.act) for link in chain.links],
        "led_to": [_act(scenario, act) for act in chain.led_to],
        "root": printable(_root(scenario, chain)),
        "text": printable(chain.text()),
    }


def _root(scenario: Scenario, chain: "Chain") -> str:
    """Why the chain begins where it does: nothing led to that act."""
    act = chain.root
    if act.imposed or act.actor not in scenario.theatre.actors:
        return "Nothing in the model led to it: the scenario imposes it."
    who = bare(scenario.theatre.actors[act.actor].label)
    if scenario.theatre.actions[act.action].accident:
        return f"Nothing led to it: it is an accident, which nobody in {who} chose."
    chance = chain.links[-1].option
    odds = f", with a chance of {percent(chance.chance)} that day" if chance is not None else ""
    return f"Nothing that happened led to it: {who} did it unprovoked{odds}."


def _choice(found: "Explanation") -> dict[str, Any]:
    hands = [found, *found.others]
    options = sorted((option for each in hands for option in each.options), key=lambda each: -each.chance)
    return {
        "actor": found.actor,
        "who": printable(bare(found.scenario.theatre.actors[found.actor].label)),
        "day": found.day,
        "date": found.date.isoformat(),
        "did": [_act(found.scenario, each.did) for each in hands if each.did is not None],
        "hold": found.draw.hold if found.draw is not None else None,
        "options": [_option(found.scenario, each) for each in options[:MOST_OPTIONS]],
        "more": max(len(options) - MOST_OPTIONS, 0),
        "text": printable(found.text()),
    }


def _option(scenario: Scenario, option: "OpenOption") -> dict[str, Any]:
    """An act that was open, with the three drivers that did most."""
    drivers = sorted(option.drivers, key=lambda each: -abs(each.amount))
    return {
        "act": option.action,
        "label": printable(option.label),
        "rung": option.rung,
        "chance": option.chance,
        "base": option.base,
        "answer": option.reply.answer if option.reply is not None else None,
        "vetoed": option.vetoed,
        "drivers": [
            {"term": printable(term_in_words(scenario.theatre, each.term)), "factor": each.factor}
            for each in drivers[:3]
            if each.amount
        ],
    }


def branched(_: Stopped, wanted: Asked, run: int, day: int) -> dict[str, Any]:
    """What could still come of a morning: futures on new dice with the same past.

    Returns
    -------
    `run`, `day`, `date`, `futures`, `failed`; packed, `quantiles` of the variable that is shown (level, day) and
    `path`, the run itself (1, day); `outcomes` (id, share, low, high, median, already: the day, if it had come about)
    """
    from sim.experiments.branching.branch import branch
    from sim.report.pack import stepped

    with told_plainly():
        origin, replay = _origin(wanted), _replayed(wanted, run)
        found = branch(origin, run=run, day=day, runs=FUTURES)
    before = {str(name): int(when) for name, when in found.outcomes.iloc[0].dropna().items() if when < day}
    shares = found.shares().set_index("outcome")
    return {
        "run": run,
        "day": day,
        "date": origin.scenario.date_of(day),
        "futures": len(found.completed),
        "failed": len(found.failures),
        "quantiles": stepped(found.quantiles(wanted.variable, LEVELS)),
        "path": stepped(replay.block.values[wanted.variable]),
        "outcomes": [
            {"id": name, "share": row["share"], "low": row["low"], "high": row["high"]}
            | {"median": found.median_day(name), "already": before.get(name)}
            for name, row in ((name, shares.loc[name]) for name in replay.program.outcomes)
        ],
    }
