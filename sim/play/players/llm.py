"""A language model in a seat.

It reads what its seat knows, and answers with an order. Each call is kept as a note of its seat in the session's
ledger, and that is all that it remembers: so a session that was killed goes on with the answers that it has, and one
that is over replays without the endpoint.
"""

import json
import re
from collections.abc import Mapping
from time import sleep
from typing import TYPE_CHECKING, Any

from sim.play.answers.briefing import briefing
from sim.play.answers.options import Options
from sim.play.answers.said import said_by, said_this_turn
from sim.play.messages.orders import Order, OrderError, order_from
from sim.play.messages.view import View
from sim.play.players import prompts
from sim.play.sessions.entries import Ordered, Said

from .endpoint import Answered, Endpoint
from .purse import Purse

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

TRIES = 3
"""Answers in a turn, until one can be taken."""
FAULTS = 4
"""Calls in a turn that may go wrong."""
_LONGEST_WAIT = 20.0
_NOTE = "llm"
"""Under which key its notes stand."""


class LanguageModel:
    """Asks a model for orders.

    Parameters
    ----------
    endpoint : Endpoint
    session : Session
        The one in which it sits; it reads there what its own seat has said, and nothing else.
    seat : str
    purse : Purse, optional
        What it may use, together with all others who share it.
    tries : int
        Answers in a turn, until one can be taken; then the seat goes on as it stands.
    """

    def __init__(
        self, endpoint: Endpoint, session: "Session", seat: str, *, purse: Purse | None = None, tries: int = TRIES
    ) -> None:
        self._endpoint, self._session, self._seat = endpoint, session, session.seat(seat).id
        self._purse = Purse() if purse is None else purse
        self._tries = tries
        self._messages: list[dict[str, str]] = []
        self._heard: list[Mapping[str, Any]] = []
        self._answers = 0
        self._faults = 0
        for note in self._notes(session.entries):  # what was taken back has cost no less
            if "model" in note:
                self._purse.used(note)

    def choose(self, view: View, options: Options) -> Order | None:
        """Ask for the order of a turn."""
        self._heard = self._notes(said_this_turn(self._session, self._seat))
        self._answers = self._faults = 0
        before = [each for each in said_by(self._session, self._seat) if isinstance(each, Ordered)]
        told = briefing(view, self._session.scenario)
        self._messages = [
            {"role": "system", "content": prompts.system(view)},
            {"role": "user", "content": prompts.user(told, view, options, before)},
        ]
        return self._order([])

    def refused(self, error: OrderError, view: View, options: Options) -> Order | None:
        """Ask once more, with the reasons for which the order was refused."""
        faults = prompts.short(error.reasons)
        self._messages.append({"role": "user", "content": prompts.reasons(faults)})
        return self._order(faults)

    def _order(self, faults: list[str]) -> Order | None:
        """Ask until there is an order; None if there is none to be had."""
        while self._answers < self._tries:
            transcript = self._next()
            if transcript is None:
                return None
            if "fault" in transcript:
                faults = [str(transcript["fault"])]
                self._faults += 1
                if not transcript.get("again") or self._faults >= FAULTS:
                    break
                continue
            self._answers += 1
            text = str(transcript["answer"])
            self._messages.append({"role": "assistant", "content": text})
            try:
                return order_from(self._seat, order_in(text))
            except OrderError as error:
                faults = prompts.short(error.reasons)
                self._messages.append({"role": "user", "content": prompts.reasons(faults)})
        self._give_up(faults)
        return None

    def _give_up(self, faults: list[str]) -> None:
        """Say why the seat goes on as it stands."""
        if not any("gave_up" in each for each in self._heard):
            self._note({"gave_up": faults, "answers": self._answers})

    def _next(self) -> Mapping[str, Any] | None:
        """What came of the next call: as the ledger has it, if the session was killed after it, or asked now."""
        while self._heard:
            if "gave_up" in self._heard[0]:
                return None
            note = self._heard.pop(0)
            if "model" in note:
                return note
        if capped := self._purse.empty():
            if not any("capped" in each for each in self._notes(said_by(self._session, self._seat))):
                self._note({"capped": f"{capped}; the seat goes on as it stands"})
            return None
        return self._asked()

    def _asked(self) -> Mapping[str, Any]:
        found = self._endpoint.ask(self._messages, prompts.order_schema(), self._purse.seconds_left)
        transcript = self._transcript(found)
        self._purse.used({**transcript, "seconds": found.seconds})
        self._note(transcript)
        if found.fault and found.again and self._faults + 1 < FAULTS:
            wait = 0.5 * 2**self._faults if found.wait is None else found.wait
            sleep(min(wait, _LONGEST_WAIT, max(self._purse.seconds_left, 0.0)))
        return transcript

    def _transcript(self, found: Answered) -> dict[str, Any]:
        """What was sent since the last answer, what came back, and what it took.

        Where the session keeps no time, neither does this, unless the time is capped: so the same answers give the same
        file, and whoever goes on with it knows what is left.
        """
        last = max((at for at, each in enumerate(self._messages) if each["role"] == "assistant"), default=-1)
        known = any("model" in each for each in self._notes(said_by(self._session, self._seat)))
        sent = [each for each in self._messages[last + 1 :] if each["role"] != "system" or not known]
        tokens = {"prompt": found.prompt, "answer": found.answer, "estimated": found.estimated}
        told: dict[str, Any] = {"model": self._endpoint.model, "sent": sent, "tokens": tokens}
        if found.fault is None:
            told["answer"] = self._without_key(found.text)
        else:
            told |= {"fault": found.fault, "again": found.again}
        counts = self._session.now() is not None or self._purse.caps.max_seconds is not None
        return told | {"seconds": round(found.seconds, 3)} if counts else told

    def _without_key(self, text: str) -> str:
        """An answer; only its order, where the key comes to light as that is read."""
        found = order_in(text)
        clean = self._endpoint.data_without_key(found)
        return text if clean == found else json.dumps(clean)

    def _note(self, data: dict[str, Any]) -> None:
        self._session.note(self._seat, {_NOTE: data})

    def _notes(self, entries: Any) -> list[Mapping[str, Any]]:
        """Its own notes among entries of the ledger."""
        return [
            each.data[_NOTE]
            for each in entries
            if isinstance(each, Said) and each.seat == self._seat and _NOTE in each.data
        ]


def order_in(text: str) -> Any:
    """The JSON object in an answer, whatever is said around it.

    Returns
    -------
    The first object that can be read; where there is none, the text, which is no order.
    """
    text = re.sub(r"(?s)^\s*<think>.*?</think>", "", text)  # drafts of models that think aloud
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(100):
        if at < 0:
            break
        try:
            found, _ = decoder.raw_decode(text, at)
            json.dumps(found, ensure_ascii=False).encode()  # half a letter is none that a file could keep
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
        else:
            return found
    return text.strip()[:200] or "an empty answer"
