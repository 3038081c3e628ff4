"""What particles that follow the record say of it: its likelihood, hindcasts, and forks from its last week."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from scipy.stats import t

import sim
from sim.analysis.hazards import constant, two_periods
from sim.experiments.record.following import Following
from sim.experiments.record.likelihood import Likelihood
from sim.experiments.record.questions import asked
from sim.experiments.record.rival_rates import Recorded, after, recorded_acts
from sim.text import brief
from sim.theatre.language.questions import Question

from .page import Cells, Figure, Table
from .subject import SEED, Subject

PARTICLES, FILTERS = 1024, 8
IN_SAMPLE = date(2019, 9, 30)
"""The last day to which the numbers were fitted."""
UNTOLD = -1000.0
"""Skills below it are kept as it: a rival without any error leaves none to save."""
FUTURES, WEEK = 2048, 7
"""Of each filter, and how many days they go on."""


def likelihood(subject: Subject) -> Iterator[Table]:
    """How likely the record is, beside rates that need no model; and which of its acts have no chance at all."""
    known = (IN_SAMPLE - subject.whole.start).days + 1
    later = f"{brief(IN_SAMPLE + timedelta(days=1))} to {brief(subject.followed.last)}"
    parts = {"whole": slice(0, None), f"to {brief(IN_SAMPLE)}": slice(0, known), later: slice(known, None)}
    table = Table(
        "Log likelihood of the record",
        f"In nats, of the acts that the record covers, quiet days included; {FILTERS} filters of {PARTICLES:,} "
        f"particles of whole_crisis, seed {SEED}, with a 95 % interval over filters. Rates fitted in hindsight know "
        "the acts that they are held to; rates of the days before know nothing of what came later.",
    )
    model = Likelihood(subject.whole, None, (), PARTICLES, SEED)
    nats = model.by_day(np.empty((FILTERS, 0)), np.arange(FILTERS))
    for name, of in (("model: acts", slice(0, 1)), ("model: how many died", slice(1, 2)), ("model", slice(0, 2))):
        table.rows[name] = {part: _over_filters(nats[:, days, of].sum(axis=(1, 2))) for part, days in parts.items()}
    acts = recorded_acts(subject.followed)
    for name, by_day in _hindsight(acts).items():
        table.rows[name] = {part: Figure(by_day(days), form="nats") for part, days in parts.items()}
    for name, value in after(subject.followed, IN_SAMPLE).items():
        table.rows[name] = {later: Figure(value, form="nats")}
    yield table
    yield _impossible(subject)


def _over_filters(values: np.ndarray, form: str = "nats") -> Figure:
    """The mean over filters, with an interval by their spread."""
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    middle = float(values.mean())
    if form == "share":
        return Figure(middle, max(middle - half, 0.0), middle + half, "share")
    return Figure(middle, middle - half, middle + half, "nats")


def _hindsight(acts: Recorded) -> dict[str, Callable[[slice], float]]:
    """What rates that are fitted to all acts give those of some days."""
    days = len(acts.done)
    cut = two_periods(acts.done, acts.hand).day
    early, late = (constant(acts.done[some], acts.hand) for some in (slice(0, cut), slice(cut, None)))

    def one(part: slice, first: int = 0, last: int = days, rates: np.ndarray | None = None) -> float:
        begin, end, _ = part.indices(days)
        begin, end = max(begin, first), min(end, last)
        chances = constant(acts.done, acts.hand) if rates is None else rates
        return acts.between(begin, end).log_likelihood(chances) if begin < end else 0.0

    return {
        "constant rates, in hindsight": one,
        "rates of two periods, in hindsight": lambda part: one(part, 0, cut, early) + one(part, cut, days, late),
    }


def _impossible(subject: Subject) -> Table:
    """The recorded acts that the rules do not allow, and the chance of the likelier ones."""
    found = sim.filter(subject.whole, PARTICLES, SEED, replicates=2)
    acts = found.acts
    names = found.impossible["event"].tolist()
    table = Table(
        "Acts that the rules do not allow",
        "Recorded acts to which no particle gives a chance on their day, or that cannot have killed so many.",
    )
    table.rows["how many"] = {"model": Figure(len(names))}
    table.rows["which"] = {"model": Figure(", ".join(f"`{name}`" for name in names) or "none", form="text")}
    given = np.log(np.maximum(acts["chance"].to_numpy(float), 1e-9))
    table.rows["chance of a covered act on its day, geometric mean"] = {
        "model": Figure(float(np.exp(given.mean())), form="share")
    }
    killing = acts[acts["action"] == subject.cast.act("us.kill_commanders")]
    if len(killing):
        table.rows["chance of the killing on its own day"] = {
            "record": Figure("yes", form="text"),
            "model": Figure(float(killing["chance"].iloc[-1]), form="share"),
        }
    return table


def hindcast(subject: Subject) -> Iterator[Table]:
    """What the theatre's questions are answered with, every fortnight, and how well."""
    found = sim.hindcast(subject.whole, particles=PARTICLES, seed=SEED)
    table = Table(
        "Hindcast",
        f"{len(found.origins)} origins, {found.every} days apart, each for the next {found.days} days. Score: Brier's "
        "for a yes or no, else the ranked probability score; less is better. Skill: what the model saves of a rival's "
        "score, 1 at best, with a 95 % interval by blocks of four origins.",
    )
    scores = found.scores()
    skills = found.skill()
    labels = {name: question.label for name, question in found.questions.items()} | {"all": "Every yes or no"}
    for row in scores[scores["forecaster"] == "model"].itertuples(index=False):
        form = "share" if row.kind == "any" else "number"
        cells: Cells = {
            "record": Figure(row.happened, form=form),
            "forecast": Figure(row.forecast, form=form),
            "score": Figure(row.score),
        }
        mine = skills[(skills["question"] == row.question) & skills["measure"].isin(["brier", "crps"])]
        for skill in mine.itertuples(index=False):
            ends = (max(end, UNTOLD) for end in (skill.low, skill.high))
            cells[f"v. {skill.rival.replace('_', ' ')}"] = Figure(skill.skill, *ends, "skill")
        unit = " a week" if row.kind == "count" else ", move" if row.kind == "change" else ""
        table.rows[labels[row.question] + unit] = cells
    yield table


