"""Where compiled functions are kept, and what is done where nothing can be written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from postclass.cli.progress import say_if_compiling
from postclass.kernel import cache

FUNCTION = "walk.judge_postings-1.py311.nbi"  # what numba calls the index of the last function to be compiled


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was found out before, or by this test, counts for no other."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/dev/null/asked-for")
    monkeypatch.setattr(cache, "__file__", "/dev/null/package/cache.py")
    monkeypatch.setattr(cache, "_name", lambda: "postclass-0123")
    cache.folder.cache_clear()
    yield
    cache.folder.cache_clear()


def home(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> Path:
    """The user's own place for caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(path))
    return Path(path) / "postclass-0123"


def test_the_first_place_that_can_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one asked for, the package's, or the user's: what can't be written is passed over."""
    own = home(monkeypatch, tmp_path)

    assert str(own) == cache.folder()
    assert (True, False) == (cache.is_kept(), cache.is_compiled())

    (own / FUNCTION).touch()

    assert cache.is_compiled()


def test_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A temporary folder of nobody else's, which the processes that are begun share, and which goes with this one."""
    home(monkeypatch, "/dev/null/home")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    at_exit: list[tuple[object, ...]] = []
    monkeypatch.setattr("atexit.register", lambda *call: at_exit.append(call))

    assert not cache.is_kept()
    assert [] == list(tmp_path.iterdir())  # so far it has not been needed

    folder = Path(cache.folder())
    (folder / FUNCTION).touch()

    assert 0o700 == folder.parent.stat().st_mode & 0o777
    assert str(folder.parent) == os.environ["NUMBA_CACHE_DIR"]
    assert cache.is_compiled()

    ((remove, place, owner),) = at_exit
    assert callable(remove)
    remove(place, -1)

    assert folder.exists()

    remove(place, owner)

    assert [] == list(tmp_path.iterdir())


def test_where_not_even_that_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is named: functions are compiled for this process alone."""
    home(monkeypatch, "/dev/null/home")
    monkeypatch.setattr("tempfile.tempdir", "/dev/null/tmp")

    assert not cache.folder()


def test_what_can_be_read_but_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was compiled when the package was installed is taken over, whole, into the user's own place."""
    package = tmp_path / "package"
    there = package / "__pycache__" / "postclass-0123" / "kernel"
    there.mkdir(parents=True)
    (there / FUNCTION).write_text("compiled")
    own = home(monkeypatch, tmp_path / "home")
    monkeypatch.setattr(cache, "__file__", str(package / "cache.py"))
    access = os.access
    monkeypatch.setattr("os.access", lambda path, mode: package not in Path(path).parents and access(path, mode))

    assert cache.is_compiled()
    assert str(own) == cache.folder()
    assert "compiled" == (own / "kernel" / FUNCTION).read_text()
    assert [own.name] == [path.name for path in own.parent.iterdir()]


def test_compiling_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a minute of silence is explained, also where there is no terminal; what is compiled is not told of."""
    home(monkeypatch, "/dev/null/home")
    say_if_compiling()
    own = home(monkeypatch, tmp_path)
    say_if_compiling()
    (own / FUNCTION).touch()
    say_if_compiling()
    passing, kept = capsys.readouterr().err.splitlines()

    assert "name a folder by NUMBA_CACHE_DIR" in passing
    assert "Compiling the quick scorer, once on this machine; it takes about half a minute." == kept
