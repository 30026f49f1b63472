"""An audit and a path in, its report there out: HTML, CSV, XLSX, JSON, SARIF or GitHub annotations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from postclass.celltexts import to_json
from postclass.errors import OutputError
from postclass.finding import Audit
from postclass.remote import is_url
from postclass.targets import is_input, is_within_input
from postclass.traits import Trait
from postclass.wholefile import OpenFile, WholeFile, write_whole

Render = Callable[[Audit, Sequence[Trait]], bytes]

FORMATS = ("html", "csv", "xlsx", "json", "sarif", "github")
_BY_SUFFIX = {f".{name}": name for name in FORMATS[:-1]} | {".htm": "html"}
_READ = frozenset({".html", ".htm", ".csv", ".json", ".xlsx"})  # of these, what an audit of a folder reads


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
    sources: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
) -> Target:
    """An output as it was named in, its target out; raises `OutputError` before any work if it must not be written."""
    if output == "-" or (output == "github" and output in formats):
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
    if any(is_input(path, source) for source in sources):
        raise OutputError(f"{output}: is the input; name another output.")
    if path.suffix.casefold() in _READ and any(is_within_input(path, source) for source in sources):
        raise OutputError(f"{output}: is within the input and would be read as one; name a place outside of it.")
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
    file = OpenFile(None) if target.path is None else WholeFile(target.path)
    write_whole(file, data, name="stdout" if target.path is None else str(target.path))


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
