"""The server: its API, its limits, and who may ask."""

import asyncio
import io
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from openpyxl import Workbook

from own import ROOT, own_rows
from postclass.cli import main
from postclass.cli.serve import _hosts
from postclass.errors import InputError
from postclass.serve import ServeSettings, make_app, work
from postclass.serve.gate import Gate
from postclass.serve.pools import Full, Room

SMALL = replace(ServeSettings(), workers=1, max_upload=400_000, max_line=20_000, max_records=80)
INFLATED = next(row for row in own_rows() if row["id"] == "own-058")


def posting(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """A posting with an inflated title, as the API takes it."""
    return {name: INFLATED[name] for name in ("description", "title", "company")} | changes


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A server with small limits."""
    with TestClient(make_app(SMALL), base_url="http://127.0.0.1:8642") as started:
        yield started


def test_a_posting_is_checked(client: TestClient) -> None:
    """The verdict in full, and the finding on the title with its proof."""
    told = client.post("/v1/check", json=posting()).json()

    assert "pm" == told["verdict"]["level"]
    assert "inflated" == told["finding"]["finding"]
    assert told["finding"]["detail"]["evidence"]
    assert {} == told["finding"]["detail"]["rewrite"]


def test_help_to_rewrite_is_told_if_asked_for(client: TestClient) -> None:
    """For one level or both, with examples."""
    told = client.post("/v1/check", json=posting(rewrite=True, target="director")).json()["finding"]["detail"]

    assert ["director"] == list(told["rewrite"])
    assert 4 == len(told["examples"])


def test_a_text_that_cant_be_judged_says_so(client: TestClient) -> None:
    """No error: a verdict with a note, and no detail."""
    told = client.post("/v1/check", json={"description": "Too short."}).json()

    assert ("unclear", ["too_short"]) == (told["verdict"]["level"], told["verdict"]["notes"])
    assert told["finding"]["detail"] is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "body.description: Field required"),
        ({"description": "x", "prior": 2}, "body.prior: Input should be less than 1"),
        ({"description": "x", "password": "y"}, "body.password: Extra inputs are not permitted"),
        ({"description": "x" * (2**20 + 1)}, "at most 1048576 characters"),
    ],
)
def test_a_bad_request_is_told(client: TestClient, body: dict[str, Any], message: str) -> None:
    """By field, and without repeating what was sent."""
    answer = client.post("/v1/check", json=body)

    assert 422 == answer.status_code
    assert message in answer.json()["error"]
    assert len(answer.content) < 500


def test_a_stream_is_classified(client: TestClient) -> None:
    """Lines in, lines out, in order; what can't be read is rejected with its reason."""
    lines = [json.dumps(row) for row in own_rows()]
    lines[70] = "{broken"
    answer = client.post("/v1/classify", content="\n".join(lines))
    told = [json.loads(line) for line in answer.text.splitlines()]

    assert list(range(1, len(lines) + 1)) == [one["row"] for one in told]
    assert "not valid JSON" in told[70]["rejected"]
    assert own_rows()[71]["id"] == told[71]["id"]


def test_a_stream_without_descriptions_is_refused(client: TestClient) -> None:
    """With a status, for the answer has not begun."""
    answer = client.post("/v1/classify", content='{"a": 1}\n')

    assert 422 == answer.status_code
    assert "no description column" in answer.json()["error"]


def test_nothing_in_is_nothing_out(client: TestClient) -> None:
    """An empty stream is no error."""
    answer = client.post("/v1/classify", content="\n\n")

    assert (200, "") == (answer.status_code, answer.text)


def test_a_line_has_a_largest_size(client: TestClient) -> None:
    """A stream without line ends is not gathered without end."""
    assert 413 == client.post("/v1/classify", content="x" * 30_000).status_code


@pytest.mark.parametrize("kind", ["json", "html", "csv", "xlsx", "page"])
def test_a_file_is_audited(client: TestClient, kind: str) -> None:
    """In each format of a report."""
    data = "\n".join(json.dumps(row) for row in own_rows()[55:60])
    answer = client.post("/v1/audit", params={"name": "jobs.jsonl", "format": kind}, content=data)

    assert 200 == answer.status_code
    if kind in {"json", "page"}:
        assert "inflated" in [one["finding"] for one in answer.json()["postings"]]
        assert "jobs.jsonl" == answer.json()["summary"]["source"]
    assert (kind == "page") == ("content-disposition" not in answer.headers)


def test_a_workbook_is_audited(client: TestClient) -> None:
    """Excel is what recruiters have."""
    book, stream = Workbook(), io.BytesIO()
    book.worksheets[0].append(["title", "description"])
    book.worksheets[0].append([INFLATED["title"], INFLATED["description"]])
    book.save(stream)
    told = client.post("/v1/audit", params={"name": "Jobs.XLSX"}, content=stream.getvalue()).json()

    assert ["inflated"] == [one["finding"] for one in told["postings"]]


@pytest.mark.parametrize(
    ("name", "content", "status", "message"),
    [
        ("a.csv", b"a,b\n1,2\n", 422, "a.csv: no description column; columns found: 'a', 'b'"),
        ("a.pdf", b"%PDF", 415, "'a.pdf' is of no known format; these are taken: .csv"),
        ("a.db", b"x", 415, "of no known format"),
        ("a.xlsx", b"no zip", 422, "a.xlsx: can't be read as an Excel workbook"),
        ("a.csv", b"", 422, "a.csv: the file is empty"),
        ("../../etc/passwd", b"x", 415, "of no known format"),
        ("a.csv", b"description\n" + b"x\n" * 90, 422, "more than this page takes (80 postings)"),
        ("a.csv", b"x" * 500_000, 413, "larger than the 0 MiB"),
    ],
)
def test_a_bad_file_is_told(client: TestClient, name: str, content: bytes, status: int, message: str) -> None:
    """By its own name, never by where it lay."""
    answer = client.post("/v1/audit", params={"name": name}, content=content)

    assert status == answer.status_code
    assert message in answer.json()["error"]
    assert "postclass-" not in answer.json()["error"]


def test_an_audit_has_an_end() -> None:
    """A file that takes too long is told so, and the process that worked on it goes on with the next."""
    lines = "\n".join(json.dumps(row) for row in own_rows())
    with TestClient(make_app(replace(SMALL, max_upload=2**22, max_seconds=0.05)), base_url="http://127.0.0.1") as hasty:
        answers = [hasty.post("/v1/audit", params={"name": "jobs.jsonl"}, content=lines) for _ in range(2)]

    assert [422, 422] == [answer.status_code for answer in answers]
    assert "jobs.jsonl: takes longer than the 0 seconds that this page gives to a file" in answers[0].json()["error"]


def test_rejections_name_the_upload(client: TestClient) -> None:
    """A ragged row is told with its line and the file's own name."""
    told = client.post("/v1/audit", params={"name": "a.csv"}, content=b"title,description\nx\n").json()

    assert ["a.csv, line 2"] == [one["where"] for one in told["rejections"]]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8642"}, 200),
        ({"host": "[::1]:8642"}, 200),
        ({"origin": "http://127.0.0.1:8642"}, 200),
        ({"host": "rebound.example"}, 421),
        ({"host": "127.0.0.1.evil.example:8642"}, 421),
        ({"host": ""}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:8642"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_only_its_own_page_may_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    """A page elsewhere, or a name that was turned to this address, gets nothing."""
    assert status == client.post("/v1/check", json={"description": "x"}, headers=headers).status_code


def test_every_answer_has_its_headers(client: TestClient) -> None:
    """Errors and refusals too."""
    for path in ("/", "/healthz", "/nowhere", "/assets/../secret", "/assets/page.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert ("nosniff", "no-store", "DENY") == (
            headers["x-content-type-options"], headers["cache-control"], headers["x-frame-options"]
        )  # fmt: skip
    assert "access-control-allow-origin" not in client.options("/v1/check").headers


def test_its_api_is_described(client: TestClient) -> None:
    """The public paths and no others."""
    paths = client.get("/openapi.json").json()["paths"]

    assert ["/healthz", "/v1/audit", "/v1/check", "/v1/classify"] == sorted(paths)


def test_a_body_has_a_largest_size_whatever_it_says(client: TestClient) -> None:
    """Sent in pieces, without a length."""
    answer = client.post("/v1/check", content=iter([b"x" * 2**20] * 3), headers={"content-type": "application/json"})

    assert 413 == answer.status_code


def asked(*pieces: dict[str, Any] | None, settings: ServeSettings = SMALL) -> list[Any]:
    """What the gate sends for a request whose body comes in those pieces; after None nothing comes."""
    sent: list[Any] = []
    left = list(pieces)

    async def receive() -> Any:  # noqa: ANN401 - a message
        piece = left.pop(0)
        return await asyncio.Event().wait() if piece is None else piece

    async def send(message: Any) -> None:  # noqa: ANN401 - a message
        sent.append(message)

    async def reads(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    scope = {"type": "http", "path": "/v1/check", "method": "POST", "headers": [(b"host", b"localhost")]}
    asyncio.run(Gate(reads, settings)(scope, receive, send))
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


def test_a_sender_that_falls_silent_is_given_up() -> None:
    """With a status of its own; one that goes on is not."""
    part = {"type": "http.request", "body": b"x", "more_body": True}

    assert [408] == asked(part, None, settings=replace(SMALL, patience=0.05))
    assert [200] == asked(part, {"type": "http.request", "body": b"x"})
    assert [413] == asked(part, {**part, "body": b"x" * 3 * 2**20})


def test_the_gate_lets_no_other_protocol_in() -> None:
    """A web socket is not answered."""

    async def nobody(*_: Any) -> None:  # noqa: ANN401 - as ASGI has it
        pytest.fail("it was handed on")

    asyncio.run(Gate(nobody, SMALL)({"type": "websocket"}, nobody, nobody))  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_room_refuses_whoever_comes_too_many() -> None:
    """And lets in the next once there is a place."""
    room = Room(1, seconds=7)
    async with room.place():
        with pytest.raises(Full) as full:
            async with room.place():
                pass
    async with room.place():
        pass

    assert 7 == full.value.seconds


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio alone."""
    return "asyncio"


def test_too_much_work_is_refused() -> None:
    """With when to ask again."""
    with TestClient(make_app(replace(SMALL, waiting=0)), base_url="http://127.0.0.1") as full:
        answer = full.post("/v1/check", json=posting())

    assert (429, "1") == (answer.status_code, answer.headers["retry-after"])


def test_a_dead_worker_is_replaced(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its work is done by another."""
    import os
    from multiprocessing import active_children

    for child in active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)

    assert 200 == client.post("/v1/check", json=posting()).status_code


def test_a_worker_does_the_same_by_itself(tmp_path: Path) -> None:
    """What the processes run, run here."""
    work._HELD[:] = [work.Worker(None)]  # noqa: SLF001 - what `start` does, but for the signal
    ask = work.Ask(description=INFLATED["description"], title=INFLATED["title"])
    path = tmp_path / "upload"
    path.write_text(json.dumps(INFLATED), encoding="utf-8")

    assert work.ready()
    assert "inflated" == work.check(ask)["finding"]["finding"]
    assert "detail" in work.check_page(replace(ask, rewrite=True))["posting"]
    assert 21 == len(work.traits_page())
    assert [{"row": 9, "rejected": "the record is not a JSON object"}] == work.classify(
        b'{"description": "x"}\n[]\n', row=8, explain="none", prior=0.2
    )[1:]
    assert "no description column" in work.classify(b'{"a": 1}\n', row=5, explain="none", prior=None)[0]["rejected"]
    options: dict[str, Any] = {"format": "jsonl"}
    assert b'"inflated"' in work.audit(
        str(path), name="a", format="page", options=options, max_records=5, max_text=10**6, max_seconds=60
    )
    with pytest.raises(InputError, match="more than this page takes"):
        work.audit(str(path), name="a", format="json", options=options, max_records=5, max_text=10, max_seconds=60)


def test_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without FastAPI there is a way out."""
    for name in [name for name in sys.modules if name.startswith("postclass.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    result = CliRunner().invoke(main, ["serve"])

    assert 2 == result.exit_code
    assert "pip install 'postclass[serve]'" in result.output


def test_the_command_says_that_a_port_is_taken() -> None:
    """And which option chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["serve", "--port", str(taken.getsockname()[1])])

    assert 5 == result.exit_code
    assert "choose another with --port" in result.output


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_command_serves_until_it_is_told_to_stop(stop: signal.Signals, code: int) -> None:
    """It says where, answers, and ends with its workers and without a word."""
    command = [sys.executable, "-m", "postclass", "serve", "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        address = running.stdout.readline().split(" at ")[1].split()[0]
        with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:  # noqa: S310 - our own address
            assert 200 == answer.status
        running.send_signal(stop)
        _, said = running.communicate(timeout=30)

    assert (code, "") == (running.returncode, said)


def test_workers_end_with_a_server_that_is_killed() -> None:
    """A server that can't tell its workers to stop leaves none of them behind."""
    command = [sys.executable, "-m", "postclass", "serve", "--port", "0", "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.kill()
        said, _ = running.communicate(timeout=60)  # ends when the last of its workers lets stdout go

    assert (-signal.SIGKILL, "") == (running.returncode, said)


def test_slow_clients_keep_nobody_waiting() -> None:
    """On this machine's own address alone, and however many begin a request and never end it, others are answered."""
    command = [sys.executable, "-m", "postclass", "serve", "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running, ExitStack() as held:
        assert running.stdout is not None
        address = running.stdout.readline().split(" at ")[1].split()[0]
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        for number in range(200):
            slow = held.enter_context(socket.create_connection((host, int(port)), timeout=10))
            head = f"POST /v1/check HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9999\r\n\r\n{{"
            slow.sendall(head[: None if number % 2 else 30].encode())
        body = json.dumps(posting()).encode()
        request = urllib.request.Request(f"{address}v1/check", body, {"content-type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            level = json.load(answer)["verdict"]["level"]
        running.terminate()

    assert ("127.0.0.1", "pm") == (host, level)
    assert 143 == running.returncode


def test_the_command_hands_on_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of workers, the names that are let in; and it opens the page once it is ready."""
    told: dict[str, Any] = {}
    opened: list[str] = []

    def run(settings: ServeSettings, *, ready: Callable[[str], None], **where: Any) -> None:  # noqa: ANN401
        told.update(where, settings=settings)
        ready("http://127.0.0.1:1/")

    monkeypatch.setattr("postclass.serve.running.run", run)
    monkeypatch.setattr("click.launch", opened.append)
    result = CliRunner().invoke(main, ["serve", "--workers", "3", "--allow-host", "audit.intern", "--open"])

    assert 0 == result.exit_code
    assert (3, True) == (told["settings"].workers, "audit.intern" in told["settings"].hosts)
    assert ["http://127.0.0.1:1/"] == opened


def test_names_that_requests_may_be_addressed_to() -> None:
    """The address itself, localhost and what is given."""
    assert {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "audit.intern"} == _hosts("0.0.0.0", ("Audit.intern",))  # noqa: S104


def test_docs_name_the_limits() -> None:
    """The page on the server says what it takes."""
    docs = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    settings = ServeSettings()

    assert f"{settings.max_upload // 2**20} MiB" in docs
    assert f"{settings.max_records:,} postings" in docs
    assert f"{settings.max_seconds:.0f} seconds" in docs


def test_a_field_whose_name_is_no_text(client: TestClient) -> None:
    """Half of a surrogate pair in a name is the sender's mistake."""
    body = b'{"description": "x", "\\ud800": 1}'
    answer = client.post("/v1/check", content=body, headers={"content-type": "application/json"})

    assert (422, True) == (answer.status_code, "valid string" in answer.json()["error"])


@pytest.mark.parametrize(("length", "status"), [(b"\xb2", 200), (b"9" * 5000, 413), (b"0002", 200)])
def test_lengths_that_are_odd_numbers(length: bytes, status: int) -> None:
    """A digit that is no number is no length, and a number of thousands of digits is too large."""
    told: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:  # noqa: ANN401
        told.append(message)

    async def receive() -> Any:  # noqa: ANN401
        return {"type": "http.disconnect"}

    headers = [(b"host", b"localhost"), (b"content-length", length)]
    scope = {"type": "http", "method": "GET", "path": "/healthz", "headers": headers}
    asyncio.run(Gate(app, ServeSettings())(scope, receive, send))

    assert status == told[0]["status"]


@pytest.mark.parametrize("encoding", ["a%00b", "undefined", "idna", "utf-32"])
def test_encodings_of_uploads(client: TestClient, encoding: str) -> None:
    """One that can't be read is the sender's mistake."""
    answer = client.post(f"/v1/audit?name=a.csv&encoding={encoding}", content=b"title,description\nx,y\n")

    assert (422, True) == (answer.status_code, "encoding" in answer.json()["error"])
