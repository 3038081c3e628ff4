"""A person at a terminal in a seat: reads the briefing, asks, orders, and says when the turn is to be lived.

Each order is given to the session, and so lies in its file, as soon as it was typed: whatever is closed or killed, at
most the line that was being typed is lost.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sim.given import whole
from sim.play.answers.briefing import briefing, otherwise_told, readiness
from sim.play.answers.hindrances import in_plain_words, refusal_in_words
from sim.play.answers.options import Option, Options
from sim.play.messages.orders import Deed, Order, OrderError
from sim.play.messages.view import Lever, View
from sim.play.players.player import Choice
from sim.play.seats import PlayError
from sim.play.terminal import choices, pages
from sim.text import NARROWEST, WIDTH, capital, listed, on
from sim.theatre.language.days import days_after

from .commands import Command, command_meant, help_page
from .lookup import (
    act_and_day,
    act_meant,
    actor_meant,
    acts_like,
    days_meant,
    figure,
    number_of,
    numbered,
    outcome_meant,
)
from .screen import Screen, undisturbed

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


_ALWAYS_TRIED = ("hold", "rules")
"""What `futures` tries beside acts, whether or not it is named."""
_ASKED_FROM = 7
"""From this rung on somebody who sits at the terminal is asked whether it is meant."""
_RESTS = re.compile(r"not again for (\d+) d\b")
_QUOTED = re.compile(r"(?<!\w)'([^'“”\n]+)'(?!\w)")
_LONGEST_NOTE = 4000
"""Letters of a note that are kept."""


class Left(Exception):  # noqa: N818  # nothing is wrong
    """The person has left the table; the session is kept."""


@dataclass(frozen=True)
class Going:
    """How a person goes on."""

    days: int | None = None
    """How many days are to be lived; None for as many as the umpire has set."""
    back: int = 0
    """How many turns are taken back instead."""


class Human:
    """A person in a seat.

    Parameters
    ----------
    session : Session
    seat : str
    screen : Screen
    kept : str
        Where the session is kept, for who asks.
    """

    def __init__(
        self, session: "Session", seat: str, screen: Screen, kept: str = "nowhere: it lives in memory"
    ) -> None:
        self.session, self.seat, self.screen, self.kept = session, seat, screen, kept
        self.theatre = session.scenario.theatre

    @property
    def width(self) -> int:
        """Columns of a page."""
        return max(NARROWEST, min(self.screen.width, WIDTH))

    @property
    def view(self) -> View:
        """What the seat knows this morning."""
        return self.session.view(self.seat)

    @property
    def options(self) -> Options:
        """What it may do."""
        return self.session.options(self.seat)

    def choose(self, view: View, options: Options) -> Choice:
        """Let the person decide; what was typed stands already when this returns.

        Raises
        ------
        Left
            The person has left.
        """
        self.turn()
        return None

    def turn(self) -> Going:
        """Brief the person and take what is typed, until the days are to be lived.

        Raises
        ------
        Left
            The person has left.
        """
        self._briefing("")
        if not self.session.turn:
            self.screen.say("\n" + choices.some_options(self.options, self.theatre, self.width))
        while True:
            try:
                line = self.screen.ask(f"\n{self.session.seats[self.seat].label}, {on(self.session.date)}> ")
                going = self.typed(line)
            except EOFError:
                raise Left from None
            except KeyboardInterrupt:
                self._ask_whether_to_leave()
            except OrderError as error:
                for reason in error.reasons:
                    self._say(_as_sentence(f"refused: {self._in_words(reason)}"))
                self._say("Your orders stand as before.")
            except PlayError as error:
                self._say(_as_sentence(self._in_words(str(error))))
            else:
                if going is not None:
                    return going

    def typed(self, line: str) -> Going | None:
        """Do what a line says; how to go on, if it says that.

        Raises
        ------
        PlayError
            It cannot be done, or is not understood.
        Left
            The person leaves.
        """
        word, _, rest = line.strip().partition(" ")
        if not word:
            return Going()
        command = self._command(word, line)
        if command.name == "quit":
            raise Left
        if command.name == "go":
            return Going(days_meant(rest))
        if command.name == "back":
            return Going(back=whole(figure(rest or "1"), "turns", 1, error=PlayError))
        found: dict[str, Callable[[str], None]] = {
            "briefing": self._briefing, "options": self._options, "why": self._why, "futures": self._futures,
            "news": self._news, "known": self._known, "ladder": self._ladder, "variables": self._variables,
            "who": self._who, "orders": self._orders, "do": self._do, "withdraw": self._withdraw,
            "never": self._never, "allow": self._allow, "stance": self._stance, "hold": self._hold,
            "rules": self._rules, "note": self._note, "save": self._where, "help": self._help,
        }  # fmt: skip
        found[command.name](rest.strip())
        return None

    def _command(self, word: str, line: str) -> Command:
        """The command that is meant; where none is, acts that the line may be about are named."""
        try:
            return command_meant(word)
        except PlayError as error:
            near = [] if "did you mean" in str(error) else acts_like(line, self.options.options, self.theatre)
            if not near or word.isdecimal():
                raise
            raise PlayError(f"there is no command “{word}”; `do` orders an act. Nearest: {'; '.join(near)}") from None

    def _sure(self, question: str) -> bool:
        """Whether somebody who sits there says yes; what comes from a file or a program is meant as it stands."""
        if not self.screen.somebody_sits_there:
            return True
        return self.screen.ask(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    def _in_words(self, text: str) -> str:
        """A message with the labels of acts in place of their ids."""
        return refusal_in_words(self.theatre, self.session.seats[self.seat].acts, text)

    def _say(self, text: str) -> None:
        self.screen.say(pages.lines(text.splitlines(), self.width))

    def _ask_whether_to_leave(self) -> None:
        """Ctrl-C at the prompt: whoever presses it again, or says yes, leaves."""
        try:
            answer = self.screen.ask("\nLeave the table? The session is kept. [y/N] ")
        except (EOFError, KeyboardInterrupt):
            raise Left from None
        if answer.strip().lower() in ("y", "yes"):
            raise Left

    # What a person asks.

    def _briefing(self, _: str) -> None:
        self.screen.say("\n" + briefing(self.view, self.session.scenario, self.width).rstrip())

    def _options(self, words: str) -> None:
        self.screen.say(choices.options_page(self.options, self.theatre, self.width, words))

    def _why(self, words: str) -> None:
        options = self.options.options
        if not words:
            raise PlayError("why which act? Say it by its number in `options`, or by words of its name")
        try:
            option = act_meant(words, options)
        except PlayError as error:
            if (other := self._somebody_else(words)) and "fits" not in str(error):
                raise PlayError(
                    f"`why` is about your own acts; `who {other}` tells of others, `known WORDS` of what they did"
                ) from None
            raise
        self.screen.say(choices.why_page(option, number_of(option, options), self.view, self.theatre, self.width))

    def _somebody_else(self, words: str) -> str:
        """An actor whom a line names."""
        for word in words.split():
            try:
                return actor_meant(word, self.theatre)
            except PlayError:
                continue
        return ""

    def _futures(self, words: str) -> None:
        text, by_name, outcome = f" {words}".partition(" by ")
        by = (outcome_meant(outcome, self.theatre),) if by_name else ()
        between = r"[,\s]+" if re.fullmatch(r"[\d,\s]+", text) else ","
        wanted = [each.strip() for each in re.split(between, text)]
        options = self.options
        acts = [act_meant(each, options.options) for each in wanted if each.lower() not in ("", *_ALWAYS_TRIED)]
        closed, tried = [each for each in acts if each.why_not], [each.act for each in acts if not each.why_not]
        for each in closed:
            self._say(f"{each.label} is closed today: {in_plain_words(self.theatre, '; '.join(each.why_not))}.")
        if closed and not tried:
            return
        found = self.session.futures(self.seat, tried if text.strip() else None)
        if by and by[0] not in found.outcomes:
            raise PlayError(f"“{self.theatre.outcomes[by[0]].label}” has come about already")
        self.screen.say(choices.futures_page(found, options, self.theatre, self.width, by, whole=bool(acts)))

    def _news(self, words: str) -> None:
        view, everything = self.view, words.lower() == "all"
        if words and not everything:
            raise PlayError(f"`news` or `news all`; to search what you know, `known {words}`")
        title = "ALL THAT YOU KNOW" if everything else "WHAT IS NEW"
        nothing = "You know of nothing yet." if everything else "Nothing new has come to your ears."
        items = view.known if everything else view.news
        self.screen.say(pages.news_page(items, self.theatre, title, nothing, self.width))

    def _known(self, words: str) -> None:
        if not words:
            raise PlayError("search what you know for which words? For example `known rockets`")
        self.screen.say(pages.known_page(self.view, self.theatre, words, self.width))

    def _ladder(self, _: str) -> None:
        self.screen.say(pages.ladder_page(self.view, self.theatre, self.width))

    def _variables(self, words: str) -> None:
        self.screen.say(pages.variables_page(self.view, self.theatre, words, self.width))

    def _who(self, words: str) -> None:
        if words:
            name = actor_meant(words, self.theatre)
            self.screen.say(pages.who_page(self.view, self.theatre, name, self.width))
        else:
            self.screen.say(pages.cast_page(self.view, self.theatre, self.width))

    def _orders(self, _: str) -> None:
        self.screen.say(pages.orders_page(self.view, self.theatre, self.width))

    def _where(self, _: str) -> None:
        self._say(f"The session is kept in {self.kept}; every order and every day lie there as soon as they stand.")

    def _help(self, words: str) -> None:
        self.screen.say(help_page(words, self.width))

    # What a person orders.

    def _order(self, order: Order | Mapping[str, Any]) -> None:
        """Have an order kept, whatever is pressed meanwhile."""
        with undisturbed():
            self.session.order(self.seat, order)

    def _do(self, words: str) -> None:
        option, day = act_and_day(words.split(), self.options.options, self.session.date)
        if option.scheduled is not None and day is None:
            when = on(option.scheduled)
            raise PlayError(f"“{option.label}” is ordered for {when} already; say a day to have it done once more")
        at = number_of(option, self.options.options)
        if option.rung >= _ASKED_FROM and not self._sure(f"{option.label}. {choices.meaning(option)} Order it?"):
            self._say("Nothing was ordered.")
            return
        before = set(self.view.standing.scheduled)
        self._order(Order(do=(Deed(act=option.act, on=day or self._again(option)),)))
        after = set(self.view.standing.scheduled)
        (new,) = after - before
        also = [on(each.on) for each in sorted(before, key=lambda each: each.on) if each.act == option.act]
        again = f" It stands for {listed(also)} as well: each is done." if also else ""
        self._say(
            f"Ordered for {'today, ' if new.on == self.session.date else ''}{on(new.on)}: {option.label}.{again} "
            f"{choices.meaning(option)} Until then `withdraw {at}` stops it.".replace("  ", " ")
        )

    def _again(self, option: Option) -> date | None:
        """The first day on which an act can be done that was done too lately, if that is within a turn."""
        rests = [_RESTS.search(each) for each in option.why_not]
        days = [int(each[1]) for each in rests if each is not None]
        if not days or len(days) < len(rests) or max(days) >= self.session.settings.turn:
            return None
        return max(days_after(self.session.date, max(days)), option.earliest)

    def _withdraw(self, words: str) -> None:
        standing, labels = self.view.standing.scheduled, self.theatre.actions
        if not standing:
            raise PlayError("nothing is ordered that could be withdrawn")
        if not words and len(standing) > 1:
            each = listed([f"{labels[deed.act].label} ({on(deed.on, year=False)})" for deed in standing])
            raise PlayError(f"withdraw which of them: {each}? `withdraw all` takes back all")
        if words.lower() in ("", "all"):
            chosen = standing
        else:
            option, day = act_and_day(words.split(), self.options.options, self.session.date)
            chosen = tuple(deed for deed in standing if deed.act == option.act and day in (None, deed.on))
            if not chosen:
                raise PlayError(f"“{option.label}” is not ordered{f' for {on(day)}' if day else ''}")
        self._order(Order(withdraw=tuple(Deed(act=deed.act, on=deed.on) for deed in chosen)))
        for act in dict.fromkeys(deed.act for deed in chosen):
            days = [on(deed.on, year=False) for deed in chosen if deed.act == act]
            self._say(f"Withdrawn: {labels[act].label} ({', '.join(days)}).")

    def _never(self, words: str) -> None:
        refused = self.view.standing.never
        if not words:
            labels = [self.theatre.actions[act].label for act in refused]
            self._say(
                f"Never: {listed(labels)}." if labels else "You refuse nothing so far; `never ACT` refuses an act."
            )
            return
        option = act_meant(words, self.options.options)
        if option.act in refused:
            raise PlayError(f"you refuse “{option.label}” already")
        self._order(Order(never=(*refused, option.act)))
        self._say(f"Never from now on: {option.label}.")

    def _allow(self, words: str) -> None:
        refused = self.view.standing.never
        option = act_meant(words, self.options.options)
        if option.act not in refused:
            raise PlayError(f"you have not refused “{option.label}”")
        self._order(Order(never=tuple(act for act in refused if act != option.act)))
        self._say(f"Allowed again: {option.label}.")

    def _stance(self, words: str) -> None:
        view = self.view
        if words.lower() in ("", "numbers"):
            numbers = {each.act: at for at, each in numbered(self.options.options).items()}
            page = pages.stance_page(view.levers, numbers, self.theatre, self.width, with_numbers=bool(words))
            self.screen.say(page)
            return
        if words.lower() in ("back", "usual"):
            self._order(Order(stance={}))
            self._say("Your people are as ready as they were at the start.")
            return
        which, _, value = words.rpartition(" ")
        if not which:
            raise PlayError("set what to what? For example `stance 3 readier`; `stance` alone lists what can be set")
        option = act_meant(which, self.options.options)
        lever = next((each for each in view.levers if pages.act_of(each) == option.act), None)
        if lever is None:
            raise PlayError(f"how readily your people do “{option.label}” is not yours to set; `stance` lists what is")
        stance = {path: kept for path, kept in view.standing.stance.items() if path != lever.path}
        if value.lower() not in ("back", "usual"):
            stance[lever.path] = self._readiness(lever, value)
        self._order({"stance": stance})
        now = next(each for each in self.view.levers if each.path == lever.path)
        self._say(f"Stance: {lever.label}, {readiness(now.value, pages.usual(now, self.theatre))}.")

    def _readiness(self, lever: Lever, value: str) -> float:
        """How readily an act is to be done, as a rate within its range."""
        usual = pages.usual(lever, self.theatre)
        named = {
            "high": lever.high, "low": lever.low, "readier": (usual * lever.high) ** 0.5,
            "less": (usual * lever.low) ** 0.5,
        }  # fmt: skip
        wanted = named[value.lower()] if value.lower() in named else figure(value)
        if not lever.low <= wanted <= lever.high:
            low, high = pages.rate_told(lever.low), pages.rate_told(lever.high)
            raise PlayError(
                f"“{lever.label}” may be set from {low} to {high} a day; {value} is outside. Say readier, less, high, "
                "low or back, or a share such as 0.5%"
            )
        return wanted

    def _hold(self, _: str) -> None:
        self._order(Order(otherwise="hold"))
        self._say(otherwise_told("hold"))

    def _rules(self, _: str) -> None:
        self._order(Order(otherwise="rules"))
        self._say(otherwise_told("rules"))

    def _note(self, words: str) -> None:
        if not words:
            raise PlayError("note what? For example `note I buy time for the talks`")
        self._order(Order(why=words[:_LONGEST_NOTE]))
        self._say("Noted; nobody reads it before the debrief.")


def _as_sentence(text: str) -> str:
    """A message as a sentence."""
    told = capital(_QUOTED.sub(lambda found: f"“{found[1]}”", text))
    return told if told.endswith((".", "?", "!")) else f"{told}."
