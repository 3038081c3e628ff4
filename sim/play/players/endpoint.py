"""A language model behind an OpenAI-compatible endpoint, asked through the public client.

The key comes from the environment, and goes nowhere but to the endpoint: whatever comes back is searched for it, as it
stands and escaped, in capitals or not. A server that takes it apart, letter by letter, is not found out: whom one gives
a key, one has to trust.
"""

import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sim.analysis.extras import extra
from sim.play.seats import PlayError

CALL_SECONDS = 60.0
_LONGEST = 100_000
"""Letters of an answer that are kept."""
_LETTERS = 4
"""Of a token, about, where the server does not count them."""


@dataclass(frozen=True)
class Answered:
    """What came of a call."""

    text: str = ""
    fault: str | None = None
    """What went wrong, if no answer came."""
    again: bool = False
    """Whether it may go right another time."""
    wait: float | None = None
    """Seconds after which the server wants to be asked again."""
    prompt: int = 0
    """Tokens."""
    answer: int = 0
    estimated: bool = False
    """Whether the tokens were not counted by the server."""
    seconds: float = 0.0


class Endpoint:
    """Where a model is asked.

    Parameters
    ----------
    model : str
        As the endpoint calls it.
    base_url : str, optional
        Left out, `OPENAI_BASE_URL` in the environment, or OpenAI's own.
    key_from : str
        The variable of the environment that holds the key. An endpoint of one's own may need none.
    temperature : float, optional
    seed : int, optional
        Passed on to the model; few promise the same answer for it.
    answer_tokens : int, optional
        The longest answer, as `max_tokens`.
    call_seconds : float
        How long one call may take in all.

    Raises
    ------
    PlayError
        There is neither a key nor an address.
    sim.analysis.extras.MissingExtraError
        The client is not installed.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        key_from: str = "OPENAI_API_KEY",
        temperature: float | None = None,
        seed: int | None = None,
        answer_tokens: int | None = None,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        extra("openai", "The client of OpenAI-compatible endpoints (openai)", "llm")
        self.model = model
        self._base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self._key_from, self._call_seconds = key_from, call_seconds
        given = {"temperature": temperature, "seed": seed, "max_tokens": answer_tokens}
        self._given = {name: value for name, value in given.items() if value is not None}
        self._structured = True
        if self._base_url is None and not self._key:
            raise PlayError(
                f"the environment has no {key_from}; put the key there, name another variable, or give the address of "
                "an endpoint that needs none"
            )

    @property
    def _key(self) -> str:
        return os.environ.get(self._key_from, "").strip()

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seconds: float) -> Answered:
        """Ask once, in at most so many seconds, and never fail: the answer says what went wrong."""
        begun = time.monotonic()
        found = self._ask(messages, schema if self._structured else None, min(seconds, self._call_seconds))
        if self._structured and found.fault is not None and _is_about_the_form(found.fault):
            self._structured = False  # an older server: from now on, only words say what an answer looks like
            found = replace(found, again=True, wait=0.0)
        return self._counted(found, messages, time.monotonic() - begun)

    def _ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, seconds: float) -> Answered:
        """Ask in a thread: a server that sends a letter now and then would keep the client waiting for ever."""
        found: list[Answered] = []
        thread = threading.Thread(target=lambda: found.append(self._called(messages, schema, seconds)), daemon=True)
        thread.start()
        thread.join(max(seconds, 0.01))
        return found[0] if found else Answered(fault="no answer in time", again=True)

    def _called(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, seconds: float
    ) -> Answered:
        import openai

        asked: dict[str, Any] = {"model": self.model, "messages": list(messages), **self._given}
        if schema is not None:
            form = {"name": "order", "schema": dict(schema), "strict": False}
            asked["response_format"] = {"type": "json_schema", "json_schema": form}
        try:
            with openai.OpenAI(
                api_key=self._key or "none", base_url=self._base_url, timeout=max(seconds, 0.01), max_retries=0
            ) as client:
                return self._read(client.chat.completions.create(**asked))
        except openai.APITimeoutError:
            return Answered(fault="no answer in time", again=True)
        except openai.APIStatusError as error:
            return self._refused(error.status_code, error.message, error.response.headers.get("retry-after"))
        except openai.APIConnectionError:
            return Answered(fault="the endpoint cannot be reached", again=True)
        except Exception as error:  # a server may send anything
            return Answered(fault=f"the answer cannot be read ({type(error).__name__})", again=True)

    def _refused(self, status: int, message: str, after: str | None) -> Answered:
        fault = f"the endpoint answers {status}: {self.without_key(message)[:500]}"
        wait = float(after) if after and re.fullmatch(r"\d+(\.\d+)?", after) else None
        return Answered(fault=fault, again=status in (408, 409, 429) or status >= 500, wait=wait)

    def _read(self, completion: Any) -> Answered:
        if not getattr(completion, "choices", None):
            return Answered(fault="the answer is empty", again=True)
        message, usage = completion.choices[0].message, getattr(completion, "usage", None)
        text = self.without_key((message.content if message else None) or "")[:_LONGEST]
        prompt, answer = (_count(getattr(usage, name, None)) for name in ("prompt_tokens", "completion_tokens"))
        return Answered(text=text, prompt=prompt, answer=answer)

    def _counted(self, found: Answered, messages: Sequence[Mapping[str, str]], seconds: float) -> Answered:
        """The same with its time, and with tokens where the server counts none."""
        told = {**vars(found), "seconds": seconds}
        if not found.prompt and not found.answer:
            sent = sum(len(each["content"]) for each in messages)
            told |= {"prompt": -(-sent // _LETTERS), "answer": -(-len(found.text) // _LETTERS), "estimated": True}
        return Answered(**told)

    def without_key(self, text: str) -> str:
        """Text in which the key does not stand, escaped or not."""
        hidden: str = self.data_without_key(text)
        return hidden.encode("utf-8", "replace").decode()  # half a letter is none that a file could keep

    def data_without_key(self, data: Any) -> Any:
        """The same for what was read from an answer, and so is no longer escaped."""
        if isinstance(data, str):
            return _written(self._key).sub("(the key)", data) if len(self._key) >= 4 else data
        if isinstance(data, list):
            return [self.data_without_key(each) for each in data]
        if isinstance(data, dict):
            return {self.data_without_key(name): self.data_without_key(each) for name, each in data.items()}
        return data


@lru_cache
def _written(key: str) -> re.Pattern[str]:
    """Every way to write a key: each letter as it is, or escaped as in JSON, in addresses or in HTML."""
    return re.compile("".join(_letter(each) for each in key), re.IGNORECASE)


def _letter(letter: str) -> str:
    """How a letter may be written; a JSON text inside another has more backslashes, but no end of them."""
    utf16 = letter.encode("utf-16-be").hex()
    in_json = r"\\{1,8}".join(["", *(f"u{utf16[at : at + 4]}" for at in range(0, len(utf16), 4))])
    in_address = "".join(f"%(?:25){{0,2}}{byte:02x}" for byte in letter.encode())
    in_html = f"&#(?:0{{0,4}}{ord(letter)}|x0{{0,4}}{ord(letter):x});"
    return rf"(?:\\{{0,8}}{re.escape(letter)}|{in_json}|{in_address}|{in_html})"


def _count(tokens: Any) -> int:
    return tokens if isinstance(tokens, int) and 0 <= tokens < 10**9 else 0


def _is_about_the_form(fault: str) -> bool:
    """Whether a server refuses the form in which answers are wanted."""
    return bool(re.match(r"the endpoint answers (400|404|415|422|501)", fault)) and bool(
        re.search(r"response_format|json_schema|schema|structured", fault, re.IGNORECASE)
    )
