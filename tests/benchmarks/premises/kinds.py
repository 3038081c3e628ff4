"""Kinds of premises: words that presuppose something, and what makes it so."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .telling import Telling

Premise = Callable[[Telling], bool]


@dataclass(frozen=True)
class Kind:
    """Words that presuppose something, and whether it is so in a run."""

    name: str
    words: str
    """A regular expression that the words of a sentence match."""
    holds: Premise
    of: str = ""
    """The acts whose sentences are read, as a regular expression; all if empty."""

    def read_in(self, action: str, text: str) -> bool:
        """Whether a sentence of an act presupposes it."""
        return bool(re.search(self.words, text)) and bool(re.match(self.of, action))


AT_SEA = ("iran.sabotage_shipping",)
ON_OIL = ("iran.strike_oil_plant", "kataib_hezbollah.fly_drones_south", "houthis.hit_pipeline")
SHIPS_TAKEN = ("iran.seize_tanker", "iran.seize_british_tanker", "iran.harass_shipping")
ROCKETS = ("kataib_hezbollah.fire_rockets", "kataib_hezbollah.fire_barrage", "asaib_ahl_al_haq.fire_rockets")
SHOOTINGS = ("iraq_government.crack_down", "asaib_ahl_al_haq.shoot_protesters")
CROWDS = ("script.protests_begin", "iraqi_protesters.hold_square", "iraqi_protesters.march_for_work")


FORCE, WORDS, LONG = 4, 1, 90
"""Rungs of force and of mere words, and days after which a reason is long gone, whoever remembers it."""


def _near(told: Telling) -> bool:
    """Whether what is printed as its reason was done in the same place, or by or to somebody who is part of the act."""
    return told.reason is None or bool(told.place_of(told.reason) & told.place_of(told.deed)) or told.shares_party()


def _no_mere_words(told: Telling) -> bool:
    return told.reason is None or not (told.reason.rung <= WORDS and told.deed.rung >= FORCE)


def _not_long_ago(told: Telling) -> bool:
    return told.reason is None or told.deed.day - told.reason.day <= LONG


def done(*acts: str, within: int = 100_000) -> Premise:
    """One of some acts had been done, at most so many days ago."""
    return lambda told: told.after(*acts, within=within)


def not_done(*acts: str) -> Premise:
    """None of some acts had been done by the morning: all act at once, on what the morning knew."""
    return lambda told: not told.by_morning(*acts)


def _told_once(words: str) -> Premise:
    return lambda told: not any(re.search(words, each.template) for each in told.earlier)


def _told_once_or_taken_back(told: Telling) -> bool:
    return all(each.template != told.template for each in told.earlier) or told.after("iran.return_to_limits")


def _own_dead(told: Telling) -> bool:
    return told.dead(told.deed.actor) >= 1


def _a_ship_is_held(told: Telling) -> bool:
    sailed = sum(bool(re.search("sails from Bandar Abbas", each.template)) for each in told.earlier)
    return told.times("iran.seize_tanker") > sailed


def _provoked(told: Telling) -> bool:
    target = told.course.scenario.theatre.actions[told.deed.action].target
    return told.cause is not None or told.after_blow(target, 1, within=14)


ONE_OFF = {
    "the Global Hawk": "Global Hawk",
    "the USS Boxer": "USS Boxer",
    "Abqaiq": "Abqaiq",
    "the tankers off Fujairah": "Fujairah",
    "the Grace 1 boarded": "Grace 1 off",
    "the villa by the Tigris": "villa across",
    "the plan at the General Assembly": "General Assembly .* plan",
    "a hand kissed in a letter": "kisses .* hand",
    "the film of a mine": "a film of",
    "Iran's metals": "metals",
    "the lion's tail": "lion's tail",
    "the reception of the embassy": "burns? the reception",
    "the two hotel rooms": "two hotel rooms",
    "the consulate in Najaf": "burns the Iranian consulate",
    "the country off the internet": "cuts the country off the internet",
    "a front of which nobody had heard": "nobody had heard",
    "fifteen billion dollars": "fifteen billion",
    "three days of mourning": "mourn for three days",
    "Bolton dismissed": "dismisses John Bolton",
    "a carrier and bombers": "carrier and bombers",
    "HMS Montrose between": "HMS Montrose",
}
"""Events that happen once in a history, and the words by which they are told."""

KINDS = (
    # --- What the acts of others left behind --------------------------------------------------------------------------
    Kind("mines on a hull before any mine", r"mine off a|mine beside|laid the mines|hull\b", done(*AT_SEA), of="us"),
    Kind("attacks on ships before any", r"attacks? on the ships|attacked the ships", done(*AT_SEA)),
    Kind(
        "an attack to explain before any",
        r"the latest attack|behind the attacks?\b|bears responsibility|plausible account",
        done(*AT_SEA, *ON_OIL),
    ),
    Kind(
        "the burnt oil plant before any fire",
        r"fire at the oil plant|burnt oil plant|the fire took|back within weeks",
        done("iran.strike_oil_plant", within=60),
    ),
    Kind("a pipeline hit before any", r"hit the pipeline", done(*ON_OIL, within=30)),
    Kind(
        "a halt answered before any offer", r"line to Sanaa|takes up the offer", done("houthis.offer_halt", within=60)
    ),
    Kind(
        "proportionate measures before any",
        r"proportionate measures",
        lambda told: told.after_blow("iran", 5, within=15),
    ),
    Kind(
        "one more raid before a second",
        r"one more (Israeli )?raid",
        lambda told: told.times("israel.strike_syria") >= 2,
    ),
    Kind("a raid on Syria before any", r"raid on its land|the raid pass|raid in Syria", done("israel.strike_syria")),
    Kind("a drone lost before any", r"[Ll]o(st|ss of its) drone", done("iran.shoot_down_drone", within=30)),
    Kind("over tankers before any was touched", r"^Over the tankers|tankers of others", done(*AT_SEA, *SHIPS_TAKEN)),
    Kind(
        "rockets answered before any",
        r"^(Over|After) the (latest )?rockets|^After rockets|^Rockets have",
        done(*ROCKETS),
    ),
    Kind("unless the rockets stop, before any", r"the rockets (do not )?stop", done(*ROCKETS)),
    Kind("a truck that fired, before any rocket", r"truck from which rockets were", done(*ROCKETS, within=10)),
    Kind("rockets from Gaza before any", r"rockets from Gaza", done("hamas.fire_rockets", within=14), of="israel"),
    Kind("fire from Lebanon before any", r"fire from Lebanon", done("hezbollah.fire_at_israel", within=14)),
    Kind(
        "an attack on anything American before any",
        r"further attack on anything American",
        lambda told: told.after("iran.shoot_down_drone", within=30) or told.after_blow("iran", 8, within=30),
    ),
    Kind("an American blow before any", r"^After the American blow", lambda told: told.after_blow("us", 8, within=6)),
    Kind(
        "American bombs on militias before any",
        r"American bombs (?!hit)",
        done("us.strike_militia", within=30),
        of="(?!us.bomb)",
    ),
    Kind("a depot blown up before any", r"blew up the depot|has blown up", done("israel.strike_depots", within=45)),
    Kind(
        "a decree before any", r"the decree demands|has ordered the militias", done("iraq_government.restrain_militias")
    ),
    Kind("crates from Tehran before any", r"crates from Tehran", done("iran.fund_axis", within=20)),
    Kind(
        "a nuclear step told of before any",
        r"breach too many|Tehran's nuclear step|Iran's step out|every step out",
        done("iran.nuclear_step"),
    ),
    Kind("a refusal before any", r"^Tehran has said no", done("iran.refuse_talks", within=20)),
    Kind("an American offer before any", r"Trump has offered|Washington's offers", done("us.offer_meeting", within=20)),
    Kind("a raid by ISIS before any", r"^After a raid by ISIS", done("isis.bomb_town", within=14)),
    Kind(
        "what Abe heard before he went",
        r"heard in Tehran|the Leader said|Japan's premier",
        done("japan.mediate_crisis"),
    ),
    Kind("the Grace 1 free before it was", r"Grace 1 is free", done("united_kingdom.release_tanker")),
    Kind("a ship for a ship before any", r"^A ship for a ship", done("united_kingdom.seize_tanker", within=80)),
    Kind("a ship let go that nobody holds", r"sails from Bandar Abbas", _a_ship_is_held),
    Kind("the British tanker before any", r"British tanker (may|sail)", done("iran.seize_british_tanker")),
    Kind(
        "the siege of an embassy that nobody stormed",
        r"besieged embassy|crowd at the (American )?embassy|the embassy walls|storming of its embassy",
        done("kataib_hezbollah.storm_embassy", within=20),
    ),
    # --- The streets and parliament of Iraq ---------------------------------------------------------------------------
    Kind(
        "Tahrir, tents or squares before the protests",
        r"hold Tahrir|(stay on|emptied) Tahrir|[Tt]he tents|to its squares|in the squares|on the square",
        lambda told: told.after(*CROWDS[:2]) or told.stood("protest") >= 0.25,
        of="(?!iranian)",
    ),
    Kind(
        "crowds fired at or spared where none is out",
        r"into the crowds|those who protest",
        lambda told: told.after(*CROWDS, within=45) or told.stood("protest") >= 0.2,
        of="us|iraq_government",
    ),
    Kind(
        "the dead of the streets before any",
        r"those shot|those who shot|who were killed|killing of protesters|for the blood|The shooting",
        lambda told: told.dead("iraqi_protesters") >= 1 and told.after(*SHOOTINGS),
        of="(?!iranian|iran)",
    ),
    Kind(
        "a vote before any",
        r"[Tt]he vote (has|in)|has voted|parliament's vote|after (a|the) vote|desk",
        done("iraq_government.vote_expulsion"),
    ),
    Kind(
        "months after the vote, too early or too late",
        r"^(Months|Two months) after (a|the) vote",
        lambda told: 45 <= told.since("iraq_government.vote_expulsion") <= 200 and not told.earlier,
    ),
    Kind(
        "a premier to be brought down or kept who has resigned",
        r"bring Abdul-Mahdi down|rid of him|minister in office|this premier|the prime minister\.|premier gone"
        r"|keep him in",
        not_done("iraq_government.accept_resignation"),
    ),
    # --- The dead -----------------------------------------------------------------------------------------------------
    Kind(
        "two named people dead, and one dead counted",
        r"Soleimani and .*al-Muhandis( are|\.)",
        lambda told: told.deed.deaths >= 2,
        of="us.kill",
    ),
    Kind(
        "nobody hurt, and yet dead",
        r"nobody (dies|is killed|is hit|inside dies)|kills nobody|[Aa]nybody inside dies|in bunkers\b|bunkers hold"
        r"|stands? empty|over the heads|fall short|in the desert|driven off|has gone|have left them|hours\.$"
        r"|clubs and (tear )?gas\.$",
        lambda told: told.deed.deaths == 0,
    ),
    Kind(
        "somebody killed, and yet no dead",
        r"\bkills? (?!nobody)|people die|in their beds|\{dead\}|shoots? into the crowd|reaches a bunker|finds a hut"
        r"|in a bunker when",
        lambda told: told.deed.deaths >= 1,
    ),
    Kind(
        "mourners and martyrs before any dead",
        r"martyr's blood|Mourners|[FO][ov]e?r its dead|revenge for the dead",
        _own_dead,
    ),
    Kind("American dead before any", r"after these dead", lambda told: told.dead("us") >= 1),
    Kind(
        "the dead commanders while they live",
        r"coffin|portrait|martyr of|[Ff]or (al-Muhandis|Soleimani)|death of Soleimani|dead commanders|the killing\b",
        done("us.kill_commanders"),
        of="(?!najaf)",
    ),
    Kind(
        "the commanders at work after their death",
        r"Soleimani(?!'s portrait)|Muhandis",
        not_done("us.kill_commanders"),
        of="iran.(visit|order|back|close|rein)",
    ),
    Kind("Bolton after his dismissal", r"Bolton", not_done("us.dismiss_hawk")),
    # --- Again, and only once -----------------------------------------------------------------------------------------
    *(Kind(f"a second time: {name}", words, _told_once(words)) for name, words in ONE_OFF.items()),
    Kind(
        "a nuclear step that has been taken",
        r"three hundred kilograms|four and a half per cent|Fordow|number of its centrifuges|twenty per cent|cameras",
        _told_once_or_taken_back,
        of="iran.nuclear",
    ),
    Kind(
        "again, the first time",
        r"(?<!through )(?<!think )(?<!command )(?<!pass )\b(again|[Oo]nce more)\b|^Another|\{nth\}"
        r"|[Aa]fter (they|it|he) last|after the last"
        r"|another (barrage|raid|day|night|message|tanker|checkpoint|American)|Prices rise again",
        lambda told: bool(told.earlier),
    ),
    Kind(
        "for another day or night, the first",
        r"another (night|day)\b",
        lambda told: told.since(told.deed.action) <= 5,
    ),
    Kind("in the open this time, and never before", r"in the open this time", done("iran.strike_oil_plant")),
    Kind("bombing stopped that had not begun", r"stops the bombing", done("us.bomb_iran", within=30)),
    Kind(
        "a war that is not",
        r"war next door|the war on Iran\b|wage it",
        lambda told: told.stood("war_on") >= 0.5,
        of="(?!hezbollah)",
    ),
    Kind(
        "lies before any",
        r"lied about the airliner|rulers liars",
        done("iran.shoot_down_airliner", "iranian_public.protest_lies"),
    ),
    Kind(
        "an answer to nothing",
        r"\banswers? (the|rockets|fire|Trump|Washington)|^In answer|are answered|\bin answer\b",
        _provoked,
    ),
)

NAMES = (
    Kind("called by a man who is dead", r"al-Muhandis", not_done("us.kill_commanders")),
    Kind(
        "called by a premier who has resigned",
        r"^Government of Iraq \(Adil",
        not_done("iraq_government.accept_resignation"),
    ),
)
"""Premises in what an actor is called."""

REASONS = (
    Kind("because of what happened elsewhere, to others", "", _near),
    Kind("force because of mere words", "", _no_mere_words),
    Kind("because of what was long ago", "", _not_long_ago),
)
"""Premises in what is printed as an act's reason."""
