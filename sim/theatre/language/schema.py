"""What a theatre file may say: ladder, dyads, variables, conditions, actors, actions, outcomes."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from . import names
from .base import ActionId, Id, Model, Source, Text, refuse
from .base_rates import BaseRate
from .number import (
    ONE,
    ZERO,
    Duration,
    HalfLife,
    Legal,
    MeanDeaths,
    Multiplier,
    Number,
    Points,
    Rate,
    RungShift,
    RungWidth,
    Scale,
    Share,
    describe,
)
from .questions import Question, unanswerable
from .references import (
    ActionRef,
    ActorRef,
    DyadRef,
    InstrumentOrActionRef,
    InstrumentRef,
    NewsAfter,
    OutcomeOrVariableRef,
    PlaceRef,
    Rung,
    SideRef,
    VariableRef,
)
from .taken import refuse_taken
from .telling import READABLE, Naming, Story, Wording, read_by_stories, wordings_of
from .terms import GRIEVANCES, RESERVED, TALLIES, Condition, Quantity, Term, Terms, quantities
from .variables import LogVariable, Variable


class RungEntry(Model):
    """One rung of the ladder."""

    label: Text
    severity: Points
    """Points that an act on this rung weighs."""


class Ladder(Model):
    """The escalation ladder and what makes tension of it."""

    source: Source
    rungs: dict[Annotated[int, Field(ge=0, le=9)], RungEntry]
    """Rung 0 (quiet or cooperation) to rung 9 (sustained war), severity rising from 0."""
    tension_half_life: HalfLife
    """How fast the tension of past acts fades."""
    tension_scale: Scale
    """Severity at which tension reads 63 of 100."""
    rung_memory: Annotated[Number, AfterValidator(Legal("d", 1, 60))]
    """For how many days an act keeps its rung."""
    lethal_deniability: Share
    """What is left of an act's deniability when it kills."""

    @field_validator("rungs", mode="after")
    @classmethod
    def _ten_rising(cls, rungs: dict[int, RungEntry]) -> dict[int, RungEntry]:
        if sorted(rungs) != list(range(10)):
            raise ValueError("a ladder has the ten rungs 0 to 9")
        severities = [rungs[rung].severity.value for rung in range(10)]
        if severities[0] != 0 or any(b <= a for a, b in pairwise(severities)):
            raise ValueError("severity must be 0 on rung 0 and rise with every rung")
        return {rung: rungs[rung] for rung in range(10)}

    @field_validator("rung_memory", mode="after")
    @classmethod
    def _whole_days(cls, memory: Number) -> Number:
        if memory.value != int(memory.value):
            raise ValueError("rung_memory is a whole number of days")
        return memory


class Dyad(Model):
    """Two sides whose exchange is followed by itself."""

    label: Text
    sides: tuple[tuple[ActorRef, ...], tuple[ActorRef, ...]]


_COLOUR = r"^#[0-9a-fA-F]{6}$"


def _hexadecimal(data: Any) -> Any:
    if not isinstance(data, str) or not re.fullmatch(_COLOUR, data):
        raise ValueError(f"expected a colour such as '#cc4125', in quotes, found {describe(data)}")
    return data


Colour = Annotated[str, BeforeValidator(_hexadecimal), WithJsonSchema({"type": "string", "pattern": _COLOUR})]
"""Red, green and blue, two hexadecimal digits each; in quotes, since a comment begins with #."""


class Side(Model):
    """Actors that figures show alike; no rule reads it."""

    label: Text
    colour: Colour
    """Red, green and blue, two hexadecimal digits each, such as '#cc4125'."""
    marker: Literal["square", "circle", "triangle", "diamond", "inverted_triangle"] | None = None
    """The shape of its acts; left out, these in turn."""


Unit01 = Annotated[float, Field(ge=0, le=1)]


class Place(Model):
    """Where acts happen: a front, home, cyberspace."""

    label: Text
    at: tuple[Unit01, Unit01] | None = None
    """Where a schematic map shows it, from the left and from the top, each 0 to 1; left out, it is on no map."""


class Instrument(Model):
    """What acts are done with: words, missiles, money."""

    label: Text


