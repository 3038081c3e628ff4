"""The door: every request and every socket passes here before anything else reads it.

A page elsewhere can make a browser send requests to this machine, and can have its own name point here. So a request
must name this server as its host, and whatever may change something must come from a page of this server.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sim.serve.place import Place

from .limits import MOST_BYTES
from .log import LOG
from .log import spoken as spoken
from .visits import Visits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = ("GET", "HEAD")
TOO_LARGE = "it is too large"
MOST_DIGITS = 12
"""Of a length."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Of every answer that does not say otherwise."""


class Door:
    """Refuses what comes from elsewhere, what is too much and what is too large, and logs it."""

    def __init__(self, app: App, place: Place) -> None:
        self.app, self.place = app, place
        self.visits = Visits(place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is None:
            await self.app(scope, _limited(receive, scope), _with_headers(send, self._cookie(scope)))
            return
        status, why = refused
        _log(scope, why)
        await _refuse(scope, _with_headers(send), status, why)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = _headers(scope)
        if headers.get("host", "").lower() not in self.place.hosts:
            return 421, "this server has another name"
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and headers.get("origin", "").lower() not in self.place.origins:
            return 403, "it does not come from a page of this server"
        elsewhere = headers.get("sec-fetch-site", "none") not in (
            "same-origin",
            "none",
        )  # another port is elsewhere too
        if elsewhere and headers.get("sec-fetch-mode") != "navigate":
            return 403, "it comes from a page elsewhere"
        if not self.visits.take(_sender(scope), headers.get("cookie", "")):
            return 429, "too many requests; wait a little"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > MOST_DIGITS or int(length) > MOST_BYTES:
            return 413, TOO_LARGE
        return None

    def _cookie(self, scope: Scope) -> str | None:
        """What somebody who has come to a page is known by from now on."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        return self.visits.cookie_for(_sender(scope), _headers(scope).get("cookie", ""))


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _sender(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "nobody"


def _log(scope: Scope, why: str) -> None:
    LOG.warn(_sender(scope), f"refused {spoken(scope.get('path', ''))}: {why}", why)


def _limited(receive: Receive, scope: Scope) -> Receive:
    """A body that says nothing of its length is refused where it is too large."""
    if scope["type"] != "http":
        return receive
    from starlette.exceptions import HTTPException

    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            _log(scope, TOO_LARGE)
            raise HTTPException(413, f"{TOO_LARGE}\n")
        return message

    return limited


def _with_headers(send: Send, cookie: str | None = None) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            said = {name.lower() for name, _ in message.get("headers", ())}
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in said]
            if cookie is not None:
                own.append((b"set-cookie", cookie.encode()))
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": why})
            return
        kind = "websocket.http.response"
    else:
        kind = "http.response"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
