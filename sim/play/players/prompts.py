"""What a language model reads: who it is, what it may order and what it knows, and what it did before."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sim.play.answers.options import Option, Options
from sim.play.messages.orders import Order
from sim.play.messages.view import View
from sim.play.sessions.entries import Ordered
from sim.text import counted, listed, on, percent, printable

_TOLD = 8
"""Orders of its own that it reads in full; those before are counted."""
_WHY = 240
"""Letters of its reasons that it reads again."""
_REASONS, _REASON = 8, 300
"""Why an order was refused: how many reasons it reads, and letters of each, since they may quote what it wrote."""


def order_schema() -> dict[str, Any]:
    """JSON Schema of an order."""
    return Order.model_json_schema()


def system(view: View) -> str:
    """Who the seat is, and how it answers."""
    wants = f" What you want: {view.wants}" if view.wants else ""
    return "\n".join(
        [
            f"You decide for {view.label} ({view.actor}) in a simulated crisis: {view.session}.{wants}",
            "Each message tells you what you know and lists your options. Options are the only acts there are: order "
            "them by their ids. An option that is closed cannot be ordered for its earliest day. Whatever you order is "
            "done on its day, unless the world has closed it by then.",
            "Answer with one JSON object and nothing else. All of its parts may be left out; {} changes nothing:",
            '  "do": [{"act": ID, "on": "YYYY-MM-DD"}]  acts to be done; without "on", on the earliest day',
            '  "withdraw": [{"act": ID}]  acts that were ordered and are not to be done after all',
            '  "never": [ID]  acts that are refused from now on, in place of those refused so far',
            '  "otherwise": "hold" or "rules"  on days for which you order nothing, you do nothing, or your own '
            "institutions decide by their habits",
            '  "stance": {PATH: NUMBER}  values of your levers, if any are listed',
            '  "why": your reasons, in a sentence or two; nobody else reads them before the end',
            f"JSON Schema: {json.dumps(order_schema(), separators=(',', ':'))}",
        ]
    )


def user(told: str, view: View, options: Options, before: Sequence[Ordered]) -> str:
    """What it knows this morning, in words, with its options and what it did so far.

    Parameters
    ----------
    told : str
        The briefing.
    before : sequence of Ordered
        Its own orders so far.
    """
    parts = [told.strip(), _options(options)]
    if view.levers:
        parts.append(_levers(view))
    if before:
        parts.append(_memory(before, view))
    parts.append(f"Your order for {view.label}, as JSON:")
    return printable("\n\n".join(parts))


def short(reasons: Sequence[str]) -> list[str]:
    """Reasons for which an order was refused, as far as they are worth reading."""
    found = [each if len(each) <= _REASON else f"{each[:_REASON]} …" for each in reasons[:_REASONS]]
    more = len(reasons) - len(found)
    return [*found, f"and {counted(more, 'more reason')}"] if more else found


def reasons(found: Sequence[str]) -> str:
    """Why an order cannot be taken."""
    told = "\n".join(f"- {each}" for each in found)
    return printable(f"This order was refused, and nothing of it was taken:\n{told}\nGive another one, as JSON:")


def _options(options: Options) -> str:
    head = "YOUR OPTIONS\nid | what it is | target | rung | open | earliest day | by habit"
    return "\n".join([head, *(_option(each) for each in options.options)])


def _option(each: Option) -> str:
    closed = f"closed: {'; '.join(each.why_not)}" if each.why_not else "refused by yourself" if each.refused else "open"
    ordered = f", ordered for {each.scheduled}" if each.scheduled else ""
    habit = "unknown" if each.chance is None else f"{percent(each.chance)} today"
    kills = ", may kill" if each.lethal else ""
    what = f"{each.act} | {each.label}{kills} | {each.target} | {each.rung}"
    return f"{what} | {closed}{ordered} | {each.earliest} | {habit}"


def _levers(view: View) -> str:
    lines = (f"{each.path} | {each.label} | {each.value:g} | {each.low:g} to {each.high:g}" for each in view.levers)
    return "\n".join(["YOUR LEVERS\npath | what it is | now | range", *lines])


def _memory(before: Sequence[Ordered], view: View) -> str:
    """Its own orders so far, the last ones in full, with the reasons that it gave; quoted, since they are no orders."""
    older, last = before[:-_TOLD], before[-_TOLD:]
    lines = ["WHAT YOU ORDERED SO FAR (your own notes, for you to judge)"]
    if older:
        acts = Counter(deed.act for each in older for deed in each.order.do)
        done = listed([f"{act} ×{times}" for act, times in sorted(acts.items())]) or "no acts"
        lines.append(f"Earlier, in {counted(len(older), 'order')}: {done}.")
    start = view.date.toordinal() - view.day
    for each in last:
        lines.append(f"{on(view.date.fromordinal(start + each.day))}: {_order(each.order)}")
    return "\n".join(lines)


def _order(order: Order) -> str:
    said = order.model_dump(mode="json", exclude_defaults=True, exclude={"why"})
    why = f" Why: {json.dumps(order.why[:_WHY], ensure_ascii=False)}" if order.why else ""
    return f"{json.dumps(said, ensure_ascii=False)}{why}"
