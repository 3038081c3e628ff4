"""The sentences of the README that state a number, and what computes each."""

import re
from functools import cache
from pathlib import Path

import numpy as np

import sim
from sim.experiments.record.rival_rates import after
from sim.experiments.sweep.parameters import chosen
from sim.experiments.tipping.tip import _numbers

from . import Values, percent, states

CALIBRATION = Path(__file__).parent.parent / "benchmarks" / "CALIBRATION.md"
IN_WORDS = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
HINDSIGHT = "2019-09-30"
"""The last day to which numbers were set."""


@cache
def baseline():
    return sim.load("baseline")


@cache
def thousand(uncertain: bool = False):
    return sim.run("baseline", runs=1000, seed=7, uncertain=uncertain, progress=None)


@cache
def shares() -> dict[str, float]:
    return thousand().shares().set_index("outcome")["share"].to_dict()


@cache
def without_killing():
    return sim.compare("baseline", "no_killing", runs=1000, seed=7)


def differences():
    return without_killing().difference().set_index("outcome")


@states("{actors} actors, {actions} actions, and a test for every claim", 0.2)
def _cast() -> Values:
    return {"actors": len(baseline().theatre.deciders), "actions": len(baseline().theatre.actions)}


@states("365 days of the shipped theatre with {actors} actors and {actions} actions", 0.2)
def _cast_of_the_benchmark() -> Values:
    return _cast()


@states(
    "In 1,000 pairs of runs of the baseline with and without the killing, war comes in {war_with} only where it was "
    "carried out and in {war_without} only where it was not, and the vote to expel the Americans in {vote_with} and in "
    "{vote_without}; {same} pairs are the same to the end.",
    3,
)
def _flips() -> Values:
    flips, parted = without_killing().flips().set_index("outcome"), without_killing().parted
    found = {
        f"{short}_{word}": int(flips.loc[outcome, side])
        for short, outcome in (("war", "sustained_war"), ("vote", "expulsion_vote"))
        for word, side in (("with", "first_only"), ("without", "second_only"))
    }
    worded = {name: IN_WORDS[0] if value == 0 else value for name, value in found.items()}
    return {**worded, "same": int(parted.isna().sum())}


@states("The interval of a difference is up to {times} times narrower than that of independent runs would be.", 3)
def _narrower() -> Values:
    ratio = differences()["width_ratio"]
    return {"times": IN_WORDS[round(float(ratio[np.isfinite(ratio)].max()))]}


@states("The vote passes in {with} % of the runs, and in {without} % without the killing", 3)
def _vote() -> Values:
    vote = differences().loc["expulsion_vote"]
    return {"with": percent(vote["first"]), "without": percent(vote["second"])}


@states(
    "On 21 December of run 182 the killing brings war within 90 days in {killing} % of {branches} branches; to strike "
    "the militia in {strike} %, and to hold in {hold} %.",
    3,
)
def _choices() -> Values:
    options = sim.choices(thousand(), run=182, day="2019-12-21", actor="us")
    war = options.table.query("outcome == 'sustained_war'").set_index("action")["share"]
    asked = {"killing": "us.kill_commanders", "strike": "us.strike_militia", "hold": "hold"}
    return {name: percent(float(war[option]), 0) for name, option in asked.items()} | {"branches": len(options)}


@states(
    "The second sweep above finds that the troops leave in more than a fifth of the runs at {density} % of the points "
    "({low} to {high} %) where the US withdraws at least {troops} at a time, against {of_all} % of all points.",
    10,
)
def _box() -> Values:
    swept = sim.sweep("baseline", ["actions.us.*_iraq"], method="lhs", seed=7, dice="own", progress=None)
    box = swept.boxes("us_leaves_iraq", above=0.2)[0]
    assert box.unseen is not None
    assert box.holds
    assert list(box.limits) == ["actions.us.draw_down_iraq.effects.us_troops_iraq"]
    density = box.unseen.density
    told = {"density": density.value, "low": density.low, "high": density.high, "of_all": box.unseen.of_interest}
    troops = -max(box.limits["actions.us.draw_down_iraq.effects.us_troops_iraq"])
    return {name: percent(value, 0) for name, value in told.items()} | {"troops": f"{troops:,.0f}"}


@states(
    "Of 1,000 runs {share} % go to a week of war: sampling error {low} to {high} %, parameter error {least} to "
    "{most} %, whose ends may lie at {outer_least} and {outer_most} %; {written} % with the numbers as written.",
    4,
)
def _uncertain() -> Values:
    war = thousand(uncertain=True).errors().set_index("outcome").loc["sustained_war"]
    return {
        "share": percent(war["share"]),
        "low": percent(war["low"]),
        "high": percent(war["high"]),
        "least": percent(war["spread_low"]),
        "most": percent(war["spread_high"], 0),
        "outer_least": percent(war["spread_low_least"], 0),
        "outer_most": percent(war["spread_high_most"], 0),
        "written": percent(shares()["sustained_war"]),
    }


