"""A server on this machine that answers as OpenAI-compatible endpoints do, with whatever a test has it say."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-a-very-secret-key-0123456789/+\"'"


@dataclass
class Reply:
    """How a request is answered."""

    text: str | None = ""
    status: int = 200
    raw: bytes | None = None
    """In place of a completion."""
    tokens: tuple[int, int] | None = (100, 10)
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    """Seconds for which a letter is sent now and then, before the answer ends."""


Script = Callable[[int, dict[str, Any]], "Reply | str | dict[str, Any]"]
"""From how many requests came before and what is asked, the answer."""


@dataclass
class Server:
    """The server, and what it was asked."""

    url: str
    asked: list[dict[str, Any]]
    headers: list[dict[str, str]]


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Serve while a test goes on."""
    asked: list[dict[str, Any]] = []
    headers: list[dict[str, str]] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                number = len(asked)
                asked.append(body)
                headers.append(dict(self.headers))
            self._answer(_reply(script(number, body)), body)

        def _answer(self, reply: Reply, body: dict[str, Any]) -> None:
            content = _completion(reply, body) if reply.raw is None else reply.raw
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                end = time.monotonic() + reply.drip
                while time.monotonic() < end:
                    self.wfile.write(content[:1])
                    self.wfile.flush()
                    content = content[1:]
                    time.sleep(0.05)
                self.wfile.write(content)
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_address[1]}/v1", asked, headers)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(said: "Reply | str | dict[str, Any]") -> Reply:
    if isinstance(said, Reply):
        return said
    return Reply(said if isinstance(said, str) else json.dumps(said))


def _completion(reply: Reply, body: dict[str, Any]) -> bytes:
    if reply.status != 200:
        return json.dumps({"error": {"message": reply.text, "type": "error"}}).encode()
    message = {"role": "assistant", "content": reply.text}
    made: dict[str, Any] = {
        "id": "1", "object": "chat.completion", "created": 0, "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }  # fmt: skip
    if reply.tokens is not None:
        prompt, answer = reply.tokens
        made["usage"] = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
    return json.dumps(made).encode()


def prompt_of(body: dict[str, Any]) -> str:
    """All that was sent."""
    return "\n".join(str(each["content"]) for each in body["messages"])