class War(Model):
    """What changes while the flag of war is set."""

    flag: VariableRef
    rungs: tuple[Rung, Rung] | None = None
    """Acts between these rungs are part of the war and are not chosen by themselves; left out, no rung is closed."""
    closes: tuple[InstrumentOrActionRef, ...] = ()
    """Instruments, and acts by their own name, that are closed while it lasts."""
    severity: Points
    """What a day of war adds to the tension."""
    dyads: tuple[DyadRef, ...] = ()
    """The dyads that stand on rung 9 while it holds."""
    source: Source

    @field_validator("flag", mode="after")
    @classmethod
    def _is_a_flag(cls, flag: str) -> str:
        known = names.current()
        if known is not None and known.variable(flag, "kind") not in ("flag", None):
            raise ValueError(f"'{flag}' is not a flag; war needs a variable of kind flag")
        return flag


class Perception(Model):
    """How an actor remembers and weighs what was done."""

    memory: HalfLife
    """Half-life of what it holds against others."""
    scale: Scale
    """Severity at which provocation reads 0.63."""
    lethality: Points
    """Points per doubling of deaths."""
    suspicion: Share
    """How far it believes what it only suspects."""
    learning: HalfLife = Field(default={"value": 30.0}, validate_default=True)
    """Half-life of what it remembers of impunity and toll: what it did unanswered, and what was done to it."""
    suspects: dict[ActorRef, Share] = {}
    """Suspicion of certain actors, where it differs."""


class Replies(Model):
    """How an actor answers."""

    rate: Rate
    """Odds of a reply on a day under full provocation: alone, 0.1 is a chance of 9 %, 1 one of 50 %."""
    overshoot: RungShift = Field(default=ZERO, validate_default=True)
    """Rungs it adds to what provoked it."""
    redline: RungShift = Field(default=ZERO, validate_default=True)
    """Rungs that blood adds at full reading."""
    width: RungWidth = Field(default={"value": 1.0}, validate_default=True)
    """How far from proportion its replies stray; it chooses among several answers to one target."""
    discharge: Share
    """Share of the grievance that a proportionate reply settles."""
    substitution: Share = Field(default=ONE, validate_default=True)
    """What is left of the fit of a reply at another place than the act that it answers; 0 answers on the spot only."""
    variety: Share = Field(default=ONE, validate_default=True)
    """Likewise of a reply with another instrument than the act that it answers."""
    silence: Multiplier = Field(default=ZERO, validate_default=True)
    """What not answering weighs among the replies to a target, where a reply that fits best weighs its preference."""
    probation: Duration = Field(default=ZERO, validate_default=True)
    """For how long a reply is on probation: if the other side strikes again by then, what it settled comes back."""
    firmness: RungShift = Field(default=ZERO, validate_default=True)
    """Rungs that defiance of a reply adds to the next."""
    defied_by: Rung = 4
    """The lowest rung on which an act defies a reply on probation."""


class Sponsor(Model):
    """Who stands behind a proxy, and how firmly."""

    control: Terms
    """The share of the proxy's acts that is the sponsor's, a sum of terms, kept between 0 and 1."""

    @field_validator("control", mode="after")
    @classmethod
    def _of_the_evening(cls, control: dict[str, Number]) -> dict[str, Number]:
        refuse(
            ((text,), f"control is known before the morning: it reads variables, rungs and tension, not {quantity}")
            for text in control
            for quantity in (factor.quantity for factor in Term.parse(text).factors)
            if quantity.kind in ("condition", "ordered", *GRIEVANCES, *TALLIES)
        )
        return control


_BLIND = {"memory": {"value": 1.0}, "scale": {"value": 1.0}, "lethality": ZERO, "suspicion": ZERO}
_MUTE = {"rate": ZERO, "discharge": ZERO}
"""Perception and replies of an actor that has none, never read."""


