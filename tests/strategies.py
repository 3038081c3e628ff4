"""Hypothesis strategies: small theatres that use the whole language, and scenarios that ask something of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from tests.small_scenarios import START, Map, action, actor, ladder, scenario, theatre

DECIDERS = ("aran", "bora", "cela", "dorn")
DEEDS = ("raid", "threaten", "offer", "shell", "accuse", "march", "arm", "withdraw")
HANDS = ("soldiers", "envoys")
"""Besides the one that an actor's other acts share."""
KINDS = ("unit", "level", "log", "flag")
PLACES, INSTRUMENTS = ("shore", "hills"), ("words", "guns")
LEVEL_RANGE, PRICE_RANGE = (-10.0, 50.0), (20.0, 200.0)

Draw = Callable[[st.SearchStrategy], Any]
Text = st.SearchStrategy[str]

seeds = st.integers(0, 2**64 - 1)
run_numbers = st.integers(0, 2**32 - 1)


@dataclass
class Cast:
    """The names of a theatre under construction, for its rules to refer to."""

    actors: tuple[str, ...]
    variables: dict[str, str]
    """Kind of each variable."""
    actions: tuple[str, ...]
    dyads: tuple[str, ...]
    orders: tuple[str, ...] = ()
    """Acts that are ordered before they are done."""
    conditions: list[str] = field(default_factory=list)
    hands: dict[str, str] = field(default_factory=dict)
    """Whose turn each action takes, once that is known."""
    made: dict[Any, st.SearchStrategy] = field(default_factory=dict)
    """Strategies that were made for it: to make one, and to check it, takes as long as a draw."""

    def of_kind(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.variables.items() if kind in kinds]


