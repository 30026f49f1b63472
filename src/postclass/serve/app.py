"""The limits of a server in, its web application out: a page, and the JSON API that the page and programs use."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Receive, Scope, Send

from postclass import __version__
from postclass.dossier import SIDES
from postclass.errors import PostclassError
from postclass.report.auditpage import web_text
from postclass.serve import work
from postclass.serve.gate import Gate
from postclass.serve.pools import Full, Pool, Room
from postclass.serve.settings import ServeSettings

# Lines of a stream that are judged at a time: enough that handing them over does not show, few enough to answer soon.
LINES = 64
AUDITS_PER_PROCESS = 8  # then a new one takes over, and the memory of large audits is given back
ASSETS = {
    "postclass.css": "text/css", "common.js": "text/javascript", "posting.js": "text/javascript",
    "audit.js": "text/javascript", "live.js": "text/javascript", "icon.svg": "image/svg+xml",
}  # fmt: skip
MEDIA = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "page": "application/json",
}
# What a file may be: databases and packed files are left to the command line.
FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet",
    ".xlsx": "xlsx", ".jsonld": "jsonld", ".html": "html", ".htm": "html",
}  # fmt: skip
MAX_NAME = 200  # characters of a file's name
Share = Annotated[float | None, Field(gt=0, lt=1, description="Share of directors among your postings.")]


class PostingIn(BaseModel):
    """A posting to be checked."""

    model_config = ConfigDict(extra="forbid")

    description: str = Field(max_length=2**20, description="The posting as plain text or HTML.")
    title: str | None = Field(None, max_length=1000, description="The claimed title; the verdict never counts it.")
    company: str | None = Field(None, max_length=1000, description="The employer's name; masked in the text.")
    prior: Share = None
    rewrite: bool = Field(default=False, description="Tell how to rewrite it, and the nearest labelled examples.")
    target: Literal["director", "pm"] | None = Field(None, description="Tell how to rewrite for this level alone.")

    def ask(self) -> work.Ask:
        """The same for a worker."""
        return work.Ask(
            description=self.description,
            title=self.title,
            company=self.company,
            prior=self.prior,
            rewrite=self.rewrite,
            targets=SIDES if self.target is None else (self.target,),
        )


class Checked(BaseModel):
    """The verdict on a posting (docs/output.md) and the finding on its title (docs/audit.md)."""

    verdict: dict[str, Any]
    finding: dict[str, Any]


class Health(BaseModel):
    """What is running."""

    status: Literal["ok"]
    version: str


def make_app(settings: ServeSettings | None = None) -> Gate:
    """The web application, behind its gate."""
    settings = settings or ServeSettings()
    server = _Server(settings)
    app = FastAPI(
        title="postclass",
        version=__version__,
        description="Tells from a posting's text whether it describes director-level or PM-level work, and why.",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        lifespan=server.lifespan,
    )
    app.add_exception_handler(PostclassError, _told)
    app.add_exception_handler(Full, _full)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    server.add_to(app)
    return Gate(app, settings)


async def _told(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=422)


async def _refused(_: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, StarletteHTTPException) else (500, "")
    return JSONResponse({"error": detail}, status_code=status)


async def _invalid(_: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])
    return JSONResponse({"error": told}, status_code=422)


async def _full(_: Request, error: Exception) -> Response:
    seconds = error.seconds if isinstance(error, Full) else 1
    return JSONResponse(
        {"error": f"busy; ask again in {seconds} s"}, status_code=429, headers={"retry-after": str(seconds)}
    )


class _Duplex(StreamingResponse):
    """A stream that is made while the body still comes: nobody else may take pieces of the body meanwhile."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Send the stream, without a listener for the end of the connection beside it."""
        await self.stream_response(send)


