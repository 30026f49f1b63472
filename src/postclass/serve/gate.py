"""What stands before every request: who may ask, how large a body may be, and the headers of every answer."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect

from postclass.serve.settings import ServeSettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
_MAX_DIGITS = 20  # of the length of a body
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class BodyError(Exception):
    """A body is too large, or its sender too slow."""


class Gate:
    """An ASGI application around another."""

    def __init__(self, app: App, settings: ServeSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        await self._hand_on(scope, receive, send)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; a body that is too large or too slow is answered here, whatever is made of it there."""
        body = _Body(receive, limit=self._limit(scope), patience=self._settings.patience)
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if body.problem is not None and not begun:
                return
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
            async with asyncio.timeout(self._settings.patience):  # a reader that takes nothing is given up, too
                await send(message)

        with contextlib.suppress(ClientDisconnect, BodyError):
            await self._app(scope, body.receive, guarded)
        if body.problem is not None and not begun:
            await _answer(send, *body.problem)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Why a request is refused: a page elsewhere could ask by a name of its own, or in a visitor's name."""
        host = headers.get("host", "")
        if _name(host) not in self._settings.hosts:
            return 421, "this server answers under its own address only; name others with --allow-host"
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != host:
            return 403, "pages of other origins may not ask"
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"} and scope["method"] != "GET":
            return 403, "pages of other origins may not ask"
        length = headers.get("content-length", "")
        # "²" is a digit to Python, but no number; and of a number of thousands of digits there is none.
        if length.isdecimal() and (len(length) > _MAX_DIGITS or int(length) > self._limit(scope)):
            return 413, _too_large(self._limit(scope))
        return None

    def _limit(self, scope: Scope) -> int:
        path = scope["path"]
        if path.endswith("/audit"):
            return self._settings.max_upload
        return self._settings.max_stream if path.endswith("/classify") else self._settings.max_posting


class _Body:
    """A request's body as it comes; `problem` says why it is not taken, once that is so."""

    def __init__(self, receive: Receive, *, limit: int, patience: float) -> None:
        self._receive, self._limit, self._patience = receive, limit, patience
        self._count, self._whole = 0, False
        self.problem: tuple[int, str] | None = None

    async def receive(self) -> Message:
        """The next piece; raises `BodyError` if it is too much, or does not come."""
        if self._whole:  # what comes now is the end of the connection, for which one may wait long
            return await self._receive()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            self.problem = (408, "nothing was sent for too long")
            raise BodyError from None
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._count > self._limit:
                self.problem = (413, _too_large(self._limit))
                raise BodyError
        return message


def _name(host: str) -> str:
    """A host header without its port."""
    name, _, port = host.rpartition(":")
    return (name if port.isdigit() and name else host).casefold()


def _too_large(limit: int) -> str:
    return f"larger than the {limit // 2**20} MiB that are taken here; `postclass audit FILE` has no such limit"


async def _answer(send: Send, status: int, problem: str) -> None:
    body = json.dumps({"error": problem}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    if status in {408, 413}:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
