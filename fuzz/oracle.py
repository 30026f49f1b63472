"""What must hold of a door whatever comes in: an input's bytes in; an `AssertionError` or what escaped out."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from postclass.batches import from_batch
from postclass.errors import PostclassError
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, open_source

_FOLDER = tempfile.TemporaryDirectory(prefix="postclass-fuzz-")
# Seconds of CPU for one long text. It takes a tenth of a second; with a quadratic step in it, minutes.
BUDGET = 5.0


def place() -> Path:
    """A folder of this process, which goes away with it."""
    return Path(_FOLDER.name)


@contextmanager
def refusing() -> Iterator[None]:
    """A block that may refuse what it is given, in the one way that is promised: by a `PostclassError` in one line."""
    try:
        yield
    except PostclassError as error:
        assert str(error), "a refusal without a word"
        assert is_text(str(error)), "a message that can't be printed"


def reading(data: bytes, suffix: str, settings: SourceSettings | None = None) -> list[Posting | Rejection] | None:
    """Some bytes in, the postings and rejections read from a file of them out, or None where it was refused.

    Checks what holds for every format: rows count up from one, what is text is text, and chunks, read on from any
    place, hold the same.
    """
    path = place() / f"input{suffix}"
    path.write_bytes(data)
    found: list[Posting | Rejection] = []
    taken: list[Path] = []
    with refusing(), open_source(path, settings=settings) as source:
        found += source
        taken.append(path)
    if not taken:
        return None
    assert list(range(1, len(found) + 1)) == [record.row for record in found]
    for record in found:
        if isinstance(record, Posting):
            texts = (record.description, record.title, record.company, record.id)
            assert all(is_text(text) for text in texts if text is not None)
        else:
            assert record.reason
    _check_chunks(path, settings, found, skip=len(data) % (len(found) + 1))
    return found


def _check_chunks(path: Path, settings: SourceSettings | None, found: list[Posting | Rejection], *, skip: int) -> None:
    """Chunks hold the same records from the one after `skip` on, each once."""
    about = settings is not None and settings.about
    with open_source(path, settings=settings) as source:
        chunks = list(source.chunks(skip=skip))
    made: list[Posting | Rejection] = []
    for chunk in chunks:
        made += [*from_batch(chunk.postings), *chunk.rejections]
    made.sort(key=lambda record: record.row)
    assert [record.row for record in made] == [record.row for record in found[skip:]]
    if not about:  # which chunks do not carry
        for one, other in zip(made, found[skip:], strict=True):
            assert one == other, f"in a chunk {one!r:.500}, alone {other!r:.500}"


def is_text(text: str) -> bool:
    """Whether a string can be written down."""
    with contextlib.suppress(UnicodeEncodeError):
        return bool(text.encode() or not text)
    return False


def within_budget(work: Callable[[], object], *, what: str) -> None:
    """Do some work, and complain if it takes more than BUDGET."""
    began = time.process_time()
    work()
    took = time.process_time() - began
    assert took <= BUDGET, f"{what} took {took:.1f} s of CPU"
