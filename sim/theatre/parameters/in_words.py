"""Numbers, terms and quantities in the words of their theatre, for tables and figures that people read.

A path such as `actors.iran.replies.rate` is how files, sweeps and overrides call a number; a reader is told "Iran:
readiness to answer". Both belong together where a researcher has to find the number again: words first, path in small.
"""

from sim.text import called, capital
from sim.theatre.language.paths import meaning, path_splits
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Quantity, Term

_FIELDS = {
    "rate": "daily odds by itself",
    "reply": "preference as an answer",
    "cooldown": "days until it can be done again",
    "recovers": "days until half of its rate is back",
    "deniability": "share that is only suspected",
    "calm": "share of the grievance that it takes away",
    "attribute": "share of suspicion that it makes open",
    "order.lead": "days from order to deed",
    "casualties.chance": "chance that it kills",
    "casualties.deaths": "deaths if it kills, mean",
    "start": "value on the first morning",
    "half_life": "half-life of its way back",
    "noise": "daily noise",
    "target.base": "where it rests",
    "scale.0": "value that counts as 0",
    "scale.1": "value that counts as 1",
    "severity": "weight",
    "perception.memory": "how long it holds a grievance",
    "perception.scale": "how much provocation it takes",
    "perception.lethality": "how much deaths add to a provocation",
    "perception.suspicion": "how far it believes what it only suspects",
    "perception.learning": "how long it remembers what went unanswered",
    "replies.rate": "readiness to answer",
    "replies.overshoot": "rungs that an answer adds",
    "replies.redline": "rungs that blood adds to an answer",
    "replies.width": "how far answers stray from proportion",
    "replies.discharge": "share of a grievance that an answer settles",
    "replies.substitution": "how well an answer on another front fits",
    "replies.variety": "how well an answer by other means fits",
    "replies.silence": "weight of not answering",
    "replies.probation": "days for which an answer is on probation",
    "replies.firmness": "rungs that defiance adds to the next answer",
    "tension_half_life": "half-life of tension",
    "tension_scale": "severity at which tension reads 63",
    "rung_memory": "days for which an act keeps its rung",
    "lethal_deniability": "what is left of deniability when an act kills",
}
_SECTIONS = ("actions", "variables", "conditions", "outcomes", "actors", "script")


def in_words(scenario: Scenario, path: str) -> str:
    """Tell a number by its path: whose it is, and what it is there.

    >>> import sim
    >>> in_words(sim.load("baseline"), "actors.iran.replies.rate")
    'Iran: readiness to answer'
    """
    section, _, rest = path.partition(".")
    if section not in _SECTIONS:
        return _of_the_whole(scenario.theatre, section, rest)
    entries = scenario.script if section == "script" else getattr(scenario.theatre, section)
    entry, inside = next(path_splits(rest, entries), (rest, ""))
    name = _entry_in_words(scenario, section, entry)
    return f"{name}: {_inside(scenario.theatre, section, inside)}" if inside else name


def _of_the_whole(theatre: Theatre, section: str, rest: str) -> str:
    """A number of the ladder or of war."""
    if rest.startswith("rungs."):
        _, rung, *_ = rest.split(".")
        return f"Rung {rung}, {theatre.ladder.rungs[int(rung)].label}: weight"
    what = "weight of a day of it" if (section, rest) == ("war", "severity") else _FIELDS.get(rest, _spaced(rest))
    return f"{capital(_spaced(section))}: {what}"


def _entry_in_words(scenario: Scenario, section: str, entry: str) -> str:
    theatre = scenario.theatre
    if section == "actions" and entry in theatre.actions:
        return action_in_words(theatre, entry)
    if section in ("conditions", "script"):
        return capital(_spaced(entry))
    found = getattr(theatre, section, {}).get(entry)
    return bare(found.label) if found is not None else capital(_spaced(entry))