class Actor(Model):
    """Who decides: a state, a faction, a public."""

    kind: Literal["state", "faction", "public"]
    label: Text
    known_as: tuple[Naming, ...] = ()
    """What stories call it in place of its label while a condition holds; the first that does."""
    about: Text | None = None
    """Who it is, in a sentence for a reader who has never heard of it."""
    wants: Text | None = None
    """What it is after, in a sentence."""
    home: PlaceRef | None = None
    """Where a schematic map shows it; left out, beyond the map."""
    goals: dict[OutcomeOrVariableRef, float] = {}
    """What a player in its seat is scored by: weights on outcomes (1 once they have come about) and on variables (their
    mean over the days, on their scale from 0 to 1). No rule reads it."""
    perception: Perception = Field(default=_BLIND, validate_default=True)
    """Omit for actors that hold no grievances."""
    replies: Replies = Field(default=_MUTE, validate_default=True)
    """Omit for actors that answer nobody."""
    protects: dict[ActorRef, Share] = {}
    """How far harm to others counts as harm to itself."""
    sponsors: dict[ActorRef, Sponsor] = {}
    blames: dict[ActorRef, dict[ActorRef, Share]] = {}
    """Its own view of who is behind whom: `{us: {iraqi_protesters: 0.5}}` lays half of that on the US."""
    side: SideRef | None = None
    """With whom figures show it; left out, with its first sponsor, or by itself if it has none."""
    source: Source | None = None
    note: Text | None = None


class Market(Model):
    """The one agent that settles prices instead of choosing."""

    kind: Literal["market"]
    label: Text
    prices: tuple[VariableRef, ...]
    """The log variables it settles; all of them."""
    source: Source | None = None
    note: Text | None = None


def _one_or_several(whose: Any) -> str:
    return "several" if isinstance(whose, Mapping) else "one"


Whose = Annotated[
    Annotated[ActorRef, Tag("one")] | Annotated[dict[ActorRef, Share], Tag("several")], Discriminator(_one_or_several)
]
"""An actor, or several with a share each."""


