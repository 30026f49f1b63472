"""Addresses: what is one, and what is said where they can't be opened."""

import sys

import pytest

from postclass.binding import fingerprint
from postclass.errors import InputError, OutputError
from postclass.remote import is_url
from postclass.sinks import SinkSettings, open_sink
from postclass.sources import SourceSettings, open_source


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s3://bucket/a.csv", True),
        ("simplecache::s3://bucket/a.csv", True),
        ("HTTPS://example.org", True),
        ("file:///etc/passwd", True),
        ("a.csv", False),
        ("C://a.csv", False),
        ("./http://a.csv", False),
        ("../a:b//c.csv", False),
    ],
)
def test_addresses(path: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """An address has a scheme of two letters or more and two slashes; a path may hold whatever else."""
    assert expected is is_url(path)


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fsspec reading, writing and resuming name the extra that brings it."""
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.delitem(sys.modules, "fsspec.core", raising=False)
    address = "memory://a.csv"
    hint = r"^memory://a\.csv: can't be \w+: addresses need fsspec: pip install 'postclass\[storage\]'\.$"

    with pytest.raises(InputError, match=hint):
        open_source(address, settings=SourceSettings(storage=True))
    with pytest.raises(OutputError, match=hint):
        open_sink(address, settings=SinkSettings(storage=True))
    with pytest.raises(InputError, match=hint):
        fingerprint([address])


def test_a_package_for_a_kind_of_storage_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fsspec itself says is missing is handed on."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match=r"can't be .*: a package is missing: .*s3fs"):
        open_source("s3://bucket/a.csv", settings=SourceSettings(storage=True))