class _Server:
    """The routes, and the processes that work for them. Audits have a process of their own, so that checks need not
    wait for them.
    """  # noqa: D205 - one thought

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        self._checks, self._audits = Room(settings.waiting, seconds=1), Room(settings.audits, seconds=30)
        self._streams = Room(settings.streams, seconds=10)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """The processes live as long as the server."""
        self._live = Pool(self._settings.model, workers=self._settings.workers)
        self._slow = Pool(self._settings.model, workers=1, tasks=AUDITS_PER_PROCESS)
        try:
            await self._live.warm()
            self._traits = await self._live.run(work.traits_page)
            yield
        finally:
            self._live.close()
            self._slow.close()

    def add_to(self, app: FastAPI) -> None:
        """Gives an application its routes."""
        body = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
        lines = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
        app.get("/healthz", summary="Whether the server is up")(self.health)
        app.post("/v1/check", summary="Judge one posting")(self.check)
        app.post(
            "/v1/classify",
            summary="Judge a stream of postings: JSON lines in, JSON lines out",
            response_class=StreamingResponse,
            openapi_extra={"requestBody": {**lines, "required": True}},
        )(self.classify)
        app.post(
            "/v1/audit",
            summary="Audit the titles of a file of postings",
            response_class=Response,
            openapi_extra={"requestBody": {**body, "required": True}},
        )(self.audit)
        app.get("/", include_in_schema=False)(self.page)
        app.get("/assets/{name}", include_in_schema=False)(self.asset)
        app.get("/page/traits", include_in_schema=False)(self.traits)
        app.post("/page/check", include_in_schema=False)(self.check_page)

    async def health(self) -> Health:
        """Whether the server is up, and its version."""
        return Health(status="ok", version=__version__)

    async def check(self, posting: PostingIn) -> Checked:
        """The verdict on the text with its reasons, and the finding on the title, with the lines that prove it."""
        async with self._checks.place():
            return Checked(**await self._live.run(work.check, posting.ask()))

    async def check_page(self, posting: PostingIn) -> JSONResponse:
        async with self._checks.place():
            return JSONResponse(await self._live.run(work.check_page, posting.ask()))

    async def traits(self) -> JSONResponse:
        return JSONResponse(self._traits)

    async def page(self) -> Response:
        return Response(web_text("live.html"), media_type="text/html")

    async def asset(self, name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404, "there is no such file")
        return Response(web_text(name), media_type=ASSETS[name])

    async def classify(
        self,
        request: Request,
        explain: Annotated[Literal["none", "terms", "full"], Query(description="How much to tell.")] = "terms",
        prior: Annotated[float | None, Query(gt=0, lt=1, description="Share of directors.")] = None,
    ) -> StreamingResponse:
        """A line of JSON for each record: its verdict (docs/output.md), or `rejected` with the reason.

        Answers begin before the body ends. Fields are found by their usual names; only a description is needed.
        """
        answers = self._answers(request, {"explain": explain, "prior": prior})
        first = await anext(answers, b"")  # what is wrong from the start is told with a status of its own

        async def stream() -> AsyncIterator[bytes]:
            yield first
            async for answer in answers:
                yield answer

        return _Duplex(stream(), media_type="application/x-ndjson")

    async def _answers(self, request: Request, options: dict[str, Any]) -> AsyncIterator[bytes]:
        async with self._streams.place():
            row = 1
            async for lines in _batches(request, self._settings.max_line):
                told = await self._live.run(work.classify, lines, row=row, **options)
                row += len(told)
                yield "".join(f"{json.dumps(record)}\n" for record in told).encode()

    async def audit(  # noqa: PLR0913, PLR0917 - FastAPI hands query parameters over by name
        self,
        request: Request,
        name: Annotated[str, Query(max_length=MAX_NAME, description="The file's name, which tells its format.")],
        format: Annotated[Literal["json", "html", "csv", "xlsx", "page"], Query(description="Of the report.")] = "json",  # noqa: A002
        prior: Annotated[float | None, Query(gt=0, lt=1, description="Share of directors.")] = None,
        title_col: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
        description_col: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
        company_col: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
        department_col: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
        encoding: Annotated[str, Query(max_length=40)] = "utf-8",
    ) -> Response:
        """The body is the file: CSV, XLSX, JSON lines, JSON, Parquet, or HTML with JSON-LD. The answer is its audit.

        The file lies in a temporary directory until the answer is made, and is then deleted.
        """
        suffix = Path(name).suffix.casefold()
        if suffix not in FORMATS:
            raise HTTPException(415, f"{name!r} is of no known format; these are taken: {', '.join(FORMATS)}")
        columns = {"title_col": title_col, "description_col": description_col, "company_col": company_col,
                   "department_col": department_col}  # fmt: skip
        options = {"prior": prior, "encoding": encoding, "format": FORMATS[suffix], **columns}
        async with self._audits.place():
            with tempfile.TemporaryDirectory(prefix="postclass-") as place:
                path = Path(place) / "upload"
                with path.open("wb") as file:
                    async for chunk in request.stream():
                        file.write(chunk)
                made = await self._slow.run(
                    work.audit, str(path), name=name, format=format, options=options,
                    max_records=self._settings.max_records, max_text=self._settings.max_text,
                    max_seconds=self._settings.max_seconds,
                )  # fmt: skip
        headers = {} if format == "page" else {"content-disposition": f'attachment; filename="audit.{format}"'}
        return Response(made, media_type=MEDIA[format], headers=headers)


async def _batches(request: Request, most: int) -> AsyncIterator[bytes]:
    """The lines of a body, so many at a time, as they come."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > most and b"\n" not in held:
            raise HTTPException(413, f"a line is longer than the {most // 2**20} MiB that are taken here")
        end = held.rfind(b"\n") + 1
        if held.count(b"\n") >= LINES or end > most // 8:
            ready, held = bytes(held[:end]), held[end:]
            for piece in _pieces(ready):
                yield piece
    for piece in _pieces(bytes(held)):
        yield piece


def _pieces(lines: bytes) -> list[bytes]:
    whole = [line + b"\n" for line in lines.split(b"\n") if line.strip()]
    return [b"".join(whole[at : at + LINES]) for at in range(0, len(whole), LINES)]