@states(
    "On the baseline it moves {moved} numbers of {tried}, most of them to the end of their ranges, such as how long "
    "the US remembers, by {length} in all: {share} % of runs ({low} to {high} %).",
    90,
)
def _tip() -> Values:
    found = sim.tip("baseline", to="sustained_war > 0.5", seed=7)
    assert found.crossed
    assert any(move.path == "actors.us.perception.memory" for move in found.moves)
    assert sum(abs(move.by) > 0.95 for move in found.moves) > len(found.moves) / 2
    share, low, high = (percent(value, 0) for value in found.after)
    moved = IN_WORDS[len(found.moves)] if len(found.moves) < len(IN_WORDS) else len(found.moves)
    tried = {"moved": moved, "tried": f"{found.tried:,}", "length": f"{found.length:.1f}"}
    return tried | {"share": share, "low": low, "high": high}


@states("# a screen of all {numbers}, in minutes", 0.2)
def _screen() -> Values:
    return {"numbers": f"{len(chosen(baseline())):,}"}


@states("--replicates 16`, all {numbers} numbers", 0.2)
def _screen_again() -> Values:
    return _screen()


@states("numbers of {numbers}, most of them to the end", 0.2)
def _may_tip() -> Values:
    return {"numbers": f"{len(_numbers(baseline(), None, None)):,}"}


@cache
def filtered():
    return sim.filter("whole_crisis")


@states(
    "the acts of the record have a log likelihood of {acts} ± {error} nats; one constant rate for each kind of act, "
    "fitted afterwards, has {constant}, and rates of two periods {periods}.",
    60,
)
def _likelihood() -> Values:
    found = filtered()
    beside = found.beside()["log_likelihood"].tolist()
    return {"acts": f"{found.of_acts:.1f}", "error": f"{found.error:.1f}"} | {
        "constant": f"{beside[1]:.1f}",
        "periods": f"{beside[2]:.1f}",
    }


@states(
    "the least likely, Iran's answer to the listing of the Guards on its very day, had a chance of 1 in {odds}.", 60
)
def _least_likely() -> Values:
    acts = filtered().acts
    least = acts.loc[acts["chance"].idxmin()]
    assert len(filtered().impossible) == 0
    assert least["action"] == "iran.list_centcom"
    return {"odds": f"{1 / least['chance']:,.0f}"}


@states(
    "What came after September 2019 has {model} nats by these numbers, and {constant} by the constant rates known by "
    "then.",
    60,
)
def _held_out() -> Values:
    from datetime import date

    last, parts = date.fromisoformat(HINDSIGHT), filtered().parts
    late = parts["date"].astype("datetime64[ns]") > np.datetime64(last)
    rates = after(filtered().followed, last)["constant rates of all days before"]
    return {"model": f"{parts['nats'][late].sum():.1f}", "constant": f"{rates:.1f}"}


@states(
    "In the hindcast the model's Brier score over {questions} questions is {brier}, a skill of +{base} ({base_low} to "
    "{base_high}) beside the base rate, +{recent} ({recent_low} to {recent_high}) beside a recency-weighted rate and "
    "+{persist} ({persist_low} to {persist_high}) beside persistence",
    60,
)
def _hindcast() -> Values:
    found = sim.hindcast("whole_crisis")
    scores = found.scores()
    score = scores.query("question == 'all' and forecaster == 'model'")["score"].item()
    binary = scores.query("kind == 'any' and question != 'all'")["question"].nunique()
    skill = found.skill().query("question == 'all' and measure == 'brier'").set_index("rival")
    told: Values = {"questions": IN_WORDS[binary], "brier": f"{score:.3f}"}
    for short, rival in (("base", "base_rate"), ("recent", "recency"), ("persist", "persistence")):
        row = skill.loc[rival]
        told |= {
            short: f"{row['skill']:.2f}",
            f"{short}_low": f"{row['low']:.2f}",
            f"{short}_high": f"{row['high']:.2f}",
        }
    return told


@states("are held by 90 % intervals of the fit in {least} to {most} of 100", 0.1)
def _calibrated() -> Values:
    held = [float(each) for each in re.findall(r"\| (\d+\.\d)% \|", CALIBRATION.read_text(encoding="utf-8"))]
    return {"least": f"{min(held):.0f}", "most": f"{max(held):.0f}"}
