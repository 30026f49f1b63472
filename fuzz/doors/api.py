"""The server's application, asked in process: first bytes choose the request, the rest is its body."""

import asyncio
import urllib.parse
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from draw import Draw
from oracle import BUDGET, within_budget
from postclass.serve import ServeSettings, app, make_app, work
from postclass.serve.gate import Gate

MAX_LEN = 2048
HOST = b"127.0.0.1:8642"
PATHS = (
    "/v1/check", "/v1/check", "/page/check", "/v1/classify", "/v1/classify", "/v1/audit", "/v1/audit", "/", "/assets/",
    "/healthz", "/page/traits",
)  # fmt: skip
NAMES = (b"a.csv", b"a.jsonl", b"a.json", b"a.html", b"a.jsonld", b"a.xlsx", b"a.parquet", b"a.tsv")
VALUES = (
    b"json", b"html", b"csv", b"xlsx", b"page", b"full", b"none", b"terms", b"0.5", b"nan", b"inf", b"1e400", b"-0", b"utf-16",
    b"a%00b", b"undefined", b"idna", b"%ff", b"%ed%a0%80", b"utf-7", b"", b"title", b"%F0%9F%92%A9",
)  # fmt: skip
KEYS = (b"format", b"explain", b"prior", b"encoding", b"title_col", b"description_col", b"company_col", b"name", b"x")
TYPES = (b"application/json", b"text/plain", b"application/json; charset=utf-16", b"application/x-ndjson", b"\xff")
ODD_HEADERS = (
    (b"content-length", b"\xb2"), (b"content-length", b"-1"), (b"origin", b"null"), (b"origin", b"http://" + HOST),
    (b"host", b"localhost:\xb2"), (b"host", b""), (b"sec-fetch-site", b"same-origin"), (b"accept", b"\xff"),
    (b"range", b"bytes=0-"), (b"content-encoding", b"gzip"), (b"transfer-encoding", b"chunked"),
)  # fmt: skip


class Here:
    """Does in this process what the server's pools do in processes of their own, where no coverage can be seen."""

    def __init__(self, model: Path | None, **_: int | None) -> None:
        if not work.ready():
            work._HELD[:] = [work.Worker(model)]  # noqa: SLF001 - `work.start` would take Ctrl-C from the fuzzer

    async def run(self, task: Any, *values: Any, **named: Any) -> Any:  # noqa: ANN401 - any task
        """The result of a task."""
        return task(*values, **named)

    async def warm(self) -> None:
        """There is nothing to start."""

    def close(self) -> None:
        """There is nothing to end."""


def door(data: bytes) -> None:
    """Ask; the answer is whole, and is no fault of the server's."""
    draw = Draw(data)
    path = draw.pick(PATHS)
    query = [(b"name", draw.pick(NAMES))] if path == "/v1/audit" else []
    query += [(draw.pick(KEYS), draw.pick(VALUES)) for _ in range(draw.number(3))]
    headers = [(b"host", HOST), (b"content-type", draw.pick(TYPES))]
    headers += [draw.pick(ODD_HEADERS)] * (draw.number(4) == 1)
    if path == "/assets/":
        path += urllib.parse.unquote(draw.piece(32).decode("latin-1"), "latin-1")
    cut = draw.number(3)
    method = "POST" if path.startswith(("/v1", "/page/check")) else draw.pick(("GET", "HEAD", "POST", "PUT"))
    body = draw.rest
    pieces = [body] if cut == 0 else [body[: len(body) // cut], body[len(body) // cut :]]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode("latin-1", "replace"), "root_path": "", "headers": headers,
        "query_string": b"&".join(key + b"=" + value for key, value in query), "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8642),
    }  # fmt: skip
    within_budget(lambda: ask(scope, pieces), what=f"a request ({BUDGET} s)")


def ask(scope: dict[str, Any], pieces: list[bytes]) -> None:
    """One request and its answer."""
    coming = [{"type": "http.request", "body": p, "more_body": n < len(pieces)} for n, p in enumerate(pieces, 1)]
    told: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401 - as ASGI has it
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:  # noqa: ANN401
        told.append(message)

    gate, loop = server()
    loop.run_until_complete(gate(scope, receive, send))
    assert told, "no answer"
    assert told[0]["status"] < 500, told
    assert not told[-1].get("more_body"), "half an answer"


@cache
def server() -> tuple[Gate, asyncio.AbstractEventLoop]:
    """The application, and the loop that it runs in."""
    loop = asyncio.new_event_loop()
    gate = make_app(ServeSettings(workers=1, max_records=200))
    up: list[Any] = []

    async def start() -> None:
        events: asyncio.Queue[Any] = asyncio.Queue()
        await events.put({"type": "lifespan.startup"})

        async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            up.append(message)

        task = asyncio.create_task(gate({"type": "lifespan", "asgi": {"version": "3.0"}}, events.get, send))
        while not up and not task.done():  # noqa: ASYNC110 - nothing else is there to wait for
            await asyncio.sleep(0)
        TASKS.append(task)

    with patch.object(app, "Pool", Here):  # while the application starts, which is when it makes its pools
        loop.run_until_complete(start())
    assert up[0]["type"] == "lifespan.startup.complete", up
    return gate, loop


TASKS: list[Any] = []  # a task that nobody holds may be collected
