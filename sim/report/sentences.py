"""Acts in sentences that fit whatever the run, for the runs of which the page knows no more than their acts."""

from sim.text import called, capital
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.telling import BLANK

DEAD = "{dead}"
"""The one place that the page itself fills."""


def sentence(scenario: Scenario, name: str) -> str:
    """An act in the wording that presupposes nothing, actors by name; how many died is left to be filled.

    Where only a run could fill a place, the label of the act stands for it, behind who acts.
    """
    theatre = scenario.theatre
    if name not in theatre.actions:
        return name
    action = theatre.actions[name]
    actors = theatre.actors
    text = BLANK.sub(
        lambda blank: called(actors[blank[1]].label) if blank[1] in actors else blank[0], action.wordings[-1].text
    )
    if "{" in text.replace(DEAD, ""):
        return capital(f"{called(actors[name.split('.')[0]].label)}: {action.label}.")
    return text if text.startswith(DEAD) else capital(text)


__all__ = ["sentence"]
