"""The schema of output rows: what `postclass schema` prints holds for what `postclass classify` writes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from own import own_postings, shipped
from postclass.batches import SCHEMA_VERSION, verdict_batch, verdict_schema
from postclass.cli import main
from postclass.judge import JudgeSettings
from postclass.posting import Posting
from postclass.rowschema import row_schema
from postclass.sinks import SinkSettings, open_sink
from postclass.verdict import Explain, Verdict

Make = Callable[..., Verdict]


def validator(explain: Explain) -> Any:  # noqa: ANN401 - it ships no types
    """What the command prints, as a validator."""
    result = CliRunner().invoke(main, ["schema", "--explain", explain])
    schema = json.loads(result.output)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("explain", ["none", "terms", "full"])
def test_real_rows(tmp_path: Path, explain: Explain) -> None:
    """Rows of every detail and of every level fit their schema, as they stand in a file of JSON lines."""
    postings = [
        *own_postings()[:12],
        Posting(""),
        Posting("zu wenig Text"),
        Posting("Cook for us. " * 60, title="Cook"),
    ]
    verdicts = list(shipped().judge(postings, settings=JudgeSettings(explain=explain)))
    verdicts = [replace(verdict, row=row) for row, verdict in enumerate(verdicts, 1)]
    with open_sink(tmp_path / "a.jsonl", settings=SinkSettings(explain=explain)) as sink:
        sink.write(verdict_batch(verdicts, explain=explain))
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    check = validator(explain)

    assert 15 == len(rows)
    assert [] == [error.message for row in rows for error in check.iter_errors(row)]
    assert all(list(row) == list(row_schema(explain)["properties"]) for row in rows)


def test_rows_that_do_not_fit(make_verdict: Make) -> None:
    """A field that is missing, of another type or out of its bounds is found."""
    check = validator("terms")
    row = verdict_batch([make_verdict()], explain="terms").to_pylist()[0]

    assert check.is_valid(row)
    for name, value in (
        ("row", 0),
        ("id", 7),
        ("level", "boss"),
        ("p_director", 1.5),
        ("notes", None),
        ("traits", [1]),
    ):
        assert not check.is_valid({**row, name: value})
    assert not check.is_valid({name: value for name, value in row.items() if name != "title"})


def test_versions(tmp_path: Path, make_verdict: Make) -> None:
    """The version is in the schema's address, and in the metadata of Parquet."""
    with open_sink(tmp_path / "a.parquet") as sink:
        sink.write(verdict_batch([make_verdict()], explain="terms"))

    assert f"urn:postclass:row:{SCHEMA_VERSION}:full" == row_schema("full")["$id"]
    assert SCHEMA_VERSION == pq.read_schema(tmp_path / "a.parquet").metadata[b"postclass.schema"].decode()
    assert verdict_schema("terms").equals(pq.read_schema(tmp_path / "a.parquet"), check_metadata=False)


def test_arrow() -> None:
    """The Arrow types can be printed instead."""
    result = CliRunner().invoke(main, ["schema", "--format", "arrow"])

    assert "p_director: double" in result.output
    assert f"postclass.schema: '{SCHEMA_VERSION}'" in result.output
