"""A day of a world in words, as the umpire sees it."""

from datetime import timedelta

from .worlds import Worlds


def text_of_day(worlds: Worlds, world: int = 0) -> str:
    """What was done on the last day that was lived, and how the evening stood: a line for each act."""
    model, p, theatre = worlds.model, worlds.program, worlds.scenario.theatre
    if model.day == 0:
        return f"{p.start:%Y-%m-%d}, before the first day"
    head = (
        f"{p.start + timedelta(days=model.day - 1):%Y-%m-%d}, day {model.day} of {p.days}: "
        f"rung {model.world.rung[-1, world]:.0f}, tension {model.world.tension[0, world]:.0f}"
    )
    lines = [head]
    for event in model.events[int(model.n_events[1]) : int(model.n_events[2])]:
        if event["column"] == world and event["target"] >= 0:
            act = p.actions[event["action"]]
            dead = f", {event['deaths']} dead" if event["deaths"] else ""
            who = theatre.actors[p.actors[event["actor"]]].label
            lines.append(f"  {who}: {theatre.actions[act].label} (rung {event['rung']}{dead})")
    return "\n".join(lines if len(lines) > 1 else [*lines, "  nobody does anything"])
