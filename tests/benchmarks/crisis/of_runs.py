"""What free runs do, beside the record: phases, rockets, replies, outcomes, a quiet year and wars."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

import sim
from sim.text import month
from sim.theatre.files.locate import shipped_files

from .page import Cells, Figure, Table
from .subject import SEED, Runs, Subject, mean, of_sums, share

END = date(2020, 1, 3)
"""The last day of the record."""
MODEL, LISTED = "model", "model, as recorded"
WEEK, WAR = 7, 30
"""Days in which something is taken to follow, and days of a war that are looked at."""


def phases(subject: Subject) -> Iterator[Table]:
    """Where force is used: in the Gulf in summer, in Iraq in winter?"""
    cast, runs = subject.cast, subject.whole_runs
    table = Table(
        "Phases: share of kinetic acts that fall in the Gulf",
        "Of those on rung 4 and above that fall in the Gulf (on ships, on Saudi oil, on drones at sea) or in Iraq, not "
        f"of publics, nor on them, nor on Baghdad; {runs.n:,} runs of whole_crisis, seed {SEED}. As recorded: each act "
        "counts by the chance that the record would list it.",
    )
    for name, span in (
        ("May to September 2019", (date(2019, 5, 1), date(2019, 9, 30))),
        ("1 October 2019 to 3 January 2020", (date(2019, 10, 1), END)),
    ):
        for whose, mine in (("", cast.kinetic), (", of Iran and its allies", cast.by("iran"))):
            gulf, iraq = ([act for act in acts if act in mine] for acts in (cast.gulf, cast.iraq))
            table.rows[name + whose] = _shares(subject, gulf, iraq, span)
        for place, acts in (("the Gulf", cast.gulf), ("Iraq", cast.iraq)):
            table.rows[f"{name}: kinetic acts in {place}"] = _counts(subject, runs, acts, span)
    yield table


def _shares(subject: Subject, gulf: list[str], iraq: list[str], span: tuple[date, date]) -> Cells:
    """What share of acts in the Gulf or in Iraq fall in the Gulf."""
    runs = subject.whole_runs
    at_sea, in_iraq = (subject.record(acts, *span, listed=True) for acts in (gulf, iraq))
    cells: Cells = {"record": Figure(at_sea / max(at_sea + in_iraq, 1), form="share")}
    for column, listed in ((LISTED, True), (MODEL, False)):
        one, other = (runs.count(acts, *span, listed=listed) for acts in (gulf, iraq))
        cells[column] = of_sums(one, one + other)
    return cells


def _counts(subject: Subject, runs: Runs, acts: tuple[str, ...], span: tuple[date, date], scale: float = 1.0) -> Cells:
    """How many there are in the record and in a run; of acts that the record lists nowhere, without what it would."""
    cells: Cells = {"record": Figure(subject.record(acts, *span) * scale)}
    if (listed := runs.count(acts, *span, listed=True)).any():
        cells[LISTED] = mean(listed, scale)
    return cells | {MODEL: mean(runs.count(acts, *span), scale)}


def rockets(subject: Subject) -> Iterator[Table]:
    """Rocket attacks in Iraq, month by month."""
    cast, runs = subject.cast, subject.baseline
    table = Table(
        "Rocket attacks in Iraq a week",
        f"By month; {runs.n:,} runs of baseline, seed {SEED}. As recorded: each attack counts by the chance that the "
        "record would list it.",
    )
    first = date(2019, 5, 1)
    while first <= END:
        after = (first + timedelta(days=31)).replace(day=1)
        last = min(after - timedelta(days=1), END)
        week = 7 / ((last - first).days + 1)
        cut = f", to {last.day}" if last == END else ""
        table.rows[f"{month(first)} {first.year}{cut}"] = _counts(subject, runs, cast.rockets, (first, last), week)
        first = after
    yield table


def drones(subject: Subject) -> Iterator[Table]:
    """Whether a drone over the Gulf is the answer to a strike in Iraq."""
    cast, runs = subject.cast, subject.baseline
    shot = (cast.act("iran.shoot_down_drone"),)
    strikes, downed = runs.those(cast.militia_struck), runs.those(shot)
    table = Table(
        "A drone for a strike in Iraq",
        f"{runs.n:,} runs of baseline, seed {SEED}: open US strikes on a militia with a whole week after them, and "
        "American drones that Iran shoots down. Of the record, which names no causes, a shoot-down in the week after a "
        "strike is taken to answer it.",
    )
    judged = strikes[strikes["day"] < runs.scenario.days - WEEK]
    pairs = judged.merge(downed, on="run", suffixes=("", "_shot"))
    lag = pairs["day_shot"] - pairs["day"]
    followed = pairs.loc[(lag > 0) & (lag <= WEEK), ["run", "event"]].drop_duplicates()
    causes = downed.merge(strikes[["run", "event"]], left_on=["run", "cause"], right_on=["run", "event"])
    struck, fell = subject.days(cast.militia_struck), subject.days(shot)
    near = [(one, other) for one in struck for other in fell if 0 < (other - one).days <= WEEK]
    table.rows["militia strikes after which a drone falls within 7 days"] = {
        "record": Figure(f"{len({one for one, _ in near})} of {len(struck)}", form="text"),
        MODEL: share(len(followed), len(judged)),
    }
    table.rows["shoot-downs whose cause is such a strike"] = {
        "record": Figure(f"{len({other for _, other in near})} of {len(fell)}", form="text"),
        MODEL: share(len(causes), len(downed)),
    }
    yield table


def replies(subject: Subject) -> Iterator[Table]:
    """How soon and how high acts answer, and what is known of crises of this kind."""
    runs = subject.baseline
    events = runs.events
    causes = events[["run", "event", "day", "rung"]].rename(columns={"event": "cause"})
    pairs = events[events["cause"].notna()].merge(causes, on=["run", "cause"], suffixes=("", "_of"))
    lag, step = pairs["day"] - pairs["day_of"], pairs["rung"].astype(int) - pairs["rung_of"].astype(int)
    table = Table(
        "Replies by their own causes",
        f"{len(pairs) / runs.n:.0f} acts a run of baseline answer another; {runs.n:,} runs, seed {SEED}. Force is rung "
        "4 and above.",
    )
    force = (pairs["rung"] >= 4) & (pairs["rung_of"] >= 4)
    for name, some in (("all", np.ones(len(pairs), bool)), ("force for force", force.to_numpy())):
        table.rows[name] = {
            "days of war a run, median": Figure(float(lag[some].median())),
            "days, p90": Figure(float(lag[some].quantile(0.9))),
            "on a higher rung": Figure(float((step[some] > 0).mean()), form="share"),
            "on the same": Figure(float((step[some] == 0).mean()), form="share"),
            "on a lower": Figure(float((step[some] < 0).mean()), form="share"),
        }
    yield table
    yield _card(runs)


def _card(runs: Runs) -> Table:
    found = runs.ensemble.base_rates
    said = found["verdict"].value_counts()
    table = Table(
        "Base rates",
        f"Of {runs.n:,} runs of baseline, seed {SEED}, beside what is known of crises of this kind.",
    )
    for row in found.itertuples(index=False):
        ends = (row.low, row.high) if np.isfinite([row.low, row.high]).all() else (None, None)
        table.rows[row.label] = {
            "record": Figure(f"{row.expected_low:g} to {row.expected_high:g}", form="text"),
            MODEL: Figure(row.value if np.isfinite(row.value) else None, *ends),
            "verdict": Figure(row.verdict, form="text"),
        }
    told = ", ".join(f"{said.get(each, 0)} {each}" for each in ("inside", "outside", "open", "cannot fail"))
    table.rows["all rows"] = {"verdict": Figure(told, form="text")}
    return table


def outcomes(subject: Subject) -> Iterator[Table]:
    """How baseline ends, on which rungs people die, and what every shipped scenario answers."""
    runs = subject.baseline
    table = Table("Outcomes of the baseline", f"{runs.n:,} runs, seed {SEED}.")
    labels = {name: outcome.label for name, outcome in runs.scenario.theatre.outcomes.items()}
    for row in runs.ensemble.shares().itertuples(index=False):
        table.rows[labels[row.outcome]] = {MODEL: Figure(row.share, row.low, row.high, "share")}
    yield table
    yield _deaths(runs)
    yield _scenarios(subject)


def _deaths(runs: Runs) -> Table:
    ladder = runs.scenario.theatre.ladder.rungs
    dead = runs.events.groupby("rung")["fatalities"].sum()
    table = Table("Deaths by rung", f"Of all deaths in {runs.n:,} runs of baseline, seed {SEED}.")
    for rung, level in ladder.items():
        n = int(dead.get(int(rung), 0))
        table.rows[f"{rung}: {level.label}"] = {
            "share of all deaths": Figure(n / max(int(dead.sum()), 1), form="share"),
            "deaths a run": Figure(n / runs.n),
        }
    return table


def _scenarios(subject: Subject) -> Table:
    table = Table(
        "Outcomes of every shipped scenario",
        "1,000 runs each, with the scenario's own seed; the columns are outcomes of its theatre.",
    )
    for path in shipped_files():
        scenario = _scenario(path.stem) if path.parent.name != "theatres" else None
        if scenario is not None:
            runs = sim.run(scenario, 1000, progress=None)
            table.rows[f"`{scenario.name}`"] = {
                f"`{row.outcome}`": Figure(row.share, form="share") for row in runs.shares().itertuples(index=False)
            }
    return table


def _scenario(name: str) -> sim.Scenario | None:
    """A shipped scenario; None where a file of that name is something else."""
    try:
        return sim.load(name)
    except sim.ScenarioError:
        return None


def quiet_year(subject: Subject) -> Iterator[Table]:
    """The year of pressure almost without a blow."""
    cast, runs = subject.cast, subject.whole_runs
    first, last = subject.whole.start, date(2019, 4, 30)
    table = Table(
        "The quiet year: acts a run",
        f"8 May 2018 to 30 April 2019; {runs.n:,} runs of whole_crisis, seed {SEED}. As recorded: each act counts by "
        "the chance that the record would list it. Kinetic acts: those on rung 4 and above, not of publics, nor on "
        "them, nor on Baghdad.",
    )
    classes = {
        "kinetic acts": cast.kinetic,
        "kinetic acts in the Gulf": cast.gulf,
        "kinetic acts in Iraq": cast.iraq,
        "rocket attacks in Iraq": cast.rockets,
        "US threats": (cast.act("us.threaten_iran"),),
        "forces sent to the Gulf": (cast.act("us.deploy_to_gulf"),),
    }
    for name, acts in classes.items():
        without = int((runs.count(acts, first, last) == 0).sum())
        counts = _counts(subject, runs, acts, (first, last))
        table.rows[name] = counts | {"runs without": share(without, runs.n)}
    yield table


def wars(subject: Subject) -> Iterator[Table]:
    """What happens in a war, once it is on."""
    cast, runs = subject.cast, subject.baseline
    on = runs.ensemble.trajectories[cast.war].to_numpy() > 0
    at_war = np.flatnonzero(on.any(axis=1))
    table = Table(
        "War",
        f"{runs.n:,} runs of baseline, seed {SEED}. Its first {WAR} days begin on the day after its opening and count "
        "as long as it lasts. Blows: kinetic acts, of anybody, and those between Washington and Tehran.",
    )
    table.rows["runs with war"] = {MODEL: share(len(at_war), runs.n)}
    if len(at_war):
        table.rows |= _of_wars(subject, on, at_war)
    yield table


def _of_wars(subject: Subject, on: np.ndarray, at_war: np.ndarray) -> dict[str, Cells]:
    """Figures of the runs with a war."""
    cast, runs = subject.cast, subject.baseline
    opened = on[at_war].argmax(axis=1)
    day = np.arange(on.shape[1])
    window = on[at_war] & (day > opened[:, None]) & (day <= opened[:, None] + WAR)
    days = window.sum(axis=1).astype(float)
    place = np.full(runs.n, -1)
    place[at_war] = np.arange(len(at_war))

    def within(table: pd.DataFrame, weight: str | None = None) -> np.ndarray:
        at = place[table["run"].to_numpy()]
        inside = (at >= 0) & window[at, table["day"].to_numpy()]
        weights = None if weight is None else table[weight].to_numpy(float)[inside]
        return np.bincount(at[inside], weights, minlength=len(at_war)).astype(float)

    two = {
        actor
        for dyad in runs.scenario.theatre.war.dyads
        for side in runs.scenario.theatre.dyads[dyad].sides
        for actor in side
    }
    actions = runs.scenario.theatre.actions
    between = [name for name in cast.kinetic if {name.split(".")[0], actions[name].target} <= two]
    dead = runs.events[runs.events["fatalities"] > 0]
    first = dead[place[dead["run"].to_numpy()] >= 0]
    on_opening = first["day"].to_numpy() == opened[place[first["run"].to_numpy()]]
    opening = np.bincount(
        place[first["run"].to_numpy()[on_opening]], first["fatalities"].to_numpy(float)[on_opening], len(at_war)
    )
    later = within(dead, "fatalities")
    closed = runs.ensemble.trajectories[cast.strait].to_numpy()[at_war] > 0
    last = np.where(on[at_war], day, -1).max(axis=1)
    figures = {
        "blows a day of war": of_sums(within(runs.those(cast.kinetic)), days, "number"),
        "of them between the two": of_sums(within(runs.those(between)), days, "number"),
        "deaths a day of war": of_sums(later, days, "number"),
        "share of its dead on the opening day": of_sums(opening, opening + later),
        "share with Hormuz closed in it": share(int((closed & window).any(axis=1).sum()), len(at_war)),
        "days of war a run, median": Figure(float(np.median(on[at_war].sum(axis=1)))),
        "share still at war on the last day": share(int((last == on.shape[1] - 1).sum()), len(at_war)),
    }
    return {name: {MODEL: figure} for name, figure in figures.items()}
