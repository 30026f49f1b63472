"""What the server's worker processes do: one posting, some lines of a stream, or a file in; plain JSON values out.

A worker loads its model once. It takes nothing from a request but text and bytes, and opens no file but the upload
that the server has just put down for it.
"""

import io
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from postclass.agreement import Agreement, agreement
from postclass.audit import finding_of
from postclass.columns import Columns, Record, Unreadable
from postclass.cutting import as_posting
from postclass.dossier import SIDES, Dossiers
from postclass.engines.parent import end_with
from postclass.errors import InputError, PostclassError
from postclass.finding import Audit, Detail, Finding, Proof, Side
from postclass.jsonrows import read_jsonl
from postclass.judge import JudgeSettings, Model
from postclass.modelfile import load_model
from postclass.posting import Posting, Rejection
from postclass.report.auditfile import render
from postclass.report.auditjson import finding_record
from postclass.report.auditpage import Told, page_record, script_json
from postclass.verdict import Explain, Verdict, to_record

AuditFormat = Literal["json", "html", "csv", "xlsx", "page"]


class Worker:
    """What a process holds: the model, and what is made of it on first use."""

    def __init__(self, model: Path | None) -> None:
        self.model: Model = load_model(model)
        self.traits = self.model.traits
        self._dossiers: dict[tuple[float | None, tuple[Side, ...]], Dossiers] = {}

    def dossiers(self, prior: float | None, targets: tuple[Side, ...]) -> Dossiers:
        """Tells postings in full; the usual one is kept, for it indexes the examples."""
        if (prior, targets) not in self._dossiers:
            self._dossiers.clear()
            self._dossiers[prior, targets] = Dossiers(self.model, prior=prior, targets=targets)
        return self._dossiers[prior, targets]


_HELD: list[Worker] = []


def start(model: Path | None, parent: int) -> None:
    """Called once in each process, with the server's id; Ctrl-C is for the server, which then ends its workers."""
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _HELD[:] = [Worker(model)]