class Casualties(Model):
    """Whether an act kills, how many, and whom."""

    chance: Share
    deaths: MeanDeaths
    """Mean deaths if any (geometric from 1)."""
    whose: Whose | None = None
    """Whose people die; left out, the target's. Of several sides, each with its share: `{us: 0.2, iran: 0.8}`."""

    @field_validator("whose", mode="after")
    @classmethod
    def _shares_of_one(cls, whose: str | dict[str, Number] | None) -> str | dict[str, Number] | None:
        if not isinstance(whose, Mapping):
            return whose
        if len(whose) < 2:
            raise ValueError("shares of the dead are for several sides; for one side, write 'whose: ACTOR'")
        if any(share.plausible for share in whose.values()):
            raise ValueError("shares of the dead add up to 1, so none has a range of its own; leave out 'plausible'")
        total = sum(share.value for share in whose.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares of the dead add up to {total:g}; they must add up to 1")
        return whose


def _by_a_known_actor(action: str) -> str:
    names.require("actor", action.split(".")[0])
    return action


def _sound_effects(effects: dict[str, Any]) -> dict[str, Any]:
    refuse(((name,), fault) for name, effect in effects.items() if (fault := effect_fault(name, effect)))
    return effects


Effects = Annotated[dict[VariableRef, Number | Literal["set", "clear"]], AfterValidator(_sound_effects)]
"""What happens to variables: a share up or down, an amount, per cent of a price, `set` or `clear` of a flag."""


class Order(Model):
    """What lies between the decision for an act and the act."""

    lead: Annotated[Number, AfterValidator(Legal("d", 1, 30))]
    """Days from the order to the act; until then it can be seen, and called off."""


class Chance(Model):
    """What comes of an act by chance: a pilot taken, a rumour believed."""

    chance: Share
    """How likely it is, each time that the act is done."""
    effects: Effects = {}
    """What it does then, besides what the act does in any case."""
    story: Text | None = None
    """A sentence that is told after the act's own if it comes about."""
    note: Text | None = None


class Action(Model):
    """Something an actor may do on a day."""

    label: Text
    story: Story
    """A sentence that tells it, or several wordings, of which the first that fits is told."""
    many: Text | None = None
    """What several of them are, such as `rocket attacks on bases`, where a story folds them into a sentence."""
    source: Source
    """Where the act is from; stands for every number of the entry that names no source of its own."""
    rung: Rung
    target: ActorRef
    place: PlaceRef | None = None
    """Where it happens; a reply elsewhere fits less, by its actor's `substitution`."""
    instrument: InstrumentRef | None = None
    """What it is done with; a reply with another fits less, by its actor's `variety`."""
    hand: Id | None = None
    """Which of its actor's hands does it, each of which does one act a day at most; left out, that of all such acts."""
    accident: bool = False
    """True for what happens by mistake: nobody chooses it, and it takes nobody's turn."""
    rate: Rate
    """Odds of doing it on a day, with every driver at zero: alone, 0.1 is a chance of 9 %, 1 one of 50 %."""
    reply: Multiplier = Field(default=ZERO, validate_default=True)
    """Preference for it among replies to its target; 0 makes it no reply."""
    when: Condition | None = None
    cooldown: Duration = Field(default=ZERO, validate_default=True)
    recovers: Duration = Field(default=ZERO, validate_default=True)
    """Half-life of what it still lacks after it was done: its rate comes back by halves; 0 lacks nothing."""
    once: bool = False
    order: Order | None = None
    """That it is ordered before it is done."""
    calls_off: tuple[ActionRef, ...] = ()
    """Acts whose order it withdraws."""
    drivers: Terms = {}
    """Terms in the exponent of its daily rate."""
    harms: dict[ActorRef, Share] = {}
    """Others who feel it, and how strongly."""
    effects: Effects = {}
    may: dict[Id, Chance] = {}
    """What may come of it besides, each by a chance of its own."""
    deniability: Share = Field(default=ZERO, validate_default=True)
    """The share of it that is only suspected."""
    lethal_rung: Rung | None = None
    """Its rung when it kills."""
    casualties: Casualties | None = None
    claimed_by: ActorRef | None = None
    """Who claims it, true or not."""
    calm: Share = Field(default=ZERO, validate_default=True)
    """Share of its target's grievance against its actor that a rung-0 act takes away."""
    attribute: Share = Field(default=ZERO, validate_default=True)
    """Share of what everyone only suspects of its target that its evidence makes open."""
    lever: bool = False
    """True where a government can decide to do more or less of it."""
    known_to: tuple[ActorRef, ...] | None = None
    """Who learns of it beside its actor; left out, everybody. No rule reads it: it is what players may know."""
    news_after: NewsAfter | None = None
    """After how many days the others learn of it; left out, `known_to` alone ever do."""
    unclaimed: Text | None = None
    """A sentence that tells it without who did it, for those who can only suspect; left out, one is made of its place,
    its instrument and its target."""
    note: Text | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.rung != 0 and self.calm.value > 0:
            raise ValueError(f"calm belongs to acts on rung 0; this one is on rung {self.rung}")
        if self.lethal_rung is not None and self.casualties is None:
            raise ValueError("lethal_rung without casualties: give a chance that it kills")
        if self.rung == 0 and self.reply.value > 0:
            raise ValueError("a rung-0 act answers no provocation; leave out 'reply'")
        if self.accident and self.reply.value > 0:
            raise ValueError("nobody answers by accident; leave out 'reply' or 'accident'")
        if self.accident and self.hand is not None:
            raise ValueError("an accident uses no hand; leave out 'hand' or 'accident'")
        if self.unclaimed is not None and "deniability" not in self.model_fields_set:
            raise ValueError("unclaimed tells of an act that can be denied; give its deniability, or leave it out")
        if self.order is not None and (self.accident or self.rung == 0 or self.calls_off):
            what = "an accident" if self.accident else "an act on rung 0" if self.rung == 0 else "what calls off others"
            raise ValueError(f"{what} is not ordered beforehand; leave out 'order'")
        return self

    @property
    def touched(self) -> Iterator[tuple[str, Number | str]]:
        """Every variable that it touches, or may touch, and how."""
        yield from self.effects.items()
        for each in self.may.values():
            yield from each.effects.items()

    def turns(self, flag: str, way: str) -> bool:
        """Whether it can set or clear a flag; `way` is the one or the other."""
        return any(name == flag and effect == way for name, effect in self.touched)

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """The ways in which it is told; the last always fits."""
        return wordings_of(self.story)

    @property
    def sides_of_its_dead(self) -> tuple[str, ...]:
        """Whose people die if anybody does, in order of ids."""
        whose = (self.casualties and self.casualties.whose) or self.target
        return tuple(sorted(whose)) if isinstance(whose, Mapping) else (whose,)

    def hand_of(self, name: str) -> str:
        """Whose turn it takes under its name: its actor's id, `actor/hand`, or for an accident `actor/verb_object`."""
        actor, deed = name.split(".")
        own = deed if self.accident else self.hand
        return actor if own is None else f"{actor}/{own}"


class Outcome(Model):
    """A named condition on a path; a run notes the first day it held."""

    label: Text
    when: Condition
    note: Text | None = None


class Theatre(Model):
    """The cast and the rules of a crisis."""

    schema_version: Literal[1]
    theatre: Id
    """The theatre's name; scenarios say `extends: NAME`."""
    title: Text
    about: Text | None = None
    """What the crisis is, in a paragraph for a reader who has never heard of it."""
    notes: Text | None = None
    ladder: Ladder
    dyads: dict[Id, Dyad] = {}
    places: dict[Id, Place] = {}
    """Where acts may happen: fronts, home, cyberspace."""
    instruments: dict[Id, Instrument] = {}
    """What acts may be done with."""
    sides: dict[Id, Side] = {}
    """Actors that figures show alike, in the order in which legends name them."""
    variables: dict[Id, Variable]
    conditions: dict[Id, Condition] = {}
    """Conditions that terms, actions and outcomes call by name; a term reads them as 0 or 1."""
    actors: dict[Id, Annotated[Actor | Market, Field(discriminator="kind")]]
    actions: dict[Annotated[ActionId, AfterValidator(_by_a_known_actor)], Action]
    outcomes: dict[Id, Outcome]
    war: War | None = None
    base_rates: dict[Id, BaseRate] = {}
    """What is known of crises of this kind; ensembles are held beside it, and no rule reads it."""
    questions: dict[Id, Question] = {}
    """What is asked of the days to come; forecasts are scored by the answers, and no rule reads it."""
    lint: dict[str, Text] = {}
    """Findings of `sim lint` that are meant to be: the path of what is found, and why."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Let every reference below see what this theatre defines."""
        if isinstance(data, Theatre):
            return handler(data)
        with names.naming(names.Names.of(data)):
            return handler(data)

    @property
    def deciders(self) -> dict[str, Actor]:
        """The actors that choose, in order of their ids: all but the market."""
        return {name: actor for name, actor in sorted(self.actors.items()) if isinstance(actor, Actor)}

    @field_validator(
        "dyads",
        "places",
        "instruments",
        "sides",
        "variables",
        "conditions",
        "actors",
        "outcomes",
        "base_rates",
        "questions",
        mode="after",
    )
    @classmethod
    def _not_taken(cls, entries: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        read = {name: entry for name, entry in entries.items() if not (name in RESERVED and isinstance(entry, Market))}
        refuse_taken(info.field_name or "", read)
        return entries

    @field_validator("conditions", mode="after")
    @classmethod
    def _no_circles(cls, conditions: dict[str, Condition]) -> dict[str, Condition]:
        ordered_conditions(conditions)
        return conditions

    @property
    def hands(self) -> dict[str, str]:
        """Whose turn each action takes: hands are `actor` or `actor/name`, and do one act a day each."""
        return {name: action.hand_of(name) for name, action in self.actions.items()}

    @field_validator("actions", mode="after")
    @classmethod
    def _accidents_apart(cls, actions: dict[str, Action]) -> dict[str, Action]:
        chosen = {action.hand_of(name) for name, action in actions.items() if not action.accident}
        refuse(
            ((name, "accident"), f"its actor has a hand with the same name, '{name.split('.')[1]}'; rename one of them")
            for name, action in actions.items()
            if action.accident and action.hand_of(name) in chosen
        )
        return actions

    @field_validator("actions", mode="after")
    @classmethod
    def _own_orders(cls, actions: dict[str, Action]) -> dict[str, Action]:
        refuse(
            ((name, "calls_off"), f"{order} is not an act of its actor that has an 'order'")
            for name, action in actions.items()
            for order in action.calls_off
            if order.split(".")[0] != name.split(".")[0] or order not in actions or actions[order].order is None
        )
        return actions

    @field_validator("actions", mode="after")
    @classmethod
    def _not_against_oneself(cls, actions: dict[str, Action]) -> dict[str, Action]:
        refuse(
            ((name, "target"), f"'{action.target}' cannot be the target of its own action")
            for name, action in actions.items()
            if action.target == name.split(".")[0]
        )
        return actions

    @model_validator(mode="after")
    def _who_answers_says_how(self) -> Self:
        faults: list[tuple[tuple[str, ...], str]] = []
        for action_id, action in self.actions.items():
            actor = self.actors[action_id.split(".")[0]]
            if action.reply.value > 0 and isinstance(actor, Actor) and "replies" not in actor.model_fields_set:
                faults.append(
                    (
                        ("actions", action_id, "reply"),
                        "its actor has no 'replies': say how it answers, or leave this out",
                    )
                )
        for observer, by in sorted(self.pairs_read()):
            actor = self.actors[observer]
            if isinstance(actor, Actor) and "perception" not in actor.model_fields_set:
                faults.append((("actors", observer), f"a rule reads what it holds against {by}: give its 'perception'"))
        for _, observer, by in self.tallies_read():
            actor = self.actors[observer]
            if isinstance(actor, Actor) and "perception" not in actor.model_fields_set:
                faults.append(
                    (("actors", observer), f"a rule reads what passed between it and {by}: give its 'perception'")
                )
        faults += [
            (("actions", name), f"a rule reads ordered({name}): say how long its 'order' takes")
            for name in sorted({quantity.of[0] for quantity in self._read() if quantity.kind == "ordered"})
            if self.actions[name].order is None
        ]
        refuse(faults)
        return self

    def _read(self) -> Iterator[Quantity]:
        """Every quantity that a rule, a condition or an outcome reads."""
        yield from self._read_by_rules()
        for condition in (*self.conditions.values(), *(outcome.when for outcome in self.outcomes.values())):
            yield from quantities(condition)

    def pairs_read(self) -> set[tuple[str, str]]:
        """(observer, by) of every pair that some reply, term or condition reads."""
        replies = {(name.split(".")[0], action.target) for name, action in self.actions.items() if action.reply.value}
        held = {(each.of[0], each.of[1]) for each in self._read() if each.kind in GRIEVANCES}
        return {(observer, by) for observer, by in replies | held if {observer, by} <= self.deciders.keys()}

    @model_validator(mode="after")
    def _who_feels_it_knows_of_it(self) -> Self:
        """An act that some hear of later, or never, is none that they feel: what they held would tell them."""
        observers = {observer for observer, _ in self.pairs_read()} | {each for _, each, _ in self.tallies_read()}
        faults: list[tuple[tuple[str, ...], str]] = []
        for name, action in self.actions.items():
            if action.known_to is None and action.news_after is None:
                continue
            aware = {name.split(".")[0], *(action.known_to or ())}
            for who in sorted((observers & self._who_feel(action)) - aware):
                fault = f"{who} feels this act by the rules and would not know of it; add {who} to 'known_to'"
                faults.append((("actions", name, "known_to"), fault))
        refuse(faults)
        return self

    def _who_feel(self, action: Action) -> set[str]:
        """Those whose grievances an act can add to or take from: its target, whom it harms, and who protects them."""
        weighs = action.rung > 0 or action.casualties is not None or action.calm.value > 0 or action.attribute.value > 0
        hurt = {action.target, *(action.sides_of_its_dead if action.casualties else ())} if weighs else set()
        hurt |= {side for side, share in action.harms.items() if share.value > 0}
        guardians = {
            name
            for name, actor in self.deciders.items()
            if any(actor.protects[each].value > 0 for each in hurt & actor.protects.keys())
        }
        return hurt | guardians

    def tallies_read(self) -> list[tuple[str, str, str]]:
        """(kind, observer, by) of every impunity and toll that some term or condition reads, in order of observers."""
        read = {(each.of[0], each.of[1], str(each.kind)) for each in self._read() if each.kind in TALLIES}
        return [(kind, observer, by) for observer, by, kind in sorted(read)]

    def counted(self) -> set[str]:
        """Actions of which some condition reads how often they were done."""
        return {quantity.of[0] for quantity in self._read() if quantity.kind == "count"}

    def _read_by_rules(self) -> Iterator[Quantity]:
        """What actions and variables read, themselves and not through a condition that they name."""
        texts: list[str] = []
        conditions: list[Condition] = []
        for action in self.actions.values():
            texts += action.drivers
            conditions += [action.when] if action.when else []
        for variable in self.variables.values():
            texts += [text for text in getattr(variable, "target", None) or {} if text != "base"]
            flips = (getattr(variable, name, None) for name in ("set_when", "clear_when"))
            conditions += [when for when in flips if when]
        yield from (quantity for condition in conditions for quantity in quantities(condition))
        yield from (factor.quantity for text in texts for factor in Term.parse(text).factors)

    def ruling_conditions(self) -> set[str]:
        """The conditions that some action or variable reads, itself or through another; the others define outcomes."""
        found: set[str] = set()
        open_ = list(self._read_by_rules())
        for quantity in open_:
            name = quantity.of[0] if quantity.of else ""
            if name in self.conditions and name not in found and quantity.kind in ("condition", "variable"):
                found.add(name)
                open_ += quantities(self.conditions[name])
        return found

    @model_validator(mode="after")
    def _war_is_no_accident(self) -> Self:
        """What players know of a war they know from acts that surely turn its flag."""
        flag = self.war.flag if self.war is not None else None
        refuse(
            (
                ("actions", name, "may", each, "effects", flag),
                f"{flag} is the flag of war, and chance cannot turn it; "
                "turn another flag, which the war's waits for in 'set_when'",
            )
            for name, action in self.actions.items()
            for each, chance in action.may.items()
            if flag is not None and flag in chance.effects
        )
        return self

    @model_validator(mode="after")
    def _stories_can_look_it_up(self) -> Self:
        named = {each.of[0] for each in read_by_stories(self) if self._names_a_condition(each)}
        found = [(name, each) for name in sorted(named) for each in self._below(name) if each.kind not in READABLE]
        refuse(
            (("conditions", name), f"a story reads this condition and cannot look up {each}") for name, each in found
        )
        return self

    def _below(self, condition: str) -> Iterator[Quantity]:
        """What a condition reads, itself and through others that it names."""
        for quantity in quantities(self.conditions[condition]):
            yield quantity
            if self._names_a_condition(quantity):
                yield from self._below(quantity.of[0])

    def _names_a_condition(self, quantity: Quantity) -> bool:
        """Whether a quantity is a named condition: read where names are not known, it passes for a variable."""
        return quantity.kind in ("variable", "condition") and quantity.of[0] in self.conditions

    @model_validator(mode="after")
    def _questions_have_answers(self) -> Self:
        refuse(unanswerable(self.questions, self))
        return self

    @model_validator(mode="after")
    def _one_market(self) -> Self:
        markets = [name for name, actor in self.actors.items() if isinstance(actor, Market)]
        prices = {name for name, variable in self.variables.items() if isinstance(variable, LogVariable)}
        if len(markets) > 1:
            raise ValueError(f"a theatre has one market at most, found {', '.join(markets)}")
        settled = {price for name in markets for price in self.actors[name].prices}  # type: ignore[union-attr]
        if settled != prices:
            odd = ", ".join(sorted(settled ^ prices))
            raise ValueError(f"the market settles the log variables, all of them and nothing else; check {odd}")
        if any(name in self.conditions for name in self.variables):
            twins = ", ".join(sorted(self.conditions.keys() & self.variables.keys()))
            raise ValueError(f"{twins}: both a variable and a condition; a rule could not tell them apart")
        return self


def effect_fault(name: str, effect: Number | str) -> str | None:
    """Return what is wrong with an effect on variable `name`, by the variable's kind."""
    known = names.current()
    if known is None:
        return None
    kind, unit = known.variable(name, "kind"), known.variable(name, "unit") or "1"
    if kind not in ("unit", "level", "log", "flag"):
        return None  # reported where the variable is defined
    if isinstance(effect, str) or kind == "flag":
        if isinstance(effect, str) and kind == "flag":
            return None
        return f"{name} is a {kind}: " + ("write set or clear" if kind == "flag" else f"'{effect}' needs a flag")
    if kind == "log":
        fits = effect.unit == "%" and effect.value > -100
        return None if fits else f"{name} is a price: write its effect in per cent, above -100, such as '+1.5 %'"
    if effect.unit not in (None, unit):
        return f"wrong unit '{effect.unit}' for {name}; it is in '{unit}'"
    if kind == "unit" and not -1 <= effect.value <= 1:
        return f"{name} lies between 0 and 1: its effect is a share from -1 to 1, found {describe(effect.value)}"
    return None


def ordered_conditions(conditions: Mapping[str, Condition]) -> list[str]:
    """Names of conditions so that each comes after those it reads.

    Raises
    ------
    ValueError
        Conditions that read one another in a circle.
    """
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in conditions:
            return
        if name in open_:
            raise ValueError(f"conditions read one another in a circle: {' -> '.join([*open_, name])}")
        open_.append(name)
        for quantity in quantities(conditions[name]):
            if quantity.kind == "condition":
                visit(quantity.of[0])
        done.append(open_.pop())

    for name in sorted(conditions):
        visit(name)
    return done