@cache
def decimals(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers of three decimals: they shrink to something a person can read."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda thousandths: thousandths / 1000)


def once(make: Callable[..., st.SearchStrategy]) -> Callable[..., st.SearchStrategy]:
    """Make a strategy for a cast once, while its conditions are the same."""

    def made(cast: Cast, *args: Any) -> st.SearchStrategy:
        key = make, args, len(cast.conditions)
        if key not in cast.made:
            cast.made[key] = make(cast, *args)
        return cast.made[key]

    return made


def some_of(names: Iterable[str], values: st.SearchStrategy, at_most: int = 2) -> st.SearchStrategy[Map]:
    """A map from a few of the names; empty where there are none."""
    return _some_of(tuple(sorted(names)), values, at_most)


@cache
def _some_of(names: tuple[str, ...], values: st.SearchStrategy, at_most: int) -> st.SearchStrategy[Map]:
    return st.dictionaries(st.sampled_from(names), values, max_size=at_most) if names else st.just({})


@cache
def per_cents(low: float, high: float) -> Text:
    return decimals(low, high).map("{} %".format)


shares = decimals(0, 1) | st.sampled_from([0, 1])
"""Often at one end, where rules change."""
half_lives = decimals(0.5, 60)
days_of_a_run = st.integers(-2, 62).map(lambda day: START + timedelta(days=day))
periods = days_of_a_run | st.tuples(days_of_a_run, st.integers(0, 30)).map(
    lambda span: f"{span[0]}/{span[0] + timedelta(days=span[1])}"
)


@st.composite
def casts(draw: Draw) -> Cast:
    actors = DECIDERS[: draw(st.integers(2, 4))]
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    variables = {f"{kind}_{index}": kind for index, kind in enumerate(kinds)}
    deeds = st.builds("{}.{}".format, st.sampled_from(actors), st.sampled_from(DEEDS))
    actions = draw(st.lists(deeds, min_size=2, max_size=8, unique=True))
    dyads = ("front", "rear")[: draw(st.integers(0, 2))]
    orders = draw(st.lists(st.sampled_from(actions), max_size=3, unique=True))
    return Cast(actors, variables, tuple(sorted(actions)), dyads, tuple(sorted(orders)))


# Quantities, terms and conditions


@once
def grievances(cast: Cast) -> Text:
    pairs = st.permutations(cast.actors).map(lambda order: order[:2])
    return st.builds(
        lambda what, pair: f"{what}({pair[0]}, {pair[1]})",
        st.sampled_from(["provocation", "blood", "impunity", "toll"]),
        pairs,
    )


@once
def rungs_and_tension(cast: Cast) -> Text:
    return st.sampled_from(["rung", "tension", *(f"rung({dyad})" for dyad in cast.dyads)])


@once
def public_quantities(cast: Cast) -> Text:
    """What everybody sees, and what a sponsor's control may depend on."""
    return st.sampled_from(sorted(cast.variables)) | rungs_and_tension(cast)


def terms_on(quantities: Text, weights: st.SearchStrategy, at_most: int = 3) -> st.SearchStrategy[Map]:
    factors = st.builds(lambda negated, name: "~" * negated + name, st.booleans(), quantities)
    products = st.lists(factors, min_size=1, max_size=3).map(lambda parts: " * ".join(sorted(parts)))
    return st.dictionaries(products, weights, max_size=at_most)


@once
def terms(cast: Cast, weights: st.SearchStrategy, at_most: int = 3) -> st.SearchStrategy[Map]:
    quantities = public_quantities(cast) | grievances(cast) | grievances(cast)
    if cast.orders:
        quantities |= st.sampled_from(cast.orders).map("ordered({})".format)
    if cast.conditions:
        quantities |= st.sampled_from(cast.conditions)
    return terms_on(quantities, weights, at_most)


@cache
def thresholds(low: float, high: float) -> Text:
    return st.builds("{} {}".format, st.sampled_from([">=", "<="]), decimals(low, high))


@once
@st.composite
def comparisons(draw: Draw, cast: Cast, looked_up: bool = False) -> tuple[str, Any]:
    """A quantity and a threshold that it may well cross; or one that a story can ask a finished run."""
    kinds = ["variable", "rung", "tension", "deaths", "days_since"]
    if not looked_up:  # a named condition may read what no story can ask
        kinds += ["grievance", "condition"] + ["ordered"] * bool(cast.orders)
    match draw(st.sampled_from(sorted(kinds))):
        case "variable":
            name = draw(st.sampled_from(sorted(cast.variables)))
            ranges = {"unit": (0, 1), "level": LEVEL_RANGE, "log": (40, 100)}
            kind = cast.variables[name]
            return name, draw(st.booleans() if kind == "flag" else thresholds(*ranges[kind]))
        case "rung":
            name = draw(st.sampled_from(["rung", *(f"rung({dyad})" for dyad in cast.dyads)]))
            return name, draw(thresholds(0, 9))
        case "tension":
            return "tension", draw(thresholds(0, 60))
        case "ordered":
            return f"ordered({draw(st.sampled_from(cast.orders))})", draw(st.booleans())
        case "grievance":
            return draw(grievances(cast)), draw(thresholds(0, 0.6))
        case "deaths":
            return draw(st.sampled_from(["deaths", *(f"deaths({name})" for name in cast.actors)])), draw(
                thresholds(0, 9)
            )
        case "days_since":
            acts = st.builds("days_since({}, {})".format, st.sampled_from(cast.actors), st.integers(0, 9))
            deeds = st.builds("days_since({})".format, st.sampled_from(cast.actions))
            return draw(acts | deeds), draw(thresholds(0, 15))
        case _:
            return (
                (draw(st.sampled_from(cast.conditions)), draw(st.booleans())) if cast.conditions else ("rung", ">= 3")
            )


@once
@st.composite
def conditions(draw: Draw, cast: Cast, depth: int = 1) -> Map:
    clauses = dict(draw(st.lists(comparisons(cast), min_size=1, max_size=2, unique_by=lambda pair: pair[0])))
    if depth > 0 and draw(st.booleans()):
        clauses["any"] = draw(st.lists(conditions(cast, depth - 1), min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 3:
        clauses["on"] = draw(st.lists(periods, min_size=1, max_size=2))
    if draw(st.booleans()):
        clauses["for"] = draw(st.sampled_from([1, 2, "3 d", 2.5]))
    return clauses


# How it is told


@once
def looked_up(cast: Cast) -> st.SearchStrategy[Map]:
    """A condition that a story can ask a finished run."""
    return st.lists(comparisons(cast, True), min_size=1, max_size=2, unique_by=lambda pair: pair[0]).map(dict)


@once
def told_texts(cast: Cast, of_act: bool = True) -> Text:
    """Texts with blanks of every kind; of a flag that turns, those that need no act."""
    since = st.sampled_from(cast.actions).map("since({})".format)
    own = ["dead", "nth"] if of_act else []
    blanks = st.sampled_from([*own, *cast.actors, *sorted(cast.variables)]) | since
    return st.builds("Somebody {} does {{{}}}.".format, st.sampled_from(["still", "now"]), blanks)


@once
def stories(cast: Cast) -> st.SearchStrategy[Any]:
    """One wording, or several of which the last always fits."""
    presumed = {
        "when": looked_up(cast),
        "again": st.booleans(),
        "killed": st.booleans(),
        "answers": st.lists(st.sampled_from(cast.actions), min_size=1, max_size=2, unique=True),
    }
    one = st.one_of([st.fixed_dictionaries({name: value}) for name, value in presumed.items()])
    premises = st.builds(lambda text, first, second: {"text": text} | first | second, told_texts(cast), one, one)
    last = told_texts(cast).map(lambda text: {"text": text})
    return told_texts(cast) | st.builds(lambda some, end: [*some, end], st.lists(premises, max_size=2), last)


@once
def names_by_then(cast: Cast) -> st.SearchStrategy[list[Map]]:
    """What an actor is called while something holds."""
    naming = st.fixed_dictionaries({"when": looked_up(cast), "label": st.sampled_from(["Another", "A third (one)"])})
    return st.lists(naming, min_size=1, max_size=2)


# Variables


@once
def variables(cast: Cast, kind: str) -> st.SearchStrategy[Map]:
    """An entry of one kind; its target reads everything, conditions included."""
    if kind == "flag":
        told = st.fixed_dictionaries({}, optional={"set": told_texts(cast, False), "clear": st.just("It is over.")})
        turns = {"set_when": conditions(cast), "clear_when": conditions(cast), "told": told}
        return st.fixed_dictionaries(as_is(kind="flag", label="A flag") | {"start": st.booleans()}, optional=turns)
    if kind == "unit":
        bases, weights, noise = shares, decimals(-1, 1), decimals(0, 0.2)
        own = {"start": shares}
    elif kind == "level":
        bases, weights, noise = decimals(-20, 60), decimals(-30, 30), decimals(0, 3)
        own = {"start": decimals(*LEVEL_RANGE)} | as_is(range=LEVEL_RANGE, scale=(0, 40), unit="1")
    else:
        bases, weights, noise = decimals(10, 300), per_cents(-60, 90), per_cents(0, 8)
        own = {"start": decimals(*PRICE_RANGE)} | as_is(range=PRICE_RANGE, scale=(50, 120), unit="USD/bbl")
    relaxing = st.fixed_dictionaries({"half_life": half_lives, "target": targets(cast, bases, weights)})
    rest = st.fixed_dictionaries(own | as_is(kind=kind, label="A variable"), optional={"noise": noise})
    return st.builds(lambda one, other: one | other, rest, relaxing | st.just({}))


def as_is(**values: Any) -> dict[str, st.SearchStrategy]:
    return {name: st.just(value) for name, value in values.items()}


@once
def targets(cast: Cast, bases: st.SearchStrategy, weights: st.SearchStrategy) -> st.SearchStrategy[Map]:
    return st.builds(lambda base, pulls: {"base": base} | pulls, bases, terms(cast, weights, 2))


# Actors and actions


def actors(cast: Cast, name: str) -> st.SearchStrategy[Map]:
    others = [other for other in cast.actors if other != name]
    perception = {
        "memory": half_lives,
        "scale": decimals(0.5, 20),
        "lethality": decimals(0, 10),
        "suspicion": shares,
        "suspects": some_of(others, shares),
    }
    replies = {
        "rate": decimals(0, 1),
        "overshoot": decimals(-2, 2),
        "redline": decimals(-1, 4),
        "width": decimals(0.3, 3),
        "discharge": shares,
        "substitution": shares,
        "variety": shares,
        "silence": decimals(0, 2),
    }
    learns = {"learning": half_lives}
    on_probation = {
        "probation": st.integers(0, 30) | decimals(0.5, 6),
        "firmness": decimals(-1, 3),
        "defied_by": st.integers(0, 6),
    }
    control = st.fixed_dictionaries({"control": terms_on(public_quantities(cast), decimals(-0.5, 1.5), 2)})
    made = st.builds(
        actor,
        st.fixed_dictionaries(perception, optional=learns),
        st.fixed_dictionaries(replies, optional=on_probation),
        kind=st.sampled_from(["state", "faction", "public"]),
        protects=some_of(others, shares),
        sponsors=some_of(others, control),
        blames=some_of(others, some_of(others, shares)),
    )
    renamed = st.fixed_dictionaries({}, optional={"known_as": names_by_then(cast)})
    return st.builds(lambda one, other: one | other, made, renamed)


@once
def effects(cast: Cast) -> st.SearchStrategy[Map]:
    """What an act does: one or two variables, each in the way of its kind."""
    ways = {
        "unit": decimals(-1, 1),
        "level": decimals(-15, 15),
        "log": per_cents(-40, 40),
        "flag": st.sampled_from(["set", "clear"]),
    }
    of_each = [some_of(cast.of_kind(kind), way, 1) for kind, way in ways.items()]
    return st.tuples(*of_each).map(lambda parts: {name: effect for part in parts for name, effect in part.items()})


@once
def whose(cast: Cast) -> st.SearchStrategy[Any]:
    """One side whose people die, or two that share the dead."""
    shared = st.tuples(st.permutations(cast.actors), shares).map(
        lambda drawn: {drawn[0][0]: drawn[1], drawn[0][1]: round(1 - drawn[1], 3)}
    )
    return st.sampled_from(cast.actors) | shared


@once
@st.composite
def actions(draw: Draw, cast: Cast, name: str) -> Map:
    others = [other for other in cast.actors if other != name.split(".")[0]]
    ordered = name in cast.orders
    rung = draw(st.integers(int(ordered), 9))
    casualties = st.fixed_dictionaries({"chance": shares, "deaths": decimals(1, 20)}, optional={"whose": whose(cast)})
    optional = {
        "cooldown": st.integers(0, 8),
        "recovers": decimals(0, 20),
        "place": st.sampled_from(PLACES),
        "instrument": st.sampled_from(INSTRUMENTS),
        "once": st.booleans(),
        "drivers": terms(cast, decimals(-2, 2)),
        "harms": some_of(cast.actors, shares),
        "effects": effects(cast),
        "deniability": shares,
        "casualties": casualties,
        "attribute": shares,
        "hand": st.sampled_from(HANDS),
        "accident": st.booleans(),
    }
    optional |= {"calm": shares} if rung == 0 else {"reply": decimals(0, 2)}
    optional |= {"story": stories(cast), "many": st.just("acts of this kind")}
    written = draw(st.fixed_dictionaries({}, optional=optional))
    if written.get("accident") and (ordered or written.keys() & {"hand", "reply"}):
        del written["accident"]  # it is nobody's choice, and no answer
    withdrawn = [each for each in cast.orders if each.split(".")[0] == name.split(".")[0]]
    if ordered:
        written["order"] = {"lead": draw(st.sampled_from([1, 1.5, 2, "4 d"]))}
    elif withdrawn and draw(st.booleans()):
        written["calls_off"] = [draw(st.sampled_from(withdrawn))]
    if draw(st.integers(0, 3)) == 3:
        written["when"] = draw(conditions(cast))
    if "casualties" in written and draw(st.booleans()):
        written["lethal_rung"] = draw(st.integers(0, 9))
    return action(rung, draw(st.sampled_from(others)), draw(decimals(0.05, 0.5)), **written)


# Theatres and scenarios


@st.composite
def small_theatres(draw: Draw) -> Map:
    """A theatre as written, two to four actors and up to eight actions, that has been checked to be sound."""
    cast = draw(casts())
    named = {}
    for name in ("tense", "bitter", "grave")[: draw(st.integers(0, 3))]:
        named[name] = draw(conditions(cast))  # may read those before it
        cast.conditions.append(name)
    their_actors = {name: draw(actors(cast, name)) for name in cast.actors}
    if cast.of_kind("log"):
        their_actors["exchange"] = {"kind": "market", "label": "The exchange", "prices": cast.of_kind("log")}
    written = theatre(
        their_actors,
        {name: draw(actions(cast, name)) for name in cast.actions},
        {name: draw(variables(cast, kind)) for name, kind in cast.variables.items()},
        {name: draw(conditions(cast)) for name in ("climb", "fall")},
        conditions=named,
        dyads={name: draw(sides(cast)) for name in cast.dyads},
        ladder=draw(ladders()),
        places={name: {"label": name} for name in PLACES},
        instruments={name: {"label": name} for name in INSTRUMENTS},
    )
    if cast.of_kind("flag") and draw(st.booleans()):
        written["war"] = draw(wars(cast))
    Theatre.model_validate(written)
    return written


def failing_theatres() -> st.SearchStrategy[Map]:
    """Theatres with a variable whose noise overflows on one day in forty, so that some runs fail and others do not."""
    wild = {"kind": "level", "label": "Wild", "unit": "1", "start": 0, "scale": [0, 1]}
    wild |= {"range": [-1e300, 1e300], "noise": 8e307}
    return small_theatres().map(lambda written: written | {"variables": written["variables"] | {"wild": wild}})


@once
def sides(cast: Cast) -> st.SearchStrategy[Map]:
    """Two sides of some of the actors; they may overlap, and leave actors out."""
    side = st.lists(st.sampled_from(cast.actors), min_size=1, max_size=2, unique=True)
    return st.fixed_dictionaries({"label": st.just("Two sides"), "sides": st.tuples(side, side)})


def ladders() -> st.SearchStrategy[Map]:
    return st.builds(
        ladder,
        rung_memory=st.integers(1, 8),
        tension_half_life=half_lives,
        tension_scale=decimals(5, 100),
        lethal_deniability=shares,
    )


@once
def wars(cast: Cast) -> st.SearchStrategy[Map]:
    return st.fixed_dictionaries(
        {
            "flag": st.sampled_from(cast.of_kind("flag")),
            "severity": decimals(0, 20),
            "source": st.just("judgement: a test"),
        },
        optional={
            "rungs": st.tuples(st.integers(0, 5), st.integers(5, 9)),
            "closes": st.lists(st.sampled_from([*INSTRUMENTS, *cast.actions]), unique=True, max_size=2),
            "dyads": st.lists(st.sampled_from(cast.dyads), unique=True, max_size=2) if cast.dyads else st.just([]),
        },
    )


@st.composite
def small_scenarios(draw: Draw, theatres: st.SearchStrategy[Map] | None = None) -> Scenario:
    """A scenario of 20 to 60 days with script, history and forbidden actions."""
    written = draw(small_theatres() if theatres is None else theatres)
    days = draw(st.integers(20, 60))
    dates = st.integers(0, days - 1).map(lambda day: START + timedelta(days=day))
    cast = Cast(
        actors=tuple(name for name, entry in written["actors"].items() if entry["kind"] != "market"),
        variables={name: entry["kind"] for name, entry in written["variables"].items()},
        actions=tuple(written["actions"]),
        dyads=tuple(written["dyads"]),
        hands=Theatre.model_validate(written).hands,
    )
    windows = st.fixed_dictionaries({"from": dates}) | st.fixed_dictionaries({"until": dates})
    several = st.lists(windows, min_size=1, max_size=3)
    rest: Map = {"script": draw(scripts(cast, dates)), "seed": draw(seeds)}
    rest["forbid"] = draw(some_of(cast.actions, st.sampled_from(["always", "never"]) | windows | several))
    if draw(st.booleans()):
        rest["history_until"] = until = START + timedelta(days=draw(st.integers(0, 6)))
        rest["series"] = draw(series(written["variables"], until))
    case = scenario(written, days, **rest)
    if draw(st.booleans()):
        rest["changes"] = draw(changes(case, dates))
        case = scenario(written, days, **rest)
    return case


@st.composite
def changes(draw: Draw, case: Scenario, dates: st.SearchStrategy) -> Map:
    """Numbers that change on up to three dates, some more than once."""
    values, paths = dict(case.numbers()), st.sampled_from(changeable(case))
    of_day = st.lists(paths, min_size=1, max_size=5, unique=True)
    found = draw(st.lists(st.tuples(dates, of_day), max_size=3, unique_by=lambda entry: entry[0]))
    factors = draw(st.lists(st.sampled_from([0.9, 0.95, 0.98]), min_size=len(found), max_size=len(found)))
    return {
        f"change_{at}": {"on": on, "set": {path: _moved(path, values[path].value, factor) for path in of_day}}
        for at, ((on, of_day), factor) in enumerate(zip(found, factors, strict=True))
    }


def _moved(path: str, value: float, factor: float) -> float:
    """Another value that is allowed there too: a width has a least value, other numbers a greatest one."""
    if path.endswith(".cooldown"):
        return value + 3
    up = path.endswith(".width") or (path.endswith(".rate") and value < 50)
    return value / factor**4 if up else value * factor


def changeable(case: Scenario) -> list[str]:
    """Numbers that can change on a day: all but what counts on the first morning only, and what rules are shaped by."""
    shaping = ("start", "rung_memory", "reply", "calm", "attribute", "for", "range", "chance", "deaths")
    return [
        path
        for path, number in case.numbers()
        if number.value not in (0.0, 1.0) and not path.startswith("script.") and path.split(".")[-1] not in shaping
        if ".casualties.whose." not in path  # these add up to 1
    ]


def series(variables: Map, until: date) -> st.SearchStrategy[Map]:
    """Values of some variables that are no flags, on some days of imposed history."""
    days = st.integers(0, (until - START).days).map(lambda day: START + timedelta(days=day))
    measured = {
        name: st.dictionaries(days, st.floats(*entry.get("range", (0, 1))), min_size=1)
        for name, entry in variables.items()
        if entry["kind"] != "flag"
    }
    return st.fixed_dictionaries({}, optional=measured)


@st.composite
def scripts(draw: Draw, cast: Cast, dates: st.SearchStrategy) -> Map:
    """Acts, one a day for each hand, with or without their deaths, and things that just happen."""
    act = st.fixed_dictionaries(
        {"on": dates, "do": st.sampled_from(cast.actions)}, optional={"deaths": st.integers(0, 30)}
    )
    one_a_day = st.lists(act, max_size=4, unique_by=lambda entry: (entry["on"], cast.hands[entry["do"]]))
    happens = st.fixed_dictionaries({"on": dates, "effects": effects(cast)}).filter(lambda entry: entry["effects"])
    entries = draw(st.permutations(draw(one_a_day) + draw(st.lists(happens, max_size=2))))
    return {f"entry_{index}": entry for index, entry in enumerate(entries)}


# Records


def date_of(day: int) -> str:
    return str(START + timedelta(days=day))


@st.composite
def records(draw: Draw, case: Scenario) -> HistoryFile:
    """What may have happened in the days of a scenario, or a little before and after them, and what is covered."""
    actions, days = sorted(case.theatre.actions), st.integers(-3, case.days + 2)
    spans = st.tuples(days, st.integers(0, 8)).map(lambda span: {"from": span[0], "until": span[0] + span[1]})
    several = st.lists(st.sampled_from(actions), min_size=2, max_size=3, unique=True).map(lambda acts: {"any_of": acts})
    deaths = st.integers(0, 6) | st.tuples(st.integers(0, 3), st.integers(0, 40)).map(lambda d: (d[0], d[0] + d[1]))
    act = st.fixed_dictionaries(
        {"on": days.map(date_of) | dated(spans), "do": st.sampled_from(actions) | several}, optional={"deaths": deaths}
    )
    events = draw(st.lists(act, min_size=1, max_size=10))
    entry = st.fixed_dictionaries(
        {"chance": shares},
        optional={
            "actions": st.lists(st.sampled_from(actions), min_size=1, max_size=3),
            "rungs": st.tuples(st.integers(0, 5), st.integers(5, 9)),
            "from": days.map(date_of),
        },
    ).filter(lambda entry: "actions" in entry or "rungs" in entry)
    written: Map = {"schema_version": 1}
    written["covers"] = [{"rungs": (0, 9), "chance": draw(shares)}, *draw(st.lists(entry, max_size=2))]
    ends = draw(st.fixed_dictionaries({}, optional={"from": st.just(date_of(2)), "until": st.just(date_of(18))}))
    last = ends.get("until", max(_last(event["on"]) for event in events))
    first = ends.get("from", min(_first(event["on"]) for event in events))
    written["covers"] = [each for each in written["covers"] if each.get("from", last) <= last]
    told = [event for event in events if first <= _first(event["on"]) and _last(event["on"]) <= last]
    spans = ((_first(event["on"]), _last(event["on"]), event["do"]) for event in told)
    once = {str(span): event for span, event in zip(spans, told, strict=True)}  # a record tells of an act of a day once
    written["events"] = {f"event_{at}": event for at, event in enumerate(once.values())}
    return HistoryFile.model_validate(written | ends)


def _first(on: Any) -> Any:
    return on["from"] if isinstance(on, dict) else on


def _last(on: Any) -> Any:
    return on["until"] if isinstance(on, dict) else on


def dated(spans: st.SearchStrategy[Map]) -> st.SearchStrategy[Map]:
    return spans.map(lambda span: {end: date_of(day) for end, day in span.items()})