def ready() -> bool:
    """Whether this process has its model."""
    return bool(_HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A posting to be checked, and how."""

    description: str
    title: str | None = None
    company: str | None = None
    prior: float | None = None
    rewrite: bool = False  # tell how to rewrite it, and the nearest examples: takes twice as long
    targets: tuple[Side, ...] = SIDES


def check(ask: Ask) -> dict[str, Any]:
    """The verdict on a posting in full, and the finding on its title."""
    verdict, finding = _judged(ask)
    by_key = {trait.key: trait for trait in _HELD[0].traits}
    return {"verdict": to_record(verdict, explain="full"), "finding": finding_record(finding, by_key)}


def check_page(ask: Ask) -> dict[str, Any]:
    """The same for the page's script."""
    _, finding = _judged(ask)
    told = Told(_HELD[0].traits)
    return {"posting": told.finding(finding), "examples": told.examples}


def traits_page() -> dict[str, Any]:
    """The traits for the page's script."""
    return Told(_HELD[0].traits).traits()


def _judged(ask: Ask) -> tuple[Verdict, Finding]:
    worker = _HELD[0]
    posting = Posting(ask.description, title=ask.title, company=ask.company)
    verdict = worker.model.judge_one(posting, settings=JudgeSettings(explain="full", prior=ask.prior))
    agreed = agreement(ask.title, verdict)
    detail = None
    if verdict.explanation is not None:
        detail = (
            worker.dossiers(ask.prior, ask.targets).detail(posting, agreed)
            if ask.rewrite
            else _told(verdict, agreed, worker)
        )
    finding = replace(finding_of(posting, verdict, agreed), detail=detail)
    return verdict, finding


def _told(verdict: Verdict, agreed: Agreement, worker: Worker) -> Detail:
    """What the verdict itself tells, without the help to rewrite."""
    told = verdict.explanation
    if told is None:
        raise ValueError("the verdict has no explanation")
    shares = {reason.key: reason.log_odds for reason in told.reasons}
    shown = {proof.trait for proof in told.evidence}
    missing = [t.key for t in worker.traits if t.side == agreed.claimed and t.key not in shown]
    return Detail(
        text=told.text,
        proofs=tuple(Proof(e.trait, e.quote, e.start, e.end, e.probability, shares[e.trait]) for e in told.evidence),
        missing=tuple(missing),
        wording=shares["wording"],
        bias=shares["bias"],
        change=None,
        rewrites=(),
        examples=(),
    )


def classify(lines: bytes, *, row: int, explain: Explain, prior: float | None) -> list[dict[str, Any]]:
    """Lines of JSON in, a verdict or a rejection for each record out; `row` is the number of the first.

    Raises `InputError` if none of the first lines has a field of descriptions; later ones are rejected one by one.
    """
    columns = Columns()
    stream = io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8", errors="surrogateescape", newline="\n")
    settings = JudgeSettings(explain=explain, prior=prior)
    try:
        entries: list[Record | Unreadable] = list(read_jsonl(stream, columns, source="the body", encoding="utf-8"))
    except InputError as error:
        if row == 1:
            raise
        reason = str(error)
        return [{"row": row + at, "rejected": reason} for at in range(lines.count(b"\n"))]
    told = []
    for number, entry in enumerate(entries, start=row):
        made = as_posting(entry, columns, row=number, where=lambda where: where)
        if isinstance(made, Rejection):
            told.append({"row": made.row, "rejected": made.reason})
        else:
            told.append(to_record(_HELD[0].model.judge_one(made, settings=settings), explain=explain))
    return told


def audit(  # noqa: PLR0913 - what an audit may be asked for
    path: str,
    *,
    name: str,
    format: AuditFormat,  # noqa: A002 - as the API calls it
    options: dict[str, Any],
    max_records: int,
    max_text: int,
    max_seconds: float,
) -> bytes:
    """An upload in, its audit in a format out. Raises `InputError` with the name that the upload was given."""
    try:
        with _within(max_seconds):
            return _audit(path, name, format, options, max_records=max_records, max_text=max_text)
    except PostclassError as error:
        raise type(error)(str(error).replace(path, name)) from None
    except _OutOfTime:
        raise InputError(
            f"{name}: takes longer than the {max_seconds:.0f} seconds that this page gives to a file; "
            "audit it with `postclass audit FILE`."
        ) from None


class _OutOfTime(BaseException):
    """The time for a piece of work is over; no handler on the way takes it for a failure of its own."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise `_OutOfTime` in the block when it takes longer; this process has one thread that works, its main one."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _audit(  # noqa: PLR0913 - as `audit`
    path: str,
    name: str,
    format: AuditFormat,  # noqa: A002 - as the API calls it
    options: dict[str, Any],
    *,
    max_records: int,
    max_text: int,
) -> bytes:
    from postclass.audit import AuditSettings
    from postclass.audit import audit as run
    from postclass.inputs import Inputs
    from postclass.sources import SourceSettings

    worker = _HELD[0]
    settings = AuditSettings(prior=options.pop("prior", None))
    reading = SourceSettings(about=True, limit=max_records + 1, **options)
    with Inputs([path], settings=reading) as records:
        made = run(_bounded(records, max_records, max_text), worker.model, source=name, settings=settings)
        made = replace(made, hints=records.hints())
    made = _named(made, path, name)
    if format == "page":
        return script_json(page_record(made, worker.traits)).encode("utf-8", "backslashreplace")
    return render(made, worker.traits, format)


def _bounded(records: Iterable[Posting | Rejection], most: int, text: int) -> Iterator[Posting | Rejection]:
    """The same records; more of them, or more text, than the server takes is refused."""
    for number, record in enumerate(records, 1):
        if isinstance(record, Posting):
            text -= len(record.description)
        if number > most or text < 0:
            raise InputError(
                f"the file holds more than this page takes ({most:,} postings); audit it with `postclass audit FILE`."
            )
        yield record


def _named(made: Audit, path: str, name: str) -> Audit:
    """The audit with the upload's name in place of where it lay."""
    return replace(
        made,
        findings=tuple(replace(finding, path=None) for finding in made.findings),
        rejections=tuple(
            replace(r, where=r.where.replace(path, name), reason=r.reason.replace(path, name)) for r in made.rejections
        ),
        hints=tuple(hint.replace(path, name) for hint in made.hints),
    )
