"""A finished output in, a note beside it of what it was made from out, so that a rerun knows that there is no work."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from postclass.binding import Binding, files_of, fingerprint, read_binding
from postclass.errors import InputError
from postclass.wholefile import WholeFile, storage, write_whole

FORMAT = 1
SUFFIX = ".receipt"  # of no format, so that nobody reads it as postings


class Receipt:
    """The note of an output; only runs that may be resumed leave one."""

    def __init__(self, output: Path) -> None:
        self._output = Path(os.path.realpath(output))
        self.path = self._output.with_name(self._output.name + SUFFIX)

    def binding(self) -> Binding | None:
        """What the output was made from; None without a note, or if the output is not the one that it tells of."""
        try:
            told = json.loads(self.path.read_bytes())
            if told.pop("format") != FORMAT or told.pop("output") != fingerprint(files_of(self._output)):
                return None
            return read_binding(told)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, InputError):
            return None

    def write(self, binding: Binding) -> None:
        """Note what the output that is there was made from."""
        told = {"format": FORMAT, "output": fingerprint(files_of(self._output)), **asdict(binding)}
        write_whole(WholeFile(self.path), json.dumps(told, indent=2).encode() + b"\n", name=str(self.path))

    def remove(self) -> None:
        """The output is about to be another one."""
        with storage(str(self.path)):
            self.path.unlink(missing_ok=True)
