"""An audit and a path in, its report there out: HTML, CSV, XLSX, JSON, SARIF or GitHub annotations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from postclass.celltexts import to_json
from postclass.errors import OutputError
from postclass.finding import Audit
from postclass.remote import is_url
from postclass.traits import Trait
from postclass.wholefile import open_file, write_whole

Render = Callable[[Audit, Sequence[Trait]], bytes]

FORMATS = ("html", "csv", "xlsx", "json", "sarif", "github")
_BY_SUFFIX = {f".{name}": name for name in FORMATS[:-1]} | {".htm": "html"}
_STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a report goes, and in which format; no path is stdout."""

    path: Path | None
    format: str


def target_of(
    output: str,
    *,
    to: str | None = None,
    force: bool = False,
    formats: Sequence[str] = FORMATS,
) -> Target:
    """An output as it was named in, its target out; raises `OutputError` before any work if it must not be written."""
    if output in _STDOUT or (output == "github" and output in formats):
        return Target(None, "github" if output == "github" else _known(to or "json", formats))
    if "\0" in output or is_url(output):
        raise OutputError(f"{output!r}: is no local file; reports are written to those alone.")
    path = Path(output)
    kind = _BY_SUFFIX.get(path.suffix.casefold()) or to
    if not kind:
        raise OutputError(
            f"{output}: unknown format of suffix {path.suffix!r}; name it with --to ({', '.join(formats)})."
        )
    if path.is_dir():
        raise OutputError(f"{output}: is a directory; name a file in it.")
    if path.is_file() and not force:
        raise OutputError(f"{output}: exists; --force writes over it.")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"{output}: can't be written: there is no folder {path.parent}.")
    return Target(path, _known(kind, formats))


def _known(kind: str, formats: Sequence[str]) -> str:
    if kind not in formats:
        raise OutputError(f"unknown report format {kind!r}; --to takes {', '.join(formats)}.")
    return kind


def write_audit(audit: Audit, traits: Sequence[Trait], target: Target) -> None:
    """Writes a report whole or not at all; raises `StorageError` if the disk fails."""
    write_report(render(audit, traits, target.format), target)


def write_report(data: bytes, target: Target) -> None:
    """Writes a report's bytes whole or not at all; raises `StorageError` if the disk fails."""
    write_whole(open_file(target.path), data, name="stdout" if target.path is None else str(target.path))


def render(audit: Audit, traits: Sequence[Trait], kind: str) -> bytes:
    """An audit in one of FORMATS."""
    return _RENDERERS[kind](audit, traits)


def _html(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.auditpage import render_audit

    return render_audit(audit, traits).encode("utf-8", "backslashreplace")


def _csv(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.auditsheet import render_csv

    return render_csv(audit, traits)


def _xlsx(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.auditsheet import render_xlsx

    return render_xlsx(audit, traits)


def _json(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.auditjson import audit_record

    record = audit_record(audit, traits)
    postings = ",\n".join(map(to_json, record["postings"]))  # one a line, so that two audits can be compared
    parts = [
        f"{to_json(name)}: [\n{postings}\n]"
        if name == "postings" and postings
        else f"{to_json(name)}: {to_json(value)}"
        for name, value in record.items()
    ]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8", "backslashreplace")


def _sarif(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.annotations import render_sarif

    return render_sarif(audit, traits)


def _github(audit: Audit, traits: Sequence[Trait]) -> bytes:
    from postclass.report.annotations import render_github

    return render_github(audit, traits)


_RENDERERS: dict[str, Render] = {
    "html": _html, "csv": _csv, "xlsx": _xlsx, "json": _json, "sarif": _sarif, "github": _github,
}  # fmt: skip