def _inside(theatre: Theatre, section: str, path: str) -> str:
    """A number within its entry."""
    if path in _FIELDS:
        return _FIELDS[path]
    head, _, rest = path.partition(".")
    if head == "effects":
        return f"effect on '{_label_of(theatre, rest)}'"
    if head == "drivers":
        return f"how far {term_in_words(theatre, rest)} drives it"
    if head == "target":
        return f"pull of {term_in_words(theatre, rest)}"
    if head == "harms":
        return f"harm to {_actor(theatre, rest)}"
    if head == "protects":
        return f"how far harm to {_actor(theatre, rest)} counts as its own"
    if head == "blames":
        by, _, of = rest.partition(".")
        return f"how far it blames {_actor(theatre, by)} for acts of {_actor(theatre, of)}"
    if head == "sponsors":
        of, _, term = rest.partition(".control.")
        control = f"how far {_actor(theatre, of)} controls it"
        return f"{control} at rest" if term == "base" else f"{control}, by {term_in_words(theatre, term)}"
    if head in ("when", "set_when", "clear_when") or section in ("conditions", "outcomes"):
        return _threshold(theatre, path if section == "conditions" else rest, head)
    return _spaced(path).replace(".", ", ")


def _threshold(theatre: Theatre, path: str, head: str) -> str:
    """A threshold in a condition, whatever the lists and counts of days around it."""
    parts = path.split(".")
    while parts and (parts[0] in ("any", "clauses") or parts[0].isdigit()):
        parts.pop(0)
    if parts in (["for"], ["for_"]):
        return "days on end"
    what = quantity_in_words(theatre, ".".join(parts))
    return f"threshold of {what}" + (" at which it ends" if head == "clear_when" else "")


def term_in_words(theatre: Theatre, text: str) -> str:
    """A term of the rules: `economic_pain * ~talks` as the labels of what it multiplies."""
    if text == "base":
        return "nothing else"
    try:
        factors = Term.parse(text).factors
    except ValueError:
        return _spaced(text)
    return " and ".join(
        f"the lack of {_quantity(theatre, each.quantity)}" if each.negated else _quantity(theatre, each.quantity)
        for each in factors
    )


def quantity_in_words(theatre: Theatre, text: str) -> str:
    """What a rule reads, in words: `blood(us, iran)` as what the one holds against the other for its dead."""
    try:
        return _quantity(theatre, Quantity.parse(meaning(text)))
    except ValueError:
        return _spaced(text)


def action_in_words(theatre: Theatre, name: str) -> str:
    """Who does what."""
    action = theatre.actions.get(name)
    if action is None:
        return capital(_spaced(name.replace(".", ": ")))
    return f"{bare(theatre.actors[name.split('.')[0]].label)}: {action.label}"


def _quantity(theatre: Theatre, quantity: Quantity) -> str:
    of = quantity.of
    match quantity.kind:
        case "variable" | "condition":
            return f"'{_label_of(theatre, of[0])}'"
        case "rung":
            return f"the rung of '{theatre.dyads[of[0]].label}'" if of else "the highest rung"
        case "tension":
            return "tension"
        case "deaths":
            return f"the dead of {_actor(theatre, of[0])}" if of else "all deaths"
        case "provocation":
            return f"what {_actor(theatre, of[0])} holds against {_actor(theatre, of[1])}"
        case "blood":
            return f"the dead that {_actor(theatre, of[0])} holds against {_actor(theatre, of[1])}"
        case "impunity":
            return f"what {_actor(theatre, of[0])} did to {_actor(theatre, of[1])} unanswered"
        case "toll":
            return f"what {_actor(theatre, of[0])} suffered from {_actor(theatre, of[1])}"
        case "ordered":
            return f"an order to '{action_in_words(theatre, of[0])}'"
        case _:
            who = f"an act of {_actor(theatre, of[0])} on rung {of[1]} or above" if len(of) > 1 else None
            return f"days since {who or repr(action_in_words(theatre, of[0]))}"


def _label_of(theatre: Theatre, name: str) -> str:
    """A variable by its label; a condition, which has none, by its name."""
    variable = theatre.variables.get(name)
    return _spaced(name) if variable is None else variable.label


def _actor(theatre: Theatre, name: str) -> str:
    actor = theatre.actors.get(name)
    return _spaced(name) if actor is None else called(actor.label)


def bare(label: str) -> str:
    """An actor's label without who leads it."""
    return label.split(" (")[0]


def _spaced(name: str) -> str:
    return name.replace("_", " ")


__all__ = ["action_in_words", "bare", "in_words", "quantity_in_words", "term_in_words"]