class Ask(NamedTuple):
    """Something asked of the week after a day of the record."""

    label: str
    known: date
    """The last day of the record that is known."""
    acts: tuple[str, ...]


def forks(subject: Subject) -> Iterator[Table]:
    """Ask the week after what is recorded, by futures of particles that have followed it."""
    cast = subject.cast
    killing, embassy = ((cast.act(name),) for name in ("us.kill_commanders", "kataib_hezbollah.storm_embassy"))
    drone = (cast.act("iran.shoot_down_drone"),)
    asks = [
        Ask("An open US strike on a militia", date(2019, 12, 27), cast.militia_struck),
        Ask("An attack on the embassy", date(2019, 12, 29), embassy),
        Ask("Iran shoots down a drone", date(2019, 12, 29), drone),
        Ask("The killing", date(2019, 12, 29), killing),
        Ask("The killing", date(2020, 1, 2), killing),
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = np.array(list(pool.map(lambda dice: _answers(subject, asks, dice), range(FILTERS))))
    table = Table(
        "Chances of the week after a day of the record",
        f"In {WEEK} days, of {FILTERS * FUTURES:,} futures of particles that have followed the record up to and with "
        f"that day: {FILTERS} filters of {PARTICLES:,} particles of whole_crisis, with a 95 % interval over filters.",
    )
    for at, ask in enumerate(asks):
        table.rows[f"{ask.label}, after {brief(ask.known)}"] = {
            "record": Figure(_came(subject, ask), form="text"),
            "model": _over_filters(found[:, at], "share"),
        }
    yield table


def _answers(subject: Subject, asks: list[Ask], dice: int) -> list[float]:
    """What one filter says to each."""
    following = Following(subject.whole, None, PARTICLES, SEED, dice=dice)
    program = following.followed.program
    questions = {
        str(at): Question.model_validate({"label": ask.label, "any": {"actions": ask.acts}})
        for at, ask in enumerate(asks)
    }
    ready = asked(subject.whole.theatre.model_copy(update={"questions": questions}), program.actions)
    said = []
    for morning in sorted({ask.known for ask in asks}):
        begins = (morning - subject.whole.start).days + 1
        while following.day < begins:
            following.step()
        model = following.fork(WEEK, _branch(dice, len(said)), FUTURES)
        for _ in range(WEEK):
            model.step()
        listed = np.ones((model.day, len(program.actions)))
        said += [
            (at, each.foretold(model, begins, listed).mean)
            for at, (each, ask) in enumerate(zip(ready, asks, strict=True))
            if ask.known == morning
        ]
        model.close()
    return [value for _, value in sorted(said)]


def _branch(dice: int, at: int) -> int:
    """Dice that no filter throws, and no fork of another."""
    return 1000 * (1 + dice) + at


def _came(subject: Subject, ask: Ask) -> str:
    table = subject.recorded
    fits = table["action"].isin(ask.acts) & (table["day"] > ask.known)
    days = table.loc[fits & (table["day"] <= ask.known + timedelta(days=WEEK)), "day"]
    return f"yes, day {(min(days) - ask.known).days}" if len(days) else "no"
