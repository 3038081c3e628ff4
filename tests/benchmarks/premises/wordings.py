"""What every wording must say of itself before it may use words that presuppose something, whatever the act.

A check of the theatre alone, that knows no act by name: words such as "again", "for the third time", "after the" or
"nobody dies" are for wordings that are told only where that is so.
"""

import re
from collections.abc import Iterator

from sim.theatre.language.schema import Action, Theatre
from sim.theatre.language.telling import BLANK, Wording, since

AGAIN = re.compile(
    r"(?<!through )(?<!think )(?<!command )(?<!pass )\b([Aa]gain|[Oo]nce more|[Aa]nother|[Rr]enews?|repeats|goe?s? on"
    r"|comes back to|still more|adds to)\b|\bmore (of|American|soldiers|oil|rockets)\b|\b(second|third) (time|depot)\b"
)
AFTER_SOMETHING = re.compile(
    r"^(After|Over|In answer|In the face|Whoever|Lists do|With Japan)\b|\b(has|have) (voted|resigned|spoken|offered"
    r"|said no|fallen|blown)\b|\banswers? (the|rockets|fire|Trump|Washington)\b|\bare answered\b|in answer\b"
    r"|latest|this time|\b([Tt]he|[Pp]arliament's) vote\b|^For (the lost|Soleimani|al-Muhandis|its dead)"
)
NOBODY = re.compile(r"nobody (dies|is killed|is hit|inside dies)|kills nobody|all are in bunkers|stands? empty")
SOMEBODY = re.compile(r"\{dead\}|\bkills? (?!nobody)|\bpeople die\b|die in their beds")


def faults(theatre: Theatre) -> Iterator[tuple[str, str, str]]:
    """Wordings that presuppose what they do not ask for: the action, the text, and what is missing."""
    for name, action in theatre.actions.items():
        for place, wording in enumerate(action.wordings):
            first = any(_is_the_first_time(each) for each in action.wordings[:place])
            known = first and not wording.always
            yield from ((name, wording.text, missing) for missing in _missing(name, action, wording, known))
        if not _last_is_reached(action):
            yield name, action.wordings[-1].text, "a run in which it is told"


def _is_the_first_time(wording: Wording) -> bool:
    """Whether it takes every first time, so that whatever stands after it tells of later ones."""
    return wording.again is False and wording.when is None and wording.killed is None and not wording.answers


def _missing(name: str, action: Action, wording: Wording, later: bool) -> Iterator[str]:
    text, lately = wording.text, _lately(wording)
    done_before = later or wording.again is True or name in lately
    if ("{nth}" in text or AGAIN.search(text)) and not done_before:
        yield "again: true, or a bound on the days since it was last done"
    for blank in BLANK.findall(text):
        after = since(blank)
        if after is not None and after not in lately and not (after == name and done_before):
            yield f"a bound on the days since {after}"
    if AFTER_SOMETHING.search(text) and wording.when is None and not wording.answers and not done_before:
        yield "what it is an answer to"
    deadly = action.casualties is not None
    if deadly and NOBODY.search(text) and wording.killed is not False:
        yield "killed: false"
    if deadly and SOMEBODY.search(text) and not wording.killed:
        yield "killed: true"


def _lately(wording: Wording) -> set[str]:
    """Actions of which a wording asks that they were done at most so many days ago."""
    if wording.when is None:
        return set()
    asked = {text: limit for text, limit in wording.when.clauses.items() if limit.op == "<="}
    return {match[1] for text in asked if (match := re.fullmatch(r"days_since\(([a-z_.]+)\)", text))}


def _last_is_reached(action: Action) -> bool:
    """Whether no two wordings before the last share out all runs between them."""
    alone = [wording for wording in action.wordings[:-1] if wording.when is None and not wording.answers]
    firsts = {wording.again for wording in alone if wording.killed is None}
    deadly = {wording.killed for wording in alone if wording.again is None}
    return not ({True, False} <= firsts or {True, False} <= deadly)
