"""Files about to be written in, what killed runs left beside them taken away; a living run is respected."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from postclass.errors import OutputError


@contextmanager
def claimed(targets: Iterable[Path]) -> Iterator["Claim"]:
    """Take away the temporary files of runs that were killed; raises `OutputError` if a run is writing a target now.

    `hold` is to be called once the temporary files of this run are there: it marks them as those of a living run.
    """
    with ExitStack() as held:
        claim = Claim([Path(os.path.realpath(target)) for target in targets], held)
        for file in claim.temporaries():
            with file.open("r+b") as stream:
                if not _lock(stream):
                    raise OutputError(f"{file}: another run is writing it; wait for its end, or name another output.")
                with suppress(OSError):
                    file.unlink()
        yield claim


class Claim:
    """The temporary files of some targets."""

    def __init__(self, targets: list[Path], held: ExitStack) -> None:
        self._targets, self._held = targets, held

    def hold(self) -> None:
        """Mark the files that are there now, until the block ends."""
        for file in self.temporaries():
            with suppress(OSError):
                _lock(self._held.enter_context(file.open("r+b")))

    def temporaries(self) -> list[Path]:
        """The files that are there now."""
        found = []
        for target in self._targets:
            name = re.compile(rf"\.{re.escape(target.name)}\.postclass-[0-9a-f]{{8}}")
            with suppress(OSError):
                found += [file for file in target.parent.iterdir() if name.fullmatch(file.name)]
        return found


def _lock(stream: IO[bytes]) -> bool:
    """Whether nobody else has the file locked; it is locked until the stream is closed, or its process dies."""
    try:
        import fcntl
    except ImportError:  # Windows can't remove an open file anyway
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
