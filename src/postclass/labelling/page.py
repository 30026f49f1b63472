"""A `Desk` in, its page in the browser out, for this machine alone: keys come in, what is to be shown goes back."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from postclass.errors import PostclassError
from postclass.labelling.desk import LEVEL_KEYS, Desk
from postclass.labelling.marks import Marks
from postclass.labelling.sheet import Sheet
from postclass.labelling.suggestion import Suggestion
from postclass.report.auditpage import web_text
from postclass.serve.gate import Gate
from postclass.serve.running import run_app
from postclass.serve.settings import ServeSettings
from postclass.traits import Trait

HOST = "127.0.0.1"
ASSETS = {
    "postclass.css": "text/css", "label.css": "text/css", "common.js": "text/javascript",
    "label.js": "text/javascript", "icon.svg": "image/svg+xml",
}  # fmt: skip
MAX_BODY = 64 * 2**10  # bytes of a key press: an id and a key


class Press(BaseModel):
    """A key, or a line that was clicked, on the posting that the page shows."""

    model_config = ConfigDict(extra="forbid")

    place: int
    key: str | None = Field(None, max_length=20)
    line: int | None = None


def run(
    marks: Marks,
    traits: Sequence[Trait],
    suggest: Callable[[Sheet], Suggestion],
    *,
    port: int,
    ready: Callable[[str], None],
) -> None:
    """Serves the page until Ctrl-C; `ready` is told its address. Answers go to the marks' file and nowhere else."""
    run_app(make_app(Desk(marks, traits, suggest=suggest)), host=HOST, port=port, ready=ready)


def make_app(desk: Desk) -> Gate:
    """The page of one person's desk, behind the gate that `postclass serve` has too."""
    app = FastAPI(title="postclass label", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(PostclassError, _told)

    @app.get("/")
    async def page() -> Response:
        return Response(web_text("label.html"), media_type="text/html")

    @app.get("/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404, "there is no such file")
        return Response(web_text(name), media_type=ASSETS[name])

    @app.get("/state")
    async def state() -> JSONResponse:
        return JSONResponse(state_of(desk))

    # one after the other, as keys are pressed: nothing here waits for anything
    @app.post("/press")
    async def press(pressed: Press) -> JSONResponse:
        if pressed.place != desk.look.place:
            desk.message = "another tab went on; this is where it is"
        elif pressed.line is not None:
            desk.go(pressed.line)
        elif pressed.key is not None and pressed.key != "Q":
            desk.press(pressed.key)
        return JSONResponse(state_of(desk))

    return Gate(app, ServeSettings(max_posting=MAX_BODY))


async def _told(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=409)


def state_of(desk: Desk) -> dict[str, Any]:
    """What the page shows."""
    answer, suggestion, posting = desk.answer, desk.suggestion, desk.sheet.posting
    suggested = {} if suggestion is None else suggestion.traits
    return {
        "place": desk.look.place,
        "total": len(desk.marks.sheets),
        "done": desk.marks.done,
        "drafts": len(desk.marks.drafts()),
        "file": str(desk.marks.path),
        "lines": list(desk.sheet.shown),
        "line": desk.look.line,
        "level": answer.level,
        "levels": [{"key": key, "level": level} for key, level in LEVEL_KEYS.items()],
        "conf": answer.conf,
        "title": {"title": posting.title, "company": posting.company} if desk.look.title else None,
        "suggestion": None if suggestion is None else {"level": suggestion.level, "p": suggestion.p_director},
        "traits": [
            {
                "key": desk.key_of(trait.key), "label": trait.label, "sentence": trait.sentence, "side": trait.side,
                "lines": list(answer.traits.get(trait.key, ())), "suggested": list(suggested.get(trait.key, ())),
            }
            for trait in desk.traits
        ],
        "message": desk.message or desk.unsaved,
    }  # fmt: skip
