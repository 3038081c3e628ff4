"""The table at a terminal: whose turn it is, how the days are lived between, and how it ended."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.play.answers.briefing import briefing
from sim.play.players.player import Player
from sim.play.rounds import ask
from sim.play.seats import PlayError
from sim.play.sessions.turns import Turn
from sim.play.terminal import pages
from sim.text import NARROWEST, WIDTH, capital, counted, number, on, spelled

from .human import Going, Human, Left
from .screen import Screen, undisturbed

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


class Game:
    """A session played at one terminal: people in some seats, other players in the rest.

    Parameters
    ----------
    session : Session
    people : sequence of str
        The seats of those who sit at the terminal.
    players : mapping from seats to players
        Who sits in the others.
    screen : Screen
    kept : str
        The session's file, as it is typed.
    """

    def __init__(
        self, session: "Session", people: list[str], players: Mapping[str, Player], screen: Screen, kept: str
    ) -> None:
        self.session, self.players, self.screen, self.kept = session, players, screen, kept
        self.people = {seat: Human(session, seat, screen, kept) for seat in people}
        self._lived = ""
        """What is to be told of the last days, after the screen was cleared."""

    def play(self) -> None:
        """Play until the session is over or somebody leaves."""
        try:
            while not self.session.over:
                self._round()
                if self.session.over:
                    self.tell_the_end()
                    self._look_back()
        except Left:
            self._say("", f"The session is kept, as it stands on {on(self.session.date)}.")
            self._say(f"To go on: sim play {self.kept}")

    def _look_back(self) -> None:
        """Let whoever has played alone ask what they know once it is over, or take turns back and play on."""
        for seat, person in self.people.items() if len(self.people) == 1 else ():
            self._say("", "`news all`, `known WORDS` and `who` tell what you know; `back` takes the last turn back.")
            while self.session.over:
                try:
                    line = self.screen.ask(f"\n{self.session.seats[seat].label}, press Enter to leave> ")
                    going = person.typed(line)
                except (EOFError, KeyboardInterrupt, Left):
                    return
                except PlayError as error:
                    self._say(f"{capital(str(error))}.")
                else:
                    if going is not None and not going.back:
                        return
                    if going is not None:
                        self.take_back(going.back)

    def _welcome(self) -> Iterator[str]:
        """What it is about, and how it goes."""
        scenario, settings = self.session.scenario, self.session.settings
        yield scenario.title.upper()
        yield from (text for text in (scenario.theatre.about, scenario.question) if text)
        yield ""
        yield (
            f"A turn is {counted(settings.turn, 'day')}, or fewer if something needs your decision. Type what you want "
            "done, or just press Enter to live the turn. `options` shows what you may do, `help` all that you can type."
        )

    def _round(self) -> None:
        """Ask everybody for a turn's orders, and live it."""
        wanted = [self._turn_of(seat, person) for seat, person in self.people.items()]
        if any(each.back for each in wanted):
            if len(wanted) == 1 or self._agreed():
                self.take_back(max(each.back for each in wanted))
            return
        days = [each.days for each in wanted if each.days is not None]
        try:
            turn = advance(self.session, self.players, min(days, default=None))
        except PlayError as error:
            if not self.people:
                raise
            self._say(f"{capital(str(error))}.")  # a stopped clock, or a player that cannot be asked
        else:
            self._tell_lived(turn)

    def _turn_of(self, seat: str, person: Human) -> Going:
        """Hand the terminal to a person, so that nobody reads another's briefing."""
        if len(self.people) > 1:
            label = self.session.seats[seat].label
            self.screen.clear()
            if self._lived:
                self._say("", self._lived, "")
            self._say(f"It is the turn of {label}. Everybody else, please look away.")
            if self.screen.somebody_sits_there:
                self._wait(f"{label}, press Enter when you are there. ")
        if not self.session.turn:
            self.screen.say("\n" + pages.lines(self._welcome(), self._width))
        try:
            return person.turn()
        finally:
            if len(self.people) > 1:
                self.screen.clear()

    def _agreed(self) -> bool:
        """Whether all who sit there let a turn be taken back, with the orders of them all."""
        if not self.screen.somebody_sits_there:
            return True
        question = "Everybody at the table: take it back, with the orders of all of you? [y/N] "
        try:
            return self.screen.ask(question).strip().lower() in ("y", "yes")
        except (EOFError, KeyboardInterrupt):
            return False

    def _wait(self, prompt: str) -> None:
        try:
            self.screen.ask(prompt)
        except (EOFError, KeyboardInterrupt):
            raise Left from None

    def take_back(self, turns: int) -> None:
        """Take the last turns back."""
        try:
            with undisturbed():
                self.session.take_back(turns)
        except PlayError as error:
            self._say(f"{capital(str(error))}.")
            return
        self._say(
            "", f"Taken back: {counted(turns, 'turn')}. It is {on(self.session.date)} again; the same dice will fall."
        )

    def _tell_lived(self, turn: Turn) -> None:
        goes_by = {1: "A day goes by", 7: "A week goes by"}.get(turn.days, f"{capital(spelled(turn.days))} days go by")
        self._lived = f"{goes_by}."  # why the clock stopped, if it did, is for each briefing to say
        if len(self.people) == 1 or self.session.over:
            self._say("", self._lived)

    def _say(self, *texts: str) -> None:
        self.screen.say(pages.lines(texts, self._width))

    @property
    def _width(self) -> int:
        return max(NARROWEST, min(self.screen.width, WIDTH))

    # The end.

    def tell_the_end(self) -> None:
        """Tell each person how it ended, and what can be done with what was lived."""
        for seat in self.people or self.session.seats:
            self.screen.say("\n" + briefing(self.session.view(seat), self.session.scenario, self._width).rstrip())
        self.screen.say("\n" + pages.lines(self._end(), self._width))
        self.screen.say("\n" + "\n".join(self._next()))  # unbroken, to be copied

    def _end(self) -> Iterator[str]:
        session = self.session
        yield "THE END"
        if session.world.failed:
            yield f"The model broke off: {session.world.failed} was not finite."
        told = pages.outcomes_told(outcome_dates(session), session.scenario.theatre)
        yield from ["What came about:", *told] if told else ["None of the theatre's outcomes came about."]
        yield from self._scores()

    def _scores(self) -> Iterator[str]:
        """What each seat is scored by the goals that the theatre gives its actor."""
        from sim.play.tournaments.contest import score

        days = {name: (day - self.session.scenario.start).days for name, day in outcome_dates(self.session).items()}
        known = dict.fromkeys(self.session.world.program.outcomes) | days
        for seat in self.people or self.session.seats:
            found = score(self.session, seat, known)
            if found is not None:
                label = self.session.seats[seat].label
                yield f"{label} scores {number(found)} by its goals; the debrief sets that beside what others got."

    def _next(self) -> Iterator[str]:
        """What can be done with what was lived, a command a line."""
        yield "NOW LOOK BACK"
        yield "What each decision moved, and how usual this history is:"
        yield f"  sim debrief {self.kept}"
        yield "What happened at the table:"
        yield f"  sim play {self.kept} --ledger"
        if self.session.source is not None:
            yield "The session as a scenario, and the story of what was lived:"
            yield f"  sim play {self.kept} --export my_crisis.yaml"
            yield f"  sim replay my_crisis.yaml --run {self.session.run}"


def outcome_dates(session: "Session") -> dict[str, date]:
    """When each outcome first held, whether or not anybody at the table could tell."""
    names, days = session.world.program.outcomes, session.world.model.world.outcome_day[:, 0].tolist()
    return {
        name: session.scenario.start + timedelta(days=day) for name, day in zip(names, days, strict=True) if day >= 0
    }


def advance(session: "Session", players: Mapping[str, Player], days: int | None = None) -> Turn:
    """Ask the players that are no people for their orders, and live a turn."""
    for seat, player in players.items():
        if session.desks[seat].played_by == "orders":
            ask(session, seat, player)
    with undisturbed():
        return session.advance(days)
