"""What can be typed at the terminal: commands with what they do, found by their names or how these begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from sim.play.seats import PlayError
from sim.text import listed, paragraph


@dataclass(frozen=True)
class Command:
    """Something that can be typed."""

    name: str
    short: str
    """Another name for it, or nothing."""
    usage: str
    about: str
    example: str
    group: str


_SEE, _ORDER, _TABLE = "To see", "To order", "The table"
COMMANDS: tuple[Command, ...] = (
    Command("briefing", "", "briefing", "The morning's briefing once more.", "briefing", _SEE),
    Command(
        "options", "o", "options [all|closed|WORDS]",
        "What you may do: number, act, against whom, rung, and how likely your people would do it unasked.",
        "options tanker", _SEE,
    ),
    Command("why", "", "why ACT", "What an act is, what keeps it closed, what moves your people.", "why 12", _SEE),
    Command(
        "futures", "f", "futures [ACT, ACT …] [by OUTCOME]",
        "What each option led to in many runs that look the same to you.", "futures 12, 14 by talking", _SEE,
    ),
    Command("news", "n", "news [all]", "What is new, or all that you know.", "news all", _SEE),
    Command("known", "k", "known WORDS", "Search what you know.", "known rockets", _SEE),
    Command("ladder", "l", "ladder", "The rungs, and where each exchange stands.", "ladder", _SEE),
    Command(
        "variables", "v", "variables [all|WORDS]", "The state of the world, as it concerns you.", "variables oil", _SEE
    ),
    Command("who", "w", "who [ACTOR]", "Who somebody is, wants, and did of late.", "who houthis", _SEE),
    Command("orders", "", "orders", "What stands of your orders.", "orders", _ORDER),
    Command(
        "do", "d", "do ACT [DAY]",
        "Have an act done, on the first day on which it can be or on the one you say. One act a day for each of your "
        "hands (the groups of `options`).", "do 12 20 June", _ORDER,
    ),
    Command("withdraw", "u", "withdraw [ACT [DAY]|all]", "Take back what is still ordered.", "withdraw 12", _ORDER),
    Command("never", "", "never [ACT]", "Refuse an act from now on, whatever your people want.", "never 12", _ORDER),
    Command("allow", "", "allow ACT", "Refuse it no longer.", "allow 12", _ORDER),
    Command(
        "stance", "s", "stance [ACT readier|less|high|low|back|VALUE]",
        "How readily your people do what you do not order; `stance numbers` lists what can be set with its ranges.",
        "stance 23 readier", _ORDER,
    ),
    Command("hold", "", "hold", "On days without an order, your side does nothing.", "hold", _ORDER),
    Command("rules", "", "rules", "On days without an order, your people decide for themselves.", "rules", _ORDER),
    Command("note", "", "note TEXT", "Why you decide so; kept for the debrief alone.", "note To buy time.", _ORDER),
    Command("go", "g", "go [DAYS]", "Live the turn. An empty line does the same.", "go 14", _TABLE),
    Command("back", "b", "back [TURNS]", "Take back the last turn, with the orders given since.", "back", _TABLE),
    Command("save", "", "save", "Where the session is kept; every order is kept at once.", "save", _TABLE),
    Command("quit", "q", "quit", "Leave; the session is kept and can be gone on with.", "quit", _TABLE),
    Command("help", "h", "help [COMMAND]", "This list, or more about a command.", "help do", _TABLE),
)  # fmt: skip
_OTHER_NAMES = {"?": "help", "exit": "quit", "bye": "quit", "where": "save", "undo": "back", "next": "go", "act": "do"}
_BY_NAME = {command.name: command for command in COMMANDS}


def command_meant(word: str) -> Command:
    """Find a command by its name, its short name, or a beginning that fits no other.

    Raises
    ------
    PlayError
        There is none, or several.
    """
    wanted = word.lower()
    for command in COMMANDS:
        if wanted in (command.name, command.short):
            return command
    if wanted in _OTHER_NAMES:
        return _BY_NAME[_OTHER_NAMES[wanted]]
    begun = [command for command in COMMANDS if command.name.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise PlayError(f"“{word}” could be {_or(command.name for command in begun)}; type a letter more")
    if wanted.isdecimal():
        raise PlayError(f"to order act {word}, type `do {word}`; to live {word} days, `go {word}`")
    close = get_close_matches(wanted, [*_BY_NAME, *_OTHER_NAMES], n=1, cutoff=0.7)
    hint = f"did you mean `{close[0]}`?" if close else "`help` lists what you can type"
    raise PlayError(f"there is no command “{word}”; {hint}")


def _or(names: Iterable[str]) -> str:
    return listed([f"`{name}`" for name in names]).replace(" and ", " or ")


def help_page(word: str, width: int) -> str:
    """All commands by what they are for, or one of them with an example."""
    if word:
        command = command_meant(word)
        short = f", or `{command.short}`" if command.short else ""
        told = [f"`{command.usage}`{short}. {command.about}", f"For example: {command.example}"]
        return "\n".join(paragraph(each, width, hang=2) for each in told)
    found = ["WHAT YOU CAN TYPE (any command by its first letters; `help COMMAND` for an example)"]
    for group in (_SEE, _ORDER, _TABLE):
        found += ["", group]
        for command in COMMANDS:
            if command.group == group:
                found.append(paragraph(f"{command.usage}: {command.about}", width, indent=2, hang=4))
    found += ["", "ACT is a number of the list, an id, or words of its name: `do threaten straits`.",
              "DAY is 20 June, 2019-06-20, tomorrow or +3."]  # fmt: skip
    return "\n".join(found)


__all__ = ["COMMANDS", "Command", "command_meant", "help_page"]
